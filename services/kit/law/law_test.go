package law

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

func mustRead(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func files(content string) fstest.MapFS {
	return fstest.MapFS{"small.yaml": {Data: []byte(content)}}
}

func mustLoad(t testing.TB) *Pack {
	t.Helper()
	p, err := Load(files(mustRead(t)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func mustDate(t testing.TB, s string) workday.Date {
	t.Helper()
	d, err := workday.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestTheDayChooses asks for the same rule on the last day of the old law and
// on the first of the new.
func TestTheDayChooses(t *testing.T) {
	p := mustLoad(t)
	last, first := mustDate(t, "2026-03-29"), mustDate(t, "2026-03-30")

	then, now, changed, err := p.LawChanged("unapproved", last, first)
	if err != nil {
		t.Fatal(err)
	}
	if !changed || then.Citation() != "《旧条例》（第1号）第18条" || now.Citation() != "《新条例》（第2号）" {
		t.Errorf("changed %t from %s to %s", changed, then.Citation(), now.Citation())
	}
	if _, _, changed, err = p.LawChanged("unapproved", last, last); changed || err != nil {
		t.Errorf("changed %t on one day, %v", changed, err)
	}

	for on, want := range map[workday.Date]int{mustDate(t, "2026-03-31"): 36, mustDate(t, "2026-04-01"): 12} {
		s, err := p.Severity("general", on)
		if err != nil {
			t.Fatal(err)
		}
		if s.Max != want {
			t.Errorf("on %s published for %d months, want %d", on, s.Max, want)
		}
	}
	if got := len(p.Items(last)); got != 1 {
		t.Errorf("%d items on %s", got, last)
	}
	if _, err := p.Item("mzj-102", last); !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "没有有效的规则") {
		t.Errorf("an item before its day: %v", err)
	}
	if _, err := p.Item("mzj-999", last); !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "没有检查事项") {
		t.Errorf("an unknown item: %v", err)
	}
	if got := len(p.Gates("inspection", last)); got != 1 {
		t.Errorf("%d gates of an inspection on %s", got, last)
	}
	if got := len(p.Gates("inspection", first)); got != 2 {
		t.Errorf("%d gates of an inspection on %s", got, first)
	}
	if got := p.DeadlineHistory("credit"); len(got) != 2 || got[0].N != 36 {
		t.Errorf("history %v", got)
	}
}

// TestUnverifiedAmountsAreNotHandedOut asks for what nobody has read.
func TestUnverifiedAmountsAreNotHandedOut(t *testing.T) {
	p := mustLoad(t)
	old, now := mustDate(t, "2026-03-29"), mustDate(t, "2026-03-30")
	f, err := p.Fine("unapproved", old)
	if err != nil || *f.MaxTimes != 3 {
		t.Errorf("old fine %+v, %v", f, err)
	}
	f, err = p.Fine("unapproved", now)
	if !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "尚未") || f.Text != "按新条例" || f.Known() {
		t.Errorf("new fine %+v, %v", f, err)
	}
	l, err := p.Limit("grave.area", now)
	if !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "尚未核实") || l.Name != "墓位面积" {
		t.Errorf("grave area %+v, %v", l, err)
	}
	if l, err := p.Limit("officers", now); err != nil || *l.Value != 2 {
		t.Errorf("officers %+v, %v", l, err)
	}
}

func TestCautions(t *testing.T) {
	p := mustLoad(t)
	on := mustDate(t, "2026-01-05")
	for id, want := range map[string]string{"pub": "", "verify": "本地设置", "credit": "尚未"} {
		d, err := p.Deadline(id, on)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Caution(); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: caution %q", id, got)
		}
		if d.IsLaw() == (id == "verify") {
			t.Errorf("%s: law %t", id, d.IsLaw())
		}
	}
}

func TestMayInspect(t *testing.T) {
	p := mustLoad(t)
	on := mustDate(t, "2026-01-05")
	for unit, want := range map[string]fault.Kind{"mzj": "", "xz-a": "", "zbb": fault.Denied, "xzjd": fault.Denied, "czj": fault.Denied, "none": fault.NotFound} {
		if got := fault.KindOf(p.MayInspect(unit, on)); got != want {
			t.Errorf("%s: %q, want %q", unit, got, want)
		}
	}
	if got := p.Within("xzjd", on); !slices.Equal(got, []string{"xz-a"}) {
		t.Errorf("within the towns: %v", got)
	}
	if got := p.Within("mzj", on); !slices.Equal(got, []string{"mzj"}) {
		t.Errorf("within a unit: %v", got)
	}
}

