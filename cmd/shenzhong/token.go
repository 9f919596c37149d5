package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"shenzhong/services/identity"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/store/sqlitelog"
	"shenzhong/services/kit/workday"
)

// tokenFlags is what was asked for, as it was typed.
type tokenFlags struct {
	data, unit, account, revoke, reason string
	pack                                string
	roles                               []string
	days                                int
}

// tokenDays is how long a token is valid if nobody says how long.
const tokenDays = 90

func newTokenCommand() *cobra.Command {
	var f tokenFlags
	cmd := &cobra.Command{
		Use:   "token --data 目录 (--role 岗位 --unit 单位 --account 账号 | --revoke 编号)",
		Short: "发放或吊销接口令牌；令牌只显示一次",
		Example: "  shenzhong token --data data --role admin --unit sjb --account 500156-RY-sjb-001\n" +
			"  shenzhong token --data data --role officer,leader --unit mzj --account 500156-RY-mzj-001 --days 30\n" +
			"  shenzhong token --data data --revoke 500156-LP-000001 --reason 调离岗位",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := runToken(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), f)
			if kind := fault.KindOf(err); kind == fault.Invalid || kind == fault.NotFound || kind == fault.Conflict {
				return usageError{err}
			}
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.data, "data", "", "数据目录，与 shenzhong up --data 相同")
	flags.StringVar(&f.pack, "pack", builtin, packUsage)
	flags.StringSliceVar(&f.roles, "role", nil, "岗位，多个用逗号分开；系统管理、审计与业务不能兼任")
	flags.StringVar(&f.unit, "unit", "", "单位代码，例如 mzj；监管对象填其名录编号")
	flags.StringVar(&f.account, "account", "", "账号，例如 500156-RY-mzj-001")
	flags.IntVar(&f.days, "days", tokenDays, "有效天数")
	flags.StringVar(&f.revoke, "revoke", "", "要吊销的令牌编号")
	flags.StringVar(&f.reason, "reason", "由系统管理员在服务器上吊销", "吊销的原因")
	return cmd
}

// runToken writes the secret to out and nothing else, so that a script can take
// it; what people need to know goes to notes.
func runToken(ctx context.Context, out, notes io.Writer, f tokenFlags) (err error) {
	if f.revoke != "" && (len(f.roles) > 0 || f.account != "" || f.unit != "") {
		return fault.About("revoke", fault.Invalid, "吊销只需要 --revoke 和 --reason；发放新令牌请另外运行一次")
	}
	s, closeStore, err := openTokens(ctx, f.data, f.pack)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	cause := store.Cause{ID: "cli/" + identity.Operator().ID + "/" + rand.Text(), Actor: identity.Operator()}
	if f.revoke != "" {
		if err := s.Revoke(ctx, identity.Revoke{Cause: cause, Token: f.revoke, Reason: f.reason}); err != nil {
			return err
		}
		_, err := fmt.Fprintf(notes, "令牌 %s 已吊销，各项服务收到通知后即不再接受。\n", f.revoke)
		return err
	}
	made, err := s.Issue(ctx, identity.Issue{Cause: cause, Account: f.account, Unit: f.unit, Roles: f.roles, Days: f.days})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, made.Secret); err != nil {
		return fmt.Errorf("show the token: %w", err)
	}
	_, err = fmt.Fprintf(notes, "令牌编号 %s，账号 %s，%s 起失效。\n上面一行是令牌，只显示这一次，请交本人妥善保管；遗失请用 --revoke %s 吊销后重新发放。\n",
		made.Token, f.account, made.Until.In(workday.Zone).Format("2006-01-02 15:04"), made.Token)
	return err
}

// openTokens opens the identity store in dir. A directory that is not there is
// a slip of the hand, not a new system.
func openTokens(ctx context.Context, dir, name string) (*identity.Service, func() error, error) {
	if dir == "" {
		return nil, nil, fault.About("data", fault.Invalid, "请用 --data 指明 shenzhong up 所用的目录")
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, nil, fault.About("data", fault.Invalid, "没有数据目录“%s”，请用 --data 指明 shenzhong up 所用的目录", dir)
	}
	pack, err := loadPack(name)
	if err != nil {
		return nil, nil, err
	}
	db, err := sqlite.Open(ctx, filepath.Join(dir, "identity.db"), sqlite.Options{})
	if err != nil {
		return nil, nil, err
	}
	log, err := sqlitelog.Open(ctx, db)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return identity.New(identity.Config{District: pack.Manifest().District, Log: log, Clock: clock.System{}, Law: pack}), db.Close, nil
}
