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
