package years

import (
	"container/heap"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/casefile"
	"shenzhong/services/clue"
	"shenzhong/services/disclose"
	"shenzhong/services/inspect"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/oversee"
	"shenzhong/services/watch"
)

// task is something that happens at an instant: a person acts, a fact arrives,
// a service looks at the clock.
type task struct {
	at    time.Time
	seq   int
	tries int
	do    func() error
	// minds says that a refusal on the merits is a defect of the script.
	minds bool
	what  string
}

type agenda []*task

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	if !a[i].at.Equal(a[j].at) {
		return a[i].at.Before(a[j].at)
	}
	return a[i].seq < a[j].seq
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(*task)) }
func (a *agenda) Pop() any {
	last := len(*a) - 1
	x := (*a)[last]
	*a = (*a)[:last]
	return x
}

// node is one context: its store outlives its restarts, it does not.
type node struct {
	name      string
	log       *flaky
	tables    view.Tables
	commits   []store.Commit // in the order in which they were stored
	reactions [][]bus.Reaction
	open      func(n *node) error
	until     time.Time // down until then
	folded    int       // how many commits its own views are known to show
}

// heard is when oversee has taken in that a fact starts or ends a limit.
type heard struct{ limit, fact string }

// world is the district.
type world struct {
	t      *testing.T
	ground servicetest.Ground
	rng    *rand.Rand
	faults *faults
	agenda agenda
	seq    int
	nodes  []*node

	clue     *clue.Service
	casefile *casefile.Service
	disclose *disclose.Service
	inspect  *inspect.Service
	watch    *watch.Service
	oversee  []*oversee.Service // replicas on one store
	leapt    time.Duration

	order  int                           // counts deliveries to oversee and looks of oversee
	heard  map[heard]int                 // by order
	passes []pass                        // looks of oversee at the clock, in order
	lapses []time.Time                   // looks of clue
	on     map[string]func(store.Commit) // what people do when they see a fact
	counts map[string]int
}

// pass is one look of every replica of oversee at the clock.
type pass struct {
	order int
	at    time.Time
}

func newWorld(t *testing.T, seed uint64, begin time.Time) *world {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 2022))
	w := &world{
		t: t, ground: servicetest.NewGround(t, begin), rng: rng, heard: map[heard]int{}, counts: map[string]int{}, on: map[string]func(store.Commit){},
		faults: &faults{rng: rng, count: map[string]int{}, odds: chances{refuse: .004, lose: .004, read: .002, table: .002, drop: .01, twice: .02, late: .01}},
	}
	ctx := context.Background()
	g := w.ground
	w.node("clue", func(n *node) (err error) {
		w.clue, err = clue.New(ctx, clue.Config{District: "500156", Log: n.log, Tables: n.tables, Clock: g.Clock, Law: g.Law, Calendar: g.Calendar, Key: slices.Repeat([]byte{7}, clue.KeyBytes)})
		n.reactions = [][]bus.Reaction{w.clue.Reactions()}
		return err
	})
	w.node("casefile", func(n *node) (err error) {
		w.casefile, err = casefile.New(ctx, casefile.Config{District: "500156", Log: n.log, Tables: n.tables, Clock: g.Clock, Law: g.Law, Calendar: g.Calendar})
		n.reactions = [][]bus.Reaction{w.casefile.Reactions()}
		return err
	})
	w.node("disclose", func(n *node) (err error) {
		w.disclose, err = disclose.New(ctx, disclose.Config{District: "500156", Log: n.log, Tables: n.tables, Clock: g.Clock, Law: g.Law, Calendar: g.Calendar})
		n.reactions = [][]bus.Reaction{w.disclose.Reactions()}
		return err
	})
	w.node("inspect", func(n *node) (err error) {
		w.inspect, err = inspect.New(ctx, inspect.Config{District: "500156", Log: n.log, Tables: n.tables, Clock: g.Clock, Law: g.Law, Calendar: g.Calendar})
		n.reactions = [][]bus.Reaction{w.inspect.Reactions()}
		return err
	})
	w.node("watch", func(n *node) (err error) {
		w.watch, err = watch.New(ctx, watch.Config{District: "500156", Log: n.log, Tables: n.tables, Clock: g.Clock, Law: g.Law, Calendar: g.Calendar})
		n.reactions = [][]bus.Reaction{w.watch.Reactions()}
		return err
	})
	w.node("oversee", func(n *node) error {
		w.oversee, n.reactions = nil, nil
		for range 2 {
			s, err := oversee.New(ctx, oversee.Config{
				District: "500156", Log: n.log, Tables: n.tables, Clock: g.Clock, Law: g.Law, Calendar: g.Calendar,
				Leapt: func() time.Duration { return w.leapt },
			})
			if err != nil {
				return err
			}
			w.oversee = append(w.oversee, s)
			n.reactions = append(n.reactions, s.Reactions())
		}
		return nil
	})
	return w
}

// node opens a context on a store of its own.
func (w *world) node(name string, open func(*node) error) {
	n := &node{name: name, open: open, tables: flakyTables{view.NewMemory(), w.faults, map[string]*waiting{}}}
	n.log = &flaky{Log: store.NewMemory(), faults: w.faults, watch: func(c store.Commit) { w.committed(n, c) }}
	if err := n.open(n); err != nil {
		w.t.Fatal(err)
	}
	w.nodes = append(w.nodes, n)
}

