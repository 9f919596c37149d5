package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/fault"
)

func newLogCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "log",
		Short: "公开日志：轮换密钥、从副本补齐、解除停止",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newRotateKeyCommand(), newRecoverCommand(), newResumeCommand())
	return cmd
}

// rotateFlags is what was asked for, as it was typed.
type rotateFlags struct {
	data, keys string
	retire     bool
}

func newRotateKeyCommand() *cobra.Command {
	var f rotateFlags
	cmd := &cobra.Command{
		Use:   "rotate-key (--data 目录 | --keys 目录) [--retire]",
		Short: "轮换公开日志的签名密钥：生成新一代，旧的继续签名；--retire 停用最旧的一代",
		Long: "先停止程序再轮换。新一代 Ed25519 和 SM2 密钥写入 log.keys，下次签发时各作为一条记入日志，检查点由新旧密钥共同签名，\n" +
			"因此只认旧公钥的人可以继续核验。把新公钥告知见证方、监测方和公众之后，再用 --retire 停用最旧的一代。\n" +
			"屏幕上只显示公钥。",
		Example: "  shenzhong log rotate-key --data /srv/shenzhong\n" +
			"  shenzhong log rotate-key --data /srv/shenzhong --keys /srv/keys --retire",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return asUsage(f.run(cmd.OutOrStdout(), cmd.ErrOrStderr()))
		},
	}
	cmd.Flags().StringVar(&f.data, "data", "", "数据目录，与 shenzhong up --data 相同")
	cmd.Flags().StringVar(&f.keys, "keys", "", "密钥目录，不填为数据目录下的 keys")
	cmd.Flags().BoolVar(&f.retire, "retire", false, "停用最旧的一代，不生成新的")
	return cmd
}

// run writes the public lines to out and nothing else; what people need to know
// goes to notes.
func (f rotateFlags) run(out, notes io.Writer) (err error) {
	if err := f.check(); err != nil {
		return err
	}
	folder := cmp.Or(f.keys, filepath.Join(f.data, "keys"))
	if f.data != "" {
		release, err := holdData(f.data)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, release()) }()
	}
	release, err := holdKeys(folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	public, err := rotateKeys(folder, f.retire)
	if err != nil {
		return err
	}
	for _, line := range public {
		if _, err := fmt.Fprintln(out, line); err != nil {
			return fmt.Errorf("show the public keys: %w", err)
		}
	}
	_, err = io.WriteString(notes, f.advice(filepath.Join(folder, logKeys)))
	return err
}

func (f rotateFlags) advice(path string) string {
	if f.retire {
		return "最旧的一代密钥已停用，上面是现用的公钥。请备份 " + path + "，然后启动程序；以 run 运行的，请重启 disclose 服务。\n"
	}
	return "已生成新一代密钥，上面是新公钥；旧密钥继续签名。请备份 " + path + "，然后启动程序；以 run 运行的，请重启 disclose 服务。\n" +
		"请把新公钥告知见证方、监测方，并以公告公布；各方换用之后，再以 --retire 停用最旧的一代。\n"
}

// check makes sure that there is a log: a folder that is not there is a slip of
// the hand, not a new log.
func (f rotateFlags) check() error {
	if f.data == "" && f.keys == "" {
		return fault.New(fault.Invalid, "请用 --data 指明数据目录，或者用 --keys 指明密钥目录")
	}
	if info, err := os.Stat(f.data); f.data != "" && (err != nil || !info.IsDir()) {
		return fault.New(fault.Invalid, "没有数据目录“%s”，请用 --data 指明 shenzhong up 所用的目录", f.data)
	}
	folder := cmp.Or(f.keys, filepath.Join(f.data, "keys"))
	if _, err := os.Stat(filepath.Join(folder, logKeys)); err != nil {
		return fault.New(fault.Invalid, "密钥目录“%s”中没有 %s；密钥在首次启动时生成，请核对目录", folder, logKeys)
	}
	if err := complete(folder); err != nil {
		return fault.New(fault.Invalid, "%w", err)
	}
	return nil
}

// holdKeys makes this process the only one that changes the keys of the log. It
// leaves no file: whatever is in the folder is taken for a key.
func holdKeys(folder string) (release func() error, err error) {
	d, err := os.Open(folder)
	if err != nil {
		return nil, fmt.Errorf("open the folder of keys: %w", err)
	}
	if err := syscall.Flock(int(d.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fault.New(fault.Unavailable, "另一个进程正在轮换 %s 中的密钥，请稍后再试：%w", folder, err), d.Close())
	}
	return d.Close, nil
}

// rotateKeys replaces the file of keys, and returns the public keys that are
// new, or those that remain.
func rotateKeys(folder string, retire bool) ([]string, error) {
	path := filepath.Join(folder, logKeys)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrPermission) {
		return nil, fault.New(fault.Invalid, "读不出 %s，请以运行程序的用户执行", path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the keys of the log: %w", err)
	}
	before, err := publiclog.ParseKeys(string(text))
	if err != nil {
		return nil, err
	}
	var next string
	if retire {
		last, errLast := (&publiclog.File{Path: filepath.Join(folder, logMemory)}).Last()
		if errLast != nil {
			return nil, errLast
		}
		next, err = publiclog.Retire(string(text), last)
	} else {
		next, err = publiclog.Rotate(string(text))
	}
	if err != nil {
		return nil, err
	}
	after, err := publiclog.ParseKeys(next)
	if err != nil {
		return nil, err
	}
	if err := replaceSecret(folder, path, next); err != nil {
		return nil, err
	}
	if retire {
		return after.Public(), nil
	}
	return slices.DeleteFunc(after.Public(), func(p string) bool { return slices.Contains(before.Public(), p) }), nil
}
