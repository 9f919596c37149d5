package inspect

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// Batch is one batch of a published plan (抽查批次).
type Batch struct {
	events.BatchAnnounced
	State      State              `json:"state"`
	Pool       events.BatchFrozen `json:"pool"`
	DrawID     string             `json:"draw_id"`
	Visits     []string           `json:"visits"`
	FinishedAt time.Time          `json:"finished_at"`
	Problems   []string           `json:"problems"` // why the lists were last handed back, empty if they were not
	Spent      []string           `json:"spent"`    // public numbers that attempts which were given up had announced
}

// Announce says that the batch is about to be drawn. The parties are at least
// three units, so that no single one knows the seed. A batch whose draw was
// voided is announced again, as its next round, with another public number: it is
// the next attempt at the same draw.
func (b *Batch) Announce(a events.BatchAnnounced, now time.Time) (events.Event, error) {
	if b.State == Frozen { // only the draw hands lists back
		return nil, fault.New(fault.Conflict, "批次目前为“%s”，不能重新公告", Title(b.State))
	}
	state, err := move(nextBatch, "批次", b.State, Announced)
	if err != nil {
		return nil, err
	}
	if err := checkCeremony(a, now); err != nil {
		return nil, err
	}
	if b.Round > 0 {
		b.Spent = append(b.Spent, b.Beacon)
	}
	if a.Beacon != dice && slices.Contains(b.Spent, a.Beacon) {
		return nil, fault.About("beacon", fault.Invalid, "作废的那次已经约定过“%s”，重新公告须另行约定一期尚未产生的公开随机数", a.Beacon)
	}
	a.Round = b.Round + 1
	b.BatchAnnounced, b.State, b.Pool = a, state, events.BatchFrozen{}
	return a, nil
}

// dice are thrown anew for every attempt; the draw names the throw.
const dice = "dice-d10x20"

// beacons are the sources of a public number that a draw knows (fdraw, D4), with
// the issue; the draw names the one throw of its dice itself.
var beacons = regexp.MustCompile(`^(cwl-(kl8|ssq) [0-9]{7}|drand-quicknet [1-9][0-9]{0,8}|dice-d10x20)$`)

// takesPart reports whether a unit has a task in the batch.
func takesPart(tasks []events.UnitTask, unit string) bool {
	return slices.ContainsFunc(tasks, func(t events.UnitTask) bool { return t.Unit == unit })
}

// checkCeremony refuses what no draw could be held by. One party at least has no
// inspection of its own, so that not all who know the seed early gain by it.
func checkCeremony(a events.BatchAnnounced, now time.Time) error {
	parties := slices.Compact(slices.Sorted(slices.Values(a.Parties)))
	switch {
	case len(parties) < 3 || len(parties) != len(a.Parties):
		return fault.About("parties", fault.Invalid, "参加抽取的单位至少三个，且不能重复")
	case a.Quorum < 2 || a.Quorum > len(parties):
		return fault.About("quorum", fault.Invalid, "揭示的最少单位数应在 2 与 %d 之间", len(parties))
	}
	if !slices.ContainsFunc(parties, func(p string) bool { return !takesPart(a.Tasks, p) }) {
		return fault.About("parties", fault.Invalid, "参加抽取的单位中须至少有一个不参加本批检查")
	}
	if !beacons.MatchString(a.Beacon) {
		return fault.About("beacon", fault.Invalid, "公开随机数须写明来源和期号，例如 cwl-kl8 2026052、cwl-ssq 2026026、drand-quicknet 1000；当众掷骰写 dice-d10x20")
	}
	times := []time.Time{now, a.CommitBy, a.FreezeBy, a.RevealBy, a.BeaconAt, a.OpenBy}
	for i := 1; i < len(times); i++ {
		if !times[i].After(times[i-1]) {
			return fault.About("commit_by", fault.Invalid, "承诺、冻结、揭示、公开随机数、启封的时间必须晚于现在，并依次在后")
		}
	}
	return nil
}

