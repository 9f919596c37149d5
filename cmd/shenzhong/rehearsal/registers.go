package rehearsal

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/workday"
	"shenzhong/services/register/registerweb"
)

// faulty is a sheet as it comes from an office in a hurry.
const faulty = "名称,类别,主体类型,统一社会信用代码,乡镇街道,地址,风险等级,设立日期\n" +
	"望云殡仪服务站,殡仪服务站,企业,91500156MA5U00I00X,江口镇,江口镇临江路8号,低,2021-05-06\n" +
	"望云骨灰堂,骨灰楼,事业单位,,江口镇,江口镇临江路9号,低,2021-02-30\n" +
	"望云殡葬服务部,殡葬中介（一条龙服务）,个体工商户,,江口镇,江口镇临江路10号,低,2021-05-06\n"

// mistakes imports a sheet with wrong rows: each is told, and nothing of the
// sheet is kept, not even the row to which nothing is wrong.
func (p *play) mistakes() {
	var done registerweb.Imported
	p.as(registrar).post("register", "/imports", map[string]any{
		"name": "新增对象.csv", "what": "facilities", "file": base64.StdEncoding.EncodeToString([]byte(faulty)), "apply": true,
	}, &done)
	p.expect(!done.Applied && done.Wrong == 2 && done.Errors != "", "有错误的表格应当全部不写入，得到 %d 行错误", done.Wrong)
	for _, row := range done.Rows {
		for _, wrong := range row.Problems {
			p.say("表格第 %d 行“%s”不予导入：%s，%s", row.Line, row.Name, wrong.Column, wrong.Message)
		}
	}
	p.say("新增对象.csv 有 %d 行错误，全部不写入；带“问题”一列的表格已退回填表单位", done.Wrong)
}

// registers tells what the registers hold, and holds it against what the story
// needs: every kind of facility, one of them with three objects; officers with
// certificates, some with declared interests.
func (p *play) registers() {
	var facilities struct{ Facilities []events.Facility }
	p.as(registrar).get("register", "/facilities?limit=500", &facilities)
	var officers struct{ Officers []events.Officer }
	p.as(registrar).get("register", "/officers?limit=500", &officers)
	if p.err != nil {
		return
	}
	today := workday.DateOf(p.now)
	kinds, flagged, closed := map[string]int{}, 0, 0
	for _, f := range facilities.Facilities {
		kinds[f.Category]++
		if len(f.Flags) > 0 {
			flagged++
		}
		if f.Status == "closed" {
			closed++
		}
	}
	words := []string{}
	for _, k := range p.Law.FacilityKinds(today) {
		if kinds[k.Code] > 0 {
			words = append(words, fmt.Sprintf("%s %d", k.Name, kinds[k.Code]))
		}
	}
	p.expect(len(facilities.Facilities) == 60 && len(words) >= 7 && kinds["funeral_home"] == 3, "检查对象应有 60 个、七类以上，殡仪馆 3 个，得到 %d 个：%s", len(facilities.Facilities), strings.Join(words, "、"))
	p.say("检查对象 %d 个：%s；应查标记 %d 个，已关闭 %d 个", len(facilities.Facilities), strings.Join(words, "、"), flagged, closed)
	p.officers(officers.Officers)
}

func (p *play) officers(officers []events.Officer) {
	units, interests, first := map[string]int{}, 0, "9999-12-31"
	for _, o := range officers {
		units[p.unit(o.Unit)]++
		interests += len(o.Interests)
		p.expect(o.CertNo != "" && o.CertUntil != "", "执法人员 %s 没有执法证件", o.Name)
		first = min(first, o.CertUntil)
	}
	words := []string{}
	for _, name := range slices.Sorted(maps.Keys(units)) {
		words = append(words, fmt.Sprintf("%s %d", name, units[name]))
	}
	p.expect(len(officers) == 40 && len(units) == 9 && interests > 0, "执法人员应有 40 名，分属九个单位，得到 %d 名、%d 个单位", len(officers), len(units))
	p.say("执法人员 %d 名，分属 %d 个单位：%s；最早到期的执法证件 %s，申报利害关系 %d 件", len(officers), len(units), strings.Join(words, "、"), first, interests)
}
