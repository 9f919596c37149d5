package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
)

// asked and told are one operation on one tally and what came of it.
type asked struct {
	id    string
	cause string // empty to load
	add   int64
}

type told struct {
	sum     int64
	decided bool // this very call made the change, so sum is what it made
	missing bool
}

// state is what one tally is: its sum, and the causes that have changed it, each
// between two bars.
type state struct {
	sum    int64
	causes string
}

// model is an entity to which each cause adds once.
var model = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byID := map[string][]porcupine.Operation{}
		for _, op := range history {
			id := op.Input.(asked).id
			byID[id] = append(byID[id], op)
		}
		var parts [][]porcupine.Operation
		for _, part := range byID {
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() any { return state{} },
	Step: func(s, input, output any) (bool, any) {
		now, in, out := s.(state), input.(asked), output.(told)
		if in.cause == "" {
			return out.missing == (now.causes == "") && out.sum == now.sum, now
		}
		if strings.Contains(now.causes, "|"+in.cause+"|") {
			return !out.decided, now
		}
		next := state{sum: now.sum + in.add, causes: now.causes + "|" + in.cause + "|"}
		return !out.decided || out.sum == next.sum, next
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v -> %+v", input, output) },
}

// testLinearizable records what several processes ask of a few entities at once
// and what they are told, and looks for an order of one after the other, true to
// real time, that explains all of it. Some causes are used by several.
func testLinearizable(t *testing.T, b Backend) {
	log := fresh(t, b)
	explained(t, log, log)
}

// testLinearizableThroughFaults does the same through a log that refuses commits
// now and then and loses answers, as a network does.
func testLinearizableThroughFaults(t *testing.T, b Backend) {
	log := fresh(t, b)
	troubled := &troubled{Log: log, random: rand.New(rand.NewPCG(500156, 20260302))}
	explained(t, log, troubled)
	if troubled.conflicts == 0 || troubled.lost == 0 || troubled.refused == 0 {
		t.Errorf("%d conflicts, %d lost answers, %d refusals were injected; want some of each", troubled.conflicts, troubled.lost, troubled.refused)
	}
}

// troubled is a log whose Append fails on some commits that it was given, and
// says so for some that it has stored.
type troubled struct {
	store.Log

	mu                       sync.Mutex
	random                   *rand.Rand // guarded by mu, as all below
	conflicts, lost, refused int
}

// Append stores the commits or not and tells the truth or not.
func (l *troubled) Append(ctx context.Context, commits ...store.Commit) error {
	l.mu.Lock()
	n := l.random.IntN(10)
	switch n {
	case 0:
		l.conflicts++
	case 1:
		l.lost++
	case 2:
		l.refused++
	}
	l.mu.Unlock()
	switch n {
	case 0:
		return fault.New(fault.Conflict, "injected")
	case 1:
		if err := l.Log.Append(ctx, commits...); err != nil {
			return err
		}
		return fault.New(fault.Unavailable, "the answer was lost")
	case 2:
		return fault.New(fault.Unavailable, "injected")
	}
	return l.Log.Append(ctx, commits...)
}

// explained plays a history through one log and verifies what is left in
// another, which is the same without what lies between.
func explained(t *testing.T, log, through store.Log) {
	rec := &recorder{}
	var done sync.WaitGroup
	for client := range 6 {
		random := rand.New(rand.NewPCG(20260302, uint64(client)))
		done.Go(func() {
			tallies := newTallies("tally", through)
			for i := range 25 {
				in := asked{id: fmt.Sprint("t", random.IntN(3)), add: int64(1) << random.IntN(20)}
				switch random.IntN(10) {
				case 0, 1, 2: // load
				case 3, 4, 5: // a fact that several react to; it says the same to all
					n := random.IntN(12)
					in.cause, in.add = fmt.Sprint("fact-", n), int64(n)+1
				default:
					in.cause = fmt.Sprintf("form-%d-%d", client, i)
				}
				rec.perform(t, tallies, client, in)
			}
		})
	}
	done.Wait()
	result, _ := porcupine.CheckOperationsVerbose(model, rec.operations, time.Minute)
	if result != porcupine.Ok {
		for _, op := range rec.operations {
			t.Logf("%d [%d, %d] %s", op.ClientId, op.Call, op.Return, model.DescribeOperation(op.Input, op.Output))
		}
		t.Errorf("no order explains this history: %s", result)
	}
	verified(t, log)
}

// recorder is the history. Its time is a count of calls and returns, which
// orders them exactly.
type recorder struct {
	now        atomic.Int64
	mu         sync.Mutex
	operations []porcupine.Operation // guarded by mu
}

func (r *recorder) perform(t *testing.T, tallies *store.Collection[tally], client int, in asked) {
	op := porcupine.Operation{ClientId: client, Input: in, Call: r.now.Add(1)}
	var out told
	var err error
	if in.cause == "" {
		var now tally
		now, _, err = tallies.Load(t.Context(), in.id)
		out = told{sum: now.Sum, missing: fault.Is(err, fault.NotFound)}
		if out.missing {
			err = nil
		}
	} else {
		out, err = change(t, tallies, in)
	}
	op.Return, op.Output = r.now.Add(1), out
	if err != nil {
		t.Errorf("%+v: %v", in, err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.operations = append(r.operations, op)
}

// change adds to a tally. It can say what it made only of a cause that nobody
// else uses: for another, a decision may have been overtaken by the same cause.
// The last decision is the one that was stored: a cause that is known is not
// decided upon again.
func change(t *testing.T, tallies *store.Collection[tally], in asked) (told, error) {
	var sum int64
	for {
		decide := add(in.add)
		err := tallies.Put(t.Context(), cause(in.cause), in.id, recording(decide, &sum))
		if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Unavailable) {
			continue // too many races lost, or nobody knows: ask again, as a user would
		}
		return told{sum: sum, decided: strings.HasPrefix(in.cause, "form-")}, err
	}
}
