package events

import "time"

// VisitSection is one unit's part of a joint visit.
type VisitSection struct {
	Unit     string    `json:"unit"`
	Items    []string  `json:"items"`
	Officers []string  `json:"officers"` // the first leads the section
	Results  []string  `json:"results"`  // codes of the standard categories, 1..8
	Findings []Finding `json:"findings"`
	Signed   []string  `json:"signed"` // officers who signed
}

// Finding is one problem found.
type Finding struct {
	No       int    `json:"no"`
	Item     string `json:"item"`
	Text     string `json:"text"`
	Result   string `json:"result"`   // 5 = ordered to be put right, 8 = to be dealt with further, ...
	Days     int    `json:"days"`     // natural days given to put it right, for result 5
	Offence  string `json:"offence"`  // violation type of the law pack, for result 8
	Evidence string `json:"evidence"` // what proves it
	// Measures are what was measured, held against the limits of the law pack.
	Measures []Measured `json:"measures,omitempty"`
}

// Measured is one measurement of a finding and what the law pack has to say of
// it.
type Measured struct {
	Limit string `json:"limit"` // id in the law pack, "grave.ashes.area"
	Value string `json:"value"` // as measured, a decimal number in the unit of the limit
	Most  *int64 `json:"most"`  // the limit; null where the pack has no number for it
	Unit  string `json:"unit"`  // in Chinese
	Over  bool   `json:"over"`  // above the limit; never where there is no number
	Says  string `json:"says"`  // the judgement in words with its citation, in Chinese
}

// Visit is one joint visit to one facility.
type Visit struct {
	ID          string         `json:"id"`
	Batch       string         `json:"batch"`
	Facility    string         `json:"facility"`
	Name        string         `json:"name"` // of the facility
	USCC        string         `json:"uscc"`
	SubjectKind string         `json:"subject_kind"`
	Category    string         `json:"category"`
	Lead        string         `json:"lead"`
	Type        string         `json:"type"` // 日常检查 routine, 专项检查 special, 线索核查 clue, 即时检查 instant, 复查 recheck
	Sections    []VisitSection `json:"sections"`
	Approvals   []Approval     `json:"approvals"`
	NoticeNo    string         `json:"notice_no"` // 检查通知书
	VisitedOn   string         `json:"visited_on"`
	Countersign string         `json:"countersign"`          // signed, refused
	RefusalNote string         `json:"refusal_note"`         // who witnessed the refusal
	NoticedAt   time.Time      `json:"noticed_at,omitzero"`  // when the team gave notice at the door
	Code        string         `json:"code,omitempty"`       // 执法码 of the municipal application
	ScannedAt   string         `json:"scanned_at,omitempty"` // when the code of the enterprise (企业码) was scanned
	NoCode      string         `json:"no_code,omitempty"`    // why there was no 执法码
}

// Held is a visit of a batch that was held.
type Held struct {
	Visit    string    `json:"visit"`
	Facility string    `json:"facility"`
	At       time.Time `json:"at"`   // when it began
	Due      time.Time `json:"due"`  // the last instant to publish its result in time
	Rule     string    `json:"rule"` // of that limit
}

// VisitAssigned says that a facility was drawn and who goes there.
type VisitAssigned struct {
	Visit Visit `json:"visit"`
}

// Kind names the contract.
func (VisitAssigned) Kind() string { return "inspect.visit_assigned.v1" }

// VisitReseated says that another officer took a seat before the visit (递补).
type VisitReseated struct {
	Visit   string   `json:"visit"`
	Section string   `json:"section"` // code of the unit
	No      int      `json:"no"`      // of the seat, from 1
	Officer string   `json:"officer"`
	Was     string   `json:"was"`
	Reason  string   `json:"reason"`
	Team    []string `json:"team"` // officers of the section now
}

// Kind names the contract.
func (VisitReseated) Kind() string { return "inspect.visit_reseated.v1" }

// VisitApproved says that the head of one unit approved its part (检查审批).
type VisitApproved struct {
	Visit    string   `json:"visit"`
	Approval Approval `json:"approval"`
	Missing  []string `json:"missing"`
}

// Kind names the contract.
func (VisitApproved) Kind() string { return "inspect.visit_approved.v1" }

// VisitNoticed says that the facility was given notice: once for all units.
type VisitNoticed struct {
	Visit    string `json:"visit"`
	NoticeNo string `json:"notice_no"`
	On       string `json:"on"`

	Code      string `json:"code,omitempty"`       // 执法码
	ScannedAt string `json:"scanned_at,omitempty"` // when the code of the enterprise (企业码) was scanned
	NoCode    string `json:"no_code,omitempty"`    // why there was no 执法码
}

