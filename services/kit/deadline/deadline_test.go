package deadline

import (
	"testing"
	"time"

	"shenzhong/deploy/packs"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
)

func mustCounter(t *testing.T) Counter {
	t.Helper()
	files, err := packs.Wulong()
	if err != nil {
		t.Fatal(err)
	}
	pack, err := law.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := workday.New()
	if err != nil {
		t.Fatal(err)
	}
	return Counter{Law: pack, Calendar: calendar}
}

const matter = "case/500156-AJ-2026-000001"

// autumn is Monday 2026-11-16, ninety days before a Sunday in February 2027.
var autumn = time.Date(2026, time.November, 16, 1, 0, 0, 0, time.UTC)

func TestStartUsesTheRuleOfTheDay(t *testing.T) {
	c := mustCounter(t)
	for from, want := range map[string]string{"2026-03-31": "2029-03-31", "2026-04-01": "2027-04-01"} {
		day, err := workday.ParseDate(from)
		if err != nil {
			t.Fatal(err)
		}
		d, err := c.Start("credit.general", matter, "mzj", "公示期", day.Start())
		if err != nil {
			t.Fatal(err)
		}
		if d.DueDate != want || d.DayZero != from || d.Basis == "" || d.ID != matter+"#credit.general" {
			t.Errorf("from %s: %+v, want %s", from, d, want)
		}
	}
	if _, err := c.Start("none", matter, "mzj", "", autumn); !fault.Is(err, fault.NotFound) {
		t.Errorf("a rule that there is not: %v", err)
	}
}

// TestRecountKeepsTheLength: a limit whose length an officer set keeps it when
// it is counted on another calendar, and its owner with it.
func TestRecountKeepsTheLength(t *testing.T) {
	c := mustCounter(t)
	granted, err := c.Grant("rectify", matter, "mzj", "整改", autumn, 90)
	if err != nil {
		t.Fatal(err)
	}
	if granted.DueDate != "2027-02-15" || !granted.Provisional {
		t.Fatalf("%+v", granted)
	}
	published, ok := c.Calendar.Calendar().Year(2027)
	if !ok {
		t.Fatal("2027 is not expected")
	}
	sunday, err := workday.NewDate(2027, time.February, 14)
	if err != nil {
		t.Fatal(err)
	}
	published.State = workday.Published
	published.Work = []workday.Makeup{{Name: "春节", Date: sunday}}
	calendar, err := c.Calendar.Calendar().WithYear(published)
	if err != nil {
		t.Fatal(err)
	}
	now, err := Counter{Law: c.Law, Calendar: calendar}.Recount(granted)
	if err != nil {
		t.Fatal(err)
	}
	if now.DueDate != "2027-02-14" || now.Provisional || now.N != 90 || now.Owner != "mzj" || now.ID != granted.ID || now.Calendar != calendar.Version() {
		t.Errorf("%+v", now)
	}
	r, err := c.Explain(granted)
	if err != nil || r.DueDate.String() != granted.DueDate {
		t.Errorf("explained as %s, %v", r.DueDate, err)
	}
}
