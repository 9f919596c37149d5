package oversee

import (
	"context"
	"slices"
	"testing"
	"time"

	"shenzhong/deploy/packs"
	"shenzhong/events"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// other is a context that starts and ends limits: all that oversee hears of it
// is in the envelopes.
type other struct {
	log   *store.Memory
	cases *store.Collection[struct{}]
}

func (o other) say(t *testing.T, id, cause string, fact events.Event) {
	t.Helper()
	by := store.Cause{ID: cause, Actor: identity.Service("casefile")}
	if err := o.cases.Put(context.Background(), by, id, func(*struct{}) (events.Event, error) { return fact, nil }); err != nil {
		t.Fatal(err)
	}
}

type fixture struct {
	clock   *clock.Fake
	log     *store.Memory
	service *Service
	counter deadline.Counter
	other   other
	shapes  map[string]view.Shape // of the tables that the service has opened
	acts    int
}

// shaped notes the shape of every table that is opened.
type shaped struct {
	view.Tables
	shapes map[string]view.Shape
}

func (s shaped) Table(ctx context.Context, shape view.Shape) (view.Table, error) {
	s.shapes[shape.Name] = shape
	return s.Tables.Table(ctx, shape)
}

// columnsOf are the columns of a table that the service has opened.
func columnsOf(t *testing.T, f *fixture, table string) []string {
	t.Helper()
	shape, opened := f.shapes[table]
	if !opened {
		t.Fatalf("no table %s was opened", table)
	}
	var names []string
	for _, c := range shape.Columns {
		names = append(names, c.Name)
	}
	return names
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	files, err := packs.Wulong()
	if err != nil {
		t.Fatal(err)
	}
	pack, err := law.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := workday.New()
	if err != nil {
		t.Fatal(err)
	}
	clk := clock.NewFake(begin)
	f := &fixture{clock: clk, log: store.NewMemory(), counter: deadline.Counter{Law: pack, Calendar: calendar}, shapes: map[string]view.Shape{}}
	f.service, err = New(context.Background(), Config{District: "500156", Log: f.log, Tables: shaped{view.NewMemory(), f.shapes}, Clock: clk, Law: pack, Calendar: calendar})
	if err != nil {
		t.Fatal(err)
	}
	theirs := store.NewMemory()
	f.other = other{log: theirs, cases: store.NewCollection[struct{}]("case", theirs, clk)}
	return f
}

func (f *fixture) settle(t *testing.T) {
	t.Helper()
	servicetest.Pump(t, []store.Log{f.log, f.other.log}, f.service.Reactions())
}

// pass moves the clock to a day, hour by hour, sweeping as the program does,
// and returns what was said with the day on which it was said.
func (f *fixture) pass(t *testing.T, until time.Time) []string {
	t.Helper()
	seen := f.said(t)
	for f.clock.Now().Before(until) {
		f.clock.Advance(time.Hour)
		if _, err := f.service.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
		f.settle(t)
	}
	return f.said(t)[len(seen):]
}

func (f *fixture) said(t *testing.T) []string {
	t.Helper()
	var commits []store.Commit
	if err := store.Each(context.Background(), f.log, func(c store.Commit) error { commits = append(commits, c); return nil }); err != nil {
		t.Fatal(err)
	}
	slices.SortStableFunc(commits, func(a, b store.Commit) int { return a.At.Compare(b.At) })
	var out []string
	for _, c := range commits {
		if c.Kind != "oversee.deadline_kept.v1" {
			out = append(out, workday.DateOf(c.At).String()+" "+c.Kind)
		}
	}
	return out
}

func decided(t *testing.T, f *fixture) events.Deadline {
	t.Helper()
	d, err := f.counter.Start("pub.penalty.portal", "case/500156-AJ-2026-000001", "scjgj", "公示处罚决定", begin)
	if err != nil {
		t.Fatal(err)
	}
	f.other.say(t, "500156-AJ-2026-000001", "decide", events.CaseDecided{Deadlines: []events.Deadline{d}})
	f.settle(t)
	return d
}

// TestUnpublishedDecision is the decision of 2026-09-30 that nobody publishes:
// the seventh workday behind National Day is 2026-10-15.
func TestUnpublishedDecision(t *testing.T) {
	f := newFixture(t)
	d := decided(t, f)
	if d.DueDate != "2026-10-15" {
		t.Fatalf("due on %s", d.DueDate)
	}
	got := f.pass(t, d.Due.Add(48*time.Hour))
	want := []string{
		"2026-10-12 oversee.reminded.v1", "2026-10-13 oversee.reminded.v1", "2026-10-14 oversee.reminded.v1",
		"2026-10-16 oversee.overdue.v1", "2026-10-16 oversee.escalated.v1", // to the head of the unit
		"2026-10-17 oversee.escalated.v1", // to the office of the task force, a workday later
	}
	if !slices.Equal(got, want) {
		t.Fatalf("said %v; want %v", got, want)
	}
	overdue, err := f.service.PublicOverdue(context.Background())
	if err != nil || len(overdue) != 1 || overdue[0].Deadline.ID != d.ID {
		t.Fatalf("the public sees %+v, %v", overdue, err)
	}
	figures, err := f.service.Figures(context.Background())
	if err != nil || len(figures) != 1 || figures[0].Unit != "scjgj" || figures[0].Overdue != 1 || !figures[0].Few {
		t.Fatalf("figures %+v, %v", figures, err)
	}
	breaks, _, err := store.Verify(context.Background(), f.log)
	if err != nil || len(breaks) > 0 {
		t.Fatalf("the chains do not hold: %v, %v", breaks, err)
	}
}

func TestPublishedInTimeIsNotSaidAgain(t *testing.T) {
	f := newFixture(t)
	d := decided(t, f)
	f.pass(t, time.Date(2026, 10, 14, 1, 0, 0, 0, time.UTC))
	f.other.say(t, "500156-AJ-2026-000001", "publish", events.CaseClosed{Settled: []string{d.ID}})
	f.settle(t)
	if got := f.pass(t, d.Due.Add(240*time.Hour)); len(got) != 0 {
		t.Fatalf("said %v after it was published", got)
	}
	figures, err := f.service.Figures(context.Background())
	if err != nil || len(figures) != 1 || figures[0].Ended != 1 || figures[0].OnTime != 1 || figures[0].Overdue != 0 {
		t.Fatalf("figures %+v, %v", figures, err)
	}
}

// TestTwoSweepersSayNothingTwice runs a second service on the same store.
func TestTwoSweepersSayNothingTwice(t *testing.T) {
	f := newFixture(t)
	d := decided(t, f)
	f.clock.Set(d.Due.Add(time.Minute))
	for range 2 { // the view has not been folded in between: both see it due
		if _, err := f.service.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	f.settle(t)
	if got := f.said(t); len(got) != 2 {
		t.Fatalf("said %v; want that it has passed and the escalation, once each", got)
	}
}

func TestClockSetBackSaysNothingTwice(t *testing.T) {
	f := newFixture(t)
	d := decided(t, f)
	f.pass(t, d.Due.Add(time.Hour))
	before := f.said(t)
	f.clock.Set(begin)
	f.pass(t, d.Due.Add(2*time.Hour))
	if after := f.said(t); !slices.Equal(after, before) {
		t.Fatalf("said %v; had said %v", after, before)
	}
}

// TestViewIsAFoldOfTheCommits throws the view away and folds it again.
func TestViewIsAFoldOfTheCommits(t *testing.T) {
	f := newFixture(t)
	d := decided(t, f)
	f.pass(t, d.Due.Add(time.Hour))
	ctx := context.Background()
	table := f.service.board.Table()
	before, err := table.List(ctx, view.Query{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Clear(ctx); err != nil {
		t.Fatal(err)
	}
	if err := store.Each(ctx, f.log, func(c store.Commit) error { return view.Apply(ctx, f.service.board, c.Envelope()) }); err != nil {
		t.Fatal(err)
	}
	after, err := table.List(ctx, view.Query{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if len(before) != 1 || len(after) != 1 || string(before[0].Body) != string(after[0].Body) || before[0].Version != after[0].Version {
		t.Fatalf("was %+v, folds to %+v", before, after)
	}
}
