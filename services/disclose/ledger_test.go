package disclose

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// memory is the checkpoint file of a test.
type memory struct{ text, halt string }

func (m *memory) Last() (string, error)   { return m.text, nil }
func (m *memory) Keep(text string) error  { m.text = text; return nil }
func (m *memory) Halted() (string, error) { return m.halt, nil }
func (m *memory) Halt(why string) error   { m.halt = why; return nil }

// logged is a fixture that keeps a public log.
type logged struct {
	fixture
	draws  *servicetest.Voice
	cfg    Config
	memory *memory
}

func newLogged(t *testing.T) logged {
	t.Helper()
	g := servicetest.NewGround(t, time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC))
	secret, err := publiclog.Generate("example.invalid/fdlog-500156-1")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := publiclog.ParseKeys(secret)
	if err != nil {
		t.Fatal(err)
	}
	l := logged{memory: &memory{}, draws: servicetest.NewVoice("draw", g.Clock)}
	log := store.NewMemory()
	l.cfg = Config{
		District: "500156", Log: log, Tables: view.NewMemory(), Clock: g.Clock, Law: g.Law, Calendar: g.Calendar,
		Public: &PublicLog{Notary: &publiclog.Notary{Keys: keys, Memory: l.memory}, Secret: []byte(strings.Repeat("s", SecretBytes))},
	}
	s, err := New(context.Background(), l.cfg)
	if err != nil {
		t.Fatal(err)
	}
	l.fixture = fixture{Ground: g, Service: s, log: log, cases: servicetest.NewVoice("casefile", g.Clock)}
	return l
}

func (l logged) pump(t *testing.T) {
	t.Helper()
	servicetest.Pump(t, []store.Log{l.log, l.cases.Log, l.draws.Log}, l.Reactions())
}

// leaves are the entries as the store has them.
func (l logged) leaves(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, f := range servicetest.Of[events.LeafLogged](t, l.log) {
		out = append(out, f.Leaf)
	}
	return out
}

