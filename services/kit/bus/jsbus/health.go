package jsbus

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
)

// outbox is what is known of the facts that a context has committed and the
// broker has not yet taken.
type outbox struct {
	context string
	clock   clock.Clock // the one the commits are stamped with
	machine clock.Clock

	mu      sync.Mutex
	waiting bool      // some commit waits to be sent; this and all below guarded by mu
	oldest  time.Time // when the oldest of them was committed
	since   time.Time // by the machine's clock, when the first of them was seen
	lag     Lag
}

// Lag is how far one relay is behind.
type Lag struct {
	Context string        `json:"context"`
	Age     time.Duration `json:"age"`              // of the oldest commit that waits, 0 for none
	Waiting int           `json:"waiting"`          // commits at the last look; 2000 means that or more
	Held    int           `json:"held"`             // commits that can never be sent, and those behind them
	Sent    uint64        `json:"sent"`             // since the start
	Healed  uint64        `json:"healed"`           // sent again because the broker had lost them
	Reason  string        `json:"reason,omitempty"` // what last stopped the relay, empty while it runs
}

func (b *Bus) outbox(context string) *outbox {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.outboxes[context] == nil {
		b.outboxes[context] = &outbox{context: context, clock: b.cfg.Clock, machine: clock.System{}}
	}
	return b.outboxes[context]
}

// watch looks at the store whether or not the relay can work.
func (o *outbox) watch(ctx context.Context, log store.Log, every time.Duration) {
	for ctx.Err() == nil {
		commits, err := log.Unrelayed(ctx, 1)
		if err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "look into outbox", "context", o.context, "err", err)
		}
		if err == nil {
			o.saw(commits)
		}
		sleep(ctx, every)
	}
}

func (o *outbox) saw(commits []store.Commit) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(commits) == 0 {
		o.waiting, o.lag.Waiting = false, 0
		return
	}
	if !o.waiting {
		o.waiting, o.since = true, o.machine.Now()
	}
	o.oldest = commits[0].At
}

func (o *outbox) took(waiting, held int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lag.Waiting, o.lag.Held = waiting, held
	o.lag.Reason = ""
}

func (o *outbox) sent(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lag.Sent += uint64(n)
	o.lag.Waiting = max(0, o.lag.Waiting-n)
}

func (o *outbox) healed(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lag.Healed += uint64(n)
}

func (o *outbox) refused(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lag.Reason = err.Error()
}

// report returns the lag. Age is never more than the time since the outbox was
// last seen empty: a rehearsal that moves its clock by a year does not make a
// commit a year late, and a start after a long rest gets its time to catch up.
func (o *outbox) report() Lag {
	o.mu.Lock()
	defer o.mu.Unlock()
	lag := o.lag
	lag.Context = o.context
	if o.waiting {
		lag.Age = max(0, min(o.clock.Now().Sub(o.oldest), o.machine.Now().Sub(o.since)))
	}
	return lag
}

// Lag reports how far the relays of this process are behind, by context.
func (b *Bus) Lag() []Lag {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []Lag
	for _, o := range b.outboxes {
		out = append(out, o.report())
	}
	slices.SortFunc(out, func(x, y Lag) int { return cmp.Compare(x.Context, y.Context) })
	return out
}

// Healthy returns fault.Unavailable while facts wait so long for the broker
// that no more should be committed. It is cheap enough to be asked before every
// command.
func (b *Bus) Healthy() error {
	for _, lag := range b.Lag() {
		if lag.Age > b.cfg.Limits.Behind {
			return fault.New(fault.Unavailable, "系统繁忙，消息积压已超过 %d 秒，请稍后重试", int(b.cfg.Limits.Behind.Seconds()))
		}
	}
	return nil
}

// Ready returns why this process should get no requests, or nil: its broker
// does not answer, or Healthy.
func (b *Bus) Ready() error {
	if b.deaf.Load() {
		return fault.New(fault.Unavailable, "消息服务没有响应，系统正在恢复，请稍后重试")
	}
	return b.Healthy()
}
