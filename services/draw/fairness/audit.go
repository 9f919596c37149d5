package fairness

import (
	"context"
	"runtime"
	"sync"

	"shenzhong/services/draw/fdraw"
)

// Plenty is how often a history is drawn again.
const Plenty = 9999

// Statistic is one way to look at a history, and how rare what it shows would be
// if the draws were fair.
type Statistic struct {
	Name     string  `json:"name"`
	Title    string  `json:"title"`
	Observed float64 `json:"observed"`
	Mean     float64 `json:"mean"` // over the draws made again
	P        float64 `json:"p"`    // (1 + as extreme or more) / (1 + redraws): exact whatever the constraints
}

// Audit is the outcome of the re-draw test.
type Audit struct {
	Draws      int         `json:"draws"`
	Facilities int         `json:"facilities"`
	Redraws    int         `json:"redraws"`
	Seed       uint64      `json:"seed"`
	Statistics []Statistic `json:"statistics"`
	Evidence   Course      `json:"evidence"`
}

// Alarms are the statistics that would be so extreme by chance in less than level
// of histories, all statistics considered (Bonferroni).
func (a *Audit) Alarms(level float64) []Statistic {
	var out []Statistic
	for _, s := range a.Statistics {
		if s.P*float64(len(a.Statistics)) <= level {
			out = append(out, s)
		}
	}
	return out
}

// Options are how a history is looked at.
type Options struct {
	Redraws int    // of the whole history; Plenty gives p down to 1/10,000
	Seed    uint64 // of the seeds, so that anybody can repeat the audit
	// Groups puts facilities together that somebody might favor together: one
	// owner, one village, one officer's district. May be nil.
	Groups map[string]string
}

// Redraw draws the whole history again so often, each draw from its own frozen
// lists, and ranks what was among what might have been.
func Redraw(ctx context.Context, draws []Held, o Options) (*Audit, error) {
	l := newLens(draws, o.Groups)
	audit := &Audit{Draws: len(draws), Facilities: len(l.facility), Redraws: o.Redraws, Seed: o.Seed, Evidence: Follow(draws)}
	results := make([]*fdraw.Result, len(draws))
	for i, d := range draws {
		results[i] = d.Result
	}
	observed := l.look(results)
	shadows, err := l.shadows(ctx, o)
	if err != nil {
		return nil, err
	}
	for i, kind := range kinds {
		s := Statistic{Name: kind.name, Title: kind.title, Observed: observed[i]}
		extreme := 1
		for _, values := range shadows {
			s.Mean += values[i] / float64(len(shadows))
			if values[i] >= observed[i]-1e-9 { // the same sum in another order is the same
				extreme++
			}
		}
		s.P = float64(extreme) / float64(len(shadows)+1)
		audit.Statistics = append(audit.Statistics, s)
	}
	return audit, nil
}

// shadows are the statistics of histories drawn again. Each has seeds of its own
// from the number, so the outcome does not depend on how many work at it.
func (l *lens) shadows(ctx context.Context, o Options) ([][]float64, error) {
	out := make([][]float64, o.Redraws)
	next := make(chan int)
	var work sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		work.Go(func() {
			for k := range next {
				seed := Seeds(o.Seed + uint64(k)*0x9E3779B97F4A7C15)
				results := make([]*fdraw.Result, len(l.draws))
				for i, d := range l.draws {
					results[i] = fdraw.Draw(d.Hash, seed(), d.Pool, d.Officers).Result
				}
				out[k] = l.look(results)
			}
		})
	}
	for k := range out {
		if ctx.Err() != nil {
			break
		}
		next <- k
	}
	close(next)
	work.Wait()
	return out, ctx.Err()
}
