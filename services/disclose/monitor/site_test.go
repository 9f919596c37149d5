package monitor

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// A district of a test: Monday, the day on which its monitor looks, and the draw
// that it held the week before.
var (
	monday   = time.Date(2026, 11, 16, 9, 0, 0, 0, workday.Zone)
	beaconAt = time.Date(2026, 11, 10, 21, 30, 0, 0, workday.Zone)
)

const (
	origin = "example.invalid/fdlog-500156-1"
	draw1  = "500156-2026-0001"
	draw2  = "500156-2026-0002"
	shownA = "500156-GS-2026-000001" // public
	endedB = "500156-GS-2026-000002" // withdrawn
)

var (
	idA = strings.Repeat("a", 32)
	idB = strings.Repeat("b", 32)
)

type kept struct{ text string }

func (k *kept) Last() (string, error)  { return k.text, nil }
func (k *kept) Keep(text string) error { k.text = text; return nil }
func (*kept) Halted() (string, error)  { return "", nil }
func (*kept) Halt(string) error        { return nil }

type glances map[string]publiclog.Seen

func (g glances) Seen(origin string) (publiclog.Seen, error) {
	if seen, ok := g[origin]; ok {
		return seen, nil
	}
	return publiclog.Seen{Origin: origin}, nil
}

func (g glances) Keep(seen publiclog.Seen) error { g[seen.Origin] = seen; return nil }

// site is a whole public site in memory, which a test may make lie.
type site struct {
	t         *testing.T
	keys      *publiclog.Keys
	cosigner  *publiclog.Cosigner
	witnessed time.Time // when the witness looks
	policy    string
	leaves    []string
	dir       string            // of the log's files
	pages     map[string]string // by path
	ended     map[string]bool   // paths that answer 410
	list      []map[string]string
}

// newSite is an honest one: a record that is public, one that was withdrawn in
// time, two draws that were opened, three looks of a witness.
func newSite(t *testing.T) *site {
	t.Helper()
	secret, err := publiclog.Generate(origin)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, pages: map[string]string{}, ended: map[string]bool{}, witnessed: monday.Add(-time.Hour)}
	if s.keys, err = publiclog.ParseKeys(secret); err != nil {
		t.Fatal(err)
	}
	line, err := publiclog.GenerateCosigner("sifaju")
	if err != nil {
		t.Fatal(err)
	}
	key, err := publiclog.ParseCosigner(line)
	if err != nil {
		t.Fatal(err)
	}
	s.policy = "witness sifaju " + key.Public() + "\nquorum sifaju\n"
	s.cosigner = key
	policy, err := publiclog.NewPolicy(s.keys.Public(), s.policy)
	if err != nil {
		t.Fatal(err)
	}
	s.pages["log/policy"] = policy.Text
	s.pages["log/keys"] = strings.Join(s.keys.Public(), "\n") + "\n"
	for _, k := range s.keys.Public() {
		s.leaves = append(s.leaves, publiclog.KeyLeaf(k))
	}
	s.leaves = append(s.leaves, policy.Leaf(), publiclog.Record(idA, 1, [32]byte{1}, "document A"), publiclog.Record(idB, 1, [32]byte{2}, "document B"))
	s.state("2026-11-02")
	s.hold(draw1, "GM0001", "GM0002")
	s.state("2026-11-12")
	s.leaves = append(s.leaves, publiclog.Withdraw(idB, 1, "revoked", "2026-11-12"))
	s.hold(draw2, "GM0001", "GM0002", "GM0003")
	s.state("2026-11-13")
	s.list = []map[string]string{{"id": shownA, "state": "published", "title": "A"}, {"id": endedB, "state": "withdrawn"}}
	for _, part := range []string{"", "/proof", "/document"} {
		s.ended["records/"+endedB+part] = true
	}
	s.pages["api/v1/public/records/"+endedB] = `{"id":"` + endedB + `","state":"withdrawn"}`
	s.publish()
	return s
}

// Now is the clock of the witness.
func (s *site) Now() time.Time { return s.witnessed }

