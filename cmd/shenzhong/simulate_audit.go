package main

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"shenzhong/cmd/shenzhong/simulate"
	"shenzhong/events"
	"shenzhong/services/draw/fairness"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store/sqlitelog"
)

func newSimulateAuditCommand() *cobra.Command {
	var o simulate.Output
	var options fairness.Options
	var groups string
	cmd := &cobra.Command{
		Use:   "audit 目录|验证包…",
		Short: "把以往的抽取按原名录各重抽几千次，看实际发生的是否反常",
		Long: "目录可以放着已启封抽取的验证包（.json），也可以是 shenzhong up 的数据目录。\n" +
			"--groups 是两列的 CSV：对象编号、组名（同一业主、同一村、同一人员的辖区），看一组对象是否受到照顾。",
		Example: "  shenzhong simulate audit --redraws 9999 --groups 分组.csv 验证包/",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("请写明验证包、放验证包的目录或者数据目录，加 --help 查看用法")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := below(1, map[string]int{"redraws": options.Redraws}); err != nil {
				return err
			}
			bundles, err := history(cmd.Context(), args)
			if err != nil {
				return asUsage(err)
			}
			if options.Groups, err = readGroups(groups); err != nil {
				return asUsage(err)
			}
			return asUsage(simulate.Audit(cmd.Context(), cmd.OutOrStdout(), bundles, options, o))
		},
	}
	cmd.Flags().IntVar(&options.Redraws, "redraws", fairness.Plenty, "重抽多少次")
	cmd.Flags().StringVar(&groups, "groups", "", "对象分组的 CSV 文件")
	return simulated(cmd, &o, &options.Seed)
}

// history gathers the draws that were opened, in order of their numbers.
func history(ctx context.Context, sources []string) ([]*fdraw.Bundle, error) {
	var out []*fdraw.Bundle
	for _, source := range sources {
		var found []*fdraw.Bundle
		var err error
		info, statErr := os.Stat(source)
		_, dataErr := os.Stat(sqliteIn(source).file("draw"))
		switch {
		case statErr == nil && info.IsDir() && dataErr == nil:
			found, err = openedDraws(ctx, source)
		case statErr == nil && info.IsDir():
			found, err = bundlesIn(ctx, source)
		default:
			found = make([]*fdraw.Bundle, 1)
			found[0], err = loadBundle(ctx, source)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	out = slices.DeleteFunc(out, func(b *fdraw.Bundle) bool { return b.Result == "" }) // a voided draw drew nothing
	if len(out) == 0 {
		return nil, fault.New(fault.Invalid, "“%s”中没有已经启封的抽取", strings.Join(sources, "”“"))
	}
	slices.SortStableFunc(out, func(a, b *fdraw.Bundle) int { return strings.Compare(a.Announce, b.Announce) })
	return out, nil
}

func bundlesIn(ctx context.Context, dir string) ([]*fdraw.Bundle, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, fault.New(fault.Invalid, "读不出目录“%s”：%w", dir, err)
	}
	var out []*fdraw.Bundle
	for _, name := range names {
		b, err := loadBundle(ctx, name)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// openedDraws reads the draws of a data directory from what was said of them.
func openedDraws(ctx context.Context, dir string) (out []*fdraw.Bundle, err error) {
	db, err := sqlite.Open(ctx, sqliteIn(dir).file("draw"), sqlite.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	log, err := sqlitelog.Open(ctx, db)
	if err != nil {
		return nil, err
	}
	subject, version := "", int64(0)
	for {
		commits, err := log.Scan(ctx, subject, version, 500)
		if err != nil || len(commits) == 0 {
			return out, err
		}
		for _, c := range commits {
			subject, version = c.Subject, c.Version
			if c.Kind != (events.DrawOpened{}).Kind() {
				continue
			}
			f, err := events.Open[events.DrawOpened](c.Envelope())
			if err != nil {
				return nil, err
			}
			out = append(out, &fdraw.Bundle{Announce: f.Bundle["announce"], Pool: f.Bundle["pool"], Officers: f.Bundle["officers"], Result: f.Bundle["result"]})
		}
	}
}

func readGroups(name string) (groups map[string]string, err error) {
	if name == "" {
		return nil, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fault.New(fault.Invalid, "读不出分组文件“%s”：%w", name, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	rows := csv.NewReader(file)
	rows.FieldsPerRecord = 2
	groups = map[string]string{}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return groups, nil
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "分组文件“%s”应为两列：对象编号、组名：%w", name, err)
		}
		groups[strings.TrimPrefix(row[0], "\ufeff")] = row[1]
	}
}
