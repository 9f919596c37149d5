// Package store keeps entities as chains of commits. A commit is the write, the
// message to others and the audit record in one document; a Collection is the
// only door to it. It must never let anyone write without saying what happened,
// why and who answers for it.
package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/identity"
)

// Cause is why a change is made and who answers for it.
type Cause struct {
	ID    string // id of the command or of the fact that led here; unique per subject for ever
	Actor identity.Actor
	Fresh bool // ID was drawn at random just now: nothing can have been changed by it yet
}

// Commit is one change of one entity. It is inserted once and, but for the mark
// that it was relayed, never altered.
type Commit struct {
	Subject string          // collection and id, "clue/500156-XS-2026-000871"
	Version int64           // from 1, without gaps
	Opens   string          // collection and cause where the commit opens a numbered entity, else its own id
	Prev    string          // Hash of version-1, empty for the first
	Hash    string          // of all fields but Opens, Relayed
	Kind    string          // contract of the fact
	At      time.Time       // UTC, milliseconds; never before the commit it follows
	Actor   string          // account answerable
	Unit    string          // unit it acted for
	Cause   string          // command or fact that led to it
	State   json.RawMessage // the entity after the change
	Data    json.RawMessage // the fact
	Starts  json.RawMessage // limits the fact starts, a list of events.Deadline; nil is none
	Settles []string        // limits it ends
	Relayed uint64          // stream sequence under which it traveled, 0 = not yet
}

// Limits are the limits that the fact starts.
func (c Commit) Limits() ([]events.Deadline, error) { return events.ReadLimits(c.Starts) }

// ID is the id of the fact that the commit holds.
func (c Commit) ID() string { return events.EnvelopeID(c.Subject, c.Version) }

// Envelope is how the fact travels.
func (c Commit) Envelope() events.Envelope {
	return events.Envelope{
		SpecVersion: "1.0",
		ID:          c.ID(),
		Source:      "/" + events.District(events.EntityID(c.Subject)) + "/" + events.Context(c.Kind),
		Type:        c.Kind,
		Subject:     c.Subject,
		Time:        c.At,
		Version:     c.Version,
		Actor:       c.Actor,
		Unit:        c.Unit,
		Cause:       c.Cause,
		Starts:      c.Starts,
		Settles:     c.Settles,
		Data:        c.Data,
	}
}

// Sum is the SHA-256, in hex, that seals the commit: every field that says
// something, each led by its length so that no two commits read alike, and the
// hash of the commit before it.
func (c Commit) Sum() string {
	h := sha256.New()
	starts := c.Starts
	if starts == nil {
		starts = json.RawMessage("null")
	}
	settles, err := json.Marshal(c.Settles)
	if err != nil { // strings always marshal
		return ""
	}
	clocks := slices.Concat([]byte(`{"Starts":`), starts, []byte(`,"Settles":`), settles, []byte("}"))
	var buf []byte
	for _, field := range [][]byte{
		[]byte(c.Subject), strconv.AppendInt(nil, c.Version, 10), []byte(c.Prev), []byte(c.Kind),
		[]byte(c.At.UTC().Format(time.RFC3339Nano)), []byte(c.Actor), []byte(c.Unit), []byte(c.Cause),
		c.State, c.Data, clocks,
	} {
		buf = append(strconv.AppendInt(buf[:0], int64(len(field)), 10), ':')
		h.Write(buf)
		h.Write(field)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// ErrSeen says that the cause has changed the subject before, or has opened an
// entity in the collection before.
var ErrSeen = errors.New("cause seen before")

// Stream is what a relay has noted of the stream it publishes to: which stream
// it was, and the highest sequence under which a commit traveled.
type Stream struct {
	Epoch string // identity of the stream: its name and when it was created
	Last  uint64
}

// Log is where the commits of one context live.
//
// (Subject, Version), (Subject, Cause) and Opens are unique; a backend that
// cannot promise all three is not a Log. Append returns only when the commit
// survives a power failure. Reads see every commit acknowledged before they
// began. All methods may be called by many goroutines; none retries for the
// caller. State and Data are read back byte for byte.
type Log interface {
	// Append adds the commits in their order, in one step and with one sync: all
	// or none. A taken (Subject, Version) is a fault.Conflict, a known
	// (Subject, Cause) or Opens is ErrSeen; when both hold it is ErrSeen. An
	// Opens that is but the commit's own id says no more than its version: taken
	// with it, it is a conflict. A queue that is full is fault.Unavailable and
	// nothing was stored. It never replaces a commit, and refuses one that it
	// could not give back as it is. A store that has no transactions may keep the
	// first of several when one behind them fails, never one behind a gap.
	Append(ctx context.Context, commits ...Commit) error
	// Last returns the newest commit of subject, the zero Commit if there is
	// none, and whether cause has changed subject before.
	Last(ctx context.Context, subject, cause string) (last Commit, seen bool, err error)
	// Opened returns the subject that was opened under opens, or "". What the id
	// of a commit finds is not promised: ask Last.
	Opened(ctx context.Context, opens string) (subject string, err error)
	// Highest returns the greatest subject that begins with prefix, or "".
	Highest(ctx context.Context, prefix string) (subject string, err error)
	// Scan returns up to n commits behind (subject, version), ordered by
	// subject, then version. Start with "", 0.
	Scan(ctx context.Context, subject string, version int64, n int) ([]Commit, error)

	// Unrelayed returns up to n commits that have not traveled yet, those of
	// one subject in version order, older ones first. State, which does not
	// travel, is left out.
	Unrelayed(ctx context.Context, n int) ([]Commit, error)
	// MarkRelayed notes the stream sequence under which each commit traveled
	// (id to sequence, none of them 0) and the stream it was, in one step. An
	// id that is not there is an error, and then nothing is noted.
	MarkRelayed(ctx context.Context, epoch string, seqs map[string]uint64) error
	// Stream returns what MarkRelayed and Unrelay have noted.
	Stream(ctx context.Context) (Stream, error)
	// Unrelay makes every commit that traveled with a sequence above after
	// unrelayed again and notes the stream, because the stream lost them. It
	// returns how many there were.
	Unrelay(ctx context.Context, epoch string, after uint64) (int, error)
	// Grown receives a value some time after a commit was appended by this
	// process. It is a hint to look, never a promise.
	Grown() <-chan struct{}
}
