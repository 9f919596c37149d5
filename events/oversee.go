package events

import "time"

// DeadlineKept says that oversee keeps a limit from now on, or what became of
// it.
type DeadlineKept struct {
	Deadline Deadline `json:"deadline"`
	State    string   `json:"state"` // armed, overdue, met, met_late
	// Change is armed, moved, handed_on, met or met_late; recounted when another
	// calendar moved the day, confirmed when it left a provisional day as it was.
	Change string    `json:"change"`
	Public bool      `json:"public"` // shown on the public performance figures when it passes
	Fact   string    `json:"fact"`   // id of the fact that brought it about, or "calendar/" and its version
	Next   time.Time `json:"next"`   // when something is next to be said about it, zero = never
}

// Kind names the contract.
func (DeadlineKept) Kind() string { return "oversee.deadline_kept.v1" }

// Reminded says that the owner was reminded that a limit is near (催办).
type Reminded struct {
	Deadline Deadline  `json:"deadline"`
	Stage    string    `json:"stage"` // "T-2", "T-1"
	To       string    `json:"to"`    // code of the unit
	Next     time.Time `json:"next"`
}

// Kind names the contract.
func (Reminded) Kind() string { return "oversee.reminded.v1" }

// Overdue says that a limit has passed without what it was set for.
type Overdue struct {
	Deadline Deadline  `json:"deadline"`
	Public   bool      `json:"public"` // shown on the public performance figures
	Next     time.Time `json:"next"`
}

// Kind names the contract.
func (Overdue) Kind() string { return "oversee.overdue.v1" }

// Escalated says that an overdue limit was put before a leader (督办).
type Escalated struct {
	Deadline Deadline  `json:"deadline"`
	To       string    `json:"to"` // unit_leader of the owner, or the code of a unit
	Stage    string    `json:"stage"`
	Next     time.Time `json:"next"`
}

// Kind names the contract.
func (Escalated) Kind() string { return "oversee.escalated.v1" }

// Urged says that a leader or the coordinating office pressed the owner of an
// open limit (催办).
type Urged struct {
	Deadline Deadline  `json:"deadline"`
	By       string    `json:"by"`   // account
	From     string    `json:"from"` // code of its unit
	Words    string    `json:"words"`
	Next     time.Time `json:"next"`
}

// Kind names the contract.
func (Urged) Kind() string { return "oversee.urged.v1" }

// Measure is a means by which a unit that falls behind is pressed (督查措施): a
// supervision order (督办单), an interview (约谈) or a circular (通报).
type Measure struct {
	ID       string   `json:"id"`   // "500156-DC-2026-000001"
	Sort     string   `json:"sort"` // order, interview, circular
	Unit     string   `json:"unit"` // that it is addressed to
	From     string   `json:"from"` // unit that takes it
	Limits   []string `json:"limits"`
	Facts    string   `json:"facts"`    // what was not done, without personal data
	Demands  string   `json:"demands"`  // what is to be done
	Drafted  string   `json:"drafted"`  // account
	Public   bool     `json:"public"`   // the public sees that it was taken
	Citation string   `json:"citation"` // basis
}

// MeasureDrafted says that somebody proposes a measure.
type MeasureDrafted struct {
	Measure Measure `json:"measure"`
}

// Kind names the contract.
func (MeasureDrafted) Kind() string { return "oversee.measure_drafted.v1" }

// MeasureIssued says that a second person issued a measure. The limit is that
// for meeting, of an interview, else that for answering.
type MeasureIssued struct {
	Measure   Measure    `json:"measure"`
	By        string     `json:"by"` // account, not the one that drafted it
	Deadlines []Deadline `json:"deadlines"`
}

// Kind names the contract.
func (MeasureIssued) Kind() string { return "oversee.measure_issued.v1" }

// Clocks starts the limit for meeting or answering.
func (e MeasureIssued) Clocks() ([]Deadline, []string) { return e.Deadlines, nil }

// MeasureDropped says that a drafted measure is not taken.
type MeasureDropped struct {
	Measure string `json:"measure"`
	By      string `json:"by"`
	Reason  string `json:"reason"`
}

// Kind names the contract.
func (MeasureDropped) Kind() string { return "oversee.measure_dropped.v1" }

