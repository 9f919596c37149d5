package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"shenzhong/services/identity"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	kit "shenzhong/services/kit/identity"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/store/sqlitelog"
	"shenzhong/services/kit/view/sqliteview"
	"shenzhong/services/kit/workday"
	"shenzhong/services/register"
	"shenzhong/services/register/sheet"
)

// importFlags is what was asked for, as it was typed.
type importFlags struct {
	data, errors, template string
	pack                   string
	apply                  bool
	files                  []string
}

// storeWait is how long the store is waited for while another process writes.
const storeWait = 2 * time.Second

func newImportCommand() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import --data 目录 [--apply] [--errors 文件.xlsx] 文件...",
		Short: "导入检查对象和执法人员表格；先试后办，有一行错误就全部不写入",
		Example: "  shenzhong import --template facilities 检查对象.xlsx\n" +
			"  shenzhong import --data data 检查对象.xlsx 执法人员.xlsx             只核对，不写入\n" +
			"  shenzhong import --data data --errors 问题.xlsx 检查对象.xlsx        把问题写在表格里\n" +
			"  shenzhong import --data data --apply 检查对象.xlsx 执法人员.xlsx     写入",
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.files = args
			err := runImport(cmd.Context(), cmd.OutOrStdout(), f)
			if fault.Is(err, fault.Invalid) {
				return usageError{err}
			}
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.data, "data", "", "数据目录，与 shenzhong up --data 相同")
	flags.StringVar(&f.pack, "pack", builtin, packUsage)
	flags.BoolVar(&f.apply, "apply", false, "核对无误后写入；不加则只核对")
	flags.StringVar(&f.errors, "errors", "", "有错误时，把原表格加上“问题”一列写到这个文件")
	flags.StringVar(&f.template, "template", "", "只生成空白模板：facilities（检查对象）或 officers（执法人员）")
	return cmd
}

func (f importFlags) check() error {
	switch {
	case len(f.files) == 0:
		return fault.New(fault.Invalid, "请写明要导入的文件（.xlsx 或 .csv），加 --help 查看用法")
	case f.template != "" && len(f.files) != 1:
		return fault.New(fault.Invalid, "一次只生成一个模板，请只写一个文件名")
	case f.errors != "" && !strings.EqualFold(filepath.Ext(f.errors), ".xlsx"):
		return fault.New(fault.Invalid, "--errors 的文件名请以 .xlsx 结尾")
	}
	return nil
}