func (w *world) the(name string) *node {
	return w.nodes[slices.IndexFunc(w.nodes, func(n *node) bool { return n.name == name })]
}

// at puts something on the agenda.
func (w *world) at(when time.Time, what string, minds bool, do func() error) {
	w.seq++
	heap.Push(&w.agenda, &task{at: when, seq: w.seq, what: what, minds: minds, do: do})
}

// committed is called for every commit that a store holds from now on: it
// travels, and people see it.
func (w *world) committed(n *node, c store.Commit) {
	n.commits = append(n.commits, c)
	w.counts["facts"]++
	if n.name == "oversee" {
		w.noted(c)
	}
	w.send(c.Envelope())
	if see := w.on[c.Kind]; see != nil {
		see(c)
	}
}

// noted remembers when oversee took in a fact that starts or ends a limit.
func (w *world) noted(c store.Commit) {
	fact, err := events.Open[events.DeadlineKept](c.Envelope())
	if err != nil {
		return
	}
	w.order++
	key := heard{fact.Deadline.ID, fact.Fact}
	if w.heard[key] == 0 {
		w.heard[key] = w.order
	}
}

// send gives a fact to the bus, once for every listener.
func (w *world) send(e events.Envelope) {
	for _, n := range w.nodes {
		for i, r := range n.reactions[0] {
			if !r.Hears(e.Type) {
				continue
			}
			w.deliver(n, i, e, w.delay())
			if w.faults.hit("delivered twice", w.faults.odds.twice) {
				w.deliver(n, i, e, w.delay())
			}
		}
	}
}

// delay is how long a fact travels: hours now and then, and never in order.
func (w *world) delay() time.Duration {
	if w.faults.hit("delivered hours late", w.faults.odds.late) {
		return w.upTo(8 * time.Hour)
	}
	return w.upTo(3 * time.Second)
}

func (w *world) upTo(d time.Duration) time.Duration { return time.Duration(w.rng.Int64N(int64(d))) }

// deliver has one replica react to a fact. What is not acknowledged comes
// again.
func (w *world) deliver(n *node, reaction int, e events.Envelope, after time.Duration) {
	w.at(w.ground.Clock.Now().Add(after), "deliver "+e.Type, true, func() error {
		if w.faults.hit("delivery dropped", w.faults.odds.drop) {
			return errDisk
		}
		if w.ground.Clock.Now().Before(n.until) {
			return errDown
		}
		replica := n.reactions[w.rng.IntN(len(n.reactions))]
		r := replica[reaction]
		if err := r.Handle(context.Background(), e); err != nil {
			return err
		}
		if r.Name == "oversee-keeps-deadlines" {
			return w.took(e)
		}
		return nil
	})
}

// took remembers what of a fact changed nothing that oversee kept.
func (w *world) took(e events.Envelope) error {
	w.order++
	limits, err := e.Limits()
	if err != nil {
		return err
	}
	for _, d := range limits {
		w.tookOne(d.ID, e.ID)
	}
	for _, id := range e.Settles {
		w.tookOne(id, e.ID)
	}
	return nil
}

func (w *world) tookOne(limit, fact string) {
	if key := (heard{limit, fact}); w.heard[key] == 0 {
		w.heard[key] = w.order
	}
}

var errDown = fault.New(fault.Unavailable, "服务未启动")

// run lets time pass until then.
func (w *world) run(until time.Time) {
	for len(w.agenda) > 0 && !w.agenda[0].at.After(until) {
		next := heap.Pop(&w.agenda).(*task)
		w.ground.Clock.Set(next.at)
		w.try(next)
	}
	w.ground.Clock.Set(until)
}

// try does a task, and puts it off when something that passes stands against it.
func (w *world) try(next *task) {
	w.t.Helper()
	err := next.do()
	if err == nil {
		return
	}
	pause := time.Second << min(next.tries, 8)
	switch {
	case errors.Is(err, errDown), fault.Is(err, fault.Early):
	case fault.Is(err, fault.Unavailable):
		w.counts["tried again"]++
	case !next.minds && (fault.Is(err, fault.Conflict) || fault.Is(err, fault.Denied)):
		w.counts["refused"]++
		return
	default:
		w.t.Fatalf("%s at %s: %v", next.what, next.at, err)
	}
	if next.tries++; next.tries > 4000 {
		w.t.Fatalf("%s never comes to an end: %v", next.what, err)
	}
	w.seq++
	next.at, next.seq = next.at.Add(pause+w.upTo(pause)), w.seq
	heap.Push(&w.agenda, next)
}

// restart stops a context for a while: whatever it had in memory is gone.
func (w *world) restart(n *node, down time.Duration) {
	w.counts["restarts"]++
	n.until = w.ground.Clock.Now().Add(down)
	for n.open(n) != nil {
		w.counts["tried again"]++
	}
}

// settle shows a context everything that it has itself stored: how fast a view
// follows is not what is tested here.
func (w *world) settle(n *node) {
	for _, c := range n.commits[n.folded:] {
		for _, r := range n.reactions[0] {
			if !slices.Contains([]string{"oversee-limits", "clue-board", "disclose-records"}, r.Name) || !r.Hears(c.Kind) {
				continue
			}
			for r.Handle(context.Background(), c.Envelope()) != nil {
				w.counts["tried again"]++
			}
		}
	}
	n.folded = len(n.commits)
}
