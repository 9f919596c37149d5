package events

// Route is which unit deals with a clue and why (谁该管).
type Route struct {
	Lead    string   `json:"lead"`
	Assists []string `json:"assists"`
	Offence string   `json:"offence"` // violation type it was routed by
	Basis   string   `json:"basis"`   // clause that gives the lead its competence
	Reason  string   `json:"reason"`  // the chain in Chinese: facility, matter, clause, unit
	By      string   `json:"by"`      // matrix, ruling, hand
}

// ClueReceived says that a clue (问题线索) came in. Who sent it is not in here:
// contact data are kept apart and sealed.
type ClueReceived struct {
	Clue      string     `json:"clue"`   // "500156-XS-2026-000871"
	Source    string     `json:"source"` // citizen, hotline, superior, association, inspection, alert
	Origin    string     `json:"origin"` // visit, alert or outer number it comes from
	Facility  string     `json:"facility"`
	Name      string     `json:"name"` // of the facility, as the sender wrote it
	Town      string     `json:"town"`
	Offence   string     `json:"offence"` // violation type, empty if the sender could not say
	Text      string     `json:"text"`    // free text, shown only to those who handle it
	Contact   bool       `json:"contact"` // the sender can be answered
	Receipt   string     `json:"receipt"` // keyed hash of the receipt code (查询码), empty if none was given
	Day       string     `json:"day"`
	Deadlines []Deadline `json:"deadlines"`
}

// Kind names the contract.
func (ClueReceived) Kind() string { return "clue.received.v1" }

// Clocks starts the limits for taking up and for verifying.
func (e ClueReceived) Clocks() ([]Deadline, []string) { return e.Deadlines, nil }

// ClueRouted says which unit a clue was sent to. Limits that run go on, under
// the new owner.
type ClueRouted struct {
	Clue      string     `json:"clue"`
	Route     Route      `json:"route"`
	Round     int        `json:"round"`     // 1 for the first routing
	Deadlines []Deadline `json:"deadlines"` // the running limits, same ids and dates, new owner
	// SignBy is until when the lead signs for the clue; after that it counts as
	// signed for. Nobody can be late with it, so it is none of Clocks.
	SignBy Deadline `json:"signBy"`
	// What a listener that has not heard of the receipt needs to know of the clue.
	Source   string `json:"source,omitempty"`
	Facility string `json:"facility,omitempty"`
	Town     string `json:"town,omitempty"`
	Day      string `json:"day,omitempty"` // of receipt
}

// Kind names the contract.
func (ClueRouted) Kind() string { return "clue.routed.v1" }

// Clocks passes the running limits on to the new owner.
func (e ClueRouted) Clocks() ([]Deadline, []string) { return e.Deadlines, nil }

// ClueReturned says that a unit gave a clue back, on which legal ground, and
// who should have it instead.
type ClueReturned struct {
	Clue      string `json:"clue"`
	Unit      string `json:"unit"`
	Reason    string `json:"reason"` // the legal ground in words; the public may read it
	Basis     string `json:"basis"`
	Suggested string `json:"suggested"`
	Ground    string `json:"ground"` // code of the legal ground in the law pack
	Note      string `json:"note"`   // what the unit adds, not for the public
}

// Kind names the contract.
func (ClueReturned) Kind() string { return "clue.returned.v1" }

// ClueDisputed says that the suggested unit does not agree (争议).
type ClueDisputed struct {
	Clue      string     `json:"clue"`
	Unit      string     `json:"unit"`
	Reason    string     `json:"reason"`
	Basis     string     `json:"basis"`
	Deadlines []Deadline `json:"deadlines"` // the limit for ruling
}

// Kind names the contract.
func (ClueDisputed) Kind() string { return "clue.disputed.v1" }

// Clocks starts the limit for ruling. Those of the clue itself run on.
func (e ClueDisputed) Clocks() ([]Deadline, []string) { return e.Deadlines, nil }

// ClueRuled says how the office of the task force (专班办公室) settled a
// dispute. The ruling binds: the clue cannot be returned again.
type ClueRuled struct {
	Clue    string   `json:"clue"`
	Route   Route    `json:"route"`
	Reason  string   `json:"reason"`
	Settled []string `json:"settled"`
}

// Kind names the contract.
func (ClueRuled) Kind() string { return "clue.ruled.v1" }

// Clocks ends the limit for ruling.
func (e ClueRuled) Clocks() ([]Deadline, []string) { return nil, e.Settled }

// ClueSigned says that a unit signed for a clue (签收), or that it counts as
// signed for because the time for that is over.
type ClueSigned struct {
	Clue   string `json:"clue"`
	Unit   string `json:"unit"`
	Lapsed bool   `json:"lapsed"` // nobody signed in time
}

