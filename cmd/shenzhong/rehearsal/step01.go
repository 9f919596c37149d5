package rehearsal

import "fmt"

// district loads the units, the areas, the items and the sample's registers.
func (p *play) district() {
	p.as(registrar).post("register", "/district/load", nil, nil)
	var units struct {
		Units []struct{ Code, Name, Kind string }
	}
	p.citizen().get("register", "/units", &units)
	var areas struct {
		Areas []struct {
			Code, Name, Lead string
			Assist           []string
		}
	}
	p.citizen().get("register", "/areas", &areas)
	p.expect(len(areas.Areas) == 6, "监管领域应有六个，得到 %d 个", len(areas.Areas))
	p.say("单位 %d 个", len(units.Units))
	for _, a := range areas.Areas {
		p.say("领域%s“%s”：牵头 %s，配合 %s", a.Code, a.Name, p.unit(a.Lead), p.units(a.Assist))
	}
}

// units are the names of several units.
func (p *play) units(codes []string) string {
	text := ""
	for i, code := range codes {
		if i > 0 {
			text += "、"
		}
		text += p.unit(code)
	}
	return fmt.Sprint(text)
}
