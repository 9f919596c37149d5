package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"shenzhong/deploy/packs"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/packfile"
	"shenzhong/services/kit/workday"
)

func newPackCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "pack",
		Short: "规则包：检查、比较、重放、签名、导出、导入",
		Long: "规则包是一个目录（若干 YAML 文件），或者由 pack export 导出的一个归档文件。\n" +
			"写规则包的地方都可以写 builtin，即随程序交付的规则包；写 builtin@2024、builtin@2026\n" +
			"或者 builtin@日期，即其中该时点有效的规则（pack list 列出）。",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		packLintCommand(), packDiffCommand(), packReplayCommand(), packKeyCommand(), packSignCommand(),
		packExportCommand(), packImportCommand(), packLedgerCommand(), packListCommand(),
	)
	return cmd
}

// exactly demands that many arguments, named in words.
func exactly(n int, names string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return usageError{fmt.Errorf("应当写明%s，现在有 %d 个参数；加 --help 查看用法", names, len(args))}
		}
		return nil
	}
}

// asked turns what a person can put right into wrong usage.
func asked(err error) error {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.NotFound, fault.Conflict, fault.Denied:
		return usageError{err}
	}
	return err
}

// builtin names the pack that ships, wherever a pack is named; with "@" and a
// state or a day behind it, what of it was in force then.
const builtin = "builtin"

// packUsage is what --pack says of itself where a command works on the data of a
// system that runs.
const packUsage = "规则包，与 shenzhong up --pack 相同；缺省为随程序交付的规则包"

// trustUsage is what --trust says of itself, wherever it stands.
const trustUsage = "公钥文件，一行一个公钥；写几次就须有几方各自的签名（提出人、批准人），缺一不用"

// openPack opens a pack by name. Trust names files of public keys, or none.
func openPack(name string, trust ...string) (packfile.Opened, error) {
	shipped, state, asOf := strings.Cut(name, "@")
	if shipped != builtin {
		return packfile.Open(name, trust...)
	}
	files, err := packs.Wulong()
	if err != nil {
		return packfile.Opened{}, err
	}
	if asOf {
		on, err := stateDay(state)
		if err != nil {
			return packfile.Opened{}, err
		}
		if files, err = packfile.Extract(files, on); err != nil {
			return packfile.Opened{}, err
		}
	}
	return packfile.Read(files)
}

// stateDay is the day of a state that ships under a name of its own, or the day
// that was written.
func stateDay(state string) (workday.Date, error) {
	for _, s := range packs.States() {
		if s.Name == state {
			state = s.On
		}
	}
	return workday.ParseDate(state)
}

func loadPack(name string) (*law.Pack, error) {
	o, err := openPack(name)
	return o.Pack, err
}

func packListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "列出随程序交付的规则包和其中有名称的两个时点",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			whole, err := loadPack(builtin)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			_, err = fmt.Fprintf(out, "%-14s %s  %s，各条写明有效期间，运行用\n", builtin, whole.Version(), whole.Manifest().Name)
			for _, s := range packs.States() {
				name := builtin + "@" + s.Name
				p, stateErr := loadPack(name)
				if stateErr != nil {
					return stateErr
				}
				_, said := fmt.Fprintf(out, "%-14s %s  %s有效的规则：%s\n", name, p.Version(), s.On, s.Says)
				err = errors.Join(err, said)
			}
			return err
		},
	}
}

// dayFlag reads a day that was typed, today if none was.
func dayFlag(s string) (workday.Date, error) {
	if s == "" {
		return workday.DateOf(clock.System{}.Now()), nil
	}
	return workday.ParseDate(s)
}

// lintFlags is what was asked for, as it was typed.
type lintFlags struct {
	on, replaces string
	trust        []string
	open         bool
}

func packLintCommand() *cobra.Command {
	var f lintFlags
	cmd := &cobra.Command{
		Use:   "lint 规则包",
		Short: "检查规则包：依据失效、没有法律依据的检查事项、两个单位同时主管、规则空档",
		Long:  "不认识的键、缺少依据或者起算事件的规则直接拒绝，并写明文件和行号。有发现时退出码为 1。",
		Args:  exactly(1, "一个规则包"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return asked(runPackLint(cmd.OutOrStdout(), args[0], f))
		},
	}
	cmd.Flags().BoolVar(&f.open, "open", false, "另外列出尚未与公布文本核对的规则")
	cmd.Flags().StringVar(&f.on, "on", "", "列出哪一天有效的未核对规则，缺省为今天")
	cmd.Flags().StringVar(&f.replaces, "replaces", "", "现在使用的规则包；列出它有而新规则包缺少的规则，缺少的运行中不能换用")
	cmd.Flags().StringArrayVar(&f.trust, "trust", nil, trustUsage)
	return cmd
}

// errFindings is why lint fails: what it found has been printed.
var errFindings = errors.New("规则包有需要处理的问题，见上")

func runPackLint(out io.Writer, name string, f lintFlags) error {
	on, err := dayFlag(f.on)
	if err != nil {
		return err
	}
	o, err := openPack(name, f.trust...)
	if err != nil {
		return err
	}
	p := o.Pack
	found := p.Lint()
	if f.replaces != "" {
		old, err := loadPack(f.replaces)
		if err != nil {
			return err
		}
		found = append(found, law.Lost(old, p)...)
	}
	if len(o.SignedBy) > 0 {
		fmt.Fprintf(out, "规则包 %s 已由 %s 签名。\n", p.Version(), strings.Join(o.SignedBy, "、"))
	}
	if len(found) == 0 {
		fmt.Fprintf(out, "规则包 %s 没有发现问题。\n", p.Version())
	}
	for _, f := range found {
		fmt.Fprintf(out, "问题  %s\n", f)
	}
	if f.open {
		for _, f := range p.Open(on) {
			fmt.Fprintf(out, "待核对  %s\n", f)
		}
	}
	if len(found) > 0 {
		return errFindings
	}
	return nil
}

func writeJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func packLedgerCommand() *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "ledger",
		Short: "任务落实台账（方案附件2）：条款、任务、责任单位、时限、证据，CSV",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := loadPack(name)
			if err != nil {
				return asked(err)
			}
			return writeLedger(cmd.OutOrStdout(), p)
		},
	}
	cmd.Flags().StringVar(&name, "pack", builtin, "规则包")
	return cmd
}

// writeLedger writes the task ledger as a table that a spreadsheet opens.
func writeLedger(out io.Writer, p *law.Pack) error {
	const mark = "\ufeff" // by which a spreadsheet knows the encoding
	if _, err := io.WriteString(out, mark); err != nil {
		return fmt.Errorf("write the ledger: %w", err)
	}
	w := csv.NewWriter(out)
	rows := [][]string{{"方案条款", "任务", "牵头单位", "配合单位", "完成时限", "落实证据", "依据", "说明"}}
	for _, c := range p.Clauses() {
		names := make([]string, len(c.Owners))
		for i, code := range c.Owners {
			u, err := p.Unit(code, c.ValidFrom)
			if err != nil {
				return err
			}
			names[i] = u.Short
		}
		due := c.Due.String()
		if due == "" {
			due = "长期"
		}
		rows = append(rows, []string{c.ID, c.Task, names[0], strings.Join(names[1:], "、"), due, c.Evidence, c.Citation(), c.Note})
	}
	if err := w.WriteAll(rows); err != nil {
		return fmt.Errorf("write the ledger: %w", err)
	}
	return nil
}
