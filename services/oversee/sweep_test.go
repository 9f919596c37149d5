package oversee

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// sibling is another replica on the same store, or the same one after a
// restart.
func (f *fixture) sibling(t *testing.T) *Service {
	t.Helper()
	s, err := New(context.Background(), f.service.cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// many starts that many limits of which all are due on the same day.
func (f *fixture) many(t *testing.T, n int) events.Deadline {
	t.Helper()
	var last events.Deadline
	for i := range n {
		id := fmt.Sprintf("500156-AJ-2026-%06d", i+1)
		d, err := f.counter.Start("pub.penalty.portal", "case/"+id, "scjgj", "公示处罚决定", begin)
		if err != nil {
			t.Fatal(err)
		}
		f.other.say(t, id, "decide", events.CaseDecided{Deadlines: []events.Deadline{d}})
		last = d
	}
	f.settle(t)
	return last
}

// TestReplicasAtOnce has two replicas sweep the same store at the same time,
// again and again, while neither sees what the other has said in its view.
func TestReplicasAtOnce(t *testing.T) {
	f := newFixture(t)
	const open = 40
	d := f.many(t, open)
	replicas := []*Service{f.service, f.sibling(t)}
	f.clock.Set(d.Due.Add(time.Minute))
	var all sync.WaitGroup
	for _, s := range replicas {
		for range 3 {
			all.Go(func() {
				if _, err := s.Sweep(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	counts := map[string]int{}
	for _, c := range servicetest.Facts(t, f.log) {
		if c.Kind != (events.DeadlineKept{}).Kind() {
			counts[c.Kind+" "+c.Subject]++
		}
	}
	if len(counts) != 2*open { // that it has passed, and the first escalation
		t.Errorf("said %d things, want %d", len(counts), 2*open)
	}
	for what, n := range counts {
		if n != 1 {
			t.Errorf("said %d times: %s", n, what)
		}
	}
}

// TestRestartSaysWhatIsDueOnce stops the service over the last day: what came
// due meanwhile is said once when it is there again.
func TestRestartSaysWhatIsDueOnce(t *testing.T) {
	f := newFixture(t)
	d := decided(t, f)
	f.clock.Set(d.Due.Add(-time.Second))
	if n, err := f.service.Sweep(context.Background()); n != 1 || err != nil {
		t.Fatalf("said %d, %v: want the last reminder alone", n, err)
	}
	f.clock.Set(d.Due.Add(3 * time.Hour))
	for range 3 { // down, up, down, up: nothing is in memory
		f.service = f.sibling(t)
		if _, err := f.service.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	f.settle(t)
	got := f.said(t)
	if len(got) != 3 || !strings.HasSuffix(got[1], "overdue.v1") || !strings.HasSuffix(got[2], "escalated.v1") {
		t.Fatalf("said %v", got)
	}
	if late, err := f.service.Late(context.Background(), time.Minute); late != 0 || err != nil {
		t.Errorf("%d are still to be said, %v", late, err)
	}
}

// TestNothingIsSaidOnALeap sets the clock of the machine ahead by ten days and
// back again: nothing may be declared overdue in between. If it stays ahead,
// the next look believes it.
func TestNothingIsSaidOnALeap(t *testing.T) {
	f := newFixture(t)
	d := decided(t, f)
	ahead := time.Duration(0)
	f.service.cfg.Leapt = func() time.Duration { by := ahead; ahead = 0; return by }
	sweep := func(at time.Time, leapt time.Duration) int {
		t.Helper()
		f.clock.Set(at)
		ahead = leapt
		n, err := f.service.Sweep(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := sweep(d.Due.Add(time.Hour), 240*time.Hour); n != 0 {
		t.Fatalf("said %d things on a leap", n)
	}
	if n := sweep(begin.Add(time.Hour), -240*time.Hour); n != 0 {
		t.Fatalf("said %d things after the clock was set right", n)
	}
	if n := sweep(d.Due.Add(time.Hour), 240*time.Hour) + sweep(d.Due.Add(time.Hour), 0); n != 2 {
		t.Fatalf("said %d things once the clock stayed; want that it has passed, and the escalation", n)
	}
}

// deaf is a store that fails for one subject.
type deaf struct {
	store.Log
	subject string
}

func (d deaf) Append(ctx context.Context, commits ...store.Commit) error {
	if slices.ContainsFunc(commits, func(c store.Commit) bool { return c.Subject == d.subject }) {
		return fault.New(fault.Unavailable, "磁盘故障")
	}
	return d.Log.Append(ctx, commits...)
}

// TestOneThatFailsKeepsNobodyWaiting: the first limit of the page cannot be
// written, the others are said all the same.
func TestOneThatFailsKeepsNobodyWaiting(t *testing.T) {
	f := newFixture(t)
	d := f.many(t, 3)
	first, err := EntityOf("case/500156-AJ-2026-000001#pub.penalty.portal")
	if err != nil {
		t.Fatal(err)
	}
	cfg := f.service.cfg
	cfg.Log = deaf{f.log, "deadline/" + first}
	s, err := New(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	f.clock.Set(d.Due)
	if n, err := s.Sweep(context.Background()); n != 4 || !fault.Is(err, fault.Unavailable) {
		t.Fatalf("said %d, %v", n, err)
	}
	if n, err := f.service.Sweep(context.Background()); n != 2 || err != nil {
		t.Fatalf("said %d when the store had come back, %v", n, err)
	}
}

// touching counts the rows that a query gives back.
type touching struct {
	view.Tables
	rows *int
}

type touched struct {
	view.Table
	rows *int
}

func (c touching) Table(ctx context.Context, shape view.Shape) (view.Table, error) {
	table, err := c.Tables.Table(ctx, shape)
	return touched{table, c.rows}, err
}

func (c touched) List(ctx context.Context, q view.Query) ([]view.Row, error) {
	rows, err := c.Table.List(ctx, q)
	*c.rows += len(rows)
	return rows, err
}

// counting counts what a log is asked for.
type counting struct {
	store.Log
	n *int
}

func (r counting) Last(ctx context.Context, subject, cause string) (store.Commit, bool, error) {
	*r.n++
	return r.Log.Last(ctx, subject, cause)
}

// TestSweepTouchesOnlyWhatIsDue: ten times as many open limits, the same number
// due, the same number of rows and commits read.
func TestSweepTouchesOnlyWhatIsDue(t *testing.T) {
	cost := func(open int) [2]int {
		f := newFixture(t)
		cfg, rows, loads := f.service.cfg, 0, 0
		cfg.Tables, cfg.Log = touching{view.NewMemory(), &rows}, counting{f.log, &loads}
		var err error
		if f.service, err = New(context.Background(), cfg); err != nil {
			t.Fatal(err)
		}
		var starts []events.Deadline
		for i := range open {
			from := begin
			if i >= 5 {
				from = begin.Add(30 * 24 * time.Hour)
			}
			d, err := f.counter.Start("fine.pay", fmt.Sprintf("case/500156-AJ-2026-%06d", i+1), "scjgj", "缴纳罚款", from)
			if err != nil {
				t.Fatal(err)
			}
			starts = append(starts, d)
		}
		f.other.say(t, "500156-AJ-2026-000001", "decide", events.CaseDecided{Deadlines: starts})
		f.settle(t)
		rows, loads = 0, 0
		f.clock.Set(starts[0].Due)
		n, err := f.service.Sweep(context.Background())
		if n != 5 || err != nil {
			t.Fatalf("said %d of 5 due among %d open, %v", n, open, err)
		}
		return [2]int{rows, loads}
	}
	few, many := cost(20), cost(200)
	if few != many {
		t.Errorf("with 20 open the sweep touched %d rows and %d commits, with 200 open %d and %d", few[0], few[1], many[0], many[1])
	}
}

// TestLateNewsIsTakenBack: a publication that happened in time and was heard of
// after the limit had passed leaves the unit in time.
func TestLateNewsIsTakenBack(t *testing.T) {
	f := newFixture(t)
	d := decided(t, f)
	f.clock.Set(d.Due.Add(-time.Hour))
	f.other.say(t, "500156-AJ-2026-000001", "publish", events.CaseClosed{Settled: []string{d.ID}}) // not delivered yet
	f.clock.Set(d.Due.Add(time.Minute))
	if _, err := f.service.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	servicetest.Pump(t, []store.Log{f.log}, []bus.Reaction{f.service.board.Reaction()})
	if passed, err := f.service.PublicOverdue(context.Background()); len(passed) != 1 || err != nil {
		t.Fatalf("the public sees %v, %v", passed, err)
	}
	f.settle(t)
	passed, err := f.service.PublicOverdue(context.Background())
	figures, ferr := f.service.Figures(context.Background())
	if len(passed) != 0 || err != nil || ferr != nil || len(figures) != 1 || figures[0].OnTime != 1 || figures[0].Overdue != 0 {
		t.Errorf("the public sees %v, %v; figures %+v, %v", passed, err, figures, ferr)
	}
	if got := f.said(t); !slices.ContainsFunc(got, func(s string) bool { return strings.HasSuffix(s, "overdue.v1") }) {
		t.Errorf("said %v", got)
	}
}
