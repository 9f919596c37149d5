package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"shenzhong/services/kit/bus/jsbus"
)

func newNatsCommand(p *place) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "nats",
		Short: "多进程部署：生成 NATS 登录密钥，建立消息流",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	keys := &cobra.Command{
		Use:   "keys 目录",
		Short: "为每个服务和 setup 各生成一把登录密钥，已有的不动；公钥写在 nkeys.conf",
		Long: "每个服务的进程只应得到自己的“服务.seed”；setup.seed 只在建立消息流和 ctl 时使用。\n" +
			"nkeys.conf 只含公钥，与 deploy/nats.conf 放在同一目录。",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("请写明一个存放密钥的目录")}
			}
			return makeNatsKeys(cmd.OutOrStdout(), args[0])
		},
	}
	setup := &cobra.Command{
		Use:   "setup",
		Short: "建立或者改正全部消息流和听取者；需要 setup.seed",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := p.fromFile(cmd); err != nil {
				return err
			}
			if p.nats == "" {
				return usageError{errors.New("请用 --nats 指明 NATS 地址")}
			}
			return p.setUp(cmd.Context(), cmd.OutOrStdout())
		},
	}
	cmd.AddCommand(keys, setup)
	return cmd
}

// makeNatsKeys makes what is missing and writes the public halves.
func makeNatsKeys(out io.Writer, dir string) error {
	public, err := jsbus.MakeKeys(dir, contextNames())
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("# 公钥，由 shenzhong ctl nats keys 生成；私钥（*.seed）不得放在这里\n")
	for _, user := range slices.Sorted(maps.Keys(public)) {
		fmt.Fprintf(&b, "%s = %s\n", natsVariable(user), public[user])
	}
	name := filepath.Join(dir, "nkeys.conf")
	if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d 把密钥在 %s，各服务的进程只交给它自己的一把；公钥在 %s。\n", len(public), dir, name)
	return err
}

// natsVariable is the name under which deploy/nats.conf finds the public key of
// a user.
func natsVariable(user string) string { return "NKEY_" + strings.ToUpper(user) }

func (p *place) setUp(ctx context.Context, out io.Writer) error {
	all, closeAll, err := blueprint(ctx)
	if err != nil {
		return err
	}
	b, err := jsbus.New(jsbus.Config{External: p.external(), Replicas: p.replicas, Contexts: all})
	if err != nil {
		return errors.Join(err, closeAll())
	}
	err = b.Setup(ctx)
	b.Close()
	if err := errors.Join(err, closeAll()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d 个服务的消息流和听取者已经就绪。\n", len(all))
	return err
}
