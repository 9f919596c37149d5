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

// countersignFlags is what was asked for, as it was typed.
type countersignFlags struct {
	party, key string
	sm2        bool
}

func newDrawCountersignCommand() *cobra.Command {
	var f countersignFlags
	cmd := &cobra.Command{
		Use:   "countersign 复算材料 --party 单位 --key 密钥文件",
		Short: "在本单位的设备上重算已封存的抽取，签署一致或者异议",
		Long: "复算材料由参与方的负责人或者法制审核人员向 /api/v1/draws/抽取编号/material 领取，启封之后也可以用验证包。\n" +
			"密钥文件不存在时生成一个，只有本人能读；公钥摘要请由本单位另行公布。\n" +
			"输出要提交的内容；结果一致，退出码为 0；不一致，输出的是异议，退出码为 1；命令或者文件不对，为 2。",
		Example: "  shenzhong draw countersign 500156-2026-0001.material.json --party sfj --key sfj.key",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("请写明复算材料的文件，加 --help 查看用法")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return asUsage(runDrawCountersign(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), args[0], f))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.party, "party", "", "本单位代码，须为公告所列的参与方")
	flags.StringVar(&f.key, "key", "", "本单位的签署密钥文件，没有时生成")
	flags.BoolVar(&f.sm2, "sm2", false, "生成的密钥用 SM2，缺省为 Ed25519")
	return cmd
}

// runDrawCountersign recomputes a sealed draw, signs what came of it and prints
// the body to submit; nothing else goes to out. It fails where the party comes to
// another outcome, after it has printed the objection.
func runDrawCountersign(ctx context.Context, out, notes io.Writer, source string, f countersignFlags) error {
	if f.party == "" || f.key == "" {
		return fault.New(fault.Invalid, "请用 --party 写明本单位代码，用 --key 写明签署密钥文件")
	}
	b, err := loadBundle(ctx, source)
	if err != nil {
		return err
	}
	if b.Sealed == "" {
		return fault.New(fault.Invalid, "“%s”中没有封存文件，抽取可能尚未封存", source)
	}
	computed, report, err := fdraw.Recompute(b)
	if err != nil {
		return fault.New(fault.Invalid, "“%s”不能复算：%w", source, err)
	}
	a, err := fdraw.ParseAnnounce(b.Announce)
	if err != nil {
		return fault.New(fault.Invalid, "“%s”中的公告不合规：%w", source, err)
	}
	if !a.IsParty(f.party) {
		return fault.New(fault.Invalid, "“%s”不是本次抽取的参与方，公告所列为：%s", f.party, strings.Join(a.Parties, "、"))
	}
	key, err := signingKey(notes, f)
	if err != nil {
		return err
	}
	signed := fdraw.NewCountersign(a, f.party, b.Sealed, computed)
	if err := key.Sign(signed); err != nil {
		return err
	}
	if err := json.NewEncoder(out).Encode(struct {
		File string `json:"file"`
	}{signed.Text()}); err != nil {
		return fmt.Errorf("write the body: %w", err)
	}
	return tellRecomputed(notes, a, signed, report)
}

// tellRecomputed says what came of it. The checks of the inputs are told too: a
// draw can be computed rightly from files that are wrong.
func tellRecomputed(notes io.Writer, a *fdraw.Announce, signed *fdraw.Countersign, report *fdraw.Report) error {
	var text strings.Builder
	for _, c := range report.Checks {
		if c.Status == fdraw.Fails {
			fmt.Fprintf(&text, "%s %s　不成立　%s\n", c.ID, c.Title, c.Why)
		}
	}
	fmt.Fprintf(&text, "公钥摘要 %s（%s）。请向 /api/v1/draws/%s/countersign 提交上面一行。\n", signed.Fingerprint(), signed.Kind.Title(), a.Draw)
	if _, err := io.WriteString(notes, text.String()); err != nil {
		return fmt.Errorf("say what came of it: %w", err)
	}
	switch {
	case !signed.Agrees():
		return fmt.Errorf("抽取 %s 复算的结果与封存的不同，上面一行是异议；请保存材料，通知各参与方和见证方", a.Head)
	case report.Failed():
		return fmt.Errorf("抽取 %s 复算的结果与封存的一致，但所依据的文件有不成立的项目，请先查明再提交", a.Head)
	}
	_, err := fmt.Fprintf(notes, "抽取 %s 复算一致。材料可以算出抽中了谁，启封之前不得外传，用毕请删除。\n", a.Head)
	if err != nil {
		return fmt.Errorf("say what came of it: %w", err)
	}
	return nil
}

// signingKey reads the key of the party, or makes one.
func signingKey(notes io.Writer, f countersignFlags) (*fdraw.SigningKey, error) {
	raw, err := os.ReadFile(f.key)
	switch {
	case err == nil:
		key, err := fdraw.ParseSigningKey(string(raw))
		if err != nil {
			return nil, fault.New(fault.Invalid, "“%s”%w", f.key, err)
		}
		return key, nil
	case !errors.Is(err, os.ErrNotExist):
		return nil, fault.New(fault.Invalid, "读不出密钥文件，请核对：%w", err)
	}
	kind := fdraw.Ed25519
	if f.sm2 {
		kind = fdraw.SM2
	}
	key, err := fdraw.NewSigningKey(kind)
	if err != nil {
		return nil, err
	}
	if err := keepSecret(f.key, key.Text()); err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(notes, "已生成 %s 签署密钥：%s。请妥善保管，以后都用它。\n", kind.Title(), f.key); err != nil {
		return nil, fmt.Errorf("say where the key is: %w", err)
	}
	return key, nil
}
