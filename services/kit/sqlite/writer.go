package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"shenzhong/services/kit/fault"
)

// group is how many writes one transaction holds at most. A group is never
// waited for: it is what has queued up while the one before was synced.
const group = 256

// patience is how often the writer lets others run before it closes a group.
// Where nobody else wants the processor that costs nothing; where many do, it is
// they who bring the next writes, and a sync serves them too.
const patience = 2

// request is one write on its way.
type request struct {
	op     func(Tx) error
	single bool         // op changes something with one statement at most
	state  atomic.Int32 // queued, then running or abandoned
	done   chan error   // holds the answer

	// Owned by the writer goroutine.
	ran     bool  // the one statement has
	changed int64 // rows that it changed
	err     error // of the op
}

const (
	queued int32 = iota
	running
	abandoned
)

// writer owns the one connection that writes.
type writer struct {
	db      *DB
	queue   chan *request
	stopped chan struct{} // closed when run has returned

	mu     sync.RWMutex
	closed bool // guarded by mu; queue is closed with it

	// Owned by the goroutine of run, before it starts and after it has
	// stopped by DB.
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func newWriter(db *DB) *writer {
	return &writer{db: db, queue: make(chan *request, db.options.Queue), stopped: make(chan struct{})}
}

func (w *writer) start() { go w.run() }

// stop refuses further writes and returns when those accepted are answered.
func (w *writer) stop() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.stopped
}

func (w *writer) write(ctx context.Context, r *request) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.done = make(chan error, 1)
	if err := w.enqueue(r); err != nil {
		return err
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		if r.state.CompareAndSwap(queued, abandoned) {
			return ctx.Err()
		}
		return <-r.done
	}
}

func (w *writer) enqueue(r *request) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return fault.New(fault.Unavailable, "系统正在停止，请稍后再试")
	}
	select {
	case w.queue <- r:
		return nil
	default:
		return fault.New(fault.Unavailable, "系统繁忙，请稍后再试")
	}
}

// run answers writes until the queue is closed and empty, and empties the
// write-ahead log when there is nothing else to do.
func (w *writer) run() {
	defer close(w.stopped)
	quiet := time.NewTimer(w.db.options.Quiet)
	defer quiet.Stop()
	dirty := true
	for {
		select {
		case r, ok := <-w.queue:
			if !ok {
				w.checkpoint()
				return
			}
			w.group(r)
			dirty = true
			quiet.Reset(w.db.options.Quiet)
		case <-quiet.C:
			if dirty {
				dirty = !w.checkpoint()
				quiet.Reset(w.db.options.Quiet)
			}
		}
	}
}

// group runs first, and whatever is queued by then, in one transaction. Answers
// are given after it has ended: even an op that was refused may have been
// refused because of one before it that then did not reach the disk.
func (w *writer) group(first *request) {
	var taken []*request
	err := w.begin()
	lost := err != nil // then nothing that waits can be done
	for r := first; r != nil; {
		if r.state.CompareAndSwap(queued, running) {
			taken = append(taken, r)
			if !lost {
				err = w.one(r)
			}
		}
		if err != nil && !lost {
			break // those still queued get a transaction of their own
		}
		r = w.next(len(taken))
	}
	if err == nil {
		_, err = Tx{w: w}.Exec("COMMIT")
	}
	if err != nil {
		w.abort(err, len(taken))
	}
	for _, r := range taken {
		if err != nil {
			r.err = w.db.fault("write", err)
		}
		r.done <- r.err
	}
}

// next returns the next queued write, or nil if there is none or the group is
// full.
func (w *writer) next(taken int) *request {
	if taken >= group {
		return nil
	}
	for yields := 0; ; yields++ {
		select {
		case r := <-w.queue: // nil when the queue is closed
			return r
		default:
		}
		if yields == patience {
			return nil
		}
		runtime.Gosched()
	}
}

// one runs one write, behind a savepoint unless it is one statement. It returns
// an error only if the whole transaction is lost, which is what SQLite does on
// its own when the disk fails.
func (w *writer) one(r *request) error {
	if r.single {
		err := r.op(Tx{w: w, one: r})
		r.err = w.db.fault("write", err)
		if err != nil && (r.changed > 0 || w.mayBeLost(err)) {
			return err
		}
		return nil
	}
	if _, err := (Tx{w: w}).Exec("SAVEPOINT one"); err != nil {
		return err
	}
	r.err = r.op(Tx{w: w})
	if r.err != nil {
		if _, err := (Tx{w: w}).Exec("ROLLBACK TO one"); err != nil {
			return errors.Join(r.err, err)
		}
		r.err = w.db.fault("write", r.err)
	}
	_, err := Tx{w: w}.Exec("RELEASE one")
	return err
}

// mayBeLost reports whether SQLite may have given up the whole transaction over
// an error, and not only the statement.
func (w *writer) mayBeLost(err error) bool {
	switch w.db.options.Code(err) & 0xff {
	case full, ioerr, nomem, busy, interrupt:
		return true
	}
	return false
}

// exec runs the one statement of a write.
func (r *request) exec(w *writer, query string, args []any) (int64, error) {
	if r.ran {
		return 0, errOne
	}
	r.ran = true
	n, err := w.exec(query, args)
	r.changed = n
	return n, err
}