func TestFallBackToAny(t *testing.T) {
	p := mustLoad(t)
	on := mustDate(t, "2026-01-05")
	for category, want := range map[string]int64{"funeral_home": 400000, "shop": 100000} {
		if r, err := p.Rate(category, "", "L", on); err != nil || r.PPM != want {
			t.Errorf("%s: %d, %v; want %d", category, r.PPM, err, want)
		}
	}
	if _, err := p.Rate("shop", "A", "H", on); !fault.Is(err, fault.NotFound) {
		t.Errorf("a rate that is not there: %v", err)
	}
	for unit, want := range map[string]int64{"scjgj": 10000000, "mzj": 5000000} {
		if h, err := p.HearingThreshold(unit, "legal", on); err != nil || h.Fen != want {
			t.Errorf("%s: %d, %v; want %d", unit, h.Fen, err, want)
		}
	}
}

func TestTerm(t *testing.T) {
	p := mustLoad(t)
	on := mustDate(t, "2026-04-05")
	verify, err := p.Deadline("verify", on)
	if err != nil {
		t.Fatal(err)
	}
	for extensions, want := range []int{15, 30} {
		term, err := verify.Term(extensions)
		if err != nil || term.N != want {
			t.Errorf("%d extensions: %d, %v; want %d", extensions, term.N, err, want)
		}
	}
	if _, err := verify.Term(2); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second extension: %v", err)
	}
	if _, err := verify.Term(-1); !fault.Is(err, fault.Invalid) {
		t.Errorf("a negative extension: %v", err)
	}
	pub, err := p.Deadline("pub", on)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pub.Term(1); !fault.Is(err, fault.Conflict) {
		t.Errorf("an extension that the rule does not know: %v", err)
	}
	if _, ok := pub.Shortest(); ok {
		t.Error("a limit without range has a shortest")
	}
	credit, err := p.Deadline("credit", on)
	if err != nil {
		t.Fatal(err)
	}
	if short, ok := credit.Shortest(); !ok || short.N != 3 || short.LastDay != workday.Keep {
		t.Errorf("shortest %v, %t", short, ok)
	}
}

func TestSeverityOf(t *testing.T) {
	p := mustLoad(t)
	on := mustDate(t, "2026-04-05")
	for _, tt := range []struct {
		kinds []string
		large bool
		want  string
		kind  fault.Kind
	}{
		{[]string{"fine"}, true, General, ""},
		{[]string{"fine", "confiscate"}, false, General, ""},
		{[]string{"fine"}, false, "", fault.NotFound}, // the small pack has no minor class
		{[]string{"banishment"}, false, "", fault.NotFound},
		{nil, false, "", fault.Invalid},
	} {
		s, err := p.SeverityOf(tt.kinds, tt.large, on)
		if fault.KindOf(err) != tt.kind || s.Class != tt.want {
			t.Errorf("%v large %t: %s, %v", tt.kinds, tt.large, s.Class, err)
		}
	}
}

func TestLedger(t *testing.T) {
	p := mustLoad(t)
	l, err := p.Ledger(mustDate(t, "2026-01-05"))
	if err != nil {
		t.Fatal(err)
	}
	for points, want := range map[int]string{100: "A", 95: "A", 94: "D", 0: "D", -5: "D"} {
		if got := l.Grade(points).Code; got != want {
			t.Errorf("%d points: %s, want %s", points, got, want)
		}
	}
	if pt, err := l.Point("penalty"); err != nil || pt.Points != -20 {
		t.Errorf("%+v, %v", pt, err)
	}
	if _, err := l.Point("none"); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown line: %v", err)
	}
	if _, err := p.Ledger(mustDate(t, "2001-01-05")); !fault.Is(err, fault.NotFound) {
		t.Errorf("before the scheme: %v", err)
	}
}

func TestLists(t *testing.T) {
	p := mustLoad(t)
	on := mustDate(t, "2026-01-05")
	if got := p.NonPublicationGrounds(on); len(got) != 1 || got[0].Code != "withhold.secret" {
		t.Errorf("grounds %v", got)
	}
	if got := p.Channels("village", on); len(got) != 1 || got[0].Code != "portal" {
		t.Errorf("channels of a village %v", got)
	}
	if got := p.Channels("enterprise", on); len(got) != 2 {
		t.Errorf("channels of an enterprise %v", got)
	}
	if in, err := p.Instrument("old"); err != nil || in.ReplacedBy != "new" {
		t.Errorf("instrument %+v, %v", in, err)
	}
	if got := p.Version(); !strings.HasPrefix(got, "500156-1-") {
		t.Errorf("version %s", got)
	}
}

