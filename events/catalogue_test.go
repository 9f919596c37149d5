package events

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// add writes the golden file of a contract that has none yet. A golden file
// that exists is never rewritten.
var add = flag.Bool("add", false, "write golden files for new contracts")

var contexts = []string{"register", "inspect", "draw", "clue", "casefile", "disclose", "credit", "watch", "oversee", "identity"}

func TestCatalogueIsSound(t *testing.T) {
	seen := map[string]bool{}
	entities := map[string]string{}
	for _, c := range Catalogue() {
		kind := c.Kind()
		parts := strings.Split(kind, ".")
		if len(parts) != 3 || !slices.Contains(contexts, parts[0]) || !strings.HasPrefix(parts[2], "v") {
			t.Errorf("%s is not <context>.<fact>.v<n>", kind)
		}
		if seen[kind] {
			t.Errorf("%s stands twice", kind)
		}
		seen[kind] = true
		if owner, ok := entities[c.Entity]; ok && owner != parts[0] {
			t.Errorf("entity %s belongs to %s and %s", c.Entity, owner, parts[0])
		}
		entities[c.Entity] = parts[0]
		for _, h := range c.Hears {
			if !slices.Contains(contexts, h) {
				t.Errorf("%s is heard by %s, which is no context", kind, h)
			}
		}
		if c.Sealed && slices.Contains(c.Hears, "oversee") {
			t.Errorf("%s is sealed, yet oversee hears it", kind)
		}
		if _, err := time.Parse(time.DateOnly, c.Since); err != nil || c.Chinese == "" {
			t.Errorf("%s: since %q, says %q", kind, c.Since, c.Chinese)
		}
	}
}

// TestGoldens holds every contract against its frozen example, both ways: what
// was sent once can still be read, and what is sent now reads the same. A field
// that is new and optional is allowed; one that is gone or renamed is not.
func TestGoldens(t *testing.T) {
	for _, c := range Catalogue() {
		t.Run(c.Kind(), func(t *testing.T) {
			path := filepath.Join("testdata", c.Kind()+".json")
			golden, err := os.ReadFile(path)
			if os.IsNotExist(err) && *add {
				golden = encode(t, filled(c.Type()).Interface())
				if err := os.WriteFile(path, golden, 0o644); err != nil {
					t.Fatal(err)
				}
			} else if err != nil {
				t.Fatalf("%v (new contract? go test ./events -add)", err)
			}
			fact := reflect.New(c.Type())
			dec := json.NewDecoder(strings.NewReader(string(golden)))
			dec.DisallowUnknownFields()
			if err := dec.Decode(fact.Interface()); err != nil {
				t.Fatalf("the frozen example can no longer be read: %v", err)
			}
			var was, is map[string]any
			if err := json.Unmarshal(golden, &was); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(encode(t, fact.Elem().Interface()), &is); err != nil {
				t.Fatal(err)
			}
			for name, value := range was {
				if !reflect.DeepEqual(contained(value, is[name]), value) {
					t.Errorf("field %q reads %v now; it was frozen as %v", name, is[name], value)
				}
			}
		})
	}
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(Catalogue()) {
		t.Errorf("%d golden files for %d contracts: an example was removed or a contract dropped", len(files), len(Catalogue()))
	}
}

// contained cuts from now what was not in was, at any depth, so that fields
// added later do not count.
func contained(was, now any) any {
	switch w := was.(type) {
	case map[string]any:
		n, ok := now.(map[string]any)
		if !ok {
			return now
		}
		out := map[string]any{}
		for k, v := range w {
			if nv, ok := n[k]; ok {
				out[k] = contained(v, nv)
			}
		}
		return out
	case []any:
		n, ok := now.([]any)
		if !ok || len(n) != len(w) {
			return now
		}
		out := make([]any, len(w))
		for i := range w {
			out[i] = contained(w[i], n[i])
		}
		return out
	}
	return now
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(raw, '\n')
}

// filled returns a value of the type in which no field is empty.
func filled(typ reflect.Type) reflect.Value {
	v := reflect.New(typ).Elem()
	fill(v, "x")
	return v
}

func fill(v reflect.Value, name string) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.ToLower(name))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint64:
		v.SetUint(7)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), name)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, name)
		fill(value, name)
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), v.Type().Field(i).Name)
		}
	}
}

func TestEnvelopeOpensOnlyItsKind(t *testing.T) {
	e := Envelope{ID: "clue/500156-XS-2026-000001/1", Type: "clue.merged.v1", Subject: "clue/500156-XS-2026-000001", Data: []byte(`{"into":"500156-XS-2026-000002"}`)}
	fact, err := Open[ClueMerged](e)
	if err != nil || fact.Into != "500156-XS-2026-000002" {
		t.Fatalf("Open = %+v, %v", fact, err)
	}
	if _, err := Open[ClueRuled](e); err == nil {
		t.Fatal("an envelope was opened as another kind")
	}
	if got := e.Address(); got != "sz.500156.clue.merged.v1" {
		t.Fatalf("Address = %q", got)
	}
}

func TestDistrictIsTheSixDigitsInFront(t *testing.T) {
	for id, want := range map[string]string{"500156-XS-2026-000001": "500156", "500156": "", "x-500156": "", "": ""} {
		if got := District(id); got != want {
			t.Errorf("District(%q) = %q; want %q", id, got, want)
		}
	}
}
