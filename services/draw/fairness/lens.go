package fairness

import (
	"math"
	"slices"

	"shenzhong/services/draw/fdraw"
)

// kinds are the statistics, each large where something is wrong.
var kinds = []struct{ name, title string }{
	{"spread", "抽中次数与应有次数的偏离（加权平方和）"},
	{"never", "从未抽中的对象数"},
	{"group-low", "同组对象抽中偏少（最大标准差数）"},
	{"group-high", "同组对象抽中偏多（最大标准差数）"},
	{"pair-max", "同一人员检查同一对象的最多次数"},
	{"pair-squares", "人员与对象重复相遇（平方和）"},
	{"team-squares", "固定搭档（人员两两同组次数平方和）"},
	{"load-gini", "人员工作量不均（基尼系数）"},
	{"drift", "前后两半抽中次数的变化（平方和）"},
	{"gap", "同一对象两次抽中之间的最长间隔（次）"},
}

// lens looks at histories of the same draws, the one that was and those that
// might have been.
type lens struct {
	draws    []Held
	facility map[string]int
	expected []float64    // visits of each facility
	variance float64      // of all selections together
	halves   [2][]float64 // expected visits of each facility in the first and second half
	group    []int        // of each facility, -1 for none
	groups   []moments    // of each group
}

// moments are the expected visits of a group and their variance, as if
// facilities were drawn independently; the shadows make up for what is not.
type moments struct{ mean, variance float64 }

func newLens(draws []Held, groups map[string]string) *lens {
	l := &lens{draws: draws, facility: map[string]int{}}
	names := map[string]int{}
	for t, d := range draws {
		for _, u := range d.Pool.Units {
			i, ok := l.facility[u.Facility]
			if !ok {
				i = len(l.facility)
				l.facility[u.Facility] = i
				l.expected = append(l.expected, 0)
				l.halves[0], l.halves[1] = append(l.halves[0], 0), append(l.halves[1], 0)
				l.group = append(l.group, -1)
				if name, ok := groups[u.Facility]; ok {
					g, ok := names[name]
					if !ok {
						g = len(names)
						names[name] = g
						l.groups = append(l.groups, moments{})
					}
					l.group[i] = g
				}
			}
			p := float64(u.PPM) / fdraw.Certain
			l.expected[i] += p
			l.variance += p * (1 - p)
			l.halves[half(t, len(draws))][i] += p
			if g := l.group[i]; g >= 0 {
				l.groups[g].mean += p
				l.groups[g].variance += p * (1 - p)
			}
		}
	}
	return l
}

func half(t, draws int) int {
	if 2*t >= draws {
		return 1
	}
	return 0
}

// tally is what happened in one history.
type tally struct {
	visits []int
	halves [2][]int
	last   []int // draw in which each facility was last selected, -1 for never
	gap    int
	load   map[string]int
	meets  map[[2]string]int // officer and facility
	teams  map[[2]string]int // two officers
}

// look is the value of every statistic for one history.
func (l *lens) look(results []*fdraw.Result) []float64 {
	n := len(l.facility)
	t := &tally{visits: make([]int, n), last: make([]int, n), load: map[string]int{}, meets: map[[2]string]int{}, teams: map[[2]string]int{}}
	t.halves[0], t.halves[1] = make([]int, n), make([]int, n)
	for i := range t.last {
		t.last[i] = -1
	}
	for _, d := range l.draws {
		for _, o := range d.Officers.Officers {
			t.load[o.ID] += 0 // who never goes counts too
		}
	}
	for i, r := range results {
		for _, v := range r.Visits {
			t.visit(l.facility[v.Facility], i, half(i, len(results)), v)
		}
	}
	for _, at := range t.last { // who was never selected again waits still
		t.gap = max(t.gap, len(results)-at)
	}
	values := []float64{l.spread(t), l.never(t)}
	values = append(values, l.favored(t)...)
	most, squares := repeats(t.meets)
	_, partners := repeats(t.teams)
	return append(values, most, squares, partners, gini(t.load), l.drift(t), float64(t.gap))
}

func (t *tally) visit(f, draw, part int, v fdraw.Visit) {
	t.visits[f]++
	t.halves[part][f]++
	t.gap = max(t.gap, draw-t.last[f])
	t.last[f] = draw
	for i, s := range v.Seats {
		if s.Officer == "" {
			continue
		}
		t.load[s.Officer]++
		t.meets[[2]string{s.Officer, v.Facility}]++
		for _, other := range v.Seats[:i] {
			if other.Officer != "" && other.Dept == s.Dept {
				t.teams[[2]string{min(s.Officer, other.Officer), max(s.Officer, other.Officer)}]++
			}
		}
	}
}

func (l *lens) spread(t *tally) float64 {
	sum := 0.0
	for i, o := range t.visits {
		d := float64(o) - l.expected[i]
		sum += d * d
	}
	if l.variance == 0 {
		return sum
	}
	return sum / l.variance
}

func (l *lens) never(t *tally) float64 {
	n := 0
	for i, o := range t.visits {
		if o == 0 && l.expected[i] > 0 {
			n++
		}
	}
	return float64(n)
}

// favored is how far, in standard deviations, the group with the fewest visits
// lies below what it should have, and that with the most above.
func (l *lens) favored(t *tally) []float64 {
	hits := make([]float64, len(l.groups))
	for i, g := range l.group {
		if g >= 0 {
			hits[g] += float64(t.visits[i])
		}
	}
	low, high := 0.0, 0.0
	for g, m := range l.groups {
		if m.variance > 0 {
			z := (hits[g] - m.mean) / math.Sqrt(m.variance)
			low, high = max(low, -z), max(high, z)
		}
	}
	return []float64{low, high}
}

func (l *lens) drift(t *tally) float64 {
	sum := 0.0
	for i := range t.visits {
		d := (float64(t.halves[0][i]) - l.halves[0][i]) - (float64(t.halves[1][i]) - l.halves[1][i])
		sum += d * d
	}
	return sum
}

func repeats(pairs map[[2]string]int) (most, squares float64) {
	for _, n := range pairs {
		most = max(most, float64(n))
		squares += float64(n) * float64(n)
	}
	return most, squares
}

// gini is 0 where all carry the same and near 1 where one carries everything.
func gini(load map[string]int) float64 {
	all := make([]int, 0, len(load))
	sum := 0
	for _, n := range load {
		all = append(all, n)
		sum += n
	}
	if sum == 0 {
		return 0
	}
	slices.Sort(all)
	weighted := 0
	for i, n := range all {
		weighted += (2*(i+1) - len(all) - 1) * n
	}
	return float64(weighted) / float64(len(all)*sum)
}
