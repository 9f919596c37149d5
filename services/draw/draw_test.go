package draw

import (
	"maps"
	"slices"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

// TestCeremony tries every act in every state. The moves that succeed must be
// exactly those that the table draws.
func TestCeremony(t *testing.T) {
	const stays State = "stays"    // of an act that moves nothing
	facility := "500156-JG-000001" // flagged, so it is always drawn
	thin := func(d *Draw) {
		if len(d.Commits) > 0 {
			d.Commits = d.Commits[:1]
		}
	}
	acts := []struct {
		name string
		act  func(*testing.T, *Draw) (events.Event, error)
		from []State
		to   State
	}{
		{"announce", func(_ *testing.T, d *Draw) (events.Event, error) {
			return d.Announce(announcement(drawID), testPolicy().Text(), announcedBatch())
		}, []State{""}, Announced},
		{"announce the next attempt", func(_ *testing.T, d *Draw) (events.Event, error) {
			return d.Announce(again(2), testPolicy().Text(), announcedBatch())
		}, []State{Voided}, Announced},
		{"commit", func(_ *testing.T, d *Draw) (events.Event, error) {
			return d.Commit(of("sfj"), promise(drawID, "sfj"), commitBy)
		}, []State{Announced}, Announced},
		{"freeze", func(t *testing.T, d *Draw) (events.Event, error) {
			l := lists{pool: &fdraw.Pool{}, officers: &fdraw.Officers{}, registry: &fdraw.Registry{}}
			return d.Freeze(l)
		}, []State{Announced}, Frozen},
		{"freeze below the quorum", func(_ *testing.T, d *Draw) (events.Event, error) {
			thin(d)
			return d.Freeze(lists{pool: &fdraw.Pool{}, officers: &fdraw.Officers{}, registry: &fdraw.Registry{}})
		}, []State{Announced}, Voided},
		{"reveal", func(_ *testing.T, d *Draw) (events.Event, error) {
			return d.Reveal(of("sfj"), nonce("sfj"), revealBy)
		}, []State{Frozen}, Frozen},
		{"close", func(_ *testing.T, d *Draw) (events.Event, error) { return d.Close(revealBy.Add(time.Minute)) }, []State{Frozen}, Revealed},
		{"close below the quorum", func(_ *testing.T, d *Draw) (events.Event, error) {
			for i := 1; i < len(d.Commits); i++ {
				d.Commits[i].Opened = false
			}
			return d.Close(revealBy.Add(time.Minute))
		}, []State{Frozen}, Voided},
		{"lapse", func(_ *testing.T, d *Draw) (events.Event, error) { return d.Lapse(beaconAt) }, []State{Announced, Frozen}, Voided},
		{"type another number", func(_ *testing.T, d *Draw) (events.Event, error) { return d.Type(of("sfj"), other, beaconAt) }, []State{Revealed}, Revealed},
		{"type the same number", func(_ *testing.T, d *Draw) (events.Event, error) { return d.Type(of("sfj"), number, beaconAt) }, []State{Revealed}, Numbered},
		{"miss the number", func(_ *testing.T, d *Draw) (events.Event, error) {
			d.Beacon = nil // nobody has typed one
			return d.NotDrawn(of("sfj"), beaconAt.Add(lateness))
		}, []State{Revealed}, Revealed},
		{"complete", func(_ *testing.T, d *Draw) (events.Event, error) { return d.Complete() }, []State{Numbered}, Sealed},
		{"replace", func(_ *testing.T, d *Draw) (events.Event, error) {
			return d.Replace(facility, "mzj", 1, fdraw.Away, "请假")
		}, []State{Sealed}, Sealed},
		{"replace where nobody is left", func(_ *testing.T, d *Draw) (events.Event, error) {
			return d.emptied(facility)
		}, []State{Sealed}, Sealed},
		{"try lists that leave a seat empty", func(_ *testing.T, d *Draw) (events.Event, error) {
			l, err := d.lists(short(frozen()), fdraw.Digest{})
			if err != nil {
				return nil, d.stay(Announced) // before it is announced there is nothing to try
			}
			return d.Try(l, []fdraw.Digest{{1}, {2}})
		}, []State{Announced}, Announced},
		{"open", func(_ *testing.T, d *Draw) (events.Event, error) { return d.Open(true, beaconAt) }, []State{Sealed}, Opened},
		{"be seen too late", func(_ *testing.T, d *Draw) (events.Event, error) {
			d.Watched = true
			return d.Witness(1, beaconAt)
		}, []State{Revealed}, Voided},
		{"take the material", func(_ *testing.T, d *Draw) (events.Event, error) { return d.Take(of("sfj", identity.Leader)) }, []State{Sealed}, Sealed},
		{"enclose evidence", func(_ *testing.T, d *Draw) (events.Event, error) { return d.Enclose(1, "{}", "") }, []State{Opened, Voided}, stays},
	}
	made := map[State][]State{}
	for s := range next {
		made[s] = []State{}
	}
	for _, tt := range acts {
		for from := range next {
			t.Run(tt.name+" when "+string(from), func(t *testing.T) {
				d := standing(t, from)
				_, err := tt.act(t, &d)
				if !slices.Contains(tt.from, from) {
					if err == nil || fault.KindOf(err) == fault.Invalid || d.State != from {
						t.Fatalf("got %v in %q; want a refusal", err, d.State)
					}
					return
				}
				want := tt.to
				if want == stays {
					want = from
				}
				if err != nil || d.State != want {
					t.Fatalf("got %q, %v; want %q", d.State, err, want)
				}
				if want != from && !slices.Contains(made[from], want) {
					made[from] = append(made[from], want)
				}
			})
		}
	}
	same := func(a, b []State) bool {
		return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
	}
	if !maps.EqualFunc(made, next, same) {
		t.Errorf("the acts make the moves %v, the table draws %v", made, next)
	}
}

// TestEachStepHasItsTime says of every step when it is too early or too late.
func TestEachStepHasItsTime(t *testing.T) {
	tests := []struct {
		name  string
		state State
		act   func(*Draw) (events.Event, error)
		want  fault.Kind
	}{
		{"commit at the last instant", Announced, func(d *Draw) (events.Event, error) { return d.Commit(of("sfj"), promise(drawID, "sfj"), commitBy) }, ""},
		{"commit too late", Announced, func(d *Draw) (events.Event, error) {
			return d.Commit(of("sfj"), promise(drawID, "sfj"), commitBy.Add(time.Millisecond))
		}, fault.Conflict},
		{"reveal at the last instant", Frozen, func(d *Draw) (events.Event, error) { return d.Reveal(of("sfj"), nonce("sfj"), revealBy) }, ""},
		{"reveal too late", Frozen, func(d *Draw) (events.Event, error) {
			return d.Reveal(of("sfj"), nonce("sfj"), revealBy.Add(time.Millisecond))
		}, fault.Conflict},
		{"close while a party can still reveal", Frozen, func(d *Draw) (events.Event, error) { return d.Close(revealBy) }, fault.Conflict},
		{"close when the number exists", Frozen, func(d *Draw) (events.Event, error) { return d.Close(beaconAt) }, fault.Conflict},
		{"close early once all have revealed", Frozen, func(d *Draw) (events.Event, error) {
			if _, err := d.Reveal(of("sfj"), nonce("sfj"), freezeBy); err != nil {
				return nil, err
			}
			return d.Close(freezeBy)
		}, ""},
		{"type before the number exists", Revealed, func(d *Draw) (events.Event, error) {
			return d.Type(of("sfj"), number, beaconAt.Add(-time.Millisecond))
		}, fault.Conflict},
		{"lapse before its time", Frozen, func(d *Draw) (events.Event, error) { return d.Lapse(beaconAt.Add(-time.Millisecond)) }, fault.Conflict},
		{"lapse while it can still be frozen", Announced, func(d *Draw) (events.Event, error) { return d.Lapse(revealBy) }, fault.Conflict},
		{"open before its day", Sealed, func(d *Draw) (events.Event, error) { return d.Open(false, openBy.Add(-time.Millisecond)) }, fault.Conflict},
		{"open on its day", Sealed, func(d *Draw) (events.Event, error) { return d.Open(false, openBy) }, ""},
		{"open when every visit is done", Sealed, func(d *Draw) (events.Event, error) { return d.Open(true, beaconAt) }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := standing(t, tt.state)
			if _, err := tt.act(&d); fault.KindOf(err) != tt.want {
				t.Fatalf("got %v; want %q", err, tt.want)
			}
		})
	}
}

