package inspect

import (
	"context"
	"slices"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
)

// Result is what a joint visit came to, as everybody may know it: the standard
// categories, never the words of an officer.
type Result struct {
	Visit     string       `json:"visit"`
	Batch     string       `json:"batch"`
	Facility  string       `json:"facility"`
	Name      string       `json:"name"`
	Category  string       `json:"category"`
	VisitedOn string       `json:"visited_on"`
	Units     []UnitResult `json:"units"`
}

// UnitResult is what one unit found.
type UnitResult struct {
	Unit    string         `json:"unit"`
	Name    string         `json:"name"`
	Results []NamedOutcome `json:"results"`
}

// NamedOutcome is one standard category.
type NamedOutcome struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// CheckResults lists the results of a year ("" = all) that are public: those of
// recorded visits of batches whose draw is opened. A result that came earlier
// would tell who was drawn.
func (s *Service) CheckResults(ctx context.Context, year string) ([]Result, error) {
	equal := map[string]any{"state": string(Recorded)}
	if year != "" {
		equal["year"] = year
	}
	rows, err := everyRow(ctx, s.views.visits, equal)
	if err != nil {
		return nil, err
	}
	opened := map[string]bool{}
	out := []Result{}
	for _, r := range rows {
		public, known := opened[r.Batch]
		if special(r.Batch) {
			public = true // its objects were published before anybody went there
		} else if !known {
			b, err := s.Batch(ctx, r.Batch)
			if err != nil {
				return nil, err
			}
			public = b.Opened
			opened[r.Batch] = public
		}
		if !public {
			continue
		}
		result, err := s.result(r)
		if err != nil {
			return nil, err
		}
		out = append(out, result)
	}
	return out, nil
}

func (s *Service) result(r VisitRow) (Result, error) {
	out := Result{Visit: r.ID, Batch: r.Batch, Facility: r.Facility, Name: r.Name, Category: r.Category, VisitedOn: r.VisitedOn}
	on, err := workday.ParseDate(r.VisitedOn)
	if err != nil {
		return out, err
	}
	for _, section := range r.Sections {
		unit, err := s.cfg.Law.Law().Unit(section.Unit, on)
		if err != nil {
			return out, err
		}
		found := UnitResult{Unit: section.Unit, Name: unit.Name}
		for _, code := range section.Results {
			c, err := s.cfg.Law.Law().ResultCategory(code, on)
			if err != nil {
				return out, err
			}
			found.Results = append(found.Results, NamedOutcome{Code: code, Name: c.Name})
		}
		out.Units = append(out.Units, found)
	}
	return out, nil
}

// Notice is the notice of inspection (检查通知书) as it is handed to the facility:
// one for all units.
type Notice struct {
	No        string       `json:"no"`
	On        string       `json:"on"`
	Facility  string       `json:"facility"`
	Name      string       `json:"name"`
	Source    string       `json:"source"`    // 任务来源
	Inspected int          `json:"inspected"` // 检查频次: this is the n-th of the year
	Units     []NoticeUnit `json:"units"`
	Rights    string       `json:"rights"`
	Forbidden string       `json:"forbidden"` // 五个严禁、八个不得
	Lead      string       `json:"lead"`      // name of the lead unit
	Code      string       `json:"code"`      // by which the facility can ask for a recusal; empty = no such code
	LawCode   string       `json:"law_code"`  // 执法码, empty where there was none
	Draw      *DrawnProof  `json:"draw"`      // that the visit was drawn; null where it was not
}

// NoticeUnit is one unit's part of it: each inspects in its own name.
type NoticeUnit struct {
	Unit     string          `json:"unit"`
	Name     string          `json:"name"`
	Officers []NoticeOfficer `json:"officers"`
	Items    []NoticeItem    `json:"items"`
}

// NoticeOfficer is who comes.
type NoticeOfficer struct {
	Name   string `json:"name"`
	CertNo string `json:"cert_no"`
}

// NoticeItem is what is checked, and by which law.
type NoticeItem struct {
	Code  string   `json:"code"`
	Name  string   `json:"name"`
	Basis []string `json:"basis"`
}

// Notice returns the notice of a visit, to those who may know of the visit, once
// it was given.
func (s *Service) Notice(ctx context.Context, by identity.Actor, id string) (Notice, error) {
	v, err := s.Visit(ctx, by, id)
	if err != nil {
		return Notice{}, err
	}
	if v.NoticeNo == "" {
		return Notice{}, fault.New(fault.Conflict, "尚未出具检查通知书")
	}
	source, err := s.source(ctx, v)
	if err != nil {
		return Notice{}, err
	}
	on, err := workday.ParseDate(v.VisitedOn)
	if err != nil {
		return Notice{}, err
	}
	n := Notice{No: v.NoticeNo, LawCode: v.Code, On: v.VisitedOn, Facility: v.Facility, Name: v.Name, Source: source}
	texts := make([]law.Text, 2)
	for i, code := range []string{"inspect.rights", "inspect.five_eight"} {
		if texts[i], err = s.cfg.Law.Law().Text(code, on); err != nil {
			return Notice{}, err
		}
	}
	n.Rights, n.Forbidden = texts[0].Text, texts[1].Text
	if n.Inspected, err = s.frequency(ctx, v); err != nil {
		return Notice{}, err
	}
	lead, err := s.cfg.Law.Law().Unit(v.Lead, on)
	if err != nil {
		return Notice{}, err
	}
	n.Lead, n.Code = lead.Name, s.recusalCode(v.ID)
	if n.Draw, err = s.proof(ctx, v); err != nil {
		return Notice{}, err
	}
	for _, section := range v.Sections {
		unit, err := s.noticeUnit(ctx, section.Unit, section.Officers, section.Items, on)
		if err != nil {
			return Notice{}, err
		}
		n.Units = append(n.Units, unit)
	}
	return n, nil
}

// source says where a visit comes from (任务来源): the batch of a plan, or a
// campaign.
func (s *Service) source(ctx context.Context, v Visit) (string, error) {
	if special(v.Batch) {
		c, _, err := s.campaigns.Load(ctx, v.Batch)
		return c.Title, err
	}
	batch, _, err := s.batches.Load(ctx, v.Batch)
	if err != nil {
		return "", err
	}
	plan, _, err := s.plans.Load(ctx, batch.Plan)
	return plan.Title + "：" + batch.Title, err
}

// frequency counts the visits of the year that the facility already knows of,
// and this one.
func (s *Service) frequency(ctx context.Context, v Visit) (int, error) {
	rows, err := everyRow(ctx, s.views.visits, map[string]any{"facility": v.Facility, "year": yearOf(v.Batch)})
	others := slices.DeleteFunc(rows, func(r VisitRow) bool { return r.ID == v.ID || r.State != Recorded })
	return len(others) + 1, err
}

func (s *Service) noticeUnit(ctx context.Context, code string, officers, items []string, on workday.Date) (NoticeUnit, error) {
	unit, err := s.cfg.Law.Law().Unit(code, on)
	if err != nil {
		return NoticeUnit{}, err
	}
	out := NoticeUnit{Unit: code, Name: unit.Name}
	for _, id := range officers {
		if id == "" {
			continue
		}
		o, err := s.views.officers.Get(ctx, id)
		if err != nil {
			return out, err
		}
		out.Officers = append(out.Officers, NoticeOfficer{Name: o.Name, CertNo: o.CertNo})
	}
	for _, id := range items {
		item, err := s.views.items.Get(ctx, s.itemID(id))
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, NoticeItem{Code: id, Name: item.Name, Basis: item.Basis})
	}
	return out, nil
}
