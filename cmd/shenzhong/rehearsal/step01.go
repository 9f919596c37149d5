package rehearsal

import (
	"encoding/base64"
	"strings"

	"shenzhong/deploy/sample"
	"shenzhong/services/kit/workday"
	"shenzhong/services/register"
	"shenzhong/services/register/registerweb"
)

// district loads the units, the areas and the items of the law pack, and the
// facilities and officers from the sheets that an office would send.
func (p *play) district() {
	p.as(registrar).post("register", "/district/load", nil, nil)
	var areas struct {
		Areas []struct {
			Code, Name, Lead string
			Assist           []string
		}
	}
	p.citizen().get("register", "/areas", &areas)
	p.expect(len(areas.Areas) == 6, "监管领域应有六个，得到 %d 个", len(areas.Areas))
	var items struct{ Items []register.ItemRow }
	p.citizen().get("register", "/items?limit=500", &items)
	for _, a := range areas.Areas {
		n := 0
		for _, i := range items.Items {
			if i.Area == a.Code {
				n++
			}
			p.expect(len(i.Basis) > 0 && i.ValidFrom != "", "抽查事项 %s 没有写明依据和施行日期", i.Code)
		}
		p.say("领域%s“%s”：牵头 %s，配合 %s；抽查事项 %d 项", a.Code, a.Name, p.unit(a.Lead), p.units(a.Assist), n)
	}
	today := workday.DateOf(p.now)
	p.say("规则包：期限 %d 项，抽查比例 %d 条，分办规则 %d 条", len(p.Law.Deadlines(today)), len(p.Law.Rates(today)), len(p.Law.Routes(today)))
	p.load(sample.FacilitiesFile, sample.Facilities())
	p.load(sample.OfficersFile, sample.Officers())
	p.mistakes()
	p.registers()
}

// load imports a sheet: tried first, then applied, and once more to no effect.
func (p *play) load(name string, file []byte) {
	body := map[string]any{"name": name, "file": base64.StdEncoding.EncodeToString(file)}
	var tried, done, again registerweb.Imported
	p.as(registrar).post("register", "/imports", body, &tried)
	p.expect(!tried.Applied && tried.Wrong == 0 && tried.Created > 0, "试导入 %s：%d 行有误", name, tried.Wrong)
	body["apply"] = true
	p.as(registrar).post("register", "/imports", body, &done)
	p.expect(done.Applied && done.Created == tried.Created, "导入 %s：新登记 %d 行，试导入时为 %d 行", name, done.Created, tried.Created)
	p.as(registrar).post("register", "/imports", body, &again)
	p.expect(again.Created == 0 && again.Changed == 0, "同一张表再次导入，却有 %d 行变动", again.Created+again.Changed)
	p.say("导入 %s：先试后办，新登记 %d 行；再次导入没有变动", name, done.Created)
}

// units are the names of several units.
func (p *play) units(codes []string) string {
	names := make([]string, len(codes))
	for i, code := range codes {
		names[i] = p.unit(code)
	}
	return strings.Join(names, "、")
}
