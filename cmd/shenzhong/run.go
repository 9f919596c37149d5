package main

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"shenzhong/services/kit/bus/jsbus"
	"shenzhong/services/kit/web"
)

// runFlags is what was asked for, as it was typed.
type runFlags struct {
	nats, data, keys, addr, clock string
	mongo, pack                   string
	trust                         []string
	mongoTrial                    bool
	domain, watchers              string
	natsKeys, ca, cert, key       string
	monitors                      []string
	syncAsserted                  bool
	replicas                      int
}

func newRunCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run 服务... --nats 地址 --data 目录 [--mongo 地址]",
		Short: "把指定的服务作为一个进程运行，用于正式部署",
		Long: "服务：identity register inspect draw clue casefile disclose credit oversee。\n" +
			"各进程连接同一个 NATS 集群；各服务各用数据目录中的一个 SQLite 文件，写明 --mongo 的各用一个 MongoDB 数据库，数据目录只存放密钥和放假安排。",
		Example: "  shenzhong run clue casefile --nats nats://10.0.0.5:4222 --nats-monitor http://10.0.0.5:8222 --data /srv/shenzhong",
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := runOptions(f, args)
			if err != nil {
				return err
			}
			return operate(cmd.Context(), cmd.OutOrStdout(), o, f.addr, func(context.Context, *system, *web.Server) error { return nil })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.nats, "nats", "", "NATS 地址，多个用逗号分开")
	flags.StringSliceVar(&f.monitors, "nats-monitor", nil, "NATS 各服务器的监控地址，用来核对每次写入都同步到磁盘")
	flags.BoolVar(&f.syncAsserted, "nats-sync-asserted", false, "没有监控地址时，由运维人员确认各服务器都设置了 sync_interval: always")
	flags.IntVar(&f.replicas, "nats-replicas", 1, "消息流的副本数：1，集群为 3")
	flags.StringVar(&f.natsKeys, "nats-keys", "", "NATS 登录密钥所在目录，每个用户一个“用户.seed”文件")
	flags.StringVar(&f.ca, "nats-ca", "", "TLS 证书颁发机构文件")
	flags.StringVar(&f.cert, "nats-cert", "", "TLS 证书文件")
	flags.StringVar(&f.key, "nats-key", "", "TLS 私钥文件")
	flags.StringVar(&f.data, "data", "", "SQLite 数据目录")
	flags.StringVar(&f.mongo, "mongo", "", "MongoDB 地址，例如 mongodb://10.0.0.6/?replicaSet=rs0")
	flags.BoolVar(&f.mongoTrial, "mongo-trial", false, "演练：允许只是兼容 MongoDB 协议的服务器，其中的数据可能丢失")
	flags.StringVar(&f.keys, "keys", "", "密钥目录，不填为数据目录下的 keys")
	flags.StringVar(&f.domain, "log-domain", "", logDomainUsage)
	flags.StringVar(&f.watchers, "witnesses", "", watchersUsage)
	flags.StringVar(&f.addr, "addr", "127.0.0.1:8080", "网页和接口的监听地址")
	flags.StringVar(&f.pack, "pack", "", "规则包目录或者归档，运行中可以替换；缺省为随程序交付的规则包")
	flags.StringArrayVar(&f.trust, "trust", nil, trustUsage)
	flags.StringVar(&f.clock, "clock", "", "演练：时间取自这个文件（RFC 3339），正式运行不得使用")
	return cmd
}

// runOptions checks what was typed.
func runOptions(f runFlags, contexts []string) (options, error) {
	switch {
	case len(contexts) == 0:
		return options{}, usageError{errors.New("请写明要运行的服务，例如 shenzhong run clue casefile；加 --help 查看全部服务")}
	case f.nats == "":
		return options{}, usageError{errors.New("请用 --nats 指明 NATS 地址")}
	case f.data == "":
		return options{}, usageError{errors.New("请用 --data 指明数据目录")}
	}
	clk, err := timeFrom(f.clock)
	if err != nil {
		return options{}, err
	}
	o := options{contexts: contexts, clock: clk, pack: f.pack, trust: f.trust, broker: jsbus.Config{Replicas: f.replicas, External: &jsbus.External{
		URL: f.nats, Keys: f.natsKeys, CA: f.ca, Cert: f.cert, Key: f.key, Monitors: f.monitors, SyncAsserted: f.syncAsserted,
	}}}
	if f.clock != "" {
		o.pause = rehearsalPause
	}
	o.stores, o.notices = sqliteIn(f.data), noticesIn(f.data)
	if f.mongo != "" {
		o.stores = mongoAt{uri: f.mongo, prefix: "shenzhong_", trial: f.mongoTrial}
	}
	o.domain, o.watchers = f.domain, f.watchers
	o.keys = cmp.Or(f.keys, filepath.Join(f.data, "keys"))
	return o, nil
}
