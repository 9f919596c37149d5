package register

import "sync"

// together runs n tasks, at most atOnce at the same time, waits for all of them
// and returns the first error. task makes each one, in order.
func together(n int, task func(i int) func() error) error {
	slots := make(chan struct{}, atOnce)
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		do := task(i)
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			errs[i] = do()
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// once returns what closes ch, however often it is called.
func once(ch chan struct{}) func() { return sync.OnceFunc(func() { close(ch) }) }
