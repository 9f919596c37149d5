package events

// Unit is a unit (单位) that takes part: a member of the task force (专班), a
// cooperating unit, a town or street, or a coordinating body.
type Unit struct {
	Code     string `json:"code"` // code in the law pack, "mzj"
	Name     string `json:"name"`
	Kind     string `json:"kind"`     // member, cooperating, town, coordinating
	Enforces bool   `json:"enforces"` // may inspect and punish in its own name (执法主体)
}

// UnitListed says that a unit takes part.
type UnitListed struct {
	Unit Unit `json:"unit"`
}

// Kind names the contract.
func (UnitListed) Kind() string { return "register.unit_listed.v1" }

// Facility is an inspected object (检查对象) with everything others need to know
// of it.
type Facility struct {
	ID          string `json:"id"` // "500156-JG-000012"
	Name        string `json:"name"`
	Category    string `json:"category"`     // category of the law pack: funeral_home, cemetery_commercial, ...
	SubjectKind string `json:"subject_kind"` // enterprise, institution, social, individual, village, other
	USCC        string `json:"uscc"`         // 统一社会信用代码, empty where the object has none
	USCCNote    string `json:"uscc_note"`    // why a code that fails its check digit was accepted
	Town        string `json:"town"`
	Address     string `json:"address"`
	Risk        string `json:"risk"`   // L, M, H
	Grade       string `json:"grade"`  // credit grade A..D, empty = not graded yet
	Flags       []Flag `json:"flags"`  // what lifts the ceiling on inspections
	Status      string `json:"status"` // open, closed
	ClosedOn    string `json:"closed_on"`
	Established string `json:"established"` // day of its establishment, empty = not known; chooses the law
}

// Flag marks an object that is inspected without a ceiling (抽查不设上限).
type Flag struct {
	Kind     string   `json:"kind"` // complaints, abnormal, serious, attention
	Reason   string   `json:"reason"`
	Since    string   `json:"since"`
	Evidence []string `json:"evidence"` // what it rests on: numbers of documents, of clues
}

// FacilityChanged says what a facility is now and what changed it.
type FacilityChanged struct {
	Change   string   `json:"change"` // entered, corrected, graded, flagged, unflagged, closed
	Reason   string   `json:"reason"`
	Facility Facility `json:"facility"`
}

// Kind names the contract.
func (FacilityChanged) Kind() string { return "register.facility_changed.v1" }

// Officer is an officer with powers of enforcement (执法检查人员).
type Officer struct {
	ID        string     `json:"id"` // "500156-RY-000007"
	Name      string     `json:"name"`
	Unit      string     `json:"unit"`
	CertNo    string     `json:"cert_no"`    // 执法证号
	CertUntil string     `json:"cert_until"` // last day on which it is valid
	Skills    []string   `json:"skills"`
	Max       int        `json:"max"` // most visits in one draw
	Interests []Interest `json:"interests"`
	Declared  string     `json:"declared,omitempty"` // day of the last yearly declaration of interests, 2006-01-02
	Status    string     `json:"status"`             // active, left
}

// Interest is a declared interest (回避事由) of an officer in a facility.
type Interest struct {
	Facility string `json:"facility"`
	Reason   string `json:"reason"`
	Since    string `json:"since"`
}

// OfficerChanged says what an officer's entry is now and what changed it.
type OfficerChanged struct {
	Change  string  `json:"change"` // entered, corrected, interest_declared, interest_withdrawn, declared, left
	Reason  string  `json:"reason"`
	Officer Officer `json:"officer"`
}

// Kind names the contract.
func (OfficerChanged) Kind() string { return "register.officer_changed.v1" }

// Item is an inspection item (抽查事项).
type Item struct {
	Code      string   `json:"code"`
	Area      string   `json:"area"` // regulatory area of the plan, 1..6
	Name      string   `json:"name"`
	Unit      string   `json:"unit"` // who checks it
	Basis     []string `json:"basis"`
	Question  string   `json:"question"` // in plain words
	ValidFrom string   `json:"valid_from"`
	ValidTo   string   `json:"valid_to"`
}

// ItemPublished says that an item stands on the public list (随机抽查事项清单);
// only such an item may be inspected.
type ItemPublished struct {
	Item Item `json:"item"`
}

// Kind names the contract.
func (ItemPublished) Kind() string { return "register.item_published.v1" }

// ItemRetired says that an item was taken off the public list.
type ItemRetired struct {
	Code   string `json:"code"`
	Reason string `json:"reason"`
	On     string `json:"on"`
}

// Kind names the contract.
func (ItemRetired) Kind() string { return "register.item_retired.v1" }
