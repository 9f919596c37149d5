package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"shenzhong/deploy/sample"
	"shenzhong/events"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/uscc"
	"shenzhong/services/kit/view"
	"shenzhong/services/register"
)

// TestFilesAreWhatTheGeneratorMakes: run go generate ./deploy/sample if not.
func TestFilesAreWhatTheGeneratorMakes(t *testing.T) {
	dir := t.TempDir()
	if err := run([]string{dir}); err != nil {
		t.Fatal(err)
	}
	for name, shipped := range map[string][]byte{sample.FacilitiesFile: sample.Facilities(), sample.OfficersFile: sample.Officers()} {
		made, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !bytes.Equal(made, shipped) {
			t.Errorf("%s is not what the generator makes (%v); run go generate ./deploy/sample", name, err)
		}
	}
}

// TestSampleFitsThePack imports the sample by the rules of the pack that ships,
// on the day the plan was issued and today.
func TestSampleFitsThePack(t *testing.T) {
	for _, day := range []string{"2024-01-08", "2026-11-24"} {
		now, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		g := servicetest.NewGround(t, now)
		s, err := register.New(t.Context(), register.Config{District: "500156", Log: store.NewMemory(), Tables: view.NewMemory(), Clock: g.Clock, Law: g.Law})
		if err != nil {
			t.Fatal(err)
		}
		by := identity.Actor{ID: "a", Unit: "mzj", Roles: []identity.Role{identity.Registrar}}
		for _, file := range [][]byte{sample.Facilities(), sample.Officers()} {
			report, err := s.Import(t.Context(), register.Import{Cause: store.Cause{ID: "1", Actor: by}, File: file, Apply: true})
			if err != nil || !report.Applied || report.Created != len(report.Rows) {
				t.Fatalf("on %s: %+v, %v", day, report, err)
			}
		}
		holds(t, s, g.Law, by)
	}
}

// holds holds the sample against what it is to show.
func holds(t *testing.T, s *register.Service, pack *law.Pack, by identity.Actor) {
	t.Helper()
	ctx := context.Background()
	facilities, err := s.Facilities(ctx, by, register.Facilities{Limit: 1000})
	if err != nil || len(facilities) != 60 {
		t.Fatalf("%d facilities, %v", len(facilities), err)
	}
	sampling, err := pack.Sampling(s.Today())
	if err != nil {
		t.Fatal(err)
	}
	open, risks, flags, known := map[string]int{}, map[string]int{}, map[string]int{}, map[string]bool{}
	for _, f := range facilities {
		risks[f.Risk]++
		known[f.Name] = true
		for _, flag := range f.Flags {
			flags[flag.Kind]++
		}
		if f.Status == "open" {
			open[f.Category]++
		}
		if !slices.ContainsFunc(pack.Units(), func(u law.Unit) bool { return u.Kind == law.Town && u.Short == f.Town }) {
			t.Errorf("%s lies in %q, which the pack does not know", f.Name, f.Town)
		}
		fits(t, pack, s, f)
	}
	whole := map[string]int{}
	for category, n := range open {
		if int64(n) < int64(sampling.AllBelow) {
			whole[category] = n
		}
	}
	if len(open) != 8 || len(whole) != 1 || whole["funeral_home"] != 3 {
		t.Errorf("open %v; inspected whole %v", open, whole)
	}
	if len(risks) != 3 || len(flags) != len(sampling.Flags) || len(known) != 60 {
		t.Errorf("risks %v, flags %v, %d names", risks, flags, len(known))
	}
	officersHold(ctx, t, s, by)
}

// fits holds a facility against its category and the standard of codes.
func fits(t *testing.T, pack *law.Pack, s *register.Service, f events.Facility) {
	t.Helper()
	kind, err := pack.FacilityKind(f.Category, s.Today())
	if err != nil || !slices.Contains(kind.Subjects, f.SubjectKind) {
		t.Errorf("%s is run by %s, the pack says %v, %v", f.Name, f.SubjectKind, kind.Subjects, err)
	}
	if f.USCC == "" {
		return
	}
	if code, err := uscc.Parse(f.USCC); err != nil || code.Verify() != nil {
		t.Errorf("%s: %s, %v", f.Name, f.USCC, err)
	}
}

func officersHold(ctx context.Context, t *testing.T, s *register.Service, by identity.Actor) {
	t.Helper()
	officers, err := s.Officers(ctx, by, register.Officers{Limit: 1000})
	if err != nil || len(officers) != 40 {
		t.Fatalf("%d officers, %v", len(officers), err)
	}
	units, drawable, names, interests := map[string]int{}, map[string]int{}, map[string]bool{}, 0
	for _, o := range officers {
		units[o.Unit]++
		names[o.Name] = true
		interests += len(o.Interests)
		if ok, _ := (register.Officer{Officer: o}).Drawable(s.Today()); ok {
			drawable[o.Unit]++
		}
	}
	for _, unit := range []string{"mzj", "scjgj", "fgw", "gaj", "xfzd", "yjj", "zjw", "ghzrzyj", "lyj"} {
		if drawable[unit] < 2 {
			t.Errorf("%s can send %d officers; an inspection takes two", unit, drawable[unit])
		}
	}
	if len(units) != 9 || len(names) != 40 || interests != 6 {
		t.Errorf("units %v, %d names, %d interests", units, len(names), interests)
	}
}
