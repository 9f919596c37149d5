package events

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
