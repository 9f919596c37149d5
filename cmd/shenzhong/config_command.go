package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
)

func newConfigCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "核对设置文件",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var here bool
	check := &cobra.Command{
		Use:   "check 文件...",
		Short: "逐项核对 up 或 run 的设置文件，不启动任何程序",
		Long: "设置文件是 YAML 或者 JSON。command 写明用于 up 还是 run，其余各项与该命令的参数同名。\n" +
			"不认识的设置、重复的设置、写在文件里的口令一律拒绝。口令和密钥只写存放它的文件。",
		Example: "  shenzhong config check deploy/config/up.yaml\n" +
			"  shenzhong config check --here /etc/shenzhong/run.yaml        同时核对其中写明的文件在本机都读得到",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("请写明要核对的设置文件")}
			}
			for _, file := range args {
				if err := checkConfig(cmd.OutOrStdout(), file, here); err != nil {
					return err
				}
			}
			return nil
		},
	}
	check.Flags().BoolVar(&here, "here", false, "同时核对文件中写明的目录和文件在本机存在，密钥文件只有属主可读")
	cmd.AddCommand(check)
	return cmd
}

// checkConfig holds one file against everything that can be known without
// starting.
func checkConfig(out io.Writer, file string, here bool) error {
	s, err := readSettings(file)
	if err == nil {
		err = s.check(here)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s：用于 %s，%d 项设置，没有问题。\n", file, s.command, len(s.list))
	return err
}

// check asks the command itself whether it would start with these settings.
func (s settings) check(here bool) error {
	var err error
	var paths []namedPath
	switch s.command {
	case "up":
		var f upFlags
		cmd := upCommand(&f)
		if err = s.apply(cmd); err == nil {
			err, paths = f.check(), f.paths()
		}
	case "run":
		var f runFlags
		cmd := runCommand(&f)
		if err = s.apply(cmd); err == nil {
			err, paths = f.check(), f.paths()
		}
		if err == nil {
			err = knownContexts(s.contexts)
		}
	}
	for _, p := range paths {
		if here && err == nil {
			err = p.check()
		}
	}
	var usage usageError
	if err != nil && !errors.As(err, &usage) {
		err = usageError{err}
	}
	if err != nil {
		return usageError{fmt.Errorf("设置文件 %s：%w", s.file, err)}
	}
	return nil
}

// namedPath is a file or folder that a setting names.
type namedPath struct {
	setting, name string
	secret        bool // only its owner may read it
}

// check looks whether it is there, and who can read it.
func (p namedPath) check() error {
	if p.name == "" {
		return nil
	}
	info, err := os.Stat(p.name)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s 指明的 %s 在本机不存在", p.setting, p.name)
	}
	if err != nil {
		return fmt.Errorf("%s 指明的 %s 读不出：%w", p.setting, p.name, err)
	}
	if p.secret && info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s 指明的 %s 其他账号也能读（权限 %o），请用 chmod go= 收回", p.setting, p.name, info.Mode().Perm())
	}
	return nil
}
