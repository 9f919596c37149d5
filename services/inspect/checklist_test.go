package inspect

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"shenzhong/deploy/packs"
	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/packfile"
	"shenzhong/services/kit/workday"
)

// configured is the pack that ships with one number filled in, as the legal
// office of a district would.
func configured(t *testing.T) *law.Pack {
	t.Helper()
	files, err := packs.Wulong()
	must(t, "pack", err)
	data, err := packfile.Files(files)
	must(t, "files", err)
	changed := fstest.MapFS{}
	for name, content := range data {
		changed[name] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(content),
			"{id: grave.ashes.area, name: 骨灰墓位占地面积, unit: 平方米, basis: [bz824], verified: false,",
			"{id: grave.ashes.area, name: 骨灰墓位占地面积, value: 1, unit: 平方米, basis: [bz824], verified: true,"))}
	}
	p, err := law.Load(changed)
	must(t, "load", err)
	return p
}

// TestLimitsThatNobodyReadAreSaidToBe: where the pack has no number the checklist
// and the answer say so with the citation, and nothing is over it; where it has
// one, the measurement is held against it to the last decimal.
func TestLimitsThatNobodyReadAreSaidToBe(t *testing.T) {
	f := newFixture(t)
	on, err := workday.ParseDate(visitDay)
	must(t, "day", err)
	finding := func(limit, value string) (events.Measured, error) {
		x := events.Finding{Item: "mzj-203", Measures: []events.Measured{{Limit: limit, Value: value}}}
		err := f.measure(&x, on)
		return x.Measures[0], err
	}
	for _, known := range []bool{false, true} {
		if known {
			f.cfg.Law = configured(t)
		}
		item, err := f.checklistItem("mzj-203", on)
		must(t, "item", err)
		if len(item.Limits) != 4 || item.Question == "" || item.Caution == "" {
			t.Fatalf("the checklist reads %+v", item)
		}
		ashes, stele := item.Limits[0], item.Limits[3]
		if stele.Most != nil || !strings.Contains(stele.Caution, "未核实") || !strings.Contains(stele.Caution, "没有配置") || !strings.Contains(stele.Basis, "殡葬管理条例") {
			t.Errorf("the height that nobody read: %+v", stele)
		}
		if (ashes.Most != nil) != known || (ashes.Caution == "") != known {
			t.Errorf("the area, in the pack %t: %+v", known, ashes)
		}
		for value, over := range map[string]bool{"1": false, "1.000": false, "0.999": false, "1.001": true, "12": true} {
			m, err := finding("grave.ashes.area", value)
			must(t, "measure", err)
			switch {
			case !known && (m.Over || m.Most != nil || !strings.Contains(m.Says, "不能据以认定超标")):
				t.Errorf("%s against nothing: %+v", value, m)
			case known && (m.Over != over || m.Unit != "平方米" || !strings.Contains(m.Says, "依据")):
				t.Errorf("%s against 1: %+v", value, m)
			}
		}
	}
	for name, tt := range map[string][2]string{
		"a limit of another item": {"inspect.headcount", "1"}, "no number": {"grave.ashes.area", "约一平"}, "too fine": {"grave.ashes.area", "1.0001"},
	} {
		if _, err := finding(tt[0], tt[1]); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestChecklistIsOfTheVisit: each unit's items in plain words, for those who may
// know of the visit.
func TestChecklistIsOfTheVisit(t *testing.T) {
	f := newFixture(t)
	f.drawn(t)
	lists, err := f.Checklists(context.Background(), member("mzj", 1), visit1)
	must(t, "checklist", err)
	if len(lists) != 3 || lists[0].Unit != "mzj" || lists[0].Items[0].Code != "mzj-201" || !strings.HasSuffix(lists[0].Items[0].Question, "？") {
		t.Errorf("the checklist reads %+v", lists)
	}
	_, err = f.Checklists(context.Background(), drafting, visit1)
	wants(t, "somebody who has no part", err, fault.Denied)
}
