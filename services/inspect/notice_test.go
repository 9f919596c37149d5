package inspect

import (
	"strings"
	"testing"
	"time"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// TestAnnouncedAWorkdayAhead: the lists cannot be frozen on the day of the
// announcement, nor before a workday has come; weekends and holidays are none,
// and the number is that of the law pack.
func TestAnnouncedAWorkdayAhead(t *testing.T) {
	f := newFixture(t)
	at := func(day string) time.Time {
		d, err := workday.ParseDate(day)
		must(t, day, err)
		return d.Start().Add(10 * time.Hour)
	}
	for _, tt := range []struct {
		announced, committed string
		want                 fault.Kind
	}{
		{"2026-03-02", "2026-03-02", fault.Invalid},
		{"2026-03-02", "2026-03-03", ""},
		{"2026-03-06", "2026-03-07", fault.Invalid}, // Saturday
		{"2026-03-06", "2026-03-08", fault.Invalid}, // Sunday
		{"2026-03-06", "2026-03-09", ""},
		{"2026-04-30", "2026-05-05", fault.Invalid}, // 劳动节
	} {
		f.Clock.Set(at(tt.announced))
		err := f.announcedEarly(at(tt.committed))
		if fault.KindOf(err) != tt.want {
			t.Errorf("announced on %s, frozen from %s: %v", tt.announced, tt.committed, err)
		}
		if err != nil && (!strings.Contains(err.Error(), "1 个工作日") || !strings.Contains(err.Error(), "最迟应在")) {
			t.Errorf("the refusal does not say what to do: %v", err)
		}
	}
}