// Freeze fixes from which facilities and officers is drawn: when the parties
// have had their time to commit, so that nobody commits who knows the lists, and
// before they reveal.
func (b *Batch) Freeze(by identity.Actor, frozen events.BatchFrozen, now time.Time) (events.Event, error) {
	if err := by.OfUnit(b.Lead); err != nil {
		return nil, err
	}
	state, err := move(nextBatch, "批次", b.State, Frozen)
	if err != nil {
		return nil, err
	}
	switch {
	case now.Before(b.CommitBy):
		return nil, fault.New(fault.Conflict, "各单位提交承诺值的时间到 %s 截止，之后方可冻结名录", clockTime(b.CommitBy))
	case now.After(b.FreezeBy):
		return nil, fault.New(fault.Conflict, "冻结名录的时间已于 %s 截止，本次抽取将作废，作废后请重新公告", clockTime(b.FreezeBy))
	case len(frozen.Candidates) == 0:
		return nil, fault.New(fault.Invalid, "名录中没有属于本批次类别的检查对象，请先核对检查对象名录库")
	}
	if problems := shortages(b.Tasks, frozen.Officers); len(problems) > 0 {
		return nil, fault.New(fault.Conflict, "%s，请先核对执法检查人员名录库", strings.Join(problems, "；"))
	}
	frozen.Batch, frozen.Round = b.Batch, b.Round
	b.Pool, b.State, b.Problems = frozen, state, nil
	return frozen, nil
}

func clockTime(t time.Time) string { return t.In(workday.Zone).Format("2006-01-02 15:04") }

// shortages says which units have too few officers to fill their seats at even
// one facility.
func shortages(tasks []events.UnitTask, officers []events.CandidateOfficer) []string {
	problems := []string{}
	for _, t := range tasks {
		n := 0
		for _, o := range officers {
			if o.Unit == t.Unit && o.Max > 0 {
				n++
			}
		}
		if n < t.Officers {
			problems = append(problems, fmt.Sprintf("%s 持有效执法证件、已作年度回避申报、可以派出的人员有 %d 名，少于每次检查的 %d 名", t.Unit, n, t.Officers))
		}
	}
	return problems
}

// Thaw takes the lists back because a seat might have stayed empty: the registers
// are mended and frozen again while there is time.
func (b *Batch) Thaw(round int, problems []string) (events.Event, error) {
	if round != b.Round {
		return nil, store.Unchanged
	}
	if err := stay("批次", b.State, Frozen); err != nil {
		return nil, err
	}
	state, err := move(nextBatch, "批次", b.State, Announced)
	if err != nil {
		return nil, err
	}
	b.State, b.Pool, b.Problems = state, events.BatchFrozen{}, problems
	return events.BatchThawed{Batch: b.Batch, Round: b.Round, Problems: problems}, nil
}

// Void notes that the draw of a round was given up. What is said of an earlier
// round changes nothing.
func (b *Batch) Void(draw string, round int, reason string) (events.Event, error) {
	if round != b.Round {
		return nil, store.Unchanged
	}
	state, err := move(nextBatch, "批次", b.State, Voided)
	if err != nil {
		return nil, err
	}
	b.State = state
	return events.BatchVoided{Batch: b.Batch, Round: b.Round, Draw: draw, Reason: reason}, nil
}

// Drawn notes the visits that the draw led to.
func (b *Batch) Drawn(draw string, visits []string) (events.Event, error) {
	state, err := move(nextBatch, "批次", b.State, Drawn)
	if err != nil {
		return nil, err
	}
	b.State, b.DrawID, b.Visits = state, draw, visits
	return events.BatchDrawn{Batch: b.Batch, Draw: draw, Visits: visits}, nil
}

// Finish says that every visit is recorded.
func (b *Batch) Finish(at time.Time, held []events.Held) (events.Event, error) {
	state, err := move(nextBatch, "批次", b.State, Finished)
	if err != nil {
		return nil, err
	}
	b.State, b.FinishedAt = state, at
	return events.BatchFinished{Batch: b.Batch, Round: b.Round, Visits: len(b.Visits), Held: held}, nil
}

// opened reports whether the draw of the batch is public: its last visit is
// recorded, or the day for it has come.
func (b *Batch) opened(now time.Time) bool {
	return b.State == Finished || b.State == Drawn && !now.Before(b.OpenBy)
}

// tasks are those of one candidate: the units that have something to check
// there, with the items that apply.
func (b *Batch) tasks(facility string) []events.UnitTask {
	for _, c := range b.Pool.Candidates {
		if c.Facility == facility {
			return c.Tasks
		}
	}
	return nil
}
