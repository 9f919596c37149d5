package simulate

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"shenzhong/services/draw/fairness"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/stats"
)

// Output is where and how a simulation is told.
type Output struct {
	JSON bool
	SVG  string // file for the picture, empty for none
}

// tell writes a report as JSON or in words, and the picture where one is wanted.
func (o Output) tell(w io.Writer, report any, words string, chart Chart) error {
	if o.SVG != "" {
		if err := os.WriteFile(o.SVG, []byte(chart.SVG()), 0o644); err != nil {
			return fmt.Errorf("不能写图形文件，请用 --svg 换一个位置：%w", err)
		}
	}
	if o.JSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(report)
	}
	_, err := io.WriteString(w, words)
	return err
}

// promised is a class with what the policy says of it before the year begins.
type promised struct {
	fairness.Seen
	Promised stats.Outlook `json:"promised"`
}

// yearReport is the form of simulate year --json.
type yearReport struct {
	*fairness.Simulated
	Classes []promised `json:"classes"`
}

// Year simulates years of a plan and holds them against what the policy promises.
func Year(ctx context.Context, w io.Writer, y fairness.Year, years int, seed uint64, o Output) error {
	s, err := fairness.Simulate(ctx, y, years, seed)
	if err != nil {
		return err
	}
	report := yearReport{Simulated: s}
	objects := map[string]int{}
	for _, c := range y.Classes {
		objects[c.Category] += c.Count
	}
	var b strings.Builder
	fmt.Fprintf(&b, "全年 %d 次抽取，模拟 %d 年（种子 %d），由抽取所用的同一程序计算\n", y.Draws, years, seed)
	b.WriteString("类别\t数量\t本次概率\t全年至少一次：应为\t模拟\t全年次数：应为\t模拟\n")
	chart := Chart{Title: fmt.Sprintf("全年至少被抽中一次的概率（%d 次抽取）", y.Draws), Note: "条：模拟；红线：抽取之前公布的概率", Max: 1}
	for _, c := range s.Classes {
		ahead := outlook(y, c.Class, objects[c.Category])
		report.Classes = append(report.Classes, promised{c, ahead})
		fmt.Fprintf(&b, "%s\t%d\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\n", c.Name, c.Count, c.First, ahead.Year, c.Year, ahead.Expected, c.Expected)
		chart.Bars = append(chart.Bars, Bar{Label: c.Name, Value: c.Year, Expected: ahead.Year, Low: c.Year - 1.96*c.Error, High: c.Year + 1.96*c.Error})
	}
	for t, size := range s.Sizes {
		fmt.Fprintf(&b, "第 %d 次抽中 %d 至 %d 家，平均 %.2f 家\n", t+1, size.Least, size.Most, size.Expected)
	}
	if y.Officers != nil {
		fmt.Fprintf(&b, "派员 %d 席，空缺 %d 席，需要换人的 %d 席；一次抽取中每人 %d 至 %d 次；同一搭档一年最多同行 %d 次\n", s.Seats, s.Vacant, s.Searches, s.MinLoad, s.MaxLoad, s.Same)
	}
	return o.tell(w, report, b.String(), chart)
}

// outlook is what the policy promises a class, by the policy's own code.
func outlook(y fairness.Year, c fairness.Class, objects int) stats.Outlook {
	return stats.Ahead(y.Draws, 0, func(t, visited int) float64 {
		e := fdraw.Entry{Category: c.Category, Grade: c.Grade, Risk: c.Risk, Flags: c.Flags, Status: fdraw.Active, Inspected: visited, Drawn: visited > 0}
		ppm, _, err := y.Policy.Chance(&e, fdraw.Plan{Category: c.Category, Draw: t + 1, Of: y.Draws}, objects)
		if err != nil {
			return math.NaN() // Simulate has asked for the same rate and would have refused
		}
		return float64(ppm) / fdraw.Certain
	})
}

// Attack tries every attack.
func Attack(ctx context.Context, w io.Writer, trials int, seed uint64, o Output) error {
	attacks, err := fairness.Attacks(ctx, trials, seed)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "每种攻击 %d 次（种子 %d），由抽取和核验所用的同一程序进行\n", trials, seed)
	chart := Chart{Title: "攻击的结果", Note: "条：在本系统中发生的比率；红线：理论值", Max: 1}
	for _, a := range attacks {
		fmt.Fprintf(&b, "\n%s：%s的比率\n情形\t没有防范\t理论\t本系统\t理论\t被核验发现\n", a.Title, a.Aim)
		for _, c := range a.Cases {
			fmt.Fprintf(&b, "%s\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\n", c.Case, c.Without, c.WithoutTheory, c.Here, c.HereTheory, c.Caught)
			spread := fairness.Tolerance(c.HereTheory, trials) / 5 * 1.96
			chart.Bars = append(chart.Bars, Bar{Label: a.Title + "，" + c.Case, Value: c.Here, Expected: c.HereTheory, Low: c.Here - spread, High: c.Here + spread})
		}
	}
	return o.tell(w, attacks, b.String(), chart)
}

