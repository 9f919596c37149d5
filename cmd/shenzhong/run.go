package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"shenzhong/services/kit/bus/jsbus"
	"shenzhong/services/kit/web"
)

// natsFlags say how a broker of other processes is reached.
type natsFlags struct {
	nats                    string
	natsKeys, ca, cert, key string
	monitors                []string
	syncAsserted            bool
	replicas                int
}

func (f *natsFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.nats, "nats", "", "NATS 地址，多个用逗号分开")
	flags.StringSliceVar(&f.monitors, "nats-monitor", nil, "NATS 各服务器的监控地址，用来核对每次写入都同步到磁盘")
	flags.BoolVar(&f.syncAsserted, "nats-sync-asserted", false, "没有监控地址时，由运维人员确认各服务器都设置了 sync_interval: always")
	flags.IntVar(&f.replicas, "nats-replicas", 1, "消息流的副本数：1，集群为 3")
	flags.StringVar(&f.natsKeys, "nats-keys", "", "NATS 登录密钥所在目录，每个用户一个“用户.seed”文件")
	flags.StringVar(&f.ca, "nats-ca", "", "TLS 证书颁发机构文件")
	flags.StringVar(&f.cert, "nats-cert", "", "TLS 证书文件")
	flags.StringVar(&f.key, "nats-key", "", "TLS 私钥文件")
}

func (f natsFlags) external() *jsbus.External {
	return &jsbus.External{
		URL: f.nats, Keys: f.natsKeys, CA: f.ca, Cert: f.cert, Key: f.key, Monitors: f.monitors, SyncAsserted: f.syncAsserted,
	}
}

func (f natsFlags) check() error {
	switch {
	case f.nats == "":
		return usageError{errors.New("请用 --nats 指明 NATS 地址")}
	case f.replicas != 1 && f.replicas != 3:
		return usageError{fmt.Errorf("nats-replicas 是 %d，只能是 1 或 3", f.replicas)}
	case (f.cert == "") != (f.key == ""):
		return usageError{errors.New("nats-cert 和 nats-key 要么都写，要么都不写")}
	case len(f.monitors) == 0 && !f.syncAsserted:
		return usageError{errors.New("无从知道 NATS 服务器是否每次写入都同步到磁盘：请用 --nats-monitor 写明各服务器的监控地址，确实没有的核对配置后加 --nats-sync-asserted")}
	}
	for _, address := range append(strings.Split(f.nats, ","), f.monitors...) {
		if u, err := url.Parse(address); err != nil || u.Host == "" {
			return usageError{fmt.Errorf("地址“%s”不对，应类似 nats://10.0.0.5:4222 或 http://10.0.0.5:8222", address)}
		}
	}
	return nil
}

// mongoFlags say how a MongoDB server is reached.
type mongoFlags struct {
	mongo, mongoFile string
	mongoTrial       bool
}

func (f *mongoFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.mongo, "mongo", "", "MongoDB 地址，例如 mongodb://10.0.0.6/?replicaSet=rs0")
	flags.StringVar(&f.mongoFile, "mongo-file", "", "存有 MongoDB 地址的文件；地址中有口令时用它，不写在命令行和设置文件里")
	flags.BoolVar(&f.mongoTrial, "mongo-trial", false, "演练：允许只是兼容 MongoDB 协议的服务器，其中的数据可能丢失")
}

// settle reads the address from its file.
func (f *mongoFlags) settle() error {
	if f.mongoFile == "" {
		return nil
	}
	if f.mongo != "" {
		return usageError{errors.New("--mongo 和 --mongo-file 只写一个")}
	}
	text, err := os.ReadFile(f.mongoFile)
	if err != nil {
		return usageError{fmt.Errorf("读不出存有 MongoDB 地址的文件：%w", err)}
	}
	if f.mongo = strings.TrimSpace(string(text)); f.mongo == "" {
		return usageError{fmt.Errorf("文件 %s 是空的，应写有 MongoDB 地址", f.mongoFile)}
	}
	return nil
}

func (f mongoFlags) stores() stores {
	return mongoAt{uri: f.mongo, prefix: "shenzhong_", trial: f.mongoTrial}
}

// runFlags is what was asked for, as it was typed.
type runFlags struct {
	natsFlags
	mongoFlags
	config, data, keys, addr, clock string
	pack                            string
	trust                           []string
	domain, watchers                string
}

