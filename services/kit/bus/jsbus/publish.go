package jsbus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"shenzhong/events"
	"shenzhong/services/kit/store"
)

// The headers of a fact on its way.
const (
	headerBatch       = "Nats-Batch-Id"
	headerBatchSeq    = "Nats-Batch-Sequence"
	headerBatchCommit = "Nats-Batch-Commit"
	headerSubject     = "Sz-Subject" // of the entity; tells which facts must keep their order
	headerVersion     = "Sz-Version"
	headerContentType = "Content-Type"
	contentType       = "application/cloudevents+json"
)

// fewAlone is up to how many letters an unreplicated stream takes faster one by
// one than as a batch, which costs it a staging file.
const fewAlone = 8

// encode seals a commit as a letter. The address must be whole: a subject with
// an empty part belongs to no stream, and the broker would not answer at all.
func encode(c store.Commit) (letter, error) {
	e := c.Envelope()
	address := e.Address()
	for part := range strings.SplitSeq(address, ".") {
		if !token(part) {
			return letter{}, fmt.Errorf("%q is no address for a fact", address)
		}
	}
	body, err := e.Encode()
	if err != nil {
		return letter{}, err
	}
	return letter{id: e.ID, subject: e.Subject, address: address, version: e.Version, body: body}, nil
}

func (l letter) message() *nats.Msg {
	m := nats.NewMsg(l.address)
	m.Data = l.body
	m.Header = nats.Header{
		nats.MsgIdHdr:     {l.id},
		headerSubject:     {l.subject},
		headerVersion:     {strconv.FormatInt(l.version, 10)},
		headerContentType: {contentType},
	}
	return m
}

// send publishes letters and returns the sequence of each that the stream
// holds, and whether some of them were there before. With an error the map
// holds those that went through.
func (r *relay) send(ctx context.Context, s *session, letters []letter) (map[string]uint64, bool, error) {
	if len(letters) > fewAlone || r.bus.cfg.Replicas > 1 && len(letters) > 1 {
		seqs, err := r.sendBatch(ctx, s, letters)
		var gone goneError
		if err == nil || errors.As(err, &gone) || ctx.Err() != nil {
			return seqs, false, err
		}
		slog.WarnContext(ctx, "batch refused, sending one by one", "stream", r.stream, "facts", len(letters), "err", err)
	}
	return r.sendSingly(ctx, s, letters)
}

// sendBatch publishes letters as one atomic batch, which costs the broker one
// sync: all of them are stored, in their order, or none.
func (r *relay) sendBatch(ctx context.Context, s *session, letters []letter) (map[string]uint64, error) {
	id := nuid.Next()
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	for i, l := range letters {
		m := l.message()
		m.Header.Set(headerBatch, id)
		m.Header.Set(headerBatchSeq, strconv.Itoa(i+1))
		if i < len(letters)-1 {
			if err := s.nc.PublishMsg(m); err != nil {
				return nil, fmt.Errorf("send batch: %w", err)
			}
			continue
		}
		m.Header.Set(headerBatchCommit, "1")
		answer, err := s.nc.RequestMsgWithContext(ctx, m)
		if err != nil {
			return nil, fmt.Errorf("commit batch: %w", err)
		}
		return r.accept(letters, answer.Data)
	}
	return nil, nil
}

// accept reads the answer to a batch: its last letter has the sequence that the
// broker names, the others those right before it.
func (r *relay) accept(letters []letter, answer []byte) (map[string]uint64, error) {
	var ack struct {
		Error *jetstream.APIError `json:"error"`
		Seq   uint64              `json:"seq"`
		Count int                 `json:"count"`
	}
	if err := json.Unmarshal(answer, &ack); err != nil {
		return nil, fmt.Errorf("read answer to batch: %w", err)
	}
	if ack.Error != nil {
		return nil, fmt.Errorf("commit batch: %w", ack.Error)
	}
	if ack.Count != len(letters) || ack.Seq < uint64(len(letters)) {
		return nil, fmt.Errorf("commit batch: %d facts ending at %d acknowledged, %d sent", ack.Count, ack.Seq, len(letters))
	}
	first := ack.Seq - uint64(len(letters)) + 1
	if first <= r.last {
		return nil, goneError{after: first - 1, last: r.last}
	}
	seqs := make(map[string]uint64, len(letters))
	for i, l := range letters {
		seqs[l.id] = first + uint64(i)
	}
	r.last = ack.Seq
	return seqs, nil
}

// sendSingly publishes one letter after the other and stops at the first that
// is refused, so that none overtakes another of its subject.
func (r *relay) sendSingly(ctx context.Context, s *session, letters []letter) (seqs map[string]uint64, rival bool, err error) {
	seqs = make(map[string]uint64, len(letters))
	for _, l := range letters {
		seq, had, err := r.sendOne(ctx, s, l, l.id)
		if err != nil {
			return seqs, rival, fmt.Errorf("send %s: %w", l.id, err)
		}
		seqs[l.id] = seq
		rival = rival || had
	}
	return seqs, rival, nil
}

// sendOne publishes a letter under a message id. A letter that the broker has
// had counts as sent only if it stands in the stream, byte for byte: a broker
// may remember an id longer than the fact, and a store that was set back to an
// older backup gives known ids to new facts.
func (r *relay) sendOne(ctx context.Context, s *session, l letter, id string) (seq uint64, had bool, err error) {
	m := l.message()
	m.Header.Set(nats.MsgIdHdr, id)
	ack, err := s.js.PublishMsg(ctx, m, jetstream.WithExpectStream(r.stream), jetstream.WithRetryAttempts(0))
	if err != nil {
		return 0, false, err
	}
	if !ack.Duplicate {
		if ack.Sequence <= r.last {
			return 0, false, goneError{after: ack.Sequence - 1, last: r.last}
		}
		r.last = ack.Sequence
		return ack.Sequence, false, nil
	}
	stands, err := r.stands(ctx, l, ack.Sequence)
	if err != nil || stands {
		return ack.Sequence, true, err
	}
	if id != l.id {
		return 0, false, fmt.Errorf("the broker says it has %s, but the stream does not hold it", id)
	}
	slog.ErrorContext(ctx, "the broker refuses as known what its stream does not hold; sending it under another id",
		"fact", l.id, "stream", r.stream, "sequence", ack.Sequence)
	return r.sendOne(ctx, s, l, l.id+"~"+nuid.Next())
}

// stands reports whether the stream holds the letter under that sequence.
func (r *relay) stands(ctx context.Context, l letter, seq uint64) (bool, error) {
	m, err := r.js.GetMsg(ctx, seq)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look at sequence %d: %w", seq, err)
	}
	return m.Subject == l.address && bytes.Equal(m.Data, l.body), nil
}

// decode reads the envelope that a message carries.
func decode(data []byte) (events.Envelope, error) {
	var e events.Envelope
	if err := json.Unmarshal(data, &e); err != nil {
		return e, err
	}
	if e.ID == "" || e.Subject == "" || e.Version < 1 {
		return e, errors.New("envelope without id, subject or version")
	}
	return e, nil
}

// isTimeout reports whether the broker did not answer in time.
func isTimeout(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout) ||
		errors.Is(err, jetstream.ErrNoStreamResponse)
}