// InterviewHeld says that an interview took place (约谈).
type InterviewHeld struct {
	Measure   string     `json:"measure"`
	On        string     `json:"on"`
	Present   []string   `json:"present"` // persons in office
	Minutes   string     `json:"minutes"`
	SHA256    string     `json:"sha256"` // of the signed minutes
	Deadlines []Deadline `json:"deadlines"`
	Settled   []string   `json:"settled"`
}

// Kind names the contract.
func (InterviewHeld) Kind() string { return "oversee.interview_held.v1" }

// Clocks ends the limit for meeting and starts the one for answering.
func (e InterviewHeld) Clocks() ([]Deadline, []string) { return e.Deadlines, e.Settled }

// MeasureAnswered says what the unit answered (反馈).
type MeasureAnswered struct {
	Measure string   `json:"measure"`
	Unit    string   `json:"unit"`
	By      string   `json:"by"`
	Text    string   `json:"text"`
	Link    string   `json:"link"` // where the evidence is, empty if none
	Settled []string `json:"settled"`
}

// Kind names the contract.
func (MeasureAnswered) Kind() string { return "oversee.measure_answered.v1" }

// Clocks ends the limit for answering.
func (e MeasureAnswered) Clocks() ([]Deadline, []string) { return nil, e.Settled }

// MeasureReturned says that an answer was not enough. The unit answers again.
type MeasureReturned struct {
	Measure   string     `json:"measure"`
	By        string     `json:"by"`
	Reason    string     `json:"reason"`
	Deadlines []Deadline `json:"deadlines"`
}

// Kind names the contract.
func (MeasureReturned) Kind() string { return "oversee.measure_returned.v1" }

// Clocks starts the limit for answering anew.
func (e MeasureReturned) Clocks() ([]Deadline, []string) { return e.Deadlines, nil }

// MeasureClosed says that what a measure demanded was done.
type MeasureClosed struct {
	Measure string `json:"measure"`
	By      string `json:"by"`
	Note    string `json:"note"`
}

// Kind names the contract.
func (MeasureClosed) Kind() string { return "oversee.measure_closed.v1" }

// MeasureRevoked says that a measure was taken back, and why.
type MeasureRevoked struct {
	Measure string   `json:"measure"`
	By      string   `json:"by"`
	Reason  string   `json:"reason"`
	Settled []string `json:"settled"`
}

// Kind names the contract.
func (MeasureRevoked) Kind() string { return "oversee.measure_revoked.v1" }

// Clocks ends what ran.
func (e MeasureRevoked) Clocks() ([]Deadline, []string) { return nil, e.Settled }

// Evidence is what shows that a task of the plan is carried out (落实依据).
type Evidence struct {
	On     string `json:"on"`
	Unit   string `json:"unit"`
	By     string `json:"by"` // account
	Words  string `json:"words"`
	Link   string `json:"link"`
	SHA256 string `json:"sha256"` // of the file behind the link, empty if none
}

// TaskEvidenced says that a unit recorded evidence for a task of the plan
// (任务落实台账, annex 2).
type TaskEvidenced struct {
	Task     string   `json:"task"`   // "500156-RW-5.2.3"
	Clause   string   `json:"clause"` // place in the plan, "五(二)3"
	Evidence Evidence `json:"evidence"`
}

// Kind names the contract.
func (TaskEvidenced) Kind() string { return "oversee.task_evidenced.v1" }

// TaskReported says that the unit that leads reports a task as done.
type TaskReported struct {
	Task   string `json:"task"`
	Clause string `json:"clause"`
	Unit   string `json:"unit"`
	By     string `json:"by"`
	Words  string `json:"words"`
}

// Kind names the contract.
func (TaskReported) Kind() string { return "oversee.task_reported.v1" }

// TaskReturned says that the office of the task force does not take a task as
// done.
type TaskReturned struct {
	Task   string `json:"task"`
	Clause string `json:"clause"`
	By     string `json:"by"`
	Reason string `json:"reason"`
}

// Kind names the contract.
func (TaskReturned) Kind() string { return "oversee.task_returned.v1" }

// TaskConfirmed says that the office of the task force takes a task as done.
type TaskConfirmed struct {
	Task   string `json:"task"`
	Clause string `json:"clause"`
	By     string `json:"by"`
	On     string `json:"on"`
	Words  string `json:"words"`
}

// Kind names the contract.
func (TaskConfirmed) Kind() string { return "oversee.task_confirmed.v1" }
