package credit

import (
	"context"
	"slices"
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
)

// TestBreachIsHeardWithinItsLimit: the notice starts the five workdays in which
// the facility is heard, its statement ends them, and so does dropping the
// suspicion.
func TestBreachIsHeardWithinItsLimit(t *testing.T) {
	f := newFixture(t) // 14 October 2026
	ctx := context.Background()
	f.pump(t)
	officer := identity.Actor{ID: "o", Unit: "mzj", Roles: []identity.Role{identity.Officer}}
	head := identity.Actor{ID: "l", Unit: "mzj", Roles: []identity.Role{identity.Leader}}
	party := identity.Actor{ID: "p", Unit: facility, Roles: []identity.Role{identity.Party}}
	by := func(id string, a identity.Actor) store.Cause { return store.Cause{ID: id, Actor: a} }
	id, err := f.MakeCommitment(ctx, MakeCommitment{Cause: by("1", party), Facility: facility, Sort: "active", Signatory: "馆长", Obligations: []string{"明码标价"}, TextVersion: "1"})
	if err != nil {
		t.Fatal(err)
	}
	limit := events.DeadlineID("commitment/"+id, "credit.breach.hear")
	notice := func(cause string) {
		t.Helper()
		if err := f.NoticeBreach(ctx, NoticeBreach{Cause: by(cause, officer), Commitment: id, Obligation: 1, Fact: "没有标价", Evidence: []string{"照片"}}); err != nil {
			t.Fatal(err)
		}
	}
	last := func() store.Commit {
		t.Helper()
		commits := servicetest.Facts(t, f.log)
		i := slices.IndexFunc(commits, func(c store.Commit) bool { return len(c.Starts)+len(c.Settles) > 0 })
		if i < 0 {
			t.Fatal("no limit was started or ended")
		}
		for j, c := range commits {
			if len(c.Starts)+len(c.Settles) > 0 {
				i = j
			}
		}
		return commits[i]
	}
	notice("2")
	if d := servicetest.Starts(t, last()); len(d) != 1 || d[0].ID != limit || d[0].DueDate != "2026-10-21" || d[0].Owner != "mzj" {
		t.Errorf("the notice starts %+v", d)
	}
	if err := f.HearBreach(ctx, HearBreach{Cause: by("3", party), Commitment: id, Statement: "愿意改正"}); err != nil {
		t.Fatal(err)
	}
	if c := last(); !slices.Equal(c.Settles, []string{limit}) {
		t.Errorf("the statement ends %v", c.Settles)
	}
	if err := f.DropBreach(ctx, DropBreach{Cause: by("4", head), Commitment: id, Reason: "当日系统故障"}); err != nil {
		t.Fatal(err)
	}
	notice("5")
	if err := f.DropBreach(ctx, DropBreach{Cause: by("6", head), Commitment: id, Reason: "证据不足"}); err != nil {
		t.Fatal(err)
	}
	if c := last(); !slices.Equal(c.Settles, []string{limit}) {
		t.Errorf("dropping it ends %v", c.Settles)
	}
}
