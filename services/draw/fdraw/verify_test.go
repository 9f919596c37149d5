package fdraw

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func statuses(r *Report) string {
	var out []string
	for _, c := range r.Checks {
		out = append(out, c.ID+" "+string(c.Status))
	}
	return strings.Join(out, ", ")
}

func dump(r *Report) string {
	var b strings.Builder
	for _, c := range r.Checks {
		fmt.Fprintf(&b, "%s %s: %s: %s %s\n", c.ID, c.Title, c.Status, c.Why, c.ByHand)
	}
	return b.String()
}

// TestVerifyComplete: a draw that went well, with all its material, passes all
// fourteen checks, and what only a person can compare is said.
func TestVerifyComplete(t *testing.T) {
	s := newScenario(t)
	r := Verify(s.bundle)
	if !r.Complete() || r.Failed() || len(r.Checks) != 14 {
		t.Fatalf("not complete:\n%s", dump(r))
	}
	if r.Draw != "500156-2026-0002/2" || len(r.Warnings) != 0 {
		t.Errorf("got %q, %v", r.Draw, r.Warnings)
	}
	if got := s.reveals.Revealed(); got != 2 {
		t.Errorf("%d revealed; another's nonce must not open a commitment", got)
	}
	if hand := r.Find("V5").ByHand; !strings.Contains(hand, "2026052") || !strings.Contains(hand, "02 05 07") {
		t.Errorf("V5 does not say what to compare: %q", hand)
	}
	for _, id := range []string{"V8", "V9", "V14"} {
		if hand := r.Find(id).ByHand; !strings.Contains(hand, "shimzj+") || !strings.Contains(hand, origin+"+") {
			t.Errorf("%s rests on keys from the bundle and does not say so: %q", id, hand)
		}
	}
	for _, c := range r.Checks {
		if !strings.HasSuffix(c.Why, "。") || c.Title == "" {
			t.Errorf("%s: %q, %q is not a sentence", c.ID, c.Title, c.Why)
		}
	}

	trusted := must[*WitnessPolicy](t)(ParseWitnessPolicy(testPolicyText()))
	r = VerifyTrusting(s.bundle, trusted)
	if !r.Complete() || strings.Contains(r.Find("V9").ByHand, "公钥") {
		t.Errorf("with keys from elsewhere:\n%s", dump(r))
	}
	if r.Find("V15") != nil {
		t.Error("there is no V15")
	}
}

// TestVerifyVectors: what an independent implementation drew passes the checks
// that its material allows.
func TestVerifyVectors(t *testing.T) {
	for _, d := range mustVectors(t).Draws {
		r := Verify(d.bundle())
		want := "V1 holds, V2 holds, V3 holds, V4 holds, V5 holds, V6 holds, V7 holds"
		if strings.Contains(d.Beacon, "dice") { // and the vector does not say why
			want = strings.Replace(want, "V5 holds", "V5 not applicable", 1)
		}
		if got := statuses(r); !strings.HasPrefix(got, want) || strings.Count(got, "holds")+strings.Count(got, "not applicable") != 14 {
			t.Errorf("%s:\n%s", d.Hash, dump(r))
		}
	}
}

func TestVerifyNothing(t *testing.T) {
	r := Verify(&Bundle{})
	for _, c := range r.Checks {
		if c.Status != NotApplicable || !strings.HasSuffix(c.Why, "。") {
			t.Errorf("%s of nothing: %s, %s", c.ID, c.Status, c.Why)
		}
	}
	if r.Draw != "" || r.Failed() || r.Complete() {
		t.Error("nothing neither fails nor holds")
	}
}

// needs is what each check cannot do without.
var needs = map[string][]string{
	"V1":  {"announce", "policy", "pool", "officers", "freeze", "reveals", "beacon", "result", "sealed"},
	"V2":  {"announce", "freeze", "reveals"},
	"V3":  {"announce", "policy", "pool", "officers", "freeze", "reveals", "beacon"},
	"V4":  {"announce", "freeze", "reveals"},
	"V5":  {"announce", "beacon"},
	"V6":  {"announce", "pool", "officers", "reveals", "beacon", "result"},
	"V7":  {"announce", "reveals", "beacon", "result", "sealed"},
	"V8":  {"announce", "freeze", "reveals", "beacon", "result", "sealed", "log"},
	"V9":  {"announce", "reveals", "sealed", "ledger", "log"},
	"V10": {"announce", "policy", "pool", "registry"},
	"V11": {"pool", "registry", "changes", "previous_pool"},
	"V12": {"numbers"},
	"V13": {"announce", "pool", "officers", "reveals", "beacon", "result", "substitutions"},
	"V14": {"result", "ledger", "log"},
}

