//go:build crash

package main

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"shenzhong/services/kit/bus/jsbus"
	"shenzhong/services/kit/store"
)

// brokerLoses takes from the broker what it keeps, all of it or the end, while
// the program is stopped and while it runs.
func brokerLoses(t *testing.T, binary string, seed uint64) {
	d := newTrial(t, binary, t.TempDir(), seed)
	p := d.up(t)
	d.furnish(t, p)
	kept := filepath.Join(d.data, "jetstream")
	for _, loss := range []struct {
		name    string
		running bool
		harm    func(*testing.T)
	}{
		{"folder deleted", false, func(t *testing.T) { must(t, os.RemoveAll(kept)) }},
		{"newest files cut in half", false, func(t *testing.T) { cutNewest(t, kept, 50) }},
		{"folder deleted while the program runs", true, func(t *testing.T) { must(t, os.RemoveAll(kept)) }},
		{"newest files emptied", false, func(t *testing.T) { cutNewest(t, kept, 0) }},
		{"state of the consumers cut in half", false, func(t *testing.T) { cutStates(t, kept) }},
	} {
		t.Run(loss.name, func(t *testing.T) {
			rest := d.busy(t)
			pause(t.Context(), time.Second)
			if loss.running {
				loss.harm(t)
				pause(t.Context(), 3*time.Second)
				rest()
				d.settled(t, p)
				rest = d.busy(t)
				pause(t.Context(), time.Second)
			}
			d.kill(p, contextNames()...)
			d.kept(t, contextNames()...)
			if !loss.running {
				loss.harm(t)
			}
			p = d.up(t)
			pause(t.Context(), time.Second)
			rest()
			d.settled(t, p)
			d.told(t, 1)
		})
	}
}

// cutNewest leaves so many percent of the newest message file of every stream.
func cutNewest(t *testing.T, kept string, share int64) {
	t.Helper()
	streams, err := filepath.Glob(filepath.Join(kept, "jetstream", "*", "streams", "*", "msgs"))
	must(t, err)
	if len(streams) < len(contexts) {
		t.Fatalf("%d streams", len(streams))
	}
	for _, dir := range streams {
		blocks, err := filepath.Glob(filepath.Join(dir, "*.blk"))
		must(t, err)
		newest, size, number := "", int64(0), -1
		for _, b := range blocks {
			i, err := strconv.Atoi(filepath.Base(b)[:len(filepath.Base(b))-len(".blk")])
			must(t, err)
			info, err := os.Stat(b)
			must(t, err)
			if i > number {
				newest, size, number = b, info.Size(), i
			}
		}
		if newest == "" {
			continue
		}
		must(t, os.Truncate(newest, size*share/100))
	}
}

// cutStates leaves half of what the broker keeps of every consumer.
func cutStates(t *testing.T, kept string) {
	t.Helper()
	states, err := filepath.Glob(filepath.Join(kept, "jetstream", "*", "streams", "*", "obs", "*", "o.dat"))
	must(t, err)
	for _, path := range states {
		info, err := os.Stat(path)
		must(t, err)
		must(t, os.Truncate(path, info.Size()/2))
	}
	if len(states) < len(contexts) {
		t.Fatalf("only %d consumers have a state", len(states))
	}
}

// worstOrder has most contexts hear what clue said backwards, and then has
// everybody hear some facts a hundred times more.
func worstOrder(t *testing.T, binary string, seed uint64) {
	d := newTrial(t, binary, t.TempDir(), seed)
	url, monitor := natsServer(t)
	m := &many{trial: d, running: map[string]*atWork{}, args: []string{
		"--nats", url, "--nats-monitor", monitor, "--data", d.data, "--addr", "127.0.0.1:0", "--clock", d.clockFile,
	}}
	first := []string{"identity", "register", "clue"}
	for _, name := range contextNames() { // the stores are made by those that will hear
		m.run(t, name, name)
	}
	for _, name := range contextNames() {
		m.ready(t, name)
	}
	d.furnish(t, m.all()...)
	for _, name := range contextNames() {
		if !slices.Contains(first, name) {
			m.kill(t, name)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() { d.ledger.complaint(ctx, rand.New(rand.NewPCG(seed, uint64(i)))) })
	}
	all.Wait()
	m.kill(t, "clue")

	js := jetStreamAt(t, url)
	said := inStream(t, js, "clue")
	slices.Reverse(said)
	renewed(t, js, "clue")
	for _, m := range said {
		sendAgain(t, js, m, m.Header.Get(nats.MsgIdHdr))
	}
	for _, name := range contextNames() {
		if !slices.Contains(first, name) {
			m.run(t, name, name)
			m.ready(t, name)
		}
	}
	pause(t.Context(), 2*time.Second)
	m.run(t, "clue", "clue")
	m.ready(t, "clue")
	d.settled(t, m.all()...)
	if len(said) < 40 {
		t.Errorf("clue said only %d facts: the test shows little", len(said))
	}
	hundredTimes(t, m, js)
}

