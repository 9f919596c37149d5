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
