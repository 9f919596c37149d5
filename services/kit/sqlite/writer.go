package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
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

// Tx is the door for one write. It is valid only while the write runs.
type Tx struct{ w *writer }

// Exec runs one statement and returns how many rows it changed.
func (tx Tx) Exec(query string, args ...any) (int64, error) {
	stmt, err := tx.w.prepare(query)
	if err != nil {
		return 0, err
	}
	res, err := stmt.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Row reads the first row that query yields into dest and reports whether there
// was one. It sees what this write and those before it have done.
func (tx Tx) Row(query string, args []any, dest ...any) (bool, error) {
	stmt, err := tx.w.prepare(query)
	if err != nil {
		return false, err
	}
	err = stmt.QueryRowContext(context.Background(), args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// Write runs op in the transaction of the next group and returns after that
// group has reached the disk. An op that returns an error leaves nothing behind
// and does not disturb the others of its group.
//
// A full queue is fault.Unavailable at once. A ctx that ends while the write is
// still queued ends the wait, and the write is not done; once it runs, its
// answer is waited for. If the disk is full or the file cannot be written, the
// whole group is fault.Unavailable and whoever asked may ask again; in the one
// case that the disk broke in the middle of a sync it is not known whether the
// group survived, which is why every write must be one that can be repeated.
func (db *DB) Write(ctx context.Context, op func(Tx) error) error {
	if db.ReadOnly() {
		return errReadOnly
	}
	return db.writer.write(ctx, op)
}

// errReadOnly says that the file was opened for reading alone.
var errReadOnly = errors.New("the file was opened for reading alone")

// request is one write on its way.
type request struct {
	op    func(Tx) error
	state atomic.Int32 // queued, then running or abandoned
	done  chan error   // holds the answer
	err   error        // of the op; owned by the writer goroutine
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

func (w *writer) write(ctx context.Context, op func(Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := &request{op: op, done: make(chan error, 1)}
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
		_, err = Tx{w}.Exec("COMMIT")
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

// one runs one write behind a savepoint. It returns an error only if the whole
// transaction is lost, which is what SQLite does on its own when the disk fails.
func (w *writer) one(r *request) error {
	if _, err := (Tx{w}).Exec("SAVEPOINT one"); err != nil {
		return err
	}
	r.err = r.op(Tx{w})
	if r.err != nil {
		if _, err := (Tx{w}).Exec("ROLLBACK TO one"); err != nil {
			return errors.Join(r.err, err)
		}
		r.err = w.db.fault("write", r.err)
	}
	_, err := Tx{w}.Exec("RELEASE one")
	return err
}

// begin starts a transaction, on a new connection if the old one was lost.
func (w *writer) begin() error {
	if w.conn == nil {
		if err := w.connect(context.Background()); err != nil {
			return err
		}
	}
	_, err := Tx{w}.Exec("BEGIN IMMEDIATE")
	return err
}

// abort gives a failed transaction up. A connection that cannot even do that,
// or that failed for any reason but a lock or a full disk, is replaced.
func (w *writer) abort(cause error, writes int) {
	slog.ErrorContext(context.Background(), "write group given up", "writes", writes, "err", cause)
	if w.conn == nil {
		return
	}
	_, err := Tx{w}.Exec("ROLLBACK")
	switch w.db.options.Code(cause) & 0xff {
	case busy, full:
		return
	}
	if err = errors.Join(err, w.disconnect()); err != nil {
		slog.WarnContext(context.Background(), "connection dropped", "err", err)
	}
}

// connect opens the connection that writes, and does not take it if it is not
// set as it must be.
func (w *writer) connect(ctx context.Context) error {
	conn, err := w.db.writes.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	w.conn, w.stmts = conn, map[string]*sql.Stmt{}
	if _, err := w.db.assert(ctx, conn); err != nil {
		return errors.Join(err, w.disconnect())
	}
	return nil
}

// disconnect closes the connection for good: one that is only given back would
// be handed out again as it is.
func (w *writer) disconnect() error {
	if w.conn == nil {
		return nil
	}
	var errs []error
	for _, stmt := range w.stmts {
		errs = append(errs, stmt.Close())
	}
	err := w.conn.Raw(func(any) error { return driver.ErrBadConn })
	if !errors.Is(err, driver.ErrBadConn) {
		errs = append(errs, err)
	}
	if err := w.conn.Close(); !errors.Is(err, sql.ErrConnDone) {
		errs = append(errs, err)
	}
	w.conn, w.stmts = nil, nil
	return errors.Join(errs...)
}

// prepare returns the prepared statement with that text.
func (w *writer) prepare(query string) (*sql.Stmt, error) {
	if stmt := w.stmts[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := w.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	w.stmts[query] = stmt
	return stmt, nil
}
