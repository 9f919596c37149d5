package disclose

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/servicetest"
)

// glances is what a witness of a test remembers.
type glances map[string]publiclog.Seen

func (g glances) Seen(origin string) (publiclog.Seen, error) {
	if seen, ok := g[origin]; ok {
		return seen, nil
	}
	return publiclog.Seen{Origin: origin}, nil
}

func (g glances) Keep(seen publiclog.Seen) error { g[seen.Origin] = seen; return nil }

// offices are three witnesses that answer at made-up addresses.
type offices struct {
	byURL  map[string]*publiclog.Witness
	down   map[string]bool
	policy string
}

func newOffices(t *testing.T, log []string, clk clock.Clock) *offices {
	t.Helper()
	o := &offices{byURL: map[string]*publiclog.Witness{}, down: map[string]bool{}}
	for _, name := range []string{"shimzj", "sifaju", "daxue"} {
		secret, err := publiclog.GenerateCosigner(name)
		if err != nil {
			t.Fatal(err)
		}
		key, err := publiclog.ParseCosigner(secret)
		if err != nil {
			t.Fatal(err)
		}
		if o.byURL["http://"+name], err = publiclog.NewWitness(key, log, glances{}, clk); err != nil {
			t.Fatal(err)
		}
		o.policy += fmt.Sprintf("witness %s %s http://%s\n", name, key.Public(), name)
	}
	o.policy += "group depts 2 shimzj sifaju daxue\nquorum depts\n"
	return o
}

func (o *offices) Ask(_ context.Context, prefix, request string) (string, error) {
	if o.down[prefix] {
		return "", fault.New(fault.Unavailable, "no answer")
	}
	return o.byURL[prefix].AddCheckpoint(request)
}

// newWatched is a log with three witnesses, two of which make a quorum.
func newWatched(t *testing.T) (logged, *offices) {
	t.Helper()
	l := newLogged(t)
	o := newOffices(t, l.cfg.Public.Notary.Keys.Public(), l.Clock)
	l.cfg.Public.Witnesses, l.cfg.Public.Ask = o.policy, o
	l.Service = l.reopen(t)
	return l, o
}

