package events

import "time"

// Respondent is the party of a case (当事人).
type Respondent struct {
	Facility string `json:"facility"`
	Name     string `json:"name"`
	Type     string `json:"type"` // legal, individual_business, natural
	USCC     string `json:"uscc"`
	Address  string `json:"address"`
}

// CaseFiled says that a case was filed (立案).
type CaseFiled struct {
	Case       string     `json:"case"` // "500156-AJ-2026-000003"
	Clue       string     `json:"clue"`
	Unit       string     `json:"unit"`
	Respondent Respondent `json:"respondent"`
	Offence    string     `json:"offence"`
	Act        string     `json:"act"` // day of the act
	Law        string     `json:"law"` // instrument that applies and why
	On         string     `json:"on"`
	Deadlines  []Deadline `json:"deadlines"`
}

// Kind names the contract.
func (CaseFiled) Kind() string { return "casefile.filed.v1" }

// Clocks starts the limit for deciding (行政处罚法 art. 60).
func (e CaseFiled) Clocks() ([]Deadline, []string) { return e.Deadlines, nil }

// CaseStepped says that one thing was done in a case. Its step is one of:
// respondent, officers, evidence, custody, disposed, report, returned, notice,
// statement, hearing_asked, hearing_waived, hearing_lapsed, hearing_convened,
// hearing_held, review, review_returned, discussion, confirmed, no_penalty,
// paid, publication, pause_asked, pause_refused, paused, resumed,
// referral_approved, referral_refused.
type CaseStepped struct {
	Case      string     `json:"case"`
	Step      string     `json:"step"`
	State     string     `json:"state"`
	Unit      string     `json:"unit"`
	By        []string   `json:"by"` // officers or persons in office
	Note      string     `json:"note"`
	SHA256    string     `json:"sha256"` // of the document, empty if none
	Deadlines []Deadline `json:"deadlines"`
	Settled   []string   `json:"settled"`
}

// Kind names the contract.
func (CaseStepped) Kind() string { return "casefile.stepped.v1" }

// Clocks starts and ends the limits of the step.
func (e CaseStepped) Clocks() ([]Deadline, []string) { return e.Deadlines, e.Settled }

// Penalty is what a decision imposes.
type Penalty struct {
	Kinds      []string `json:"kinds"` // of 行政处罚法 art. 9
	Text       string   `json:"text"`
	FineFen    int64    `json:"fine_fen"`
	ForfeitFen int64    `json:"forfeit_fen"`
	License    string   `json:"license"` // licence suspended or revoked
}

// Decision is a decision on an administrative penalty with its six contents
// (行政处罚法 art. 59).
type Decision struct {
	Case       string     `json:"case"`
	No         string     `json:"no"` // 决定书文号
	Respondent Respondent `json:"respondent"`
	Facts      string     `json:"facts"` // and evidence
	Offence    string     `json:"offence"`
	Type       string     `json:"type"` // 违法行为类型 in words
	Basis      string     `json:"basis"`
	Penalty    Penalty    `json:"penalty"`
	Perform    string     `json:"perform"`  // how and until when
	Remedies   string     `json:"remedies"` // reconsideration and suit, where and until when
	Unit       string     `json:"unit"`
	UnitName   string     `json:"unit_name"`
	On         string     `json:"on"`
	Severity   string     `json:"severity"` // minor, general, serious (36号令)
	SeverityBy string     `json:"severity_by"`
	Act        string     `json:"act"`
}

// CaseDecided says that a decision was made. Its limits are those for serving
// it and, per channel, for publishing it.
type CaseDecided struct {
	Decision  Decision   `json:"decision"`
	At        time.Time  `json:"at"`
	Deadlines []Deadline `json:"deadlines"`
	Settled   []string   `json:"settled"`
}

// Kind names the contract.
func (CaseDecided) Kind() string { return "casefile.decided.v1" }

// Clocks starts the limits of the decision and ends the one for deciding.
func (e CaseDecided) Clocks() ([]Deadline, []string) { return e.Deadlines, e.Settled }

// CaseServed says that the decision reached the party, together with the notice
// on credit repair (两书同达).
type CaseServed struct {
	Case         string     `json:"case"`
	On           string     `json:"on"`
	Manner       string     `json:"manner"`
	Receipt      string     `json:"receipt"`
	RepairNotice bool       `json:"repair_notice"`
	Deadlines    []Deadline `json:"deadlines"`
	Settled      []string   `json:"settled"`
}

// Kind names the contract.
func (CaseServed) Kind() string { return "casefile.served.v1" }

// Clocks ends the limit for serving and starts the one for paying.
func (e CaseServed) Clocks() ([]Deadline, []string) { return e.Deadlines, e.Settled }

// DecisionRevoked says that a decision was changed, revoked or found unlawful;
// what was published of it must go within three working days
// (行政处罚法 art. 48).
type DecisionRevoked struct {
	Case      string     `json:"case"`
	No        string     `json:"no"`
	Manner    string     `json:"manner"` // changed, revoked, illegal, void
	By        string     `json:"by"`     // who decided so
	Document  string     `json:"document"`
	Reason    string     `json:"reason"` // public
	On        string     `json:"on"`
	Deadlines []Deadline `json:"deadlines"`
	Settled   []string   `json:"settled"`
}

// Kind names the contract.
func (DecisionRevoked) Kind() string { return "casefile.decision_revoked.v1" }

// Clocks starts the limit for withdrawing and ends what no longer matters.
func (e DecisionRevoked) Clocks() ([]Deadline, []string) { return e.Deadlines, e.Settled }

// CaseClosed says that a case is at its end.
type CaseClosed struct {
	Case    string   `json:"case"`
	Outcome string   `json:"outcome"` // performed, no_penalty, withdrawn, referred, revoked
	Note    string   `json:"note"`
	Settled []string `json:"settled"`
}

// Kind names the contract.
func (CaseClosed) Kind() string { return "casefile.closed.v1" }

// Clocks ends the limits that still ran.
func (e CaseClosed) Clocks() ([]Deadline, []string) { return nil, e.Settled }

// DecisionNumbered says that a case was given the next number of the decisions
// of its unit and year (决定书文号). The number is the case's for ever.
type DecisionNumbered struct {
	Unit string `json:"unit"`
	Year int    `json:"year"`
	N    int    `json:"n"`
	Case string `json:"case"`
}

// Kind names the contract.
func (DecisionNumbered) Kind() string { return "casefile.decision_numbered.v1" }
