package jsbus

import (
	"context"
	"slices"
	"sync"
	"time"

	"shenzhong/events"
)

// receipt is how the broker is told what became of a delivery.
type receipt interface {
	Ack() error
	NakWithDelay(time.Duration) error
	TermWithReason(string) error
	InProgress() error
}

// item is one delivery in hand. While it is handled it belongs to the goroutine
// of its lane.
type item struct {
	receipt  receipt
	address  string
	subject  string // of the entity
	version  int64
	data     []byte
	seq      uint64 // in its stream
	tries    uint64 // deliveries, this one included
	envelope events.Envelope

	waits   uint64        // how often it was kept in hand to be tried again
	waited  time.Duration // how long in all
	parkFor error         // why it is to be put aside, once that works
	crowded bool          // too many wait; guarded by lanes.mu, as all below

	due   bool        // may be tried now
	aged  bool        // was in hand at the last heartbeat
	timer *time.Timer // makes it due
}

// lane holds the deliveries of one subject, by version. One goroutine at most
// works on it.
type lane struct {
	subject string
	items   []*item
	busy    bool // waits for a worker or has one
}

// lanes handles deliveries: those of one subject one after the other, those of
// different subjects at the same time. How many it holds is bounded by what the
// broker hands out unacknowledged.
type lanes struct {
	handle func(context.Context, *item) outcome
	slots  chan struct{}
	limits Limits
	ctx    context.Context // of the handlers
	cancel context.CancelFunc
	done   chan struct{} // closed when no more may begin
	work   sync.WaitGroup

	mu     sync.Mutex
	open   map[string]*lane // by subject; guarded by mu, as all below
	queue  []*lane          // to be worked on
	busy   int              // workers
	inHand int
	held   int // of those, not due
	closed bool
}

// newLanes makes a pool whose handlers outlive ctx by a while, so that a change
// under way is not torn down with the connection.
func newLanes(ctx context.Context, limits Limits, slots chan struct{}, handle func(context.Context, *item) outcome) *lanes {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p := &lanes{
		handle: handle, slots: slots, limits: limits, ctx: ctx, cancel: cancel,
		done: make(chan struct{}), open: map[string]*lane{},
	}
	p.work.Go(p.beat)
	return p
}

// put takes a delivery in hand.
func (p *lanes) put(it *item) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		p.handBack(it)
		return
	}
	l := p.open[it.subject]
	if l == nil {
		l = &lane{subject: it.subject}
		p.open[it.subject] = l
	}
	at, _ := slices.BinarySearchFunc(l.items, it.version+1, func(x *item, v int64) int { return int(x.version - v) })
	l.items = slices.Insert(l.items, at, it)
	it.due = true
	p.inHand++
	p.start(l)
}

// start sees to it that the lane is worked on. The caller holds mu.
func (p *lanes) start(l *lane) {
	if l.busy || p.closed {
		return
	}
	l.busy = true
	p.queue = append(p.queue, l)
	if p.busy < cap(p.slots) {
		p.busy++
		p.work.Go(p.worker)
	}
}

// worker works on one lane after another until none waits: a goroutine for each
// would have to grow its stack each time.
func (p *lanes) worker() {
	for l := p.take(); l != nil; l = p.take() {
		held := true
		select {
		case p.slots <- struct{}{}:
		case <-p.done:
			held = false
		}
		for it := p.next(l); it != nil; it = p.next(l) {
			p.settled(l, it, p.handle(p.ctx, it))
		}
		if held {
			<-p.slots
		}
	}
}

// take returns the lane that waits longest, or nil and lets the worker go.
func (p *lanes) take() *lane {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) == 0 {
		p.busy--
		return nil
	}
	l := p.queue[0]
	p.queue = p.queue[1:]
	return l
}

// next returns the delivery of the lane that is to be tried, or nil and gives
// the lane up.
func (p *lanes) next(l *lane) *item {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		for _, it := range l.items {
			if it.due {
				return it
			}
		}
	}
	l.busy = false
	if len(l.items) == 0 {
		delete(p.open, l.subject)
	}
	return nil
}

// settled notes what became of a delivery.
func (p *lanes) settled(l *lane, it *item, out outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if out.again > 0 {
		it.due = false
		p.held++
		it.timer = time.AfterFunc(out.again, func() { p.wake(l, it) })
		p.relieve()
		return
	}
	l.items = slices.DeleteFunc(l.items, func(x *item) bool { return x == it })
	p.inHand--
	if out.worked {
		for _, x := range l.items {
			p.rouse(x)
		}
	}
}

// wake makes a held delivery due and has its lane worked on.
func (p *lanes) wake(l *lane, it *item) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || it.due {
		return
	}
	p.rouse(it)
	p.start(l)
}

// rouse makes a held delivery due. The caller holds mu.
func (p *lanes) rouse(it *item) {
	if it.due {
		return
	}
	it.timer.Stop()
	it.due = true
	p.held--
}

// relieve has a delivery put aside when those that wait leave too little room
// for others, and have waited so long that nothing they wait for can still be
// with a listener that died: it must be behind them in the stream. Of the
// subject that waited longest it takes the newest fact, the last that could go
// on. The caller holds mu.
func (p *lanes) relieve() {
	if p.held <= p.limits.InHand*3/4 {
		return
	}
	var out *item
	for _, l := range p.open {
		for _, it := range slices.Backward(l.items) {
			if it.due || it.crowded {
				continue
			}
			if out == nil || it.waited > out.waited {
				out = it
			}
			break
		}
	}
	if out == nil || out.waited < 3*p.limits.AckWait {
		return
	}
	out.crowded = true
	p.rouse(out)
	p.start(p.open[out.subject])
}

// size is how many deliveries are in hand.
func (p *lanes) size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.inHand
}

// close begins nothing more, gives what runs its grace, and hands back what is
// left.
func (p *lanes) close() {
	p.mu.Lock()
	p.closed = true
	close(p.done)
	p.mu.Unlock()
	grace := time.AfterFunc(p.limits.Grace, p.cancel)
	p.work.Wait()
	grace.Stop()
	p.cancel()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.open {
		for _, it := range l.items {
			if it.timer != nil {
				it.timer.Stop()
			}
			p.handBack(it)
		}
	}
}

// handBack has a delivery made again at once, to whoever listens then. Where
// the connection is gone the broker does so by itself, a little later.
func (p *lanes) handBack(it *item) { _ = it.receipt.NakWithDelay(0) }
