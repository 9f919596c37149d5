//go:build verifiers

package fdraw

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"shenzhong/services/draw/fdraw/verify"
)

// agreeCases is the bundles on which all verifiers must agree: the vectors, a
// whole scenario with its public log, thousands of ceremonies left to chance,
// each of them also spoiled (I9).
func agreeCases(t *testing.T) [][]byte {
	rnd := rand.New(rand.NewPCG(14, 3))
	var cases [][]byte
	add := func(b *Bundle) { cases = append(cases, must[[]byte](t)(b.JSON())) }
	for _, d := range mustVectors(t).Draws {
		b := d.bundle()
		b.Notices = []IssuedNotice{{d.Notice0, Proof{0, d.Size, d.Proof0}}}
		add(b)
		a := must[*Announce](t)(ParseAnnounce(d.Announce))
		b.Fallback = (&Fallback{a.Head, a.Beacon.Source, a.Beacon.Issue}).Text()
		add(b)
		b.Fallback = (&Fallback{a.Head, a.Beacon.Source, "2026001"}).Text()
		add(b)
	}
	for range 2300 {
		b := randomDraw(t, rnd)
		add(b)
		spoil(rnd, b)
		add(b)
	}
	s := newScenario(t)
	add(s.bundle)
	again := s.copy(t)
	again.Earlier = []string{(&Reveals{Head: Head{"500156-2026-0001", 1}, Parties: []Reveal{{Party: "mzj", Nonce: seedOf("nonce", "mzj")}}}).Text(), "nonsense"}
	add(again)
	for i := range 500 {
		b := s.copy(t)
		spoil(rnd, b)
		if i%5 == 0 {
			bend(rnd, b)
		}
		add(b)
	}
	for _, reason := range voidReasons {
		add(voided(t, reason))
		for range 40 {
			b := voided(t, reason)
			spoil(rnd, b)
			add(b)
		}
	}
	cases = append(cases, rehearsed(t)...)
	whole := must[[]byte](t)(s.bundle.JSON())
	for range 100 { // bytes of the JSON itself
		cases = append(cases, []byte(mutate(rnd, string(whole), rnd.IntN(len(whole)))))
	}
	return cases
}

// rehearsed is what a rehearsal of the whole system has published.
func rehearsed(t *testing.T) [][]byte {
	dir := os.Getenv("SHENZHONG_BUNDLES")
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || dir == "" || len(names) == 0 {
		t.Fatalf("no packages of a rehearsal in %q (%v): run make verifiers", dir, err)
	}
	var out [][]byte
	for _, name := range names {
		b := must[*Bundle](t)(ParseBundle(must[[]byte](t)(os.ReadFile(name))))
		if r := Verify(b); r.Failed() || b.Void == "" && r.Find("V6").Status != Holds || r.Find("V10").Status != Holds {
			t.Errorf("%s does not hold: %+v", name, r)
		}
		out = append(out, must[[]byte](t)(b.JSON()))
	}
	return out
}

// bend changes the part of a bundle that is not text.
func bend(rnd *rand.Rand, b *Bundle) {
	p := &b.Notices[rnd.IntN(len(b.Notices))].Proof
	if rnd.IntN(2) == 0 {
		l := &b.Log.Leaves[rnd.IntN(len(b.Log.Leaves))]
		p = &l.Proofs[rnd.IntN(len(l.Proofs))]
	}
	switch rnd.IntN(4) {
	case 0:
		p.Index += int64(rnd.IntN(3)) - 1
	case 1:
		p.Size += int64(rnd.IntN(3)) - 1
	case 2:
		p.Path = p.Path[:len(p.Path)-1]
	case 3:
		p.Path = append(p.Path, Node{})
	}
}

// report is what a verifier said, in the words of all of them.
func report(text []byte) string {
	b, err := ParseBundle(text)
	if err != nil {
		return "refused"
	}
	r := Verify(b)
	out := []any{r.Draw}
	for _, c := range r.Checks {
		out = append(out, []string{c.ID, c.Title, string(c.Status), c.Why, c.ByHand})
	}
	return spell(append(out, r.Warnings))
}

func spell(v any) string {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // strings only
	return strings.ReplaceAll(strings.TrimSpace(buf.String()), "null", "[]")
}

const pageReport = `(function (texts) { return JSON.stringify(texts.map(function (text) {
	var r;
	try { r = fdraw.check(atob(text)); } catch (e) { if (!(e instanceof Error) || e instanceof TypeError || e instanceof RangeError) { throw e; } return "refused"; }
	return JSON.stringify([r.draw].concat(r.checks.map(function (c) { return [c.id, c.title, c.status, c.why, c.byHand]; }), [r.warnings]));
})); }(%s))`

func TestVerifiersAgree(t *testing.T) {
	cases := agreeCases(t)
	if len(cases) < 5000 {
		t.Fatalf("only %d cases", len(cases))
	}
	t.Run("page", func(t *testing.T) { t.Parallel(); pageAgrees(t, cases) })
	t.Run("python", func(t *testing.T) { t.Parallel(); pythonAgrees(t, cases) })
}

