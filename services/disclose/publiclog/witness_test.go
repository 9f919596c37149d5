package publiclog

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/clock"
)

// sights is a WitnessMemory of a test.
type sights struct {
	seen map[string]Seen
	fail error
}

func (s *sights) Seen(origin string) (Seen, error) {
	if seen, ok := s.seen[origin]; ok {
		return seen, nil
	}
	return Seen{Origin: origin}, nil
}

func (s *sights) Keep(seen Seen) error {
	if s.fail == nil {
		s.seen[seen.Origin] = seen
	}
	return s.fail
}

// at is when the witness of a test looks.
var at = time.Date(2026, 11, 2, 1, 2, 3, 0, time.UTC)

func newWitness(t testing.TB, name string, public []string) (*Witness, *Cosigner, *sights) {
	t.Helper()
	secret, err := GenerateCosigner(name)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseCosigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	memory := &sights{seen: map[string]Seen{}}
	w, err := NewWitness(key, public, memory, clock.NewFake(at))
	if err != nil {
		t.Fatal(err)
	}
	return w, key, memory
}

// point signs a checkpoint over the first n entries.
func point(t testing.TB, k *Keys, tree *Tree, n int64) string {
	t.Helper()
	root, err := tree.Root(n)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: Body(k.Origin, n, root)}, k.signers...)
	if err != nil {
		t.Fatal(err)
	}
	return string(signed)
}

// ask is a request that an honest log makes.
func ask(t testing.TB, k *Keys, tree *Tree, old, n int64) string {
	t.Helper()
	path, err := tree.Extend(old, n)
	if err != nil {
		t.Fatal(err)
	}
	return Request(old, path, point(t, k, tree, n))
}

func codeOf(err error) int {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return 0
}

// TestWitnessAnswers goes through every answer of C2SP tlog-witness.
func TestWitnessAnswers(t *testing.T) {
	k, other := keys(t), keys(t) // other has the same origin
	var tree, fork Tree
	grow(t, &tree, 300)
	grow(t, &fork, 200)
	if err := fork.Add("another"); err != nil {
		t.Fatal(err)
	}
	grow(t, &fork, 300)
	w, key, _ := newWitness(t, "sifaju", k.Public())
	proof := func(old, n int64) string {
		request, _, _ := strings.Cut(ask(t, k, &tree, old, n), "\n\n")
		return request
	}
	foreign := strings.Replace(point(t, k, &tree, 10), origin+"\n", "example.invalid/other\n", 1)
	steps := []struct {
		name    string
		request string
		code    int
		size    int64
	}{
		{"nothing", "", 400, 0},
		{"no old line", "\n\n" + point(t, k, &tree, 10), 400, 0},
		{"a leading zero", strings.Replace(ask(t, k, &tree, 0, 10), "old 0", "old 00", 1), 400, 0},
		{"a negative size", strings.Replace(ask(t, k, &tree, 0, 10), "old 0", "old -1", 1), 400, 0},
		{"too many hashes", "old 1\n" + strings.Repeat("sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n", 64) + "\n" + point(t, k, &tree, 10), 400, 0},
		{"a hash that is none", "old 1\nabc\n\n" + point(t, k, &tree, 10), 400, 0},
		{"no checkpoint", "old 0\n\nhello\n", 400, 0},
		{"another log", Request(0, nil, foreign), 404, 0},
		{"another's signature", ask(t, other, &tree, 0, 10), 403, 0},
		{"a body that was changed", strings.Replace(ask(t, k, &tree, 0, 10), "\n10\n", "\n11\n", 1), 403, 0},
		{"larger than itself", Request(11, nil, point(t, k, &tree, 10)), 400, 0},
		{"not what was seen", ask(t, k, &tree, 5, 10), 409, 0},
		{"a proof from nothing", "old 0\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n\n" + point(t, k, &tree, 100), 422, 0},
		{"the first", ask(t, k, &tree, 0, 100), 200, 0},
		{"the same again", ask(t, k, &tree, 100, 100), 200, 0},
		{"the first again", ask(t, k, &tree, 0, 100), 409, 100},
		{"the same with a proof", strings.Replace(ask(t, k, &tree, 100, 100), "old 100\n", "old 100\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n", 1), 422, 0},
		{"growth", ask(t, k, &tree, 100, 201), 200, 0},
		{"back", ask(t, k, &tree, 100, 150), 409, 201},
		{"a fork of the same size", Request(201, nil, point(t, k, &fork, 201)), 409, 201},
		{"a fork that grew", ask(t, k, &fork, 201, 300), 422, 0},
		{"a proof of something else", proof(201, 250) + "\n\n" + point(t, k, &tree, 300), 422, 0},
		{"the truth after all that", ask(t, k, &tree, 201, 300), 200, 0},
	}
	for _, step := range steps {
		line, err := w.AddCheckpoint(step.request)
		var refusal *Refusal
		errors.As(err, &refusal)
		switch {
		case step.code == 200 && err != nil, step.code != 200 && codeOf(err) != step.code, err != nil && line != "":
			t.Errorf("%s: got %q, %v; want %d", step.name, line, err, step.code)
		case step.code == 409 && refusal.Size != step.size:
			t.Errorf("%s: says %d, has seen %d", step.name, refusal.Size, step.size)
		}
	}
	text := point(t, k, &tree, 300)
	line, err := w.AddCheckpoint(ask(t, k, &tree, 300, 300))
	if err != nil {
		t.Fatal(err)
	}
	verified(t, text+line, key)
}

