package draw

import (
	"context"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/identity"
)

// Trip is one visit that was drawn, as those who go there see it.
type Trip struct {
	Facility string `json:"facility"`
	Seats    []Seat `json:"seats"`
}

// Seat is one officer's place on a trip.
type Seat struct {
	Unit    string `json:"unit"`
	No      int    `json:"no"`
	Officer string `json:"officer"` // empty = vacant
}

// Trips returns the visits of a draw that the actor has a part in: those on
// whose team they are, and for the head of a unit those to which it sends
// somebody. To anybody else there is none, drawn or not: a refusal would already
// say that there is something to see. Replacements are in it.
func (s *Service) Trips(ctx context.Context, by identity.Actor, id string) ([]Trip, error) {
	d, _, err := s.draws.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	if d.Files.Result == "" {
		return []Trip{}, nil
	}
	roster, err := d.roster()
	if err != nil {
		return nil, err
	}
	trips := []Trip{}
	for _, v := range roster.Result().Visits {
		if takesPart(by, v.Seats) {
			trips = append(trips, trip(v))
		}
	}
	return trips, nil
}

func takesPart(by identity.Actor, seats []fdraw.Seat) bool {
	for _, s := range seats {
		if by.ID != "" && s.Officer == by.ID || by.Has(identity.Leader) && by.Unit != "" && s.Dept == by.Unit {
			return true
		}
	}
	return false
}

func trip(v fdraw.Visit) Trip {
	t := Trip{Facility: v.Facility, Seats: make([]Seat, len(v.Seats))}
	for i, s := range v.Seats {
		t.Seats[i] = Seat{Unit: s.Dept, No: s.J, Officer: s.Officer}
	}
	return t
}

// roster is who sits where now, after every replacement.
func (d *Draw) roster() (*fdraw.Roster, error) {
	m, err := d.material()
	if err != nil {
		return nil, err
	}
	result, err := fdraw.ParseResult(d.Files.Result)
	if err != nil {
		return nil, err
	}
	roster := fdraw.NewRoster(m.announce.Hash, m.seed, m.pool, m.officers, result)
	for _, text := range d.Files.Substitutions {
		s, err := fdraw.ParseSubstitution(text)
		if err != nil {
			return nil, err
		}
		if err := roster.Apply(s); err != nil {
			return nil, err
		}
	}
	return roster, nil
}
