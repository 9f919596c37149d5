package events

// Point is one entry in the record of a subject and what it weighs.
type Point struct {
	Source string `json:"source"` // fact it comes from
	Rule   string `json:"rule"`   // line of the points table in the law pack
	Points int    `json:"points"` // negative = against the subject
	On     string `json:"on"`
	Until  string `json:"until"` // last day on which it counts, empty = for good
	Why    string `json:"why"`   // in Chinese
	// Unit established what the entry is about; empty for what speaks for the subject.
	Unit     string `json:"unit,omitempty"`
	Repaired string `json:"repaired,omitempty"` // day since which a granted repair keeps it from counting
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

// Repair is an application for credit repair (信用修复): that an entry of a
// record counts and is published no longer. The unit that established the entry
// decides about it (谁认定、谁修复).
type Repair struct {
	ID         string   `json:"id"` // "500156-XF-2026-000001"
	Facility   string   `json:"facility"`
	Name       string   `json:"name"`
	USCC       string   `json:"uscc"`
	Source     string   `json:"source"` // of the entry
	Rule       string   `json:"rule"`   // of the entry, line of the points table
	Unit       string   `json:"unit"`
	Commitment string   `json:"commitment"` // in writing, made for the repair
	Proofs     []string `json:"proofs"`     // that every duty is performed
	On         string   `json:"on"`
}

// RepairAsked says that a facility applied for repair.
type RepairAsked struct {
	Repair Repair `json:"repair"`

	Deadlines []Deadline `json:"deadlines,omitempty"`
}

// Kind names the contract.
func (RepairAsked) Kind() string { return "credit.repair_asked.v1" }

// Clocks starts the limit for taking the application up or refusing it.
func (e RepairAsked) Clocks() ([]Deadline, []string) { return e.Deadlines, nil }

// RepairAccepted says that an application was taken up (受理).
type RepairAccepted struct {
	Repair string `json:"repair"`
	By     string `json:"by"`
	On     string `json:"on"`

	Deadlines []Deadline `json:"deadlines,omitempty"`
	Settled   []string   `json:"settled,omitempty"`
}

// Kind names the contract.
func (RepairAccepted) Kind() string { return "credit.repair_accepted.v1" }

// Clocks ends the limit for taking it up and starts the one for deciding.
func (e RepairAccepted) Clocks() ([]Deadline, []string) { return e.Deadlines, e.Settled }

// RepairRefused says that an application was not taken up (不予受理), and why.
type RepairRefused struct {
	Repair string `json:"repair"`
	By     string `json:"by"`
	Reason string `json:"reason"`
	On     string `json:"on"`

	Settled []string `json:"settled,omitempty"`
}

// Kind names the contract.
func (RepairRefused) Kind() string { return "credit.repair_refused.v1" }

// Clocks ends the limit for taking it up.
func (e RepairRefused) Clocks() ([]Deadline, []string) { return nil, e.Settled }

// RepairDecided says whether the repair is granted. If it is, the entry counts
// no longer and its publication ends.
type RepairDecided struct {
	Repair  Repair `json:"repair"`
	Granted bool   `json:"granted"`
	By      string `json:"by"`
	Reason  string `json:"reason"`
	On      string `json:"on"`

	Settled []string `json:"settled,omitempty"`
}

// Kind names the contract.
func (RepairDecided) Kind() string { return "credit.repair_decided.v1" }

// Clocks ends the limit for deciding.
func (e RepairDecided) Clocks() ([]Deadline, []string) { return nil, e.Settled }

// Objection is what a facility has against an entry of its record (异议).
type Objection struct {
	ID       string   `json:"id"` // "500156-YY-2026-000001"
	Facility string   `json:"facility"`
	Name     string   `json:"name"`
	USCC     string   `json:"uscc"`
	Source   string   `json:"source"` // of the entry
	Rule     string   `json:"rule"`
	Unit     string   `json:"unit"`
	Claim    string   `json:"claim"` // what is wrong
	Proofs   []string `json:"proofs"`
	On       string   `json:"on"`
}

// ObjectionRaised says that a facility objects to an entry, which is marked
// until the objection is decided.
type ObjectionRaised struct {
	Objection Objection `json:"objection"`

	Deadlines []Deadline `json:"deadlines,omitempty"`
}

// Kind names the contract.
func (ObjectionRaised) Kind() string { return "credit.objection_raised.v1" }

// Clocks starts the limit for deciding about it.
func (e ObjectionRaised) Clocks() ([]Deadline, []string) { return e.Deadlines, nil }

// ObjectionDecided says whether the objection was right. If it was, the entry is
// taken out of the record.
type ObjectionDecided struct {
	Objection Objection `json:"objection"`
	Upheld    bool      `json:"upheld"`
	By        string    `json:"by"`
	Reason    string    `json:"reason"`
	On        string    `json:"on"`

	Settled []string `json:"settled,omitempty"`
}

// Kind names the contract.
func (ObjectionDecided) Kind() string { return "credit.objection_decided.v1" }

// Clocks ends the limit for deciding.
func (e ObjectionDecided) Clocks() ([]Deadline, []string) { return nil, e.Settled }
