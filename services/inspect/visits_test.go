package inspect

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
)

var (
	nothing = []string{"1"}
	ordered = events.Finding{Item: "mzj-201", Text: "扩建未报批", Result: "5", Days: 15}
	passed  = events.Finding{Item: "scjgj-302", Text: "收费高于公示", Result: "8", Offence: "price_violation", Evidence: "票据"}
)

// TestPool looks at what is drawn from: who is in, who is out, who stays away
// from whom.
func TestPool(t *testing.T) {
	f := newFixture(t)
	f.announced(t)
	p, err := f.PreviewBatch(context.Background(), leader("scjgj"), batchID)
	must(t, "preview", err)
	if p.Objects != 14 || p.Closed != 1 || p.Flagged != 1 || p.Avoid != 1 || p.Rotate != 0 || p.Officers["mzj"] != 4 || len(p.Problems) != 0 || len(p.Cautions) != 0 {
		t.Errorf("preview %+v", p)
	}
	_, err = f.PreviewBatch(context.Background(), leader("gaj"), batchID)
	wants(t, "preview by another unit", err, fault.Denied)
	wants(t, "freeze while the parties commit", f.FreezeBatch(context.Background(), FreezeBatch{Cause: f.by(drafting), Batch: batchID}), fault.Conflict)
	f.Clock.Set(freezeBy)
	wants(t, "freeze by another unit", f.FreezeBatch(context.Background(), FreezeBatch{Cause: f.by(leader("scjgj")), Batch: batchID}), fault.Denied)
	must(t, "freeze", f.FreezeBatch(context.Background(), FreezeBatch{Cause: f.by(drafting), Batch: batchID}))
	_, err = f.PreviewBatch(context.Background(), leader("scjgj"), batchID)
	wants(t, "preview what is frozen", err, fault.Conflict)
	frozen := servicetest.Of[events.BatchFrozen](t, f.log)[0]
	if frozen.Round != 1 || !slices.Equal(frozen.Turns, []events.Turn{{Category: "cemetery_commercial", Draw: 1, Of: 1}, {Category: "cemetery_rural", Draw: 1, Of: 2}}) {
		t.Errorf("round %d, turns %+v", frozen.Round, frozen.Turns)
	}
	for _, c := range frozen.Candidates {
		units := []string{}
		for _, task := range c.Tasks {
			units = append(units, task.Unit)
		}
		want, stratum := []string{"mzj", "lyj"}, "cemetery_rural.A.M"
		if c.Category == "cemetery_commercial" {
			want, stratum = []string{"mzj", "scjgj", "lyj"}, "cemetery_commercial.B.M"
		}
		if !slices.Equal(units, want) || c.Stratum != stratum || c.Closed != (c.Facility == closed1) || slices.Contains(c.Flags, "complaints") != (c.Facility == flagged1) {
			t.Errorf("candidate %+v", c)
		}
	}
	if !slices.Equal(frozen.Exclusions, []events.Exclusion{{Officer: officerID(10), Facility: commercial, Code: "avoid"}}) {
		t.Errorf("exclusions %+v", frozen.Exclusions)
	}
	for _, o := range frozen.Officers {
		if o.Officer == officerID(14) || o.Officer == officerID(15) {
			t.Errorf("%s, whose certificate ends or who has left, may be drawn", o.Officer)
		}
	}
	f.again(t)
}

// TestTooFewOfficersAreNotFrozen lets all but one officer of a unit go.
func TestTooFewOfficersAreNotFrozen(t *testing.T) {
	f := newFixture(t)
	f.announced(t)
	for n := 21; n <= 23; n++ {
		f.officer(t, n, events.Officer{Unit: "scjgj", CertUntil: "2026-05-09", Status: "active", Max: 20})
	}
	f.pump(t)
	p, err := f.PreviewBatch(context.Background(), leader("mzj"), batchID)
	must(t, "preview", err)
	if len(p.Problems) != 1 || !strings.Contains(p.Problems[0], "scjgj") {
		t.Errorf("problems %v", p.Problems)
	}
	f.Clock.Set(freezeBy)
	wants(t, "freeze", f.FreezeBatch(context.Background(), FreezeBatch{Cause: f.by(drafting), Batch: batchID}), fault.Conflict)
}

