package workday

import (
	"fmt"
	"strings"
)

// Explain says in one Chinese paragraph how the due date was counted.
func (r Reckoning) Explain() string {
	var b strings.Builder
	fmt.Fprintf(&b, "起算日为%s（%s，第0日，不计入），", r.DayZero.Chinese(), weekday(r.DayZero))
	if r.Term.Unit == Hour || r.Term.Unit == WorkHour {
		b.Reset()
		fmt.Fprintf(&b, "自%s%s起算，", r.DayZero.Chinese(), r.From.Format("15时04分"))
	}
	if r.Term.Direction == Backward {
		b.WriteString("向前")
	}
	fmt.Fprintf(&b, "期限%d%s。", r.Term.N, r.Term.Unit)
	r.explainDays(&b)
	r.explainEnd(&b)
	return b.String()
}

// run is a row of days not counted for one reason.
type run struct {
	from, to Date
	reason   string
}

// explainDays tells which days were left out, which were worked against the
// look of the week, and how many were counted.
func (r Reckoning) explainDays(b *strings.Builder) {
	if r.Term.Unit == Hour {
		b.WriteString("按小时连续计算，节假日不扣除。")
	}
	counted, weekends := 0, 0
	var skipped []run
	var makeups []string
	for _, c := range r.Counted {
		switch {
		case c.Counts:
			counted++
			if r.Term.Unit == Workday && weekend(c.Date) {
				makeups = append(makeups, c.Date.Chinese()+"（"+c.Reason+"）")
			}
		case r.rolled(c.Date):
		case weekend(c.Date) && strings.Contains(c.Reason, "休息日"):
			weekends++
		case len(skipped) > 0 && skipped[len(skipped)-1].reason == c.Reason && abs(c.Date.Sub(skipped[len(skipped)-1].to)) == 1:
			skipped[len(skipped)-1].to = c.Date
		default:
			skipped = append(skipped, run{c.Date, c.Date, c.Reason})
		}
	}
	for _, s := range skipped {
		days := s.from.Chinese()
		if s.from != s.to {
			days += "至" + s.to.Chinese()
		}
		fmt.Fprintf(b, "%s，%s，不计入；", days, s.reason)
	}
	if weekends > 0 {
		fmt.Fprintf(b, "周末休息日%d天，不计入；", weekends)
	}
	for _, m := range makeups {
		fmt.Fprintf(b, "%s，计入；", m)
	}
	if r.Term.Unit == Workday || r.Term.Unit == Day {
		fmt.Fprintf(b, "共计入%d日。", counted)
	}
}

// rolled reports whether d was passed only because the last day moved.
func (r Reckoning) rolled(d Date) bool {
	if r.Raw.IsZero() || r.Raw == r.DueDate {
		return false
	}
	return d.After(r.Raw) != (r.Term.Direction == Backward) && d != r.Raw
}

// reason is what was noted of d.
func (r Reckoning) reason(d Date) string {
	for _, c := range r.Counted {
		if c.Date == d {
			return c.Reason
		}
	}
	return ""
}

func abs(n int) int { return max(n, -n) }

// explainEnd tells the due date, how it was moved, and what it rests on.
func (r Reckoning) explainEnd(b *strings.Builder) {
	if r.Stopped {
		fmt.Fprintf(b, "期限正在中止，恢复后继续计算。所用日历版本%s。", r.Calendar)
		return
	}
	if r.Raw != r.DueDate {
		fmt.Fprintf(b, "期间的最后一日%s不是工作日（%s），%s至%s；", r.Raw.Chinese(), r.reason(r.Raw), r.moved(), r.DueDate.Chinese())
	}
	fmt.Fprintf(b, "届满日为%s（%s），", r.DueDate.Chinese(), weekday(r.DueDate))
	if r.Due.Equal(r.DueDate.End()) {
		b.WriteString("当日24时截止。")
	} else {
		fmt.Fprintf(b, "当日%s截止。", r.Due.In(Zone).Format("15时04分"))
	}
	if r.Provisional {
		b.WriteString("该日期涉及国务院尚未公布放假安排的年份，为暂定，公布后重新计算。")
	}
	fmt.Fprintf(b, "所用日历版本%s。", r.Calendar)
}
