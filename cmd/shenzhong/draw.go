package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// commitFlags is what was asked for, as it was typed.
type commitFlags struct {
	announce, party, out string
}

// secretMode lets nobody but its owner read a secret.
const secretMode = 0o600

func newDrawCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "draw",
		Short: "参加抽取的单位在自己的设备上生成承诺值，之后揭示、复算",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newDrawCommitCommand(), newDrawRevealCommand(), newDrawCountersignCommand())
	return cmd
}

func newDrawCommitCommand() *cobra.Command {
	var f commitFlags
	cmd := &cobra.Command{
		Use:   "commit --announce 公告 --party 单位 [--out 文件]",
		Short: "生成随机数，存入只有本人能读的文件，输出承诺值",
		Example: "  shenzhong draw commit --announce https://某区/api/v1/draws/500156-2026-0001 --party sfj\n" +
			"  shenzhong draw commit --announce 500156-2026-0001-announce.txt --party sfj --out /media/u/秘密.txt",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return asUsage(runDrawCommit(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), f))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.announce, "announce", "", "抽取公告：文件或者网址")
	flags.StringVar(&f.party, "party", "", "本单位代码，须为公告所列的参与方")
	flags.StringVar(&f.out, "out", "", "秘密文件，缺省为 抽取编号-次数-单位.secret.txt；已有的文件不会被覆盖")
	return cmd
}

func newDrawRevealCommand() *cobra.Command {
	var commitment string
	cmd := &cobra.Command{
		Use:     "reveal 秘密文件",
		Short:   "读出秘密文件，输出揭示时要提交的内容",
		Example: "  shenzhong draw reveal 500156-2026-0001-1-sfj.secret.txt",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("请写明秘密文件，加 --help 查看用法")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return asUsage(runDrawReveal(cmd.OutOrStdout(), cmd.ErrOrStderr(), args[0], commitment))
		},
	}
	cmd.Flags().StringVar(&commitment, "commitment", "", "已经提交的承诺值，给出时先核对")
	return cmd
}

func asUsage(err error) error {
	if fault.Is(err, fault.Invalid) {
		return usageError{err}
	}
	return err
}

// runDrawCommit makes a secret and keeps it before it tells the commitment: a
// party that has told one without having kept the other is absent. Nothing but
// the commitment goes to out.
func runDrawCommit(ctx context.Context, out, notes io.Writer, f commitFlags) error {
	if f.announce == "" || f.party == "" {
		return fault.New(fault.Invalid, "请用 --announce 写明抽取公告，用 --party 写明本单位代码")
	}
	a, err := loadAnnounce(ctx, f.announce)
	if err != nil {
		return err
	}
	if !a.IsParty(f.party) {
		return fault.New(fault.Invalid, "“%s”不是本次抽取的参与方，公告所列为：%s", f.party, strings.Join(a.Parties, "、"))
	}
	secret := fdraw.Commit{Head: a.Head, Party: f.party}
	rand.Read(secret.Nonce[:]) // never fails: without randomness the process ends
	if f.out == "" {
		f.out = strings.ReplaceAll(fmt.Sprintf("%s-%d-%s.secret.txt", a.Draw, a.Attempt, f.party), ":", "_")
	}
	if err := keepSecret(f.out, secret.Text()); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, secret.Digest(a.Hash)); err != nil {
		return fmt.Errorf("show the commitment: %w", err)
	}
	_, err = fmt.Fprintf(notes, "上面一行是承诺值，请在 %s 之前提交，可以公开。\n秘密文件：%s。揭示之前不得给任何人看；遗失则本单位按缺席记载。\n",
		a.CommitBy.In(workday.Zone).Format("2006-01-02 15:04"), f.out)
	return err
}

// keepSecret writes a file that is not there yet, and makes sure it is on the
// disk.
func keepSecret(name, text string) (err error) {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, secretMode)
	if errors.Is(err, os.ErrExist) {
		return fault.New(fault.Invalid, "已有文件“%s”，不覆盖；如果是本次的秘密文件，请直接使用，否则用 --out 换一个文件名", name)
	}
	if err != nil {
		return fault.New(fault.Invalid, "不能写秘密文件，请用 --out 换一个位置：%w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := file.WriteString(text); err != nil {
		return fmt.Errorf("秘密文件没有写成，请换一个位置重试：%w", err)
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("秘密文件没有写成，请换一个位置重试：%w", err)
	}
	return nil
}

// loadAnnounce reads an announcement: its own file, or a package that has it.
// The address of a draw serves as well as that of a file.
func loadAnnounce(ctx context.Context, source string) (*fdraw.Announce, error) {
	raw, err := readSource(ctx, source, "announce")
	if err != nil {
		return nil, err
	}
	text := string(raw)
	if strings.HasPrefix(text, "{") {
		b, err := parseBundle(source, raw)
		if err != nil {
			return nil, err
		}
		text = b.Announce
	}
	a, err := fdraw.ParseAnnounce(text)
	if err != nil {
		return nil, fault.New(fault.Invalid, "“%s”不是合规的抽取公告：%w", source, err)
	}
	return a, nil
}

// readSource reads a file of a draw: its own, in a package, or below the address
// of the draw under that name.
func readSource(ctx context.Context, source, name string) ([]byte, error) {
	if !isURL(source) {
		return readLimited(source)
	}
	u, err := url.Parse(source)
	if err != nil || u.Host == "" {
		return nil, fault.New(fault.Invalid, "网址“%s”不正确，请核对", source)
	}
	if last := path.Base(u.Path); last != name && last != "bundle" && path.Ext(last) == "" {
		u = u.JoinPath("files", name)
	}
	return fetchURL(ctx, u.String())
}

// runDrawReveal prints what opens a commitment, as it is submitted, and nothing
// else to out.
func runDrawReveal(out, notes io.Writer, name, commitment string) error {
	raw, err := readLimited(name)
	if err != nil {
		return err
	}
	secret, err := fdraw.ParseCommit(string(raw))
	if err != nil {
		return fault.New(fault.Invalid, "“%s”不是秘密文件，或者被改动过：%w", name, err)
	}
	if commitment != "" {
		promised, err := fdraw.ParseDigest(strings.TrimSpace(commitment))
		if err != nil {
			return fault.New(fault.Invalid, "承诺值不合规：%w", err)
		}
		if secret.Digest(fdraw.SM3) != promised && secret.Digest(fdraw.SHA256) != promised {
			return fault.New(fault.Invalid, "“%s”打不开这个承诺值，请核对是不是同一次抽取、同一个单位的秘密文件", name)
		}
	}
	body, err := json.Marshal(struct {
		Nonce string `json:"nonce"`
	}{secret.Nonce.String()})
	if err != nil {
		return fmt.Errorf("write the body: %w", err)
	}
	if _, err := fmt.Fprintf(out, "%s\n", body); err != nil {
		return fmt.Errorf("show the body: %w", err)
	}
	_, err = fmt.Fprintf(notes, "抽取 %s 第 %d 次，单位 %s。名录锁定之后，向 /api/v1/draws/%s/reveal 提交上面一行。\n", secret.Draw, secret.Attempt, secret.Party, secret.Draw)
	return err
}
