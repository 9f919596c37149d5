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
)

func text(s string) *string { return &s }

// corrected publishes a decision and corrects it once.
func (l logged) corrected(t *testing.T) string {
	t.Helper()
	l.cases.Say(t, "case", decidedCase, decision("legal", "青松殡仪服务有限公司"))
	l.pump(t)
	id := l.publish(t)
	l.pump(t)
	draft := Draft{Cause: cause("d", first), Record: id, Amend: Amend{Facts: text("强制捆绑销售，联系电话13812345678。")}, Reason: "事实写漏，来电13812345678指出"}
	if err := l.Draft(t.Context(), draft); err != nil {
		t.Fatal(err)
	}
	l.pump(t)
	if row, err := l.ShownRecord(t.Context(), id); err != nil || row.Draft != nil || row.Version != 1 || strings.Contains(row.Record.Facts, "联系") {
		t.Fatalf("before the second person consents the public sees %+v, %v", row, err)
	}
	if err := l.Correct(t.Context(), Correct{Cause: cause("c", first), Record: id}); !fault.Is(err, fault.Denied) {
		t.Fatalf("the first person consented too: %v", err)
	}
	for range 2 { // a command sent twice is one correction
		if err := l.Correct(t.Context(), Correct{Cause: cause("c2", second), Record: id}); err != nil {
			t.Fatal(err)
		}
	}
	l.pump(t)
	return id
}

// TestCorrectionIsTheNextVersion corrects a record: the page shows the second
// version and when, the log has both, and only the second can be proved.
func TestCorrectionIsTheNextVersion(t *testing.T) {
	l := newLogged(t)
	id := l.corrected(t)
	row, err := l.ShownRecord(t.Context(), id)
	if err != nil || row.Version != 2 || row.CorrectedOn != "2026-09-30" || row.Record.Facts != "强制捆绑销售，联系电话***********。" ||
		strings.Contains(row.Correction, "138") || row.Record.Title == "" {
		t.Errorf("the public sees %+v, %v", row, err)
	}
	l.sign(t)
	proof, err := l.Proof(t.Context(), id)
	if err != nil || proof.Version != 2 || proof.Check(l.cfg.Public.Notary.Keys.Public()) != nil {
		t.Errorf("the proof is of version %d: %v, %v", proof.Version, err, proof.Check(l.cfg.Public.Notary.Keys.Public()))
	}
	if !strings.Contains(proof.Document, "联系电话***") {
		t.Errorf("the document reads %s", proof.Document)
	}
	if leaf := l.leaves(t)[1]; !strings.Contains(leaf, "\nversion 2\nkind disclosure\nreplaces 1\n") {
		t.Errorf("the entry reads %q", leaf)
	}
	if st := l.standing(t, l.public.name(id)); st.Version != 2 || st.Word != publiclog.Live {
		t.Errorf("it stands as %+v", st)
	}
	l.cases.Say(t, "case", decidedCase, events.DecisionRevoked{Case: decidedCase, Manner: "changed", On: "2026-10-08", Reason: "变更"})
	l.pump(t)
	if err := l.Withdraw(t.Context(), Withdraw{Cause: cause("w", first), Record: id, Reason: "变更"}); err != nil {
		t.Fatal(err)
	}
	l.pump(t)
	if want := publiclog.Withdraw(proof.Record, 2, "changed", "2026-10-08"); !slices.Contains(l.leaves(t), want) {
		t.Errorf("no entry %q in %q", want, l.leaves(t))
	}
	servicetest.MustVerify(t, l.log)
}

// TestErasureLeavesTheRest is I12: after it neither document nor salt is told to
// anybody, and no proof of another record changes.
func TestErasureLeavesTheRest(t *testing.T) {
	l := newLogged(t)
	id := l.corrected(t)
	rest := decision("legal", "松鹤陵园有限公司")
	rest.Decision.Case = "500156-AJ-2026-000002"
	l.cases.Say(t, "case", rest.Decision.Case, rest)
	l.pump(t)
	const kept = "500156-GS-2026-000002"
	if err := l.Review(t.Context(), Review{Cause: cause("r2", first), Record: kept, Verdict: "publish"}); err != nil {
		t.Fatal(err)
	}
	channels := []events.Channel{{Name: "portal", Proof: "https://example.invalid/2"}}
	if err := l.Publish(t.Context(), Publish{Cause: cause("p2", second), Record: kept, Channels: channels}); err != nil {
		t.Fatal(err)
	}
	l.pump(t)
	l.sign(t)
	gone, err := l.Proof(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	before, err := l.Proof(t.Context(), kept)
	if err != nil {
		t.Fatal(err)
	}
	l.Clock.Set(time.Date(2026, 10, 20, 2, 0, 0, 0, time.UTC))
	erase := Erase{Cause: cause("e", second), Record: id, Manner: privacy, Since: "2026-10-21", Reason: "当事人依法请求删除"}
	if err := l.Erase(t.Context(), erase); !fault.Is(err, fault.Invalid) {
		t.Fatalf("asked for tomorrow: %v", err)
	}
	erase.Since = "2026-10-19"
	if err := l.Erase(t.Context(), erase); err != nil {
		t.Fatal(err)
	}
	l.pump(t)
	l.sign(t)
	if _, err := l.Proof(t.Context(), id); !fault.Is(err, fault.NotFound) {
		t.Errorf("still proved: %v", err)
	}
	if want := publiclog.Withdraw(gone.Record, 2, privacy, "2026-10-19"); !slices.Contains(l.leaves(t), want) {
		t.Errorf("no entry %q", want)
	}
	inside, err := l.Record(t.Context(), first, id)
	if err != nil || inside.Facts != "" || inside.Name != "" || inside.State != Withdrawn || inside.Unit != "scjgj" {
		t.Errorf("the unit still reads %+v, %v", inside, err)
	}
	rows, err := l.Records(t.Context(), first, Filter{})
	if err != nil || strings.Contains(rows[0].Record.Title+rows[0].Record.Facts, "青松") {
		t.Errorf("the list still reads %+v, %v", rows, err)
	}
	after, err := l.Proof(t.Context(), kept)
	if err != nil || after.Check(l.cfg.Public.Notary.Keys.Public()) != nil || after.Index != before.Index || after.Salt != before.Salt || after.Document != before.Document {
		t.Errorf("the proof of another record: %+v, %v", after, err)
	}
	if before.Check(l.cfg.Public.Notary.Keys.Public()) != nil {
		t.Error("the proof of another record from before no longer holds")
	}
	if st := l.standing(t, gone.Record); st.Word != publiclog.Withdrawn {
		t.Errorf("it stands as %+v", st)
	}
}
