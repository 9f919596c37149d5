package register

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/register/sheet"
)

const facilityHead = "名称,类别,主体类型,统一社会信用代码,信用代码说明,乡镇街道,地址,风险等级,设立日期,标记,标记原因,标记依据,关闭日期,关闭原因\n"

// goodFacilities are five facilities: one flagged, one closed, one without code,
// one whose code fails its check.
const goodFacilities = facilityHead +
	"青松殡仪馆,殡仪馆,事业单位,12100000400000624d,,凤山街道,松涛路1号,中,2009/4/1,,,,,\n" +
	"白鹤骨灰堂,骨灰堂,事业单位,12100000400002259P,,xz-baima,白鹤路2号,H,2012年5月6日,列入经营异常名录,年报未报,渝市监异〔2026〕3号、渝市监异〔2026〕4号,,\n" +
	"柏树坪公墓,农村公益性公墓,village,,,白马镇,柏树坪村,低,,,,,,\n" +
	"翠屏陵园有限公司,经营性公墓,企业,91350211M0000XUF46,营业执照上确为此码,羊角街道,翠屏村,高,2008-01-01,,,,,\n" +
	"柏树坪公墓,农村公益性公墓,village,,,江口镇,柏树坪村,低,,,,,2020-01-31,迁并\n"

const officerHead = "姓名,单位,执法证号,证件有效期,业务专长,单次最多检查数,回避对象,回避事由\n"

const goodOfficers = officerHead +
	"王守正,区民政局,50015600101,2028-12-31,消防、价格,4,青松殡仪馆、12100000400002259P,配偶任职\n" +
	"李明,scjgj,50015600102,2025-12-31,,3,,\n"

