package main

import (
	"context"
	"fmt"
	"strings"

	"shenzhong/deploy/sample"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/register"
)

// loadSample loads the district and its sample through the ordinary commands of
// the register. Done again it enters nothing, and what people have changed since
// stays as they left it: the causes are the same, so each row happens once.
func loadSample(ctx context.Context, s *register.Service) error {
	by := store.Cause{
		ID:    "sample/" + s.Today().String(),
		Actor: identity.Actor{ID: identity.Service("sample").ID, Roles: []identity.Role{identity.System, identity.Registrar}},
	}
	if err := s.LoadDistrict(ctx, register.LoadDistrict{Cause: by}); err != nil {
		return fmt.Errorf("load the district: %w", err)
	}
	by.ID = "sample"
	if err := importSample(ctx, s, by, sample.FacilitiesFile, sample.Facilities()); err != nil {
		return err
	}
	if err := importSample(ctx, s, by, sample.OfficersFile, sample.Officers()); err != nil {
		return err
	}
	return declareSample(ctx, s, by)
}

// declareSample has the officers of a sample of an earlier year declare their
// interests for this one; those that were just entered have done so.
func declareSample(ctx context.Context, s *register.Service, by store.Cause) error {
	officers, err := s.Officers(ctx, by.Actor, register.Officers{Status: string(register.Active), Limit: 500})
	if err != nil {
		return fmt.Errorf("read the officers of the sample: %w", err)
	}
	year := fmt.Sprint(s.Today().Year())
	for _, o := range officers {
		if strings.HasPrefix(o.Declared, year) {
			continue
		}
		err := s.DeclareYear(ctx, register.DeclareYear{Cause: store.Cause{ID: "sample/declared/" + year, Actor: by.Actor}, Officer: o.ID})
		if err != nil {
			return fmt.Errorf("declare for %s: %w", o.ID, err)
		}
	}
	return nil
}

// importSample imports one sheet whole.
func importSample(ctx context.Context, s *register.Service, by store.Cause, name string, file []byte) error {
	report, err := s.Import(ctx, register.Import{Cause: by, Name: name, File: file, Apply: true})
	if err != nil {
		return fmt.Errorf("load the sample %s: %w", name, err)
	}
	// Rows that are wrong among others that are there were made so by people.
	if !report.Applied && report.Unchanged+report.Changed == 0 {
		return fmt.Errorf("load the sample %s: %d rows are wrong", name, report.Wrong)
	}
	return nil
}

// sample has every context load its part of the sample district.
func (s *system) sample(ctx context.Context) error {
	for _, r := range s.rooms {
		if r.sample == nil {
			continue
		}
		if err := r.sample(ctx); err != nil {
			return err
		}
	}
	return nil
}
