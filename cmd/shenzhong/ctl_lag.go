package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"shenzhong/services/kit/bus/jsbus"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/store"
)

// lagReport is how far everything is behind; outside checks rely on its names.
type lagReport struct {
	At          time.Time           `json:"at"`
	Process     string              `json:"process"` // "running", "stopped", "silent" (it runs and does not answer) or "external"
	Outboxes    []outboxLag         `json:"outboxes"`
	Streams     []jsbus.StreamState `json:"streams,omitempty"`
	Condition   *jsbus.Condition    `json:"condition,omitempty"`
	DeadLetters map[string]int      `json:"dead_letters"`          // by context
	LimitsLate  *int64              `json:"limits_late,omitempty"` // limits that the sweep is behind with; absent where no program was asked
	Wrong       []string            `json:"wrong"`                 // what needs a person, in Chinese
}

// outboxLag is what one context has committed and the broker has not taken.
type outboxLag struct {
	Context string     `json:"context"`
	Waiting int        `json:"waiting"` // 2000 means that or more
	Oldest  *time.Time `json:"oldest,omitempty"`
	Fact    string     `json:"fact,omitempty"` // the oldest
	Age     float64    `json:"age_seconds"`    // of the oldest
	Epoch   string     `json:"epoch"`          // the stream that was noted
	Noted   uint64     `json:"noted"`          // the highest sequence that was noted
	Held    int        `json:"held,omitempty"` // can never be sent, and those behind them
	Reason  string     `json:"reason,omitempty"`
}

// Bounds from which a person is needed. The first is the one from which commands
// are refused.
const (
	lateFact   = 30 * time.Second
	lateSweep  = 5 * time.Minute // a night on which very many fall due takes its time
	fullStream = 0.8
	askControl = 20 * time.Second
)

func newLagCommand(p *place) *cobra.Command {
	return &cobra.Command{
		Use:   "lag",
		Short: "各服务等待发送的事实、消息流、各处理程序还没有处理的事实",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := p.settle(cmd); err != nil {
				return err
			}
			r, err := p.lag(cmd.Context())
			if err != nil {
				return err
			}
			if p.json {
				return writeJSON(cmd.OutOrStdout(), r)
			}
			return r.write(cmd.OutOrStdout(), p.data)
		},
	}
}

// lag asks the program if it runs, and otherwise the stores and the broker.
func (p *place) lag(ctx context.Context) (lagReport, error) {
	process := "external"
	if p.embedded() {
		var r lagReport
		asking, cancel := context.WithTimeout(ctx, askControl)
		defer cancel()
		err := askDoor(asking, p.data, "GET", "/lag", nil, &r)
		switch {
		case err == nil:
			return r, nil
		case errors.Is(err, errNotRunning):
			process = "stopped"
		default:
			process = "silent"
		}
	}
	r := lagReport{At: clock.System{}.Now().UTC(), Process: process, DeadLetters: map[string]int{}, Wrong: []string{}}
	err := p.look(ctx, func(name string, b base) error { return r.add(ctx, name, b) })
	if err != nil {
		return r, err
	}
	if p.nats != "" {
		b, err := jsbus.New(jsbus.Config{External: p.external()})
		if err != nil {
			return r, err
		}
		defer b.Close()
		if r.Streams, err = b.Survey(ctx); err != nil { // what waits is shown all the same
			r.Wrong = append(r.Wrong, "消息服务没有回答，请核对它是否在运行，以及 --nats 和 --nats-keys（需要 setup.seed）："+err.Error())
		}
	}
	r.judge()
	return r, nil
}

// lag is that of a program that runs.
func (s *system) lag(ctx context.Context) (lagReport, error) {
	r := lagReport{At: s.clock.Now().UTC(), Process: "running", DeadLetters: map[string]int{}, Wrong: []string{}}
	for _, room := range s.rooms {
		if err := r.add(ctx, room.name, room.base); err != nil {
			return r, err
		}
		if room.late != nil {
			n, err := room.late(ctx)
			if err != nil {
				return r, fmt.Errorf("count the limits that are late: %w", err)
			}
			r.LimitsLate = &n
		}
	}
	for _, live := range s.bus.Lag() {
		i := slices.IndexFunc(r.Outboxes, func(o outboxLag) bool { return o.Context == live.Context })
		if i >= 0 {
			r.Outboxes[i].Held, r.Outboxes[i].Reason = live.Held, live.Reason
			r.Outboxes[i].Age = min(r.Outboxes[i].Age, live.Age.Seconds())
		}
	}
	condition := s.bus.Condition()
	r.Condition = &condition
	surveying, cancel := context.WithTimeout(ctx, askControl/2)
	defer cancel()
	var err error
	if r.Streams, err = s.bus.Survey(surveying); err != nil {
		r.Wrong = append(r.Wrong, "消息服务没有回答："+err.Error())
	}
	r.judge()
	return r, nil
}

// add notes the outbox and the dead letters of one context.
func (r *lagReport) add(ctx context.Context, name string, b base) error {
	commits, err := unsent(ctx, b.log)
	if err != nil {
		return fmt.Errorf("look into the outbox of %s: %w", name, err)
	}
	noted, err := b.log.Stream(ctx)
	if err != nil {
		return fmt.Errorf("read what was noted of the stream of %s: %w", name, err)
	}
	o := outboxLag{Context: name, Waiting: len(commits), Epoch: noted.Epoch, Noted: noted.Last}
	if len(commits) > 0 {
		o.age(commits[0], r.At)
	}
	r.Outboxes = append(r.Outboxes, o)
	parked, err := parkedIn(ctx, name, b.tables)
	r.DeadLetters[name] = len(parked)
	return err
}

func (o *outboxLag) age(oldest store.Commit, now time.Time) {
	at := oldest.At.UTC()
	o.Oldest, o.Fact, o.Age = &at, oldest.ID(), max(0, now.Sub(at).Seconds())
}
