package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"shenzhong/services/kit/store"
)

// chainReport is what became of verifying a data directory; outside checks rely
// on its names.
type chainReport struct {
	Stores []storeChains `json:"stores"`
	Failed bool          `json:"failed"`
	First  string        `json:"first,omitempty"` // commit that does not hold
}

// storeChains are the chains of one context.
type storeChains struct {
	Context  string       `json:"context"`
	Subjects int          `json:"subjects"`
	Commits  int          `json:"commits"`
	Breaks   []chainBreak `json:"breaks,omitempty"`
}

// chainBreak is a commit that does not hold, and why.
type chainBreak struct {
	Commit string `json:"commit"`
	Reason string `json:"reason"`
}

func newVerifyChainCommand() *cobra.Command {
	var data string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "chain [数据目录]",
		Short: "核验各服务的记录链：每条记录都接着前一条，没有改动、缺失和插入",
		Long: "不联网，只读，不改动任何文件；系统正在运行或者已经停止都可以。有不成立的返回 1，并指出首处。\n" +
			"链的末尾被整段截去，链自己看不出来，要与备份清单或者公开日志比较。",
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) > 1:
				return usageError{fmt.Errorf("多余的参数“%s”，加 --help 查看用法", args[1])}
			case len(args) == 1 && cmd.Flags().Changed("data"):
				return usageError{errors.New("数据目录写了两次，请只写一次")}
			case len(args) == 1:
				data = args[0]
			}
			return verifyChains(cmd.Context(), cmd.OutOrStdout(), data, asJSON)
		},
	}
	cmd.Flags().StringVar(&data, "data", "data", "数据目录，与 shenzhong up --data 相同")
	cmd.Flags().BoolVar(&asJSON, "json", false, "输出 JSON")
	return cmd
}

func verifyChains(ctx context.Context, out io.Writer, data string, asJSON bool) error {
	if info, err := os.Stat(data); err != nil || !info.IsDir() {
		return usageError{fmt.Errorf("没有数据目录“%s”，请写明 shenzhong up 所用的目录", data)}
	}
	var r chainReport
	p := place{}
	p.data = data
	err := p.look(ctx, func(name string, b base) error {
		s, err := chainsOf(ctx, name, b.log)
		r.Stores = append(r.Stores, s)
		if len(s.Breaks) > 0 && r.First == "" {
			r.Failed, r.First = true, s.Breaks[0].Commit
		}
		return err
	})
	if err != nil {
		return err
	}
	if asJSON {
		err = writeJSON(out, r)
	} else {
		err = r.write(out)
	}
	if err == nil && r.Failed {
		err = fmt.Errorf("记录链不成立，首处在 %s；请保留现场，用最近的备份比对", r.First)
	}
	return err
}

func chainsOf(ctx context.Context, name string, log store.Log) (storeChains, error) {
	s := storeChains{Context: name}
	breaks, n, err := store.Verify(ctx, log)
	if err != nil {
		return s, fmt.Errorf("%s 的存储读不出，可能已损坏：%w", name, err)
	}
	s.Commits = n
	for _, b := range breaks {
		s.Breaks = append(s.Breaks, chainBreak{b.ID, b.Reason})
	}
	subject := ""
	err = store.Each(ctx, log, func(c store.Commit) error {
		if c.Subject != subject {
			subject = c.Subject
			s.Subjects++
		}
		return nil
	})
	return s, err
}

func (r chainReport) write(out io.Writer) error {
	var b strings.Builder
	subjects, commits := 0, 0
	for _, s := range r.Stores {
		subjects, commits = subjects+s.Subjects, commits+s.Commits
		verdict := "成立"
		if len(s.Breaks) > 0 {
			verdict = fmt.Sprintf("不成立，%d 处", len(s.Breaks))
		}
		fmt.Fprintf(&b, "%-10s %d 个事项，%d 条记录　%s\n", s.Context, s.Subjects, s.Commits, verdict)
		for _, x := range s.Breaks {
			fmt.Fprintf(&b, "  %s：%s\n", x.Commit, x.Reason)
		}
	}
	fmt.Fprintf(&b, "合计 %d 个事项，%d 条记录。\n", subjects, commits)
	_, err := io.WriteString(out, b.String())
	return err
}