// TestPublicationAndWithdrawalAreLogged follows a decision that is published and
// revoked: two entries, neither with anything of the record in it.
func TestPublicationAndWithdrawalAreLogged(t *testing.T) {
	l := newLogged(t)
	l.cases.Say(t, "case", decidedCase, decision("natural", "张三"))
	l.pump(t)
	id := l.publish(t)
	l.pump(t)
	row, err := l.ShownRecord(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	proof, err := l.Proof(t.Context(), id)
	if !fault.Is(err, fault.Early) {
		t.Fatalf("a proof before there is a checkpoint: %+v, %v", proof, err)
	}
	if n, err := l.SignLog(t.Context()); n != 1 || err != nil {
		t.Fatalf("signed %d, %v", n, err)
	}
	if proof, err = l.Proof(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(proof.Document, row.Record.Title) || proof.Check(l.cfg.Public.Notary.Keys.Public()) != nil {
		t.Errorf("the proof does not hold: %+v, %v", proof, proof.Check(l.cfg.Public.Notary.Keys.Public()))
	}
	forged := proof
	forged.Document += " "
	if forged.Check(l.cfg.Public.Notary.Keys.Public()) == nil {
		t.Error("another document passes with the same proof")
	}

	l.Clock.Set(time.Date(2026, 10, 20, 2, 0, 0, 0, time.UTC))
	l.cases.Say(t, "case", decidedCase, events.DecisionRevoked{Case: decidedCase, Manner: "revoked", On: "2026-10-19", Reason: "复议撤销"})
	l.pump(t)
	if err := l.Withdraw(t.Context(), Withdraw{Cause: cause("w", first), Record: id, Reason: "复议撤销"}); err != nil {
		t.Fatal(err)
	}
	l.pump(t)
	if _, err := l.Proof(t.Context(), id); !fault.Is(err, fault.NotFound) {
		t.Errorf("the salt of a withdrawn record is still told: %v", err)
	}
	leaves := l.leaves(t)
	if len(leaves) != 5 { // published, two keys, the state, withdrawn
		t.Fatalf("%d entries, want 5: %q", len(leaves), leaves)
	}
	want := publiclog.Withdraw(proof.Record, 1, "revoked", "2026-10-19")
	if leaves[4] != want {
		t.Errorf("got %q, want %q", leaves[4], want)
	}
	for _, leaf := range leaves {
		if publiclog.Check(leaf) != nil || strings.Contains(leaf, id) {
			t.Errorf("%q", leaf)
		}
	}
	servicetest.MustVerify(t, l.log)
}

// TestDrawIsLoggedInItsOrder lets the facts of a draw arrive in any order.
func TestDrawIsLoggedInItsOrder(t *testing.T) {
	l := newLogged(t)
	const draw = "500156-2026-0001"
	reveals := "fdraw/v1 reveals\ndraw " + draw + "\nattempt 1\n"
	result := "fdraw/v1 result\ndraw " + draw + "\nattempt 1\n"
	digest := func(h fdraw.Hash) string { return h.Raw(reveals).String() }
	facts := []events.Event{
		events.DrawAnnounced{Draw: draw, Attempt: 1, File: "announce\n"},
		events.DrawFrozen{Draw: draw, Attempt: 1, File: "freeze\n"},
		events.DrawClosed{Draw: draw, Attempt: 1, Absent: []string{"sfj"}, SHA256: digest(fdraw.SHA256), SM3: digest(fdraw.SM3)},
		events.BeaconTyped{Draw: draw, Attempt: 1, By: "a"},
		events.BeaconTyped{Draw: draw, Attempt: 1, By: "b", Agreed: true, File: "beacon\n"},
		events.DrawSealed{Draw: draw, Attempt: 1, File: "sealed\n"},
		events.DrawReplaced{Draw: draw},
		events.DrawOpened{Draw: draw, Bundle: map[string]string{"result": result, "substitute-0001": "substitute\n"}},
	}
	for _, f := range facts {
		l.draws.Say(t, "draw", draw, f)
	}
	commits := servicetest.Facts(t, l.draws.Log)
	slices.Reverse(commits)
	logging := l.logging()
	for range 10 { // what comes too early comes again
		for _, c := range commits {
			if !logging.Hears(c.Kind) {
				continue
			}
			if err := logging.Handle(t.Context(), c.Envelope()); err != nil && !fault.Is(err, fault.Early) {
				t.Fatal(err)
			}
		}
	}
	var got []string
	for _, leaf := range l.leaves(t) {
		got = append(got, string(publiclog.Stage(leaf)))
	}
	if want := []string{"announce", "freeze", "reveals", "fault", "beacon", "sealed", "substitute", "open"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if want := publiclog.Draw(draw, 1, "reveals", reveals); l.leaves(t)[2] != want {
		t.Errorf("got %q, want %q", l.leaves(t)[2], want)
	}
}

// TestManyAppendAtOnce lets many goroutines, of two processes, append the same
// facts: each is there once, without a gap.
func TestManyAppendAtOnce(t *testing.T) {
	l := newLogged(t)
	other, err := New(t.Context(), l.cfg)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for _, s := range []*Service{l.Service, other} {
		for i := range 40 {
			all.Go(func() {
				leaf := publiclog.Record(fmt.Sprintf("%032x", i), 1, [32]byte{}, "")
				if err := s.public.append(context.Background(), cause(fmt.Sprint(i), first), "", leaf); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	leaves := l.leaves(t)
	unique := slices.Compact(slices.Sorted(slices.Values(leaves)))
	if len(leaves) != 40 || len(unique) != 40 {
		t.Errorf("%d entries, %d of them different, want 40", len(leaves), len(unique))
	}
	for _, s := range []*Service{l.Service, other} {
		if err := s.public.catchUp(t.Context()); err != nil || s.public.tree.Size() != 40 {
			t.Errorf("a tree of %d, %v", s.public.tree.Size(), err)
		}
	}
}

// TestOlderBackupStopsTheLog is I13 and the restore drill: on a store that lost
// signed entries nothing is appended and nothing is signed; the right store
// goes on.
func TestOlderBackupStopsTheLog(t *testing.T) {
	l := newLogged(t)
	l.cases.Say(t, "case", decidedCase, decision("legal", "某公司"))
	l.pump(t)
	l.publish(t)
	l.pump(t)
	if _, err := l.SignLog(t.Context()); err != nil {
		t.Fatal(err)
	}
	signed := l.memory.text

	older := l.cfg
	older.Log, older.Tables = store.NewMemory(), view.NewMemory()
	restored, err := New(t.Context(), older)
	if err != nil {
		t.Fatal(err)
	}
	leaf := publiclog.Expire(strings.Repeat("0", 32), 1, "m3")
	if err := restored.public.append(t.Context(), cause("x", first), "", leaf); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "备份") {
		t.Errorf("got %v, want one sentence that says what to do", err)
	}
	if n, err := restored.SignLog(t.Context()); n != 0 || err != nil || l.memory.text != signed {
		t.Errorf("signed %d, %v on a store that lost entries", n, err)
	}
	if _, err := restored.Checkpoint(); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a checkpoint is published: %v", err)
	}

	again, err := New(t.Context(), l.cfg)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := again.Checkpoint(); err != nil || text != signed {
		t.Errorf("after a restart: %q, %v", text, err)
	}
	if n, err := again.SignLog(t.Context()); n != 0 || err != nil {
		t.Errorf("signed %d, %v though nothing was added", n, err)
	}
}
