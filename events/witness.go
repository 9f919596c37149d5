package events

import "time"

// StepSeen is a step of a draw that stands in the public log.
type StepSeen struct {
	Draw    string `json:"draw"`
	Attempt int    `json:"attempt"`
	Stage   string `json:"stage"` // reveals, sealed, open
}

// CheckpointCosigned says that enough witnesses (见证方) have seen a checkpoint of
// the public log, by the policy that was in force.
type CheckpointCosigned struct {
	Size       int64      `json:"size"` // entries of the log that it covers
	Checkpoint string     `json:"checkpoint"`
	At         time.Time  `json:"at"`    // when the last one of the quorum saw it, by that witness's clock
	Steps      []StepSeen `json:"steps"` // those that no such checkpoint had covered before
}

// Kind names the contract.
func (CheckpointCosigned) Kind() string { return "disclose.checkpoint_cosigned.v1" }

// EvidenceDue says that a draw was opened and that its package still lacks what
// the public log says of it.
type EvidenceDue struct {
	Draw    string `json:"draw"`
	Attempt int    `json:"attempt"`
	Held    []Held `json:"held,omitempty"`
}

// Kind names the contract.
func (EvidenceDue) Kind() string { return "disclose.evidence_due.v1" }

// DrawEvidenced hands over what the public log says of an opened draw, so that
// its package holds it.
type DrawEvidenced struct {
	Draw    string `json:"draw"`
	Attempt int    `json:"attempt"`
	Log     string `json:"log"`    // the log extract of a package, as JSON
	Ledger  string `json:"ledger"` // the ledger file: when each was visited and published; empty while visits are open
}

// Kind names the contract.
func (DrawEvidenced) Kind() string { return "disclose.draw_evidenced.v1" }

// DrawWitnessed says that the quorum of witnesses had seen the reveals of a draw
// before its public number existed.
type DrawWitnessed struct {
	Draw    string    `json:"draw"`
	Attempt int       `json:"attempt"`
	At      time.Time `json:"at"` // when the quorum had seen them
}

// Kind names the contract.
func (DrawWitnessed) Kind() string { return "draw.witnessed.v1" }

// DrawEnclosed says that the package of an opened draw holds what the public log
// says of it.
type DrawEnclosed struct {
	Draw    string `json:"draw"`
	Attempt int    `json:"attempt"`
}

// Kind names the contract.
func (DrawEnclosed) Kind() string { return "draw.enclosed.v1" }
