package jsbus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
)

// outcome is what becomes of a fact in hand after it was tried.
type outcome struct {
	again  time.Duration // keep it in hand and try again after that; 0: it left our hands
	worked bool          // it took effect: what waits behind it may go on
}

// settle is the only place where the outcome of a handler becomes an
// acknowledgement.
//
//   - nil acknowledges.
//   - Invalid puts the fact aside at once.
//   - Early and Unavailable keep it in hand, alive by heartbeats, and try it
//     again: at once when an earlier fact of its subject took effect, else after
//     a growing pause. They do not count as tries, because they say nothing
//     against the fact: its predecessor may be put aside for hours, a store may
//     be away for an hour, and a fact that waits must neither be put aside nor
//     use up the deliveries that the broker allows. Only after Limits.Patience,
//     or when too many wait at once, it is put aside as well, and is tried again
//     from there, by itself, every now and then.
//   - Anything else hands it back for a later delivery, from one second on
//     doubling to a minute, and puts it aside when it was tried often enough.
//
// Putting aside is durable before the broker may forget the fact; while it does
// not succeed the fact stays in hand.
func (l *listener) settle(ctx context.Context, it *item, err error) outcome {
	limits := l.bus.cfg.Limits
	kind := fault.KindOf(err)
	if kind == "" {
		l.acknowledge(ctx, it, it.receipt.Ack())
		return outcome{worked: true}
	}
	if it.stopped(ctx) {
		return outcome{again: limits.AckWait} // handed back when the pool closes
	}
	giveUp := false
	switch kind {
	case fault.Invalid:
		giveUp = true
	case fault.Early, fault.Unavailable:
		giveUp = it.parkFor != nil || it.waited >= limits.Patience || it.crowded
		if !giveUp {
			return outcome{again: it.wait(kind)}
		}
	default:
		giveUp = it.tries >= uint64(limits.Tries)
	}
	if giveUp {
		return l.putAside(ctx, it, err)
	}
	slog.WarnContext(ctx, "reaction did not work, trying again later",
		"reaction", l.reaction.Name, "fact", it.envelope.ID, "tries", it.tries, "kind", kind, "err", err)
	l.acknowledge(ctx, it, it.receipt.NakWithDelay(doubling(time.Second, it.tries, time.Minute)))
	return outcome{}
}

// putAside parks a fact, durably, and only then lets the broker forget it.
func (l *listener) putAside(ctx context.Context, it *item, cause error) outcome {
	parked := bus.Parked{
		Reaction: l.reaction.Name, Envelope: it.envelope, Reason: cause.Error(), Tries: it.tries,
		At: l.bus.cfg.Clock.Now(), State: bus.StateParked,
	}
	if kind := fault.KindOf(cause); kind == fault.Early || kind == fault.Unavailable {
		parked.Note = waitsAside
	}
	if err := l.parking.Park(ctx, parked); err != nil {
		slog.ErrorContext(ctx, "fact cannot be put aside, keeping it",
			"reaction", l.reaction.Name, "fact", it.envelope.ID, "err", err)
		it.parkFor = cause
		return outcome{again: it.wait(fault.Unavailable)}
	}
	slog.ErrorContext(ctx, "fact was put aside",
		"reaction", l.reaction.Name, "fact", it.envelope.ID, "tries", it.tries, "kind", fault.KindOf(cause), "err", cause)
	l.acknowledge(ctx, it, it.receipt.TermWithReason("parked: "+string(fault.KindOf(cause))))
	return outcome{}
}

// acknowledge notes that an acknowledgement did not go out. The fact will come
// again and change nothing.
func (l *listener) acknowledge(ctx context.Context, it *item, err error) {
	if err != nil && ctx.Err() == nil {
		slog.WarnContext(ctx, "acknowledge", "reaction", l.reaction.Name, "fact", it.envelope.ID, "err", err)
	}
}

// wait returns how long a fact in hand rests before it is tried again. An early
// one is tried soon, as its predecessor is usually at work next door, then less
// and less often; one whose store is away is tried from one second on.
func (it *item) wait(kind fault.Kind) time.Duration {
	it.waits++
	pause := doubling(time.Second, it.waits, time.Minute)
	if kind == fault.Early {
		pause = doubling(20*time.Millisecond, it.waits, 200*time.Millisecond)
		if it.waited > 10*time.Second {
			pause = min(it.waited/10, time.Minute)
		}
	}
	it.waited += pause
	return pause
}

// doubling is the pause before try n+1: first for n = 1, doubled up to most.
func doubling(first time.Duration, n uint64, most time.Duration) time.Duration {
	for ; n > 1 && first < most; n-- {
		first *= 2
	}
	return min(first, most)
}

// unreadable wraps what is no envelope so that it can be put aside.
func unreadable(stream string, it *item) events.Envelope {
	raw, err := json.Marshal(string(it.data))
	if err != nil { // strings always marshal
		raw = nil
	}
	return events.Envelope{
		ID: fmt.Sprintf("%s/%d", stream, it.seq), Subject: it.subject, Type: it.address, Version: 1, Data: raw,
	}
}

func unreadableFault(err error) error {
	return fault.New(fault.Invalid, "消息内容无法识别，请联系技术支持：%w", err)
}

// stopped reports whether the error may only mean that this process is ending.
func (it *item) stopped(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }
