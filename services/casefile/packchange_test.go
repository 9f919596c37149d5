package casefile

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"shenzhong/deploy/packs"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/packfile"
)

// source is a law pack that is replaced while the service runs.
type source struct{ now atomic.Pointer[law.Pack] }

func (s *source) Law() *law.Pack { return s.now.Load() }

// edited is the pack that ships, with words of its files replaced.
func edited(t *testing.T, words ...string) *law.Pack {
	t.Helper()
	files, err := packs.Wulong()
	if err != nil {
		t.Fatal(err)
	}
	data, err := packfile.Files(files)
	if err != nil {
		t.Fatal(err)
	}
	changed := fstest.MapFS{}
	for name, content := range data {
		changed[name] = &fstest.MapFile{Data: []byte(strings.NewReplacer(words...).Replace(string(content)))}
	}
	p, err := law.Load(changed)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestCaseKeepsItsLaw: a pack replaced at run time changes nothing for a case
// under way: neither its gates, nor its limit, nor what may be imposed. A case
// filed afterwards goes by the new one.
func TestCaseKeepsItsLaw(t *testing.T) {
	f := newFixture(t, "2026-08-10")
	src := &source{}
	src.now.Store(f.Law)
	f.cfg.Law, f.counter = src, deadline.Counter{Law: src, Calendar: f.Calendar}
	ctx := context.Background()

	file := func() string {
		t.Helper()
		id, err := f.File(ctx, File{Cause: f.by(leader), Facility: cemetery, Offence: "fire_safety", Act: "2026-08-01", Leads: []string{"巡查"}})
		if err != nil {
			t.Fatal(err)
		}
		f.investigate(t, id)
		return id
	}
	tell := func(id string, fen int64) error {
		p := penalty
		p.FineFen, p.Text = fen, "罚款"
		return f.Tell(ctx, Tell{Cause: f.by(investigator), Case: id, Facts: "a", Grounds: "b", Basis: "c", Penalty: p, SHA256: digest})
	}
	old := file()
	before, err := f.Case(ctx, leader, old)
	if err != nil {
		t.Fatal(err)
	}
	// The same day, other words: 1,000 to 10,000 yuan, 60 days, a gate more.
	src.now.Store(edited(t,
		"min_fen: 500000, max_fen: 5000000, basis: [xff 第60条]", "min_fen: 100000, max_fen: 1000000, basis: [xff 第60条]",
		"trigger: 立案之日, n: 90, unit: day", "trigger: 立案之日, n: 60, unit: day",
		"gates:\n", "gates:\n  - {code: extra, cases: [ordinary], name: 新增程序, text: 新增, basis: [local], verified: local, valid_from: 2021-07-15}\n",
		`edition: "2026.1"`, `edition: "2026.2"`,
	))
	fresh := file()
	after, err := f.Case(ctx, leader, fresh)
	if err != nil {
		t.Fatal(err)
	}
	again, err := f.Case(ctx, leader, old)
	if err != nil {
		t.Fatal(err)
	}
	if again.Pack != before.Pack || again.Law != before.Law || len(again.Gates) != len(before.Gates) || again.Limit.DueDate != "2026-11-09" {
		t.Errorf("the old case changed: %+v", again)
	}
	if after.Pack == before.Pack || len(after.Gates) != len(before.Gates)+1 || after.Limit.DueDate != "2026-10-09" {
		t.Errorf("the new case goes by %s: %d gates, due %s", after.Pack, len(after.Gates), after.Limit.DueDate)
	}
	if how, err := f.counter.Explain(again.Limit); err != nil || how.DueDate.String() != "2026-11-09" {
		t.Errorf("the limit of the old case is explained as %s, %v", how.DueDate, err)
	}
	if kept, err := f.counter.Renew(again.Limit); err != nil || kept.DueDate != "2026-11-09" {
		t.Errorf("its rule says keep: %s, %v", kept.DueDate, err)
	}
	wants(t, tell(fresh, 2000000), fault.Invalid, "上限 10000 元")
	if err := tell(old, 2000000); err != nil {
		t.Errorf("within what the law of the case allows: %v", err)
	}
}
