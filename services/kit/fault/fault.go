// Package fault says what kind of thing went wrong, in words that may be shown
// to the person who asked. It must never carry personal data and never decide
// what is done about a fault: the web edge turns a kind into a response once,
// the bus turns it into an acknowledgement once.
package fault

import (
	"errors"
	"fmt"
)

// Kind is what sort of fault it is. A kind decides the HTTP status and whether
// the broker should deliver again; nothing else looks at it.
type Kind string

// The kinds. Invalid and Denied never become right by waiting; Early and
// Unavailable do.
const (
	Invalid     Kind = "invalid"     // the request itself is wrong
	Denied      Kind = "denied"      // this actor may not do this
	NotFound    Kind = "not_found"   // there is no such thing
	Conflict    Kind = "conflict"    // not in this state, or changed meanwhile
	Early       Kind = "early"       // what it builds on has not arrived yet
	Unavailable Kind = "unavailable" // not now: a queue is full, a store is away
	Internal    Kind = "internal"    // ours; the operator sees the detail, the user does not
)

// Fault is an error with a kind and a message for the person who asked.
type Fault struct {
	Kind    Kind
	Message string // plain Chinese, says what to do
	Field   string // the input it is about, empty if none
	cause   error
}

// New makes a fault. The message is shown to users: plain Chinese that says
// what to do. An error wrapped with %w stays reachable by errors.Is.
func New(kind Kind, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &Fault{Kind: kind, Message: err.Error(), cause: errors.Unwrap(err)}
}

// About is New for a fault in one named input field.
func About(field string, kind Kind, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &Fault{Kind: kind, Message: err.Error(), Field: field, cause: errors.Unwrap(err)}
}

// Error returns the message.
func (f *Fault) Error() string { return f.Message }

// Unwrap returns the wrapped error, if any.
func (f *Fault) Unwrap() error { return f.cause }

// KindOf returns the kind of err: empty for nil, Internal for an error that is
// no fault.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var f *Fault
	if errors.As(err, &f) {
		return f.Kind
	}
	return Internal
}

// Is reports whether err is a fault of that kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
