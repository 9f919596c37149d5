package workday

import (
	"slices"
	"time"

	"shenzhong/services/kit/fault"
)

// Unit is what a time limit is counted in.
type Unit string

// The units.
const (
	// Workday counts the days that are worked, make-up Saturdays included.
	Workday Unit = "workday"
	// Day counts every day; a last day that is off moves to the next workday.
	Day Unit = "day"
	// Month goes to the corresponding day: Civil Code (民法典) art. 202.
	Month Unit = "month"
	// Hour runs from the moment given, day and night: Civil Code art. 201.
	Hour Unit = "hour"
	// WorkHour runs while the offices are open. It is for local settings; no law counts so.
	WorkHour Unit = "workhour"
)

// String returns the unit in Chinese, as it follows a number.
func (u Unit) String() string {
	switch u {
	case Workday:
		return "个工作日"
	case Day:
		return "日（自然日）"
	case Month:
		return "个月"
	case Hour:
		return "小时"
	case WorkHour:
		return "个工作小时"
	}
	return string(u)
}

// LastDay says what becomes of a last day that is off.
type LastDay string

// What a last day does. Empty means Roll.
const (
	Roll LastDay = "roll" // it moves to the day after the holiday: Civil Code art. 203
	Keep LastDay = "keep" // it stays; for periods that end something rather than allow something
)

// End says when the last day is over.
type End string

// The ends of the last day. Empty means EndOfDay.
const (
	EndOfDay      End = "day"      // 24:00
	EndOfBusiness End = "business" // when the offices shut
)

// Direction says which way a limit is counted. Empty means Forward.
type Direction string

// The directions.
const (
	Forward  Direction = "forward"  // by the day n after the event
	Backward Direction = "backward" // by the day n before the event, as for a hearing notice
)

// Term is a time limit. Days and months are counted without the day on which
// they begin: Civil Code art. 201.
type Term struct {
	N         int       `json:"n"` // at least 1
	Unit      Unit      `json:"unit"`
	LastDay   LastDay   `json:"lastDay,omitempty"` // of no effect on workdays and hours
	End       End       `json:"end,omitempty"`     // of no effect on hours
	Direction Direction `json:"direction,omitempty"`
}

// most is the longest term of each unit, about twenty years. A longer one is a slip of the pen.
func (u Unit) most() int {
	switch u {
	case Workday:
		return 5000
	case Day:
		return 7305
	case Month:
		return 240
	case Hour:
		return 175320
	case WorkHour:
		return 40000
	}
	return 0
}

// Check returns fault.Invalid unless t can be counted.
func (t Term) Check() error {
	most := t.Unit.most()
	switch {
	case most == 0:
		return fault.New(fault.Invalid, "不认识期限单位“%s”，只能是 workday（工作日）、day（自然日）、month（月）、hour（小时）或 workhour（工作小时）。", clip(string(t.Unit)))
	case t.N < 1:
		return fault.New(fault.Invalid, "期限应当是正整数，现在是 %d。", t.N)
	case t.N > most:
		return fault.New(fault.Invalid, "期限 %d%s 过长，最多 %d，请核对。", t.N, t.Unit, most)
	case !slices.Contains([]LastDay{"", Roll, Keep}, t.LastDay):
		return fault.New(fault.Invalid, "末日规则只能是 roll（顺延）或 keep（不顺延），现在是“%s”。", clip(string(t.LastDay)))
	case !slices.Contains([]End{"", EndOfDay, EndOfBusiness}, t.End):
		return fault.New(fault.Invalid, "截止时刻只能是 day（24时）或 business（下班时），现在是“%s”。", clip(string(t.End)))
	case !slices.Contains([]Direction{"", Forward, Backward}, t.Direction):
		return fault.New(fault.Invalid, "计算方向只能是 forward（向后）或 backward（向前），现在是“%s”。", clip(string(t.Direction)))
	case t.Direction == Backward && t.Unit == WorkHour:
		return fault.New(fault.Invalid, "工作小时只能向后计算。")
	}
	return nil
}

// Pause is a time during which a limit does not run (中止). Both days are
// within it. A pause without To has not ended.
type Pause struct {
	From     Date   `json:"from"`
	To       Date   `json:"to,omitzero"`
	Reason   string `json:"reason"`
	Approver string `json:"approver"`
}

// holds reports whether d is within p.
func (p Pause) holds(d Date) bool {
	return !d.Before(p.From) && (p.To.IsZero() || !d.After(p.To))
}

func checkPauses(t Term, pauses []Pause) error {
	for _, p := range pauses {
		switch {
		case t.Direction == Backward:
			return fault.New(fault.Invalid, "向前计算的期限不能中止。")
		case p.From.IsZero():
			return fault.New(fault.Invalid, "中止没有写明开始日期。")
		case !p.To.IsZero() && p.To.Before(p.From):
			return fault.New(fault.Invalid, "中止的结束日期 %s 早于开始日期 %s。", p.To, p.From)
		case p.From.Before(DateOf(earliest)) || !p.From.Before(DateOf(latest)) || p.To.Sub(p.From) > Day.most():
			return fault.New(fault.Invalid, "自 %s 起的中止日期不合理，请核对。", p.From)
		case p.Reason == "" || p.Approver == "":
			return fault.New(fault.Invalid, "自 %s 起的中止应当写明理由和批准人。", p.From)
		}
	}
	return nil
}

// pausedBy returns the pause that d is within, if any.
func pausedBy(pauses []Pause, d Date) (Pause, bool) {
	i := slices.IndexFunc(pauses, func(p Pause) bool { return p.holds(d) })
	if i < 0 {
		return Pause{}, false
	}
	return pauses[i], true
}

// endless reports whether from d on every day is within a pause.
func endless(pauses []Pause, d Date) bool {
	return slices.ContainsFunc(pauses, func(p Pause) bool { return p.To.IsZero() && p.holds(d) })
}

// earliest and latest bound the days that can be counted from.
var (
	earliest = time.Date(1900, time.January, 1, 0, 0, 0, 0, Zone)
	latest   = time.Date(2200, time.January, 1, 0, 0, 0, 0, Zone)
)

func checkFrom(t time.Time) error {
	if t.Before(earliest) || !t.Before(latest) {
		return fault.New(fault.Invalid, "起算日应当在 1900 年至 2199 年之间，请核对日期。")
	}
	return nil
}
