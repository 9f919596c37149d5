package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
)

// verifyFlags is what was asked for, as it was typed.
type verifyFlags struct {
	witnesses string
	json      bool
}

// verified is the form of --json; outside checks rely on its names.
type verified struct {
	*fdraw.Report
	Failed bool `json:"failed"` // a check fails
}

func newVerifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "核验已经公开的抽取、日志和公示，核验各服务的记录链",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newVerifyDrawCommand(), newVerifyLogCommand(), newVerifyRecordCommand(), newVerifyNoticeCommand(), newVerifyChainCommand())
	return cmd
}

func newVerifyDrawCommand() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "draw 目录|文件|网址",
		Short: "逐项核验一次抽取（V1 至 V14），重算抽中的对象和人员",
		Long: "验证包可以是一个 .json 文件、一个网址，或者放着各个文件（announce.txt、pool.txt ……）的目录。\n" +
			"没有一项不成立，退出码为 0；有不成立的，为 1；命令或者文件不对，为 2。",
		Example: "  shenzhong verify draw 500156-2026-0001.json\n" +
			"  shenzhong verify draw https://某区/api/v1/draws/500156-2026-0001\n" +
			"  shenzhong verify draw --json 下载的文件/",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("请写明一个目录、文件或者网址，加 --help 查看用法")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			err := runVerifyDraw(cmd.Context(), cmd.OutOrStdout(), args[0], f)
			if fault.Is(err, fault.Invalid) {
				return usageError{err}
			}
			return err
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.json, "json", false, "输出 JSON")
	flags.StringVar(&f.witnesses, "witnesses", "", "自己保存的见证方公钥和法定数目（tlog-policy 文件），代替验证包中的")
	return cmd
}

// runVerifyDraw fails if a check does, after it has said so check by check.
func runVerifyDraw(ctx context.Context, out io.Writer, source string, f verifyFlags) error {
	bundle, err := loadBundle(ctx, source)
	if err != nil {
		return err
	}
	trusted, err := trustedWitnesses(f.witnesses)
	if err != nil {
		return err
	}
	report := fdraw.VerifyTrusting(bundle, trusted)
	if report.Draw == "" && !report.Failed() {
		return fault.New(fault.Invalid, "“%s”中没有抽取的文件，至少要有抽取公告（announce）", source)
	}
	if f.json {
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		err = enc.Encode(verified{report, report.Failed()})
	} else {
		_, err = io.WriteString(out, reportText(report))
	}
	if err == nil && report.Failed() {
		err = errors.New("核验不通过：有不成立的项目")
	}
	return err
}

// trustedWitnesses reads a witness policy that the caller has from elsewhere.
func trustedWitnesses(name string) (*fdraw.WitnessPolicy, error) {
	if name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fault.New(fault.Invalid, "读不出见证方文件，请核对文件名：%w", err)
	}
	policy, err := fdraw.ParseWitnessPolicy(string(text))
	if err != nil {
		return nil, fault.New(fault.Invalid, "见证方文件不合规：%w", err)
	}
	return policy, nil
}

var statusWords = map[fdraw.Status]string{fdraw.Holds: "成立", fdraw.Fails: "不成立", fdraw.NotApplicable: "无从核对"}

// reportText is a report for a reader.
func reportText(r *fdraw.Report) string {
	var b strings.Builder
	if r.Draw != "" {
		fmt.Fprintf(&b, "抽取  %s\n", r.Draw)
	}
	count := map[fdraw.Status]int{}
	for _, c := range r.Checks {
		count[c.Status]++
		fmt.Fprintf(&b, "%-4s %s　%s　%s\n", c.ID, c.Title, statusWords[c.Status], c.Why)
		if c.ByHand != "" {
			fmt.Fprintf(&b, "     请自行比对：%s\n", c.ByHand)
		}
	}
	for _, c := range r.Countersigned {
		fmt.Fprintf(&b, "复算  %s　%s\n", statusWords[c.Status], c.Why)
		if c.ByHand != "" {
			fmt.Fprintf(&b, "     请自行比对：%s\n", c.ByHand)
		}
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "注意  %s\n", w)
	}
	fmt.Fprintf(&b, "合计  成立 %d 项，不成立 %d 项，无从核对 %d 项\n", count[fdraw.Holds], count[fdraw.Fails], count[fdraw.NotApplicable])
	return b.String()
}
