package events

import "time"

// UnitTask is what one unit does in a batch.
type UnitTask struct {
	Unit     string   `json:"unit"`
	Officers int      `json:"officers"`        // seats per visit, at least 2 (行政处罚法 art. 42)
	Skill    string   `json:"skill"`           // wanted of the first seat, empty if none
	Items    []string `json:"items"`           // codes of published items
	Share    int64    `json:"share,omitempty"` // of the visits, in millionths, that the unit joins; 0 is all of them
}

// RateLine is one line of the ratio table as a plan shows it.
type RateLine struct {
	Category string `json:"category"`
	Grade    string `json:"grade"`
	Risk     string `json:"risk"`
	PPM      int64  `json:"ppm"`     // probability in millionths
	Objects  int    `json:"objects"` // how many objects stood there when it was counted
	Formula  string `json:"formula"` // in Chinese: how the ratio came about
}

// PlannedBatch is one batch of a plan.
type PlannedBatch struct {
	No         int        `json:"no"`
	Title      string     `json:"title"`
	Area       string     `json:"area"`
	Categories []string   `json:"categories"`
	Tasks      []UnitTask `json:"tasks"` // the lead unit first
	From       string     `json:"from"`
	To         string     `json:"to"`
	Rates      []RateLine `json:"rates"`
}

