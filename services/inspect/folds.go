package inspect

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"shenzhong/events"
)

// into decodes the fact of an envelope.
func into[T any](e events.Envelope) (T, error) {
	var fact T
	if err := json.Unmarshal(e.Data, &fact); err != nil {
		return fact, fmt.Errorf("decode %s: %w", e.ID, err)
	}
	return fact, nil
}

func foldFacility(r *FacilityRow, e events.Envelope) error {
	fact, err := into[events.FacilityChanged](e)
	r.Facility = fact.Facility
	return err
}

func foldOfficer(r *OfficerRow, e events.Envelope) error {
	fact, err := into[events.OfficerChanged](e)
	r.Officer = fact.Officer
	return err
}

func foldItem(r *ItemRow, e events.Envelope) error {
	if e.Type == (events.ItemRetired{}).Kind() {
		r.Published = false
		return nil
	}
	fact, err := into[events.ItemPublished](e)
	r.Item, r.Published = fact.Item, true
	return err
}

func foldPlan(r *PlanRow, e events.Envelope) error {
	switch e.Type {
	case events.PlanDrafted{}.Kind():
		fact, err := into[events.PlanDrafted](e)
		r.Plan, r.State = fact.Plan, Drafted
		return err
	case events.PlanApproved{}.Kind():
		fact, err := into[events.PlanApproved](e)
		r.Approvals = append(r.Approvals, fact.Approval)
		if len(fact.Missing) == 0 {
			r.State = Approved
		}
		return err
	case events.PlanPublished{}.Kind():
		r.State = Published
	}
	return nil
}

func foldBatch(r *BatchRow, e events.Envelope) error {
	r.ID = events.EntityID(e.Subject)
	switch e.Type {
	case events.BatchAnnounced{}.Kind():
		fact, err := into[events.BatchAnnounced](e)
		r.Plan, r.No, r.Round, r.Title, r.Lead, r.State = fact.Plan, fact.No, fact.Round, fact.Title, fact.Lead, Announced
		return err
	case events.BatchFrozen{}.Kind():
		r.State = Frozen
	case events.BatchThawed{}.Kind():
		r.State = Announced
	case events.BatchVoided{}.Kind():
		r.State = Voided
	case events.BatchDrawn{}.Kind():
		fact, err := into[events.BatchDrawn](e)
		r.State, r.Visits = Drawn, fact.Visits
		return err
	case events.BatchFinished{}.Kind():
		r.State = Finished
	}
	return nil
}

func foldVisit(r *VisitRow, e events.Envelope) error {
	switch e.Type {
	case events.VisitAssigned{}.Kind():
		fact, err := into[events.VisitAssigned](e)
		v := fact.Visit
		*r = VisitRow{ID: v.ID, Batch: v.Batch, Facility: v.Facility, Name: v.Name, Category: v.Category, Lead: v.Lead, State: Assigned, Year: yearOf(v.Batch)}
		for _, section := range v.Sections {
			r.Units = append(r.Units, section.Unit)
			r.Officers = append(r.Officers, section.Officers...)
		}
		return err
	case events.VisitReseated{}.Kind():
		fact, err := into[events.VisitReseated](e)
		if i := slices.Index(r.Officers, fact.Was); i >= 0 {
			r.Officers[i] = fact.Officer
		}
		return err
	case events.VisitApproved{}.Kind():
		fact, err := into[events.VisitApproved](e)
		if len(fact.Missing) == 0 {
			r.State = Approved
		}
		return err
	case events.VisitNoticed{}.Kind():
		fact, err := into[events.VisitNoticed](e)
		r.State, r.VisitedOn = Noticed, fact.On
		return err
	case events.SectionAnswered{}.Kind():
		fact, err := into[events.SectionAnswered](e)
		if r.Answered = append(r.Answered, fact.Section.Unit); len(r.Answered) == len(r.Units) {
			r.State = Answered
		}
		return err
	case events.VisitSigned{}.Kind():
		r.State = Signed
	case events.VisitRecorded{}.Kind():
		fact, err := into[events.VisitRecorded](e)
		r.State = Recorded
		for _, section := range fact.Visit.Sections {
			r.Sections = append(r.Sections, SectionResult{Unit: section.Unit, Results: section.Results, Findings: len(section.Findings)})
		}
		return err
	}
	return nil
}

// yearOf is the year in an id such as "500156-PC-2026-000001".
func yearOf(id string) string {
	if parts := strings.Split(id, "-"); len(parts) > 2 {
		return parts[2]
	}
	return ""
}

func foldOrder(r *OrderRow, e events.Envelope) error {
	switch e.Type {
	case events.RectificationOrdered{}.Kind():
		o, err := into[events.RectificationOrdered](e)
		*r = OrderRow{ID: o.Rectification, Facility: o.Facility, Name: o.Name, Unit: o.Unit, State: Ordered, Deadline: o.Deadline}
		return err
	case events.RectificationExtended{}.Kind():
		x, err := into[events.RectificationExtended](e)
		r.Deadline = x.Deadline
		return err
	case events.RectificationProved{}.Kind():
		r.State = Proved
	case events.RectificationChecked{}.Kind():
		c, err := into[events.RectificationChecked](e)
		r.State = Ordered
		if c.Passed {
			r.State = Closed
		}
		return err
	}
	return nil
}
