package rehearsal

import (
	"context"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/store"
)

// publishedHasDecision looks up, for every record that was published, the fact
// that it publishes.
func publishedHasDecision(_ context.Context, _ Books, read *books) (int, []string, error) {
	good := 0
	var bad []string
	subjects := read.subjects()
	decided := map[string]bool{}
	for _, c := range read.byKind[events.CaseDecided{}.Kind()] {
		decided[c.Subject] = true
	}
	for _, c := range read.byKind[events.RecordPublished{}.Kind()] {
		fact, err := events.Open[events.RecordPublished](c.Envelope())
		if err != nil {
			return 0, nil, err
		}
		if !subjects[fact.Record.Source] || fact.Record.Sort == "penalty" && !decided[fact.Record.Source] {
			bad = append(bad, fact.Record.ID+" 的来源 "+fact.Record.Source)
			continue
		}
		good++
	}
	return good, bad, nil
}

// subjects are all entities about which something was said.
func (b *books) subjects() map[string]bool {
	out := map[string]bool{}
	for _, c := range b.commits {
		out[c.Subject] = true
	}
	return out
}

// dueIsPublished looks at every limit for publishing that a decision started:
// it was met, or its day is still to come, or it is overdue and somebody above
// was told.
func dueIsPublished(_ context.Context, b Books, read *books) (int, []string, error) {
	met, overdue, told := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, c := range read.commits {
		for _, id := range c.Settles {
			met[id] = true
		}
		switch c.Kind {
		case events.Overdue{}.Kind():
			fact, err := events.Open[events.Overdue](c.Envelope())
			if err != nil {
				return 0, nil, err
			}
			overdue[fact.Deadline.ID] = true
		case events.Escalated{}.Kind():
			fact, err := events.Open[events.Escalated](c.Envelope())
			if err != nil {
				return 0, nil, err
			}
			told[fact.Deadline.ID] = true
		}
	}
	good := 0
	var bad []string
	for _, c := range read.byKind[events.CaseDecided{}.Kind()] {
		limits, err := c.Limits()
		if err != nil {
			return 0, nil, err
		}
		for _, d := range limits {
			if !strings.HasPrefix(d.Rule, "pub.") {
				continue
			}
			if met[d.ID] || b.Today.String() <= d.DueDate || overdue[d.ID] && told[d.ID] {
				good++
				continue
			}
			bad = append(bad, d.ID)
		}
	}
	return good, bad, nil
}

// cluesHaveOwners follows every clue to its end or to who has it now, and until
// when.
func cluesHaveOwners(_ context.Context, _ Books, read *books) (int, []string, error) {
	return haveOwners(read, "clue",
		[]string{events.ClueConcluded{}.Kind(), events.ClueMerged{}.Kind()}, []string{events.ClueRouted{}.Kind(), events.ClueReceived{}.Kind()})
}

// alertsHaveOwners does the same for alerts.
func alertsHaveOwners(_ context.Context, _ Books, read *books) (int, []string, error) {
	return haveOwners(read, "alert",
		[]string{events.AlertConcluded{}.Kind(), events.AlertLifted{}.Kind()}, []string{events.AlertRaised{}.Kind()})
}

// haveOwners follows every entity of a collection to a fact that ends it, or else
// to one that gives it an owner, with a limit that runs.
func haveOwners(read *books, collection string, ends, owns []string) (int, []string, error) {
	ended, owned, running := map[string]bool{}, map[string]bool{}, map[string]int{}
	settled := map[string]bool{}
	for _, c := range read.commits {
		for _, id := range c.Settles {
			settled[id] = true
		}
	}
	last := read.last(collection)
	for _, c := range read.commits {
		if _, ok := last[c.Subject]; !ok {
			continue
		}
		ended[c.Subject] = ended[c.Subject] || slices.Contains(ends, c.Kind)
		owned[c.Subject] = owned[c.Subject] || slices.Contains(owns, c.Kind)
		n, err := open(c, settled)
		if err != nil {
			return 0, nil, err
		}
		running[c.Subject] += n
	}
	good := 0
	var bad []string
	for subject := range last {
		if ended[subject] || owned[subject] && running[subject] > 0 {
			good++
			continue
		}
		bad = append(bad, events.EntityID(subject))
	}
	return good, sorted(bad), nil
}

// open counts the limits that a commit started and nobody ended.
func open(c store.Commit, settled map[string]bool) (int, error) {
	limits, err := c.Limits()
	n := 0
	for _, d := range limits {
		if !settled[d.ID] {
			n++
		}
	}
	return n, err
}
