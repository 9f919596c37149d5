package bench

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shenzhong/services/disclose/publiclog"
)

// TestPipeline carries a few complaints through both sides. What it measures is
// not looked at, only that there is something to look at: machines are shared.
func TestPipeline(t *testing.T) {
	r, err := Pipeline(t.Context(), t.TempDir(), Load{Clients: 4, Lasting: 200 * time.Millisecond, Rounds: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Ratios) != 1 || r.Ours <= 0 || r.Bare <= 0 || r.Ratio <= 0 || r.P50 <= 0 || r.P99 < r.P50 {
		t.Errorf("report = %+v", r)
	}
	checkWritten(t, r)
}

// TestPublish sends a few facts on both sides.
func TestPublish(t *testing.T) {
	r, err := Publish(t.Context(), t.TempDir(), 100, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Ratios) != 1 || r.Ours <= 0 || r.Bare <= 0 {
		t.Errorf("report = %+v", r)
	}
	checkWritten(t, r)
}

// TestRead reads a few records on both sides: one, a list, a page.
func TestRead(t *testing.T) {
	reports, err := Read(t.Context(), t.TempDir(), ReadLoad{Load: Load{Clients: 4, Lasting: 100 * time.Millisecond, Rounds: 1}, Records: 60})
	if err != nil {
		t.Fatal(err)
	}
	if len(reports) != 3 {
		t.Fatalf("%d reports, want a record, a list and a page", len(reports))
	}
	for _, r := range reports {
		if r.Ours <= 0 || r.Bare <= 0 || r.P99 <= 0 || r.Extra[0].Value < 500 {
			t.Errorf("report = %+v", r)
		}
		checkWritten(t, r)
	}
}

// TestDraw draws from a small register: each hash is measured with ruler and
// deal, and every seat is filled.
func TestDraw(t *testing.T) {
	reports, err := Draw(t.Context(), DrawSize{Facilities: 2_000, Officers: 100, Rounds: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(reports) != 4 {
		t.Fatalf("%d reports, want ruler and deal of two hashes", len(reports))
	}
	for _, r := range reports {
		if r.Ours <= 0 || r.Bare <= 0 || len(r.Extra) == 0 {
			t.Errorf("report = %+v", r)
		}
		for _, f := range r.Extra {
			if f.Name == "空席" && f.Value != 0 {
				t.Errorf("%s: %v seats are vacant", r.Name, f.Value)
			}
		}
		checkWritten(t, r)
	}
}

// TestLog measures a small public log: appending by one and by a few callers,
// proofs built and checked, checkpoints signed and kept, and the state.
func TestLog(t *testing.T) {
	reports, err := Log(t.Context(), t.TempDir(), LogSize{Load: Load{Clients: 8, Lasting: 20 * time.Millisecond, Rounds: 1}, Records: 300})
	if err != nil {
		t.Fatal(err)
	}
	if len(reports) != 7 {
		t.Fatalf("%d reports, want two of appending, two of proofs, two of checkpoints and the state", len(reports))
	}
	for n, r := range reports {
		if len(r.Ratios) != 1 || r.Ours <= 0 || r.Bare <= 0 || r.Ratio <= 0 {
			t.Errorf("report = %+v", r)
		}
		if n < 2 && (r.P50 <= 0 || r.Extra[0].Value < 300) {
			t.Errorf("appending: report = %+v", r)
		}
		checkWritten(t, r)
	}
}

// TestTreeOfBenchIsTheLog holds what is measured to what it is measured of: the
// path of a proof leads to the entry of its document, and the state lists all.
func TestTreeOfBenchIsTheLog(t *testing.T) {
	tree, err := openTree(300)
	if err != nil {
		t.Fatal(err)
	}
	if tree.entries.Size() != 300 || len(tree.states.At(300).Lines) != 300 {
		t.Errorf("%d entries and %d lines; want 300 of each", tree.entries.Size(), len(tree.states.At(300).Lines))
	}
	kept := &publiclog.File{Path: filepath.Join(t.TempDir(), "checkpoint")}
	if _, err := tree.checkpoints("x", LogSize{Load: Load{Lasting: time.Millisecond, Rounds: 1}}, kept, func([]byte) error { return nil }); err != nil {
		t.Fatal(err)
	}
	text, err := kept.Last()
	if err != nil {
		t.Fatal(err)
	}
	if size, err := publiclog.SizeOf(text); err != nil || size <= 300 || tree.entries.Size() != 300 {
		t.Errorf("kept a checkpoint of %d entries, %v, and the tree has %d; want more, and the tree as it was", size, err, tree.entries.Size())
	}
}

// checkWritten prints a report both ways.
func checkWritten(t *testing.T, r Report) {
	t.Helper()
	var asJSON, asText bytes.Buffer
	if err := r.Write(&asJSON, true); err != nil {
		t.Fatal(err)
	}
	var back map[string]any
	if err := json.Unmarshal(asJSON.Bytes(), &back); err != nil {
		t.Fatalf("%s: %v", asJSON.String(), err)
	}
	for _, field := range []string{"name", "ours", "minimum", "ratio", "ratios"} {
		if _, ok := back[field]; !ok {
			t.Errorf("%s has no %s", asJSON.String(), field)
		}
	}
	if err := r.Write(&asText, false); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(asText.String(), "比值") || !strings.HasPrefix(asText.String(), r.Name) {
		t.Errorf("written as %s", asText.String())
	}
}

// TestDeadlines fills two small stores and passes two days in each. What it
// measures is not looked at.
func TestDeadlines(t *testing.T) {
	r, err := Deadlines(t.Context(), t.TempDir(), DeadlineSize{Few: 40, Many: 120, Due: 10, Rounds: 2})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Ratios) != 2 || r.Ours <= 0 || r.Bare <= 0 || r.Ratio <= 0 || len(r.Extra) != 7 {
		t.Errorf("report = %+v", r)
	}
	checkWritten(t, r)
}

func TestMedianAndQuantile(t *testing.T) {
	if got := median([]float64{9, 1, 4}); got != 4 {
		t.Errorf("median of three = %v; want 4", got)
	}
	if got := median([]float64{4, 1, 2, 9}); got != 3 {
		t.Errorf("median of four = %v; want 3", got)
	}
	times := make([]time.Duration, 100)
	for i := range times {
		times[i] = time.Duration(100-i) * time.Millisecond
	}
	if got := quantile(times, 0.99); got != 100 {
		t.Errorf("p99 of 1 to 100 ms = %v; want 100", got)
	}
	if got := quantile(times, 0.5); got != 51 {
		t.Errorf("p50 of 1 to 100 ms = %v; want 51", got)
	}
}