// Audit looks at a history of draws.
func Audit(ctx context.Context, w io.Writer, bundles []*fdraw.Bundle, options fairness.Options, o Output) error {
	draws := make([]fairness.Held, len(bundles))
	for i, b := range bundles {
		var err error
		if draws[i], err = fairness.FromBundle(b); err != nil {
			return err
		}
	}
	a, err := fairness.Redraw(ctx, draws, options)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d 次抽取、%d 个对象，各按原名录重抽 %d 次（种子 %d）\n", a.Draws, a.Facilities, a.Redraws, a.Seed)
	b.WriteString("统计量\t实际\t重抽平均\tp\n")
	chart := Chart{Title: fmt.Sprintf("%d 次抽取与重抽 %d 次相比", a.Draws, a.Redraws), Note: "p 值越短越反常（对数刻度）；红线：0.01", Max: 1, Log: true}
	for _, s := range a.Statistics {
		fmt.Fprintf(&b, "%s\t%.4g\t%.4g\t%.4f\n", s.Title, s.Observed, s.Mean, s.P)
		chart.Bars = append(chart.Bars, Bar{Label: s.Title, Value: s.P, Expected: 0.01})
	}
	fmt.Fprintf(&b, "对“某些对象从不被抽中”的累计证据（e 值）：全体平均最高 %.3f；达到 100 时，误判的概率不超过 1%%\n", a.Evidence.Most)
	if alarms := a.Alarms(0.01); len(alarms) > 0 {
		names := make([]string, len(alarms))
		for i, s := range alarms {
			names[i] = s.Title
		}
		fmt.Fprintf(&b, "反常：%s（已按 %d 个统计量折算，误判的概率不超过 1%%），请查明原因\n", strings.Join(names, "、"), len(a.Statistics))
	} else {
		b.WriteString("没有发现反常。统计只是第二道防线：一个区县头两年的抽取次数不足以显出一次私下重抽，靠得住的是逐次重算（shenzhong verify draw）。\n")
	}
	return o.tell(w, a, b.String(), chart)
}

// Scaled is how long one size of draw takes.
type Scaled struct {
	Facilities int     `json:"facilities"`
	Officers   int     `json:"officers"`
	Visits     int     `json:"visits"`
	Seats      int     `json:"seats"`
	Vacant     int     `json:"vacant"`
	Ruler      float64 `json:"ruler_seconds"`
	Deal       float64 `json:"deal_seconds"`
}

// Scale draws from larger and larger registers. One officer in a hundred
// facilities, a tenth of the facilities drawn, two seats of two units each.
func Scale(ctx context.Context, w io.Writer, most int, seed uint64, o Output) error {
	var rows []Scaled
	var b strings.Builder
	fmt.Fprintf(&b, "抽取和派员用时（SM3，单核，种子 %d）\n对象\t人员\t抽中\t席位\t空缺\t抽取（秒）\t派员（秒）\n", seed)
	chart := Chart{Title: "抽取和派员的用时", Note: "条：抽取加派员（对数刻度）；红线：只抽取", Log: true, Unit: " 秒"}
	for n := 100; n <= most; n *= 10 {
		if err := ctx.Err(); err != nil {
			return err
		}
		s := scaled(n, fairness.Seeds(seed)())
		rows = append(rows, s)
		fmt.Fprintf(&b, "%d\t%d\t%d\t%d\t%d\t%.4f\t%.4f\n", s.Facilities, s.Officers, s.Visits, s.Seats, s.Vacant, s.Ruler, s.Deal)
		chart.Bars = append(chart.Bars, Bar{Label: fmt.Sprintf("%d 家，%d 人", s.Facilities, s.Officers), Value: s.Ruler + s.Deal, Expected: s.Ruler})
		chart.Max = max(chart.Max, s.Ruler+s.Deal)
	}
	return o.tell(w, rows, b.String(), chart)
}

func scaled(n int, seed fdraw.Digest) Scaled {
	head := fdraw.Head{Draw: "500156-2026-0001", Attempt: 1}
	demand := fdraw.Demand{{Dept: "mzj", Count: 2}, {Dept: "scjgj", Count: 2}}
	pool := &fdraw.Pool{Head: head, Units: make([]fdraw.Unit, n)}
	for i := range pool.Units {
		pool.Units[i] = fdraw.Unit{Facility: fmt.Sprintf("GM%07d", i), Stratum: fmt.Sprintf("s.%02d", i%100), PPM: fdraw.Certain / 10, Reason: fdraw.ByRate, Demand: demand}
	}
	people := max(20, n/100)
	staff := &fdraw.Officers{Head: head}
	for i := range people {
		staff.Officers = append(staff.Officers, fdraw.Officer{ID: fmt.Sprintf("o%06d", i), Dept: demand[i*2/people].Dept, Max: 64})
	}
	s := Scaled{Facilities: n, Officers: people}
	watch := clock.Stopwatch()
	hits := fdraw.Ruler(fdraw.SM3, seed, pool.Units)
	s.Ruler = watch().Seconds()
	watch = clock.Stopwatch()
	out := fdraw.Deal(fdraw.SM3, seed, pool, hits, staff)
	s.Deal = watch().Seconds()
	s.Visits, s.Vacant = len(hits), out.Vacant
	for _, v := range out.Result.Visits {
		s.Seats += len(v.Seats)
	}
	return s
}