// TestNobodyTwiceAndNobodyElse keeps parties from acting twice or for others.
func TestNobodyTwiceAndNobodyElse(t *testing.T) {
	tests := []struct {
		name  string
		state State
		act   func(*Draw) (events.Event, error)
		want  fault.Kind
	}{
		{"a party commits twice", Announced, func(d *Draw) (events.Event, error) {
			return d.Commit(of("mzj"), promise(drawID, "other"), commitBy)
		}, fault.Conflict},
		{"a party hands in another's commitment", Announced, func(d *Draw) (events.Event, error) {
			return d.Commit(of("sfj"), promise(drawID, "mzj"), commitBy)
		}, fault.Invalid},
		{"a stranger commits", Announced, func(d *Draw) (events.Event, error) {
			return d.Commit(of("lyj"), promise(drawID, "lyj"), commitBy)
		}, fault.Denied},
		{"a party reveals twice", Frozen, func(d *Draw) (events.Event, error) { return d.Reveal(of("mzj"), nonce("mzj"), revealBy) }, fault.Conflict},
		{"a party reveals another secret", Frozen, func(d *Draw) (events.Event, error) { return d.Reveal(of("sfj"), nonce("mzj"), revealBy) }, fault.Invalid},
		{"a party that never committed reveals", Frozen, func(d *Draw) (events.Event, error) { return d.Reveal(of("lyj"), nonce("lyj"), revealBy) }, fault.Denied},
		{"one officer types twice", Revealed, func(d *Draw) (events.Event, error) { return d.Type(of("mzj"), number, beaconAt) }, fault.Denied},
		{"a number that is none", Revealed, func(d *Draw) (events.Event, error) { return d.Type(of("sfj"), "02 05", beaconAt) }, fault.Invalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := standing(t, tt.state)
			if _, err := tt.act(&d); fault.KindOf(err) != tt.want {
				t.Fatalf("got %v; want %q", err, tt.want)
			}
		})
	}
}

