package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"shenzhong/events"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/notices"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
	"shenzhong/services/oversee"
)

func newCalendarCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "calendar",
		Short: "工作日日历：查看年度，导入国务院办公厅的放假安排",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(calendarImportCommand(), calendarShowCommand())
	return cmd
}

// noticesIn is where a data directory keeps the notices that were imported.
func noticesIn(data string) string { return filepath.Join(data, "calendar") }

// loadCalendar returns the calendar that ships with the notices that were
// imported into the data directory; no directory named, no notices.
func loadCalendar(data string) (*workday.Calendar, error) {
	dir := ""
	if data != "" {
		if err := isFolder(data); err != nil {
			return nil, err
		}
		dir = noticesIn(data)
	}
	book, err := notices.Open(dir)
	if err != nil {
		return nil, err
	}
	return book.Calendar(), nil
}

// isFolder refuses a data directory that is not there: it is a slip of the hand.
func isFolder(data string) error {
	if info, err := os.Stat(data); err != nil || !info.IsDir() {
		return fault.New(fault.Invalid, "没有数据目录“%s”，请用 --data 指明 shenzhong up 所用的目录。", data)
	}
	return nil
}

func calendarImportCommand() *cobra.Command {
	var data string
	var replace bool
	cmd := &cobra.Command{
		Use:     "import 文件",
		Short:   "导入一个年度的放假安排，列出会变动的暂定期限",
		Example: "  shenzhong calendar import 2027.json --data /srv/shenzhong",
		Args:    exactly(1, "一个放假安排文件"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return asked(runCalendarImport(cmd.Context(), cmd.OutOrStdout(), args[0], data, replace))
		},
	}
	cmd.Flags().StringVar(&data, "data", "data", "数据目录，与 shenzhong up --data 相同")
	cmd.Flags().BoolVar(&replace, "replace", false, "替换已经公布的年度，例如国务院年中调整放假安排")
	return cmd
}

func runCalendarImport(ctx context.Context, out io.Writer, file, data string, replace bool) error {
	if err := isFolder(data); err != nil {
		return err
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return fault.New(fault.NotFound, "没有找到放假安排文件 %s，请核对路径。", file)
	}
	book, err := notices.Open(noticesIn(data))
	if err != nil {
		return err
	}
	made, err := book.Import(content, replace)
	if err != nil {
		return err
	}
	if made.Was == made.Now {
		_, err := fmt.Fprintf(out, "%d 年的放假安排与日历中的相同，没有变化。\n", made.Year)
		return err
	}
	if _, err := fmt.Fprintf(out, "已导入 %d 年放假安排，日历版本由 %s 变为 %s，已公布到 %s。\n", made.Year, made.Was.Version(), made.Now.Version(), made.Now.Horizon()); err != nil {
		return err
	}
	return tellMoved(ctx, out, data, made.Now)
}

// tellMoved lists the running provisional limits that the new calendar counts to
// another day. oversee counts them again by itself when it sees the new calendar;
// this tells the office which they are.
func tellMoved(ctx context.Context, out io.Writer, data string, calendar *workday.Calendar) error {
	limits, err := provisional(ctx, data)
	if err != nil {
		return err
	}
	pack, err := loadPack(builtin)
	if err != nil {
		return err
	}
	counter := deadline.Counter{Law: pack, Calendar: calendar}
	moved := 0
	var lines strings.Builder
	for _, d := range limits {
		now, err := counter.Recount(d)
		if err != nil {
			return err
		}
		if now.DueDate != d.DueDate {
			moved++
			fmt.Fprintf(&lines, "  %s（%s）：%s → %s\n", d.ID, d.About, d.DueDate, now.DueDate)
		}
	}
	_, err = fmt.Fprintf(out, "正在计时的暂定期限 %d 项，其中 %d 项会变动；运行中的服务随即由督办逐项重算并留痕，不需要重新启动。\n%s", len(limits), moved, lines.String())
	return err
}

// provisional returns the provisional limits that run, as oversee keeps them in
// a data directory. A directory in which nothing ran yet has none.
func provisional(ctx context.Context, data string) ([]events.Deadline, error) {
	if _, err := os.Stat(filepath.Join(data, "oversee.db")); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	log, closeLog, err := openLog(ctx, filepath.Join(data, "oversee.db"))
	if err != nil {
		return nil, err
	}
	kept := make(map[string]oversee.Limit)
	err = store.Each(ctx, log, func(c store.Commit) error {
		var l oversee.Limit
		if err := json.Unmarshal(c.State, &l); err != nil {
			return fmt.Errorf("read %s: %w", c.ID(), err)
		}
		kept[c.Subject] = l // commits of one subject come in order
		return nil
	})
	if err := errors.Join(err, closeLog()); err != nil {
		return nil, err
	}
	var limits []events.Deadline
	for _, subject := range slices.Sorted(maps.Keys(kept)) {
		if l := kept[subject]; l.Deadline.Provisional && (l.State == oversee.Armed || l.State == oversee.Overdue) {
			limits = append(limits, l.Deadline)
		}
	}
	return limits, nil
}

func calendarShowCommand() *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use:   "show",
		Short: "列出各年度的状态和所据通知",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			calendar, err := loadCalendar(data)
			if err != nil {
				return asked(err)
			}
			return showCalendar(cmd.OutOrStdout(), calendar)
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "数据目录；不写则只看随程序交付的日历")
	return cmd
}

// showCalendar says of each year what is known of it and from where. A year
// that is not listed is unknown.
func showCalendar(out io.Writer, calendar *workday.Calendar) error {
	states := map[workday.State]string{workday.Published: "已公布", workday.Expected: "预计"}
	var errs []error
	for _, y := range calendar.Years() {
		for _, n := range y.Notices {
			doubt := ""
			if !n.Verified {
				doubt = "（引用未与原文核对）"
			}
			_, err := fmt.Fprintf(out, "%d  %s  %s %s %s%s\n", y.Year, states[y.State], n.Title, n.Number, n.URL, doubt)
			errs = append(errs, err)
		}
	}
	_, err := fmt.Fprintf(out, "其他年度尚不知道，涉及的日期均为暂定。日历版本 %s，已公布到 %s。\n", calendar.Version(), calendar.Horizon())
	return errors.Join(append(errs, err)...)
}
