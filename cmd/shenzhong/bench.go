package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"shenzhong/cmd/shenzhong/bench"
)

func newBenchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "测量：与同一次运行中测得的对照相比，本系统办得多快",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newBenchPipelineCommand(), newBenchPublishCommand(), newBenchReadCommand(), newBenchDrawCommand(), newBenchLogCommand(), newBenchDeadlinesCommand())
	return cmd
}

func newBenchPipelineCommand() *cobra.Command {
	var load bench.Load
	var asJSON bool
	var dir string
	var seconds int
	cmd := &cobra.Command{
		Use:   "pipeline",
		Short: "投诉从提交、入库、发送到另一服务入库，与手工连成的同样步骤相比",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			load.Lasting = time.Duration(seconds) * time.Second
			if load.Clients < 1 || load.Rounds < 1 || seconds < 1 {
				return usageError{fmt.Errorf("--clients、--rounds 和 --seconds 都应不小于 1")}
			}
			r, err := bench.Pipeline(cmd.Context(), dir, load)
			if err != nil {
				return err
			}
			return r.Write(cmd.OutOrStdout(), asJSON)
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&load.Clients, "clients", 64, "同时提交的连接数")
	flags.IntVar(&seconds, "seconds", 5, "每一方每轮的秒数")
	flags.IntVar(&load.Rounds, "rounds", 5, "轮数；双方轮流，比值取各轮的中位数")
	flags.StringVar(&dir, "dir", "", "在哪个目录中建临时文件；空为系统的临时目录，它应在真实的磁盘上")
	flags.BoolVar(&asJSON, "json", false, "输出一个 JSON 对象")
	return cmd
}

func newBenchPublishCommand() *cobra.Command {
	var facts, rounds int
	var asJSON bool
	var dir string
	cmd := &cobra.Command{
		Use:   "publish",
		Short: "积压在存储中的事实发往消息并逐条记下，与手工连成的同样步骤相比",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if facts < 1 || rounds < 1 {
				return usageError{fmt.Errorf("--facts 和 --rounds 都应不小于 1")}
			}
			r, err := bench.Publish(cmd.Context(), dir, facts, rounds)
			if err != nil {
				return err
			}
			return r.Write(cmd.OutOrStdout(), asJSON)
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&facts, "facts", 20_000, "每轮的事实数")
	flags.IntVar(&rounds, "rounds", 5, "轮数；双方轮流，比值取各轮的中位数")
	flags.StringVar(&dir, "dir", "", "在哪个目录中建临时文件；空为系统的临时目录，它应在真实的磁盘上")
	flags.BoolVar(&asJSON, "json", false, "输出一个 JSON 对象")
	return cmd
}

func newBenchReadCommand() *cobra.Command {
	load := bench.ReadLoad{}
	var asJSON bool
	var dir string
	var seconds int
	cmd := &cobra.Command{
		Use:   "read",
		Short: "公众查询和打开网页，与手工从一张表中取出同样字节数相比",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			load.Lasting = time.Duration(seconds) * time.Second
			if load.Clients < 1 || load.Rounds < 1 || seconds < 1 || load.Records < 1 {
				return usageError{fmt.Errorf("--records、--clients、--rounds 和 --seconds 都应不小于 1")}
			}
			reports, err := bench.Read(cmd.Context(), dir, load)
			if err != nil {
				return err
			}
			return writeAll(cmd, reports, asJSON)
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&load.Records, "records", 10_000, "公示信息的条数")
	flags.IntVar(&load.Clients, "clients", 64, "同时查询的连接数")
	flags.IntVar(&seconds, "seconds", 3, "每一方每轮的秒数")
	flags.IntVar(&load.Rounds, "rounds", 3, "轮数；双方轮流，比值取各轮的中位数")
	flags.StringVar(&dir, "dir", "", "在哪个目录中建临时文件；空为系统的临时目录，它应在真实的磁盘上")
	flags.BoolVar(&asJSON, "json", false, "每种测量输出一个 JSON 对象")
	return cmd
}

