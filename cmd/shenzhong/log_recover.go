package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"shenzhong/services/disclose"
	"shenzhong/services/disclose/monitor"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/fault"
)

// atPlace adds the flags that name a system which does not run.
func (p *place) atPlace(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&p.config, "config", "", "up 或 run 的设置文件；写明的参数优先")
	flags.StringVar(&p.data, "data", "data", "数据目录")
	flags.StringVar(&p.keys, "keys", "", "密钥目录，不填为数据目录下的 keys")
	flags.StringVar(&p.watchers, "witnesses", "", "见证政策文件，与 up 所用的相同；恢复之前先问见证方见过多少条")
	p.mongoFlags.add(flags)
	flags.BoolVar(&p.json, "json", false, "输出 JSON")
}

func newRecoverCommand() *cobra.Command {
	var p place
	var from string
	cmd := &cobra.Command{
		Use:   "recover --from 目录|网址",
		Short: "数据库恢复自较旧的备份之后，从副本补齐公开日志的条目",
		Long: "先停止程序。副本是监测方用 shenzhong monitor --mirror 保存的目录，或者仍在提供日志的网址；其检查点须由本日志签名，\n" +
			"逐条重算须与检查点相符，数据库中的条目须是副本的开头。补齐的正是缺少的条目，一条不多，一条不少。\n" +
			"副本须是最新的：比见证方或者 log.checkpoint 知道的少，就不能补齐。内容没有找回的公示在日志中撤回，编号不再使用。",
		Example: "  shenzhong log recover --data /srv/shenzhong --from /mnt/mirror --witnesses 见证政策.txt",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if from == "" {
				return usageError{errors.New("请用 --from 指明日志副本的目录或者网址")}
			}
			if err := p.settle(cmd); err != nil {
				return err
			}
			return asUsage(p.recover(cmd.Context(), cmd.OutOrStdout(), from))
		},
	}
	p.atPlace(cmd)
	cmd.Flags().StringVar(&from, "from", "", "日志副本的目录，或者网址")
	return cmd
}

func (p *place) recover(ctx context.Context, out io.Writer, from string) (err error) {
	src, err := logSource(from)
	if err != nil {
		return err
	}
	book, err := monitor.Read(ctx, src, nil)
	if err != nil {
		return err
	}
	release, err := holdData(p.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	o := p.options("disclose")
	o.watchers = p.watchers
	s, err := openRooms(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	r, err := s.room("disclose").recover(ctx, book.Leaves, book.Text)
	if err != nil {
		return err
	}
	if p.json {
		return writeJSON(out, r)
	}
	return writeRecovery(out, r)
}

func writeRecovery(out io.Writer, r disclose.Recovery) error {
	var b strings.Builder
	fmt.Fprintf(&b, "已从副本补齐 %d 条，公开日志现有 %d 条。\n", r.Entries, r.Size)
	for _, list := range []struct {
		words string
		items []string
	}{
		{"以下公示的内容未能找回，已在日志中撤回，编号不再使用，请重新办理", r.Lost},
		{"以下条目所指的公示查不出编号，已在日志中撤回", r.Unknown},
		{"以下公示在日志中已经终止，恢复后却又在公示，请立即撤回", r.Ended},
		{"以下抽取有步骤记在日志中而库中没有；其后续步骤记不进日志的，请作废这一次，另行一次", r.Draws},
	} {
		if len(list.items) > 0 {
			fmt.Fprintf(&b, "%s：%s\n", list.words, strings.Join(list.items, "、"))
		}
	}
	fmt.Fprintln(&b, "现在可以启动程序。请备份密钥目录中的 log.checkpoint。")
	_, err := io.WriteString(out, b.String())
	return err
}

func newResumeCommand() *cobra.Command {
	var p place
	cmd := &cobra.Command{
		Use:   "resume",
		Short: "查明是见证方有误之后，解除公开日志的停止",
		Long: "公开日志因见证方的答复停止签发之后，重新启动也不会解除。数据库确实恢复自较旧的备份的，用 shenzhong log recover 补齐，\n" +
			"补齐之后自行解除。查明是见证方有误的，先把它移出见证政策，再用本命令解除；启动后会再次询问各见证方，仍有矛盾的会再次停止。",
		Example: "  shenzhong log resume --data /srv/shenzhong",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := p.settle(cmd); err != nil {
				return err
			}
			return asUsage(p.resume(cmd.OutOrStdout()))
		},
	}
	p.atPlace(cmd)
	return cmd
}

func (p *place) resume(out io.Writer) (err error) {
	release, err := holdData(p.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	folder := cmp.Or(p.keys, filepath.Join(p.data, "keys"))
	if err := complete(folder); err != nil {
		return fault.New(fault.Invalid, "%w", err)
	}
	memory := &publiclog.File{Path: filepath.Join(folder, logMemory)}
	why, err := memory.Halted()
	if err != nil {
		return err
	}
	if why == "" {
		_, err = fmt.Fprintln(out, "公开日志没有因见证方而停止。")
		return err
	}
	if err := memory.Halt(""); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "已解除。原来停止的原因：%s\n", why)
	return err
}