// Kind names the contract.
func (ClueSigned) Kind() string { return "clue.signed.v1" }

// Clocks neither starts nor ends a limit.
func (e ClueSigned) Clocks() ([]Deadline, []string) { return nil, nil }

// ClueAccepted says that a unit took a clue up (受理).
type ClueAccepted struct {
	Clue    string   `json:"clue"`
	Unit    string   `json:"unit"`
	Settled []string `json:"settled"`
}

// Kind names the contract.
func (ClueAccepted) Kind() string { return "clue.accepted.v1" }

// Clocks ends the limit for taking the clue up.
func (e ClueAccepted) Clocks() ([]Deadline, []string) { return nil, e.Settled }

// ClueReopened says that the sender was not satisfied and brought something new
// (申请重新核查), once: the lead verifies again, from that day.
type ClueReopened struct {
	Clue      string     `json:"clue"`
	Unit      string     `json:"unit"` // that verifies
	Text      string     `json:"text"` // what is new
	Deadlines []Deadline `json:"deadlines"`
}

// Kind names the contract.
func (ClueReopened) Kind() string { return "clue.reopened.v1" }

// Clocks starts the limit for verifying anew.
func (e ClueReopened) Clocks() ([]Deadline, []string) { return e.Deadlines, nil }

// ClueExtended says that the head of the lead gave it more time for verifying.
type ClueExtended struct {
	Clue     string   `json:"clue"`
	Unit     string   `json:"unit"`
	By       string   `json:"by"`
	Reason   string   `json:"reason"`
	Deadline Deadline `json:"deadline"` // the same limit, longer
}

// Kind names the contract.
func (ClueExtended) Kind() string { return "clue.extended.v1" }

// Clocks makes the limit for verifying longer.
func (e ClueExtended) Clocks() ([]Deadline, []string) { return []Deadline{e.Deadline}, nil }

// ClueMerged says that a clue is the same matter as another one and goes on
// there (并案).
type ClueMerged struct {
	Clue    string   `json:"clue"`
	Into    string   `json:"into"`
	Reason  string   `json:"reason"`
	Settled []string `json:"settled"`
}

// Kind names the contract.
func (ClueMerged) Kind() string { return "clue.merged.v1" }

// Clocks ends the limits of the merged clue; those of the other go on.
func (e ClueMerged) Clocks() ([]Deadline, []string) { return nil, e.Settled }

// ClueAbsorbed says that another clue was merged into this one. The earlier of
// the limits of both holds.
type ClueAbsorbed struct {
	Clue      string     `json:"clue"`
	From      string     `json:"from"`
	Deadlines []Deadline `json:"deadlines"`
}

// Kind names the contract.
func (ClueAbsorbed) Kind() string { return "clue.absorbed.v1" }

// Clocks moves a limit forward where the absorbed clue's was earlier.
func (e ClueAbsorbed) Clocks() ([]Deadline, []string) { return e.Deadlines, nil }

// ClueConcluded says what the verification came to. Outcomes are kept apart:
// corrected, case, unfounded, not_ours, unverifiable.
type ClueConcluded struct {
	Clue     string     `json:"clue"`
	Outcome  string     `json:"outcome"`
	Unit     string     `json:"unit"`
	Assists  []string   `json:"assists"`
	Facility string     `json:"facility"`
	Name     string     `json:"name"`
	Offence  string     `json:"offence"`
	Act      string     `json:"act"` // day of the act (行为发生日), chooses the law
	Summary  string     `json:"summary"`
	Evidence []string   `json:"evidence"`
	Merged   []string   `json:"merged"` // clues that were merged into it
	Starts   []Deadline `json:"starts"`
	Settled  []string   `json:"settled"`
}

// Kind names the contract.
func (ClueConcluded) Kind() string { return "clue.concluded.v1" }

// Clocks ends the limit for verifying and starts the one for telling the sender.
func (e ClueConcluded) Clocks() ([]Deadline, []string) { return e.Starts, e.Settled }

// ClueAnswered says that the sender was answered.
type ClueAnswered struct {
	Clue    string   `json:"clue"`
	Text    string   `json:"text"` // what the sender reads, without personal data
	Settled []string `json:"settled"`
}

// Kind names the contract.
func (ClueAnswered) Kind() string { return "clue.answered.v1" }

// Clocks ends the limit for telling the sender.
func (e ClueAnswered) Clocks() ([]Deadline, []string) { return nil, e.Settled }

// ClueUnmasked says that somebody read how the sender can be reached, and why.
// What was read is not in here.
type ClueUnmasked struct {
	Clue   string `json:"clue"`
	Reason string `json:"reason"`
}

// Kind names the contract.
func (ClueUnmasked) Kind() string { return "clue.unmasked.v1" }