func writeAll(cmd *cobra.Command, reports []bench.Report, asJSON bool) error {
	for _, r := range reports {
		if err := r.Write(cmd.OutOrStdout(), asJSON); err != nil {
			return err
		}
	}
	return nil
}

func newBenchDrawCommand() *cobra.Command {
	var size bench.DrawSize
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "draw",
		Short: "全国规模的抽取和派员，与同样字节数的单纯散列计算相比",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if size.Facilities < 1 || size.Officers < 1 || size.Rounds < 1 {
				return usageError{fmt.Errorf("--facilities、--officers 和 --rounds 都应不小于 1")}
			}
			reports, err := bench.Draw(cmd.Context(), size)
			if err != nil {
				return err
			}
			return writeAll(cmd, reports, asJSON)
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&size.Facilities, "facilities", 1_000_000, "检查对象数")
	flags.IntVar(&size.Officers, "officers", 10_000, "执法人员数")
	flags.IntVar(&size.Rounds, "rounds", 3, "轮数")
	flags.BoolVar(&asJSON, "json", false, "每种测量输出一个 JSON 对象")
	return cmd
}

func newBenchDeadlinesCommand() *cobra.Command {
	var size bench.DeadlineSize
	var asJSON bool
	var dir string
	cmd := &cobra.Command{
		Use:   "deadlines",
		Short: "大量期限在计时的启动和每日查看，与手工写成的同样步骤相比",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case size.Rounds < 1 || size.Due < 1 || size.Due > 500:
				return usageError{fmt.Errorf("--rounds 应不小于 1，--due 应为 1 至 500")}
			case size.Few < size.Due*size.Rounds || size.Many < size.Few:
				return usageError{fmt.Errorf("--few 应不小于 --due 与 --rounds 之积，--open 应不小于 --few")}
			}
			r, err := bench.Deadlines(cmd.Context(), dir, size)
			if err != nil {
				return err
			}
			return r.Write(cmd.OutOrStdout(), asJSON)
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&size.Many, "open", 100_000, "在计时的期限数")
	flags.IntVar(&size.Few, "few", 10_000, "作对比的较少的期限数")
	flags.IntVar(&size.Due, "due", 500, "每个被测的日子到期的期限数，最多 500")
	flags.IntVar(&size.Rounds, "rounds", 5, "被测的日子数")
	flags.StringVar(&dir, "dir", "", "在哪个目录中建临时文件；空为系统的临时目录，它应在真实的磁盘上")
	flags.BoolVar(&asJSON, "json", false, "输出一个 JSON 对象")
	return cmd
}

func newBenchLogCommand() *cobra.Command {
	var size bench.LogSize
	var asJSON bool
	var dir string
	var seconds int
	cmd := &cobra.Command{
		Use:   "log",
		Short: "公开日志的追加、包含证明、检查点和状态清单，与单纯的写入、散列和签名相比",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			size.Lasting = time.Duration(seconds) * time.Second
			if size.Records < 1 || size.Clients < 1 || size.Rounds < 1 || seconds < 1 {
				return usageError{fmt.Errorf("--records、--clients、--rounds 和 --seconds 都应不小于 1")}
			}
			reports, err := bench.Log(cmd.Context(), dir, size)
			if err != nil {
				return err
			}
			return writeAll(cmd, reports, asJSON)
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&size.Records, "records", 1_000_000, "状态清单中的记录数，也是所证明的日志的条数")
	flags.IntVar(&size.Clients, "clients", 256, "成批追加时同时追加的个数")
	flags.IntVar(&seconds, "seconds", 2, "每一方每轮的秒数；状态清单每轮做一次")
	flags.IntVar(&size.Rounds, "rounds", 5, "轮数；双方轮流，比值取各轮的中位数")
	flags.StringVar(&dir, "dir", "", "在哪个目录中建临时文件；空为系统的临时目录，它应在真实的磁盘上")
	flags.BoolVar(&asJSON, "json", false, "每种测量输出一个 JSON 对象")
	return cmd
}
