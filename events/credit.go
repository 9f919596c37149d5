package events

// Point is one entry in the record of a subject and what it weighs.
type Point struct {
	Source string `json:"source"` // fact it comes from
	Rule   string `json:"rule"`   // line of the points table in the law pack
	Points int    `json:"points"` // negative = against the subject
	On     string `json:"on"`
	Until  string `json:"until"` // last day on which it counts, empty = for good
	Why    string `json:"why"`   // in Chinese
}

// CreditGraded says how a subject stands and why, entry by entry.
type CreditGraded struct {
	Record   string  `json:"record"` // "500156-XY-..."
	Facility string  `json:"facility"`
	USCC     string  `json:"uscc"`
	Scheme   string  `json:"scheme"` // which grading this is; never mixed with another
	Grade    string  `json:"grade"`  // A..D
	Was      string  `json:"was"`
	Score    int     `json:"score"`
	Points   []Point `json:"points"`
	Formula  string  `json:"formula"` // in Chinese
	AsOf     string  `json:"as_of"`
}

// Kind names the contract.
func (CreditGraded) Kind() string { return "credit.graded.v1" }

// Commitment is a written commitment (信用承诺).
type Commitment struct {
	ID          string   `json:"id"` // "500156-CN-2026-000001"
	Sort        string   `json:"sort"`
	Facility    string   `json:"facility"`
	Name        string   `json:"name"`
	USCC        string   `json:"uscc"`
	Signatory   string   `json:"signatory"` // office held, not the person's name
	On          string   `json:"on"`
	Obligations []string `json:"obligations"`
	TextVersion string   `json:"text_version"`
}

// CommitmentMade says that a facility committed itself in writing; it is
// published.
type CommitmentMade struct {
	Commitment Commitment `json:"commitment"`
}

// Kind names the contract.
func (CommitmentMade) Kind() string { return "credit.commitment_made.v1" }

// BreachNoticed says that a facility was told of a suspected breach and can be
// heard before it enters the record.
type BreachNoticed struct {
	Commitment string   `json:"commitment"`
	Obligation int      `json:"obligation"` // from 1
	Fact       string   `json:"fact"`
	Evidence   []string `json:"evidence"`
	Unit       string   `json:"unit"`
	// Deadlines is the limit for being heard (credit.breach.hear).
	Deadlines []Deadline `json:"deadlines,omitempty"`
}

// Kind names the contract.
func (BreachNoticed) Kind() string { return "credit.breach_noticed.v1" }

// Clocks starts the limit for being heard.
func (e BreachNoticed) Clocks() ([]Deadline, []string) { return e.Deadlines, nil }

// BreachHeard says what the facility had to say, or that it let the time pass.
type BreachHeard struct {
	Commitment string `json:"commitment"`
	Statement  string `json:"statement"`

	Settled []string `json:"settled,omitempty"`
}

// Kind names the contract.
func (BreachHeard) Kind() string { return "credit.breach_heard.v1" }

// Clocks ends the limit for being heard.
func (e BreachHeard) Clocks() ([]Deadline, []string) { return nil, e.Settled }

// CommitmentBreached says that a breach is established (认定违诺), with evidence.
type CommitmentBreached struct {
	Commitment Commitment `json:"commitment"`
	Obligation int        `json:"obligation"`
	Fact       string     `json:"fact"`
	Evidence   []string   `json:"evidence"`
	Unit       string     `json:"unit"`
	On         string     `json:"on"`
	Remedy     string     `json:"remedy"`
}

// Kind names the contract.
func (CommitmentBreached) Kind() string { return "credit.commitment_breached.v1" }

// BreachDropped says that the suspicion did not hold.
type BreachDropped struct {
	Commitment string `json:"commitment"`
	Reason     string `json:"reason"`

	Settled []string `json:"settled,omitempty"`
}

// Clocks ends the limit for being heard.
func (e BreachDropped) Clocks() ([]Deadline, []string) { return nil, e.Settled }

// Kind names the contract.
func (BreachDropped) Kind() string { return "credit.breach_dropped.v1" }
