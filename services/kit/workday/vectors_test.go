package workday

import (
	"encoding/json"
	"os"
	"testing"
)

// TestVectors counts the published examples, from the day of the decision.
func TestVectors(t *testing.T) {
	raw, err := os.ReadFile("testdata/deadline_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Start    Date
		N        int
		Unit     Unit
		Raw, Due Date
	}
	if err := json.Unmarshal(raw, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) != 27 {
		t.Fatalf("read %d vectors, want 27", len(vectors))
	}
	c := mustCalendar(t)
	for _, v := range vectors {
		t.Run(v.Start.String()+string(v.Unit), func(t *testing.T) {
			r := mustReckon(t, c, v.Start.Start(), Term{N: v.N, Unit: v.Unit}, nil...)
			if !v.Raw.IsZero() && r.Raw != v.Raw {
				t.Errorf("raw %s, want %s", r.Raw, v.Raw)
			}
			if !v.Due.IsZero() && r.DueDate != v.Due {
				t.Errorf("due %s, want %s", r.DueDate, v.Due)
			}
			if got, want := r.Provisional, r.DueDate.After(c.Horizon()); got != want && !v.Due.IsZero() {
				t.Errorf("provisional %t, want %t", got, want)
			}
		})
	}
}
