package packs

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
)

func mustLoad(t testing.TB) *law.Pack {
	t.Helper()
	files, err := Wulong()
	if err != nil {
		t.Fatal(err)
	}
	p, err := law.Load(files)
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

// TestUnits holds the units against clause 六(一) and the cooperating units that
// only clause 四 names.
func TestUnits(t *testing.T) {
	p := mustLoad(t)
	members := strings.Fields("区民政局 区委组织部 区委宣传部 区委政法委 区委网信办 区民族宗教委 区发展改革委 区公安局 区司法局 区财政局 区人社社保局 区规划自然资源局 区生态环境局 区住房城乡建设委 区城市管理局 区农业农村委 区文化旅游委 区卫生健康委 区市场监管局 区乡村振兴局 区林业局 区信访办 区数建办")
	if len(members) != 23 {
		t.Fatalf("the plan names 23 members, the test %d", len(members))
	}
	byKind := make(map[law.UnitKind][]string)
	for _, u := range p.Units() {
		byKind[u.Kind] = append(byKind[u.Kind], u.Short)
	}
	if got := byKind[law.Member]; !slices.Equal(got, members) {
		t.Errorf("members %v", got)
	}
	for _, name := range []string{"区应急局", "区消防救援支队", "区交通局", "区水利局"} {
		if !slices.Contains(byKind[law.Cooperating], name) {
			t.Errorf("%s is missing", name)
		}
	}
	on := mustDate(t, "2026-11-23")
	for _, code := range []string{"zb", "zbb"} {
		if err := p.MayInspect(code, on); !fault.Is(err, fault.Denied) || !strings.Contains(err.Error(), "议事协调机构") {
			t.Errorf("%s may inspect: %v", code, err)
		}
	}
	if towns := p.Within("xzjd", on); len(towns) < 20 {
		t.Errorf("%d towns", len(towns))
	}
}

// TestAreas holds the six areas against clause 四(一) to (六) of the plan.
func TestAreas(t *testing.T) {
	plan := []struct{ clause, lead, assist string }{
		{"四(一)", "区民政局", "区公安局 区住房城乡建设委 区应急局 区消防救援支队"},
		{"四(二)", "区民政局", "区规划自然资源局 区住房城乡建设委 区交通局 区水利局 区市场监管局 区林业局 各乡镇（街道）"},
		{"四(三)", "区民政局", "区发展改革委 区公安局 区规划自然资源局 区卫生健康委 区市场监管局 各乡镇（街道）"},
		{"四(四)", "区民政局", "区委宣传部 区民族宗教委 区公安局 区文化旅游委 区城市管理局 各乡镇（街道）"},
		{"四(五)", "区民政局", "区市场监管局"},
		{"四(六)", "区民政局", "区数建办 区级有关部门"},
	}
	p := mustLoad(t)
	on := mustDate(t, "2024-01-08")
	areas := p.Areas()
	if len(areas) != len(plan) {
		t.Fatalf("%d areas, the plan has %d", len(areas), len(plan))
	}
	name := func(code string) string {
		u, err := p.Unit(code, on)
		if err != nil {
			t.Fatal(err)
		}
		return u.Short
	}
	for i, want := range plan {
		a := areas[i]
		var assist []string
		for _, code := range a.Assist {
			assist = append(assist, name(code))
		}
		if name(a.Lead) != want.lead || strings.Join(assist, " ") != want.assist || a.Basis[0].Article != want.clause {
			t.Errorf("area %s: %s, %s with %v; the plan says %s with %s", a.Code, a.Basis[0].Article, name(a.Lead), assist, want.lead, want.assist)
		}
	}
}

// TestCatalogue holds the deadlines against the catalogue of the fact sheet, on
// a day on which all of them apply.
func TestCatalogue(t *testing.T) {
	type limit struct {
		n, min int
		unit   workday.Unit
		extend int
	}
	catalogue := map[string]limit{
		"pub.penalty.portal":   {7, 0, workday.Workday, 0},
		"pub.penalty.credit":   {7, 0, workday.Workday, 0},
		"pub.penalty.gsxt":     {20, 0, workday.Workday, 0},
		"pub.withdraw":         {3, 0, workday.Workday, 0},
		"pub.check.result":     {20, 0, workday.Workday, 0},
		"check.nocode.file":    {3, 0, workday.Workday, 0},
		"case.decide":          {90, 0, workday.Day, 0},
		"case.evidence.hold":   {7, 0, workday.Workday, 0},
		"case.hearing.request": {5, 0, workday.Workday, 0},
		"case.hearing.notice":  {7, 0, workday.Workday, 0},
		"case.serve":           {7, 0, workday.Workday, 0},
		"fine.pay":             {15, 0, workday.Day, 0},
		"police.decide":        {3, 0, workday.Day, 0},
		"police.send":          {24, 0, workday.Hour, 0},
		"complaint.accept":     {7, 0, workday.Workday, 0},
		"complaint.mediate":    {45, 0, workday.Workday, 0},
		"clue.verify":          {15, 0, workday.Workday, 15},
		"report.notify":        {5, 0, workday.Workday, 0},
		"petition.route":       {15, 0, workday.Day, 0},
		"petition.return":      {5, 0, workday.Workday, 0},
		"petition.finish":      {60, 0, workday.Day, 30},
		"review.apply":         {60, 0, workday.Day, 0},
		"info.active":          {20, 0, workday.Workday, 0},
		"credit.minor":         {3, 0, workday.Month, 0},
		"credit.general":       {12, 3, workday.Month, 0},
		"credit.serious":       {36, 12, workday.Month, 0},
		"body.storage":         {3, 0, workday.Day, 0},
	}
	p := mustLoad(t)
	on := mustDate(t, "2026-11-23")
	for _, id := range slices.Sorted(maps.Keys(catalogue)) {
		want := catalogue[id]
		d, err := p.Deadline(id, on)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := (limit{d.N, d.Min, d.Unit, d.Extend.N}); got != want {
			t.Errorf("%s: %v, want %v", id, got, want)
		}
		if _, err := d.Term(0); err != nil || d.Citation() == "" {
			t.Errorf("%s: %v, citation %q", id, err, d.Citation())
		}
		if !d.IsLaw() {
			t.Errorf("%s is law, the pack says it is a local setting", id)
		}
	}
	if d, err := p.Deadline("case.hearing.notice", on); err != nil || d.Direction != workday.Backward {
		t.Errorf("the hearing notice is counted %s, %v", d.Direction, err)
	}
}

// TestLint: no rule begins before what it cites or outlives it, none lapses and
// comes back, and every item asks for an offense that somebody deals with.
func TestLint(t *testing.T) {
	p := mustLoad(t)
	for _, f := range p.Lint() {
		t.Errorf("%s", f)
	}
}

func TestTheDayChooses(t *testing.T) {
	p := mustLoad(t)
	for on, want := range map[string]string{"2024-01-08": "国务院令第225号", "2026-03-29": "国务院令第225号", "2026-03-30": "国务院令第824号"} {
		r, err := p.Route("unapproved_facility", mustDate(t, on))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(r.Citation(), want) {
			t.Errorf("on %s: %s, want %s", on, r.Citation(), want)
		}
	}
	for on, want := range map[string][2]int{"2024-01-08": {3, 36}, "2026-03-31": {3, 36}, "2026-04-01": {3, 12}} {
		s, err := p.Severity(law.General, mustDate(t, on))
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]int{s.Min, s.Max}; got != want {
			t.Errorf("on %s published %v months, want %v", on, got, want)
		}
	}
	codes := func(on string) (list []string) {
		for _, g := range p.Gates("inspection", mustDate(t, on)) {
			list = append(list, g.Code)
		}
		return list
	}
	if slices.Contains(codes("2025-09-19"), "inspect.code") || !slices.Contains(codes("2025-09-20"), "inspect.code") {
		t.Errorf("the inspection code: %v, then %v", codes("2025-09-19"), codes("2025-09-20"))
	}
	if slices.Contains(codes("2024-12-29"), "inspect.approval") || !slices.Contains(codes("2024-12-30"), "inspect.approval") {
		t.Errorf("the approval: %v, then %v", codes("2024-12-29"), codes("2024-12-30"))
	}
	if _, err := p.Deadline("check.nocode.file", mustDate(t, "2025-09-19")); !fault.Is(err, fault.NotFound) {
		t.Errorf("filing without code before it was law: %v", err)
	}
}

