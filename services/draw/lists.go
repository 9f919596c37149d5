package draw

import (
	"slices"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
)

// lists are the registers as a draw takes them, in its own files.
type lists struct {
	pool     *fdraw.Pool
	officers *fdraw.Officers
	registry *fdraw.Registry
	changes  *fdraw.Changes // how pool differs from that of the draw before; nil before it is compared
	before   string         // that pool, empty where there was none
}

// lists turns what inspect froze into the files of the draw: the attributes, the
// probabilities that the announced policy gives them, and who may come.
func (d *Draw) lists(frozen events.BatchFrozen, salt fdraw.Digest) (lists, error) {
	var l lists
	a, err := d.announced()
	if err != nil {
		return l, err
	}
	policy, err := fdraw.ParsePolicy(d.Files.Policy)
	if err != nil {
		return l, err
	}
	if l.registry, err = registry(a.Head, frozen); err != nil {
		return l, err
	}
	chances, err := fdraw.Rates(policy, l.registry)
	if err != nil {
		return l, err
	}
	candidates := map[string]events.Candidate{}
	for _, c := range frozen.Candidates {
		candidates[c.Facility] = c
	}
	units := make([]fdraw.Unit, len(chances))
	for i, chance := range chances {
		c := candidates[chance.Facility]
		units[i] = fdraw.Unit{Facility: chance.Facility, Stratum: c.Stratum, PPM: chance.PPM, Reason: chance.Reason, Demand: demand(c.Tasks, chance.PPM)}
	}
	if l.pool, err = fdraw.NewPool(a.Head, units); err != nil {
		return l, err
	}
	officers := make([]fdraw.Officer, len(frozen.Officers))
	for i, o := range frozen.Officers {
		officers[i] = fdraw.Officer{ID: o.Officer, Dept: o.Unit, Max: o.Max, Skills: slices.Sorted(slices.Values(skillWords(o.Skills)))}
	}
	barred := make([]fdraw.Barred, len(frozen.Exclusions))
	for i, x := range frozen.Exclusions {
		barred[i] = fdraw.Barred{Officer: x.Officer, Facility: x.Facility, Code: fdraw.Code(x.Code)}
	}
	l.officers, err = fdraw.NewOfficers(a.Head, salt, officers, barred)
	return l, err
}

// flags ties the marks of the register to the words of the draw files.
var flags = map[string]fdraw.Flag{
	"complaints": fdraw.HighComplaint, "abnormal": fdraw.AbnormalList, "serious": fdraw.SeriousViolation, "attention": fdraw.HighAttention,
}

func registry(head fdraw.Head, frozen events.BatchFrozen) (*fdraw.Registry, error) {
	entries := make([]fdraw.Entry, len(frozen.Candidates))
	plans := make([]fdraw.Plan, len(frozen.Turns))
	for i, t := range frozen.Turns {
		plans[i] = fdraw.Plan{Category: t.Category, Draw: t.Draw, Of: t.Of}
	}
	for i, c := range frozen.Candidates {
		entry := fdraw.Entry{
			Facility: c.Facility, Category: c.Category, Grade: c.Grade, Risk: c.Risk, Status: fdraw.Active, Inspected: c.Inspected, Drawn: c.Drawn,
		}
		if c.Closed {
			entry.Status = fdraw.Closed
		}
		for _, f := range c.Flags {
			if flag, ok := flags[f]; ok && !slices.Contains(entry.Flags, flag) {
				entry.Flags = append(entry.Flags, flag)
			}
		}
		slices.Sort(entry.Flags)
		entries[i] = entry
	}
	return fdraw.NewRegistry(head, plans, entries)
}

// demand is what a facility of that chance (in millionths) asks for when it is
// drawn. A unit that joins a share of the visits comes with that share of the
// chance, exactly (draw specification, section 4.1, nested departments).
func demand(tasks []events.UnitTask, chance int) fdraw.Demand {
	d := make(fdraw.Demand, len(tasks))
	for i, t := range tasks {
		d[i] = fdraw.Need{Dept: t.Unit, Count: t.Officers, Skill: skillWord(t.Skill)}
		if t.Share > 0 && t.Share < fdraw.Certain && chance > 0 {
			d[i].Below = max(1, int(int64(chance)*t.Share/fdraw.Certain))
		}
	}
	return d
}
