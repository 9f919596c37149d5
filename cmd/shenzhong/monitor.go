package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"shenzhong/services/disclose/monitor"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
)

// monitorFlags is what was asked for, as it was typed.
type monitorFlags struct {
	memory, policy, mirror, clock string
	keys                          []string
	json, once                    bool
	every                         time.Duration
}

// withdrawRule is the limit for withdrawing a decision that no longer stands.
const withdrawRule = "pub.withdraw"

func newMonitorCommand() *cobra.Command {
	var f monitorFlags
	cmd := &cobra.Command{
		Use:   "monitor 网址",
		Short: "从外面监测公开日志和公示页面（M1 至 M10），任何人都可以运行",
		Long: "只读取公开的网址，逐条重算日志，与上次见到的比对，并核对页面、撤回、抽取、见证和统计。\n" +
			"记录文件保存上次见到的检查点，请妥善保管：没有它就不能发现日志被改写。\n" +
			"没有一项不成立，退出码为 0；有不成立的或者读不到，为 1；命令不对，为 2。",
		Example: "  shenzhong monitor https://某区.gov.cn --once --memory 监测记录.json\n" +
			"  shenzhong monitor https://某区.gov.cn --every 1h --keys 公钥.txt --policy 见证政策.txt --mirror 日志副本/",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("请写明一个网址，加 --help 查看用法")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return asUsage(runMonitor(cmd.Context(), cmd.OutOrStdout(), args[0], f))
		},
	}
	flags := cmd.Flags()
	f.bind(cmd)
	flags.Lookup("memory").DefValue = "shenzhong-monitor.json"
	f.memory = "shenzhong-monitor.json"
	flags.BoolVar(&f.once, "once", false, "只看一次")
	flags.DurationVar(&f.every, "every", time.Hour, "两次之间的间隔")
	flags.StringVar(&f.mirror, "mirror", "", "在这个目录保存一份日志副本")
	return cmd
}

// bind adds the flags that monitor and verify log share.
func (f *monitorFlags) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.memory, "memory", "", "记录文件：上次见到的检查点")
	flags.StringArrayVar(&f.keys, "keys", nil, "另外取得的日志公钥，或者存有公钥的文件；不填则用记录中的，首次用网站公布的")
	flags.StringVar(&f.policy, "policy", "", "另外取得的见证政策（tlog-policy 文件）；不填则用网站公布的")
	flags.BoolVar(&f.json, "json", false, "输出 JSON")
	flags.StringVar(&f.clock, "clock", "", "演练：时间取自这个文件（RFC 3339），正式使用不得填写")
}

// config reads what was given besides the site.
func (f monitorFlags) config(site monitor.Source) (monitor.Config, *monitor.Memory, error) {
	cfg := monitor.Config{Site: site}
	var err error
	if cfg.Clock, err = timeFrom(f.clock); err != nil {
		return cfg, nil, err
	}
	if cfg.Keys, err = publicKeys(f.keys); err != nil {
		return cfg, nil, err
	}
	if f.policy != "" {
		text, err := os.ReadFile(f.policy)
		if err != nil {
			return cfg, nil, fault.New(fault.Invalid, "读不出见证政策文件，请核对文件名：%w", err)
		}
		cfg.Policy = string(text)
	}
	pack, calendar, err := loadLaw()
	if err != nil {
		return cfg, nil, err
	}
	cfg.WithdrawBy = withdrawBy(pack, calendar)
	memory, err := monitor.LoadMemory(f.memory)
	return cfg, memory, err
}

// withdrawBy counts the limit of the law pack.
func withdrawBy(pack *law.Pack, calendar *workday.Calendar) func(workday.Date) (time.Time, error) {
	counter := deadline.Counter{Law: pack, Calendar: calendar}
	return func(basis workday.Date) (time.Time, error) {
		d, err := counter.Start(withdrawRule, "record/x", "", "", basis.Start())
		return d.Due, err
	}
}

func runMonitor(ctx context.Context, out io.Writer, address string, f monitorFlags) error {
	site, err := monitor.SiteOf(address, &http.Client{Timeout: sourceWait})
	if err != nil {
		return err
	}
	if f.every <= 0 {
		return usageError{errors.New("--every 须大于零，例如 1h")}
	}
	cfg, memory, err := f.config(site)
	if err != nil {
		return err
	}
	m := monitor.New(cfg, memory)
	for {
		failed := f.look(ctx, out, m)
		if f.once || ctx.Err() != nil {
			return failed
		}
		if failed != nil {
			if _, err := fmt.Fprintln(out, failed); err != nil {
				return fmt.Errorf("show the report: %w", err)
			}
		}
		select {
		case <-ctx.Done():
			return failed
		case <-time.After(f.every):
		}
	}
}

// look looks once, and keeps what it saw.
func (f monitorFlags) look(ctx context.Context, out io.Writer, m *monitor.Monitor) error {
	report, err := m.Look(ctx)
	if err != nil {
		return fmt.Errorf("没有看成：%w", err)
	}
	if err := f.show(out, report); err != nil {
		return err
	}
	if f.memory != "" {
		if err := m.Memory.Save(f.memory); err != nil {
			return err
		}
	}
	if f.mirror != "" {
		if err := m.Mirror(f.mirror); err != nil {
			return err
		}
	}
	if report.Failed() {
		return errors.New("监测发现问题：有不成立的项目")
	}
	return nil
}

// show prints a report.
func (f monitorFlags) show(out io.Writer, r *monitor.Report) error {
	if f.json {
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		return enc.Encode(struct {
			*monitor.Report
			Failed bool `json:"failed"`
		}{r, r.Failed()})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "日志  %s，%d 条，%s\n", r.Origin, r.Size, r.At.In(workday.Zone).Format("2006-01-02 15:04"))
	count := map[fdraw.Status]int{}
	for _, c := range r.Checks {
		count[c.Status]++
		fmt.Fprintf(&b, "%-4s %s　%s　%s\n", c.ID, c.Title, statusWords[c.Status], c.Why)
	}
	fmt.Fprintf(&b, "合计  成立 %d 项，不成立 %d 项，无从核对 %d 项\n", count[fdraw.Holds], count[fdraw.Fails], count[fdraw.NotApplicable])
	_, err := io.WriteString(out, b.String())
	return err
}