// Approval is the consent of one unit's head.
type Approval struct {
	Unit string    `json:"unit"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// Plan is the yearly joint inspection plan (年度联合抽查计划).
type Plan struct {
	ID        string         `json:"id"` // "500156-JH-2026-000001"
	Year      int            `json:"year"`
	Title     string         `json:"title"`
	Lead      string         `json:"lead"`
	Batches   []PlannedBatch `json:"batches"`
	Approvals []Approval     `json:"approvals"`
}

// PlanDrafted says that a plan was drawn up.
type PlanDrafted struct {
	Plan Plan `json:"plan"`
}

// Kind names the contract.
func (PlanDrafted) Kind() string { return "inspect.plan_drafted.v1" }

// PlanApproved says that the head of one unit consented.
type PlanApproved struct {
	Plan     string   `json:"plan"`
	Approval Approval `json:"approval"`
	Missing  []string `json:"missing"` // units still to consent
}

// Kind names the contract.
func (PlanApproved) Kind() string { return "inspect.plan_approved.v1" }

// PlanPublished says that the plan is public and frozen.
type PlanPublished struct {
	Plan Plan `json:"plan"`
}

// Kind names the contract.
func (PlanPublished) Kind() string { return "inspect.plan_published.v1" }

// BatchAnnounced says that a batch of a published plan is about to be drawn,
// by which parties and when.
type BatchAnnounced struct {
	Batch      string     `json:"batch"` // "500156-PC-2026-000001"
	Round      int        `json:"round"` // from 1; a batch whose draw was voided is announced again
	Plan       string     `json:"plan"`
	No         int        `json:"no"`
	Title      string     `json:"title"`
	Lead       string     `json:"lead"`
	Categories []string   `json:"categories"`
	Tasks      []UnitTask `json:"tasks"`
	Parties    []string   `json:"parties"` // unit codes, at least three
	Quorum     int        `json:"quorum"`
	Rates      []RateLine `json:"rates"` // as the grades stand today
	CommitBy   time.Time  `json:"commit_by"`
	FreezeBy   time.Time  `json:"freeze_by"`
	RevealBy   time.Time  `json:"reveal_by"`
	Beacon     string     `json:"beacon"` // source and issue of the public number
	BeaconAt   time.Time  `json:"beacon_at"`
	OpenBy     time.Time  `json:"open_by"`
}

// Kind names the contract.
func (BatchAnnounced) Kind() string { return "inspect.batch_announced.v1" }

// Candidate is a facility as it stood when the pool was frozen.
type Candidate struct {
	Facility  string     `json:"facility"`
	Name      string     `json:"name"`
	Category  string     `json:"category"`
	Stratum   string     `json:"stratum"` // token of the draw files
	Grade     string     `json:"grade"`
	Risk      string     `json:"risk"`
	Flags     []string   `json:"flags"`
	Closed    bool       `json:"closed"`
	Inspected int        `json:"inspected"` // times within the window of the cap
	Drawn     bool       `json:"drawn"`     // in an earlier draw of this year
	Tasks     []UnitTask `json:"tasks"`
}

// CandidateOfficer is an officer as the entry stood when the pool was frozen.
type CandidateOfficer struct {
	Officer string   `json:"officer"`
	Unit    string   `json:"unit"`
	Max     int      `json:"max"`
	Skills  []string `json:"skills"`
}

// Exclusion keeps an officer away from a facility.
type Exclusion struct {
	Officer  string `json:"officer"`
	Facility string `json:"facility"`
	Code     string `json:"code"` // avoid, rotate, leave
}

// BatchFrozen says from which facilities and officers a batch is drawn. Nothing
// in the registers that changes later changes the draw.
type BatchFrozen struct {
	Batch      string             `json:"batch"`
	Round      int                `json:"round"`
	Candidates []Candidate        `json:"candidates"`
	Officers   []CandidateOfficer `json:"officers"`
	Exclusions []Exclusion        `json:"exclusions"`
	Turns      []Turn             `json:"turns"` // one for each category
}

// Turn says which of the planned draws of a category in this year a draw is.
type Turn struct {
	Category string `json:"category"`
	Draw     int    `json:"draw"` // from 1
	Of       int    `json:"of"`
}

// Kind names the contract.
func (BatchFrozen) Kind() string { return "inspect.batch_frozen.v1" }

// BatchThawed says that the lists of a batch were not taken, because a seat
// might have stayed empty; they are to be mended and frozen again.
type BatchThawed struct {
	Batch    string   `json:"batch"`
	Round    int      `json:"round"`
	Problems []string `json:"problems"` // sentences in Chinese
}

// Kind names the contract.
func (BatchThawed) Kind() string { return "inspect.batch_thawed.v1" }

// BatchDrawn says which visits a draw led to. It is sealed.
type BatchDrawn struct {
	Batch  string   `json:"batch"`
	Draw   string   `json:"draw"`
	Visits []string `json:"visits"`
}

// Kind names the contract.
func (BatchDrawn) Kind() string { return "inspect.batch_drawn.v1" }

// BatchFinished says that every visit of a batch is recorded.
type BatchFinished struct {
	Batch  string `json:"batch"`
	Round  int    `json:"round"`
	Visits int    `json:"visits"`
	Held   []Held `json:"held,omitempty"` // those visits, by facility
}

// Kind names the contract.
func (BatchFinished) Kind() string { return "inspect.batch_finished.v1" }

// BatchVoided says that the draw of a batch was given up; it may be announced
// again.
type BatchVoided struct {
	Batch  string `json:"batch"`
	Round  int    `json:"round"`
	Draw   string `json:"draw"`
	Reason string `json:"reason"`
}

// Kind names the contract.
func (BatchVoided) Kind() string { return "inspect.batch_voided.v1" }

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

// Campaign is a special inspection (专项检查) as it is planned (渝府令375号
// art. 26).
type Campaign struct {
	ID       string           `json:"id"` // "500156-ZX-2026-900001"
	Year     int              `json:"year"`
	Title    string           `json:"title"`
	Lead     string           `json:"lead"`
	Need     string           `json:"need"`     // why it is needed (必要性评估)
	Basis    string           `json:"basis"`    // by what it is held
	Area     string           `json:"area"`     // 地域
	Manner   string           `json:"manner"`   // 方式
	From     string           `json:"from"`     // 2006-01-02
	To       string           `json:"to"`       // last day
	Tasks    []UnitTask       `json:"tasks"`    // units and items, the lead first
	Objects  []CampaignObject `json:"objects"`  // 对象
	Superior string           `json:"superior"` // number of the document by which a superior deploys it, empty if none does
	Cautions []string         `json:"cautions"` // what of the law could not be held against it, in Chinese
}

// CampaignObject is one object of a campaign, with the grades by which it was
// chosen.
type CampaignObject struct {
	Facility string `json:"facility"`
	Name     string `json:"name"`
	Category string `json:"category"`
	Grade    string `json:"grade"` // of credit
	Risk     string `json:"risk"`
}

// CampaignDrafted says that a special inspection was planned.
type CampaignDrafted struct {
	Campaign Campaign `json:"campaign"`
}

// Kind names the contract.
func (CampaignDrafted) Kind() string { return "inspect.campaign_drafted.v1" }

// CampaignApproved says that the government of the district, or the superior of
// a unit led from above, approved it.
type CampaignApproved struct {
	Campaign  string `json:"campaign"`
	Authority string `json:"authority"`
	Document  string `json:"document"`
	On        string `json:"on"`
	By        string `json:"by"` // who noted it
}

// Kind names the contract.
func (CampaignApproved) Kind() string { return "inspect.campaign_approved.v1" }

// CampaignFiled says that the plan was filed with the justice unit.
type CampaignFiled struct {
	Campaign string `json:"campaign"`
	Receipt  string `json:"receipt"`
	On       string `json:"on"`
	By       string `json:"by"`
}

// Kind names the contract.
func (CampaignFiled) Kind() string { return "inspect.campaign_filed.v1" }

// CampaignPublished says that the plan is public and frozen.
type CampaignPublished struct {
	Campaign Campaign `json:"campaign"`
	On       string   `json:"on"`
	Document string   `json:"document"` // number of the approval
}

// Kind names the contract.
func (CampaignPublished) Kind() string { return "inspect.campaign_published.v1" }

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

// RectificationOrdered says what a facility was ordered to put right (责令改正).
type RectificationOrdered struct {
	Rectification string   `json:"rectification"`
	Visit         string   `json:"visit"`
	Facility      string   `json:"facility"`
	Name          string   `json:"name"`
	USCC          string   `json:"uscc"`
	Unit          string   `json:"unit"`
	Finding       Finding  `json:"finding"`
	Deadline      Deadline `json:"deadline"`
}

// Kind names the contract.
func (RectificationOrdered) Kind() string { return "inspect.rectification_ordered.v1" }

// Clocks starts the time given.
func (e RectificationOrdered) Clocks() ([]Deadline, []string) { return []Deadline{e.Deadline}, nil }

// RectificationExtended says that the head of the unit gave more time.
type RectificationExtended struct {
	Rectification string   `json:"rectification"`
	Reason        string   `json:"reason"`
	By            string   `json:"by"`
	Deadline      Deadline `json:"deadline"` // the time given, as it is now
}

// Kind names the contract.
func (RectificationExtended) Kind() string { return "inspect.rectification_extended.v1" }

// Clocks moves the time given.
func (e RectificationExtended) Clocks() ([]Deadline, []string) { return []Deadline{e.Deadline}, nil }

// RectificationProved says that the facility handed in its proof. The unit must
// inspect again in time (rectify.recheck).
type RectificationProved struct {
	Rectification string   `json:"rectification"`
	Proof         string   `json:"proof"`
	SHA256        string   `json:"sha256"` // of the file handed in, empty if none
	Deadline      Deadline `json:"deadline"`
}

// Kind names the contract.
func (RectificationProved) Kind() string { return "inspect.rectification_proved.v1" }

// Clocks starts the time for the re-inspection.
func (e RectificationProved) Clocks() ([]Deadline, []string) { return []Deadline{e.Deadline}, nil }

// RectificationChecked says what the re-inspection (复查) found.
type RectificationChecked struct {
	Rectification string   `json:"rectification"`
	Facility      string   `json:"facility"`
	USCC          string   `json:"uscc"`
	Unit          string   `json:"unit"`
	Passed        bool     `json:"passed"`
	Note          string   `json:"note"`
	Officers      []string `json:"officers"`
	On            string   `json:"on"`
	Settled       []string `json:"settled"`
}

// Kind names the contract.
func (RectificationChecked) Kind() string { return "inspect.rectification_checked.v1" }

// Clocks ends the time for the re-inspection and, if it was passed, the time
// given.
func (e RectificationChecked) Clocks() ([]Deadline, []string) { return nil, e.Settled }
