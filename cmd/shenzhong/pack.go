package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
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
			"写规则包的地方都可以写 builtin，即随程序交付的规则包。",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		packLintCommand(), packDiffCommand(), packReplayCommand(), packKeyCommand(), packSignCommand(),
		packExportCommand(), packImportCommand(), packLedgerCommand(),
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

// builtin names the pack that ships, wherever a pack is named.
const builtin = "builtin"

// openPack opens a pack by name. Trust names a public key, or is empty.
func openPack(name, trust string) (fs.FS, *law.Pack, error) {
	if name == builtin {
		files, err := packs.Wulong()
		if err != nil {
			return nil, nil, err
		}
		p, err := law.Load(files)
		return files, p, err
	}
	o, err := packfile.Open(name, trust)
	return o.Files, o.Pack, err
}

func loadPack(name, trust string) (*law.Pack, error) {
	_, p, err := openPack(name, trust)
	return p, err
}

// dayFlag reads a day that was typed, today if none was.
func dayFlag(s string) (workday.Date, error) {
	if s == "" {
		return workday.DateOf(clock.System{}.Now()), nil
	}
	return workday.ParseDate(s)
}

func packLintCommand() *cobra.Command {
	var on, trust string
	var open bool
	cmd := &cobra.Command{
		Use:   "lint 规则包",
		Short: "检查规则包：依据失效、没有法律依据的检查事项、两个单位同时主管、规则空档",
		Long:  "不认识的键、缺少依据或者起算事件的规则直接拒绝，并写明文件和行号。有发现时退出码为 1。",
		Args:  exactly(1, "一个规则包"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return asked(runPackLint(cmd.OutOrStdout(), args[0], trust, on, open))
		},
	}
	cmd.Flags().BoolVar(&open, "open", false, "另外列出尚未与公布文本核对的规则")
	cmd.Flags().StringVar(&on, "on", "", "列出哪一天有效的未核对规则，缺省为今天")
	cmd.Flags().StringVar(&trust, "trust", "", "验证签名的公钥文件")
	return cmd
}

// errFindings is why lint fails: what it found has been printed.
var errFindings = errors.New("规则包有需要处理的问题，见上")

func runPackLint(out io.Writer, name, trust, day string, open bool) error {
	on, err := dayFlag(day)
	if err != nil {
		return err
	}
	p, err := loadPack(name, trust)
	if err != nil {
		return err
	}
	found := p.Lint()
	if len(found) == 0 {
		fmt.Fprintf(out, "规则包 %s 没有发现问题。\n", p.Version())
	}
	for _, f := range found {
		fmt.Fprintf(out, "问题  %s\n", f)
	}
	if open {
		for _, f := range p.Open(on) {
			fmt.Fprintf(out, "待核对  %s\n", f)
		}
	}
	if len(found) > 0 {
		return errFindings
	}
	return nil
}

func packDiffCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "diff 旧规则包 新规则包",
		Short:   "逐条说明两个规则包的差别",
		Example: "  shenzhong pack diff plan2024.zip builtin",
		Args:    exactly(2, "旧、新两个规则包"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return asked(runPackDiff(cmd.OutOrStdout(), args[0], args[1], asJSON))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "输出 JSON")
	return cmd
}

func runPackDiff(out io.Writer, before, after string, asJSON bool) error {
	a, err := loadPack(before, "")
	if err != nil {
		return err
	}
	b, err := loadPack(after, "")
	if err != nil {
		return err
	}
	found, err := law.Compare(a, b)
	if err != nil {
		return err
	}
	if asJSON {
		if found == nil {
			found = []law.Difference{}
		}
		return writeJSON(out, found)
	}
	if len(found) == 0 {
		fmt.Fprintf(out, "两个规则包没有差别。\n")
	}
	for _, d := range found {
		fmt.Fprintln(out, d)
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
			p, err := loadPack(name, "")
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
