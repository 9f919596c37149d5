package register

import (
	"context"
	"slices"

	"shenzhong/events"
	"shenzhong/services/kit/view"
)

// ItemRow is an inspection item as lists show it.
type ItemRow struct {
	events.Item
	State     State  `json:"state"`
	RetiredOn string `json:"retired_on"`
	Reason    string `json:"reason"`
}

// complaintRow is a complaint about a facility.
type complaintRow struct {
	Complaint
	Facility string
	Source   string
}

// gradeRow is how a subject stands with the credit context.
type gradeRow struct {
	Facility string
	Grade    string
	Formula  string
}

type views struct {
	facilities *view.View[events.Facility]
	officers   *view.View[events.Officer]
	items      *view.View[ItemRow]
	units      *view.View[events.Unit]
	complaints *view.View[complaintRow]
	grades     *view.View[gradeRow]
}

// own are the views of what register itself says.
func (v *views) own() []view.Folding {
	return []view.Folding{v.facilities, v.officers, v.items, v.units}
}

func (v *views) all() []view.Folding { return append(v.own(), v.complaints, v.grades) }

func (v *views) open(ctx context.Context, tables view.Tables) error {
	for _, open := range []func(context.Context, view.Tables) error{
		v.openFacilities, v.openOfficers, v.openItems, v.openUnits, v.openComplaints, v.openGrades,
	} {
		if err := open(ctx, tables); err != nil {
			return err
		}
	}
	return nil
}

func (v *views) openFacilities(ctx context.Context, tables view.Tables) (err error) {
	v.facilities, err = view.New(ctx, tables, view.Spec[events.Facility]{
		Name: "register-facilities", Kinds: events.Of("facility"),
		Fold: func(f *events.Facility, e events.Envelope) error {
			fact, err := events.Open[events.FacilityChanged](e)
			*f = fact.Facility
			return err
		},
		Columns: []view.Column{{Name: "category"}, {Name: "status"}, {Name: "town"}, {Name: "risk"}, {Name: "grade"}, {Name: "uscc"}, {Name: "name"}},
		Values: func(_ string, f events.Facility) map[string]any {
			return map[string]any{
				"category": f.Category, "status": f.Status, "town": f.Town, "risk": f.Risk, "grade": f.Grade, "uscc": f.USCC, "name": f.Name,
			}
		},
	})
	return err
}

func (v *views) openOfficers(ctx context.Context, tables view.Tables) (err error) {
	v.officers, err = view.New(ctx, tables, view.Spec[events.Officer]{
		Name: "register-officers", Kinds: events.Of("officer"),
		Fold: func(o *events.Officer, e events.Envelope) error {
			fact, err := events.Open[events.OfficerChanged](e)
			*o = fact.Officer
			return err
		},
		Columns: []view.Column{{Name: "unit"}, {Name: "status"}, {Name: "cert_no"}},
		Values: func(_ string, o events.Officer) map[string]any {
			return map[string]any{"unit": o.Unit, "status": o.Status, "cert_no": o.CertNo}
		},
	})
	return err
}

func (v *views) openItems(ctx context.Context, tables view.Tables) (err error) {
	v.items, err = view.New(ctx, tables, view.Spec[ItemRow]{
		Name: "register-items", Kinds: events.Of("item"), Fold: foldItem,
		Columns: []view.Column{{Name: "area"}, {Name: "unit"}, {Name: "state"}},
		Values: func(_ string, i ItemRow) map[string]any {
			return map[string]any{"area": i.Area, "unit": i.Unit, "state": string(i.State)}
		},
	})
	return err
}

func foldItem(i *ItemRow, e events.Envelope) error {
	if e.Type == (events.ItemRetired{}).Kind() {
		fact, err := events.Open[events.ItemRetired](e)
		i.State, i.RetiredOn, i.Reason = Retired, fact.On, fact.Reason
		return err
	}
	fact, err := events.Open[events.ItemPublished](e)
	*i = ItemRow{Item: fact.Item, State: Published}
	return err
}

func (v *views) openUnits(ctx context.Context, tables view.Tables) (err error) {
	v.units, err = view.New(ctx, tables, view.Spec[events.Unit]{
		Name: "register-units", Kinds: events.Of("unit"),
		Fold: func(u *events.Unit, e events.Envelope) error {
			fact, err := events.Open[events.UnitListed](e)
			*u = fact.Unit
			return err
		},
		Columns: []view.Column{{Name: "kind"}},
		Values:  func(_ string, u events.Unit) map[string]any { return map[string]any{"kind": u.Kind} },
	})
	return err
}

// openComplaints keeps of every clue only how it came in: that is the first
// fact of its life, so no gap can follow.
func (v *views) openComplaints(ctx context.Context, tables view.Tables) (err error) {
	v.complaints, err = view.New(ctx, tables, view.Spec[complaintRow]{
		Name: "register-complaints", Kinds: []string{events.ClueReceived{}.Kind()},
		Fold: func(c *complaintRow, e events.Envelope) error {
			fact, err := events.Open[events.ClueReceived](e)
			*c = complaintRow{Complaint: Complaint{Clue: fact.Clue, At: e.Time}, Facility: fact.Facility, Source: fact.Source}
			return err
		},
		Columns: []view.Column{{Name: "facility"}, {Name: "complains"}, {Name: "at", Int: true}},
		Values: func(_ string, c complaintRow) map[string]any {
			complains := "no"
			if slices.Contains(complaining, c.Source) {
				complains = "yes"
			}
			return map[string]any{"facility": c.Facility, "complains": complains, "at": c.At.UnixMilli()}
		},
	})
	return err
}

// complaining are the sources of clues that are complaints (投诉举报). What an
// inspection or another unit found is none.
var complaining = []string{"citizen", "hotline"}

func (v *views) openGrades(ctx context.Context, tables view.Tables) (err error) {
	v.grades, err = view.New(ctx, tables, view.Spec[gradeRow]{
		Name: "register-grades", Kinds: events.Of("credit"),
		Fold: func(g *gradeRow, e events.Envelope) error {
			fact, err := events.Open[events.CreditGraded](e)
			*g = gradeRow{Facility: fact.Facility, Grade: fact.Grade, Formula: fact.Formula}
			return err
		},
	})
	return err
}

// every returns all rows that the conditions of a query select, by key.
func every[R any](ctx context.Context, v *view.View[R], q view.Query) ([]R, error) {
	const page = 1000
	var out []R
	for q.Limit = page; ; {
		keys, err := v.Table().List(ctx, q)
		if err != nil {
			return nil, err
		}
		rows, err := v.List(ctx, q)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
		if len(keys) < page {
			return out, nil
		}
		q.After = keys[len(keys)-1].Key
	}
}
