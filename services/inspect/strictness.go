package inspect

import (
	"context"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/stats"
	"shenzhong/services/kit/store"
)

// Seen is that an officer has looked at the comparison of a year.
type Seen struct {
	Officer string `json:"officer"`
	Year    string `json:"year"`
	Visits  int    `json:"visits"`
}

// Compared is one officer beside the others. It serves training and pairing; it
// is no indicator of performance, and nobody outside the unit sees it.
type Compared struct {
	Officer string           `json:"officer"`
	Shown   bool             `json:"shown"` // to the officer; before that nobody else sees the figures
	Figures stats.Strictness `json:"figures"`
}

// OwnStrictness compares the actor's own findings of a year with those of others
// in like visits.
func (s *Service) OwnStrictness(ctx context.Context, by identity.Actor, year string) (stats.Strictness, error) {
	if err := permits.Check(by, "strictness.see"); err != nil {
		return stats.Strictness{}, err
	}
	all, err := s.strictness(ctx, year)
	if err != nil {
		return stats.Strictness{}, err
	}
	i := slices.IndexFunc(all, func(x stats.Strictness) bool { return x.Officer == by.ID })
	if i < 0 {
		return stats.Strictness{Officer: by.ID}, nil
	}
	return all[i], nil
}

// SeeStrictness is the word of an officer that they have looked at it.
type SeeStrictness struct {
	store.Cause
	Year string
}

// SeeStrictness notes it: from then on the head of the unit sees it too.
func (s *Service) SeeStrictness(ctx context.Context, cmd SeeStrictness) error {
	own, err := s.OwnStrictness(ctx, cmd.Actor, cmd.Year)
	if err != nil {
		return err
	}
	if own.Visits == 0 {
		return fault.New(fault.Conflict, "本人在 %s 年没有办结的检查，没有可以查看的比较", cmd.Year)
	}
	return s.seen.Put(ctx, cmd.Cause, s.seenID(cmd.Year, cmd.Actor.ID), func(x *Seen) (events.Event, error) {
		if x.Visits == own.Visits {
			return nil, store.Unchanged
		}
		x.Officer, x.Year, x.Visits = cmd.Actor.ID, cmd.Year, own.Visits
		return events.StrictnessSeen{Officer: cmd.Actor.ID, Unit: cmd.Actor.Unit, Year: cmd.Year, Visits: own.Visits}, nil
	})
}

func (s *Service) seenID(year, officer string) string {
	return s.cfg.District + "-JD-" + year + "-" + strings.TrimPrefix(officer, s.cfg.District+"-")
}

// Strictness returns the officers of the actor's unit; figures only of those who
// have seen their own first.
func (s *Service) Strictness(ctx context.Context, by identity.Actor, year string) ([]Compared, error) {
	if err := permits.Check(by, "strictness.read"); err != nil {
		return nil, err
	}
	all, err := s.strictness(ctx, year)
	if err != nil {
		return nil, err
	}
	out := []Compared{}
	for _, x := range all {
		o, err := s.views.officers.Get(ctx, x.Officer)
		if err != nil {
			return nil, err
		}
		if by.Unit == "" || o.Unit != by.Unit {
			continue
		}
		c := Compared{Officer: x.Officer}
		seen, _, err := s.seen.Load(ctx, s.seenID(year, x.Officer))
		switch {
		case err == nil && seen.Visits == x.Visits: // what was added since is not shown before the officer has seen it
			c.Shown, c.Figures = true, x
		case err != nil && !fault.Is(err, fault.NotFound):
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// strictness compares all officers over the recorded visits of a year. Visits of
// one unit to one category are alike.
func (s *Service) strictness(ctx context.Context, year string) ([]stats.Strictness, error) {
	rows, err := everyRow(ctx, s.views.visits, map[string]any{"state": string(Recorded), "year": year})
	if err != nil {
		return nil, err
	}
	units := map[string]string{}
	var checks []stats.Check
	for _, r := range rows {
		if special(r.Batch) {
			continue // nobody was dealt by chance: it would not be a fair comparison
		}
		for _, officer := range r.team() {
			if _, known := units[officer]; !known {
				o, err := s.views.officers.Get(ctx, officer)
				if err != nil {
					return nil, err
				}
				units[officer] = o.Unit
			}
			for _, section := range r.Sections {
				if section.Unit == units[officer] {
					checks = append(checks, stats.Check{Officer: officer, Stratum: r.Category + " " + section.Unit, Found: section.Findings > 0})
				}
			}
		}
	}
	return stats.Strict(checks), nil
}
