package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usageTemplate is how a command is explained, in the words of its users.
const usageTemplate = `用法：{{if .Runnable}}
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} 命令{{end}}{{if .HasExample}}

例如：
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

命令：{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding }} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

参数：
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

共同的参数：
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

每个命令都可以加 --help 查看用法。{{end}}
`

// explain has a command and all below it explain themselves in Chinese.
func explain(root *cobra.Command) {
	root.SetUsageTemplate(usageTemplate)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{flagFault(err)} })
	root.SetHelpCommand(&cobra.Command{
		Use:   "help 命令",
		Short: "查看一个命令的用法",
		RunE: func(cmd *cobra.Command, args []string) error {
			asked, _, err := cmd.Root().Find(args)
			if err != nil || asked == cmd.Root() && len(args) > 0 {
				return usageError{fmt.Errorf("没有名为“%s”的命令，运行 shenzhong --help 查看全部命令", args[0])}
			}
			asked.InitDefaultHelpFlag()
			return asked.Help()
		},
	})
	for _, c := range append(root.Commands(), root) {
		explainHelp(c)
	}
}

// explainHelp names the flag that every command has in Chinese.
func explainHelp(c *cobra.Command) {
	c.DisableFlagsInUseLine = true
	c.InitDefaultHelpFlag()
	if f := c.Flags().Lookup("help"); f != nil {
		f.Usage = "查看用法"
	}
	for _, sub := range c.Commands() {
		explainHelp(sub)
	}
}

// flagFault says in Chinese what is wrong with a flag.
func flagFault(err error) error {
	var (
		unknown *pflag.NotExistError
		valued  *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
		garbled *pflag.InvalidSyntaxError
	)
	switch {
	case errors.As(err, &unknown):
		return fmt.Errorf("没有参数“%s”，加 --help 查看用法", unknown.GetSpecifiedName())
	case errors.As(err, &valued):
		return fmt.Errorf("参数“%s”之后没有写明内容，加 --help 查看用法", valued.GetSpecifiedName())
	case errors.As(err, &invalid):
		return fmt.Errorf("参数 --%s 的内容“%s”不对，加 --help 查看用法", invalid.GetFlag().Name, invalid.GetValue())
	case errors.As(err, &garbled):
		return fmt.Errorf("参数“%s”写法不对，加 --help 查看用法", garbled.GetSpecifiedFlag())
	}
	return fmt.Errorf("参数不对：%w；加 --help 查看用法", err)
}

// checkFolder refuses a folder to write into that is a file. One that is not
// there is made later.
func checkFolder(flag, dir string) error {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return usageError{fmt.Errorf("“%s”不是目录，请用 --%s 换一个位置", dir, flag)}
	}
	return nil
}

// noArguments refuses what no command line needs.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("多余的参数“%s”，加 --help 查看用法", args[0])}
	}
	return nil
}
