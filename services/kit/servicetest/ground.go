package servicetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"shenzhong/deploy/packs"
	"shenzhong/events"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// Ground is what the tests of a context stand on: the law pack and the calendar
// that ship, and a clock that is moved.
type Ground struct {
	Law      *law.Pack
	Calendar *workday.Calendar
	Clock    *clock.Fake
}

// shipped is the law pack that ships. Nobody can change a pack, so the tests of
// a package share one.
var shipped = sync.OnceValues(func() (*law.Pack, error) {
	files, err := packs.Wulong()
	if err != nil {
		return nil, err
	}
	return law.Load(files)
})

// NewGround returns a ground whose clock stands at now.
func NewGround(t testing.TB, now time.Time) Ground {
	t.Helper()
	pack, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := workday.New()
	if err != nil {
		t.Fatal(err)
	}
	return Ground{Law: pack, Calendar: calendar, Clock: clock.NewFake(now)}
}

// Voice speaks for a context that is not under test.
type Voice struct {
	Log      *store.Memory
	name     string
	clock    clock.Clock
	entities map[string]*store.Collection[struct{}]
}

// NewVoice returns the voice of the context of that name.
func NewVoice(name string, clk clock.Clock) *Voice {
	return &Voice{Log: store.NewMemory(), name: name, clock: clk, entities: map[string]*store.Collection[struct{}]{}}
}

// Say commits a fact about the entity with that id. Every call is a new cause.
func (v *Voice) Say(t testing.TB, entity, id string, fact events.Event) {
	t.Helper()
	if v.entities[entity] == nil {
		v.entities[entity] = store.NewCollection[struct{}](entity, v.Log, v.clock)
	}
	_, version, err := v.entities[entity].Load(context.Background(), id)
	if err != nil {
		version = 0
	}
	by := store.Cause{ID: events.EnvelopeID(v.name+"/"+id, version+1), Actor: identity.Service(v.name)}
	err = v.entities[entity].Put(context.Background(), by, id, func(*struct{}) (events.Event, error) { return fact, nil })
	if err != nil {
		t.Fatal(err)
	}
}

// Facts returns the commits of a log in the order of their time.
func Facts(t testing.TB, log store.Log) []store.Commit {
	t.Helper()
	var out []store.Commit
	if err := store.Each(context.Background(), log, func(c store.Commit) error { out = append(out, c); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

// Of returns the facts of one contract among the commits of a log.
func Of[E events.Event](t testing.TB, log store.Log) []E {
	t.Helper()
	var out []E
	var want E
	for _, c := range Facts(t, log) {
		if c.Kind == want.Kind() {
			fact, err := events.Open[E](c.Envelope())
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, fact)
		}
	}
	return out
}

// MustVerify fails the test if a chain of the log does not hold.
func MustVerify(t testing.TB, log store.Log) {
	t.Helper()
	breaks, _, err := store.Verify(context.Background(), log)
	if err != nil || len(breaks) > 0 {
		t.Fatalf("the chains do not hold: %v, %v", breaks, err)
	}
}

// Starts are the limits that a commit starts.
func Starts(t testing.TB, c store.Commit) []events.Deadline {
	t.Helper()
	limits, err := c.Limits()
	if err != nil {
		t.Fatal(err)
	}
	return limits
}
