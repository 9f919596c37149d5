package jsbus

import (
	"os"
	"path/filepath"
	"testing"

	"shenzhong/services/kit/fault"
)

// TestDamagedStateOfAConsumer stops the program, harms what the broker keeps of
// the consumer of a reaction and of its rescue, and starts the program again.
func TestDamagedStateOfAConsumer(t *testing.T) {
	noise := func(t testing.TB, path string) {
		must(t, os.WriteFile(path, []byte("no state of any consumer"), 0o600))
	}
	for _, stream := range []string{"sz-clue", adviceStream} {
		for name, harm := range map[string]func(testing.TB, string){
			"cut in half": func(t testing.TB, path string) { cut(t, path, half) },
			"noise":       noise,
			"emptied":     func(t testing.TB, path string) { cut(t, path, func(int64) int64 { return 0 }) },
		} {
			t.Run(stream+" "+name, func(t *testing.T) {
				s := newSetup(t)
				stop := run(t, s.relay, s.hear)
				s.clue.sayAll(t, 5, 5)
				s.quiet(t)
				stop()
				s.Close()
				harm(t, filepath.Join(s.dir, "jetstream", "$G", "streams", stream, "obs", "casefile-hears", "o.dat"))
				s.open(t)
				run(t, s.relay, s.hear)
				s.clue.sayAll(t, 5, 1)
				s.quiet(t)
				s.checkHeard(t)
				s.checkHeldInOrder(t)
			})
		}
	}
}

// TestOneServerOnOneFolder starts the program a second time on the same folder.
func TestOneServerOnOneFolder(t *testing.T) {
	s := newSetup(t)
	second := Config{Embedded: &Embedded{Dir: s.dir}, Contexts: []Context{{Name: "clue"}}}
	if b, err := New(second); !fault.Is(err, fault.Conflict) {
		if err == nil {
			b.Close()
		}
		t.Fatalf("a second server on %s: %v; want a conflict", s.dir, err)
	}
	s.Close()
	b, err := New(second)
	must(t, err)
	b.Close()
}