func TestTwoNumbersThatDifferAreTypedAgain(t *testing.T) {
	d := standing(t, Revealed) // mzj has typed
	e, err := d.Type(of("scjgj"), other, beaconAt)
	must(t, "type", err)
	if typed := e.(events.BeaconTyped); typed.Agreed || typed.File != "" || d.State != Revealed || len(d.Beacon) != 0 {
		t.Fatalf("after two numbers that differ: %+v, %s, %d kept", typed, d.State, len(d.Beacon))
	}
	for _, unit := range []string{"mzj", "scjgj"} {
		e, err = d.Type(of(unit), " "+number+" ", beaconAt)
		must(t, "type again", err)
	}
	if typed := e.(events.BeaconTyped); !typed.Agreed || typed.File == "" || d.State != Numbered {
		t.Fatalf("after two numbers that agree: %+v, %s", typed, d.State)
	}
}

// TestAbsenceIsFixedBeforeTheNumber checks that who stays away is written down,
// and that the secret of who stayed away has no part in the outcome.
func TestAbsenceIsFixedBeforeTheNumber(t *testing.T) {
	d := standing(t, Frozen)
	e, err := d.Close(beaconAt.Add(-time.Millisecond))
	must(t, "close", err)
	if closed := e.(events.DrawClosed); !slices.Equal(closed.Absent, []string{"sfj"}) {
		t.Fatalf("absent %v; want sfj alone", closed.Absent)
	}
	if _, err := d.Reveal(of("sfj"), nonce("sfj"), revealBy); fault.KindOf(err) != fault.Conflict {
		t.Fatalf("revealed after the close: %v", err)
	}
	if reveals, err := fdraw.ParseReveals(d.Files.Reveals); err != nil || reveals.Revealed() != 2 {
		t.Fatalf("reveals file: %v", err)
	}
}

