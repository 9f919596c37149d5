package draw

import (
	"context"
	"testing"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/servicetest"
)

// TestEveryChangeHasItsReason compares the lists of two draws: who came, who went,
// whose chance changed and why; the account is exactly that of the differences.
func TestEveryChangeHasItsReason(t *testing.T) {
	d := standing(t, Announced)
	salt := fdraw.SM3.Raw("salt")
	old, err := d.lists(frozen(), salt)
	must(t, "lists", err)
	before := &fdraw.Bundle{Pool: old.pool.Text(), Registry: old.registry.Text(), Policy: d.Files.Policy}
	now := frozen()
	now.Candidates[1].Grade = ""                                         // another grade
	now.Candidates[2].Flags = []string{"serious"}                        // a flag
	now.Candidates[3].Closed = true                                      // closed
	now.Candidates = append(now.Candidates[:5:5], now.Candidates[6:]...) // gone
	added := now.Candidates[4]
	added.Facility = "500156-JG-000099"
	now.Candidates = append(now.Candidates, added)
	l, err := d.lists(now, salt)
	must(t, "lists", err)
	c, err := compared(l, d.Files.Policy, before)
	must(t, "compare", err)
	want := map[string]fdraw.Why{
		"500156-JG-000002": fdraw.WhyGrade, "500156-JG-000003": fdraw.WhyFlag, "500156-JG-000004": fdraw.WhyClosed,
		"500156-JG-000006": fdraw.WhyClosed, "500156-JG-000099": fdraw.WhyRegistered,
	}
	if len(c.Changes) != len(want) {
		t.Fatalf("changes %+v", c.Changes)
	}
	for _, x := range c.Changes {
		if want[x.Facility] != x.Why {
			t.Errorf("%s %s because of %s, want %s", x.Facility, x.Kind, x.Why, want[x.Facility])
		}
	}
	if err := c.Explain(old.pool, l.pool); err != nil {
		t.Errorf("the account is not that of the differences: %v", err)
	}
	if _, err := fdraw.ParseChanges(c.Text()); err != nil {
		t.Error(err)
	}
	for name, tt := range map[string]struct {
		was, is     fdraw.Entry
		before, now fdraw.Reason
		policy      bool
		want        fdraw.Why
	}{
		"its turn in a small category": {before: fdraw.ByCensus, now: fdraw.ByCensus, want: fdraw.WhyCensus},
		"inspected often":              {is: fdraw.Entry{Inspected: 2}, before: fdraw.ByRate, now: fdraw.ByCap, want: fdraw.WhyFrequency},
		"another risk class":           {was: fdraw.Entry{Risk: "L"}, is: fdraw.Entry{Risk: "H"}, before: fdraw.ByRate, now: fdraw.ByRate, want: fdraw.WhyRisk},
		"another policy":               {before: fdraw.ByRate, now: fdraw.ByRate, policy: true, want: fdraw.WhyPolicy},
		"nothing that is known":        {before: fdraw.ByRate, now: fdraw.ByRate, want: fdraw.WhyError},
	} {
		if got := why(tt.was, tt.is, tt.before, tt.now, tt.policy); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// TestChangesArePublicAtTheFreeze: the second draw of a category tells at once how
// its pool differs from that of the first, which is open; the first differs from
// none. Both hold V11 and V12 once they are open.
func TestChangesArePublicAtTheFreeze(t *testing.T) {
	ctx, f := context.Background(), newFixture(t)
	f.sealed(t)
	first, err := f.File(ctx, drawID, "changes", 0)
	must(t, "changes of the first draw", err)
	if c, err := fdraw.ParseChanges(first); err != nil || c.Previous != (fdraw.Head{}) || len(c.Changes) != 0 {
		t.Fatalf("the first draw differs from none: %v\n%s", err, first)
	}
	f.Clock.Set(openBy)
	_, err = f.Sweep(ctx)
	must(t, "sweep", err)
	f.pump(t)

	const second, other = "500156-2026-0002", "500156-PC-2026-000102"
	b := later()
	b.Round, b.Batch = 1, other
	f.inspect.Say(t, "batch", other, b)
	f.pump(t)
	d, _, err := f.draws.Load(ctx, second)
	must(t, "load", err)
	lists := frozen()
	lists.Batch, lists.Candidates[1].Risk, lists.Round = other, "M", 1
	lists.Candidates[1].Grade = ""
	l, err := d.lists(lists, fdraw.SM3.Raw("salt"))
	must(t, "lists", err)
	must(t, "compare", f.compare(ctx, &d, &l))
	if l.changes.Previous.Draw != drawID || len(l.changes.Changes) != 1 || l.changes.Changes[0].Why != fdraw.WhyGrade || l.before == "" {
		t.Fatalf("changes %+v", l.changes)
	}
	whole, err := f.Bundle(ctx, drawID, 0)
	must(t, "package", err)
	report := fdraw.Verify(whole)
	for _, id := range []string{"V11", "V12"} {
		if c := report.Find(id); c.Status != fdraw.Holds {
			t.Errorf("%s %s: %s", id, c.Status, c.Why)
		}
	}
	said := servicetest.Of[events.DrawFrozen](t, f.log)
	if len(said) != 1 || said[0].Changes != first {
		t.Errorf("frozen %+v", said)
	}
}
