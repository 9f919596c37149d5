package publiclog

import (
	"strconv"
	"time"

	"shenzhong/services/draw/fdraw"
)

// What the verifier of draws reads of a log is one specification; these are its
// names for those who write it.
type (
	// Checkpoint is a signed statement of the log, with the lines of its witnesses.
	Checkpoint = fdraw.Checkpoint
	// WitnessKey is the public key of a witness.
	WitnessKey = fdraw.Key
	// Extract is the part of the log about one draw.
	Extract = fdraw.LogExtract
	// Entry is an entry in an extract, with its proofs.
	Entry = fdraw.LogLeaf
	// Inclusion proves that a checkpoint of one size covers an entry.
	Inclusion = fdraw.Proof
	// Ledger is what became of the visits of a draw.
	Ledger = fdraw.Ledger
	// Kept is one of them.
	Kept = fdraw.Kept
)

// Inspected is how a visit ends that was held.
const Inspected = fdraw.Inspected

// ParseCheckpoint reads a checkpoint. It checks no signature.
func ParseCheckpoint(text string) (*Checkpoint, error) { return fdraw.ParseCheckpoint(text) }

// NewLedger is the ledger of an attempt at a draw, without its visits.
func NewLedger(draw string, attempt int, asOf time.Time, rule string) *Ledger {
	return &Ledger{Head: fdraw.Head{Draw: draw, Attempt: attempt}, AsOf: asOf, Rule: rule}
}

// AboutDraw is what About returns for the entries of an attempt at a draw.
func AboutDraw(draw string, attempt int) string { return "draw " + draw + "/" + strconv.Itoa(attempt) }

// AboutRecord is what About returns for the entries of a record under its random
// id.
func AboutRecord(record string) string { return "record " + record }

// DrawOf is the draw and the attempt that an entry of the grammar about a draw is
// about.
func DrawOf(leaf string) (draw string, attempt int) {
	attempt, _ = strconv.Atoi(field(leaf, "attempt")) // the grammar has a number there
	return field(leaf, "draw"), attempt
}
