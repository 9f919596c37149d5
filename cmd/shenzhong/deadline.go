package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
)

// deadlineFlags is what was asked for, as it was typed.
type deadlineFlags struct {
	rule, from, days, unit string
	data, pack             string
	extend                 int
	pauses                 []string
	json, list             bool
}

// deadlineAnswer is the form of --json; outside checks rely on its names.
type deadlineAnswer struct {
	Due         string       `json:"due"`               // the last day, 2006-01-02
	Stopped     bool         `json:"stopped,omitempty"` // a pause is open: there is no due date yet
	Provisional bool         `json:"provisional"`
	Rule        string       `json:"rule"` // empty for a free count
	Name        string       `json:"name,omitempty"`
	Trigger     string       `json:"trigger,omitempty"`
	Citation    string       `json:"citation"`
	Verified    string       `json:"verified,omitempty"`
	Caution     string       `json:"caution,omitempty"`
	DayZero     string       `json:"dayZero"`
	Raw         string       `json:"raw"` // the last day before it moved off a holiday
	DueAt       string       `json:"dueAt"`
	N           int          `json:"n"`
	Unit        workday.Unit `json:"unit"`
	Shortest    *shortest    `json:"shortest,omitempty"`
	Calendar    string       `json:"calendar"`
	Pack        string       `json:"pack"`
	Counted     []countedDay `json:"counted"`
	Explanation string       `json:"explanation"`
	reckoning   workday.Reckoning
}

// shortest is the lower end of a limit that the law gives as a range.
type shortest struct {
	N   int    `json:"n"`
	Due string `json:"due"`
}

type countedDay struct {
	Date   string `json:"date"`
	Counts bool   `json:"counts"`
	Reason string `json:"reason"`
}

func newDeadlineCommand() *cobra.Command {
	var f deadlineFlags
	cmd := &cobra.Command{
		Use:   "deadline (--rule ID | --days N [--unit 单位]) --from 日期",
		Short: "计算期限的届满日，逐日说明怎样算出来",
		Example: "  shenzhong deadline --rule pub.penalty.portal --from 2026-09-30\n" +
			"  shenzhong deadline --days 7 --unit workday --from 2026-09-30 --json\n" +
			"  shenzhong deadline --list --from 2026-09-30",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("多余的参数“%s”，期限用 --rule 或 --days 指定，起算日用 --from 指定。", args[0])}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := runDeadline(cmd.OutOrStdout(), f)
			if kind := fault.KindOf(err); kind == fault.Invalid || kind == fault.NotFound || kind == fault.Conflict {
				return usageError{err}
			}
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.rule, "rule", "", "期限目录中的规则，例如 pub.withdraw")
	flags.StringVar(&f.from, "from", "", "起算的日期 2026-09-30，或者时刻 2026-09-30T16:30（北京时间）")
	flags.StringVar(&f.days, "days", "", "期限的数量，不用规则时填写")
	flags.StringVar(&f.unit, "unit", "", "期限的单位：workday 工作日（缺省）、day 自然日、month 月、hour 小时")
	flags.IntVar(&f.extend, "extend", 0, "按规则延长的次数，只与 --rule 同用")
	flags.StringArrayVar(&f.pauses, "pause", nil, "中止：开始日期,结束日期,理由,批准人；尚未恢复的结束日期留空；可以写多次")
	flags.StringVar(&f.pack, "pack", builtin, "规则包，缺省为随程序交付的规则包")
	flags.StringVar(&f.data, "data", "", "数据目录，用其中导入的放假安排")
	flags.BoolVar(&f.json, "json", false, "输出 JSON")
	flags.BoolVar(&f.list, "list", false, "列出起算日有效的全部规则")
	return cmd
}

func runDeadline(out io.Writer, f deadlineFlags) error {
	from, err := parseFrom(f.from)
	if err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	calendar, err := loadCalendar(f.data)
	if err != nil {
		return err
	}
	pack, err := loadPack(f.pack)
	if err != nil {
		return err
	}
	if f.list {
		return listDeadlines(out, pack, workday.DateOf(from))
	}
	answer, err := countDeadline(pack, calendar, from, f)
	if err != nil {
		return err
	}
	if f.json {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(answer)
	}
	_, err = io.WriteString(out, answer.text())
	return err
}