// TestRoutingMatrix holds who leads and who assists against the matrix.
func TestRoutingMatrix(t *testing.T) {
	p := mustLoad(t)
	on := mustDate(t, "2026-11-23")
	for violation, want := range map[string]struct{ lead, assist string }{
		"unapproved_facility":   {"mzj", "ghzrzyj zjw lyj slj jtj xzjd"},
		"oversized_plot":        {"mzj", "xzjd ghzrzyj lyj"},
		"clan_tomb":             {"mzj", "xzjd ghzrzyj lyj"},
		"living_tomb":           {"mzj", "xzjd ghzrzyj lyj"},
		"farmland_grave":        {"ghzrzyj", "mzj xzjd"},
		"forest_grave":          {"lyj", "mzj xzjd"},
		"water_grave":           {"slj", "mzj xzjd"},
		"roadside_grave":        {"jtj", "mzj xzjd"},
		"price_violation":       {"scjgj", "fgw mzj"},
		"unregistered_agency":   {"mzj", "gaj wxb scjgj"},
		"deceased_data_sale":    {"mzj", "gaj wxb scjgj"},
		"mortuary_outsourcing":  {"wjw", "mzj"},
		"private_transport":     {"mzj", "gaj jtj"},
		"street_occupation":     {"cgj", "gaj xzjd"},
		"noise":                 {"gaj", "mzj"},
		"corpse_public":         {"gaj", "mzj"},
		"grave_damage":          {"gaj", "mzj"},
		"superstition_fraud":    {"gaj", "mzj xcb"},
		"vulgar_performance":    {"whlyw", "mzj xcb"},
		"religious_service":     {"mzzjw", "gaj mzj"},
		"fire_safety":           {"xfzd", "mzj yjj"},
		"gas_safety":            {"zjw", "mzj yjj"},
		"food_safety":           {"scjgj", "mzj yjj"},
		"profit_rural_cemetery": {"mzj", "xzjd scjgj"},
	} {
		r, err := p.Route(violation, on)
		if err != nil {
			t.Error(err)
			continue
		}
		if r.Lead != want.lead {
			t.Errorf("%s is led by %s, want %s", violation, r.Lead, want.lead)
		}
		for _, u := range strings.Fields(want.assist) {
			if !slices.Contains(r.Assist, u) {
				t.Errorf("%s is not assisted by %s", violation, u)
			}
		}
	}
	clauses := map[string]string{"四(一)": "1", "四(二)": "2", "四(三)": "3", "四(四)": "4", "四(五)": "5", "四(六)": "6"}
	for _, r := range p.Routes(on) {
		if clause, _, ok := strings.Cut(r.Plan, ")"); ok && clauses[clause+")"] != r.Area {
			t.Errorf("%s is of area %s but of clause %s", r.Violation, r.Area, r.Plan)
		}
		// A unit that leads an offense must also be able to punish it.
		if err := p.MayInspect(r.Lead, on); err != nil {
			t.Errorf("%s: %v", r.Violation, err)
		}
	}
}

