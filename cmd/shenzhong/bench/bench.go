// Package bench measures what the system carries against a ceiling that is
// measured in the same run on the same machine, and gives the ratio of the two:
// machines differ and are shared, ratios last. It must never be part of what
// runs in an office, and never be what a test asserts a time by.
package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Report is what one benchmark found. Rates are per second, times in
// milliseconds.
type Report struct {
	Name   string    `json:"name"`
	Unit   string    `json:"unit"`    // what is counted, 件
	Ours   float64   `json:"ours"`    // per second, median of the rounds
	Bare   float64   `json:"minimum"` // per second, median of the rounds
	Ratio  float64   `json:"ratio"`   // median of the ratios of each round
	Ratios []float64 `json:"ratios"`  // of each round
	P50    float64   `json:"p50_ms,omitempty"`
	P99    float64   `json:"p99_ms,omitempty"`
	BareP  float64   `json:"minimum_p99_ms,omitempty"`
	Extra  []Figure  `json:"figures,omitempty"`
}

// Figure is one more thing that was measured.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

// Write prints a report, as one JSON object on a line or for a reader.
func (r Report) Write(out io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(r)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", r.Name)
	if r.Bare > 0 {
		fmt.Fprintf(&b, "  本系统 %.0f %s/秒，对照 %.0f %s/秒，比值 %.2f（各轮", r.Ours, r.Unit, r.Bare, r.Unit, r.Ratio)
		for _, x := range r.Ratios {
			fmt.Fprintf(&b, " %.2f", x)
		}
		b.WriteString("）\n")
	}
	if r.P99 > 0 {
		fmt.Fprintf(&b, "  本系统应答 p50 %.1f 毫秒，p99 %.1f 毫秒；对照 p99 %.1f 毫秒\n", r.P50, r.P99, r.BareP)
	}
	for _, f := range r.Extra {
		fmt.Fprintf(&b, "  %s %.*f %s\n", f.Name, decimals(f.Value), f.Value, f.Unit)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// decimals is how many digits behind the point say something.
func decimals(v float64) int {
	if v >= 100 || v == float64(int64(v)) {
		return 0
	}
	return 2
}

// median returns the middle of values, 0 for none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// quantile returns the time, in milliseconds, within which that share of all
// was done.
func quantile(times []time.Duration, share float64) float64 {
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	return milliseconds(times[min(len(times)-1, int(share*float64(len(times))))])
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
