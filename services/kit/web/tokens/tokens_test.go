package tokens

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/web"
)

var _ web.Tokens = (*Directory)(nil)

var (
	noon  = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	admin = identity.Actor{ID: "admin", Roles: []identity.Role{identity.Admin}}
)

// say commits a fact about a token, as identity would.
func say(t testing.TB, log store.Log, clk clock.Clock, id, cause string, fact events.Event) {
	t.Helper()
	tokens := store.NewCollection[struct{}]("token", log, clk)
	err := tokens.Put(context.Background(), store.Cause{ID: cause, Actor: admin}, id, func(*struct{}) (events.Event, error) { return fact, nil })
	if err != nil {
		t.Fatal(err)
	}
}

func TestLookup(t *testing.T) {
	log, clk := store.NewMemory(), clock.NewFake(noon)
	d, err := Open(t.Context(), view.NewMemory(), clk, "clue")
	if err != nil {
		t.Fatal(err)
	}
	issued := func(id, hash string) events.TokenIssued {
		return events.TokenIssued{Token: id, SHA256: hash, Account: "500156-RY-mzj-001", Unit: "mzj", Roles: []string{"officer", "leader"}, Until: noon.Add(time.Hour)}
	}
	say(t, log, clk, "500156-LP-000001", "1", issued("500156-LP-000001", "aa"))
	say(t, log, clk, "500156-LP-000002", "1", issued("500156-LP-000002", "bb"))
	servicetest.Pump(t, []store.Log{log}, []bus.Reaction{d.View().Reaction()})
	for _, hash := range []string{"aa", "bb"} {
		got, err := d.Lookup(t.Context(), hash)
		want := identity.Actor{ID: "500156-RY-mzj-001", Unit: "mzj", Roles: []identity.Role{identity.Officer, identity.Leader}}
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s belongs to %+v, %v", hash, got, err)
		}
	}
	say(t, log, clk, "500156-LP-000002", "2", events.TokenRevoked{Token: "500156-LP-000002", Reason: "调离"})
	if _, err := d.Lookup(t.Context(), "bb"); err != nil {
		t.Errorf("refused before it was heard: %v", err)
	}
	servicetest.Pump(t, []store.Log{log}, []bus.Reaction{d.View().Reaction()})
	var refusals []string
	refused := func(hash string) {
		t.Helper()
		got, err := d.Lookup(t.Context(), hash)
		if fault.KindOf(err) != fault.Denied || got.ID != "" {
			t.Fatalf("%q belongs to %+v, %v", hash, got, err)
		}
		refusals = append(refusals, err.Error())
	}
	refused("bb") // revoked
	refused("cc") // unknown
	refused("")
	if _, err := d.Lookup(t.Context(), "aa"); err != nil {
		t.Errorf("the other token went too: %v", err)
	}
	clk.Advance(time.Hour)
	refused("aa") // expired
	for _, r := range refusals {
		if r != refusals[0] {
			t.Errorf("%q tells another reason than %q", r, refusals[0])
		}
	}
}

// away is a store that cannot be reached.
type away struct{ view.Table }

func (away) List(context.Context, view.Query) ([]view.Row, error) {
	return nil, fault.New(fault.Unavailable, "存储暂不可用")
}

type awayTables struct{}

func (awayTables) Table(context.Context, view.Shape) (view.Table, error) { return away{}, nil }

func TestAStoreThatIsAwayRefusesNobody(t *testing.T) {
	d, err := Open(t.Context(), awayTables{}, clock.NewFake(noon), "clue")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Lookup(t.Context(), "aa"); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a caller was told %v", err)
	}
}

func TestFoldRefusesAnotherFact(t *testing.T) {
	if err := fold(&owner{}, events.Envelope{Type: "clue.routed.v1"}); err == nil {
		t.Error("a fact about a clue became one about a token")
	}
	err := fold(&owner{}, events.Envelope{Type: "identity.token_issued.v1", Data: []byte("{")})
	if err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("half a fact was folded: %v", err)
	}
}