func TestHearingThresholds(t *testing.T) {
	p := mustLoad(t)
	on := mustDate(t, "2026-11-23")
	for subject, want := range map[string]int64{"natural": 500_000, "legal": 5_000_000} {
		if h, err := p.HearingThreshold("mzj", subject, on); err != nil || h.Fen != want || h.Verified != law.Checked {
			t.Errorf("%s: %+v, %v", subject, h, err)
		}
	}
}

func TestResultCategories(t *testing.T) {
	p := mustLoad(t)
	on := mustDate(t, "2024-06-03")
	got := p.ResultCategories(on)
	if len(got) != 8 {
		t.Fatalf("%d categories", len(got))
	}
	needs := map[string]string{"4": "abnormal", "5": "rectification", "6": "evidence", "8": "case"}
	for i, c := range got {
		if want := string(rune('1' + i)); c.Code != want || c.Exclusive != (want == "1") {
			t.Errorf("category %d is %+v", i, c)
		}
		if want, ok := needs[c.Code]; ok && c.Needs != want {
			t.Errorf("category %s needs %q, want %q", c.Code, c.Needs, want)
		}
	}
}

// TestUnknownAmountsStayUnknown asks for every amount of the new regulation.
func TestUnknownAmountsStayUnknown(t *testing.T) {
	p := mustLoad(t)
	on := mustDate(t, "2026-11-23")
	for _, v := range []string{"unapproved_facility", "oversized_plot", "private_transport", "unregistered_agency"} {
		f, err := p.Fine(v, on)
		if !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "尚未") || f.MaxFen != nil || f.MaxTimes != nil {
			t.Errorf("%s: %+v, %v", v, f, err)
		}
	}
	for _, id := range []string{"grave.ashes.area", "grave.stele.height", "inspect.cap"} {
		if l, err := p.Limit(id, on); !fault.Is(err, fault.NotFound) || l.Value != nil {
			t.Errorf("%s: %+v, %v", id, l, err)
		}
	}
	if f, err := p.Fine("unapproved_facility", mustDate(t, "2026-03-29")); err != nil || *f.MinTimes != 1 || *f.MaxTimes != 3 {
		t.Errorf("the old regulation: %+v, %v", f, err)
	}
}

// TestRatesAreComplete: there is a rate for whatever can be drawn, and more
// risk or a worse grade never means fewer inspections.
func TestRatesAreComplete(t *testing.T) {
	p := mustLoad(t)
	on := mustDate(t, "2024-01-08")
	for _, k := range p.FacilityKinds(on) {
		worse := make(map[string]int64)
		for _, grade := range []string{"A", "B", "C", "D"} {
			var least int64
			for _, risk := range []string{"L", "M", "H"} {
				r, err := p.Rate(k.Code, grade, risk, on)
				if err != nil {
					t.Fatal(err)
				}
				if r.PPM < least || r.PPM < worse[risk] {
					t.Errorf("%s %s/%s: %d ppm is less than before", k.Code, grade, risk, r.PPM)
				}
				least, worse[risk] = r.PPM, r.PPM
				if r.Verified != law.Local {
					t.Errorf("%s %s/%s passes for law", k.Code, grade, risk)
				}
			}
			if _, err := p.Rate(k.Code, "", "M", on); err != nil {
				t.Errorf("%s without grade: %v", k.Code, err)
			}
		}
	}
}

