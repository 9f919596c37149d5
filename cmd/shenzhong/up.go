package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"

	"github.com/spf13/cobra"

	"shenzhong/services/kit/bus/jsbus"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/service"
	"shenzhong/services/kit/web"
)

// upFlags is what was asked for, as it was typed.
type upFlags struct {
	data, addr, clock string
	pack              string
	trust             []string
	domain, watchers  string
	config            string
	sample            bool
}

func newUpCommand() *cobra.Command { return upCommand(new(upFlags)) }

func upCommand(f *upFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "up",
		Short: "在一个进程中运行全部服务，内置存储和消息",
		Example: "  shenzhong up --sample                     用样例区县试用\n" +
			"  shenzhong up --data /srv/shenzhong --addr 127.0.0.1:8080",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.config != "" {
				if _, err := settingsFor(cmd, f.config); err != nil {
					return err
				}
			}
			if err := f.check(); err != nil {
				return err
			}
			return up(cmd.Context(), cmd.OutOrStdout(), *f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.config, "config", "", "设置文件（YAML 或 JSON）；写明的参数优先")
	flags.StringVar(&f.data, "data", "data", "数据目录")
	flags.StringVar(&f.addr, "addr", "127.0.0.1:8080", "网页和接口的监听地址")
	flags.BoolVar(&f.sample, "sample", false, "装入样例区县（只在数据目录为空时装入）")
	flags.StringVar(&f.clock, "clock", "", "演练：时间取自这个文件（RFC 3339），正式运行不得使用")
	flags.StringVar(&f.pack, "pack", "", "规则包目录或者归档，运行中可以替换；缺省为随程序交付的规则包")
	flags.StringVar(&f.watchers, "witnesses", "", watchersUsage)
	flags.StringVar(&f.domain, "log-domain", "", logDomainUsage)
	flags.StringArrayVar(&f.trust, "trust", nil, trustUsage)
	return cmd
}

// check says what is wrong with the flags, as far as it can be known without
// starting.
func (f upFlags) check() error {
	if f.data == "" {
		return usageError{errors.New("请用 --data 指明数据目录")}
	}
	return errors.Join(checkFolder("data", f.data), checkAddress(f.addr), checkTrust(f.pack, f.trust))
}

// paths are the files and folders that the flags name.
func (f upFlags) paths() []namedPath {
	return append(trusted(f.trust), namedPath{"data", f.data, false}, namedPath{"pack", f.pack, false})
}

func checkAddress(addr string) error {
	if _, port, err := net.SplitHostPort(addr); err != nil || port == "" {
		return usageError{fmt.Errorf("监听地址“%s”不对，应类似 127.0.0.1:8080", addr)}
	}
	return nil
}

// trusted are the files of public keys.
func trusted(files []string) []namedPath {
	var out []namedPath
	for _, name := range files {
		out = append(out, namedPath{"trust", name, false})
	}
	return out
}

// checkTrust refuses a pack that cannot be read or was not signed as it must be.
func checkTrust(pack string, trust []string) error {
	if len(trust) > 0 && pack == "" {
		return usageError{errors.New("写明 trust 时也要写明 pack：随程序交付的规则包没有签名")}
	}
	if pack == "" {
		return nil
	}
	if _, err := openPack(pack, trust...); err != nil {
		return usageError{err}
	}
	return nil
}

// timeFrom is the clock of the machine, or the one kept in a file.
func timeFrom(file string) (clock.Clock, error) {
	if file == "" {
		return clock.System{}, nil
	}
	c, err := clock.Follow(file)
	if err != nil {
		return nil, usageError{fmt.Errorf("读不出演练时间：%w", err)}
	}
	return c, nil
}

// embedded is all contexts in one process on one directory.
func embedded(dir string, clk clock.Clock) options {
	return options{
		stores:  sqliteIn(dir),
		broker:  jsbus.Config{Embedded: &jsbus.Embedded{Dir: filepath.Join(dir, "jetstream")}},
		keys:    filepath.Join(dir, "keys"),
		notices: noticesIn(dir),
		clock:   clk,
	}
}

// up runs everything until ctx ends.
func up(ctx context.Context, out io.Writer, f upFlags) (err error) {
	clk, err := timeFrom(f.clock)
	if err != nil {
		return err
	}
	release, err := holdData(f.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	o := embedded(f.data, clk)
	o.pack, o.trust, o.domain, o.watchers, o.control, o.serves = f.pack, f.trust, f.domain, f.watchers, f.data, true
	if !f.sample {
		return operate(ctx, out, o, f.addr, func(context.Context, *system, *web.Server) error { return nil })
	}
	staged := newStagedClock(clk)
	o.clock = staged
	return operate(ctx, out, o, f.addr, func(ctx context.Context, s *system, server *web.Server) error {
		return loadHistory(ctx, s, server, staged, f.data)
	})
}

// operate runs the contexts of o and answers requests at addr until ctx ends.
// prepare has its say once everything runs and before the first request.
func operate(ctx context.Context, out io.Writer, o options, addr string, prepare func(context.Context, *system, *web.Server) error) (err error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("不能在 %s 监听，地址可能已被占用，请用 --addr 换一个：%w", addr, err)
	}
	s, err := openSystem(ctx, o)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	defer func() { err = errors.Join(err, s.close()) }()
	server, err := s.server()
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	parts := s.parts()
	if o.control != "" {
		door, err := s.control(ctx, o.control)
		if err != nil {
			return errors.Join(err, ln.Close())
		}
		parts = append(parts, door)
	}
	parts = append(parts, service.Part{Name: "web", Run: func(ctx context.Context) error {
		if err := prepare(ctx, s, server); err != nil {
			return errors.Join(err, ln.Close())
		}
		if _, err := fmt.Fprintf(out, "ready http://%s\n", ln.Addr()); err != nil {
			return errors.Join(err, ln.Close())
		}
		return server.Serve(ctx, ln)
	}})
	return service.Run(ctx, parts...)
}