// TestOneJointVisit goes through a visit of three units with three outcomes: the
// facility is given one notice and signs once.
func TestOneJointVisit(t *testing.T) {
	f := newFixture(t)
	f.drawn(t)
	ctx := context.Background()
	wants(t, "notice before the heads consented", f.NoticeVisit(ctx, NoticeVisit{Cause: f.by(member("mzj", 1)), Visit: visit1, No: "1号", Coded: Coded{Code: "ZF-1"}}), fault.Conflict)
	f.noticed(t, visit1, "mzj", "scjgj", "lyj")
	f.answers(t, visit1, "mzj", []string{"5"}, ordered)
	wants(t, "answer twice", f.AnswerSection(ctx, AnswerSection{Cause: f.by(member("mzj", 1)), Visit: visit1, Results: nothing, Signed: []string{officerID(11), officerID(12)}}), fault.Conflict)
	wants(t, "sign before all answered", f.SignVisit(ctx, SignVisit{Cause: f.by(member("mzj", 1)), Visit: visit1, Countersign: "signed"}), fault.Conflict)
	wants(t, "an offence that there isn't", f.AnswerSection(ctx, AnswerSection{
		Cause: f.by(member("scjgj", 1)), Visit: visit1, Results: []string{"8"}, Findings: []events.Finding{{Item: "scjgj-302", Text: "x", Result: "8", Offence: "zoo"}},
		Signed: []string{officerID(21), officerID(22)},
	}), fault.NotFound)
	f.answers(t, visit1, "scjgj", []string{"8"}, passed)
	f.answers(t, visit1, "lyj", nothing)
	f.recorded(t, visit1)
	said := servicetest.Of[events.VisitRecorded](t, f.log)
	if len(said) != 1 || len(said[0].Visit.Sections) != 3 || len(said[0].Deadlines) != 2 || said[0].Deadlines[0].Rule != "pub.check.result" || said[0].Deadlines[1].Rule != "pub.check.local" {
		t.Fatalf("recorded %+v", said)
	}
	if found := said[0].Visit.Sections[1].Findings; len(found) != 1 || found[0].Offence != "price_violation" || found[0].No != 1 {
		t.Errorf("what becomes a clue: %+v", found)
	}
	if len(servicetest.Of[events.VisitNoticed](t, f.log)) != 1 || len(servicetest.Of[events.VisitSigned](t, f.log)) != 1 {
		t.Error("the facility was asked more than once")
	}
	orders := servicetest.Of[events.RectificationOrdered](t, f.log)
	if len(orders) != 1 || orders[0].Unit != "mzj" || orders[0].Deadline.N != 15 {
		t.Fatalf("ordered %+v", orders)
	}
	n, err := f.Notice(ctx, member("lyj", 1), visit1)
	must(t, "notice", err)
	if len(n.Units) != 3 || len(n.Units[0].Officers) != 2 || n.Units[1].Items[0].Code != "scjgj-302" || n.Inspected != 1 || !strings.Contains(n.Rights, "回避") || n.Source != "2026年联合抽查计划：春季" {
		t.Errorf("notice %+v", n)
	}
	f.again(t)
}