// TestLedger: one general penalty costs the best grade, a serious
// one the second, and nobody falls below the last.
func TestLedger(t *testing.T) {
	p := mustLoad(t)
	l, err := p.Ledger(mustDate(t, "2026-11-23"))
	if err != nil {
		t.Fatal(err)
	}
	for penalty, want := range map[string]string{"penalty.minor": "A", "penalty.general": "B", "penalty.serious": "D"} {
		pt, err := l.Point(penalty)
		if err != nil {
			t.Fatal(err)
		}
		if got := l.Grade(l.Start + pt.Points).Code; got != want {
			t.Errorf("after %s the grade is %s, want %s", penalty, got, want)
		}
	}
}

// TestFilesAreWhole: nothing in the folder is left out by the embedding.
func TestFilesAreWhole(t *testing.T) {
	files, err := Wulong()
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(files, "*")
	if err != nil {
		t.Fatal(err)
	}
	if len(names) < 10 {
		t.Errorf("embedded %v", names)
	}
	for _, n := range names {
		if !strings.HasSuffix(n, ".yaml") {
			t.Errorf("%s is no file of a pack", n)
		}
	}
}

// mustState loads what the pack says on one day alone.
func mustState(t *testing.T, on string) *law.Pack {
	t.Helper()
	files, err := Wulong()
	if err != nil {
		t.Fatal(err)
	}
	extract, err := law.Extract(files, mustDate(t, on))
	if err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{}
	for name, data := range extract {
		fsys[name] = &fstest.MapFile{Data: data}
	}
	p, err := law.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestTwoStates: the pack of the plan and the pack of 2026 are one pack on two
// days; neither shows a rule of the other.
func TestTwoStates(t *testing.T) {
	plan, now := mustState(t, "2024-01-08"), mustState(t, "2026-11-23")
	has := func(p *law.Pack, id string) bool {
		in, err := p.Instrument(id)
		return err == nil && !in.ValidFrom.After(p.Manifest().AsOf)
	}
	for _, id := range []string{"bz824", "yfl375", "fgw36", "gbf2024-54"} {
		if has(plan, id) || !has(now, id) {
			t.Errorf("%s: in the plan's state %t, today %t", id, has(plan, id), has(now, id))
		}
	}
	for _, id := range []string{"bz225", "fgw58", "zjl20"} {
		if !has(plan, id) || has(now, id) {
			t.Errorf("%s: in the plan's state %t, today %t", id, has(plan, id), has(now, id))
		}
	}
	whole := mustLoad(t)
	for _, p := range []*law.Pack{plan, now} {
		on := p.Manifest().AsOf
		if len(p.Routes(on)) != len(whole.Routes(on)) || len(p.Items(on)) != len(whole.Items(on)) || len(p.Deadlines(on)) != len(whole.Deadlines(on)) {
			t.Errorf("the state of %s has other lines than the pack on that day", on)
		}
		for _, f := range p.Lint() {
			t.Errorf("as of %s: %s", on, f)
		}
	}
	found, err := law.Compare(plan, now)
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for _, d := range found {
		said.WriteString(d.String() + "\n")
	}
	for _, part := range []string{
		"违法行为“unapproved_facility”", "国务院令第824号", "法定关口“inspect.code”", "期限由“36”改为“12”", "规则冲突“small-population”",
	} {
		if !strings.Contains(said.String(), part) {
			t.Errorf("the difference does not tell of %s", part)
		}
	}
}

// TestConflictsAreResolved: what the sources leave open is decided in words,
// with both sides cited and a reason.
func TestConflictsAreResolved(t *testing.T) {
	p := mustLoad(t)
	byID := make(map[string]law.Conflict)
	for _, c := range p.Conflicts() {
		byID[c.ID] = c
		if c.Question == "" || c.Resolution == "" || c.Reason == "" || len(c.Basis) < 2 {
			t.Errorf("%s is not resolved: %+v", c.ID, c)
		}
	}
	for _, id := range []string{"small-population", "no-ceiling", "who-inspects"} {
		if c, ok := byID[id]; !ok || !strings.Contains(c.Citation(), "武隆府办发〔2024〕11号") {
			t.Errorf("the conflict %s of the plan is not in the pack", id)
		}
	}
}