// hundredTimes sends facts of every context that spoke a hundred times more,
// shuffled. Nothing may come of it.
func hundredTimes(t *testing.T, m *many, js jetstream.JetStream) {
	t.Helper()
	m.idle(t, js)
	before, again := m.books(t), []*jetstream.RawStreamMsg(nil)
	for _, name := range contextNames() {
		said := inStream(t, js, name)
		m.random.Shuffle(len(said), func(i, j int) { said[i], said[j] = said[j], said[i] })
		again = append(again, said[:min(5, len(said))]...)
	}
	for n := range 100 {
		m.random.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		for _, x := range again {
			sendAgain(t, js, x, x.Header.Get(nats.MsgIdHdr)+"~"+strconv.Itoa(n))
		}
	}
	m.idle(t, js)
	m.settled(t, m.all()...)
	for id, c := range m.books(t) {
		if _, ok := before[id]; !ok {
			t.Errorf("what was heard a hundred times more brought about %s: %s %s caused by %s", id, c.Kind, c.Data, c.Cause)
		}
	}
}

// idle waits until no consumer has a fact before it or in hand. The looks must
// agree: what one consumer does may be news to another.
func (d *trial) idle(t *testing.T, js jetstream.JetStream) {
	t.Helper()
	quiet := 0
	d.waits(t, "the broker has nothing to deliver", func() bool {
		busy := 0
		for _, name := range contextNames() {
			stream, err := js.Stream(t.Context(), jsbus.StreamName(name))
			must(t, err)
			for c := range stream.ListConsumers(t.Context()).Info() {
				busy += int(c.NumPending) + c.NumAckPending
			}
		}
		quiet++
		if busy > 0 {
			quiet = 0
		}
		return quiet >= 3
	})
}

// books are all commits of all contexts by id.
func (d *trial) books(t *testing.T) map[string]store.Commit {
	t.Helper()
	s, err := d.reader(t.Context())
	must(t, err)
	defer func() { must(t, s.close()) }()
	all := map[string]store.Commit{}
	for _, log := range s.logs() {
		must(t, store.Each(t.Context(), log, func(c store.Commit) error { all[c.ID()] = c; return nil }))
	}
	return all
}

// jetStreamAt connects to the broker as its operator.
func jetStreamAt(t *testing.T, url string) jetstream.JetStream {
	t.Helper()
	nc, err := nats.Connect(url)
	must(t, err)
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	must(t, err)
	return js
}

// inStream are the messages that the stream of a context holds, oldest first.
func inStream(t *testing.T, js jetstream.JetStream, name string) (out []*jetstream.RawStreamMsg) {
	t.Helper()
	stream, err := js.Stream(t.Context(), jsbus.StreamName(name))
	must(t, err)
	for seq := uint64(1); seq <= stream.CachedInfo().State.LastSeq; seq++ {
		m, err := stream.GetMsg(t.Context(), seq)
		must(t, err)
		out = append(out, m)
	}
	return out
}

// renewed throws the stream of a context away and makes it anew, empty.
func renewed(t *testing.T, js jetstream.JetStream, name string) {
	t.Helper()
	stream, err := js.Stream(t.Context(), jsbus.StreamName(name))
	must(t, err)
	must(t, js.DeleteStream(t.Context(), jsbus.StreamName(name)))
	_, err = js.CreateStream(t.Context(), stream.CachedInfo().Config)
	must(t, err)
}

// sendAgain puts a fact on its stream under a message id, as no relay would.
func sendAgain(t *testing.T, js jetstream.JetStream, x *jetstream.RawStreamMsg, id string) {
	t.Helper()
	m := &nats.Msg{Subject: x.Subject, Header: nats.Header{}, Data: x.Data}
	for name, values := range x.Header {
		if !strings.HasPrefix(name, "Nats-") { // those are the broker's
			m.Header[name] = values
		}
	}
	_, err := js.PublishMsg(t.Context(), m, jetstream.WithMsgID(id))
	must(t, err)
}
