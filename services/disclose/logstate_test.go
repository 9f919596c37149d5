package disclose

import (
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
)

// standing reads how a record stands from its proof.
func (l logged) standing(t *testing.T, name string) publiclog.Standing {
	t.Helper()
	p, err := l.StateProof(name)
	if err != nil {
		t.Fatal(err)
	}
	st, err := p.Check(l.cfg.Public.Notary.Keys.Public())
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// sign lets ten seconds pass and signs.
func (l logged) sign(t *testing.T) int {
	t.Helper()
	l.Clock.Advance(signingPause)
	n, err := l.SignLog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// stateEntries are the entries of states with their places.
func (l logged) stateEntries(t *testing.T) map[int]string {
	t.Helper()
	out := map[int]string{}
	for i, leaf := range l.leaves(t) {
		if publiclog.Kind(leaf) == "state" {
			out[i] = leaf
		}
	}
	return out
}

// TestStateIsLoggedDailyAndAfterWithdrawal publishes, waits a day, withdraws.
func TestStateIsLoggedDailyAndAfterWithdrawal(t *testing.T) {
	l := newLogged(t)
	l.cases.Say(t, "case", decidedCase, decision("legal", "某公司"))
	l.pump(t)
	id := l.publish(t)
	l.pump(t)
	if _, _, err := l.LogState(); !fault.Is(err, fault.Early) {
		t.Fatalf("a state before there is one: %v", err)
	}
	for i, want := range []int{1, 0, 0} {
		if got := l.sign(t); got != want {
			t.Fatalf("round %d signed %d, want %d", i, got, want)
		}
	}
	name := l.public.name(id)
	if st := l.standing(t, name); st.Word != publiclog.Live || st.Version != 1 || st.Date != "2026-09-30" {
		t.Errorf("published: %+v", st)
	}
	if st := l.standing(t, strings.Repeat("0", 32)); st.Listed {
		t.Errorf("never published: %+v", st)
	}
	l.Clock.Set(time.Date(2026, 10, 1, 2, 0, 0, 0, time.UTC))
	if n := len(l.stateEntries(t)); n != 1 || l.sign(t) != 1 || len(l.stateEntries(t)) != 2 || l.sign(t) != 0 {
		t.Errorf("%d states on the first day, %d on the second", n, len(l.stateEntries(t)))
	}
	l.cases.Say(t, "case", decidedCase, events.DecisionRevoked{Case: decidedCase, Manner: "revoked", On: "2026-10-01", Reason: "复议撤销"})
	l.pump(t)
	if err := l.Withdraw(t.Context(), Withdraw{Cause: cause("w", first), Record: id, Reason: "复议撤销"}); err != nil {
		t.Fatal(err)
	}
	l.pump(t)
	if st := l.standing(t, name); st.Word != publiclog.Live {
		t.Errorf("a state that is not signed yet is told: %+v", st)
	}
	if l.sign(t) != 1 || l.sign(t) != 0 || len(l.stateEntries(t)) != 3 {
		t.Errorf("%d states after the withdrawal, want 3", len(l.stateEntries(t)))
	}
	if st := l.standing(t, name); st.Word != publiclog.Withdrawn || st.Version != 1 {
		t.Errorf("withdrawn: %+v", st)
	}
}

// TestStateFollowsFromTheEntries makes every state entry again from the entries
// before it alone, as anybody can, also after a restart.
func TestStateFollowsFromTheEntries(t *testing.T) {
	l := newLogged(t)
	l.cases.Say(t, "case", decidedCase, decision("legal", "某公司"))
	l.pump(t)
	l.publish(t)
	l.pump(t)
	l.sign(t)
	l.Clock.Advance(24 * time.Hour)
	l.sign(t)
	leaves := l.leaves(t)
	for index, leaf := range l.stateEntries(t) {
		var states publiclog.States
		var sm3 publiclog.SM3Tree
		for _, before := range leaves[:index] {
			states.Add(before)
			sm3.Add(before)
		}
		again, err := states.At(int64(index)).Leaf(publiclog.StateDate(leaf), sm3.Root())
		if err != nil || again != leaf {
			t.Errorf("entry %d is %q, made again %q, %v", index, leaf, again, err)
		}
	}
	file, leaf, err := l.LogState()
	if err != nil || !strings.Contains(leaf, "\nfile-sha256 "+fdraw.SHA256.Raw(file).String()+"\n") || !strings.Contains(leaf, "\ncount 1\n") {
		t.Errorf("%q does not have the digest of %q, %v", leaf, file, err)
	}
	restarted, err := New(t.Context(), l.cfg)
	if err != nil {
		t.Fatal(err)
	}
	if f, again, err := restarted.LogState(); err != nil || f != file || again != leaf {
		t.Errorf("after a restart: %q %q %v", f, again, err)
	}
}
