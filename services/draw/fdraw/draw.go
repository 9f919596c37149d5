package fdraw

import (
	"maps"
	"slices"
	"strings"
)

// Outcome is a result and what it took to staff it.
type Outcome struct {
	Result   *Result
	Vacant   int // seats that no arrangement of the officers could fill
	Searches int // seats for which somebody had to be moved, or could not be
}

// Draw selects facilities and staffs the visits: the whole of section 4 for one
// seed.
func Draw(h Hash, seed Digest, pool *Pool, officers *Officers) Outcome {
	return Deal(h, seed, pool, Ruler(h, seed, pool.Units), officers)
}

// Deal staffs the visits to the units hit, by fdraw-deal-1 (section 4.3). Each
// department deals by itself: a shuffled deck of cards, one round of everybody
// before anybody's second; where no card fits, officers already seated are
// moved along the shortest chain that helps. So a seat stays empty only if no
// arrangement at all could fill it.
func Deal(h Hash, seed Digest, pool *Pool, hits []Hit, officers *Officers) Outcome {
	t := layTables(pool, hits)
	t.bar(officers)
	out := Outcome{Result: t.result}
	for _, dept := range slices.Sorted(maps.Keys(t.tasks)) {
		d := newDealer(h, seed, dept, staffOf(officers, dept), t.tasks[dept])
		d.deal()
		out.Searches += d.searches
	}
	out.Vacant = t.result.Vacant()
	return out
}

// task is one department's part of one visit.
type task struct {
	facility string
	skill    string
	seats    []Seat  // of the result, in order of J
	barred   []int32 // officers of the department who may not come, ascending
	first    int32   // running number of seats[0] within the department
}

// tables is the visits with all their seats still empty.
type tables struct {
	result *Result
	tasks  map[string][]task // by department, in order of facility
}

// layTables sets the seats of every department that attends.
func layTables(pool *Pool, hits []Hit) *tables {
	sorted := slices.Clone(hits)
	slices.SortFunc(sorted, func(a, b Hit) int { return a.Unit - b.Unit }) // units are in order of facility
	t := &tables{result: &Result{Head: pool.Head, Visits: make([]Visit, len(hits))}, tasks: map[string][]task{}}
	total := 0
	for _, hit := range sorted {
		for _, n := range pool.Units[hit.Unit].Demand {
			if n.Attends(hit.Offset) {
				total += n.Count
			}
		}
	}
	seats := make([]Seat, 0, total)
	var needs []Need
	for i, hit := range sorted {
		u := &pool.Units[hit.Unit]
		needs = needs[:0]
		for _, n := range u.Demand {
			if n.Attends(hit.Offset) {
				needs = append(needs, n)
			}
		}
		slices.SortFunc(needs, func(a, b Need) int { return strings.Compare(a.Dept, b.Dept) })
		begin := len(seats)
		for _, n := range needs {
			for j := 1; j <= n.Count; j++ {
				seats = append(seats, Seat{Dept: n.Dept, J: j})
			}
			t.tasks[n.Dept] = append(t.tasks[n.Dept], task{facility: u.Facility, skill: n.Skill, seats: seats[len(seats)-n.Count:]})
		}
		t.result.Visits[i] = Visit{Facility: u.Facility, Offset: hit.Offset, Seats: seats[begin:len(seats):len(seats)]}
	}
	return t
}

// staffOf is the officers of one department, in order of id.
func staffOf(officers *Officers, dept string) []*Officer {
	var staff []*Officer
	for i := range officers.Officers {
		if o := &officers.Officers[i]; o.Dept == dept {
			staff = append(staff, o)
		}
	}
	return staff
}

// bar notes on every task which of its department's officers may not come.
func (t *tables) bar(officers *Officers) {
	visit := make(map[string]int32, len(t.result.Visits))
	for i := range t.result.Visits {
		visit[t.result.Visits[i].Facility] = int32(i)
	}
	taskOf := t.taskOfVisit()
	index := map[string]int32{} // officers of each department counted so far
	o := 0
	for _, officer := range officers.Officers {
		i := index[officer.Dept]
		index[officer.Dept]++
		for ; o < len(officers.Barred) && officers.Barred[o].Officer == officer.ID; o++ {
			v, selected := visit[officers.Barred[o].Facility]
			of := taskOf[officer.Dept]
			if !selected || of == nil || of[v] < 0 {
				continue
			}
			k := &t.tasks[officer.Dept][of[v]]
			if n := len(k.barred); n == 0 || k.barred[n-1] != i {
				k.barred = append(k.barred, i)
			}
		}
	}
}

// taskOfVisit finds a department's task in a visit, or -1.
func (t *tables) taskOfVisit() map[string][]int32 {
	of := make(map[string][]int32, len(t.tasks))
	for dept, tasks := range t.tasks {
		index := make([]int32, len(t.result.Visits))
		k := 0
		for v := range index {
			index[v] = -1
			if k < len(tasks) && tasks[k].facility == t.result.Visits[v].Facility {
				index[v] = int32(k)
				k++
			}
		}
		of[dept] = index
	}
	return of
}
