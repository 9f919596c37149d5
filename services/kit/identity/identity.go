// Package identity is who acts: an actor, the unit that answers for it, its
// roles, and the table form in which each context says who may do what. It
// must never know a context, a password or a request.
package identity

import (
	"slices"

	"shenzhong/services/kit/fault"
)

// Role is what an account may be trusted with. An account can have several, but
// never the three of system, audit and business together (三员分立).
type Role string

// The roles.
const (
	Officer   Role = "officer"   // 执法人员: inspects, investigates
	Intake    Role = "intake"    // 受理人员: takes complaints in, routes them
	Leader    Role = "leader"    // 单位负责人: approves for the unit
	Legal     Role = "legal"     // 法制审核人员
	Publisher Role = "publisher" // 公示人员: prepares and reviews publications
	Registrar Role = "registrar" // 名录管理人员: keeps the registers
	Office    Role = "office"    // 专班办公室: coordinates, rules on disputes, never inspects
	Admin     Role = "admin"     // 系统管理员: accounts and settings, no business data
	Auditor   Role = "auditor"   // 审计人员: reads everything, changes nothing
	Party     Role = "party"     // 监管对象: the facility itself
	Citizen   Role = "citizen"   // 群众, also anonymous
	System    Role = "system"    // a service reacting to another's fact
)

// Roles lists every role an account can be given, in the order they are shown.
func Roles() []Role {
	return []Role{Officer, Intake, Leader, Legal, Publisher, Registrar, Office, Admin, Auditor, Party}
}

// Actor is the person or service answerable for a change.
type Actor struct {
	ID    string // account id, "500156-RY-mzj-001"; "citizen"; "system/clue"
	Unit  string // unit code of the law pack, empty for citizens; a facility's id for a Party
	Roles []Role
}

// Anonymous is a citizen who has not said who they are.
func Anonymous() Actor { return Actor{ID: "citizen", Roles: []Role{Citizen}} }

// Service is a context reacting to a fact.
func Service(context string) Actor {
	return Actor{ID: "system/" + context, Roles: []Role{System}}
}

// Has reports whether the actor has the role.
func (a Actor) Has(r Role) bool { return slices.Contains(a.Roles, r) }

// Permits says which roles may do which act. An act that is not in the table
// may be done by nobody.
type Permits map[string][]Role

// Check refuses an actor none of whose roles may do act.
func (p Permits) Check(a Actor, act string) error {
	for _, r := range p[act] {
		if a.Has(r) {
			return nil
		}
	}
	return fault.New(fault.Denied, "您的岗位不能办理此事项，请联系本单位管理员")
}

// OfUnit refuses an actor who does not act for unit.
func (a Actor) OfUnit(unit string) error {
	if a.Unit == unit && unit != "" {
		return nil
	}
	if unit == "" {
		return fault.New(fault.Denied, "此事项还没有确定由哪个单位办理，请等待分办")
	}
	return fault.New(fault.Denied, "此事项由 %s 办理，您所在单位无权操作", unit)
}