// Kind names the contract.
func (VisitNoticed) Kind() string { return "inspect.visit_noticed.v1" }

// CodeFiling is the duty to tell the justice unit of a visit that was made
// without an 执法码 (渝府令375号 art. 18). It names neither the visit nor the
// facility.
type CodeFiling struct {
	ID       string   `json:"id"` // "500156-BA-2026-000001"
	Unit     string   `json:"unit"`
	On       string   `json:"on"` // day of the visit
	Deadline Deadline `json:"deadline"`
}

// CodeFilingDue says that a visit was made without an 执法码.
type CodeFilingDue struct {
	Filing CodeFiling `json:"filing"`
}

// Kind names the contract.
func (CodeFilingDue) Kind() string { return "inspect.code_filing_due.v1" }

// Clocks starts the limit for telling the justice unit.
func (e CodeFilingDue) Clocks() ([]Deadline, []string) { return []Deadline{e.Filing.Deadline}, nil }

// CodeFiled says that the justice unit was told.
type CodeFiled struct {
	Filing  string   `json:"filing"`
	By      string   `json:"by"`
	On      string   `json:"on"`
	Receipt string   `json:"receipt"`
	Settled []string `json:"settled"`
}

// Kind names the contract.
func (CodeFiled) Kind() string { return "inspect.code_filed.v1" }

// Clocks ends the limit for telling it.
func (e CodeFiled) Clocks() ([]Deadline, []string) { return nil, e.Settled }

// RecusalRequested says that a facility asked for the recusal of an officer who
// is to come (申请回避, 行政处罚法 art. 43).
type RecusalRequested struct {
	Recusal  string `json:"recusal"` // "500156-HB-..."
	Visit    string `json:"visit"`
	Batch    string `json:"batch"`
	Facility string `json:"facility"`
	Unit     string `json:"unit"` // of the officer
	Officer  string `json:"officer"`
	Reason   string `json:"reason"` // kin, interest, dispute, other
	Note     string `json:"note"`
	On       string `json:"on"`
}

// Kind names the contract.
func (RecusalRequested) Kind() string { return "inspect.recusal_requested.v1" }

// RecusalDecided says what the head of the officer's unit decided of it.
type RecusalDecided struct {
	Recusal  string `json:"recusal"`
	Visit    string `json:"visit"`
	Batch    string `json:"batch"`
	Facility string `json:"facility"`
	Unit     string `json:"unit"`
	Officer  string `json:"officer"`
	Granted  bool   `json:"granted"`
	Reseat   bool   `json:"reseat"` // granted while the seat can still change hands
	Grounds  string `json:"grounds"`
	By       string `json:"by"`
}

// Kind names the contract.
func (RecusalDecided) Kind() string { return "inspect.recusal_decided.v1" }

// StrictnessSeen says that an officer has looked at the comparison of their own
// findings with those of others, which may be shown to the head of the unit only
// after that.
type StrictnessSeen struct {
	Officer string `json:"officer"`
	Unit    string `json:"unit"`
	Year    string `json:"year"`
	Visits  int    `json:"visits"` // that the comparison had then
}

// Kind names the contract.
func (StrictnessSeen) Kind() string { return "inspect.strictness_seen.v1" }

// SectionAnswered says what one unit found.
type SectionAnswered struct {
	Visit   string       `json:"visit"`
	Section VisitSection `json:"section"`
}

// Kind names the contract.
func (SectionAnswered) Kind() string { return "inspect.section_answered.v1" }

// VisitSigned says that the facility signed, or refused to, for all sections at
// once.
type VisitSigned struct {
	Visit       string `json:"visit"`
	Countersign string `json:"countersign"`
	RefusalNote string `json:"refusal_note"`
}

// Kind names the contract.
func (VisitSigned) Kind() string { return "inspect.visit_signed.v1" }

// VisitRecorded says that a joint visit is over and what came of it. Its limits
// are those for publishing the result: of the law (pub.check.result) and of the
// district (pub.check.local).
type VisitRecorded struct {
	Visit     Visit      `json:"visit"`
	On        string     `json:"on"`
	Deadlines []Deadline `json:"deadlines"`
}

// Kind names the contract.
func (VisitRecorded) Kind() string { return "inspect.visit_recorded.v1" }

// Clocks starts the limits for publishing the result.
func (e VisitRecorded) Clocks() ([]Deadline, []string) { return e.Deadlines, nil }