// TestVerifyWithout takes away one part of the bundle at a time. A check that
// needs it must not hold; one that does not need it must still hold.
func TestVerifyWithout(t *testing.T) {
	s := newScenario(t)
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(must[[]byte](t)(s.bundle.JSON()), &parts); err != nil {
		t.Fatal(err)
	}
	for part := range parts {
		if part == "format" {
			continue
		}
		rest := map[string]json.RawMessage{}
		for k, v := range parts {
			if k != part {
				rest[k] = v
			}
		}
		r := Verify(must[*Bundle](t)(ParseBundle(must[[]byte](t)(json.Marshal(rest)))))
		for _, c := range r.Checks {
			want := Holds
			if slices.Contains(needs[c.ID], part) {
				want = NotApplicable
			}
			if part == "substitutions" && c.ID == "V13" {
				want = Fails // the log has one
			}
			if c.Status != want {
				t.Errorf("without %s: %s %s (%s), want %s", part, c.ID, c.Status, c.Why, want)
			}
		}
	}
}

// TestVerifyUnreadable spoils one file at a time: V1 fails and names it, and no
// check that needs the file holds.
func TestVerifyUnreadable(t *testing.T) {
	s := newScenario(t)
	for _, part := range []string{"announce", "policy", "pool", "officers", "freeze", "reveals", "beacon", "result", "sealed", "registry", "changes", "previous_pool", "numbers", "ledger"} {
		var parts map[string]any
		if err := json.Unmarshal(must[[]byte](t)(s.bundle.JSON()), &parts); err != nil {
			t.Fatal(err)
		}
		parts[part] = parts[part].(string) + "x\n"
		r := Verify(must[*Bundle](t)(ParseBundle(must[[]byte](t)(json.Marshal(parts)))))
		for _, c := range r.Checks {
			switch {
			case c.ID == "V1" && (c.Status != Fails || !strings.Contains(c.Why, "行")):
				t.Errorf("%s spoiled: V1 %s, %s", part, c.Status, c.Why)
			case c.ID != "V1" && c.Status == Holds && slices.Contains(needs[c.ID], part):
				t.Errorf("%s spoiled: %s still holds", part, c.ID)
			}
		}
	}
}

// TestVerifyLogOrder: the steps were logged, but not as they must be.
func TestVerifyLogOrder(t *testing.T) {
	s := newScenario(t)
	files := map[Stage]string{
		StageAnnounce: s.bundle.Announce, StageFreeze: s.bundle.Freeze, StageReveals: s.bundle.Reveals,
		StageBeacon: s.bundle.Beacon, StageSealed: s.bundle.Sealed, StageOpen: s.bundle.Result, StageVoid: "void", StageFault: "fault",
	}
	good := []Stage{StageAnnounce, StageFreeze, StageReveals, StageFault, StageBeacon, StageSealed, StageOpen}
	exchange := func(i, j int) []Stage {
		order := slices.Clone(good)
		order[i], order[j] = order[j], order[i]
		return order
	}
	for _, tt := range []struct {
		name   string
		order  []Stage
		status Status
		why    string
	}{
		{"in order", good, Holds, "依次"},
		{"announced after the freeze", exchange(0, 1), Fails, "freeze 一步排在了前一步之前"},
		{"revealed after the number was known", exchange(2, 4), Fails, "beacon 一步排在了前一步之前"},
		{"sealed after it was opened", exchange(5, 6), Fails, "open 一步排在了前一步之前"},
		{"sealed twice", append(slices.Clone(good), StageSealed), Fails, "记了两次"},
		{"void", append(slices.Clone(good), StageVoid), Fails, "已经作废"},
		{"never announced", good[1:], NotApplicable, "announce"},
	} {
		l := &testLog{}
		for _, stage := range tt.order {
			l.add(t, NewLeaf(scenarioHead, stage, files[stage]).Text())
		}
		l.checkpoint(t, 3, clock(t, "2026-03-02T21:00:00"))
		b := s.copy(t)
		b.Log = l.extract(t)
		if c := Verify(b).Find("V8"); c.Status != tt.status || !strings.Contains(c.Why, tt.why) {
			t.Errorf("%s: %s, %q; want %s with %q", tt.name, c.Status, c.Why, tt.status, tt.why)
		}
	}
}

