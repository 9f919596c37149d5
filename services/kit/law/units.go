package law

import (
	"slices"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// Instrument is a law, regulation, rule or document that lines cite.
type Instrument struct {
	ID     string `yaml:"id"`
	Title  string `yaml:"title"`
	Number string `yaml:"number"` // 文号, empty where there is none or it is not known
	Issuer string `yaml:"issuer"`
	// Level is its rank: law, regulation, rule, document, local.
	Level      string       `yaml:"level"`
	Verified   Verification `yaml:"verified"`
	ValidFrom  workday.Date `yaml:"valid_from"`
	ValidTo    workday.Date `yaml:"valid_to"`
	ReplacedBy string       `yaml:"replaced_by"` // id of the instrument that took its place
	URL        string       `yaml:"url"`
	Note       string       `yaml:"note"`
}

// Cited is how the instrument is cited in a document.
func (in Instrument) Cited() string {
	if in.Number == "" {
		return "《" + in.Title + "》"
	}
	return "《" + in.Title + "》（" + in.Number + "）"
}

func (in Instrument) key() string { return in.ID }

func (in Instrument) base() Line {
	return Line{Basis: []Cite{{Instrument: in.ID}}, Verified: in.Verified, ValidFrom: in.ValidFrom, ValidTo: in.ValidTo}
}

// UnitKind is what sort of unit a unit is.
type UnitKind string

// The kinds of units.
const (
	Member       UnitKind = "member"       // 专班成员单位
	Cooperating  UnitKind = "cooperating"  // named only as 配合单位
	Town         UnitKind = "town"         // 乡镇街道
	Coordinating UnitKind = "coordinating" // 议事协调机构: coordinates and supervises, must not inspect
)

// Unit is a unit (单位) that takes part in the regulation of the sector.
type Unit struct {
	Line  `yaml:",inline"`
	Code  string   `yaml:"code"` // pinyin abbreviation, "mzj"
	Name  string   `yaml:"name"`
	Short string   `yaml:"short"`
	Kind  UnitKind `yaml:"kind"`
	// Enforces says that the unit may inspect and punish in its own name
	// (执法主体). A coordinating body never may: 国办发〔2024〕54号.
	Enforces bool `yaml:"enforces"`
	// Group says that the code stands for several units at once, as
	// 各乡镇（街道） does; a duty of the group is a duty of each within it.
	Group  bool   `yaml:"group"`
	Parent string `yaml:"parent"` // the group the unit belongs to
	Prefix string `yaml:"prefix"` // 发文字号 prefix of its decisions; a sample until the unit confirms it
}

func (u Unit) key() string { return u.Code }

// Area is one of the regulatory areas of the plan (四、重点任务).
type Area struct {
	Line     `yaml:",inline"`
	Code     string   `yaml:"code"` // "1" to "6"
	Name     string   `yaml:"name"`
	Lead     string   `yaml:"lead"`
	Assist   []string `yaml:"assist"`
	Contents []string `yaml:"contents"` // what is regulated, in short
}

func (a Area) key() string { return a.Code }

// SubjectKind is what sort of legal subject a facility is. It decides which
// gates of an inspection the law commands and where results are published.
type SubjectKind struct {
	Line `yaml:",inline"`
	Code string `yaml:"code"` // enterprise, institution, social, individual, village, other
	Name string `yaml:"name"`
	// Gates says how the rules on the inspection of enterprises apply:
	// mandatory, reference (参照), courtesy (not commanded, done all the same).
	Gates string `yaml:"gates"`
	// Respondent is what the subject is in a case: legal, individual_business, natural.
	Respondent string `yaml:"respondent"`
	// Abnormal is the register that lists it as abnormal, in Chinese; empty where there is none.
	Abnormal string `yaml:"abnormal"`
}

func (k SubjectKind) key() string { return k.Code }

// FacilityKind is a category of inspected objects (检查对象类别).
type FacilityKind struct {
	Line     `yaml:",inline"`
	Code     string   `yaml:"code"` // funeral_home, cemetery_commercial, ...
	Name     string   `yaml:"name"`
	Subjects []string `yaml:"subjects"` // the subject kinds it is usually run by
	// Priced says that it must display a price list.
	Priced bool `yaml:"priced"`
	// Nameless says that the object may have no registration code, as scattered graves.
	Nameless bool `yaml:"nameless"`
}

func (k FacilityKind) key() string { return k.Code }

// Instruments returns every instrument, those no longer in force too.
func (p *Pack) Instruments() []Instrument { return p.instruments.all() }

// Instrument returns the instrument of that id, in force or not.
func (p *Pack) Instrument(id string) (Instrument, error) {
	at := p.instruments.index[id]
	if len(at) == 0 {
		return Instrument{}, fault.New(fault.NotFound, "规则包中没有文件“%s”。", id)
	}
	return p.instruments.lines[at[0]], nil
}

// Units returns every unit, in the order of the plan.
func (p *Pack) Units() []Unit { return p.units.all() }

// Unit returns the unit of that code.
func (p *Pack) Unit(code string, on workday.Date) (Unit, error) { return p.units.pick(code, on) }

// MayInspect refuses unless the unit may inspect in its own name on that day.
// A body that coordinates (议事协调机构) is told why it may not.
func (p *Pack) MayInspect(code string, on workday.Date) error {
	u, err := p.units.pick(code, on)
	if err != nil {
		return err
	}
	switch {
	case u.Kind == Coordinating:
		return fault.New(fault.Denied, "%s是议事协调机构，只能统筹协调，不得以任何名义实施行政检查，请由具有执法权的单位作为检查主体。", u.Name)
	case u.Group:
		return fault.New(fault.Denied, "“%s”不是一个单位，请写明具体的检查主体。", u.Name)
	case !u.Enforces:
		return fault.New(fault.Denied, "%s不在公布的行政执法主体名录中，不能作为检查主体。", u.Name)
	}
	return nil
}

// Within returns the codes of the units that belong to the group, and the code
// itself for a unit that is no group.
func (p *Pack) Within(code string, on workday.Date) []string {
	u, err := p.units.pick(code, on)
	if err != nil || !u.Group {
		return []string{code}
	}
	var codes []string
	for _, m := range p.units.on(on, func(m Unit) bool { return m.Parent == code }) {
		codes = append(codes, m.Code)
	}
	return codes
}

// Areas returns the regulatory areas, in the order of the plan.
func (p *Pack) Areas() []Area { return p.areas.all() }

// Area returns one regulatory area.
func (p *Pack) Area(code string, on workday.Date) (Area, error) { return p.areas.pick(code, on) }

// FacilityKinds returns the categories of inspected objects.
func (p *Pack) FacilityKinds(on workday.Date) []FacilityKind { return p.facilities.on(on, nil) }

// FacilityKind returns one category of inspected objects.
func (p *Pack) FacilityKind(code string, on workday.Date) (FacilityKind, error) {
	return p.facilities.pick(code, on)
}

// SubjectKinds returns the kinds of legal subjects.
func (p *Pack) SubjectKinds(on workday.Date) []SubjectKind { return p.subjects.on(on, nil) }

// SubjectKind returns one kind of legal subject.
func (p *Pack) SubjectKind(code string, on workday.Date) (SubjectKind, error) {
	return p.subjects.pick(code, on)
}

func validUnitKind(k UnitKind) bool {
	return slices.Contains([]UnitKind{Member, Cooperating, Town, Coordinating}, k)
}
