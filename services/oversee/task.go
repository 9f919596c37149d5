package oversee

import (
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
)

// Task is one task of the plan and how it is carried out (任务落实台账, annex 2).
// What is to be done, by whom and by when stands in the law pack.
type Task struct {
	ID       string            `json:"id"` // "500156-RW-5.2.3"
	Clause   string            `json:"clause"`
	State    TaskState         `json:"state"`
	Evidence []events.Evidence `json:"evidence"`
	Words    string            `json:"words"` // of whoever acted last
}

// TaskState is how far a task is.
type TaskState string

// The states. Each says who acts next.
const (
	TaskOpen      TaskState = "open"      // 进行中: the units carry it out and record evidence
	TaskReported  TaskState = "reported"  // 已申报完成: the office of the task force confirms or returns it
	TaskConfirmed TaskState = "confirmed" // 已核定完成
)

// taskNext is the whole of the workflow of a task. A task nobody has said
// anything about yet is open.
var taskNext = map[TaskState][]TaskState{
	"":            {TaskOpen, TaskReported},
	TaskOpen:      {TaskOpen, TaskReported},
	TaskReported:  {TaskOpen, TaskConfirmed},
	TaskConfirmed: {},
}

var taskTitles = map[TaskState]string{"": "进行中", TaskOpen: "进行中", TaskReported: "已申报完成", TaskConfirmed: "已核定完成"}

// TaskTitle is the name of a state for people.
func TaskTitle(s TaskState) string { return taskTitles[s] }

// move is the only assignment to State.
func (t *Task) move(to TaskState) error {
	if !slices.Contains(taskNext[t.State], to) {
		return fault.New(fault.Conflict, "任务“%s”目前为“%s”，不能变为“%s”", t.Clause, TaskTitle(t.State), TaskTitle(to))
	}
	t.State = to
	return nil
}

// Record takes evidence that the task is carried out, from a unit that it is
// given to.
func (t *Task) Record(by identity.Actor, clause law.Clause, e events.Evidence) (events.Event, error) {
	if !slices.Contains(clause.Owners, by.Unit) {
		return nil, fault.New(fault.Denied, "该任务由 %s 承担，您所在单位不能登记落实依据", strings.Join(clause.Owners, "、"))
	}
	if err := need("words", "落实情况", &e.Words); err != nil {
		return nil, err
	}
	if err := need("link", "材料的网址或者文号", &e.Link); err != nil {
		return nil, err
	}
	if err := t.move(TaskOpen); err != nil {
		return nil, err
	}
	t.Clause, e.Unit, e.By = clause.ID, by.Unit, by.ID
	t.Evidence = append(t.Evidence, e)
	return events.TaskEvidenced{Task: t.ID, Clause: t.Clause, Evidence: e}, nil
}

// Report says that the task is done, on behalf of the unit that leads. A task
// without a day, which goes on, cannot be done.
func (t *Task) Report(by identity.Actor, clause law.Clause, words string) (events.Event, error) {
	if err := by.OfUnit(clause.Owners[0]); err != nil {
		return nil, err
	}
	switch {
	case clause.Due.IsZero():
		return nil, fault.New(fault.Conflict, "“%s”是长期任务，没有完成时限，请逐次登记落实依据", clause.ID)
	case len(t.Evidence) == 0:
		return nil, fault.New(fault.Conflict, "请先登记落实依据（%s），再申报完成", clause.Evidence)
	}
	if err := need("words", "完成情况", &words); err != nil {
		return nil, err
	}
	if err := t.move(TaskReported); err != nil {
		return nil, err
	}
	t.Words = words
	return events.TaskReported{Task: t.ID, Clause: t.Clause, Unit: by.Unit, By: by.ID, Words: words}, nil
}

// Return says that the task is not done.
func (t *Task) Return(by identity.Actor, reason string) (events.Event, error) {
	if err := need("words", "退回的理由", &reason); err != nil {
		return nil, err
	}
	if t.State != TaskReported {
		return nil, fault.New(fault.Conflict, "任务“%s”目前为“%s”，没有可以退回的申报", t.Clause, TaskTitle(t.State))
	}
	if err := t.move(TaskOpen); err != nil {
		return nil, err
	}
	t.Words = reason
	return events.TaskReturned{Task: t.ID, Clause: t.Clause, By: by.ID, Reason: reason}, nil
}

// Confirm says that the task is done (核定完成).
func (t *Task) Confirm(by identity.Actor, on, words string) (events.Event, error) {
	if err := t.move(TaskConfirmed); err != nil {
		return nil, err
	}
	t.Words = strings.TrimSpace(words)
	return events.TaskConfirmed{Task: t.ID, Clause: t.Clause, By: by.ID, On: on, Words: t.Words}, nil
}

// taskID is the number under which the task of a clause is kept: 五(二)3 is
// 5.2.3. It is "" for what is no place in the plan.
func taskID(district, clause string) string {
	const numerals = "一二三四五六七八九"
	var parts []string
	for _, r := range clause {
		switch at := strings.IndexRune(numerals, r); {
		case at >= 0:
			parts = append(parts, string(rune('1'+at/len("一"))))
		case r >= '0' && r <= '9':
			parts = append(parts, string(r))
		case r != '(' && r != ')':
			return ""
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return district + "-RW-" + strings.Join(parts, ".")
}
