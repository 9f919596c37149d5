package draw

import (
	"context"
	"slices"
	"testing"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
)

// short leaves scjgj one officer, who cannot fill two seats.
func short(f events.BatchFrozen) events.BatchFrozen {
	f.Officers = f.Officers[:6]
	return f
}

// emptied sends everybody of mzj away, one after the other, from the first seat
// at a facility, and then asks for whom to put there.
func (d *Draw) emptied(facility string) (events.Event, error) {
	for {
		e, err := d.Replace(facility, "mzj", 1, fdraw.Away, "请假")
		if err != nil || e.(events.DrawReplaced).Seat.Officer == "" {
			return e, err
		}
	}
}

// TestTheLadderOfReplacements: the next card, then an empty seat, then rotation is
// ignored, and last of all somebody is named, with a reason, by the head of the
// lead unit; and V13 holds for all of it (draw specification, section 4.3).
func TestTheLadderOfReplacements(t *testing.T) {
	const facility = "500156-JG-000001"
	head := of("mzj", identity.Leader)
	d := standing(t, Sealed)
	if _, err := d.Appoint(head, facility, "mzj", 1, "500156-RY-000009", "指定"); fault.KindOf(err) != fault.Invalid {
		t.Fatalf("somebody was named for a seat that is held: %v", err)
	}
	e, err := d.emptied(facility)
	must(t, "empty the seat", err)
	if last := e.(events.DrawReplaced); last.Seat.Officer != "" || last.Was == "" {
		t.Fatalf("the last to go was replaced by %+v", last)
	}
	if _, err := d.Replace(facility, "mzj", 1, fdraw.Vacancy, ""); fault.KindOf(err) != fault.Conflict {
		t.Fatalf("a seat that nobody can take: %v", err)
	}
	gone := d.roster
	r, err := gone()
	must(t, "roster", err)
	taken := ""
	for _, s := range r.Result().Find(facility).Seats {
		if s.Dept == "scjgj" {
			taken = s.Officer
		}
	}
	refused := map[string]struct {
		by      identity.Actor
		officer string
		note    string
		want    fault.Kind
	}{
		"of another unit":     {of("scjgj", identity.Leader), "500156-RY-000099", "增派", fault.Denied},
		"without a reason":    {head, "500156-RY-000099", " ", fault.Invalid},
		"with an interest":    {head, "500156-RY-000001", "增派", fault.Invalid},
		"who is there":        {head, taken, "增派", fault.Invalid},
		"who went on leave":   {head, firstSeat(t, &d).Officer, "增派", fault.Invalid},
		"with no id to speak": {head, "某某", "增派", fault.Invalid},
	}
	for name, tt := range refused {
		if _, err := d.Appoint(tt.by, facility, "mzj", 1, tt.officer, tt.note); fault.KindOf(err) != tt.want {
			t.Errorf("an officer %s: %v", name, err)
		}
	}
	e, err = d.Appoint(head, facility, "mzj", 1, "500156-RY-000099", "本单位其他人员均请假，从街道增派")
	must(t, "appoint", err)
	if named := e.(events.DrawReplaced); named.Reason != "manual" || named.Note == "" || named.Seat.Officer != "500156-RY-000099" {
		t.Fatalf("named %+v", named)
	}
	_, err = d.Open(true, beaconAt)
	must(t, "open", err)
	if check := fdraw.Verify(&d.Files).Find("V13"); check.Status == fdraw.Fails {
		t.Fatalf("V13: %s, %s", check.Status, check.Why)
	}
}

// TestListsThatLeaveASeatEmptyAreNotFrozen tries before it freezes, says what is
// short, and takes the lists once they are mended.
func TestListsThatLeaveASeatEmptyAreNotFrozen(t *testing.T) {
	f := newFixture(t)
	f.announce(t)
	f.commit(t, "mzj", "scjgj")
	f.Clock.Set(freezeBy)
	f.inspect.Say(t, "batch", batch, short(frozen()))
	f.pump(t)
	blocked := servicetest.Of[events.DrawBlocked](t, f.log)
	if len(blocked) != 1 || f.state(t) != Announced {
		t.Fatalf("blocked %+v, state %q", blocked, f.state(t))
	}
	b := blocked[0]
	wrong := slices.ContainsFunc(b.Short, func(s events.Shortfall) bool { return s.Unit != "scjgj" || s.Need != 2 || s.Have > 1 })
	if b.Tried != trials || b.Incomplete != trials || b.Draw != drawID || b.Batch != batch || len(b.Short) == 0 || wrong {
		t.Fatalf("blocked %+v", b)
	}
	f.inspect.Say(t, "batch", batch, frozen())
	f.pump(t)
	if f.state(t) != Frozen {
		t.Fatalf("mended lists are not taken: %q", f.state(t))
	}
	f.again(t)
}

// TestHandoverCarriesProofs holds each notice that is handed over against the
// sealed file that everybody can read.
func TestHandoverCarriesProofs(t *testing.T) {
	f := newFixture(t)
	f.sealed(t)
	done := servicetest.Of[events.DrawCompleted](t, f.log)[0]
	public, err := f.File(context.Background(), drawID, "sealed", 0)
	must(t, "sealed file", err)
	sealed, err := fdraw.ParseSealed(public)
	must(t, "read it", err)
	if len(done.Notices) != len(done.Facilities) || len(done.Notices) != sealed.Notices {
		t.Fatalf("%d notices for %d facilities", len(done.Notices), len(done.Facilities))
	}
	for i, n := range done.Notices {
		var path []fdraw.Node
		for _, word := range n.Path {
			node, err := fdraw.ParseNode(word)
			must(t, "path", err)
			path = append(path, node)
		}
		if n.Facility == "500156-JG-000001" && (n.PPM != fdraw.Certain || n.Reason != "must") || n.PPM == 0 {
			t.Errorf("%s had the chance %d, %s", n.Facility, n.PPM, n.Reason)
		}
		proof := fdraw.Proof{Index: int64(n.Index), Size: int64(n.Size), Path: path}
		if n.Facility != done.Facilities[i] || !proof.Holds(sealed.Root, n.Text) {
			t.Errorf("the notice of %s is not in the sealed tree", n.Facility)
		}
		if proof.Holds(sealed.Root, n.Text+"x") {
			t.Errorf("a changed notice of %s holds", n.Facility)
		}
	}
}