// TestRectificationOfTheService runs an order through a failed and a passed
// re-inspection.
func TestRectificationOfTheService(t *testing.T) {
	f := newFixture(t)
	f.drawn(t)
	f.noticed(t, visit1, "mzj", "scjgj", "lyj")
	f.answers(t, visit1, "mzj", []string{"5"}, ordered)
	f.answers(t, visit1, "scjgj", nothing)
	f.answers(t, visit1, "lyj", nothing)
	f.recorded(t, visit1)
	ctx, id := context.Background(), "500156-ZG-2026-000101-000001-mzj-1"
	party := who("party", commercial, identity.Party)
	extend := func(by identity.Actor, days int) error {
		return f.ExtendRectification(ctx, ExtendRectification{Cause: f.by(by), Rectification: id, Days: days, Reason: "材料未到"})
	}
	wants(t, "more than the rule allows", extend(leader("mzj"), 31), fault.Invalid)
	wants(t, "by a stranger", extend(leader("lyj"), 10), fault.NotFound)
	must(t, "more time", extend(leader("mzj"), 10))
	wants(t, "more time again", extend(leader("mzj"), 10), fault.Conflict)
	prove := func(by identity.Actor, sum string) error {
		return f.ProveRectification(ctx, ProveRectification{Cause: f.by(by), Rectification: id, Proof: "已补办", SHA256: sum})
	}
	check := func(passed bool, officers ...int) error {
		cmd := CheckRectification{Cause: f.by(member("mzj", 3)), Rectification: id, Passed: passed, Note: "现场复查"}
		for _, n := range officers {
			cmd.Officers = append(cmd.Officers, officerID(n))
		}
		return f.CheckRectification(ctx, cmd)
	}
	wants(t, "check before the proof", check(true, 11, 12), fault.Conflict)
	wants(t, "another facility", prove(who("other", rural, identity.Party), ""), fault.NotFound)
	wants(t, "no digest", prove(party, "abc"), fault.Invalid)
	must(t, "prove", prove(party, strings.Repeat("ab", 32)))
	wants(t, "prove twice", prove(party, ""), fault.Conflict)
	wants(t, "one officer", check(true, 11), fault.Invalid)
	wants(t, "officer of another unit", check(true, 11, 21), fault.Invalid)
	wants(t, "officer who has left", check(true, 11, 15), fault.Invalid)
	wants(t, "officer with an interest", check(true, 11, 10), fault.Invalid)
	wants(t, "no such officer", check(true, 11, 99), fault.Invalid)
	must(t, "failed", check(false, 11, 12))
	must(t, "prove again", prove(who("x", "mzj", identity.Officer), ""))
	must(t, "passed", check(true, 11, 12))
	wants(t, "closed", prove(party, ""), fault.Conflict)
	wants(t, "more time when it is closed", extend(leader("mzj"), 10), fault.Conflict)
	f.pump(t)
	rows, err := f.Rectifications(ctx, party, Orders{})
	must(t, "list", err)
	if len(rows) != 1 || rows[0].State != Closed || rows[0].Deadline.N != 25 {
		t.Errorf("the order reads %+v", rows)
	}
	starts, settles := 0, 0
	for _, c := range servicetest.Facts(t, f.log) {
		if strings.HasPrefix(c.Subject, "rectification/") {
			starts, settles = starts+len(servicetest.Starts(t, c)), settles+len(c.Settles)
		}
	}
	if starts != 4 || settles != 3 { // order, more time, two proofs; recheck twice and the order itself
		t.Errorf("%d limits start, %d end", starts, settles)
	}
	f.again(t)
}

