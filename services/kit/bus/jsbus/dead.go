package jsbus

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
)

// waitsAside is the note on a fact that was put aside though nothing speaks
// against it: it only had to wait too long.
const waitsAside = "等待前置事实或存储恢复，系统会自动重试"

// revisit tries, every now and then, the facts that wait aside for a reaction:
// of each subject the first, and those behind it as long as they work.
func (l *listener) revisit(ctx context.Context) {
	for {
		sleep(ctx, l.bus.cfg.Limits.Revisit)
		if ctx.Err() != nil {
			return
		}
		all, err := l.parking.Parked(ctx)
		if err != nil {
			slog.ErrorContext(ctx, "look for facts that wait aside", "reaction", l.reaction.Name, "err", err)
			continue
		}
		slices.SortFunc(all, func(x, y bus.Parked) int { return cmp.Compare(x.Envelope.Version, y.Envelope.Version) })
		stuck := map[string]bool{}
		for _, p := range all {
			if p.Reaction != l.reaction.Name || stuck[p.Envelope.Subject] || ctx.Err() != nil {
				continue
			}
			stuck[p.Envelope.Subject] = p.Note != waitsAside || !l.retry(ctx, p)
		}
	}
}

// retry reports whether a fact that waits aside works now.
func (l *listener) retry(ctx context.Context, p bus.Parked) bool {
	if err := react(ctx, l.reaction, p.Envelope); err != nil {
		return false
	}
	if err := l.parking.Settle(ctx, p.ID(), "replayed", waitsAside); err != nil {
		slog.ErrorContext(ctx, "note that a fact waits no longer", "reaction", p.Reaction, "fact", p.Envelope.ID, "err", err)
	}
	return true
}

// DeadLetters returns the facts that were put aside (死信) and not yet dealt
// with, those of one context together.
func (b *Bus) DeadLetters(ctx context.Context) ([]bus.Parked, error) {
	var out []bus.Parked
	for _, c := range b.cfg.Contexts {
		if c.Parking == nil {
			continue
		}
		parked, err := c.Parking.Parked(ctx)
		if err != nil {
			return nil, fmt.Errorf("dead letters of %s: %w", c.Name, err)
		}
		out = append(out, parked...)
	}
	return out, nil
}

// Replay has the reaction that put a fact aside deal with it again. It calls
// the handler in this process and nothing else: publishing the fact anew would
// have every other listener hear it too, and the handler is made to be called
// again. When it works, later facts of the same subject that the reaction had
// put aside follow, in their order, up to the first that does not. by says who
// ordered it and why.
func (b *Bus) Replay(ctx context.Context, id, by string) error {
	p, c, err := b.parked(ctx, id)
	if err != nil {
		return err
	}
	r, err := reactionOf(c, p)
	if err != nil {
		return err
	}
	if err := replay(ctx, c, r, p, by); err != nil {
		return err
	}
	later, err := c.Parking.Parked(ctx)
	if err != nil {
		return fmt.Errorf("dead letters behind %s: %w", id, err)
	}
	later = slices.DeleteFunc(later, func(x bus.Parked) bool {
		return x.Reaction != p.Reaction || x.Envelope.Subject != p.Envelope.Subject || x.Envelope.Version <= p.Envelope.Version
	})
	slices.SortFunc(later, func(x, y bus.Parked) int { return cmp.Compare(x.Envelope.Version, y.Envelope.Version) })
	for _, next := range later {
		if err := replay(ctx, c, r, next, by); err != nil {
			slog.WarnContext(ctx, "a later fact of the same subject stays aside", "fact", next.Envelope.ID, "err", err)
			return nil
		}
	}
	return nil
}

// replay calls the handler and notes that it worked. One that fails again is
// parked again, with its new reason.
func replay(ctx context.Context, c Context, r bus.Reaction, p bus.Parked, by string) error {
	if err := react(ctx, r, p.Envelope); err != nil {
		p.Reason, p.State, p.Note = err.Error(), "parked", by
		if parkErr := c.Parking.Park(ctx, p); parkErr != nil {
			return fmt.Errorf("put %s aside again: %w", p.ID(), parkErr)
		}
		return err
	}
	if err := c.Parking.Settle(ctx, p.ID(), "replayed", by); err != nil {
		return fmt.Errorf("note that %s was replayed: %w", p.ID(), err)
	}
	slog.InfoContext(ctx, "dead letter replayed", "reaction", p.Reaction, "fact", p.Envelope.ID)
	return nil
}

// Discard gives a fact up for one reaction, for good. reason says who decided
// it and why, and must not be empty.
func (b *Bus) Discard(ctx context.Context, id, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return fault.About("reason", fault.Invalid, "请填写丢弃死信的理由")
	}
	_, c, err := b.parked(ctx, id)
	if err != nil {
		return err
	}
	if err := c.Parking.Settle(ctx, id, "discarded", reason); err != nil {
		return fmt.Errorf("discard %s: %w", id, err)
	}
	slog.InfoContext(ctx, "dead letter discarded", "id", id)
	return nil
}

// parked finds a fact that was put aside.
func (b *Bus) parked(ctx context.Context, id string) (bus.Parked, Context, error) {
	name, _, _ := strings.Cut(id, "|")
	c, ok := b.known(speaker(bus.Reaction{Name: name}))
	if !ok || c.Parking == nil {
		return bus.Parked{}, Context{}, fault.New(fault.NotFound, "没有编号为 %s 的死信，请核对编号", id)
	}
	all, err := c.Parking.Parked(ctx)
	if err != nil {
		return bus.Parked{}, Context{}, fmt.Errorf("dead letters of %s: %w", c.Name, err)
	}
	i := slices.IndexFunc(all, func(p bus.Parked) bool { return p.ID() == id })
	if i < 0 {
		return bus.Parked{}, Context{}, fault.New(fault.NotFound, "没有编号为 %s 的死信，可能已经处理，请核对编号", id)
	}
	return all[i], c, nil
}

func reactionOf(c Context, p bus.Parked) (bus.Reaction, error) {
	i := slices.IndexFunc(c.Reactions, func(r bus.Reaction) bool { return r.Name == p.Reaction })
	if i < 0 {
		return bus.Reaction{}, fault.New(fault.NotFound, "处理程序 %s 已不存在，该死信只能丢弃", p.Reaction)
	}
	return c.Reactions[i], nil
}
