package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"shenzhong/services/kit/bus/jsbus"
	"shenzhong/services/kit/clock"
)

func newRebuildCommand(p *place) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "rebuild-stream (服务... | --all)",
		Short: "丢弃消息流，用存储中的事实重新做一遍",
		Long: "消息流损坏时，或者把存储恢复到备份之后使用。存储中的事实一条不少；各处理程序会把它们再听一遍，\n" +
			"已经生效的不会再生效一次。系统正在运行或者已经停止都可以。",
		RunE: func(cmd *cobra.Command, args []string) error {
			if all == (len(args) > 0) {
				return usageError{errors.New("请写明要重建的服务，或者用 --all 重建全部")}
			}
			if all {
				args = contextNames()
			}
			if err := knownContexts(args); err != nil {
				return err
			}
			if err := p.settle(cmd); err != nil {
				return err
			}
			return p.rebuild(cmd.Context(), cmd.OutOrStdout(), args)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "重建全部服务的消息流")
	return cmd
}

// rebuiltStream is what became of one stream; outside checks rely on its names.
type rebuiltStream struct {
	Context string `json:"context"`
	Facts   int    `json:"facts"`
}

func (p *place) rebuild(ctx context.Context, out io.Writer, names []string) error {
	anew, done, err := p.rebuilder(ctx)
	if err != nil {
		return err
	}
	results := []rebuiltStream{}
	for _, name := range names {
		var n int
		if n, err = anew(ctx, name); err != nil {
			err = fmt.Errorf("%s 的消息流没有重建完，请排除原因后再运行一次：%w", name, err)
			break
		}
		results = append(results, rebuiltStream{name, n})
		if !p.json {
			fmt.Fprintf(out, "%s 的消息流已重建，%d 条事实。\n", name, n)
		}
	}
	if p.json {
		err = errors.Join(err, writeJSON(out, results))
	}
	return errors.Join(err, done())
}

// rebuilder returns what makes one stream anew: the program that runs, the
// broker of several processes, or the embedded broker started for it.
func (p *place) rebuilder(ctx context.Context) (anew func(context.Context, string) (int, error), done func() error, err error) {
	if p.nats != "" {
		return p.rebuilderOutside(ctx)
	}
	var r lagReport
	asking, cancel := context.WithTimeout(ctx, askControl)
	defer cancel()
	err = askDoor(asking, p.data, "GET", "/lag", nil, &r)
	switch {
	case err == nil:
		return func(ctx context.Context, name string) (int, error) {
			var r rebuilt
			err := askDoor(ctx, p.data, "POST", "/rebuild-stream/"+name, nil, &r)
			return r.Facts, err
		}, func() error { return nil }, nil
	case !errors.Is(err, errNotRunning):
		return nil, nil, fmt.Errorf("程序占用着数据目录却没有应答，请先停止它再重建：%w", err)
	}
	release, err := holdData(p.data)
	if err != nil {
		return nil, nil, err
	}
	s, err := openSystem(ctx, p.options())
	if err != nil {
		return nil, nil, errors.Join(err, release())
	}
	return s.rebuild, func() error { return errors.Join(s.close(), release()) }, nil
}

// rebuilderOutside works on a broker of other processes, with the keys of all.
func (p *place) rebuilderOutside(ctx context.Context) (func(context.Context, string) (int, error), func() error, error) {
	all, closeAll, err := blueprint(ctx)
	if err != nil {
		return nil, nil, err
	}
	b, err := jsbus.New(jsbus.Config{External: p.external(), Replicas: p.replicas, Contexts: all})
	if err != nil {
		return nil, nil, errors.Join(err, closeAll())
	}
	anew := func(ctx context.Context, name string) (n int, err error) {
		store, err := p.options().stores.open(ctx, name)
		if err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, store.close()) }()
		return b.RebuildStream(ctx, name, store.log)
	}
	return anew, func() error { b.Close(); return closeAll() }, nil
}

// blueprint is every context with its reactions, opened on empty stores: for who
// must know what each of them needs from the broker. Each is as it is in a
// process of its own.
func blueprint(ctx context.Context) (all []jsbus.Context, done func() error, err error) {
	dir, err := os.MkdirTemp("", "shenzhong-blueprint-")
	if err != nil {
		return nil, nil, err
	}
	var open []*system
	done = func() error {
		var errs []error
		for _, s := range open {
			errs = append(errs, s.close())
		}
		return errors.Join(append(errs, os.RemoveAll(dir))...)
	}
	for _, c := range contexts {
		s, err := openRooms(ctx, options{contexts: []string{c.name}, stores: sqliteIn(dir), keys: filepath.Join(dir, "keys"), clock: clock.System{}})
		if err != nil {
			return nil, nil, errors.Join(err, done())
		}
		open = append(open, s)
		listeners, err := s.listeners(ctx)
		if err != nil {
			return nil, nil, errors.Join(err, done())
		}
		all = append(all, listeners...)
	}
	return all, done, nil
}

func contextNames() []string {
	var out []string
	for _, c := range contexts {
		out = append(out, c.name)
	}
	return out
}

// knownContexts refuses a name that no context has.
func knownContexts(names []string) error {
	for _, name := range names {
		if !slices.Contains(contextNames(), name) {
			return usageError{fmt.Errorf("没有名为“%s”的服务", name)}
		}
	}
	return nil
}