func (f fixture) mustImport(t testing.TB, cause, file string, apply bool) Report {
	t.Helper()
	r, err := f.Import(context.Background(), Import{Cause: by(cause), Name: "名录.csv", File: []byte(file), Apply: apply})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func tally(r Report) [4]int { return [4]int{r.Created, r.Changed, r.Unchanged, r.Wrong} }

// TestImportIsTriedThenAppliedOnce tries, applies and applies again.
func TestImportIsTriedThenAppliedOnce(t *testing.T) {
	f := newFixture(t)
	if r := f.mustImport(t, "1", goodFacilities, false); r.Applied || tally(r) != [4]int{5, 0, 0, 0} {
		t.Fatalf("tried: %+v", r)
	}
	if n := len(servicetest.Facts(t, f.log)); n != 0 {
		t.Fatalf("a dry run made %d commits", n)
	}
	r := f.mustImport(t, "1", goodFacilities, true)
	if !r.Applied || tally(r) != [4]int{5, 0, 0, 0} {
		t.Fatalf("applied: %+v", r)
	}
	for i, row := range r.Rows {
		if want := fmt.Sprintf("500156-JG-%06d", i+1); row.ID != want || row.Line != i+2 {
			t.Errorf("row %d was entered as %s from line %d; want %s", i, row.ID, row.Line, want)
		}
	}
	if len(r.Rows[3].Notes) != 1 || !strings.Contains(r.Rows[3].Notes[0], "校验位") {
		t.Errorf("a code that fails its check: %v", r.Rows[3].Notes)
	}
	got, err := f.Facility(t.Context(), keeper, r.Rows[1].ID)
	if err != nil || got.Town != "白马镇" || got.Risk != "H" || got.Established != "2012-05-06" || len(got.Flags) != 1 || len(got.Flags[0].Evidence) != 2 {
		t.Errorf("entered %+v, %v", got, err)
	}
	if got, err := f.Facility(t.Context(), keeper, r.Rows[4].ID); err != nil || got.Status != "closed" || got.ClosedOn != "2020-01-31" {
		t.Errorf("closed %+v, %v", got, err)
	}
	if r := f.mustImport(t, "2", goodOfficers, true); !r.Applied || r.What != ImportOfficers || tally(r) != [4]int{2, 0, 0, 0} {
		t.Fatalf("officers: %+v", r)
	}
	o, err := f.Officer(t.Context(), keeper, "500156-RY-000001")
	if err != nil || o.Unit != "mzj" || !slices.Equal(o.Skills, []string{"消防", "价格"}) || len(o.Interests) != 2 || o.Interests[1].Facility != "500156-JG-000002" {
		t.Errorf("entered %+v, %v", o, err)
	}
	before := len(servicetest.Facts(t, f.log))
	for cause, file := range map[string]string{"1": goodFacilities, "3": goodFacilities, "4": goodOfficers} {
		if r := f.mustImport(t, cause, file, true); !r.Applied || r.Unchanged != len(r.Rows) {
			t.Errorf("applied again: %+v", r)
		}
	}
	if n := len(servicetest.Facts(t, f.log)) - before; n != 0 {
		t.Errorf("applying again made %d commits", n)
	}
	f.pump(t)
	servicetest.MustVerify(t, f.log)
}

// TestImportChangesWhatDiffers imports sheets that have fewer columns, other
// values, and rows named by their id.
func TestImportChangesWhatDiffers(t *testing.T) {
	f := newFixture(t)
	f.mustImport(t, "1", goodFacilities, true)
	f.mustImport(t, "2", goodOfficers, true)
	r := f.mustImport(t, "3", "编号,名称,类别,主体类型,统一社会信用代码,乡镇街道,地址,风险等级\n"+
		",青松殡仪馆,殡仪馆,事业单位,12100000400000624D,凤山街道,松涛路1号,中\n"+
		"500156-JG-000004,翠屏陵园（集团）有限公司,经营性公墓,企业,91350211M0000XUF46,羊角街道,翠屏村,高\n"+
		",柏树坪公墓,农村公益性公墓,village,,白马镇,柏树坪村三组,低\n", true)
	if !r.Applied || tally(r) != [4]int{0, 2, 1, 0} {
		t.Fatalf("applied: %+v", r)
	}
	if want := []string{"名称：翠屏陵园有限公司 → 翠屏陵园（集团）有限公司"}; !slices.Equal(r.Rows[1].Changes, want) {
		t.Errorf("said %v", r.Rows[1].Changes)
	}
	got, err := f.Facility(t.Context(), keeper, "500156-JG-000004")
	if err != nil || got.Name != "翠屏陵园（集团）有限公司" || got.Established != "2008-01-01" || got.USCCNote == "" {
		t.Errorf("what the sheet has no column for: %+v, %v", got, err)
	}
	r = f.mustImport(t, "4", officerHead+"李明,区市场监管局,50015600102,2029-12-31,价格,3,白鹤骨灰堂,曾任职\n", true)
	if !r.Applied || tally(r) != [4]int{0, 1, 0, 0} || len(r.Rows[0].Changes) != 3 {
		t.Errorf("officers: %+v", r)
	}
	if o, err := f.Officer(t.Context(), keeper, "500156-RY-000002"); err != nil || o.CertUntil != "2029-12-31" || len(o.Interests) != 1 {
		t.Errorf("changed %+v, %v", o, err)
	}
	corrected := 0
	for _, fact := range servicetest.Of[events.FacilityChanged](t, f.log) {
		if fact.Change == "corrected" && fact.Reason == "批量导入更正：名录.csv" {
			corrected++
		}
	}
	if corrected != 2 {
		t.Errorf("said %d corrections", corrected)
	}
	f.pump(t)
}

// TestImportWithAWrongRowChangesNothing puts every mistake into one row each
// among good ones.
func TestImportWithAWrongRowChangesNothing(t *testing.T) {
	good := strings.Split(strings.TrimPrefix(goodFacilities, facilityHead), "\n")[0]
	edit := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(good) }
	for _, tt := range []struct {
		name, row, column, says string
	}{
		{"no name", edit("青松殡仪馆", ""), "名称", "请填写名称"},
		{"no such category", edit("殡仪馆,殡仪馆", "青松殡仪馆,赌场"), "类别", "赌场"},
		{"no such subject", edit("事业单位", "仙界"), "主体类型", "仙界"},
		{"a letter no code has", edit("624d", "624o"), "统一社会信用代码", "I、O"},
		{"too short", edit("624d", "62"), "统一社会信用代码", "18 位"},
		{"a number", edit("12100000400000624d", "1.21E+17"), "统一社会信用代码", "18 位"},
		{"a check that fails", edit("624d", "624X"), "信用代码说明", "校验位"},
		{"no code", edit("12100000400000624d", ""), "统一社会信用代码", "应当有"},
		{"no town", edit("凤山街道", ""), "乡镇街道", "请填写"},
		{"no such risk", edit("中", "极高"), "风险等级", "L"},
		{"no such day", edit("2009/4/1", "2009/2/30"), "设立日期", "2009/2/30"},
		{"a year of long ago", edit("2009/4/1", "0209/4/1"), "设立日期", "1900"},
		{"tomorrow", edit("2009/4/1", "2026-11-25"), "设立日期", "晚于今天"},
		{"no such flag", edit("2009/4/1,", "2009/4/1,难看"), "标记", "难看"},
		{"a flag without reason", edit("2009/4/1,,,,", "2009/4/1,其他重点关注,,甲,"), "标记原因", "请填写"},
		{"a flag without evidence", edit("2009/4/1,,,", "2009/4/1,其他重点关注,甲,"), "标记依据", "请写明"},
		{"closed tomorrow", edit("2009/4/1,,,,,", "2009/4/1,,,,2026-11-25,甲"), "关闭日期", "晚于今天"},
		{"closed without reason", edit("2009/4/1,,,,,", "2009/4/1,,,,2026-11-20,"), "关闭原因", "请填写"},
		{"entered under another name", edit("青松殡仪馆", "劲松殡仪馆", "12100000400000624d", "12100000400002259P"), "统一社会信用代码", "500156-JG-000001"},
		{"twice", good + "\n" + good, "", "与第 3 行"},
		{"a sign nobody sees", edit("青松", "青\u202e松"), "名称", "无法识别"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			f.enter(t, "1", func(d *FacilityDraft) { d.Name, d.USCC = "白鹤骨灰堂", "12100000400002259P" })
			before := len(servicetest.Facts(t, f.log))
			other := strings.Split(goodFacilities, "\n")[3]
			r := f.mustImport(t, "2", facilityHead+other+"\n"+tt.row+"\n", true)
			last := r.Rows[len(r.Rows)-1]
			if r.Applied || r.Wrong != 1 || last.Outcome != Wrong || len(servicetest.Facts(t, f.log)) != before {
				t.Fatalf("applied: %+v", r)
			}
			if !slices.ContainsFunc(last.Problems, func(p Problem) bool { return p.Column == tt.column && strings.Contains(p.Message, tt.says) }) {
				t.Errorf("said %+v; want %q about %q", last.Problems, tt.says, tt.column)
			}
			file, err := r.Sheet()
			if err != nil {
				t.Fatal(err)
			}
			back, err := sheet.Read(file)
			if err != nil || back.Heading[len(back.Heading)-1] != "问题" || !strings.Contains(back.Rows[len(back.Rows)-1].Cells[len(back.Heading)-1], tt.says) {
				t.Errorf("the sheet of errors reads %+v, %v", back, err)
			}
			if again, err := f.Import(t.Context(), Import{Cause: by("3"), File: file}); err != nil || again.Wrong != 1 {
				t.Errorf("the sheet of errors imports as %+v, %v", again, err)
			}
		})
	}
}

