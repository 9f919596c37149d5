// Package bus is how a context hears what others say. It has no way to publish:
// a fact travels because it was committed, and only the relay of a store sends
// it.
package bus

import (
	"context"
	"slices"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// Reaction is one thing a context does when it hears certain facts.
//
// Handle may be called again with the same envelope, at any later time, and
// facts of different subjects come in any order; what it does must therefore
// happen through a Collection or a view, which do it once. The envelope is
// acknowledged only after Handle has returned nil, that is, after its effect
// was committed.
type Reaction struct {
	// Name is the durable name of the listener: lower-case words joined by "-",
	// the context first. A new name hears everything again from the beginning.
	Name string
	// Kinds are the contracts it hears.
	Kinds []string
	// Handle does it. fault.Invalid puts the fact aside for an operator at
	// once; any other error has it delivered again, later, and put aside when
	// that has been tried often enough.
	Handle func(context.Context, events.Envelope) error
}

// Heard is a fact together with the envelope it came in.
type Heard[E events.Event] struct {
	Fact     E
	Envelope events.Envelope
}

// Cause makes the fact the cause of what the context does about it. A context
// that changes one subject twice for one fact tells the changes apart by part.
func (h Heard[E]) Cause(context string, part ...string) store.Cause {
	return Cause(h.Envelope, context, part...)
}

// Cause makes a fact the cause of what a context does about it.
func Cause(e events.Envelope, context string, part ...string) store.Cause {
	id := e.ID
	for _, p := range part {
		id += "+" + p
	}
	return store.Cause{ID: id, Actor: identity.Service(context)}
}

// On is a reaction to one contract.
func On[E events.Event](name string, handle func(context.Context, Heard[E]) error) Reaction {
	var fact E
	return Reaction{
		Name:  name,
		Kinds: []string{fact.Kind()},
		Handle: func(ctx context.Context, e events.Envelope) error {
			fact, err := events.Open[E](e)
			if err != nil {
				return err
			}
			return handle(ctx, Heard[E]{Fact: fact, Envelope: e})
		},
	}
}

// Hears reports whether the reaction listens to facts of that kind.
func (r Reaction) Hears(kind string) bool { return slices.Contains(r.Kinds, kind) }

// Parked is a fact that was put aside because a reaction could not deal with it
// (死信).
type Parked struct {
	Reaction string          `json:"reaction"`
	Envelope events.Envelope `json:"envelope"`
	Reason   string          `json:"reason"`
	Tries    uint64          `json:"tries"`
	At       time.Time       `json:"at"`              // when it was put aside for the first time
	State    string          `json:"state"`           // "parked", "replayed" or "discarded"
	Note     string          `json:"note,omitempty"`  // what the system itself will do about it
	Deeds    []Deed          `json:"deeds,omitempty"` // what was done about it, oldest first
}

// Deed is what an operator, or the system by itself, did about a parked fact.
type Deed struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Did    string    `json:"did"`              // "replayed" or "discarded"
	Why    string    `json:"why,omitempty"`    // the reason that was given
	Failed string    `json:"failed,omitempty"` // why it did not work, empty if it did
}

// ID names a parked fact: reaction and fact.
func (p Parked) ID() string { return p.Reaction + "|" + p.Envelope.ID }

// The states of a parked fact.
const (
	StateParked    = "parked"
	StateReplayed  = "replayed"
	StateDiscarded = "discarded"
)

// Parking keeps what was put aside, durably, until an operator has dealt with
// it. Park of a known id counts its tries up and parks it again; when it was put
// aside for the first time, and what was done about it, is kept.
type Parking interface {
	Park(ctx context.Context, p Parked) error
	// Parked returns what nobody has dealt with yet, by id.
	Parked(ctx context.Context) ([]Parked, error)
	// Find returns one, dealt with or not, and whether it is known.
	Find(ctx context.Context, id string) (Parked, bool, error)
	// Settle notes what was done about a parked fact: d.Did becomes its state if
	// it worked. One that was dealt with in the same way stays as it is; one
	// that was dealt with in another way is fault.Conflict, an unknown one
	// fault.NotFound.
	Settle(ctx context.Context, id string, d Deed) error
}
