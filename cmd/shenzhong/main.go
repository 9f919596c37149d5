// Command shenzhong is 慎终, the system with which a district regulates the
// funeral sector across departments. One binary holds every context and every
// tool: the commands below are all there is.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit codes that documents and scripts rely on.
const (
	exitDone   = 0
	exitFailed = 1 // it was tried and did not work
	exitUsage  = 2 // wrong usage or bad input: nothing was tried
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main without the process: tests call it.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage):
		fmt.Fprintln(stderr, err)
		return exitUsage
	}
	fmt.Fprintln(stderr, err)
	return exitFailed
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "shenzhong",
		Short:         "慎终：殡葬领域跨部门综合监管",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("没有名为“%s”的命令，运行 shenzhong --help 查看全部命令", args[0])}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		newUpCommand(), newRunCommand(), newRehearseCommand(), newTokenCommand(), newImportCommand(),
		newDeadlineCommand(), newCalendarCommand(), newPackCommand(), newContractsCommand(),
		newDrawCommand(), newVerifyCommand(), newLogCommand(), newWitnessCommand(), newMonitorCommand(), newBenchCommand(), newSimulateCommand(),
		newCtlCommand(), newConfigCommand(),
	)
	explain(root)
	return root
}
