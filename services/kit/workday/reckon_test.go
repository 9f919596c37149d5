package workday

import (
	"strings"
	"testing"
	"time"

	"shenzhong/services/kit/fault"
)

// at reads 2006-01-02 15:04 in the business zone.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	moment, err := time.ParseInLocation("2006-01-02 15:04", s, Zone)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

func TestReckon(t *testing.T) {
	held := func(from, to string) Pause {
		p := Pause{From: mustDate(t, from), Reason: "鉴定", Approver: "局长"}
		if to != "" {
			p.To = mustDate(t, to)
		}
		return p
	}
	tests := []struct {
		name   string
		from   string
		term   Term
		pauses []Pause
		raw    string // date
		due    string // moment
	}{
		{"the hour of the event does not matter", "2026-09-30 23:59", Term{N: 7, Unit: Workday}, nil, "2026-10-15", "2026-10-16 00:00"},
		{"made at midnight belongs to the new day", "2026-10-01 00:00", Term{N: 1, Unit: Workday}, nil, "2026-10-08", "2026-10-09 00:00"},
		{"end of business", "2026-09-30 10:00", Term{N: 7, Unit: Workday, End: EndOfBusiness}, nil, "2026-10-15", "2026-10-15 18:00"},
		{"natural days roll over a holiday", "2026-07-03 09:00", Term{N: 90, Unit: Day}, nil, "2026-10-01", "2026-10-09 00:00"},
		{"natural days kept", "2026-07-03 09:00", Term{N: 90, Unit: Day, LastDay: Keep}, nil, "2026-10-01", "2026-10-02 00:00"},
		{"a make-up Saturday is a last day", "2026-10-08 09:00", Term{N: 2, Unit: Day}, nil, "2026-10-10", "2026-10-11 00:00"},
		{"no corresponding day", "2026-01-31 09:00", Term{N: 1, Unit: Month, LastDay: Keep}, nil, "2026-02-28", "2026-03-01 00:00"},
		{"a leap year has it", "2024-01-31 09:00", Term{N: 1, Unit: Month, LastDay: Keep}, nil, "2024-02-29", "2024-03-01 00:00"},
		{"months roll", "2026-07-01 09:00", Term{N: 3, Unit: Month}, nil, "2026-10-01", "2026-10-09 00:00"},
		{"hours run through a holiday", "2026-09-30 16:30", Term{N: 24, Unit: Hour}, nil, "2026-10-01", "2026-10-01 16:30"},
		{"hours to the end of the day", "2026-09-30 12:00", Term{N: 12, Unit: Hour}, nil, "2026-09-30", "2026-10-01 00:00"},
		{"hours back", "2026-10-01 08:00", Term{N: 24, Unit: Hour, Direction: Backward}, nil, "2026-09-30", "2026-09-30 08:00"},
		{"hours stand still in a pause", "2026-09-30 16:30", Term{N: 24, Unit: Hour}, []Pause{held("2026-10-01", "2026-10-02")}, "2026-10-03", "2026-10-03 16:30"},
		{"working hours over lunch", "2026-09-30 11:00", Term{N: 4, Unit: WorkHour}, nil, "2026-09-30", "2026-09-30 17:00"},
		{"working hours over a holiday", "2026-09-30 16:00", Term{N: 4, Unit: WorkHour}, nil, "2026-10-08", "2026-10-08 11:00"},
		{"working hours from a Sunday", "2026-09-27 09:00", Term{N: 4, Unit: WorkHour}, nil, "2026-09-28", "2026-09-28 15:00"},
		{"hearing notice", "2026-10-13 09:00", Term{N: 7, Unit: Workday, Direction: Backward}, nil, "2026-09-28", "2026-09-29 00:00"},
		{"natural days back roll back", "2026-10-22 09:00", Term{N: 15, Unit: Day, Direction: Backward}, nil, "2026-10-07", "2026-10-01 00:00"},
		{"workdays pause", "2026-11-02 09:00", Term{N: 3, Unit: Workday}, []Pause{held("2026-11-04", "2026-11-10")}, "2026-11-12", "2026-11-13 00:00"},
		{"natural days pause", "2026-11-02 09:00", Term{N: 10, Unit: Day}, []Pause{held("2026-11-04", "2026-11-10")}, "2026-11-19", "2026-11-20 00:00"},
		{"overlapping pauses count once", "2026-11-02 09:00", Term{N: 10, Unit: Day}, []Pause{held("2026-11-04", "2026-11-08"), held("2026-11-06", "2026-11-10")}, "2026-11-19", "2026-11-20 00:00"},
		{"months pause by the days held", "2026-11-02 09:00", Term{N: 1, Unit: Month, LastDay: Keep}, []Pause{held("2026-11-04", "2026-11-10")}, "2026-12-09", "2026-12-10 00:00"},
		{"a pause after the due date is nothing", "2026-11-02 09:00", Term{N: 3, Unit: Workday}, []Pause{held("2026-11-20", "")}, "2026-11-05", "2026-11-06 00:00"},
		{"rolling does not end in a pause", "2026-10-28 09:00", Term{N: 10, Unit: Day}, []Pause{held("2026-11-09", "2026-11-09")}, "2026-11-07", "2026-11-11 00:00"},
	}
	c := mustCalendar(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := mustReckon(t, c, at(t, tt.from), tt.term, tt.pauses...)
			if r.Raw.String() != tt.raw {
				t.Errorf("raw %s, want %s", r.Raw, tt.raw)
			}
			if want := at(t, tt.due); !r.Due.Equal(want) {
				t.Errorf("due %s, want %s", r.Due, want)
			}
			if r.Stopped || r.Provisional {
				t.Errorf("stopped %t, provisional %t", r.Stopped, r.Provisional)
			}
		})
	}
}

