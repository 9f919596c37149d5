package disclose

import "time"

// After how long without a quorum the public is told that the witnesses (见证方)
// have not looked. They are part of the protocol, and no limits of law.
const (
	amberAfter = 24 * time.Hour
	redAfter   = 72 * time.Hour
)

// Freshness is how recently a quorum of witnesses has seen the log.
type Freshness string

// The degrees.
const (
	Unwatched Freshness = "none"  // no policy asks for witnesses
	Green     Freshness = "green" // within a day
	Amber     Freshness = "amber"
	Red       Freshness = "red"
)

// fresh is the degree at an instant; seen is when the quorum last saw the log, or
// since when it has been asked to.
func fresh(watched bool, seen, now time.Time) Freshness {
	switch age := now.Sub(seen); {
	case !watched:
		return Unwatched
	case age > redAfter:
		return Red
	case age > amberAfter:
		return Amber
	}
	return Green
}

// WitnessStatus is how a witness stands.
type WitnessStatus struct {
	Name    string    `json:"name"`
	Seen    int64     `json:"seen"`              // entries, as far as is known; 0 for one that is asked by hand
	At      time.Time `json:"at,omitzero"`       // of its line under the newest checkpoint
	Problem string    `json:"problem,omitempty"` // why it did not cosign
}

// Witnessed is how the log stands with its witnesses.
type Witnessed struct {
	State     Freshness       `json:"state"`
	Size      int64           `json:"size"` // entries that a quorum has seen
	At        time.Time       `json:"at,omitzero"`
	Witnesses []WitnessStatus `json:"witnesses"`
}