// TestVerifySplitView: two checkpoints of one size with different roots.
func TestVerifySplitView(t *testing.T) {
	b := newScenario(t).copy(t)
	fork := &testLog{}
	for range 4 {
		fork.add(t, "another history")
	}
	fork.checkpoint(t, 3, clock(t, "2026-03-02T21:00:00"))
	b.Log.Checkpoints = append(b.Log.Checkpoints, fork.Checkpoints...)
	if c := Verify(b).Find("V8"); c.Status != Fails || !strings.Contains(c.Why, "互相矛盾") {
		t.Errorf("got %+v", *c)
	}
}

// TestVerifyFallback: the dice count when the announced number was not drawn
// and the bundle says so.
func TestVerifyFallback(t *testing.T) {
	b := newScenario(t).copy(t)
	b.Beacon = (&Beacon{Dice, "500156-2026-0002/2", "12345678901234567890"}).Text()
	b.Fallback = (&Fallback{scenarioHead, KL8, "2026052"}).Text()
	if c := Verify(b).Find("V5"); c.Status != Holds || !strings.Contains(c.ByHand, "未开出") {
		t.Errorf("got %+v", *c)
	}
}

// TestVerifyManual: a name by hand is allowed and shown.
func TestVerifyManual(t *testing.T) {
	s := newScenario(t)
	officers := must[*Officers](t)(NewOfficers(scenarioHead, seedOf("salt"), []Officer{{"mzj-0", "mzj", 99, nil}}, nil))
	out := Draw(SM3, s.seed, s.pool, officers)
	roster := NewRoster(SM3, s.seed, s.pool, officers, out.Result)
	visit := out.Result.Visits[0]
	rec := must[*Substitution](t)(roster.Appoint(visit.Facility, "mzj", 2, "guest"))
	b := &Bundle{Announce: s.bundle.Announce, Pool: s.bundle.Pool, Officers: officers.Text(), Reveals: s.bundle.Reveals, Beacon: s.bundle.Beacon, Result: out.Result.Text(), Substitutions: []string{rec.Text()}}
	r := Verify(b)
	if c := r.Find("V13"); c.Status != Holds || !strings.Contains(c.Why, "1 次在无人可依次递补") || c.ByHand == "" {
		t.Errorf("got %+v", *c)
	}
	if c := r.Find("V6"); c.Status != Holds || !strings.Contains(c.Why, "空缺属实") {
		t.Errorf("got %+v", *c)
	}
}

// TestVerifyUntrusted: keys from elsewhere that did not sign decide.
func TestVerifyUntrusted(t *testing.T) {
	s := newScenario(t)
	stranger := newSigner(origin, logKey)
	stranger.key = newSigner("somebody else", logKey).key
	text := strings.Replace(testPolicyText(), logSigner.vkey(), stranger.vkey(), 1)
	r := VerifyTrusting(s.bundle, must[*WitnessPolicy](t)(ParseWitnessPolicy(text)))
	for _, id := range []string{"V8", "V9", "V14"} {
		if c := r.Find(id); c.Status != Fails || !strings.Contains(c.Why, "没有日志") {
			t.Errorf("got %+v", *c)
		}
	}
}

func TestWarnings(t *testing.T) {
	s := newScenario(t)
	b := s.copy(t)
	earlier := &Reveals{Head: Head{"500156-2026-0001", 1}, Parties: []Reveal{{Party: "mzj", Nonce: seedOf("nonce", "mzj")}, {Party: "x", Absent: true}}}
	b.Earlier = []string{earlier.Text(), "nonsense"}
	r := Verify(b)
	if !r.Complete() || len(r.Warnings) != 2 {
		t.Fatalf("got %v\n%s", r.Warnings, dump(r))
	}
	all := strings.Join(r.Warnings, "\n")
	if !strings.Contains(all, "500156-2026-0001/1 的 mzj 与 500156-2026-0002/2 的 mzj") || !strings.Contains(all, "其他抽取的揭示文件") {
		t.Errorf("got %v", r.Warnings)
	}
}
