package disclose

import (
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
)

// lapse is a log of which a backup was taken, with the checkpoint of that day, and
// which then went on.
type lapse struct {
	logged
	backup     []store.Commit
	checkpoint string
	leaves     []string // that a mirror has of the whole
	newest     string   // checkpoint, likewise
	lost       string   // record that was published after the backup
}

func newLapse(t *testing.T) (lapse, *offices) {
	t.Helper()
	l, o := newWatched(t)
	l.cases.Say(t, "case", decidedCase, decision("legal", "某公司"))
	l.pump(t)
	l.publish(t)
	l.turn(t)
	p := lapse{logged: l, backup: servicetest.Facts(t, l.log), checkpoint: l.memory.text}
	l.Clock.Advance(24 * time.Hour)
	const other = "500156-AJ-2026-000009"
	l.cases.Say(t, "case", other, decision("legal", "另一公司"))
	l.pump(t)
	p.lost = l.publishWaiting(t)
	l.turn(t)
	l.turn(t)
	p.leaves, p.newest = l.leaves(t), l.memory.text
	return p, o
}

// publishWaiting publishes the record that waits.
func (l logged) publishWaiting(t *testing.T) string {
	t.Helper()
	rows, err := l.board.List(t.Context(), view.Query{Equal: map[string]any{"state": string(Prepared)}})
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d records wait, %v; want one", len(rows), err)
	}
	return l.publishRecord(t, rows[0].Record.ID)
}

// restore opens what the backup holds, beside the checkpoint of its day.
func (p lapse) restore(t *testing.T) logged {
	t.Helper()
	r := p.logged
	log := store.NewMemory()
	for _, c := range p.backup {
		c.Relayed = 0
		if err := log.Append(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	public := *p.cfg.Public
	r.memory = &memory{text: p.checkpoint}
	public.Notary = &publiclog.Notary{Keys: public.Notary.Keys, Memory: r.memory}
	r.log, r.cfg.Log, r.cfg.Tables, r.cfg.Public = log, log, view.NewMemory(), &public
	r.Service = r.reopen(t)
	return r
}

// refuses makes sure that nothing is appended, signed or published, and why.
func (l logged) refuses(t *testing.T, why string) {
	t.Helper()
	before, kept := l.leaves(t), l.memory.text
	err := l.public.append(t.Context(), cause("x", first), "", publiclog.Record(strings.Repeat("7", 32), 1, [32]byte{}, ""))
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), why) || !strings.Contains(err.Error(), "log recover") {
		t.Errorf("got %v; want one sentence with %q that says what to do", err, why)
	}
	if n, err := l.SignLog(t.Context()); n != 0 || err != nil || l.memory.text != kept || len(l.leaves(t)) != len(before) {
		t.Errorf("signed %d, %v", n, err)
	}
	if _, err := l.Checkpoint(); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a checkpoint is published: %v", err)
	}
	if stopped := l.LogStatus().Stopped; !strings.Contains(stopped, why) {
		t.Errorf("the status says %q", stopped)
	}
}

// TestWitnessStopsARestoredLog: nothing here tells that more was signed, a witness
// does; and no restart forgets it, though no witness answers any more.
func TestWitnessStopsARestoredLog(t *testing.T) {
	p, o := newLapse(t)
	r := p.restore(t)
	r.refuses(t, "联署过")
	for name := range o.byURL {
		o.down[name] = true
	}
	r.Service = r.reopen(t)
	r.refuses(t, "联署过")
}

