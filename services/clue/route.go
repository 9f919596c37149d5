package clue

import (
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
)

// How a route came about.
const (
	byMatrix = "matrix" // the routing matrix of the law pack names the lead
	byHand   = "hand"   // a person chose it
	byRuling = "ruling" // the office of the task force ruled so
)

// place is what a route needs to know of where a clue is.
type place struct {
	category string // category of the facility, empty if it is in no register
	town     string
}

// matrix routes an offence by the matrix in force on the day: the lead, those
// who assist and the chain of reasons that leads there.
func (s *Service) matrix(offence string, at place, day workday.Date) (events.Route, error) {
	r, err := s.cfg.Law.Law().Route(offence, day)
	if err != nil {
		return events.Route{}, fault.About("offence", fault.Invalid, "规则包中没有违法行为“%s”在 %s 的分派规则，请从列表中选择", offence, day)
	}
	route := events.Route{
		Lead: r.Lead, Assists: s.cfg.Law.Law().Assisting(r, at.town, day), Offence: offence, Basis: basisOf(r), By: byMatrix,
	}
	route.Reason, err = s.chain(r, route, at, day)
	if err != nil {
		return events.Route{}, err
	}
	if caution := r.Caution(); caution != "" {
		route.Reason += "（" + caution + "）"
	}
	return route, nil
}

// choice is a unit that a person or a ruling names for a clue.
type choice struct {
	lead, basis, reason, by string
	apart                   []string // units that are not to assist: who gave the clue back
}

// chosen routes an offence to a unit that somebody chose. If it is the one that
// the matrix names, the matrix gives the reasons; any other needs a basis and a
// reason of its own, and assists are those of the matrix.
func (s *Service) chosen(offence string, ch choice, at place, day workday.Date) (events.Route, error) {
	route, err := s.matrix(offence, at, day)
	if err != nil {
		return events.Route{}, err
	}
	route.By = ch.by
	if ch.lead != route.Lead {
		if ch.basis == "" || ch.reason == "" {
			return events.Route{}, fault.About("reason", fault.Invalid, "分派矩阵中该事项由%s主办；改由其他单位承办的，须写明依据和理由", s.unitName(route.Lead, day))
		}
		if err := s.competent("lead", ch.lead, day); err != nil {
			return events.Route{}, err
		}
		r, err := s.cfg.Law.Law().Route(offence, day)
		if err != nil {
			return events.Route{}, err
		}
		assists := append([]string{route.Lead}, route.Assists...)
		route.Lead, route.Basis = ch.lead, ch.basis
		route.Assists = slices.DeleteFunc(assists, func(u string) bool { return u == ch.lead || slices.Contains(ch.apart, u) })
		r.Reason = ch.reason
		if route.Reason, err = s.chain(r, route, at, day); err != nil {
			return events.Route{}, err
		}
		return route, nil
	}
	if ch.basis != "" {
		route.Basis += "；" + ch.basis
	}
	if ch.reason != "" {
		route.Reason += "；说明：" + ch.reason
	}
	return route, nil
}

// competent refuses a unit that cannot deal with a clue: one that there is not,
// a group of units, or a body that only coordinates.
func (s *Service) competent(field, code string, day workday.Date) error {
	u, err := s.cfg.Law.Law().Unit(code, day)
	switch {
	case err != nil:
		return fault.About(field, fault.Invalid, "规则包中没有代码为“%s”的单位，请从列表中选择承办单位", code)
	case u.Kind == law.Coordinating:
		return fault.About(field, fault.Invalid, "%s只负责统筹协调，不能承办线索，请选择具体的主管部门", u.Name)
	case u.Group:
		return fault.About(field, fault.Invalid, "“%s”不是一个单位，请写明具体的承办单位", u.Name)
	}
	return nil
}

// chain is the explanation (机构类型→事项→条款→主管部门→属地): what the thing is,
// what is said about it, which clause that falls under, who is competent by it
// and where.
func (s *Service) chain(r law.Route, route events.Route, at place, day workday.Date) (string, error) {
	kind := "未列入名录的对象"
	if at.category != "" {
		k, err := s.cfg.Law.Law().FacilityKind(at.category, day)
		if err != nil {
			return "", err
		}
		kind = k.Name
	}
	competent := s.unitName(route.Lead, day) + "主办"
	if len(route.Assists) > 0 {
		names := make([]string, len(route.Assists))
		for i, u := range route.Assists {
			names[i] = s.unitName(u, day)
		}
		competent += "，" + strings.Join(names, "、") + "协办"
	}
	town := "未写明"
	if at.town != "" {
		town = s.unitName(at.town, day)
	}
	return "机构类型：" + kind + " → 事项：" + r.Name + " → 条款：" + route.Basis +
		" → 主管部门：" + competent + "（" + strings.TrimRight(r.Reason, "。") + "） → 属地：" + town, nil
}

// basisOf is the clause that gives the lead its competence, and the place in the
// plan that names the matter.
func basisOf(r law.Route) string {
	if r.Plan == "" || strings.Contains(r.Citation(), r.Plan) {
		return r.Citation()
	}
	return r.Citation() + "；实施方案" + r.Plan
}

// unitName is how a unit is called; its code, if the pack does not know it.
func (s *Service) unitName(code string, day workday.Date) string {
	u, err := s.cfg.Law.Law().Unit(code, day)
	if err != nil {
		return code
	}
	return u.Name
}

// office is the unit that has a clue which no matrix could route, and that rules
// on disputes: the owner of the limit for ruling.
func (s *Service) office(day workday.Date) (string, error) {
	rule, err := s.cfg.Law.Law().Deadline(ruleRuling, day)
	if err != nil {
		return "", err
	}
	return rule.Owner, nil
}
