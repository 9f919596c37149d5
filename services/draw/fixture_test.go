package draw

import (
	"fmt"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/workday"
)

// The hours of the ceremony that the tests hold.
var (
	commitBy = shanghai(3, 17, 0)
	freezeBy = shanghai(3, 18, 0)
	revealBy = shanghai(3, 20, 0)
	beaconAt = shanghai(3, 21, 30)
	openBy   = time.Date(2026, 4, 15, 18, 0, 0, 0, workday.Zone)
)

func shanghai(day, hour, minute int) time.Time {
	return time.Date(2026, 3, day, hour, minute, 0, 0, workday.Zone)
}

const (
	drawID = "500156-2026-0001"
	batch  = "500156-PC-2026-000101"
	number = "02 05 11 14 18 23 27 31 36 40 44 47 52 55 59 63 66 70 74 79"
	other  = "01 05 11 14 18 23 27 31 36 40 44 47 52 55 59 63 66 70 74 79"
)

func of(unit string, roles ...identity.Role) identity.Actor {
	if len(roles) == 0 {
		roles = []identity.Role{identity.Officer}
	}
	return identity.Actor{ID: "500156-RY-" + unit + "-001", Unit: unit, Roles: roles}
}

// nonce is the secret of a party in these tests.
func nonce(unit string) fdraw.Digest { return fdraw.SM3.Raw("secret of " + unit) }

// promise is what a party hands in for its secret.
func promise(draw, unit string) fdraw.Digest {
	c := fdraw.Commit{Head: fdraw.Head{Draw: draw, Attempt: 1}, Party: unit, Nonce: nonce(unit)}
	return c.Digest(fdraw.SM3)
}

// frozen is what inspect froze: twelve shops, of which one is flagged and one
// closed, and eleven officers of two units, two of whom must stay away.
func frozen() events.BatchFrozen {
	tasks := []events.UnitTask{{Unit: "mzj", Officers: 2, Items: []string{"mzj-201"}}, {Unit: "scjgj", Officers: 2, Skill: "price", Items: []string{"scjgj-301"}}}
	f := events.BatchFrozen{Batch: batch, Turns: []events.Turn{{Category: "shop", Draw: 1, Of: 2}}, Exclusions: []events.Exclusion{
		{Officer: "500156-RY-000001", Facility: "500156-JG-000001", Code: "avoid"},
		{Officer: "500156-RY-000006", Facility: "500156-JG-000001", Code: "rotate"},
	}}
	for i := range 12 {
		c := events.Candidate{
			Facility: fmt.Sprintf("500156-JG-%06d", i+1), Name: fmt.Sprintf("第%d服务部", i+1), Category: "shop", Stratum: "shop.H",
			Grade: "D", Risk: "M", Flags: []string{}, Tasks: tasks,
		}
		switch i {
		case 0:
			c.Grade, c.Flags = "", []string{"complaints"}
		case 11:
			c.Closed = true
		}
		f.Candidates = append(f.Candidates, c)
	}
	for i := range 11 {
		o := events.CandidateOfficer{Officer: fmt.Sprintf("500156-RY-%06d", i+1), Unit: "mzj", Max: 12}
		if i >= 5 {
			o.Unit, o.Skills = "scjgj", []string{"price", "ads"}
		}
		f.Officers = append(f.Officers, o)
	}
	return f
}

func announcement(id string) *fdraw.Announce {
	policy := testPolicy()
	return &fdraw.Announce{
		Head: fdraw.Head{Draw: id, Attempt: 1}, Hash: fdraw.SM3, Policy: policy.Digest(fdraw.SM3), Parties: []string{"mzj", "scjgj", "sfj"}, Quorum: 2,
		CommitBy: commitBy, FreezeBy: freezeBy, RevealBy: revealBy, OpenBy: openBy,
		Beacon: fdraw.Appointment{Source: fdraw.KL8, Issue: "2026052", At: beaconAt}, Fallback: fdraw.Dice,
	}
}

// again is the announcement of a later attempt, with a public number of its own.
func again(attempt int) *fdraw.Announce {
	a := announcement(drawID)
	a.Attempt, a.Beacon.Issue = attempt, fmt.Sprintf("20260%d", 52+attempt)
	return a
}

func testPolicy() *fdraw.Policy {
	return &fdraw.Policy{
		Rates:       []fdraw.RateLine{{Category: "shop", Grade: "D", Risk: "M", PPM: 800000}, {Category: "shop", Grade: "U", Risk: "M", PPM: 200000}},
		CensusBelow: 5, Floor: 20000, Flag: fdraw.FlagRule{Written: true},
	}
}

// must fails the test if an act does not go through.
func must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// standing brings a draw to a state by the acts that lead there. In Frozen every
// party but sfj has opened its commitment, in Revealed one officer has typed.
func standing(t *testing.T, state State) Draw {
	t.Helper()
	var d Draw
	do := func(what string, act func() (events.Event, error)) {
		_, err := act()
		must(t, what, err)
	}
	if state == "" {
		return d
	}
	do("announce", func() (events.Event, error) {
		return d.Announce(announcement(drawID), testPolicy().Text(), announcedBatch())
	})
	do("commit", func() (events.Event, error) { return d.Commit(of("mzj"), promise(drawID, "mzj"), commitBy) })
	do("commit", func() (events.Event, error) { return d.Commit(of("scjgj"), promise(drawID, "scjgj"), commitBy) })
	if state == Announced {
		return d
	}
	if state == Voided {
		d.Commits = d.Commits[:1]
		do("void", func() (events.Event, error) { return freeze(t, &d) })
		return d
	}
	do("commit", func() (events.Event, error) { return d.Commit(of("sfj"), promise(drawID, "sfj"), commitBy) })
	do("freeze", func() (events.Event, error) { return freeze(t, &d) })
	do("reveal", func() (events.Event, error) { return d.Reveal(of("mzj"), nonce("mzj"), revealBy) })
	do("reveal", func() (events.Event, error) { return d.Reveal(of("scjgj"), nonce("scjgj"), revealBy) })
	if state == Frozen {
		return d
	}
	do("close", func() (events.Event, error) { return d.Close(revealBy.Add(time.Second)) })
	do("type", func() (events.Event, error) { return d.Type(of("mzj"), number, beaconAt) })
	if state == Revealed {
		return d
	}
	do("type", func() (events.Event, error) { return d.Type(of("scjgj"), number, beaconAt) })
	if state == Numbered {
		return d
	}
	do("complete", d.Complete)
	if state == Sealed {
		return d
	}
	do("open", func() (events.Event, error) { return d.Open(true, beaconAt) })
	return d
}

func freeze(t *testing.T, d *Draw) (events.Event, error) {
	t.Helper()
	salt := fdraw.SM3.Raw("salt")
	l, err := d.lists(frozen(), salt)
	if err != nil {
		return nil, err
	}
	return d.Freeze(l)
}

// firstSeat is the seat that the next card takes in these tests.
func firstSeat(t *testing.T, d *Draw) fdraw.Seat {
	t.Helper()
	result, err := fdraw.ParseResult(d.Files.Result)
	must(t, "read the result", err)
	return result.Visits[0].Seats[0]
}