func (s *site) state(day string) {
	var states publiclog.States
	for _, leaf := range s.leaves {
		states.Add(leaf)
	}
	st := states.At(int64(len(s.leaves)))
	leaf, err := st.Leaf(day, fdraw.SM3.Raw("x"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.pages["log/state"] = st.File()
	s.leaves = append(s.leaves, leaf)
}

// hold holds a draw of one category with those facilities and opens it.
func (s *site) hold(draw string, facilities ...string) {
	s.t.Helper()
	head := fdraw.Head{Draw: draw, Attempt: 1}
	var entries []fdraw.Entry
	var units []fdraw.Unit
	for _, f := range facilities {
		entries = append(entries, fdraw.Entry{Facility: f, Category: "cemetery", Risk: "L", Status: fdraw.Active})
		units = append(units, fdraw.Unit{Facility: f, Stratum: "c", PPM: 500000, Reason: fdraw.ByRate})
	}
	registry, err := fdraw.NewRegistry(head, []fdraw.Plan{{Category: "cemetery", Draw: 1, Of: 1}}, entries)
	if err != nil {
		s.t.Fatal(err)
	}
	pool, err := fdraw.NewPool(head, units)
	if err != nil {
		s.t.Fatal(err)
	}
	announce := fdraw.Announce{
		Head: head, Hash: fdraw.SM3, Parties: []string{"ghzrzyj", "mzj", "scjgj"}, Quorum: 2,
		CommitBy: beaconAt.Add(-5 * time.Hour), FreezeBy: beaconAt.Add(-4 * time.Hour), RevealBy: beaconAt.Add(-3 * time.Hour),
		Beacon: fdraw.Appointment{Source: fdraw.Dice, Issue: head.String(), At: beaconAt}, Fallback: fdraw.Dice, OpenBy: beaconAt.AddDate(0, 0, 40),
	}
	result := (&fdraw.Result{Head: head, Visits: []fdraw.Visit{{Facility: facilities[0]}}}).Text()
	b := fdraw.Bundle{Format: "fdraw/v1 bundle", Announce: announce.Text(), Registry: registry.Text(), Pool: pool.Text(), Result: result}
	raw, err := b.JSON()
	if err != nil {
		s.t.Fatal(err)
	}
	s.pages["api/v1/draws/"+draw+"/bundle"], s.pages["api/v1/draws/"+draw+"/files/announce"] = string(raw), announce.Text()
	for _, step := range [][2]string{
		{publiclog.Announce, announce.Text()}, {publiclog.Freeze, "f"}, {publiclog.Reveals, "r"}, {publiclog.Beacon, "b"}, {publiclog.Sealed, "s"}, {publiclog.Open, result},
	} {
		s.leaves = append(s.leaves, publiclog.Draw(draw, 1, step[0], step[1]))
	}
}

// publish signs the log as it is, has the witness look, and puts out the files
// and the proofs.
func (s *site) publish() {
	s.t.Helper()
	tree := &publiclog.Tree{}
	for _, leaf := range s.leaves {
		if err := tree.Add(leaf); err != nil {
			s.t.Fatal(err)
		}
	}
	text, err := (&publiclog.Notary{Keys: s.keys, Memory: &kept{}}).Sign(tree)
	if err != nil {
		s.t.Fatal(err)
	}
	witness, err := publiclog.NewWitness(s.cosigner, s.keys.Public(), glances{}, s)
	if err != nil {
		s.t.Fatal(err)
	}
	line, err := witness.AddCheckpoint(publiclog.Request(0, nil, text))
	if err != nil {
		s.t.Fatal(err)
	}
	text += line
	point, err := fdraw.ParseCheckpoint(text)
	if err != nil {
		s.t.Fatal(err)
	}
	s.dir = s.t.TempDir()
	if err := (&Book{Text: text, Point: point, Leaves: s.leaves, Tree: tree}).Save(s.dir); err != nil {
		s.t.Fatal(err)
	}
	p := publiclog.Proof{Record: idA, Version: 1, Index: 3, Size: tree.Size(), Checkpoint: text}
	p.SetSalt([32]byte{1})
	if p.Path, err = tree.Include(p.Index, p.Size); err != nil {
		s.t.Fatal(err)
	}
	s.pages["records/"+shownA+"/proof"], s.pages["records/"+shownA+"/document"] = p.Text(), "document A"
}

// Read implements Source.
func (s *site) Read(_ context.Context, path string) ([]byte, error) {
	path, _, _ = strings.Cut(path, "?")
	if s.ended[path] {
		return nil, &Gone{path}
	}
	if text, ok := s.pages[path]; ok {
		return []byte(text), nil
	}
	if path == "api/v1/public/records" {
		return json.Marshal(map[string]any{"records": s.list, "next": ""})
	}
	if file, ok := strings.CutPrefix(path, "log/"); ok {
		if raw, err := os.ReadFile(filepath.Join(s.dir, file)); err == nil {
			return raw, nil
		}
	}
	return nil, fault.New(fault.NotFound, "no %s", path)
}

// watch looks at the site with what the monitor remembers.
func (s *site) watch(memory *Memory, now time.Time) (map[string]fdraw.Check, *Monitor) {
	s.t.Helper()
	m := New(Config{Site: s, Clock: clock.NewFake(now), WithdrawBy: func(d workday.Date) (time.Time, error) { return d.AddDays(6).Start(), nil }}, memory)
	report, err := m.Look(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	if len(report.Checks) != 10 {
		s.t.Fatalf("%d checks", len(report.Checks))
	}
	out := map[string]fdraw.Check{}
	for _, c := range report.Checks {
		out[c.ID] = c
	}
	return out, m
}

// fresh is a memory of what was public before.
func fresh() *Memory {
	return &Memory{Format: memoryFormat, Records: map[string]string{idB: endedB}}
}

func verdicts(checks map[string]fdraw.Check) string {
	var b strings.Builder
	for i := 1; i <= 10; i++ {
		c := checks[fmt.Sprintf("M%d", i)]
		fmt.Fprintf(&b, "%s %s %s\n", c.ID, c.Status, c.Why)
	}
	return b.String()
}

func itoa(n int) string { return fmt.Sprint(n) }