func newRunCommand() *cobra.Command { return runCommand(new(runFlags)) }

func runCommand(f *runFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run 服务... --nats 地址 --data 目录 [--mongo 地址]",
		Short: "把指定的服务作为一个进程运行，用于正式部署",
		Long: "服务：identity register inspect draw clue casefile disclose credit watch oversee。\n" +
			"各进程连接同一个 NATS 集群；各服务各用数据目录中的一个 SQLite 文件，写明 --mongo 的各用一个 MongoDB 数据库，数据目录只存放密钥和放假安排。",
		Example: "  shenzhong run clue casefile --nats nats://10.0.0.5:4222 --nats-monitor http://10.0.0.5:8222 --data /srv/shenzhong",
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.config != "" {
				s, err := settingsFor(cmd, f.config)
				if err != nil {
					return err
				}
				if len(args) == 0 {
					args = s.contexts
				}
			}
			o, err := runOptions(*f, args)
			if err != nil {
				return err
			}
			return operate(cmd.Context(), cmd.OutOrStdout(), o, f.addr, func(context.Context, *system, *web.Server) error { return nil })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.config, "config", "", "设置文件（YAML 或 JSON）；写明的参数优先")
	f.natsFlags.add(flags)
	f.mongoFlags.add(flags)
	flags.StringVar(&f.data, "data", "", "SQLite 数据目录")
	flags.StringVar(&f.keys, "keys", "", "密钥目录，不填为数据目录下的 keys")
	flags.StringVar(&f.domain, "log-domain", "", logDomainUsage)
	flags.StringVar(&f.watchers, "witnesses", "", watchersUsage)
	flags.StringVar(&f.addr, "addr", "127.0.0.1:8080", "网页和接口的监听地址")
	flags.StringVar(&f.pack, "pack", "", "规则包目录或者归档，运行中可以替换；缺省为随程序交付的规则包")
	flags.StringArrayVar(&f.trust, "trust", nil, trustUsage)
	flags.StringVar(&f.clock, "clock", "", "演练：时间取自这个文件（RFC 3339），正式运行不得使用")
	return cmd
}

// check says what is wrong with the flags, as far as it can be known without
// starting.
func (f runFlags) check() error {
	if err := f.natsFlags.check(); err != nil {
		return err
	}
	switch {
	case f.data == "":
		return usageError{errors.New("请用 --data 指明数据目录")}
	case f.mongo != "" && f.mongoFile != "":
		return usageError{errors.New("--mongo 和 --mongo-file 只写一个")}
	}
	return errors.Join(checkFolder("data", f.data), checkAddress(f.addr), checkTrust(f.pack, f.trust))
}

// paths are the files and folders that the flags name.
func (f runFlags) paths() []namedPath {
	return append(trusted(f.trust), []namedPath{
		{"data", f.data, false}, {"keys", f.keys, true}, {"pack", f.pack, false},
		{"mongo-file", f.mongoFile, true}, {"nats-keys", f.natsKeys, true},
		{"nats-ca", f.ca, false}, {"nats-cert", f.cert, false}, {"nats-key", f.key, true},
	}...)
}

// runOptions checks what was typed.
func runOptions(f runFlags, contexts []string) (options, error) {
	if len(contexts) == 0 {
		return options{}, usageError{errors.New("请写明要运行的服务，例如 shenzhong run clue casefile；加 --help 查看全部服务")}
	}
	if err := errors.Join(knownContexts(contexts), f.check()); err != nil {
		return options{}, err
	}
	if err := f.mongoFlags.settle(); err != nil {
		return options{}, err
	}
	clk, err := timeFrom(f.clock)
	if err != nil {
		return options{}, err
	}
	o := options{contexts: contexts, clock: clk, broker: jsbus.Config{Replicas: f.replicas, External: f.external()}, pack: f.pack, trust: f.trust}
	if f.clock != "" {
		o.pause = rehearsalPause
	}
	o.stores, o.notices = sqliteIn(f.data), noticesIn(f.data)
	if f.mongo != "" {
		o.stores = f.mongoFlags.stores()
	}
	o.domain, o.watchers, o.serves = f.domain, f.watchers, true
	o.keys = cmp.Or(f.keys, filepath.Join(f.data, "keys"))
	return o, nil
}
