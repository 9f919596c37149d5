package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"

	"github.com/spf13/cobra"

	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/bus/jsbus"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// place is the system that an operator works on: a data directory, running or
// not, or the stores and the broker of several processes.
type place struct {
	upFlags
	mongoFlags
	natsFlags
	keys string
	json bool
}

func newCtlCommand() *cobra.Command {
	var p place
	cmd := &cobra.Command{
		Use:   "ctl",
		Short: "运维：积压、死信、重放、重建消息流、备份、恢复",
		Long: "对 --data 指明的数据目录操作，正在运行或者已经停止都可以；多进程部署用 --nats（以及 --mongo）指明，\n" +
			"或者用 --config 指明 up、run 的设置文件。各命令都可以加 --json。",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	flags := cmd.PersistentFlags()
	flags.StringVar(&p.config, "config", "", "up 或 run 的设置文件；写明的参数优先")
	flags.StringVar(&p.data, "data", "data", "数据目录")
	flags.StringVar(&p.keys, "keys", "", "密钥目录，不填为数据目录下的 keys")
	flags.StringVar(&p.pack, "pack", "", "规则包，与 up 所用的相同；缺省为随程序交付的规则包")
	flags.StringArrayVar(&p.trust, "trust", nil, trustUsage)
	p.mongoFlags.add(flags)
	p.natsFlags.add(flags)
	flags.BoolVar(&p.json, "json", false, "输出 JSON")
	cmd.AddCommand(
		newLagCommand(&p), newDeadLettersCommand(&p), newReplayCommand(&p), newDiscardCommand(&p), newRebuildCommand(&p),
		newBackupCommand(&p), newRestoreCommand(&p), newNatsCommand(&p),
	)
	return cmd
}

// settle takes what was not typed from the settings file, and looks whether the
// place is there.
func (p *place) settle(cmd *cobra.Command) error {
	if err := p.fromFile(cmd); err != nil {
		return err
	}
	if info, err := os.Stat(p.data); err != nil || !info.IsDir() {
		return usageError{fmt.Errorf("没有数据目录“%s”，请用 --data 指明 shenzhong up 或 run 所用的目录", p.data)}
	}
	return nil
}

// fromFile takes what was not typed from the settings file.
func (p *place) fromFile(cmd *cobra.Command) error {
	if p.config != "" {
		s, err := readSettings(p.config)
		if err != nil {
			return err
		}
		if err := s.only(flagNames(cmd)).apply(cmd); err != nil {
			return usageError{fmt.Errorf("设置文件 %s %w", p.config, err)}
		}
	}
	return p.mongoFlags.settle()
}

// only leaves the settings that a command has flags for.
func (s settings) only(names []string) settings {
	out := s
	out.list, out.contexts = nil, nil
	for _, x := range s.list {
		for _, name := range names {
			if x.name == name {
				out.list = append(out.list, x)
			}
		}
	}
	return out
}

// embedded reports whether the place has its broker inside an up.
func (p *place) embedded() bool { return p.nats == "" && p.mongo == "" }

// options are those with which the place is opened for changes.
func (p *place) options(contexts ...string) options {
	o := embedded(p.data, clock.System{})
	o.contexts, o.pack, o.trust = contexts, p.pack, p.trust
	o.keys = cmp.Or(p.keys, o.keys)
	if p.mongo != "" {
		o.stores = p.mongoFlags.stores()
	}
	if p.nats != "" {
		o.broker = jsbus.Config{Replicas: p.replicas, External: p.external()}
	}
	return o
}

// readers are the stores of the place for reading alone.
func (p *place) readers() stores {
	if p.mongo != "" {
		return p.mongoFlags.stores()
	}
	return sqliteReading(p.data)
}

// look opens the stores of every context that has one, for reading alone.
func (p *place) look(ctx context.Context, visit func(name string, b base) error) (err error) {
	found := 0
	for _, c := range contexts {
		b, err := p.readers().open(ctx, c.name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("open the store of %s: %w", c.name, err)
		}
		found++
		if err := errors.Join(visit(c.name, b), b.close()); err != nil {
			return err
		}
	}
	if found == 0 {
		return usageError{fmt.Errorf("“%s”中没有任何服务的存储，请核对 --data", p.data)}
	}
	return nil
}

// parked are the dead letters of one store. One that never ran has none.
func parkedIn(ctx context.Context, name string, tables view.Tables) ([]bus.Parked, error) {
	parking, err := view.NewParking(ctx, tables, name)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parking.Parked(ctx)
}

// unsent are the commits of one store that have not traveled, the oldest first,
// up to some thousands.
func unsent(ctx context.Context, log store.Log) ([]store.Commit, error) {
	return log.Unrelayed(ctx, 2000)
}

// operatorHere is who works at this machine, for the record of what was done.
func operatorHere(named string) string {
	login := "uid " + fmt.Sprint(os.Getuid())
	if u, err := user.Current(); err == nil {
		login = u.Username
	}
	if sudo := os.Getenv("SUDO_USER"); sudo != "" {
		login = sudo + "（" + login + "）"
	}
	if host, err := os.Hostname(); err == nil {
		login += "@" + host
	}
	if named != "" {
		return named + "（" + login + "）"
	}
	return login
}