// TestForkIsSeenByAWitness: the witnesses were away, so that the restored log has
// grown past what they saw; the first that answers stops it.
func TestForkIsSeenByAWitness(t *testing.T) {
	p, o := newLapse(t)
	for name := range o.byURL {
		o.down[name] = true
	}
	r := p.restore(t)
	for _, leaf := range versions(5, 1, 20) {
		if err := r.public.append(t.Context(), cause(leaf, first), "", leaf); err != nil {
			t.Fatal(err)
		}
	}
	r.turn(t)
	o.down["http://daxue"] = false
	r.Clock.Advance(time.Hour)
	if err := r.public.append(t.Context(), cause("more", first), "", versions(5, 21, 21)[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := r.SignLog(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.refuses(t, "不同")
	_, err := r.RecoverLog(t.Context(), p.leaves, p.newest)
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "重新恢复") {
		t.Errorf("recovered what has parted: %v", err)
	}
	r.Service = r.reopen(t)
	r.refuses(t, "不同")
}

// TestSignedCheckpointStopsTheLog: a checkpoint that comes back by hand and that
// this log signed over more than it has is as good as a witness's word.
func TestSignedCheckpointStopsTheLog(t *testing.T) {
	p, o := newLapse(t)
	for name := range o.byURL {
		o.down[name] = true
	}
	r := p.restore(t)
	if _, err := r.Cosign(t.Context(), first, p.newest); !fault.Is(err, fault.Conflict) {
		t.Errorf("got %v", err)
	}
	r.refuses(t, "签发")
}

// TestRecoverFromACopy appends exactly what is missing; the record whose content
// is gone is withdrawn, and its number is nobody else's.
func TestRecoverFromACopy(t *testing.T) {
	p, _ := newLapse(t)
	r := p.restore(t)
	r.refuses(t, "联署过")
	early := p.leaves[:len(servicetest.Of[events.LeafLogged](t, r.log))]
	if _, err := r.RecoverLog(t.Context(), early, p.checkpoint); err == nil || !strings.Contains(err.Error(), "联署过") {
		t.Errorf("a copy that is too old recovered it: %v", err)
	}
	forged := slices.Clone(p.leaves)
	forged[len(forged)-1] = publiclog.Named("policy", "witness-00000000", "")
	if _, err := r.RecoverLog(t.Context(), forged, p.newest); !fault.Is(err, fault.Invalid) {
		t.Errorf("a forged copy: %v", err)
	}
	if got := r.leaves(t); !slices.Equal(got, early) {
		t.Fatalf("%d entries after what was refused, want %d", len(got), len(early))
	}

	got, err := r.RecoverLog(t.Context(), p.leaves, p.newest)
	if err != nil {
		t.Fatal(err)
	}
	if got.Entries != int64(len(p.leaves)-len(early)) || !slices.Equal(got.Lost, []string{p.lost}) || len(got.Unknown)+len(got.Ended)+len(got.Draws) > 0 {
		t.Errorf("%+v", got)
	}
	if leaves := r.leaves(t); !slices.Equal(leaves[:len(p.leaves)], p.leaves) || len(leaves) != len(p.leaves)+1 || publiclog.Kind(leaves[len(leaves)-1]) != "withdraw" {
		t.Errorf("%d entries", len(leaves))
	}
	again, err := r.RecoverLog(t.Context(), p.leaves, p.newest)
	if err != nil || again.Entries != 0 || len(again.Lost) != 0 {
		t.Errorf("the second time: %+v, %v", again, err)
	}
	r.goesOn(t, p)
}

// goesOn makes sure that a recovered log is signed and witnessed as ever.
func (l logged) goesOn(t *testing.T, p lapse) {
	t.Helper()
	l.Service = l.reopen(t)
	l.turn(t)
	l.turn(t)
	status := l.LogStatus()
	if status.Stopped != "" || status.Signed != status.Entries || status.Witnessed.Size != status.Signed {
		t.Errorf("%+v", status)
	}
	row, err := l.ShownRecord(t.Context(), p.lost)
	if err != nil || row.State != Withdrawn || row.Reason != lostReason {
		t.Errorf("the lost record: %+v, %v", row, err)
	}
	if proof, err := l.StateProof(l.public.name(p.lost)); err != nil || !strings.Contains(proof.Places[0].Line, publiclog.Withdrawn) {
		t.Errorf("%+v, %v", proof, err)
	}
	if id := l.publishWaiting(t); id == p.lost { // of the case that is still there
		t.Errorf("the number %s was given again", id)
	}
	l.turn(t)
	servicetest.MustVerify(t, l.log)
}
