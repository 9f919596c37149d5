package view

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
)

func parkedFact(n int) bus.Parked {
	subject := fmt.Sprintf("clue/500156-XS-2026-%06d", n)
	return bus.Parked{
		Reaction: "casefile-hears", Reason: "当事人信息不全", Tries: 3,
		Envelope: events.Envelope{ID: events.EnvelopeID(subject, 2), Subject: subject, Version: 2, Type: "clue.noted.v1", Data: []byte(`{"n":1}`)},
	}
}

func newParking(t *testing.T) *Parking {
	t.Helper()
	p, err := NewParking(t.Context(), NewMemory(), "casefile")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestParkedFactIsKeptUntilDealtWith(t *testing.T) {
	p, ctx := newParking(t), t.Context()
	for _, n := range []int{1, 2} {
		if err := p.Park(ctx, parkedFact(n)); err != nil {
			t.Fatal(err)
		}
	}
	again := parkedFact(1)
	again.Reason = "仍然不全"
	if err := p.Park(ctx, again); err != nil {
		t.Fatal(err)
	}
	again.Tries, again.State = 6, "parked"
	other := parkedFact(2)
	other.State = "parked"
	got, err := p.Parked(ctx)
	if diff := cmp.Diff([]bus.Parked{again, other}, got); diff != "" || err != nil {
		t.Fatalf("parked (-want +got):\n%s%v", diff, err)
	}
	if err := p.Settle(ctx, again.ID(), bus.Deed{By: "值班员", Did: bus.StateReplayed, Why: "已补正"}); err != nil {
		t.Fatal(err)
	}
	got, err = p.Parked(ctx)
	if diff := cmp.Diff([]bus.Parked{other}, got); diff != "" || err != nil {
		t.Fatalf("parked after one was dealt with (-want +got):\n%s%v", diff, err)
	}
}

func TestSettle(t *testing.T) {
	tests := []struct {
		name  string
		id    string
		first string // state settled before, if any
		state string
		want  fault.Kind
	}{
		{"parked", parkedFact(1).ID(), "", "discarded", ""},
		{"unknown", "casefile-hears|clue/none/1", "", "discarded", fault.NotFound},
		{"the same again", parkedFact(1).ID(), "replayed", "replayed", ""},
		{"otherwise than before", parkedFact(1).ID(), "replayed", "discarded", fault.Conflict},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newParking(t)
			if err := p.Park(t.Context(), parkedFact(1)); err != nil {
				t.Fatal(err)
			}
			if tt.first != "" {
				if err := p.Settle(t.Context(), tt.id, bus.Deed{Did: tt.first}); err != nil {
					t.Fatal(err)
				}
			}
			if err := p.Settle(t.Context(), tt.id, bus.Deed{Did: tt.state, Why: "主管同意"}); fault.KindOf(err) != tt.want {
				t.Errorf("Settle = %v; want kind %q", err, tt.want)
			}
		})
	}
}

func TestParkedFactReturnsAfterItWasDealtWith(t *testing.T) {
	p, ctx := newParking(t), t.Context()
	for _, step := range []func() error{
		func() error { return p.Park(ctx, parkedFact(1)) },
		func() error { return p.Settle(ctx, parkedFact(1).ID(), bus.Deed{Did: bus.StateReplayed}) },
		func() error { return p.Park(ctx, parkedFact(1)) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	got, err := p.Parked(ctx)
	if err != nil || len(got) != 1 || got[0].Tries != 6 || len(got[0].Deeds) != 1 {
		t.Errorf("parked = %+v, %v; want it once, with six tries", got, err)
	}
}

// TestManyAreParkedAtOnce parks more facts than one page shows, several of them
// by several listeners.
func TestManyAreParkedAtOnce(t *testing.T) {
	const facts, times = 1100, 3
	p := newParking(t)
	var wg sync.WaitGroup
	for range times {
		wg.Go(func() {
			for n := range facts {
				if err := p.Park(t.Context(), parkedFact(n)); err != nil {
					t.Errorf("park %d: %v", n, err)
				}
			}
		})
	}
	wg.Wait()
	got, err := p.Parked(t.Context())
	if err != nil || len(got) != facts {
		t.Fatalf("%d parked, %v; want %d", len(got), err, facts)
	}
	for _, x := range got {
		if x.Tries != 3*times {
			t.Errorf("%s has %d tries; want %d", x.ID(), x.Tries, 3*times)
		}
	}
}
