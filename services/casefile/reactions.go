package casefile

import (
	"context"
	"maps"
	"slices"

	"shenzhong/events"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// Views are the read models of casefile.
func (s *Service) Views() []view.Folding { return s.views.all() }

// Reactions is everything casefile does when another speaks.
func (s *Service) Reactions() []bus.Reaction {
	reactions := []bus.Reaction{
		bus.On("casefile-files-clues", s.onClueConcluded),
		{Name: "casefile-notes-publication", Kinds: slices.Sorted(maps.Keys(publicationNews)), Handle: s.onPublication},
	}
	for _, v := range s.views.all() {
		reactions = append(reactions, v.Reaction())
	}
	return reactions
}

// onClueConcluded files the case that a clue has become. The clue is the cause,
// so a second delivery files no second case.
func (s *Service) onClueConcluded(ctx context.Context, h bus.Heard[events.ClueConcluded]) error {
	f := h.Fact
	if f.Outcome != "case" {
		return nil
	}
	on := workday.DateOf(h.Envelope.Time)
	act := on
	if f.Act != "" {
		var err error
		if act, err = workday.ParseDate(f.Act); err != nil {
			return err
		}
	}
	filing := Filing{Case: Case{Clue: f.Clue, Unit: f.Unit, Offence: f.Offence, Act: act.String(), FiledOn: on.String(), Leads: f.Evidence}}
	filing.Respondent = events.Respondent{Name: f.Name}
	if f.Facility != "" {
		facility, err := s.facility(ctx, f.Facility)
		if fault.Is(err, fault.NotFound) {
			return fault.New(fault.Early, "facility %s is not known yet", f.Facility)
		}
		if err != nil {
			return err
		}
		if filing.Respondent, err = s.respondent(facility, on); err != nil {
			return err
		}
		filing.SubjectKind = facility.SubjectKind
	}
	_, err := s.open(ctx, h.Cause("casefile"), filing, on, h.Envelope.Time)
	return err
}

func (s *Service) facility(ctx context.Context, id string) (FacilityRow, error) {
	return s.views.facilities.Get(ctx, id)
}

// publicationNews is what each fact about a record means for the case.
var publicationNews = map[string]string{
	events.RecordPrepared{}.Kind():  "prepared",
	events.RecordPublished{}.Kind(): "published",
	events.ChannelAdded{}.Kind():    "published",
	events.RecordWithheld{}.Kind():  "withheld",
	events.RecordWithdrawn{}.Kind(): "withdrawn",
	events.RecordExpired{}.Kind():   "expired",
}

// onPublication notes what became of the publication of a decision. Most news
// of a record names the record alone; which case it belongs to was said when
// the record was prepared, and is kept in a view.
func (s *Service) onPublication(ctx context.Context, e events.Envelope) error {
	id := events.EntityID(e.Subject)
	record, err := s.views.records.Get(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Early, "record %s is not known yet", id)
	}
	if err != nil || record.Sort != "penalty" {
		return err
	}
	return s.cases.Change(ctx, bus.Cause(e, "casefile"), events.EntityID(record.Source), func(c *Case) (events.Event, error) {
		return c.Note(id, publicationNews[e.Type], e.Settles)
	})
}
