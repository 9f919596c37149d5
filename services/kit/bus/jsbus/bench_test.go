package jsbus

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/store"
)

// benchFacts is how many facts one run carries.
const benchFacts = 10_000

// commits returns facts of one kilobyte, one of each entity.
func commits() []store.Commit {
	pad := make([]byte, 800)
	for i := range pad {
		pad[i] = 'x'
	}
	out := make([]store.Commit, benchFacts)
	for i := range out {
		c := store.Commit{
			Subject: "clue/" + id(i), Version: 1, Kind: "clue.noted.v1", At: clock.System{}.Now(),
			Actor: "system/clue", Cause: strconv.Itoa(i), State: []byte("{}"),
			Data: fmt.Appendf(nil, `{"n":1,"pad":%q}`, pad),
		}
		c.Opens = c.ID()
		out[i] = c
	}
	return out
}

// BenchmarkPipeline carries facts from a store in memory to a listener that does
// nothing but count, and the same bytes as bare atomic batches of 500 on the
// same server. Both sync every batch.
//
// ratio is what the relay and the listener together reach of the bare batches.
func BenchmarkPipeline(b *testing.B) {
	all := commits()
	var relayed, bare float64
	for b.Loop() {
		relayed += carry(b, all)
		bare += publishBare(b, all)
	}
	n := float64(b.N) * benchFacts
	b.ReportMetric(n/relayed, "facts/s")
	b.ReportMetric(n/bare, "bare/s")
	b.ReportMetric(bare/relayed, "ratio")
	b.ReportMetric(0, "ns/op")
}

// carry returns how many seconds it takes until all facts were handled.
func carry(b *testing.B, all []store.Commit) float64 {
	s := newSetup(b, func(c *Config) { c.Limits = Limits{} })
	log := store.NewMemory()
	for _, c := range all {
		if err := log.Append(b.Context(), c); err != nil {
			b.Fatal(err)
		}
	}
	s.clue.log = log
	began := clock.System{}.Now()
	stop := run(b, s.relay, s.hear)
	eventually(b, "all is heard", func() bool { return s.ear.total() == benchFacts })
	took := clock.System{}.Now().Sub(began).Seconds()
	stop()
	return took
}

// publishBare returns how many seconds the same messages take as bare batches.
func publishBare(b *testing.B, all []store.Commit) (took float64) {
	s := newSetup(b)
	letters := make([]letter, len(all))
	for i, c := range all {
		l, err := encode(c)
		if err != nil {
			b.Fatal(err)
		}
		letters[i] = l
	}
	s.asSetup(b, func(ctx context.Context, js jetstream.JetStream) {
		nc := js.Conn()
		began := clock.System{}.Now()
		for start := 0; start < len(letters); start += batchCount {
			batch := letters[start:min(start+batchCount, len(letters))]
			batchID := nuid.Next()
			for i, l := range batch {
				m := nats.NewMsg(l.address)
				m.Data = l.body
				m.Header = nats.Header{nats.MsgIdHdr: {l.id}, headerBatch: {batchID}, headerBatchSeq: {strconv.Itoa(i + 1)}}
				if i < len(batch)-1 {
					must(b, nc.PublishMsg(m))
					continue
				}
				m.Header.Set(headerBatchCommit, "1")
				_, err := nc.RequestMsgWithContext(ctx, m)
				must(b, err)
			}
		}
		took = clock.System{}.Now().Sub(began).Seconds()
	})
	return took
}

// BenchmarkLatency is the time from a commit to the end of its handler, one at a
// time: what a user waits for before the other context shows the effect.
func BenchmarkLatency(b *testing.B) {
	s := newSetup(b, func(c *Config) { c.Limits = Limits{} })
	run(b, s.relay, s.hear)
	s.clue.say(b, 1, "")
	s.quiet(b)
	n := s.ear.total()
	for b.Loop() {
		s.clue.say(b, 1, "")
		n++
		for s.ear.total() < n {
		}
	}
}
