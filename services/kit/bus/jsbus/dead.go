package jsbus

import (
	"cmp"
	"context"
	"errors"
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
	done := bus.Deed{At: l.bus.cfg.Clock.Now(), By: "system", Did: bus.StateReplayed, Why: waitsAside}
	if err := l.parking.Settle(ctx, p.ID(), done); err != nil {
		slog.ErrorContext(ctx, "note that a fact waits no longer", "reaction", p.Reaction, "fact", p.Envelope.ID, "err", err)
	}
	return true
}

// Aside is where an operator finds the facts that contexts have put aside (死信)
// and has them dealt with. It needs their stores and their reactions, and no
// broker.
type Aside []Context

// Aside is that of the contexts of this process.
func (b *Bus) Aside() Aside { return b.cfg.Contexts }

// Letters returns what nobody has dealt with yet, that of one context together.
func (a Aside) Letters(ctx context.Context) ([]bus.Parked, error) {
	var out []bus.Parked
	for _, c := range a {
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
// put aside follow, in their order, up to the first that does not. It returns
// how many took effect; for one that was replayed before that is none. d says
// when, who and why; its other fields are set here.
func (a Aside) Replay(ctx context.Context, id string, d bus.Deed) (int, error) {
	p, c, err := a.find(ctx, id)
	if err != nil {
		return 0, err
	}
	switch p.State {
	case bus.StateReplayed:
		return 0, nil
	case bus.StateDiscarded:
		return 0, fault.New(fault.Conflict, "死信 %s 已经放弃，不能再重放", id)
	}
	r, err := reactionOf(c, p)
	if err != nil {
		return 0, err
	}
	if err := replay(ctx, c, r, p, d); err != nil {
		return 0, err
	}
	later, err := c.Parking.Parked(ctx)
	if err != nil {
		return 1, fmt.Errorf("dead letters behind %s: %w", id, err)
	}
	later = slices.DeleteFunc(later, func(x bus.Parked) bool {
		return x.Reaction != p.Reaction || x.Envelope.Subject != p.Envelope.Subject || x.Envelope.Version <= p.Envelope.Version
	})
	slices.SortFunc(later, func(x, y bus.Parked) int { return cmp.Compare(x.Envelope.Version, y.Envelope.Version) })
	for i, next := range later {
		if err := replay(ctx, c, r, next, d); err != nil {
			slog.WarnContext(ctx, "a later fact of the same subject stays aside", "fact", next.Envelope.ID, "err", err)
			return 1 + i, nil
		}
	}
	return 1 + len(later), nil
}

// replay calls the handler and notes who had it called and whether it worked.
func replay(ctx context.Context, c Context, r bus.Reaction, p bus.Parked, d bus.Deed) error {
	d.Did = bus.StateReplayed
	failed := react(ctx, r, p.Envelope)
	if failed != nil {
		d.Failed = failed.Error()
	}
	if err := c.Parking.Settle(ctx, p.ID(), d); err != nil {
		return errors.Join(failed, fmt.Errorf("note that %s was replayed: %w", p.ID(), err))
	}
	slog.InfoContext(ctx, "dead letter replayed", "reaction", p.Reaction, "fact", p.Envelope.ID, "by", d.By, "failed", d.Failed)
	return failed
}

// Discard gives a fact up for one reaction, for good. d says when, who and why;
// the reason must not be empty. One that was discarded before stays so.
func (a Aside) Discard(ctx context.Context, id string, d bus.Deed) error {
	if strings.TrimSpace(d.Why) == "" {
		return fault.About("reason", fault.Invalid, "请填写放弃死信的理由")
	}
	_, c, err := a.find(ctx, id)
	if err != nil {
		return err
	}
	d.Did = bus.StateDiscarded
	if err := c.Parking.Settle(ctx, id, d); err != nil {
		return fmt.Errorf("discard %s: %w", id, err)
	}
	slog.InfoContext(ctx, "dead letter discarded", "id", id, "by", d.By)
	return nil
}

// find finds a fact that was put aside, dealt with or not.
func (a Aside) find(ctx context.Context, id string) (bus.Parked, Context, error) {
	reaction, _, _ := strings.Cut(id, "|")
	i := slices.IndexFunc(a, func(c Context) bool { return c.Name == speaker(bus.Reaction{Name: reaction}) && c.Parking != nil })
	if i < 0 {
		return bus.Parked{}, Context{}, fault.New(fault.NotFound, "没有编号为 %s 的死信，请核对编号", id)
	}
	p, ok, err := a[i].Parking.Find(ctx, id)
	switch {
	case err != nil:
		return p, Context{}, fmt.Errorf("dead letters of %s: %w", a[i].Name, err)
	case !ok:
		return p, Context{}, fault.New(fault.NotFound, "没有编号为 %s 的死信，请核对编号", id)
	}
	return p, a[i], nil
}

func reactionOf(c Context, p bus.Parked) (bus.Reaction, error) {
	i := slices.IndexFunc(c.Reactions, func(r bus.Reaction) bool { return r.Name == p.Reaction })
	if i < 0 {
		return bus.Reaction{}, fault.New(fault.NotFound, "处理程序 %s 已不存在，该死信只能放弃", p.Reaction)
	}
	return c.Reactions[i], nil
}
