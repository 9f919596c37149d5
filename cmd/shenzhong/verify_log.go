package main

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"shenzhong/services/disclose/monitor"
)

func newVerifyLogCommand() *cobra.Command {
	var f monitorFlags
	cmd := &cobra.Command{
		Use:   "log 目录|网址",
		Short: "核验整本公开日志（L1 至 L4）：签名、逐条重算、条目格式、与上次一致、见证",
		Long: "网址可以是网站，也可以是其日志 …/log；目录是日志的副本（检查点 checkpoint 和分片 tile/）。\n" +
			"没有一项不成立，退出码为 0；有不成立的，为 1；命令或者文件不对，为 2。",
		Example: "  shenzhong verify log https://某区.gov.cn/log --memory 记录.json\n" +
			"  shenzhong verify log 日志副本/ --keys 公钥.txt --policy 见证政策.txt",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("请写明一个目录或者网址，加 --help 查看用法")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return asUsage(runVerifyLog(cmd.Context(), cmd.OutOrStdout(), args[0], f))
		},
	}
	f.bind(cmd)
	return cmd
}

func runVerifyLog(ctx context.Context, out io.Writer, place string, f monitorFlags) error {
	src, err := logSource(place)
	if err != nil {
		return err
	}
	cfg, memory, err := f.config(src)
	if err != nil {
		return err
	}
	report, err := monitor.VerifyLog(ctx, src, cfg, memory)
	if err != nil {
		return err
	}
	if err := f.show(out, report); err != nil {
		return err
	}
	if report.Failed() {
		return errors.New("核验不通过：有不成立的项目")
	}
	if f.memory != "" {
		return memory.Save(f.memory)
	}
	return nil
}
