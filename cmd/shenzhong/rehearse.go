package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"shenzhong/cmd/shenzhong/rehearsal"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/service"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// rehearseFlags is what was asked for, as it was typed.
type rehearseFlags struct {
	json    bool
	store   string
	mongo   string
	bundles string
}

func newRehearseCommand() *cobra.Command {
	var f rehearseFlags
	cmd := &cobra.Command{
		Use:   "rehearse",
		Short: "演练：用样例区县把一年的监管流程走一遍，再核对各项记录",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			slog.SetLogLoggerLevel(slog.LevelWarn) // the timeline says what was asked for
			return rehearse(cmd.Context(), cmd.OutOrStdout(), f)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.json, "json", false, "每行输出一个 JSON 对象，最后一行是核对结果")
	flags.StringVar(&f.store, "store", "sqlite", "存储：sqlite 或者 mongo")
	flags.StringVar(&f.bundles, "bundles", "", "把演练中启封和作废的抽取的验证包写入这个目录，供其他程序核验；此时由三个演练用的见证方联署公开日志")
	flags.StringVar(&f.mongo, "mongo", "", "--store mongo 时的服务器地址，例如 mongodb://127.0.0.1:27017；演练各用新的数据库 shenzhong_rehearsal_…，过后可以删除")
	return cmd
}

// rehearse plays the story on a system of its own in a folder that is removed
// afterwards.
func rehearse(ctx context.Context, out io.Writer, f rehearseFlags) (err error) {
	if err := checkFolder("bundles", f.bundles); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "shenzhong-rehearsal-")
	if err != nil {
		return fmt.Errorf("make a folder for the rehearsal: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	clk := clock.NewFake(rehearsal.Start)
	o, err := rehearsalOptions(f, dir, clk)
	if err != nil {
		return err
	}
	if f.bundles != "" { // what is published is to show what witnesses saw
		pack, _, err := loadLaw()
		if err != nil {
			return err
		}
		public, err := publicLog(o.keys, "", pack.Manifest().District)
		if err != nil {
			return err
		}
		policy, stop, err := playedWitnesses(ctx, dir, public.Notary.Keys.Public(), clk)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, stop()) }()
		o.watchers = policy
	}
	return withStage(ctx, o, clk, func(ctx context.Context, stage *localStage) error {
		invariants, err := rehearsal.Run(ctx, rehearsal.Config{
			Stage: stage, Law: stage.system.law.Law(), Calendar: stage.system.calendar.Calendar(), Client: http.DefaultClient, Out: out, JSON: f.json,
			Published: func(draw string, bundle []byte) error { return keepBundle(f.bundles, draw, bundle) },
		})
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(invariants, func(i rehearsal.Invariant) bool { return !i.Holds }); i >= 0 {
			return fmt.Errorf("核对不符：%s（%s）", invariants[i].Name, invariants[i].Detail)
		}
		return nil
	})
}

// keepBundle writes what a draw has published into a folder, if there is one.
func keepBundle(dir, draw string, bundle []byte) error {
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("不能建立目录，请用 --bundles 换一个位置：%w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, draw+".json"), bundle, 0o644); err != nil {
		return fmt.Errorf("不能写验证包，请用 --bundles 换一个位置：%w", err)
	}
	return nil
}

func rehearsalOptions(f rehearseFlags, dir string, clk clock.Clock) (options, error) {
	o := embedded(dir, clk)
	switch {
	case f.store == "sqlite" && f.mongo == "":
		return o, nil
	case f.store == "mongo" && f.mongo != "":
		// Databases of their own: a rehearsal must never meet real ones.
		o.stores = mongoAt{uri: f.mongo, prefix: "shenzhong_rehearsal_" + strings.ToLower(rand.Text()[:8]) + "_", trial: true}
		return o, nil
	default:
		return o, usageError{fmt.Errorf("存储只能是 sqlite，或者带 --mongo 地址的 mongo")}
	}
}

// localStage is a system in this process.
type localStage struct {
	system *system
	clock  *clock.Fake
	addr   string
}

// withStage runs a system of o while do does, and answers requests on a free
// port of this machine.
func withStage(ctx context.Context, o options, clk *clock.Fake, do func(context.Context, *localStage) error) (err error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
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
	running, stop := context.WithCancel(ctx)
	defer stop()
	var done error
	parts := append(s.parts(),
		service.Part{Name: "web", Run: func(ctx context.Context) error { return server.Serve(ctx, ln) }},
		service.Part{Name: "stage", Run: func(ctx context.Context) error {
			done = do(ctx, &localStage{system: s, clock: clk, addr: "http://" + ln.Addr().String()})
			stop()
			return nil
		}})
	return errors.Join(service.Run(running, parts...), done)
}

// URL is the same for all contexts.
func (l *localStage) URL(string) string { return l.addr }

// Move sets the clock.
func (l *localStage) Move(to time.Time) error { l.clock.Set(to); return nil }

// Settle sweeps until nothing more is due and nothing is on its way.
func (l *localStage) Settle(ctx context.Context) error {
	for {
		if err := l.system.settle(ctx); err != nil {
			return err
		}
		did := 0
		for _, r := range l.system.rooms {
			for name, sweep := range r.sweeps {
				n, err := sweep(ctx)
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				did += n
			}
		}
		if did == 0 {
			return nil
		}
	}
}

// Logs are the stores.
func (l *localStage) Logs() map[string]store.Log { return l.system.logs() }

// Views are the read models of every context.
func (l *localStage) Views() []view.Folding {
	var views []view.Folding
	for _, r := range l.system.rooms {
		views = append(views, r.views...)
	}
	return views
}

// Parked counts the dead letters.
func (l *localStage) Parked(ctx context.Context) (int, error) {
	parked, err := l.system.bus.Aside().Letters(ctx)
	return len(parked), err
}
