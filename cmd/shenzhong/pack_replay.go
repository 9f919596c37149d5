package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/replay"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/store/sqlitelog"
	"shenzhong/services/kit/workday"
)

// replayFlags is what was asked for, as it was typed.
type replayFlags struct {
	data, was, until string
	days             int
	json             bool
}

// replayDays is how far back a pack is tried if nobody says.
const replayDays = 90

func packReplayCommand() *cobra.Command {
	var f replayFlags
	cmd := &cobra.Command{
		Use:     "replay 新规则包",
		Short:   "用新规则包重算最近的事实：哪些线索会分到别处，哪些期限会变动；不改动任何数据",
		Example: "  shenzhong pack replay new.zip --data /srv/shenzhong --days 90",
		Args:    exactly(1, "要试行的规则包"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return asked(runPackReplay(cmd.Context(), cmd.OutOrStdout(), args[0], f))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.data, "data", "", "数据目录，与 shenzhong up --data 相同")
	flags.StringVar(&f.was, "pack", builtin, "现在使用的规则包")
	flags.StringVar(&f.until, "until", "", "重算到哪一天为止，缺省为今天")
	flags.IntVar(&f.days, "days", replayDays, "向前重算的天数")
	flags.BoolVar(&f.json, "json", false, "输出 JSON")
	return cmd
}

func runPackReplay(ctx context.Context, out io.Writer, name string, f replayFlags) error {
	if f.days < 1 {
		return fault.New(fault.Invalid, "--days 应当是正整数，现在是 %d。", f.days)
	}
	until, err := dayFlag(f.until)
	if err != nil {
		return err
	}
	was, err := loadPack(f.was)
	if err != nil {
		return err
	}
	now, err := loadPack(name)
	if err != nil {
		return err
	}
	calendar, err := loadCalendar(f.data)
	if err != nil {
		return err
	}
	logs, closeLogs, err := openLogs(ctx, f.data)
	if err != nil {
		return err
	}
	judge := replay.Judge{Was: was, Now: now, Calendar: calendar}
	report, err := judge.Run(ctx, logs, until.AddDays(-f.days).End(), until.End())
	if err := errors.Join(err, closeLogs()); err != nil {
		return err
	}
	if f.json {
		return writeJSON(out, report)
	}
	return printReplay(out, report, was, now)
}

// openLogs opens the log of every context in a data directory.
func openLogs(ctx context.Context, dir string) (logs []store.Log, closeAll func() error, err error) {
	var closers []func() error
	closeAll = func() error {
		var errs []error
		for _, c := range closers {
			errs = append(errs, c())
		}
		return errors.Join(errs...)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.db"))
	if err != nil || dir == "" || len(files) == 0 {
		return nil, nil, fault.New(fault.Invalid, "“%s”里没有数据，请用 --data 指明 shenzhong up 所用的目录。", dir)
	}
	slices.Sort(files)
	for _, file := range files {
		log, closeLog, err := openLog(ctx, file)
		if err != nil {
			return nil, nil, errors.Join(err, closeAll())
		}
		closers, logs = append(closers, closeLog), append(logs, log)
	}
	return logs, closeAll, nil
}

// openLog opens the log in one file.
func openLog(ctx context.Context, file string) (store.Log, func() error, error) {
	db, err := sqlite.Open(ctx, file, sqlite.Options{})
	if err != nil {
		return nil, nil, err
	}
	log, err := sqlitelog.Open(ctx, db)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return log, db.Close, nil
}

// unitName is a unit in words, as either pack names it.
func unitName(code string, on workday.Date, known ...*law.Pack) string {
	for _, p := range known {
		if u, err := p.Unit(code, on); err == nil {
			return u.Short
		}
	}
	return code
}

func printReplay(out io.Writer, r replay.Report, was, now *law.Pack) error {
	var errs []error
	say := func(format string, args ...any) {
		_, err := fmt.Fprintf(out, format, args...)
		errs = append(errs, err)
	}
	say("现用规则包 %s，试行规则包 %s，事实 %s 至 %s，共 %d 条。\n", r.Was, r.Now, r.Since, r.Until, r.Commits)
	say("按矩阵分派的线索 %d 件，其中 %d 件会分到别处；由人选定或者裁定的 %d 件不变。\n", r.Routed, len(r.Clues), r.Chosen)
	for _, c := range r.Clues {
		to := "人工分派"
		if c.Now != "" {
			to = unitName(c.Now, c.Day, now, was)
		}
		say("  %s（%s，%s）：%s → %s；%s %s\n", c.Clue, c.Offense, c.Day, unitName(c.Was, c.Day, was, now), to, c.Why, c.Basis)
	}
	say("按规则计算的期限 %d 项，其中 %d 项会变动；由文书另定、延长或者中止的 %d 项不变。\n", r.Counted, len(r.Limits), r.Ordered)
	for _, l := range r.Limits {
		to := l.Now.String()
		if to == "" {
			to = "无"
		}
		say("  %s（%s，自%s起）：%s → %s；%s %s\n", l.ID, l.About, l.From, l.Was, to, l.Why, l.Basis)
	}
	return errors.Join(errs...)
}
