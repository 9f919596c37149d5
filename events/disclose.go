package events

// Record is what is, or will be, published (公示记录). Everything in it may be
// seen by the public: personal data are masked before it is made.
type Record struct {
	ID       string `json:"id"`     // "500156-GS-2026-000004"
	Sort     string `json:"sort"`   // penalty, check, rectification, commitment, plan, draw
	Source   string `json:"source"` // subject of the fact it publishes, "case/500156-AJ-2026-000003"
	Title    string `json:"title"`
	Facility string `json:"facility"`
	Name     string `json:"name"`
	USCC     string `json:"uscc"`
	DocNo    string `json:"doc_no"`
	Offence  string `json:"offence"`
	Facts    string `json:"facts"`
	Basis    string `json:"basis"`
	Content  string `json:"content"`
	Unit     string `json:"unit"`
	UnitName string `json:"unit_name"`
	On       string `json:"on"`       // day of the decision or of the check
	Severity string `json:"severity"` // of a penalty
	Until    string `json:"until"`    // last day of publication, empty = without end
	Masked   int    `json:"masked"`   // how many pieces of personal data were masked
}

// RecordPrepared says that a publication is due and what it will say.
type RecordPrepared struct {
	Record Record `json:"record"`
}

// Kind names the contract.
func (RecordPrepared) Kind() string { return "disclose.prepared.v1" }

// RecordReviewed says that one person consented to a publication, or to a
// lawful non-publication; it takes two.
type RecordReviewed struct {
	Record  string `json:"record"`
	By      string `json:"by"`
	Verdict string `json:"verdict"` // publish, withhold
	Ground  string `json:"ground"`  // of the law pack, for withhold
}

// Kind names the contract.
func (RecordReviewed) Kind() string { return "disclose.reviewed.v1" }

// RecordPublished says that a record is public, on which channels.
type RecordPublished struct {
	Record    Record     `json:"record"`
	On        string     `json:"on"`
	Channels  []Channel  `json:"channels"`
	Deadlines []Deadline `json:"deadlines"`
	Settled   []string   `json:"settled"`
}

// Channel is one place a record was published or sent to.
type Channel struct {
	Name  string `json:"name"` // portal, credit_china, gsxt
	On    string `json:"on"`
	Proof string `json:"proof"` // address or receipt
}

// Kind names the contract.
func (RecordPublished) Kind() string { return "disclose.published.v1" }

// Clocks ends the limits for publishing.
func (e RecordPublished) Clocks() ([]Deadline, []string) { return e.Deadlines, e.Settled }

// ChannelAdded says that a published record was also published elsewhere.
type ChannelAdded struct {
	Record  string   `json:"record"`
	Channel Channel  `json:"channel"`
	Settled []string `json:"settled"`
}

// Kind names the contract.
func (ChannelAdded) Kind() string { return "disclose.channel_added.v1" }

// Clocks ends the limit for publishing there.
func (e ChannelAdded) Clocks() ([]Deadline, []string) { return nil, e.Settled }

// RecordWithheld says that a record is lawfully not published.
type RecordWithheld struct {
	Record  string   `json:"record"`
	Ground  string   `json:"ground"`
	Reason  string   `json:"reason"`
	By      []string `json:"by"` // two persons
	Settled []string `json:"settled"`
}

// Kind names the contract.
func (RecordWithheld) Kind() string { return "disclose.withheld.v1" }

// Clocks ends the limits for publishing.
func (e RecordWithheld) Clocks() ([]Deadline, []string) { return nil, e.Settled }

// CorrectionDrafted says how a public record should read; a second person has
// still to consent (更正).
type CorrectionDrafted struct {
	Record Record `json:"record"` // as it will read
	Reason string `json:"reason"` // public
	By     string `json:"by"`
}

// Kind names the contract.
func (CorrectionDrafted) Kind() string { return "disclose.correction_drafted.v1" }

// RecordCorrected says that a public record now reads otherwise.
type RecordCorrected struct {
	Record  Record   `json:"record"`  // as it reads now
	Version int      `json:"version"` // from 2
	Reason  string   `json:"reason"`  // public
	On      string   `json:"on"`
	By      []string `json:"by"` // two persons
}

// Kind names the contract.
func (RecordCorrected) Kind() string { return "disclose.corrected.v1" }

// WithdrawalDue says that a published record must be withdrawn.
type WithdrawalDue struct {
	Record string `json:"record"`
	Cause  string `json:"cause"`  // subject of the fact that asks for it
	Manner string `json:"manner"` // changed, revoked, illegal, void
	Since  string `json:"since"`  // day of the fact that asks for it
	Reason string `json:"reason"`
}

// Kind names the contract.
func (WithdrawalDue) Kind() string { return "disclose.withdrawal_due.v1" }

// RecordWithdrawn says that a record is no longer public; the tombstone with
// its reason stays (撤回说明).
type RecordWithdrawn struct {
	Record   string   `json:"record"`
	Source   string   `json:"source"`
	Facility string   `json:"facility"`
	USCC     string   `json:"uscc"`
	Sort     string   `json:"sort"`
	Manner   string   `json:"manner"` // changed, revoked, illegal, void, error, privacy
	Since    string   `json:"since"`  // day of what asked for it
	Reason   string   `json:"reason"`
	On       string   `json:"on"`
	Settled  []string `json:"settled"`
}

// Kind names the contract.
func (RecordWithdrawn) Kind() string { return "disclose.withdrawn.v1" }

// Clocks ends the limit for withdrawing.
func (e RecordWithdrawn) Clocks() ([]Deadline, []string) { return nil, e.Settled }

// RecordExpired says that the time of publication is over, or that a granted
// credit repair has ended it before.
type RecordExpired struct {
	Record   string `json:"record"`
	Facility string `json:"facility"`
	USCC     string `json:"uscc"`
	On       string `json:"on"`
	Repair   string `json:"repair,omitempty"` // the application that was granted
}

// Kind names the contract.
func (RecordExpired) Kind() string { return "disclose.expired.v1" }

// LeafLogged says that an entry was appended to the public log (公开日志). Its
// subject is the log itself, whose version is the number of entries, so that
// entries are dense and each fact has its entry once.
type LeafLogged struct {
	Index int64  `json:"index"` // from 0
	Leaf  string `json:"leaf"`  // the entry to the byte: random ids, digests, listed words
	About string `json:"about"` // subject of the fact it records, empty for the log's own
}

// Kind names the contract.
func (LeafLogged) Kind() string { return "disclose.logged.v1" }
