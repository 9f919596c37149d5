package register

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/register/sheet"
)

// failing is a log that takes so many commits and then has no room.
type failing struct {
	*store.Memory
	left atomic.Int64
}

func (l *failing) Append(ctx context.Context, commits ...store.Commit) error {
	if l.left.Add(-1) < 0 {
		return fault.New(fault.Unavailable, "存储空间不足")
	}
	return l.Memory.Append(ctx, commits...)
}

// TestImportBrokenOffGoesOn breaks an import off after every number of commits
// and imports the file again.
func TestImportBrokenOffGoesOn(t *testing.T) {
	want := 0
	for after := range 8 {
		f := newFixture(t)
		log := &failing{Memory: f.log}
		log.left.Store(int64(after))
		s, err := New(t.Context(), Config{District: "500156", Log: log, Tables: f.tables, Clock: f.Clock, Law: f.Law})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Import(t.Context(), Import{Cause: by("1"), File: []byte(goodFacilities), Apply: true})
		if after < 7 && (fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "再导入一次")) {
			t.Errorf("after %d commits: %v", after, err)
		}
		log.left.Store(100)
		for _, cause := range []string{"1", "2"} {
			r, err := s.Import(t.Context(), Import{Cause: by(cause), File: []byte(goodFacilities), Apply: true})
			if err != nil || !r.Applied {
				t.Fatalf("after %d commits, again: %+v, %v", after, r, err)
			}
		}
		n := len(servicetest.Facts(t, f.log))
		if want == 0 {
			want = n
		}
		if n != want {
			t.Errorf("broken off after %d, it ended with %d commits; want %d", after, n, want)
		}
		servicetest.MustVerify(t, f.log)
	}
}

func TestTemplatesCanBeFilledIn(t *testing.T) {
	f := newFixture(t)
	for _, form := range forms() {
		data, err := f.Template(form.what)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sheet.Read(data); err == nil || !strings.Contains(err.Error(), "没有数据") {
			t.Errorf("an empty template of %s reads: %v", form.what, err)
		}
		for _, c := range form.columns {
			if c.help == "" || c.field == "" || form.heading(c.field) != c.name {
				t.Errorf("%s: column %+v", form.what, c)
			}
		}
	}
	if _, err := f.Template("prices"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a template of prices: %v", err)
	}
}

// FuzzImport: whatever a text says, a dry run stores nothing, and what it takes
// for right can be applied and is then there.
func FuzzImport(f *testing.F) {
	f.Add(goodFacilities)
	f.Add(goodOfficers)
	f.Add(facilityHead + "甲,殡仪馆\n")
	f.Add("编号" + "," + facilityHead + "500156-JG-000001,甲,散埋乱葬点,village,,,甲,乙,低,,,,,2020-01-01,丙\n")
	ground := servicetest.NewGround(f, noon)
	f.Fuzz(func(t *testing.T, text string) {
		x := fixtureOn(t, ground)
		tried, err := x.Import(t.Context(), Import{Cause: by("1"), File: []byte(text)})
		if n := len(servicetest.Facts(t, x.log)); n != 0 {
			t.Fatalf("a dry run made %d commits", n)
		}
		if err != nil {
			var about *fault.Fault
			if !errors.As(err, &about) || about.Kind != fault.Invalid {
				t.Fatalf("refused by %v", err)
			}
			return
		}
		applied, err := x.Import(t.Context(), Import{Cause: by("2"), File: []byte(text), Apply: true})
		if err != nil || applied.Applied != (tried.Wrong == 0) || tally(applied) != tally(tried) {
			t.Fatalf("tried %+v, applied %+v, %v", tried, applied, err)
		}
		if !applied.Applied {
			return
		}
		before := len(servicetest.Facts(t, x.log))
		again, err := x.Import(t.Context(), Import{Cause: by("3"), File: []byte(text), Apply: true})
		if err != nil || again.Unchanged != len(again.Rows) || len(servicetest.Facts(t, x.log)) != before {
			t.Fatalf("applied twice: %+v, %v", again, err)
		}
	})
}