// TestReplacementFollowsTheDeck checks that nobody chooses who comes next: the
// records of all replacements hold against the cards of the draw.
func TestReplacementFollowsTheDeck(t *testing.T) {
	d := standing(t, Sealed)
	seat := firstSeat(t, &d)
	facility := "500156-JG-000001"
	e, err := d.Replace(facility, seat.Dept, seat.J, fdraw.Away, "生病")
	must(t, "replace", err)
	first := e.(events.DrawReplaced)
	if first.No != 1 || first.Was != seat.Officer || first.Seat.Officer == seat.Officer || first.Seat.Officer == "" {
		t.Fatalf("first replacement %+v of %+v", first, seat)
	}
	e, err = d.Replace(facility, seat.Dept, seat.J, fdraw.Challenge, "当事人申请回避")
	must(t, "replace again", err)
	second := e.(events.DrawReplaced)
	if second.No != 2 || second.Was != first.Seat.Officer || slices.Contains([]string{seat.Officer, first.Seat.Officer}, second.Seat.Officer) {
		t.Fatalf("second replacement %+v after %+v", second, first)
	}
	if second.Seat.Officer == "500156-RY-000001" {
		t.Fatal("an officer with an interest took the seat")
	}
	if _, err := d.Replace(facility, seat.Dept, seat.J, fdraw.Vacancy, ""); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a seat that is held was filled as vacant: %v", err)
	}
	if _, err := d.Replace("500156-JG-999999", seat.Dept, 1, fdraw.Away, ""); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a facility that was not drawn: %v", err)
	}
	_, err = d.Open(true, beaconAt)
	must(t, "open", err)
	if check := fdraw.Verify(&d.Files).Find("V13"); check.Status != fdraw.Holds {
		t.Fatalf("V13: %s, %s", check.Status, check.Why)
	}
	d.Files.Substitutions[0], d.Files.Substitutions[1] = d.Files.Substitutions[1], d.Files.Substitutions[0]
	if check := fdraw.Verify(&d.Files).Find("V13"); check.Status != fdraw.Fails {
		t.Fatalf("two replacements in the wrong order: V13 %s", check.Status)
	}
}

// TestRegisterBecomesTheFiles follows what the lists say of a facility.
func TestRegisterBecomesTheFiles(t *testing.T) {
	d := standing(t, Announced)
	l, err := d.lists(frozen(), fdraw.Digest{})
	must(t, "lists", err)
	for facility, want := range map[string]struct {
		ppm    int
		reason fdraw.Reason
	}{
		"500156-JG-000001": {fdraw.Certain, fdraw.ByMust},
		"500156-JG-000002": {800000, fdraw.ByRate},
		"500156-JG-000012": {0, fdraw.ByClosed},
	} {
		u := l.pool.Find(facility)
		if u == nil || u.PPM != want.ppm || u.Reason != want.reason || len(u.Demand) != 2 || u.Demand[1].Skill != "price" {
			t.Errorf("%s stands in the pool as %+v; want %+v", facility, u, want)
		}
	}
	if o := l.officers.Find("500156-RY-000006"); o == nil || !o.Has("ads") || !o.Has("price") || o.Max != 12 {
		t.Errorf("officer reads %+v", o)
	}
	if len(l.officers.Barred) != 2 {
		t.Errorf("%d lines keep officers away; want 2", len(l.officers.Barred))
	}
}