func (l logged) reopen(t *testing.T) *Service {
	t.Helper()
	s, err := New(t.Context(), l.cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// turn lets a minute pass and everything happen that is due.
func (l logged) turn(t *testing.T) {
	t.Helper()
	l.Clock.Advance(time.Minute)
	l.pump(t)
	if _, err := l.SignLog(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Service.Witness(t.Context()); err != nil {
		t.Fatal(err)
	}
}

const watchedDraw = "500156-2026-0001"

// say says the facts of a draw up to the reveals, or all of them.
func (l logged) course(t *testing.T, stages int) {
	t.Helper()
	file := func(kind string) string { return "fdraw/v1 " + kind + "\ndraw " + watchedDraw + "\nattempt 1\n" }
	reveals := file("reveals")
	for _, e := range []events.Event{
		events.DrawAnnounced{Draw: watchedDraw, Attempt: 1, File: "announce\n"},
		events.DrawFrozen{Draw: watchedDraw, Attempt: 1, File: "freeze\n"},
		events.DrawClosed{Draw: watchedDraw, Attempt: 1, SHA256: fdraw.SHA256.Raw(reveals).String(), SM3: fdraw.SM3.Raw(reveals).String()},
		events.BeaconTyped{Draw: watchedDraw, Attempt: 1, Agreed: true, File: "beacon\n"},
		events.DrawSealed{Draw: watchedDraw, Attempt: 1, File: "sealed\n"},
		events.DrawOpened{Draw: watchedDraw, Bundle: map[string]string{"result": file("result")}},
	}[:stages] {
		l.draws.Say(t, "draw", watchedDraw, e)
		l.turn(t)
	}
}

// TestQuorumSeesTheReveals: what draw waits for is said once, with the time of
// the cosignature that made the quorum.
func TestQuorumSeesTheReveals(t *testing.T) {
	l, o := newWatched(t)
	o.down["http://daxue"] = true
	l.course(t, 6)
	steps := map[string]events.CheckpointCosigned{}
	for _, f := range servicetest.Of[events.CheckpointCosigned](t, l.log) {
		for _, step := range f.Steps {
			if _, twice := steps[step.Stage]; twice || step.Draw != watchedDraw || step.Attempt != 1 {
				t.Errorf("%+v", step)
			}
			steps[step.Stage] = f
		}
	}
	if len(steps) != 3 {
		t.Fatalf("steps seen: %v", steps)
	}
	if at := steps["reveals"].At; at.After(l.Clock.Now()) || at.Before(l.Clock.Now().Add(-time.Hour)) {
		t.Errorf("reveals seen at %v", at)
	}
	status := l.LogStatus().Witnessed
	if status.State != Green || status.Size != l.LogStatus().Signed || status.Witnesses[2].Problem == "" || status.Witnesses[0].At.IsZero() {
		t.Errorf("%+v", status)
	}
	point, err := l.Checkpoint()
	if err != nil || strings.Count(point, "\n\u2014 ") != 4 { // Ed25519, SM2, two witnesses
		t.Errorf("%q, %v", point, err)
	}
	told := servicetest.Of[events.DrawEvidenced](t, l.log)
	if len(told) != 1 {
		t.Fatalf("%d pieces of evidence, want 1", len(told))
	}
	again := l.reopen(t)
	if n, err := again.Witness(t.Context()); n != 0 || err != nil {
		t.Errorf("after a restart it says %d more, %v", n, err)
	}
	if got := again.LogStatus().Witnessed; got.Size != status.Size || !got.At.Equal(status.At) {
		t.Errorf("a restart forgot: %+v", got)
	}
	servicetest.MustVerify(t, l.log)
}

// TestNoQuorumDoesNotStopTheLog: it goes on, and says how long nobody has looked.
func TestNoQuorumDoesNotStopTheLog(t *testing.T) {
	l, o := newWatched(t)
	o.down["http://daxue"], o.down["http://sifaju"] = true, true
	l.course(t, 3)
	if said := servicetest.Of[events.CheckpointCosigned](t, l.log); len(said) != 0 {
		t.Fatalf("one of three is a quorum: %+v", said)
	}
	if s := l.LogStatus(); s.Signed != s.Entries || s.Witnessed.State != Green {
		t.Errorf("%+v", s)
	}
	for _, tt := range []struct {
		pass time.Duration
		want Freshness
	}{{23 * time.Hour, Green}, {2 * time.Hour, Amber}, {46 * time.Hour, Amber}, {2 * time.Hour, Red}} {
		l.Clock.Advance(tt.pass)
		if got := l.reopen(t).LogStatus().Witnessed.State; got != tt.want {
			t.Errorf("after %v more: %s, want %s", tt.pass, got, tt.want)
		}
	}
	o.down = map[string]bool{}
	l.turn(t)
	if got := l.LogStatus().Witnessed; got.State != Green || got.Size == 0 {
		t.Errorf("%+v", got)
	}
	before := l.LogStatus().Witnessed.At
	l.Clock.Advance(13 * time.Hour) // the heartbeat: nothing grew
	l.turn(t)
	if got := l.LogStatus().Witnessed.At; got.Sub(before) < 13*time.Hour {
		t.Errorf("nobody was asked to look again: %v after %v", got, before)
	}
}

// TestCosignaturesByHand: lines come back on a USB stick, one witness after the
// other, when the log has long grown.
func TestCosignaturesByHand(t *testing.T) {
	l, o := newWatched(t)
	l.cfg.Public.Ask = nil
	l.Service = l.reopen(t)
	l.course(t, 3)
	request, err := l.LogRequest(0)
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(request, "\n\n")
	signed := func(name string) string {
		line, err := o.byURL["http://"+name].AddCheckpoint(request)
		if err != nil {
			t.Fatal(err)
		}
		return text + line
	}
	one, two := signed("daxue"), signed("shimzj")
	l.draws.Say(t, "draw", watchedDraw, events.BeaconTyped{Draw: watchedDraw, Attempt: 1, Agreed: true, File: "beacon\n"})
	l.turn(t)
	if _, err := l.Cosign(t.Context(), first, text); !fault.Is(err, fault.Invalid) && err != nil {
		t.Errorf("a checkpoint with no line: %v", err)
	}
	for i, file := range []string{one, two} {
		status, err := l.Cosign(t.Context(), first, file)
		if err != nil || (status.Witnessed.Size > 0) != (i == 1) {
			t.Fatalf("file %d: %+v, %v", i, status.Witnessed, err)
		}
	}
	said := servicetest.Of[events.CheckpointCosigned](t, l.log)
	if len(said) != 1 || len(said[0].Steps) != 1 || said[0].Steps[0].Stage != "reveals" {
		t.Fatalf("%+v", said)
	}
	if _, err := l.Cosign(t.Context(), first, strings.Replace(one, "\n\u2014", "x\n\u2014", 1)); !fault.Is(err, fault.Invalid) {
		t.Errorf("no checkpoint of ours: %v", err)
	}
	plain := newLogged(t)
	if _, err := plain.Cosign(t.Context(), first, one); !fault.Is(err, fault.Conflict) {
		t.Errorf("a log without witnesses: %v", err)
	}
}
