// Package stats says how sure one can be of a figure that comes from few cases:
// exact intervals, estimates from draws with known chances, and what a plan
// promises. It must never give a point without its uncertainty, and never a
// figure about a person from too few cases.
package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Interval is a share between 0 and 1 and where it lies with a given confidence.
type Interval struct {
	Rate float64 `json:"rate"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Confidence is that of every interval: 95 in 100.
const Confidence = 0.95

// Exact is the Clopper-Pearson interval of hits out of n cases. Of no case at
// all nothing is known: 0 to 1.
func Exact(hits, n int) Interval {
	if n <= 0 {
		return Interval{Rate: math.NaN(), Low: 0, High: 1}
	}
	i := clopperPearson(float64(hits), float64(n))
	i.Rate = float64(hits) / float64(n)
	return i
}

// clopperPearson also takes numbers of cases that are not whole, as an effective
// sample size is (Korn and Graubard 1998).
func clopperPearson(hits, n float64) Interval {
	tail := (1 - Confidence) / 2
	i := Interval{Low: 0, High: 1}
	if hits > 0 {
		i.Low = distuv.Beta{Alpha: hits, Beta: n - hits + 1}.Quantile(tail)
	}
	if hits < n {
		i.High = distuv.Beta{Alpha: hits + 1, Beta: n - hits}.Quantile(1 - tail)
	}
	return i
}
