package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"shenzhong/services/kit/service"
)

// Load is how hard the chain is driven.
type Load struct {
	Clients int           // connections that ask at the same time
	Lasting time.Duration // of one round of one side
	Rounds  int
}

// Pipeline carries citizens' complaints from the HTTP command over the durable
// commit and the broker to the durable commit of another context, and as many
// bytes through the same steps wired by hand, in turns. Its files are made in
// dir and removed.
func Pipeline(ctx context.Context, dir string, load Load) (r Report, err error) {
	dir, leave, err := workroom(dir)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, leave()) }()
	ctx, cancel := context.WithTimeout(ctx, within(load))
	defer cancel()

	var carry sizes
	ours, err := openKit(ctx, dir)
	if err != nil {
		return r, err
	}
	err = ours.while(ctx, func(ctx context.Context) error {
		if carry, err = ours.weigh(ctx); err != nil {
			return err
		}
		byHand, err := openBare(ctx, dir, carry)
		if err != nil {
			return err
		}
		return byHand.while(ctx, func(ctx context.Context) error {
			r, err = compare(ctx, &ours.side, &byHand.side, load)
			return err
		})
	})
	r.Extra = append(r.Extra,
		Figure{"每件在来源存储中的字节数", float64(carry.row), "字节"},
		Figure{"每件在消息中的字节数", float64(carry.message), "字节"},
		Figure{"每件在另一服务存储中的字节数", float64(carry.kept), "字节"})
	return r, err
}

// while runs a side while do does, and closes it.
func (s *side) while(ctx context.Context, do func(context.Context) error) error {
	running, stop := context.WithCancel(ctx)
	defer stop()
	var done error
	err := service.Run(running, append(s.parts, service.Part{Name: "bench", Run: func(ctx context.Context) error {
		done = do(ctx)
		stop()
		return nil
	}})...)
	return errors.Join(done, err, s.close())
}

// compare drives both sides in turns.
func compare(ctx context.Context, ours, byHand *side, load Load) (Report, error) {
	r := Report{
		Name: fmt.Sprintf("从提交到另一服务入库（%d 个并发，%d 轮，每轮 %v，%d 个处理器）", load.Clients, load.Rounds, load.Lasting, runtime.GOMAXPROCS(0)),
		Unit: "件",
	}
	return turns(r, load,
		func(lasting time.Duration) (tally, error) { return ours.drive(ctx, load.Clients, lasting) },
		func(lasting time.Duration) (tally, error) { return byHand.drive(ctx, load.Clients, lasting) })
}

// turns has both sides run in turns and completes the report; which of them goes
// first changes. The first round warms up and is not counted.
func turns(r Report, load Load, ours, byHand func(lasting time.Duration) (tally, error)) (Report, error) {
	var rates, bareRates []float64
	var answers, bareAnswers, through, bareThrough []time.Duration
	for round := range load.Rounds + 1 {
		lasting := load.Lasting
		if round == 0 {
			lasting /= 4
		}
		var both [2]tally // ours, by hand
		for n := range both {
			side := (n + round) % 2
			runtime.GC() // neither pays for the garbage of the other
			var err error
			if both[side], err = []func(time.Duration) (tally, error){ours, byHand}[side](lasting); err != nil {
				return r, err
			}
		}
		if round == 0 {
			continue
		}
		mine, bare := both[0], both[1]
		rates, bareRates = append(rates, mine.rate), append(bareRates, bare.rate)
		r.Ratios = append(r.Ratios, mine.rate/bare.rate)
		answers, bareAnswers = append(answers, mine.answers...), append(bareAnswers, bare.answers...)
		through, bareThrough = append(through, mine.through...), append(bareThrough, bare.through...)
	}
	r.Ours, r.Bare, r.Ratio = median(rates), median(bareRates), median(r.Ratios)
	r.P50, r.P99, r.BareP = quantile(answers, 0.5), quantile(answers, 0.99), quantile(bareAnswers, 0.99)
	if len(through) > 0 {
		r.Extra = append(r.Extra,
			Figure{"本系统从提交入库到另一服务入库 p50", quantile(through, 0.5), "毫秒"},
			Figure{"本系统从提交入库到另一服务入库 p99", quantile(through, 0.99), "毫秒"},
			Figure{"对照从提交入库到另一服务入库 p50", quantile(bareThrough, 0.5), "毫秒"},
			Figure{"对照从提交入库到另一服务入库 p99", quantile(bareThrough, 0.99), "毫秒"})
	}
	return r, nil
}

// within bounds a run that would otherwise wait for ever for what was lost.
func within(load Load) time.Duration {
	return time.Duration(load.Rounds+1)*4*load.Lasting + time.Minute
}

// workroom makes a folder to measure in and has the program's log written to a
// file there, as an office has it, until it is left.
func workroom(within string) (dir string, leave func() error, err error) {
	if dir, err = os.MkdirTemp(within, "shenzhong-bench-"); err != nil {
		return "", nil, fmt.Errorf("make a folder: %w", err)
	}
	f, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return "", nil, errors.Join(fmt.Errorf("make a log: %w", err), os.RemoveAll(dir))
	}
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Writer(f), nil)))
	return dir, func() error {
		slog.SetDefault(before)
		return errors.Join(f.Close(), os.RemoveAll(dir))
	}, nil
}