// pageAgrees: the page's script, in a real browser with the network cut, says
// word for word what this package says.
func pageAgrees(t *testing.T, cases [][]byte) {
	b := newBrowser(t)
	b.open(must[*verify.Page](t)(verify.Draw()).HTML)
	seen := map[Status]int{}
	wrong := 0
	for chunk := range slices.Chunk(cases, 50) {
		var texts []string
		for _, c := range chunk {
			texts = append(texts, base64.StdEncoding.EncodeToString(c))
		}
		var got []string
		if err := json.Unmarshal([]byte(b.text(fmt.Sprintf(pageReport, spell(texts)))), &got); err != nil {
			t.Fatal(err)
		}
		for i, c := range chunk {
			want := report(c)
			for _, s := range []Status{Holds, Fails, NotApplicable, "refused"} {
				seen[s] += strings.Count(want, string(s))
			}
			if got[i] != want {
				if wrong++; wrong <= 5 {
					t.Errorf("the page says\n%s\nand we say\n%s", got[i], want)
				}
			}
		}
	}
	b.alone()
	t.Logf("%d bundles, %d differ; verdicts: %v", len(cases), wrong, seen)
	for _, s := range []Status{Holds, Fails, NotApplicable, "refused"} {
		if seen[s] == 0 {
			t.Errorf("no case is %q", s)
		}
	}
}

const pythonReport = `
import json, sys
sys.path.insert(0, "verify")
import verify
for line in sys.stdin:
    print(json.dumps({number: status for number, (_, status, _) in verify.check(json.loads(line)).items()}))
`

// pythonAgrees: where every file of the ceremony can be read, the Python program
// answers each of its checks as we do; where one cannot, it does not call the
// draw good.
func pythonAgrees(t *testing.T, cases [][]byte) {
	var lines bytes.Buffer
	var bundles []*Bundle
	for _, c := range cases {
		b, err := ParseBundle(c)
		if err != nil {
			continue
		}
		b.Notices = nil // it makes them anew, and looks at none
		bundles = append(bundles, b)
		lines.WriteString(spell(b) + "\n")
	}
	cmd := exec.Command("python3", "-B", "-c", pythonReport)
	cmd.Stdin = &lines
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("python3: %v", err)
	}
	answers := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(answers) != len(bundles) {
		t.Fatalf("%d answers to %d bundles", len(answers), len(bundles))
	}
	whole := 0
	for i, b := range bundles {
		var got map[string]Status
		if err := json.Unmarshal([]byte(answers[i]), &got); err != nil {
			t.Fatal(err)
		}
		if len(got) != 5 {
			t.Fatalf("it checks %v", got)
		}
		if !readable(b) {
			if !slices.ContainsFunc([]string{"V2", "V3", "V4", "V6", "V7"}, func(id string) bool { return got[id] != Holds }) {
				t.Errorf("it calls good what cannot be read: %s", Verify(b).Find("V1").Why)
			}
			continue
		}
		whole++
		r := Verify(b)
		for id, status := range got {
			if want := r.Find(id); status != want.Status {
				t.Errorf("%s: it says %s, we say %s: %s", id, status, want.Status, want.Why)
			}
		}
	}
	t.Logf("%d bundles, %d of them with every file readable", len(bundles), whole)
	if whole < len(bundles)/3 {
		t.Error("too few bundles with readable files")
	}
}

func readable(b *Bundle) bool {
	for file, text := range b.files() {
		if *text == "" {
			continue
		}
		if _, err := parsers[file](*text); err != nil {
			return false
		}
	}
	return true
}

// TestPythonSM3: the function written out there is the one of the standard, and
// is what is used where the system has none.
func TestPythonSM3(t *testing.T) {
	const program = `
import sys
sys.path.insert(0, "verify")
import verify
for n in range(300):
    print(verify.sm3(bytes(i * 7 & 255 for i in range(n))).hex())
`
	out, err := exec.Command("python3", "-B", "-c", program).Output()
	if err != nil {
		t.Fatalf("python3: %v", err)
	}
	for n, got := range strings.Fields(string(out)) {
		text := make([]byte, n)
		for i := range text {
			text[i] = byte(i * 7)
		}
		if want := SM3.Raw(string(text)).String(); got != want {
			t.Errorf("SM3 of %d bytes: %s, want %s", n, got, want)
		}
	}
}

// spoil changes a bundle in one place, or takes a file away.
func spoil(rnd *rand.Rand, b *Bundle) {
	all := b.everyFile()
	text := all[rnd.IntN(len(all))]
	switch n := len(*text); {
	case n == 0:
	case rnd.IntN(12) == 0:
		*text = ""
	default:
		*text = mutate(rnd, *text, rnd.IntN(n))
	}
}
