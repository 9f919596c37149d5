package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"shenzhong/cmd/shenzhong/simulate"
	"shenzhong/services/draw"
	"shenzhong/services/draw/fairness"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
)

func newSimulateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "模拟：一年的抽取会怎样、攻击能否得逞、以往的抽取是否像是随机",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newSimulateYearCommand(), newSimulateAttackCommand(), newSimulateAuditCommand(), newSimulateScaleCommand())
	return cmd
}

// simulated adds the flags that every simulation has.
func simulated(cmd *cobra.Command, o *simulate.Output, seed *uint64) *cobra.Command {
	flags := cmd.Flags()
	flags.BoolVar(&o.JSON, "json", false, "输出 JSON")
	flags.StringVar(&o.SVG, "svg", "", "把图形写入这个 SVG 文件")
	flags.Uint64Var(seed, "seed", 1, "种子；同一种子得到同样的结果")
	return cmd
}

// below refuses numbers that are too small.
func below(least int, numbers map[string]int) error {
	for _, name := range slices.Sorted(maps.Keys(numbers)) {
		if numbers[name] < least {
			return usageError{fmt.Errorf("--%s 应不小于 %d", name, least)}
		}
	}
	return nil
}

func newSimulateYearCommand() *cobra.Command {
	var o simulate.Output
	var seed uint64
	var draws, years, each, officers int
	var category, on string
	cmd := &cobra.Command{
		Use:     "year",
		Short:   "按规则包的抽查比例模拟许多年：各类对象全年被抽中的概率、次数和派员",
		Example: "  shenzhong simulate year --draws 4 --years 2000 --svg 全年.svg",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := below(1, map[string]int{"draws": draws, "years": years, "each": each}); err != nil {
				return err
			}
			y, err := yearOf(category, on, draws, each, officers)
			if err != nil {
				return asUsage(err)
			}
			return simulate.Year(cmd.Context(), cmd.OutOrStdout(), y, years, seed, o)
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&draws, "draws", 4, "一年的抽取次数")
	flags.IntVar(&years, "years", 500, "模拟多少年")
	flags.IntVar(&each, "each", 10, "每一等级有多少家")
	flags.IntVar(&officers, "officers", 20, "每个单位的执法人员数，0 为不派员")
	flags.StringVar(&category, "category", "cemetery_rural", "对象类别")
	flags.StringVar(&on, "on", "", "规则以哪一天为准，例如 2026-04-01，不填为今天")
	return simulated(cmd, &o, &seed)
}

// yearOf is a plan for one category by the law pack: every grade at medium risk,
// one class with a flag, and another category with too few objects to be left to
// chance.
func yearOf(category, day string, draws, each, officers int) (fairness.Year, error) {
	pack, _, err := loadLaw()
	if err != nil {
		return fairness.Year{}, err
	}
	on := workday.DateOf(clock.System{}.Now())
	if day != "" {
		if on, err = workday.ParseDate(day); err != nil {
			return fairness.Year{}, err
		}
	}
	if _, err := pack.FacilityKind(category, on); err != nil {
		return fairness.Year{}, fault.New(fault.Invalid, "规则包中没有对象类别“%s”", category)
	}
	few := "funeral_home"
	if category == few {
		few = "funeral_station"
	}
	policy, err := draw.PolicyOf(pack, []string{category, few}, on)
	if err != nil {
		return fairness.Year{}, err
	}
	y := fairness.Year{Policy: policy, Draws: draws, Demand: fdraw.Demand{{Dept: "mzj", Count: 2}, {Dept: "scjgj", Count: 2}}}
	for _, grade := range []string{"A", "B", "C", "D", ""} {
		y.Classes = append(y.Classes, fairness.Class{Name: gradeTitle(grade) + "，风险中", Count: each, Category: category, Grade: grade, Risk: "M"})
	}
	y.Classes = append(y.Classes,
		fairness.Class{Name: "投诉举报较多", Count: 1, Category: category, Grade: "B", Risk: "M", Flags: []fdraw.Flag{fdraw.HighComplaint}},
		fairness.Class{Name: "不足五家的类别", Count: 3, Category: few, Grade: "B", Risk: "M"},
	)
	if officers > 0 {
		y.Officers = &fdraw.Officers{Head: fdraw.Head{Draw: "500156-2026-0001", Attempt: 1}}
		for d, need := range y.Demand {
			for i := range officers {
				y.Officers.Officers = append(y.Officers.Officers, fdraw.Officer{ID: fmt.Sprintf("500156-RY-%d%05d", d+1, i+1), Dept: need.Dept, Max: 64})
			}
		}
	}
	return y, nil
}

func gradeTitle(grade string) string {
	if grade == "" || grade == law.Ungraded {
		return "未评级"
	}
	return "信用 " + grade + " 级"
}

func newSimulateAttackCommand() *cobra.Command {
	var o simulate.Output
	var seed uint64
	var trials int
	cmd := &cobra.Command{
		Use:     "attack",
		Short:   "最后揭示、重抽、从名录拿掉、挑人、日志一式两份：各试许多次，与理论值相比",
		Example: "  shenzhong simulate attack --trials 10000 --svg 攻击.svg",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := below(1, map[string]int{"trials": trials}); err != nil {
				return err
			}
			return simulate.Attack(cmd.Context(), cmd.OutOrStdout(), trials, seed, o)
		},
	}
	cmd.Flags().IntVar(&trials, "trials", 2000, "每种攻击试多少次")
	return simulated(cmd, &o, &seed)
}

func newSimulateScaleCommand() *cobra.Command {
	var o simulate.Output
	var seed uint64
	var most int
	cmd := &cobra.Command{
		Use:     "scale",
		Short:   "从一百家到一百万家，抽取和派员各用多少时间",
		Example: "  shenzhong simulate scale --facilities 1000000 --svg 规模.svg",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := below(100, map[string]int{"facilities": most}); err != nil {
				return err
			}
			return simulate.Scale(cmd.Context(), cmd.OutOrStdout(), most, seed, o)
		},
	}
	cmd.Flags().IntVar(&most, "facilities", 1_000_000, "最多多少家")
	return simulated(cmd, &o, &seed)
}