// countDeadline counts by the rule or by the number that was given.
func countDeadline(pack *law.Pack, calendar *workday.Calendar, from time.Time, f deadlineFlags) (deadlineAnswer, error) {
	term, err := f.term()
	if err != nil {
		return deadlineAnswer{}, err
	}
	pauses, err := parsePauses(f.pauses)
	if err != nil {
		return deadlineAnswer{}, err
	}
	if f.rule != "" {
		return countRule(pack, calendar, from, f, pauses)
	}
	r, err := calendar.Reckon(from, term, pauses)
	if err != nil {
		return deadlineAnswer{}, err
	}
	return newAnswer(pack, r, countingRules(pack)), nil
}

// countingRules is what a count without a rule rests on.
func countingRules(pack *law.Pack) string {
	code, err := pack.Instrument("mfd")
	if err != nil {
		return ""
	}
	return code.Cited() + "第201条至第204条"
}

func countRule(pack *law.Pack, calendar *workday.Calendar, from time.Time, f deadlineFlags, pauses []workday.Pause) (deadlineAnswer, error) {
	rule, err := pack.Deadline(f.rule, workday.DateOf(from))
	if err != nil {
		return deadlineAnswer{}, fault.New(fault.NotFound, "%w加 --list 查看全部规则。", err)
	}
	term, err := rule.Term(f.extend)
	if err != nil {
		return deadlineAnswer{}, err
	}
	r, err := calendar.Reckon(from, term, pauses)
	if err != nil {
		return deadlineAnswer{}, err
	}
	a := newAnswer(pack, r, rule.Citation())
	a.Rule, a.Name, a.Trigger = rule.ID, rule.Name, rule.Trigger
	a.Verified, a.Caution = string(rule.Verified), strings.TrimSpace(rule.Caution()+rule.Note)
	if term, ranged := rule.Shortest(); ranged {
		low, err := calendar.Reckon(from, term, pauses)
		if err != nil {
			return deadlineAnswer{}, err
		}
		a.Shortest = &shortest{term.N, low.DueDate.String()}
	}
	return a, nil
}

func newAnswer(pack *law.Pack, r workday.Reckoning, citation string) deadlineAnswer {
	a := deadlineAnswer{
		Due: r.DueDate.String(), Stopped: r.Stopped, Provisional: r.Provisional, Citation: citation,
		DayZero: r.DayZero.String(), Raw: r.Raw.String(), DueAt: instant(r.Due),
		N: r.Term.N, Unit: r.Term.Unit, Calendar: r.Calendar, Pack: pack.Version(),
		Counted: make([]countedDay, 0, len(r.Counted)), Explanation: r.Explain(), reckoning: r,
	}
	for _, d := range r.Counted {
		a.Counted = append(a.Counted, countedDay{d.Date.String(), d.Counts, d.Reason})
	}
	return a
}

// instant is how a moment is written; none while a limit is stopped.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// text is the answer for a reader.
func (a deadlineAnswer) text() string {
	var b strings.Builder
	if a.Rule != "" {
		fmt.Fprintf(&b, "规则  %s（%s）\n起算  %s\n", a.Name, a.Rule, a.Trigger)
	}
	due := a.Due
	if a.Stopped {
		due = "中止期间，尚无届满日"
	}
	fmt.Fprintf(&b, "届满  %s", due)
	if a.Provisional {
		b.WriteString("（暂定）")
	}
	if a.Shortest != nil {
		fmt.Fprintf(&b, "，最短到 %s", a.Shortest.Due)
	}
	fmt.Fprintf(&b, "\n依据  %s\n", a.Citation)
	if a.Caution != "" {
		fmt.Fprintf(&b, "注意  %s\n", a.Caution)
	}
	fmt.Fprintf(&b, "说明  %s\n逐日\n  %s  第0日  不计入\n", a.Explanation, a.DayZero)
	n := 0
	for _, d := range a.reckoning.Counted {
		if !d.Counts {
			fmt.Fprintf(&b, "  %s  不计入  %s\n", d.Date, d.Reason)
			continue
		}
		n++
		fmt.Fprintf(&b, "  %s  第%d日  %s\n", d.Date, n, d.Reason)
	}
	return b.String()
}

// listDeadlines prints the catalogue of one day.
func listDeadlines(out io.Writer, pack *law.Pack, on workday.Date) error {
	var errs []error
	for _, d := range pack.Deadlines(on) {
		_, err := fmt.Fprintf(out, "%-22s %d%s  %s  %s\n", d.ID, d.N, d.Unit, d.Name, d.Citation())
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
