package inspect

import (
	"slices"

	"shenzhong/services/kit/fault"
)

// State is how far a plan, a batch, a visit or a rectification is.
type State string

// The states. Each says who acts next.
const (
	Drafted   State = "drafted"   // 拟订: the heads of the units approve the plan
	Approved  State = "approved"  // 已批准: the lead unit publishes the plan, or gives notice of the visit
	Published State = "published" // 已公布: frozen; its batches can be announced

	Announced State = "announced" // 已公告: the parties commit, the lead unit freezes the registers
	Voided    State = "voided"    // 抽取作废: the lead unit announces the batch again
	Frozen    State = "frozen"    // 已冻结: the draw goes on
	Drawn     State = "drawn"     // 已抽取: the visits are made
	Finished  State = "finished"  // 已完成

	Assigned State = "assigned" // 已派定: the heads of the units approve their part
	Noticed  State = "noticed"  // 已通知: each unit answers its section
	Answered State = "answered" // 各部门已录入: the facility signs, once
	Signed   State = "signed"   // 当事人已签字: the lead unit closes the record
	Recorded State = "recorded" // 已办结

	Ordered State = "ordered" // 责令改正: the facility puts it right and hands in proof
	Proved  State = "proved"  // 已提交证明: the unit inspects again
	Closed  State = "closed"  // 已改正

	FilingDue State = "filing_due" // 待备案: the unit tells the justice unit
	Filed     State = "filed"      // 已备案

	Asked   State = "asked"   // 已申请: the head of the officer's unit decides
	Granted State = "granted" // 准予回避
	Refused State = "refused" // 不予回避
)

// titles are the names of the states for people.
var titles = map[State]string{
	Drafted: "拟订", Approved: "已批准", Published: "已公布", Announced: "已公告", Voided: "抽取已作废", Frozen: "已冻结", Drawn: "已抽取",
	Finished: "已完成", Assigned: "已派定", Noticed: "已通知", Answered: "各部门已录入", Signed: "当事人已签字",
	Recorded: "已办结", Ordered: "责令改正中", Proved: "已提交整改证明", Closed: "已改正",
	FilingDue: "待备案", Filed: "已备案",
	Asked: "已申请回避", Granted: "准予回避", Refused: "不予回避", "": "尚未建立",
}

// Title is the name of a state for people.
func Title(s State) string { return titles[s] }

// The workflows: from each state, where the entity may go.
var (
	nextPlan = map[State][]State{
		"":        {Drafted},
		Drafted:   {Approved},
		Approved:  {Published},
		Published: {},
	}
	nextCampaign = map[State][]State{
		"":        {Drafted},
		Drafted:   {Approved},
		Approved:  {Filed},
		Filed:     {Published},
		Published: {},
	}
	nextBatch = map[State][]State{
		"":        {Announced},
		Announced: {Frozen, Voided},
		Frozen:    {Drawn, Voided, Announced},
		Voided:    {Announced},
		Drawn:     {Finished},
		Finished:  {},
	}
	nextVisit = map[State][]State{
		"":       {Assigned},
		Assigned: {Approved},
		Approved: {Noticed},
		Noticed:  {Answered},
		Answered: {Signed},
		Signed:   {Recorded},
		Recorded: {},
	}
	nextFiling = map[State][]State{
		"":        {FilingDue},
		FilingDue: {Filed},
		Filed:     {},
	}
	nextRecusal = map[State][]State{
		"":      {Asked},
		Asked:   {Granted, Refused},
		Granted: {},
		Refused: {},
	}
	nextRectification = map[State][]State{
		"":      {Ordered},
		Ordered: {Proved},
		Proved:  {Closed, Ordered},
		Closed:  {},
	}
)

// move returns the state to if table allows it from the state at.
func move(table map[State][]State, what string, at, to State) (State, error) {
	if !slices.Contains(table[at], to) {
		return at, fault.New(fault.Conflict, "%s目前为“%s”，不能变为“%s”", what, Title(at), Title(to))
	}
	return to, nil
}

// stay refuses unless the entity stands in the state in which the act belongs.
func stay(what string, at, want State) error {
	if at != want {
		return fault.New(fault.Conflict, "%s目前为“%s”，此步骤须在“%s”时办理", what, Title(at), Title(want))
	}
	return nil
}