// TestLint finds a rule that outlives its basis, one that begins before it, one
// that lapses and comes back, and an item whose offense nobody deals with.
func TestLint(t *testing.T) {
	findings := func(old, new string) (said []string) {
		t.Helper()
		content := strings.Replace(mustRead(t), old, new, 1)
		if content == mustRead(t) && old != new {
			t.Fatalf("%q does not occur", old)
		}
		p, err := Load(files(content))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range p.Lint() {
			said = append(said, f.String())
		}
		return said
	}
	asIs := findings("", "")
	if !slices.ContainsFunc(asIs, func(s string) bool {
		return strings.HasPrefix(s, "期限“pub”（自2013-01-01）：依据《旧条例》（第1号）自2026-03-29之后失效")
	}) {
		t.Errorf("a limit that outlives its basis is not among %q", asIs)
	}
	for _, tt := range []struct{ old, new, says string }{
		{"basis: [new], verified: false, valid_from: 2026-03-30}\n  - {violation: price", "basis: [new, old], verified: false, valid_from: 2026-03-30}\n  - {violation: price", "违法行为“unapproved”（自2026-03-30）：依据《旧条例》"},
		{"valid_to: 2026-03-29}\n  - {violation: unapproved", "valid_to: 2026-03-01}\n  - {violation: unapproved", "中间有空档"},
		{"basis: [new 第1条], verified: true, valid_from: 2026-03-30", "basis: [new 第1条], verified: true, valid_from: 2026-03-01", "自2026-03-30才施行"},
		{"basis: [old 第18条], verified: true, valid_from: 2013-01-01, valid_to: 2026-03-29}\n  - {violation", "basis: [old 第18条], verified: true, valid_from: 2025-01-01, valid_to: 2026-03-29}\n  - {violation", "检查事项“mzj-101”"},
		{"violations: [unapproved], basis: [old], verified: true", "violations: [unapproved], basis: [local], verified: true", "没有法律、法规或者规章作依据"},
		{"{violation: price, name: 价格违法", "{violation: price, name: 擅建", "与“unapproved”名称相同，却由民政和市监分别主办"},
		{"evidence: 照片, unit: mzj", "evidence: 照片, unit: scjgj", "由市监检查，“擅建”却由民政主办"},
	} {
		got := findings(tt.old, tt.new)
		if count(got, tt.says) <= count(asIs, tt.says) {
			t.Errorf("no further finding says %q: %q", tt.says, got)
		}
	}
}

func count(said []string, part string) (n int) {
	for _, s := range said {
		if strings.Contains(s, part) {
			n++
		}
	}
	return n
}

func TestOpen(t *testing.T) {
	p := mustLoad(t)
	open := func(on string) (keys []string) {
		for _, f := range p.Open(mustDate(t, on)) {
			keys = append(keys, f.Key)
		}
		return keys
	}
	if got := open("2026-01-05"); !slices.Contains(got, "credit") || slices.Contains(got, "grave.area") || slices.Contains(got, "pub") {
		t.Errorf("open in January %v", got)
	}
	if got := open("2026-04-05"); slices.Contains(got, "credit") || !slices.Contains(got, "grave.area") {
		t.Errorf("open in April %v", got)
	}
}

// TestGroundFits: what a ground asks of a decision must be so; what it does not
// ask may be anything.
func TestGroundFits(t *testing.T) {
	g := Ground{Name: "涉及未成年人", Subjects: []string{"natural"}, Severities: []string{Minor, General}, Kinds: []string{"warning", "fine"}, Units: []string{"mzj"}}
	for name, tt := range map[string]struct {
		subject, severity string
		kinds             []string
		unit              string
		fits              bool
	}{
		"as asked":         {"natural", General, []string{"fine"}, "mzj", true},
		"a legal person":   {"legal", General, []string{"fine"}, "mzj", false},
		"serious":          {"natural", Serious, []string{"fine"}, "mzj", false},
		"a kind beside it": {"natural", Minor, []string{"warning", "close"}, "mzj", false},
		"no kind":          {"natural", Minor, nil, "mzj", false},
		"another unit":     {"natural", Minor, []string{"warning"}, "scjgj", false},
	} {
		if err := g.Fits(tt.subject, tt.severity, tt.kinds, tt.unit); (err == nil) != tt.fits {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (Ground{}).Fits("legal", Serious, nil, ""); err != nil {
		t.Errorf("a ground that asks nothing: %v", err)
	}
}
