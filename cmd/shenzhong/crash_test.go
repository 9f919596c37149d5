//go:build crash

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"shenzhong/services/kit/clock"
)

// TestCrash kills, starves and damages the real binary under load. make crash
// runs it; CRASH_ROUNDS is how often each way of running is killed, CRASH_SEED
// repeats a run.
func TestCrash(t *testing.T) {
	rounds := int(number(t, "CRASH_ROUNDS", 50))
	seed := number(t, "CRASH_SEED", uint64(time.Now().UnixNano()))
	t.Logf("CRASH_ROUNDS=%d CRASH_SEED=%d", rounds, seed)
	binary := built(t)
	t.Run("One process killed", func(t *testing.T) { lives(t, binary, seed, rounds, killedUp) })
	t.Run("One of many processes killed", func(t *testing.T) { lives(t, binary, seed, rounds, killedMany) })
	t.Run("Public log killed while it signs", func(t *testing.T) { killedLog(t, newTrial(t, binary, t.TempDir(), seed), min(8, rounds)) })
	t.Run("Power lost", func(t *testing.T) { powerLost(t, binary, seed, max(3, rounds/50)) })
	t.Run("Disk full", func(t *testing.T) { diskFull(t, binary, seed) })
	t.Run("Broker loses what it keeps", func(t *testing.T) { brokerLoses(t, binary, seed) })
	t.Run("Worst order and a hundred times", func(t *testing.T) { worstOrder(t, binary, seed) })
}

// life is how often one system is killed before the next begins on an empty
// directory, and group how often between two full checks.
const life, group = 50, 10

// lives gives rounds to systems one after the other.
func lives(t *testing.T, binary string, seed uint64, rounds int, play func(*testing.T, *trial, int)) {
	for begin := 0; begin < rounds && !t.Failed(); begin += life {
		t.Run(fmt.Sprintf("Rounds from %d", begin+1), func(t *testing.T) {
			play(t, newTrial(t, binary, t.TempDir(), seed+uint64(begin)), min(life, rounds-begin))
		})
	}
}

func number(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// trial is one system and what its clients know of it.
type trial struct {
	binary, data, clockFile string
	more                    []string // that up is started with
	published               int      // records, by publish
	now                     time.Time
	where                   *places
	ledger                  *ledger
	found                   map[*act]bool // acknowledged and seen in a store
	seed                    uint64
	random                  *rand.Rand
}

// newTrial makes a system on dir that has never run. Its clock lies elsewhere:
// dir may be a disk that fills up or is set back.
func newTrial(t *testing.T, binary, dir string, seed uint64) *trial {
	t.Helper()
	d := &trial{
		binary: binary, data: filepath.Join(dir, "data"), clockFile: filepath.Join(t.TempDir(), "clock"), now: began(),
		where: newPlaces(), found: map[*act]bool{}, seed: seed, random: rand.New(rand.NewPCG(seed, 1)),
	}
	must(t, os.MkdirAll(d.data, 0o700))
	must(t, clock.Write(d.clockFile, d.now))
	d.ledger = newLedger(d.where, issueAll(t, d.data, d.now))
	return d
}

// later moves the clock by some hours.
func (d *trial) later(t *testing.T) {
	t.Helper()
	d.now = d.now.Add(time.Duration(d.random.IntN(5*60)) * time.Minute)
	must(t, clock.Write(d.clockFile, d.now))
}

// launch starts the whole system as one process.
func (d *trial) launch(t *testing.T) *atWork {
	t.Helper()
	return launch(t, d.binary, "up", append([]string{"up", "--data", d.data, "--addr", "127.0.0.1:0", "--clock", d.clockFile}, d.more...)...)
}

// up starts the whole system as one process and waits until it answers.
func (d *trial) up(t *testing.T) *atWork {
	t.Helper()
	p := d.launch(t)
	d.where.set(p.up(t), contextNames()...)
	return p
}

// kill kills a process, so that its clients know nothing of it.
func (d *trial) kill(p *atWork, names ...string) {
	p.signal(syscall.SIGKILL)
	d.where.set("", names...)
	d.ledger.cut()
}

// furnish loads the registers, calmly.
func (d *trial) furnish(t *testing.T, alive ...*atWork) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	d.ledger.furnish(ctx, t)
	d.settled(t, alive...)
}

// busy has the clients at work until the returned function is called.
func (d *trial) busy(t *testing.T) (rest func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var working sync.WaitGroup
	working.Go(func() { d.ledger.load(ctx, d.random.Uint64()) })
	rest = sync.OnceFunc(func() { cancel(); working.Wait() })
	t.Cleanup(rest)
	return rest
}

// moment is when to kill: mostly at work, now and then at the start.
func (d *trial) moment(t *testing.T, ready func()) {
	t.Helper()
	if d.random.IntN(5) == 0 {
		time.Sleep(time.Duration(d.random.IntN(1000)) * time.Millisecond)
		return
	}
	ready()
	// Counted in work done, so that a slow machine shows as much as a fast one.
	_, before := d.ledger.acked(0)
	for more, limit := d.random.IntN(20), time.Now().Add(3*time.Second); time.Now().Before(limit); pause(t.Context(), 5*time.Millisecond) {
		if _, given := d.ledger.acked(0); given >= before+more {
			break
		}
	}
	pause(t.Context(), time.Duration(d.random.IntN(50))*time.Millisecond)
}

// killedUp kills the one process again and again.
func killedUp(t *testing.T, d *trial, kills int) {
	p := d.up(t)
	d.furnish(t, p)
	rest := d.busy(t)
	for n := 1; n <= kills; n++ {
		d.moment(t, func() { d.where.set(p.up(t), contextNames()...) })
		p.alive(t)
		d.kill(p, contextNames()...)
		d.kept(t, contextNames()...)
		d.later(t)
		if n%group == 0 || n == kills {
			rest()
			p = d.up(t)
			d.settled(t, p)
			d.told(t, n)
			rest = d.busy(t)
			continue
		}
		p = d.launch(t)
	}
	rest()
}

// told says how far a trial is, and fails one that shows nothing.
func (d *trial) told(t *testing.T, kills int) {
	t.Helper()
	acked, given := d.ledger.acked(0)
	t.Logf("killed %d times: of %d commands %d were acknowledged; not acknowledged at first (by status): %v", kills, given, len(acked), d.ledger.refused)
	if len(acked) < 2*kills {
		t.Errorf("only %d commands were acknowledged: the test shows nothing", len(acked))
	}
}