// verified holds a cosigned checkpoint against the verifier of draws, which was
// written apart.
func verified(t *testing.T, text string, key *Cosigner) {
	t.Helper()
	c, err := fdraw.ParseCheckpoint(text)
	if err != nil {
		t.Fatal(err)
	}
	public, err := fdraw.ParseKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	if seen, err := c.SeenBy(public); err != nil || !seen.Equal(at) {
		t.Errorf("seen at %v, %v; want %v", seen, err, at)
	}
}

// TestWitnessKeepsBeforeItSpeaks: what could not be kept is not said.
func TestWitnessKeepsBeforeItSpeaks(t *testing.T) {
	k := keys(t)
	var tree Tree
	grow(t, &tree, 3)
	w, _, memory := newWitness(t, "daxue", k.Public())
	memory.fail = errors.New("disk full")
	if line, err := w.AddCheckpoint(ask(t, k, &tree, 0, 3)); line != "" || !errors.Is(err, memory.fail) {
		t.Errorf("got %q, %v", line, err)
	}
}

// TestWitnessRunsNoRace: of many at once that grow from the same size, exactly
// one is cosigned.
func TestWitnessRunsNoRace(t *testing.T) {
	k := keys(t)
	var tree Tree
	grow(t, &tree, 40)
	w, _, _ := newWitness(t, "shimzj", k.Public())
	if _, err := w.AddCheckpoint(ask(t, k, &tree, 0, 1)); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	signed := make(chan int64, 40)
	for n := int64(2); n <= 40; n++ {
		request := ask(t, k, &tree, 1, n)
		all.Go(func() {
			if _, err := w.AddCheckpoint(request); err == nil {
				signed <- n
			} else if codeOf(err) != 409 {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(signed) != 1 {
		t.Errorf("%d cosigned, want 1", len(signed))
	}
}

func TestCosignerRefusals(t *testing.T) {
	for _, name := range []string{"", "司法局", "a b", "a+b", "-a"} {
		if _, err := GenerateCosigner(name); err == nil {
			t.Errorf("%q passes", name)
		}
	}
	good, err := GenerateCosigner("sifaju")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "PRIVATE+KEY+sifaju", strings.Replace(good, "sifaju", "daxue", 1), good[:len(good)-6] + "\n", strings.Replace(good, "+", "-", 1)} {
		if _, err := ParseCosigner(bad); err == nil || strings.Contains(err.Error(), "PRIVATE") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	key, err := ParseCosigner(good)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewWitness(key, nil, nil, nil); err == nil {
		t.Error("a witness of nothing")
	}
	if _, err := NewWitness(key, []string{"x+y"}, nil, nil); err == nil {
		t.Error("a log key that is none")
	}
}
