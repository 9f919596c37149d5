package oversee

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/clue"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// complaints is oversee beside the real service of clues, which starts limits,
// hands them on, ends them and merges them. Oversee is restarted before every
// act.
type complaints struct {
	*fixture
	clue     *clue.Service
	clues    *store.Memory
	register *servicetest.Voice
	n        int
}

const funeralHome = "500156-JG-000001"

var (
	citizen = identity.Actor{ID: "citizen", Roles: []identity.Role{identity.Citizen}}
	intake  = actor("yewu", "mzj", identity.Intake)
	market  = actor("shichang", "scjgj", identity.Officer)
	police  = actor("gongan", "gaj", identity.Officer)
	office  = actor("zhuanban", "zbb", identity.Office)
)

func actor(id, unit string, role identity.Role) identity.Actor {
	return identity.Actor{ID: "500156-RY-" + id, Unit: unit, Roles: []identity.Role{role}}
}

// newComplaints stands on Monday, 6 July 2026.
func newComplaints(t *testing.T) *complaints {
	t.Helper()
	f := newFixture(t)
	f.clock.Set(time.Date(2026, 7, 6, 1, 20, 0, 0, time.UTC))
	c := &complaints{fixture: f, clues: store.NewMemory(), register: servicetest.NewVoice("register", f.clock)}
	var err error
	c.clue, err = clue.New(context.Background(), clue.Config{
		District: "500156", Log: c.clues, Tables: view.NewMemory(), Clock: f.clock, Law: f.counter.Law, Calendar: f.counter.Calendar,
		Key: slices.Repeat([]byte{7}, clue.KeyBytes),
	})
	if err != nil {
		t.Fatal(err)
	}
	c.register.Say(t, "facility", funeralHome, events.FacilityChanged{Facility: events.Facility{
		ID: funeralHome, Name: "武隆区殡仪馆", Category: "funeral_home", SubjectKind: "institution", Town: "芙蓉街道", Status: "open",
	}})
	c.hear(t)
	return c
}

func (c *complaints) hear(t *testing.T) {
	t.Helper()
	c.service = c.sibling(t)
	servicetest.Pump(t, []store.Log{c.register.Log, c.clues, c.log}, slices.Concat([]bus.Reaction{}, c.clue.Reactions(), c.service.Reactions()))
}

func (c *complaints) by(a identity.Actor) store.Cause {
	c.n++
	return store.Cause{ID: fmt.Sprintf("test/%d", c.n), Actor: a}
}

func (c *complaints) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	c.hear(t)
}

func (c *complaints) receive(t *testing.T) string {
	t.Helper()
	r, err := c.clue.Receive(context.Background(), clue.Receive{
		Cause: c.by(citizen), Facility: funeralHome, Offence: "bundled_sale", Text: "不买馆内花圈就不给安排告别厅。",
	})
	c.must(t, err)
	return r.Clue
}

func (c *complaints) accept(t *testing.T, id string) {
	t.Helper()
	c.must(t, c.clue.Accept(context.Background(), clue.Accept{Cause: c.by(market), Clue: id}))
}

