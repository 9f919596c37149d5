package events

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
