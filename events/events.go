// Package events is the public language of the contexts: what each may say and
// how it travels. It imports nothing of ours. A contract is never changed in
// meaning: a new one gets a new name, and no name is used twice.
package events

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Event is a fact in the past tense, complete: a listener never calls back.
type Event interface {
	// Kind is the literal name of the contract, "clue.routed.v1".
	Kind() string
}

// Clocked is an event that starts or ends statutory time limits (期限). oversee
// keeps the limits of all contexts from these two lists alone.
type Clocked interface {
	Event
	// Clocks returns the limits that begin with this fact and the ids of those
	// that it ends.
	Clocks() (starts []Deadline, settles []string)
}

// Deadline is one running time limit and how it was counted.
type Deadline struct {
	ID          string    `json:"id"`    // subject and rule, "clue/500156-XS-2026-000871#clue.verify"
	Rule        string    `json:"rule"`  // id in the deadline catalogue of the law pack
	Owner       string    `json:"owner"` // code of the unit that must act
	About       string    `json:"about"` // what the limit is for, in Chinese, never personal data
	From        time.Time `json:"from"`  // the instant of the trigger
	DayZero     string    `json:"day_zero"`
	Due         time.Time `json:"due"`      // the first instant that is too late
	DueDate     string    `json:"due_date"` // the last day, 2006-01-02 in Asia/Shanghai
	N           int       `json:"n"`
	Unit        string    `json:"unit"`     // workday, day, month, hour
	Calendar    string    `json:"calendar"` // version of the calendar it was counted with
	Provisional bool      `json:"provisional"`
	Basis       string    `json:"basis"` // citation of the rule
	// Pack is the version of the law pack whose rule set the length; empty where a
	// person set it in an order or prolonged it.
	Pack   string  `json:"pack,omitempty"`
	Pauses []Pause `json:"pauses,omitempty"`
}

// Pause is a time in which a limit does not run (中止), both days within it.
type Pause struct {
	From     string `json:"from"` // 2006-01-02
	To       string `json:"to"`
	Reason   string `json:"reason"`   // Chinese
	Approver string `json:"approver"` // account
}

// DeadlineID names the limit that rule sets for subject. It is the same however
// often the limit is counted, so a limit is never doubled.
func DeadlineID(subject, rule string) string { return subject + "#" + rule }

// Envelope is what travels: the fact and how it came about. Field names follow
// CloudEvents 1.0 where it has one.
type Envelope struct {
	SpecVersion string          `json:"specversion"` // "1.0"
	ID          string          `json:"id"`          // subject and version, "clue/500156-XS-2026-000871/4"
	Source      string          `json:"source"`      // "/500156/clue"
	Type        string          `json:"type"`        // contract, "clue.routed.v1"
	Subject     string          `json:"subject"`     // the entity, "clue/500156-XS-2026-000871"
	Time        time.Time       `json:"time"`
	Version     int64           `json:"version"` // place of the fact in the life of its subject, from 1
	Actor       string          `json:"actor"`   // account answerable for it
	Unit        string          `json:"unit,omitempty"`
	Cause       string          `json:"cause"`            // id of the command or fact that led to it
	Starts      json.RawMessage `json:"starts,omitempty"` // a list of Deadline; Limits reads it
	Settles     []string        `json:"settles,omitempty"`
	Data        json.RawMessage `json:"data"`
}

// Limits are the limits that the fact starts.
func (e Envelope) Limits() ([]Deadline, error) { return ReadLimits(e.Starts) }

// JSONSchemaProperty says of what form a field is that is kept as JSON.
func (Envelope) JSONSchemaProperty(field string) any {
	if field == "starts" {
		return []Deadline{}
	}
	return nil
}

// Encode is the envelope as JSON, as it travels. Starts and Data are put in as
// they are: they were encoded when the fact was committed, and checking them
// again would cost more than all the rest.
func (e Envelope) Encode() ([]byte, error) {
	starts, settles, data := e.Starts, e.Settles, e.Data
	e.Starts, e.Settles, e.Data = nil, nil, nil
	out, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	out = slices.Grow(out[:len(out)-len(`,"data":null}`)], len(starts)+len(data)+64)
	put := func(name string, value []byte) {
		out = append(append(append(out, `,"`...), name...), `":`...)
		out = append(out, value...)
	}
	if len(starts) > 0 {
		put("starts", starts)
	}
	if len(settles) > 0 {
		list, err := json.Marshal(settles)
		if err != nil {
			return nil, err
		}
		put("settles", list)
	}
	if data == nil {
		data = json.RawMessage("null")
	}
	put("data", data)
	return append(out, '}'), nil
}

// WriteLimits is a list of limits as a commit and an envelope carry it; nil is
// none.
func WriteLimits(limits []Deadline) (json.RawMessage, error) {
	if len(limits) == 0 {
		return nil, nil
	}
	return json.Marshal(limits)
}

// ReadLimits reads what WriteLimits has written.
func ReadLimits(written json.RawMessage) ([]Deadline, error) {
	if len(written) == 0 {
		return nil, nil
	}
	var limits []Deadline
	if err := json.Unmarshal(written, &limits); err != nil {
		return nil, fmt.Errorf("read limits: %w", err)
	}
	return limits, nil
}

// EnvelopeID is the id of the fact that made subject what it is at version.
func EnvelopeID(subject string, version int64) string {
	return subject + "/" + strconv.FormatInt(version, 10)
}

// EntityID is the part of a subject behind its collection:
// "500156-XS-2026-000871" of "clue/500156-XS-2026-000871".
func EntityID(subject string) string {
	_, id, _ := strings.Cut(subject, "/")
	return id
}

// District is the six-digit code that every id begins with.
func District(id string) string {
	if i := strings.IndexByte(id, '-'); i == 6 {
		return id[:6]
	}
	return ""
}

// Context is the part of a contract before its first dot: who may say it.
func Context(kind string) string {
	context, _, _ := strings.Cut(kind, ".")
	return context
}

// Address is the broker subject on which facts of that kind of that district
// travel: "sz.500156.clue.routed.v1". District "*" addresses all of them.
func Address(district, kind string) string { return "sz." + district + "." + kind }

// Address is where the envelope travels.
func (e Envelope) Address() string { return Address(District(EntityID(e.Subject)), e.Type) }

// Open decodes the fact in an envelope. An envelope of another kind is an
// error.
func Open[E Event](e Envelope) (E, error) {
	var fact E
	if e.Type != fact.Kind() {
		return fact, fmt.Errorf("envelope %s carries %s, not %s", e.ID, e.Type, fact.Kind())
	}
	if err := json.Unmarshal(e.Data, &fact); err != nil {
		return fact, fmt.Errorf("decode %s %s: %w", e.Type, e.ID, err)
	}
	return fact, nil
}
