package inspect

import (
	"maps"
	"slices"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
)

var (
	now     = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	before  = now.Add(-time.Hour)
	lead    = identity.Actor{ID: "500156-RY-000001", Unit: "mzj", Roles: []identity.Role{identity.Leader, identity.Officer}}
	partner = identity.Actor{ID: "500156-RY-000002", Unit: "scjgj", Roles: []identity.Role{identity.Leader, identity.Officer}}
	outside = identity.Actor{ID: "500156-RY-000003", Unit: "lyj", Roles: []identity.Role{identity.Leader, identity.Officer}}
)

// categories are the eight standard results as far as the rules differ.
var categories = []law.ResultCategory{
	{Code: "1", Name: "未发现问题", Exclusive: true},
	{Code: "2", Name: "未按规定公示", Needs: "evidence"},
	{Code: "4", Name: "无法联系", Needs: "abnormal", Subjects: []string{"enterprise"}},
	{Code: "5", Name: "发现问题已责令改正", Needs: "rectification"},
	{Code: "7", Name: "未发现开展活动"},
	{Code: "8", Name: "发现问题待后续处理", Needs: "case"},
}

// walk tries every act in every state of a workflow and compares the moves made
// with the moves drawn.
type walked[T any] struct {
	name string
	act  func(*T) (events.Event, error)
	from []State
	to   []State // in the order of from; one entry if all the same
}

func walk[T any](t *testing.T, table map[State][]State, standing func(State) T, state func(T) State, acts []walked[T]) {
	t.Helper()
	made := map[State][]State{}
	for s := range table {
		made[s] = []State{}
	}
	for _, tt := range acts {
		for from := range table {
			t.Run(tt.name+" when "+string(from), func(t *testing.T) {
				x := standing(from)
				_, err := tt.act(&x)
				if !slices.Contains(tt.from, from) {
					if fault.KindOf(err) != fault.Conflict || state(x) != from {
						t.Fatalf("got %v in %q; want a conflict", err, state(x))
					}
					return
				}
				if err != nil || !slices.Contains(tt.to, state(x)) {
					t.Fatalf("got %q, %v; want one of %v", state(x), err, tt.to)
				}
				if to := state(x); to != from && !slices.Contains(made[from], to) {
					made[from] = append(made[from], to)
				}
			})
		}
	}
	same := func(a, b []State) bool {
		return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
	}
	if !maps.EqualFunc(made, table, same) {
		t.Errorf("the acts make the moves %v, the table draws %v", made, table)
	}
}
