//go:build crash

package main

import (
	"syscall"
	"testing"
	"time"
)

// twins are the contexts of which two processes run on one store: two relays and
// two schedulers at once.
var twins = []string{"clue", "oversee"}

// many is a system of one process a context, and two for some.
type many struct {
	*trial
	args    []string
	running map[string]*atWork // by context; the second of a twin by "context 2"
}

// newMany starts every process against a NATS server of the test.
func newMany(t *testing.T, d *trial) *many {
	t.Helper()
	url, monitor := natsServer(t)
	m := &many{trial: d, running: map[string]*atWork{}, args: []string{
		"--nats", url, "--nats-monitor", monitor, "--data", d.data, "--addr", "127.0.0.1:0", "--clock", d.clockFile,
	}}
	for _, name := range contextNames() {
		m.run(t, name, name)
	}
	for _, name := range twins {
		m.run(t, name+" 2", name)
	}
	for _, name := range m.names() {
		m.ready(t, name)
	}
	return m
}

// names are the processes, in an order that a seed can count on.
func (m *many) names() []string {
	names := contextNames()
	for _, name := range twins {
		names = append(names, name+" 2")
	}
	return names
}

// run starts a process for a context.
func (m *many) run(t *testing.T, process, context string) {
	t.Helper()
	m.running[process] = launch(t, m.binary, "run "+process, append([]string{"run", context}, m.args...)...)
}

// ready waits until a process answers, and has it be the one that is asked.
func (m *many) ready(t *testing.T, process string) {
	t.Helper()
	m.where.set(m.running[process].up(t), contextOf(process))
}

// contextOf is the context of a process.
func contextOf(process string) string {
	for _, name := range twins {
		if process == name+" 2" {
			return name
		}
	}
	return process
}

func (m *many) all() []*atWork {
	var out []*atWork
	for _, p := range m.running {
		out = append(out, p)
	}
	return out
}

// killedMany kills one process after another while the others work on.
func killedMany(t *testing.T, d *trial, kills int) {
	m := newMany(t, d)
	d.furnish(t, m.all()...)
	rest := d.busy(t)
	for n := 1; n <= kills; n++ {
		process := m.names()[d.random.IntN(len(m.names()))]
		time.Sleep(time.Duration(20+d.random.IntN(300)) * time.Millisecond)
		m.kill(t, process)
		d.later(t)
		m.run(t, process, contextOf(process))
		d.moment(t, func() { m.ready(t, process) })
		if n == group/2 {
			m.freeze(t)
		}
		if n%group != 0 && n != kills {
			continue
		}
		for _, name := range m.names() {
			m.ready(t, name)
		}
		rest()
		d.settled(t, m.all()...)
		d.told(t, n)
		rest = d.busy(t)
	}
	rest()
}

// kill kills a process. Those who asked it ask its twin, if it has one.
func (m *many) kill(t *testing.T, process string) {
	t.Helper()
	p, context := m.running[process], contextOf(process)
	p.alive(t)
	m.trial.kill(p, context)
	for _, other := range []string{context, context + " 2"} {
		if twin := m.running[other]; twin != nil && other != process {
			m.ready(t, other)
			return // the store is in use, and may not be looked into
		}
	}
	m.kept(t, context)
}

// freeze has one of two processes of a context stand still for longer than the
// broker waits for it, as a virtual machine that is moved. The other goes on,
// and the first comes back with what it had in hand.
func (m *many) freeze(t *testing.T) {
	t.Helper()
	for _, name := range []string{"clue", "clue 2"} {
		m.ready(t, name) // the second is asked from now on
	}
	p := m.running["clue"]
	must(t, p.cmd.Process.Signal(syscall.SIGSTOP))
	pause(t.Context(), 8*time.Second)
	must(t, p.cmd.Process.Signal(syscall.SIGCONT))
}
