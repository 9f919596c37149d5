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
	data, pack       string
	errors           string
	dryRun, template bool
	what, file       string
}

// storeWait is how long the store is waited for while another process writes.
const storeWait = 2 * time.Second

func newImportCommand() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import facilities|officers 文件 [--dry-run]",
		Short: "导入检查对象或执法人员表格；有一行错误就全部不写入",
		Long: "先逐行核对，全部无误才写入；有错误时一行也不写，并把原表格加上“问题”一列写成一个文件，改正后可以直接再导入。\n" +
			"同一文件重复导入没有害处。执法人员申报的利害关系要在名录里找得到检查对象，所以先导入检查对象。",
		Example: "  shenzhong import facilities 检查对象.xlsx --data data --dry-run      只核对，不写入\n" +
			"  shenzhong import facilities 检查对象.xlsx --data data\n" +
			"  shenzhong import officers 执法人员.csv --data data --errors 问题.xlsx\n" +
			"  shenzhong import facilities 空表.xlsx --template                     生成空白模板",
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.take(args); err != nil {
				return usageError{err}
			}
			return asUsage(runImport(cmd.Context(), cmd.OutOrStdout(), f))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.data, "data", "data", "数据目录，与 shenzhong up --data 相同")
	flags.StringVar(&f.pack, "pack", builtin, packUsage)
	flags.BoolVar(&f.dryRun, "dry-run", false, "只核对，说明每一行会怎样，不写入")
	flags.StringVar(&f.errors, "errors", "", "问题写到这个文件（.xlsx）；缺省为表格旁边的“文件名-问题.xlsx”")
	flags.BoolVar(&f.template, "template", false, "不导入，把空白模板写到该文件")
	return cmd
}

// take reads the arguments: the register, then the file.
func (f *importFlags) take(args []string) error {
	switch {
	case len(args) > 0 && (args[0] == "prices" || args[0] == "clues"):
		return fault.New(fault.Invalid, "%s 还不能导入：%s；现在可以导入 facilities（检查对象）或 officers（执法人员）", args[0], notYet[args[0]])
	case len(args) == 0 || args[0] != register.ImportFacilities && args[0] != register.ImportOfficers:
		return fault.New(fault.Invalid, "请先写明导入哪种名录：facilities（检查对象）或 officers（执法人员），例如 shenzhong import facilities 检查对象.xlsx")
	case len(args) == 1:
		return fault.New(fault.Invalid, "请写明要导入的文件（.xlsx 或 .csv），加 --help 查看用法")
	case len(args) > 2:
		return fault.New(fault.Invalid, "一次只导入一个文件，多余的参数“%s”", args[2])
	case f.errors != "" && !strings.EqualFold(filepath.Ext(f.errors), ".xlsx"):
		return fault.New(fault.Invalid, "--errors 的文件名请以 .xlsx 结尾")
	}
	f.what, f.file = args[0], args[1]
	if f.errors == "" {
		f.errors = strings.TrimSuffix(f.file, filepath.Ext(f.file)) + "-问题.xlsx"
	}
	return nil
}

// notYet says why what the contract names cannot be imported yet.
var notYet = map[string]string{
	"prices": "名录中还没有收费项目",
	"clues":  "成批的线索请用接口 POST /api/v1/clues 逐件登记",
}

// runImport tries the file, and applies it unless only a try was asked for or a
// row is wrong.
func runImport(ctx context.Context, out io.Writer, f importFlags) (err error) {
	if f.template {
		return writeTemplate(out, f)
	}
	cmd := register.Import{Cause: onSite(), What: f.what, Name: filepath.Base(f.file)}
	if cmd.File, err = readSheet(f.file); err != nil {
		return err
	}
	s, closeStore, err := openRegisterIn(ctx, f.data, f.pack)
	if err != nil {
		return held(err)
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	if err := s.CatchUp(ctx); err != nil {
		return held(err)
	}
	cmd.Apply = !f.dryRun
	report, err := s.Import(ctx, cmd)
	if err != nil {
		return held(fmt.Errorf("%s：%w", cmd.Name, err))
	}
	tell(out, f.file, report)
	switch {
	case report.Wrong > 0:
		return errors.Join(f.writeErrors(out, report), fmt.Errorf("有 %d 行错误，没有写入任何内容；请按说明改正后重新导入", report.Wrong))
	case f.dryRun:
		_, err = fmt.Fprintln(out, "以上只是核对，没有写入；确认后去掉 --dry-run 再运行一次。")
	default:
		_, err = fmt.Fprintf(out, "%s 已写入：新登记 %d 行，变动 %d 行。\n", cmd.Name, report.Created, report.Changed)
	}
	return err
}

// onSite is the cause of a change that the operator makes at the machine. The
// operator may keep the registers of every unit.
func onSite() store.Cause {
	return store.Cause{
		ID:    "cli/" + identity.Operator().ID + "/" + rand.Text(),
		Actor: kit.Actor{ID: identity.Operator().ID, Roles: []kit.Role{kit.Registrar, kit.System}},
	}
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

// writeErrors writes the sheet with what is wrong in it.
func (f importFlags) writeErrors(out io.Writer, r register.Report) error {
	data, err := r.Sheet()
	if err != nil {
		return err
	}
	if err := os.WriteFile(f.errors, data, 0o600); err != nil {
		return fmt.Errorf("写不出问题表格，请用 --errors 换一个位置：%w", err)
	}
	_, err = fmt.Fprintf(out, "问题已写在 %s 的最后一列。\n", f.errors)
	return err
}

func writeTemplate(out io.Writer, f importFlags) error {
	pack, err := loadPack(f.pack)
	if err != nil {
		return err
	}
	data, err := register.Template(pack, workday.DateOf(clock.System{}.Now()), f.what)
	if err != nil {
		return err
	}
	if err := os.WriteFile(f.file, data, 0o600); err != nil {
		return fmt.Errorf("写不出模板，请换一个位置：%w", err)
	}
	_, err = fmt.Fprintf(out, "模板已写到 %s，第二页是填写说明。\n", f.file)
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
