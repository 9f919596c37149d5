package clue

import "shenzhong/services/kit/identity"

// permits says who may do what. To which unit the clue must be routed for it,
// the acts themselves check.
var permits = identity.Permits{
	"clue.receive":  {identity.Citizen, identity.Party, identity.Officer, identity.Intake, identity.Office},
	"clue.reopen":   {identity.Citizen, identity.Party, identity.Intake},
	"clue.route":    {identity.Intake, identity.Office},
	"clue.sign":     {identity.Officer, identity.Intake, identity.Leader},
	"clue.accept":   {identity.Officer, identity.Intake, identity.Leader},
	"clue.return":   {identity.Officer, identity.Intake, identity.Leader},
	"clue.dispute":  {identity.Officer, identity.Intake, identity.Leader},
	"clue.rule":     {identity.Office},
	"clue.merge":    {identity.Officer, identity.Intake, identity.Office},
	"clue.extend":   {identity.Leader},
	"clue.conclude": {identity.Officer},
	"clue.answer":   {identity.Officer, identity.Intake},
	"clue.contact":  {identity.Intake, identity.Office},
	"clue.list":     {identity.Officer, identity.Intake, identity.Leader, identity.Legal, identity.Office, identity.Auditor},
	"clue.read":     {identity.Officer, identity.Intake, identity.Leader, identity.Legal, identity.Office, identity.Auditor},
}

// everywhere are the roles that see the clues of all units; the others see
// those in which their own unit leads or assists.
var everywhere = []identity.Role{identity.Intake, identity.Office, identity.Auditor}