func TestImportOfOfficersIsRefused(t *testing.T) {
	for _, tt := range []struct{ name, row, column, says string }{
		{"no such unit", "王守正,国安局,50015600109,2028-12-31,,4,,", "单位", "国安局"},
		{"the task force", "王守正,专班,50015600109,2028-12-31,,4,,", "单位", "议事协调机构"},
		{"no certificate", "王守正,区民政局,,2028-12-31,,4,,", "执法证号", "没有执法证"},
		{"no such day", "王守正,区民政局,50015600109,2028-12-32,,4,,", "证件有效期", "2028-12-32"},
		{"a word for a number", "王守正,区民政局,50015600109,2028-12-31,,四,,", "单次最多检查数", "1 至 50"},
		{"no such facility", "王守正,区民政局,50015600109,2028-12-31,,4,黑松殡仪馆,亲属", "回避对象", "黑松殡仪馆"},
		{"several of that name", "王守正,区民政局,50015600109,2028-12-31,,4,柏树坪公墓,亲属", "回避对象", "2 个"},
		{"no reason", "王守正,区民政局,50015600109,2028-12-31,,4,青松殡仪馆,", "回避事由", "请填写"},
		{"another's certificate", "赵六,区民政局,50015600102,2028-12-31,,4,,", "执法证号", "李明"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			f.mustImport(t, "1", strings.Replace(goodFacilities, "2020-01-31,迁并", ",", 1), true)
			f.mustImport(t, "2", goodOfficers, true)
			r := f.mustImport(t, "3", officerHead+"新人,区民政局,50015600108,2028-12-31,,4,,\n"+tt.row+"\n", true)
			if r.Applied || r.Wrong != 1 || !slices.ContainsFunc(r.Rows[1].Problems, func(p Problem) bool { return p.Column == tt.column && strings.Contains(p.Message, tt.says) }) {
				t.Errorf("said %+v; want %q about %q", r, tt.says, tt.column)
			}
		})
	}
	f := newFixture(t)
	own := identity.Actor{ID: "b", Unit: "scjgj", Roles: []identity.Role{identity.Registrar}}
	r, err := f.Import(t.Context(), Import{Cause: store.Cause{ID: "1", Actor: own}, File: []byte(officerHead + "王守正,区民政局,50015600109,2028-12-31,,4,,\n"), Apply: true})
	if err != nil || r.Wrong != 1 || r.Rows[0].Problems[0].Column != "单位" {
		t.Errorf("another unit's officer: %+v, %v", r, err)
	}
	clerk := identity.Actor{ID: "c", Unit: "mzj", Roles: []identity.Role{identity.Officer}}
	if _, err := f.Import(t.Context(), Import{Cause: store.Cause{ID: "2", Actor: clerk}, File: []byte(goodOfficers)}); fault.KindOf(err) != fault.Denied {
		t.Errorf("imported by an officer: %v", err)
	}
}

// TestImportOfAFileThatIsNone names what is wrong with a file as a whole.
func TestImportOfAFileThatIsNone(t *testing.T) {
	f := newFixture(t)
	for _, tt := range []struct{ what, file, says string }{
		{"", "颜色,名称\n红,甲\n", "颜色"},
		{"", strings.Replace(goodFacilities, "名称,", "名字,", 1), "名字"},
		{"", "名称,类别\n甲,殡仪馆\n", "缺少列"},
		{ImportOfficers, goodFacilities, "没有“名称”"},
		{"prices", goodFacilities, "prices"},
		{"", "\xc3\xfb\xb3\xc6\n", "GBK"},
	} {
		_, err := f.Import(t.Context(), Import{Cause: by("1"), What: tt.what, File: []byte(tt.file), Apply: true})
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%q: %v", tt.file, err)
		}
	}
	if n := len(servicetest.Facts(t, f.log)); n != 0 {
		t.Errorf("%d commits", n)
	}
}
