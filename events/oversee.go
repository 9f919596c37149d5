package events

// DeadlineKept says that oversee keeps a limit from now on, or what became of
// it: armed, moved, handed_on, met, met_late, cancelled.
type DeadlineKept struct {
	Deadline Deadline `json:"deadline"`
	State    string   `json:"state"` // armed, overdue, met, met_late
	Change   string   `json:"change"`
	Fact     string   `json:"fact"` // id of the fact that brought it about
}

// Kind names the contract.
func (DeadlineKept) Kind() string { return "oversee.deadline_kept.v1" }

// Reminded says that the owner was reminded that a limit is near (催办).
type Reminded struct {
	Deadline Deadline `json:"deadline"`
	Stage    string   `json:"stage"` // "T-2", "T-1"
	To       string   `json:"to"`    // unit and post
}

// Kind names the contract.
func (Reminded) Kind() string { return "oversee.reminded.v1" }

// Overdue says that a limit has passed without what it was set for.
type Overdue struct {
	Deadline Deadline `json:"deadline"`
	Public   bool     `json:"public"` // shown on the public performance figures
}

// Kind names the contract.
func (Overdue) Kind() string { return "oversee.overdue.v1" }

// Escalated says that an overdue limit was put before the leader (督办).
type Escalated struct {
	Deadline Deadline `json:"deadline"`
	To       string   `json:"to"`
	Basis    string   `json:"basis"`
}

// Kind names the contract.
func (Escalated) Kind() string { return "oversee.escalated.v1" }
