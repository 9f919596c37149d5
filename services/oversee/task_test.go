package oversee

import (
	"context"
	"maps"
	"slices"
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

func clauseOf(t *testing.T, due string) law.Clause {
	t.Helper()
	c := law.Clause{ID: "五(二)3", Task: "抽查结果录入公示", Owners: []string{"mzj", "scjgj"}, Evidence: "公示地址和存证"}
	if due != "" {
		var err error
		if c.Due, err = workday.ParseDate(due); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// TestTaskWorkflow tries every act in every state.
func TestTaskWorkflow(t *testing.T) {
	clause := clauseOf(t, "2024-05-31")
	proof := events.Evidence{Words: "已公示", Link: "https://example.invalid/1"}
	acts := map[string]func(*Task) (events.Event, error){
		"record":  func(k *Task) (events.Event, error) { return k.Record(laggard, clause, proof) },
		"report":  func(k *Task) (events.Event, error) { return k.Report(stranger, clause, "完成") },
		"return":  func(k *Task) (events.Event, error) { return k.Return(drafter, "缺材料") },
		"confirm": func(k *Task) (events.Event, error) { return k.Confirm(drafter, "2024-06-01", "") },
	}
	at := map[TaskState]Task{
		"": {}, TaskOpen: {State: TaskOpen, Evidence: []events.Evidence{proof}},
		TaskReported: {State: TaskReported, Evidence: []events.Evidence{proof}}, TaskConfirmed: {State: TaskConfirmed, Evidence: []events.Evidence{proof}},
	}
	made := map[TaskState][]TaskState{}
	for state := range taskNext {
		made[state] = []TaskState{}
		for name, act := range acts {
			task := at[state]
			if state == "" && name == "report" {
				task.Evidence = []events.Evidence{proof}
			}
			_, err := act(&task)
			if err == nil && !slices.Contains(made[state], task.State) {
				made[state] = append(made[state], task.State)
			}
			if err != nil && (task.State != state || !fault.Is(err, fault.Conflict)) {
				t.Errorf("%s when %q: %v, and stands at %q", name, state, err, task.State)
			}
		}
		slices.Sort(made[state])
	}
	drawn := map[TaskState][]TaskState{}
	for state, to := range taskNext {
		drawn[state] = slices.Sorted(slices.Values(to))
	}
	if !maps.EqualFunc(made, drawn, slices.Equal) {
		t.Errorf("the acts make the moves %v, the table draws %v", made, drawn)
	}
}

func TestTaskID(t *testing.T) {
	for clause, want := range map[string]string{
		"五(二)3": "500156-RW-5.2.3", "四(六)": "500156-RW-4.6", "六(八)": "500156-RW-6.8", "": "", "附件1": "",
	} {
		if got := taskID("500156", clause); got != want {
			t.Errorf("taskID(%q) = %q, want %q", clause, got, want)
		}
	}
}

// TestEveryClauseHasATask: no two clauses of the pack share a number, and none
// is without.
func TestEveryClauseHasATask(t *testing.T) {
	g := servicetest.NewGround(t, begin)
	seen := map[string]string{}
	for _, c := range g.Law.Clauses() {
		id := taskID("500156", c.ID)
		if id == "" || seen[id] != "" {
			t.Errorf("clause %s is kept under %q, as is %q", c.ID, id, seen[id])
		}
		seen[id] = c.ID
	}
	if len(seen) < 20 {
		t.Errorf("only %d clauses", len(seen))
	}
}

// TestLedger records evidence, reports a task as done, has it returned and
// confirmed, and reads the ledger.
func TestLedger(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	n := 0
	act := func(a identity.Actor, words, link string) TaskAct {
		n++
		return TaskAct{Cause: store.Cause{ID: "t/" + string(rune('a'+n)), Actor: a}, Clause: "五(二)3", Words: words, Link: link}
	}
	head := identity.Actor{ID: "500156-RY-mzj-009", Unit: "mzj", Roles: []identity.Role{identity.Leader}}
	if err := f.service.ReportTask(ctx, act(head, "完成", "")); !fault.Is(err, fault.Conflict) {
		t.Fatalf("reported without evidence: %v", err)
	}
	if err := f.service.RecordEvidence(ctx, act(identity.Actor{ID: "x", Unit: "lyj", Roles: []identity.Role{identity.Leader}}, "x", "x")); !fault.Is(err, fault.Denied) {
		t.Fatalf("a unit the task is not given to recorded evidence: %v", err)
	}
	if err := f.service.RecordEvidence(ctx, act(laggard, "处罚决定已在门户网站公开", "")); !fault.Is(err, fault.Invalid) {
		t.Fatalf("evidence without a link: %v", err)
	}
	for _, do := range []func() error{
		func() error {
			return f.service.RecordEvidence(ctx, act(laggard, "处罚决定已在门户网站公开", "https://example.invalid/1"))
		},
		func() error { return f.service.ReportTask(ctx, act(head, "全部公开", "")) },
		func() error { return f.service.ReturnTask(ctx, act(drafter, "缺存证", "")) },
		func() error { return f.service.ReportTask(ctx, act(head, "补充存证", "")) },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.service.ConfirmTask(ctx, act(head, "", "")); !fault.Is(err, fault.Denied) {
		t.Fatalf("the unit confirmed its own task: %v", err)
	}
	row := func() LedgerRow {
		t.Helper()
		rows, err := f.service.Ledger(ctx, laggard)
		if err != nil || len(rows) < 20 {
			t.Fatalf("%d lines, %v", len(rows), err)
		}
		return rows[slices.IndexFunc(rows, func(r LedgerRow) bool { return r.Clause == "五(二)3" })]
	}
	if r := row(); r.State != TaskReported || !r.Overdue || r.Due != "2024-05-31" || len(r.Owners) != 2 || len(r.Evidence) != 1 || r.Evidence[0].By != laggard.ID || r.Evidence[0].On == "" {
		t.Errorf("the ledger reads %+v", r)
	}
	if err := f.service.ConfirmTask(ctx, act(drafter, "属实", "")); err != nil {
		t.Fatal(err)
	}
	if r := row(); r.State != TaskConfirmed || r.Overdue {
		t.Errorf("the ledger reads %+v", r)
	}
	standing := act(head, "完成", "")
	standing.Clause = "四(一)"
	if err := f.service.ReportTask(ctx, standing); !fault.Is(err, fault.Conflict) {
		t.Errorf("a task that goes on was reported as done: %v", err)
	}
	standing.Clause = "九(九)"
	if err := f.service.ReportTask(ctx, standing); !fault.Is(err, fault.NotFound) {
		t.Errorf("a task that the plan does not have: %v", err)
	}
	servicetest.MustVerify(t, f.log)
}