// TestNextCard refills seats: before the head consents, and when an officer's
// certificate or interest turns up before the notice.
func TestNextCard(t *testing.T) {
	f := newFixture(t)
	f.drawn(t)
	ctx := context.Background()
	replace := func(no, seat int, was, officer string) {
		t.Helper()
		f.draw.Say(t, "draw", "500156-2026-0001", events.DrawReplaced{
			Draw: "500156-2026-0001", Batch: batchID, No: no, Was: was, Reason: "leave",
			Seat: events.Seat{Facility: rural, Unit: "mzj", No: seat, Officer: officer},
		})
		f.pump(t)
	}
	replace(1, 1, officerID(11), officerID(13))
	for _, unit := range []string{"mzj", "lyj"} {
		must(t, unit, f.ApproveVisit(ctx, ApproveVisit{Cause: f.by(leader(unit)), Visit: visit11}))
	}
	f.officer(t, 13, events.Officer{Unit: "mzj", CertUntil: "2026-04-14", Status: "active", Max: 20})
	f.officer(t, 12, events.Officer{Unit: "mzj", CertUntil: "2027-12-31", Status: "active", Max: 20, Interests: []events.Interest{{Facility: rural}}})
	f.pump(t)
	notice := func(by identity.Actor) error {
		return f.NoticeVisit(ctx, NoticeVisit{Cause: f.by(by), Visit: visit11, No: "1号", On: visitDay, Coded: Coded{Code: "ZF-1"}})
	}
	wants(t, "a certificate that ends before", notice(who(officerID(13), "mzj", identity.Officer)), fault.Conflict)
	wants(t, "an officer who was replaced", notice(member("mzj", 1)), fault.NotFound)
	replace(2, 1, officerID(13), officerID(10))
	wants(t, "an interest declared since", notice(who(officerID(10), "mzj", identity.Officer)), fault.Conflict)
	replace(3, 2, officerID(12), officerID(11))
	must(t, "notice", notice(member("mzj", 1)))
	f.pump(t)
	rows, err := f.Visits(ctx, member("mzj", 1), batchID)
	must(t, "mine", err)
	i := slices.IndexFunc(rows, func(r VisitRow) bool { return r.ID == visit11 })
	if i < 0 || !slices.Equal(rows[i].Officers, []string{officerID(10), officerID(11), officerID(31), officerID(32)}) || rows[i].State != Noticed {
		t.Errorf("my visits are %+v", rows)
	}
	f.again(t)
}

// A visit counts against the cap for a year from its day, whatever year was
// written over the plan; one that is still to be made counts in its own.
func TestVisitCountsForAYear(t *testing.T) {
	for _, tt := range []struct {
		row  VisitRow
		want bool
	}{
		{VisitRow{Year: "2025", VisitedOn: "2025-11-20"}, true},
		{VisitRow{Year: "2025", VisitedOn: "2025-03-05"}, false},
		{VisitRow{Year: "2025", VisitedOn: "2025-03-06"}, true},
		{VisitRow{Year: "2026"}, true},
		{VisitRow{Year: "2025"}, false},
	} {
		if got := tt.row.counts("2026", "2025-03-05"); got != tt.want {
			t.Errorf("%+v counts: %v", tt.row, got)
		}
	}
}

// TestRotation keeps the officers of spring away from the same cemetery in
// autumn, and counts its visit.
func TestRotation(t *testing.T) {
	f := newFixture(t)
	f.drawn(t)
	f.Clock.Set(time.Date(2026, 8, 3, 1, 0, 0, 0, time.UTC))
	cmd := announcing()
	cmd.Cause, cmd.No = f.by(drafting), 2
	shift := f.Clock.Now().Sub(begin)
	for _, at := range []*time.Time{&cmd.CommitBy, &cmd.FreezeBy, &cmd.RevealBy, &cmd.BeaconAt} {
		*at = at.Add(shift)
	}
	cmd.OpenBy = time.Date(2026, 11, 2, 1, 0, 0, 0, time.UTC)
	id, err := f.AnnounceBatch(context.Background(), cmd)
	must(t, "announce", err)
	f.Clock.Set(cmd.FreezeBy)
	must(t, "freeze", f.FreezeBatch(context.Background(), FreezeBatch{Cause: f.by(drafting), Batch: id}))
	all := servicetest.Of[events.BatchFrozen](t, f.log)
	autumn := all[len(all)-1]
	var away []string
	for _, x := range autumn.Exclusions {
		if x.Facility == rural && x.Code == "rotate" {
			away = append(away, x.Officer)
		}
	}
	if !slices.Equal(away, []string{officerID(11), officerID(12), officerID(31), officerID(32)}) {
		t.Errorf("stay away: %v", away)
	}
	for _, c := range autumn.Candidates {
		if c.Drawn != (c.Facility == rural) || c.Inspected > 1 {
			t.Errorf("candidate %+v", c)
		}
	}
}