func TestOpenPauseHasNoDueDate(t *testing.T) {
	c := mustCalendar(t)
	open := Pause{From: mustDate(t, "2026-11-04"), Reason: "鉴定", Approver: "局长"}
	for _, unit := range []Unit{Workday, Day, Month, Hour, WorkHour} {
		r := mustReckon(t, c, at(t, "2026-11-02 09:00"), Term{N: 200, Unit: unit}, open)
		if !r.Stopped || !r.Due.IsZero() || !r.DueDate.IsZero() {
			t.Errorf("%s: stopped %t, due %s", unit, r.Stopped, r.Due)
		}
		if !strings.Contains(r.Explain(), "中止") {
			t.Errorf("%s: %s", unit, r.Explain())
		}
	}
}

func TestProvisional(t *testing.T) {
	c := mustCalendar(t)
	tests := []struct {
		name string
		from string
		term Term
		want bool
	}{
		{"within the horizon", "2026-12-21 09:00", Term{N: 7, Unit: Workday}, false},
		{"workdays into an expected year", "2026-12-30 09:00", Term{N: 3, Unit: Workday}, true},
		{"last day in an expected year", "2026-12-20 09:00", Term{N: 30, Unit: Day}, true},
		{"a kept last day beyond the horizon", "2026-11-30 09:00", Term{N: 12, Unit: Month, LastDay: Keep}, true},
		{"hours consult no calendar", "2026-12-31 20:00", Term{N: 24, Unit: Hour}, false},
		{"a year nobody knows", "2031-01-02 09:00", Term{N: 1, Unit: Workday}, true},
		{"before the first notice", "2001-05-08 09:00", Term{N: 1, Unit: Workday}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := mustReckon(t, c, at(t, tt.from), tt.term)
			if r.Provisional != tt.want {
				t.Errorf("provisional %t, want %t: %s", r.Provisional, tt.want, r.Explain())
			}
			if strings.Contains(r.Explain(), "为暂定") != tt.want {
				t.Errorf("explained as %s", r.Explain())
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	c := mustCalendar(t)
	now := at(t, "2026-11-02 09:00")
	day := mustDate(t, "2026-11-04")
	tests := []struct {
		name   string
		from   time.Time
		term   Term
		pauses []Pause
	}{
		{"no number", now, Term{Unit: Workday}, nil},
		{"negative", now, Term{N: -7, Unit: Workday}, nil},
		{"too long", now, Term{N: 1_000_000, Unit: Day}, nil},
		{"no unit", now, Term{N: 7}, nil},
		{"unknown unit", now, Term{N: 7, Unit: "fortnight"}, nil},
		{"unknown last day", now, Term{N: 7, Unit: Day, LastDay: "skip"}, nil},
		{"unknown end", now, Term{N: 7, Unit: Day, End: "noon"}, nil},
		{"unknown direction", now, Term{N: 7, Unit: Day, Direction: "sideways"}, nil},
		{"working hours back", now, Term{N: 7, Unit: WorkHour, Direction: Backward}, nil},
		{"no moment", time.Time{}, Term{N: 7, Unit: Day}, nil},
		{"a moment too late", now.AddDate(400, 0, 0), Term{N: 7, Unit: Day}, nil},
		{"pause without beginning", now, Term{N: 7, Unit: Day}, []Pause{{Reason: "鉴定", Approver: "局长"}}},
		{"pause that ends before it begins", now, Term{N: 7, Unit: Day}, []Pause{{From: day, To: day.AddDays(-1), Reason: "鉴定", Approver: "局长"}}},
		{"pause of a century", now, Term{N: 7, Unit: Day}, []Pause{{From: day, To: day.AddDays(36525), Reason: "鉴定", Approver: "局长"}}},
		{"pause in antiquity", now, Term{N: 7, Unit: Day}, []Pause{{From: mustDate(t, "0221-01-01"), Reason: "鉴定", Approver: "局长"}}},
		{"pause without reason", now, Term{N: 7, Unit: Day}, []Pause{{From: day, Approver: "局长"}}},
		{"pause without approver", now, Term{N: 7, Unit: Day}, []Pause{{From: day, Reason: "鉴定"}}},
		{"pause counting back", now, Term{N: 7, Unit: Day, Direction: Backward}, []Pause{{From: day, Reason: "鉴定", Approver: "局长"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := c.Reckon(tt.from, tt.term, tt.pauses)
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("got %v, want a fault.Invalid", err)
			}
		})
	}
}

func TestExplain(t *testing.T) {
	c := mustCalendar(t)
	tests := []struct {
		name  string
		from  string
		term  Term
		parts []string
	}{
		{"workdays", "2026-09-30 10:00", Term{N: 7, Unit: Workday}, []string{
			"起算日为2026年9月30日（周三，第0日，不计入）", "7个工作日", "2026年10月1日至2026年10月7日，国庆节放假，不计入",
			"2026年10月10日（周六，因国庆节调休上班），计入", "周末休息日1天，不计入", "共计入7日", "届满日为2026年10月15日（周四），当日24时截止", c.Version(),
		}},
		{"a moved last day", "2026-07-03 10:00", Term{N: 90, Unit: Day}, []string{
			"期间的最后一日2026年10月1日不是工作日（国庆节放假），顺延至2026年10月8日", "共计入90日",
		}},
		{"moved back", "2026-10-22 10:00", Term{N: 15, Unit: Day, Direction: Backward}, []string{"向前", "提前至2026年9月30日"}},
		{"hours", "2026-09-30 16:30", Term{N: 24, Unit: Hour}, []string{"自2026年9月30日16时30分起算", "节假日不扣除", "当日16时30分截止"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			said := mustReckon(t, c, at(t, tt.from), tt.term).Explain()
			for _, part := range tt.parts {
				if !strings.Contains(said, part) {
					t.Errorf("%q is not in %q", part, said)
				}
			}
		})
	}
}