// runImport tries all files in their order, and then applies them if that was
// asked for and no row is wrong.
func runImport(ctx context.Context, out io.Writer, f importFlags) (err error) {
	if err := f.check(); err != nil {
		return err
	}
	if f.template != "" {
		return writeTemplate(out, f)
	}
	imports := make([]register.Import, len(f.files))
	for i, name := range f.files {
		imports[i] = register.Import{Cause: onSite(), Name: filepath.Base(name)}
		if imports[i].File, err = readSheet(name); err != nil {
			return err
		}
	}
	s, closeStore, err := openRegisterIn(ctx, f.data, f.pack)
	if err != nil {
		return held(err)
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	if err := s.CatchUp(ctx); err != nil {
		return held(err)
	}
	tried, err := try(ctx, s, imports)
	if err != nil {
		return held(err)
	}
	wrong := 0
	for i, report := range tried {
		tell(out, f.files[i], report)
		wrong += report.Wrong
	}
	if wrong > 0 {
		return errors.Join(f.writeErrors(out, tried), fmt.Errorf("有 %d 行错误，没有写入任何内容；请按说明改正后重新导入", wrong))
	}
	if !f.apply {
		_, err := fmt.Fprintln(out, "以上只是核对，没有写入；确认后加 --apply 再运行一次。")
		return err
	}
	return apply(ctx, out, s, f, imports)
}

// onSite is the cause of a change that the operator makes at the machine. The
// operator may keep the registers of every unit.
func onSite() store.Cause {
	return store.Cause{
		ID:    "cli/" + identity.Operator().ID + "/" + rand.Text(),
		Actor: kit.Actor{ID: identity.Operator().ID, Roles: []kit.Role{kit.Registrar, kit.System}},
	}
}

// try tries the files in their order, each as if those before it were applied.
func try(ctx context.Context, s *register.Service, imports []register.Import) ([]register.Report, error) {
	var reports []register.Report
	for _, cmd := range imports {
		cmd.After = reports
		report, err := s.Import(ctx, cmd)
		if err != nil {
			return nil, fmt.Errorf("%s：%w", cmd.Name, err)
		}
		reports = append(reports, report)
	}
	return reports, nil
}

func apply(ctx context.Context, out io.Writer, s *register.Service, f importFlags, imports []register.Import) error {
	for i, cmd := range imports {
		cmd.Apply = true
		report, err := s.Import(ctx, cmd)
		if err != nil {
			return held(fmt.Errorf("%s：%w", cmd.Name, err))
		}
		if !report.Applied {
			tell(out, f.files[i], report)
			return errors.Join(f.writeErrors(out, []register.Report{report}), fmt.Errorf("%s 没有写入，此前的文件已写入；请按说明改正后重新导入", cmd.Name))
		}
		if _, err := fmt.Fprintf(out, "%s 已写入：新登记 %d 行，变动 %d 行。\n", cmd.Name, report.Created, report.Changed); err != nil {
			return err
		}
	}
	return nil
}

// outcomes are the outcomes for people.
var outcomes = map[register.Outcome]string{register.Creates: "新登记", register.Changes: "变动", register.Same: "没有变动", register.Wrong: "错误"}

// tell says line by line what an import would do.
func tell(out io.Writer, file string, r register.Report) {
	fmt.Fprintf(out, "%s：新登记 %d 行，变动 %d 行，没有变动 %d 行，错误 %d 行\n", file, r.Created, r.Changed, r.Unchanged, r.Wrong)
	for _, row := range r.Rows {
		fmt.Fprintf(out, "  第 %d 行 %s %s %s\n", row.Line, outcomes[row.Outcome], row.Name, row.ID)
		for _, p := range row.Problems {
			column := ""
			if p.Column != "" {
				column = p.Column + "："
			}
			fmt.Fprintf(out, "      %s%s\n", column, p.Message)
		}
		for _, text := range append(row.Changes, row.Notes...) {
			fmt.Fprintf(out, "      %s\n", text)
		}
	}
}

// writeErrors writes each sheet that has wrong rows, with what is wrong in it.
func (f importFlags) writeErrors(out io.Writer, reports []register.Report) error {
	if f.errors == "" {
		_, err := fmt.Fprintln(out, "加 --errors 文件.xlsx 可以把问题写在表格里。")
		return err
	}
	written := 0
	for _, r := range reports {
		if r.Wrong == 0 {
			continue
		}
		data, err := r.Sheet()
		if err != nil {
			return err
		}
		name := f.errors
		if written++; written > 1 {
			name = fmt.Sprintf("%s-%d.xlsx", strings.TrimSuffix(f.errors, filepath.Ext(f.errors)), written)
		}
		if err := os.WriteFile(name, data, 0o600); err != nil {
			return fmt.Errorf("写不出问题表格，请换一个位置：%w", err)
		}
		fmt.Fprintf(out, "问题已写在 %s 的最后一列。\n", name)
	}
	return nil
}

func writeTemplate(out io.Writer, f importFlags) error {
	pack, err := loadPack(f.pack)
	if err != nil {
		return err
	}
	data, err := register.Template(pack, workday.DateOf(clock.System{}.Now()), f.template)
	if err != nil {
		return err
	}
	if err := os.WriteFile(f.files[0], data, 0o600); err != nil {
		return fmt.Errorf("写不出模板，请换一个位置：%w", err)
	}
	_, err = fmt.Fprintf(out, "模板已写到 %s，第二页是填写说明。\n", f.files[0])
	return err
}

// readSheet reads a file, but not more of it than can be imported.
func readSheet(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fault.New(fault.Invalid, "打不开 %s，请检查文件名和权限", name)
	}
	data, err := io.ReadAll(io.LimitReader(file, sheet.BytesMost+1))
	if err != nil {
		return nil, errors.Join(fault.New(fault.Invalid, "读不出 %s，请检查它是不是文件", name), file.Close())
	}
	return data, file.Close()
}

// openRegisterIn opens the register's store in dir. A directory that is not
// there is a slip of the hand, not a new system.
func openRegisterIn(ctx context.Context, dir, name string) (*register.Service, func() error, error) {
	if info, err := os.Stat(dir); dir == "" || err != nil || !info.IsDir() {
		return nil, nil, fault.About("data", fault.Invalid, "没有数据目录“%s”，请用 --data 指明 shenzhong up 所用的目录", dir)
	}
	pack, err := loadPack(name)
	if err != nil {
		return nil, nil, err
	}
	db, err := sqlite.Open(ctx, sqliteIn(dir).file("register"), sqlite.Options{Wait: storeWait})
	if err != nil {
		return nil, nil, err
	}
	log, err := sqlitelog.Open(ctx, db)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	s, err := register.New(ctx, register.Config{District: pack.Manifest().District, Log: log, Tables: sqliteview.New(db), Clock: clock.System{}, Law: pack})
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return s, db.Close, nil
}

// held says in one sentence what to do when another process holds the store.
func held(err error) error {
	if fault.Is(err, fault.Unavailable) {
		return fault.New(fault.Unavailable, "数据目录正被其他程序占用，或者空间不足；请停止占用它的程序（例如 shenzhong up）后重新导入，已写入的不会重复")
	}
	return err
}