// stands is how oversee keeps the limit of a clue under a rule.
func (c *complaints) stands(t *testing.T, id, rule string) Limit {
	t.Helper()
	entity, err := EntityOf(events.DeadlineID(clue.Subject(id), rule))
	if err != nil {
		t.Fatal(err)
	}
	l, _, err := c.service.limits.Load(context.Background(), entity)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// runs wants a limit to run for that unit until that day.
func (c *complaints) runs(t *testing.T, id, rule, unit, day string) {
	t.Helper()
	if l := c.stands(t, id, rule); l.State != Armed || l.Deadline.Owner != unit || l.Deadline.DueDate != day || l.Round != 1 {
		t.Errorf("%s %s with %s until %s, armed %d times; want with %s until %s, armed once", rule, l.State, l.Deadline.Owner, l.Deadline.DueDate, l.Round, unit, day)
	}
}

// TestDeadlinesSurvive holds the list of what a limit must outlive: restart and
// replicas are tried by TestRestartSaysWhatIsDueOnce, TestReplicasAtOnce and
// TestEndsAroundARestart, a clock set wrong by TestClockSetBackSaysNothingTwice
// and TestNothingIsSaidOnALeap, a new law pack by TestNewPackKeepsOrRecounts, a
// case that is sent back by casefile.TestSendBackResetsNothing. Here is what the
// real service of clues does to them.
func TestDeadlinesSurvive(t *testing.T) {
	ctx := context.Background()
	const verify, complaint = "clue.verify", "complaint.accept"
	back := func(t *testing.T, c *complaints, id string) {
		t.Helper()
		c.clock.Advance(24 * time.Hour)
		c.must(t, c.clue.Return(ctx, clue.Return{Cause: c.by(market), Clue: id, Ground: "return.not_competent", Suggested: "gaj", Note: "现场没有经营行为"}))
	}
	t.Run("send-back and return", func(t *testing.T) {
		c := newComplaints(t)
		id := c.receive(t)
		back(t, c, id)
		c.runs(t, id, verify, "scjgj", "2026-07-27") // the unit that gave it back answers until another has it
		c.must(t, c.clue.Route(ctx, clue.Route{Cause: c.by(intake), Clue: id}))
		c.runs(t, id, verify, "gaj", "2026-07-27")
		c.runs(t, id, complaint, "gaj", "2026-07-15")
	})
	t.Run("transfer to another unit", func(t *testing.T) {
		c := newComplaints(t)
		id := c.receive(t)
		back(t, c, id)
		c.must(t, c.clue.Dispute(ctx, clue.Dispute{Cause: c.by(police), Clue: id, Reason: "不属于治安案件", Basis: "《治安管理处罚法》"}))
		c.clock.Advance(48 * time.Hour)
		c.must(t, c.clue.Rule(ctx, clue.Rule{Cause: c.by(office), Clue: id, Lead: "fgw", Offence: "bundled_sale", Basis: "《价格法》", Reason: "属于价格行为"}))
		c.runs(t, id, verify, "fgw", "2026-07-27")
		c.runs(t, id, complaint, "fgw", "2026-07-15")
	})
	t.Run("merge of two clues", func(t *testing.T) {
		c := newComplaints(t)
		early := c.receive(t)
		c.clock.Advance(72 * time.Hour)
		late := c.receive(t)
		c.runs(t, late, verify, "scjgj", "2026-07-30")
		c.must(t, c.clue.Merge(ctx, clue.Merge{Cause: c.by(intake), Clue: late, Into: early}))
		c.runs(t, early, verify, "scjgj", "2026-07-27") // the earlier one holds for both
		if l := c.stands(t, late, verify); l.State != Met || !l.next().IsZero() {
			t.Errorf("the limit of what was merged is %q", l.State)
		}
	})
	t.Run("reopening", func(t *testing.T) {
		c := newComplaints(t)
		r, err := c.clue.Receive(ctx, clue.Receive{Cause: c.by(citizen), Facility: funeralHome, Offence: "bundled_sale", Text: "不买馆内花圈就不给安排告别厅。"})
		c.must(t, err)
		c.accept(t, r.Clue)
		c.must(t, c.clue.Conclude(ctx, clue.Conclude{Cause: c.by(market), Clue: r.Clue, Outcome: "unfounded", Summary: "核查了票据。", Evidence: []string{"检查笔录"}}))
		if l := c.stands(t, r.Clue, verify); l.State != Met {
			t.Fatalf("concluded, and %q", l.State)
		}
		c.clock.Set(time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC))
		c.must(t, c.clue.Reopen(ctx, clue.Reopen{Cause: c.by(citizen), Code: r.Code, Text: "我有当天的收费票据。"}))
		if l := c.stands(t, r.Clue, verify); l.State != Armed || l.Deadline.DueDate != "2026-10-27" || l.next().IsZero() {
			t.Errorf("reopened, it is %q until %s", l.State, l.Deadline.DueDate)
		}
	})
	t.Run("an internal note resets nothing", func(t *testing.T) {
		c := newComplaints(t)
		id := c.receive(t)
		c.clock.Advance(24 * time.Hour)
		c.must(t, c.clue.Sign(ctx, clue.Sign{Cause: c.by(market), Clue: id}))
		entity, err := EntityOf(events.DeadlineID(clue.Subject(id), verify))
		if err != nil {
			t.Fatal(err)
		}
		was := c.stands(t, id, verify)
		c.must(t, c.service.Urge(ctx, Urge{Cause: c.by(office), Deadline: entity, Words: "请抓紧核查"}))
		c.runs(t, id, verify, "scjgj", "2026-07-27")
		if l := c.stands(t, id, verify); !l.next().Equal(was.next()) || len(l.Urged) != 1 {
			t.Errorf("next %s, was %s; pressed %d times", l.next(), was.next(), len(l.Urged))
		}
	})
	t.Run("a shorter second limit never hides the first", func(t *testing.T) {
		c := newComplaints(t)
		id := c.receive(t)
		c.clock.Set(time.Date(2026, 7, 29, 2, 0, 0, 0, time.UTC)) // both are past
		if _, err := c.service.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		c.hear(t)
		for _, rule := range []string{complaint, verify} {
			if l := c.stands(t, id, rule); l.State != Overdue {
				t.Errorf("%s is %q", rule, l.State)
			}
		}
		c.accept(t, id)
		if short, long := c.stands(t, id, complaint), c.stands(t, id, verify); short.State != MetLate || long.State != Overdue {
			t.Errorf("taken up late: %q, and the longer one %q", short.State, long.State)
		}
		rows, err := c.service.PublicOverdue(ctx)
		if err != nil || len(rows) != 1 || rows[0].Deadline.Rule != verify {
			t.Errorf("the public sees %+v, %v", rows, err)
		}
	})
}
