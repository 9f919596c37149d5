package register

import (
	"context"
	"slices"

	"shenzhong/events"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/view"
)

// Facilities selects entries of the register of objects. Empty fields select
// all.
type Facilities struct {
	Category, Status, Town, Risk, Grade, USCC, Name string
	After                                           string // id of the last one seen
	Limit                                           int    // at most 1000; 0 = 100
}

// Facilities lists facilities by id.
func (s *Service) Facilities(ctx context.Context, by identity.Actor, q Facilities) ([]events.Facility, error) {
	if err := permits.Check(by, "facility.read"); err != nil {
		return nil, err
	}
	return s.views.facilities.List(ctx, view.Query{Equal: equal(map[string]string{
		"category": q.Category, "status": q.Status, "town": q.Town, "risk": q.Risk, "grade": q.Grade, "uscc": q.USCC, "name": q.Name,
	}), After: q.After, Limit: q.Limit})
}

// Officers selects entries of the register of officers.
type Officers struct {
	Unit, Status string
	After        string
	Limit        int
}

// Officers lists officers by id.
func (s *Service) Officers(ctx context.Context, by identity.Actor, q Officers) ([]events.Officer, error) {
	if err := permits.Check(by, "officer.read"); err != nil {
		return nil, err
	}
	return s.views.officers.List(ctx, view.Query{Equal: equal(map[string]string{"unit": q.Unit, "status": q.Status}), After: q.After, Limit: q.Limit})
}

// Items selects inspection items.
type Items struct {
	Area, Unit string
	State      State
	After      string // code of the last one seen
	Limit      int
}

// Items lists inspection items by code, retired ones too unless a state is
// asked for.
func (s *Service) Items(ctx context.Context, q Items) ([]ItemRow, error) {
	after := ""
	if q.After != "" {
		after = s.itemID(q.After)
	}
	return s.views.items.List(ctx, view.Query{Equal: equal(map[string]string{"area": q.Area, "unit": q.Unit, "state": string(q.State)}), After: after, Limit: q.Limit})
}

// Units lists the units that take part, by code; of one kind if it is named.
func (s *Service) Units(ctx context.Context, kind string) ([]events.Unit, error) {
	return every(ctx, s.views.units, view.Query{Equal: equal(map[string]string{"kind": kind})})
}

// Areas are the regulatory areas of the plan in force today.
func (s *Service) Areas() []law.Area {
	return slices.DeleteFunc(slices.Clone(s.cfg.Law.Law().Areas()), func(a law.Area) bool { return !a.On(s.today()) })
}

// equal are the conditions on the columns that were filled in.
func equal(columns map[string]string) map[string]any {
	out := map[string]any{}
	for column, value := range columns {
		if value != "" {
			out[column] = value
		}
	}
	return out
}
