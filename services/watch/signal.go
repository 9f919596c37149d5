package watch

import (
	"slices"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
)

// SignalState is whether a signal counts.
type SignalState string

// The states. A signal that was only heard to be void has none before.
const (
	Counts SignalState = "counts" // 计入
	Out    SignalState = "out"    // 不计入: merged, found to be nothing, revoked
)

// nextSignal is the whole of the workflow: from each state, where a signal may go.
var nextSignal = map[SignalState][]SignalState{
	"":     {Counts, Out},
	Counts: {Counts, Out},
	Out:    {Counts, Out},
}

// signalTitles are the names of the states for people.
var signalTitles = map[SignalState]string{"": "尚未登记", Counts: "计入", Out: "不计入"}

// SignalTitle is the name of a state for people.
func SignalTitle(s SignalState) string { return signalTitles[s] }

// Why a signal does not count.
const (
	whyMerged  = "线索已经并案，同一事项只计一次"
	whyNothing = "线索经核查不属实或者不属于职权范围"
	whyUnknown = "所反映的事项尚未登记"
	whyRevoked = "处罚决定已经变更或者撤销"
)

// Signal is one thing that may count towards a warning (信号). Facts about its
// clue come in any order: what it is about follows from the newest fact that
// says so, when it was noted from the earliest, and whether it counts from all
// of them.
type Signal struct {
	Signal   events.Signal `json:"signal"`
	State    SignalState   `json:"state"`
	Seen     string        `json:"seen"` // how a unit saw it, empty of what was heard
	Unit     string        `json:"unit"`
	Text     string        `json:"text"`
	Evidence []string      `json:"evidence"`
	Version  int64         `json:"version"` // of the fact that says what it is about, 0 = none has yet
	Gone     string        `json:"gone"`    // why it never counts, empty if nothing says so
	Fell     int64         `json:"fell"`    // version of the newest conclusion that found nothing
	Anew     int64         `json:"anew"`    // version of the fact that opened the matter anew
}

// Say is that a fact, of that version in the life of its clue or case, says
// what the signal is about.
func (s *Signal) Say(says events.Signal, version int64) (events.Event, error) {
	before := *s
	if s.Version > 0 {
		says.At = earlier(s.Signal.At, says.At)
	}
	if version < s.Version {
		s.Signal.At = says.At
	} else {
		s.Signal, s.Version = says, version
	}
	return s.tell(before)
}

// Report is that a unit has seen something by itself.
func (s *Signal) Report(says events.Signal, seen, unit, text string, evidence []string) (events.Event, error) {
	before := *s
	s.Signal, s.Version = says, 1
	s.Seen, s.Unit, s.Text, s.Evidence = seen, unit, text, evidence
	return s.tell(before)
}

// Void is that the signal never counts, whatever else is said of it. ID is its
// own, which nobody may have said yet.
func (s *Signal) Void(id, why string) (events.Event, error) {
	before := *s
	s.Signal.ID = id
	if s.Gone == "" {
		s.Gone = why
	}
	return s.tell(before)
}

// Fall is that the verification of the clue found nothing.
func (s *Signal) Fall(id string, version int64) (events.Event, error) {
	before := *s
	s.Signal.ID, s.Fell = id, max(s.Fell, version)
	return s.tell(before)
}

// Reopen is that the clue is verified anew: what was found before is open again.
func (s *Signal) Reopen(id string, version int64) (events.Event, error) {
	before := *s
	s.Signal.ID, s.Anew = id, max(s.Anew, version)
	return s.tell(before)
}

// stands reports whether the signal counts by all that was heard of it.
func (s *Signal) stands() bool { return s.Version > 0 && s.Gone == "" && s.Fell <= s.Anew }

// tell says what has come of a change, or Unchanged.
func (s *Signal) tell(before Signal) (events.Event, error) {
	if s.same(before) {
		return nil, store.Unchanged
	}
	if !s.stands() {
		return events.SignalWithdrawn{Signal: s.Signal, Reason: s.why()}, s.move(Out)
	}
	was := ""
	if before.Version > 0 && before.Signal.Matter != s.Signal.Matter {
		was = before.Signal.Matter
	}
	return events.SignalNoted{Signal: s.Signal, Was: was, Seen: s.Seen, Unit: s.Unit, Text: s.Text, Evidence: s.Evidence}, s.move(Counts)
}

// why is why the signal does not count.
func (s *Signal) why() string {
	switch {
	case s.Gone != "":
		return s.Gone
	case s.Fell > s.Anew:
		return whyNothing
	}
	return whyUnknown
}

// same reports whether nothing is to be kept of a change.
func (s *Signal) same(before Signal) bool {
	return before.State != "" && sameSignal(s.Signal, before.Signal) &&
		s.Version == before.Version && s.Gone == before.Gone && s.Fell == before.Fell && s.Anew == before.Anew
}

// move is the only assignment to State.
func (s *Signal) move(to SignalState) error {
	if !slices.Contains(nextSignal[s.State], to) {
		return fault.New(fault.Conflict, "信号 %s 目前为“%s”，不能变为“%s”", s.Signal.ID, SignalTitle(s.State), SignalTitle(to))
	}
	s.State = to
	return nil
}

// sameSignal compares two signals; instants are compared as instants.
func sameSignal(a, b events.Signal) bool {
	same := a.At.Equal(b.At)
	a.At, b.At = time.Time{}, time.Time{}
	return same && a == b
}

// earlier is the earlier of two instants.
func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
