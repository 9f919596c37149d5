package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"shenzhong/services/kit/law"
)

func packDiffCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "diff 旧规则包 新规则包",
		Short:   "逐条说明两个规则包的差别",
		Example: "  shenzhong pack diff plan2024.zip builtin",
		Args:    exactly(2, "旧、新两个规则包"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return asked(runPackDiff(cmd.OutOrStdout(), args[0], args[1], asJSON))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "输出 JSON")
	return cmd
}

func runPackDiff(out io.Writer, before, after string, asJSON bool) error {
	a, err := loadPack(before)
	if err != nil {
		return err
	}
	b, err := loadPack(after)
	if err != nil {
		return err
	}
	found, err := law.Compare(a, b)
	if err != nil {
		return err
	}
	if asJSON {
		if found == nil {
			found = []law.Difference{}
		}
		return writeJSON(out, found)
	}
	if len(found) == 0 {
		fmt.Fprintf(out, "两个规则包没有差别。\n")
	}
	for _, d := range found {
		fmt.Fprintln(out, d)
	}
	return nil
}
