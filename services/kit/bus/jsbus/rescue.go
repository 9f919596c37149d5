package jsbus

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"

	"github.com/nats-io/nats.go/jetstream"
)

// Where the broker tells what it gave up.
const (
	exceeded   = "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES."
	terminated = "$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED."
)

// rescue hears which deliveries to the reaction the broker gave up, because they
// were handed out too often without an answer: a process that dies of a fact, or
// that is killed again and again, leaves such. Each is fetched by its sequence
// and handled like any other.
func (l *listener) rescue(ctx context.Context, s *session) error {
	cfg := jetstream.ConsumerConfig{
		Durable:        l.reaction.Name,
		FilterSubjects: []string{exceeded + "*." + l.reaction.Name},
		AckPolicy:      jetstream.AckExplicitPolicy,
		AckWait:        l.bus.cfg.Limits.AckWait,
		MaxDeliver:     -1,
		MaxAckPending:  l.bus.cfg.Limits.InHand,
	}
	consumer, err := l.bus.makeConsumer(ctx, s, adviceStream, cfg)
	if err != nil {
		return err
	}
	return l.hear(ctx, consumer, func(pool *lanes, m jetstream.Msg) { l.fetch(ctx, s, pool, m) })
}

// fetch puts the fact that an advisory speaks of in hand, with the advisory as
// its receipt.
func (l *listener) fetch(ctx context.Context, s *session, pool *lanes, m jetstream.Msg) {
	var advice struct {
		Stream string `json:"stream"`
		Seq    uint64 `json:"stream_seq"`
	}
	if err := json.Unmarshal(m.Data(), &advice); err != nil || advice.Seq == 0 {
		l.acknowledge(ctx, &item{}, m.TermWithReason("no advisory"))
		return
	}
	it, err := l.given(ctx, s, advice.Stream, advice.Seq)
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound), errors.Is(err, jetstream.ErrStreamNotFound):
		// The stream lost it. The relay sends it again under another sequence.
		l.acknowledge(ctx, &item{}, m.Ack())
		return
	case err != nil:
		slog.ErrorContext(ctx, "fetch a delivery that was given up", "stream", advice.Stream, "sequence", advice.Seq, "err", err)
		l.acknowledge(ctx, &item{}, m.NakWithDelay(l.bus.cfg.Limits.AckWait))
		return
	}
	slog.WarnContext(ctx, "the broker gave up a delivery, handling it all the same",
		"reaction", l.reaction.Name, "stream", advice.Stream, "sequence", advice.Seq)
	it.receipt = m
	if meta, err := m.Metadata(); err == nil {
		it.tries = meta.NumDelivered
	}
	pool.put(it)
}

// given returns a message of a stream by its sequence.
func (l *listener) given(ctx context.Context, s *session, name string, seq uint64) (*item, error) {
	stream, err := s.js.Stream(ctx, name)
	if err != nil {
		return nil, err
	}
	raw, err := stream.GetMsg(ctx, seq)
	if err != nil {
		return nil, err
	}
	it := addressed(raw.Header, raw.Subject, raw.Data)
	it.seq = raw.Sequence
	return it, nil
}
