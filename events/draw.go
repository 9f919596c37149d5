package events

// DrawAnnounced says that a draw will be held, under which rules and by whom.
type DrawAnnounced struct {
	Draw    string   `json:"draw"` // "500156-2026-0001", dense per year
	Batch   string   `json:"batch"`
	Round   int      `json:"round"` // of the batch
	Attempt int      `json:"attempt"`
	Parties []string `json:"parties"`
	Quorum  int      `json:"quorum"`
	File    string   `json:"file"`   // the announce file
	Policy  string   `json:"policy"` // the policy file
}

// Kind names the contract.
func (DrawAnnounced) Kind() string { return "draw.announced.v1" }

// DrawCommitted says that a party handed in its commitment.
type DrawCommitted struct {
	Draw    string `json:"draw"`
	Attempt int    `json:"attempt"`
	Party   string `json:"party"`
	Commit  string `json:"commit"`
}

// Kind names the contract.
func (DrawCommitted) Kind() string { return "draw.committed.v1" }

// DrawFrozen says from which pool is drawn; the files themselves stay sealed, but
// for how the pool differs from that of the draw before of its kind.
type DrawFrozen struct {
	Draw     string `json:"draw"`
	Batch    string `json:"batch"`
	Attempt  int    `json:"attempt"`
	File     string `json:"file"` // the freeze file: hashes of pool and officers, commitments
	Pool     int    `json:"pool"`
	Officers int    `json:"officers"`
	Changes  string `json:"changes,omitempty"` // the changes file: how the pool differs from that of the draw before
}

// Kind names the contract.
func (DrawFrozen) Kind() string { return "draw.frozen.v1" }

// DrawRevealed says that a party opened its commitment. The nonce itself is not
// said before the draw is opened.
type DrawRevealed struct {
	Draw    string `json:"draw"`
	Attempt int    `json:"attempt"`
	Party   string `json:"party"`
}

// Kind names the contract.
func (DrawRevealed) Kind() string { return "draw.revealed.v1" }

// DrawClosed says that the reveals are complete: who is absent is fixed before
// the public number exists.
type DrawClosed struct {
	Draw    string   `json:"draw"`
	Attempt int      `json:"attempt"`
	Absent  []string `json:"absent"`
	Hash    string   `json:"hash"`   // of the reveals file
	SHA256  string   `json:"sha256"` // plain digests of the same file, for the public log
	SM3     string   `json:"sm3"`
}

// Kind names the contract.
func (DrawClosed) Kind() string { return "draw.closed.v1" }

// BeaconTyped says that an officer typed the public number; two must agree.
type BeaconTyped struct {
	Draw    string `json:"draw"`
	Attempt int    `json:"attempt"`
	By      string `json:"by"`
	Agreed  bool   `json:"agreed"`
	File    string `json:"file"` // the beacon file, once agreed
}

// Kind names the contract.
func (BeaconTyped) Kind() string { return "draw.beacon_typed.v1" }

// BeaconMissed says that an officer of a party saw no public number within its
// time; two parties must say so, then the dice that were announced count.
type BeaconMissed struct {
	Draw    string `json:"draw"`
	Attempt int    `json:"attempt"`
	By      string `json:"by"`
	Unit    string `json:"unit"`
	Agreed  bool   `json:"agreed"`
	File    string `json:"file"` // the fallback file, once agreed
}

// Kind names the contract.
func (BeaconMissed) Kind() string { return "draw.beacon_missed.v1" }

// Seat is one officer's place in one visit.
type Seat struct {
	Facility string `json:"facility"`
	Unit     string `json:"unit"`
	No       int    `json:"no"`
	Officer  string `json:"officer"` // empty = vacant
}

// DrawBlocked says that lists were not frozen, because in draws tried with other
// seeds a seat stayed empty. The lists are to be mended and frozen again.
type DrawBlocked struct {
	Draw       string      `json:"draw"`
	Batch      string      `json:"batch"`
	Round      int         `json:"round"` // of the batch
	Attempt    int         `json:"attempt"`
	Tried      int         `json:"tried"`      // draws that were tried
	Incomplete int         `json:"incomplete"` // of those, in which a seat stayed empty
	Short      []Shortfall `json:"short"`      // what stands in the way, the gravest first
}

// Shortfall is a seat that may stay empty.
type Shortfall struct {
	Facility string `json:"facility"`
	Unit     string `json:"unit"`
	Skill    string `json:"skill"` // as the draw files spell it, empty if none is asked for
	Need     int    `json:"need"`  // officers asked for
	Have     int    `json:"have"`  // officers of the unit who may come at all
	Times    int    `json:"times"` // draws tried in which a seat stayed empty there
}

// Kind names the contract.
func (DrawBlocked) Kind() string { return "draw.blocked.v1" }

// DrawSealed says that a draw was computed, and binds its outcome by digests. It
// tells nobody who was drawn.
type DrawSealed struct {
	Draw    string `json:"draw"`
	Batch   string `json:"batch"`
	Attempt int    `json:"attempt"`
	File    string `json:"file"` // the sealed file
}

// Kind names the contract.
func (DrawSealed) Kind() string { return "draw.sealed.v1" }

// DrawCompleted says who was drawn and who goes there. It is sealed: only
// inspect hears it before the draw is opened.
type DrawCompleted struct {
	Draw       string        `json:"draw"`
	Batch      string        `json:"batch"`
	Attempt    int           `json:"attempt"`
	Facilities []string      `json:"facilities"`
	Seats      []Seat        `json:"seats"`
	Sealed     string        `json:"sealed"`            // the sealed file: hashes only
	Notices    []ProvenEntry `json:"notices,omitempty"` // in order of facility
}

// ProvenEntry is what one facility can hold against the sealed file.
type ProvenEntry struct {
	Facility string   `json:"facility"`
	Text     string   `json:"text"`  // the notice file
	Index    int      `json:"index"` // of the notice in the tree
	Size     int      `json:"size"`  // of the tree
	Path     []string `json:"path"`  // base64, from the leaf up

	PPM    int    `json:"ppm,omitempty"`    // chance that it had
	Reason string `json:"reason,omitempty"` // and why: rate, census, must, floor
}

// Kind names the contract.
func (DrawCompleted) Kind() string { return "draw.completed.v1" }

// DrawReplaced says that the next card took a seat (递补).
type DrawReplaced struct {
	Draw   string `json:"draw"`
	Batch  string `json:"batch"`
	No     int    `json:"no"`
	Seat   Seat   `json:"seat"`
	Was    string `json:"was"`
	Reason string `json:"reason"` // vacant, leave, avoid, manual
	Note   string `json:"note"`
}

// Kind names the contract.
func (DrawReplaced) Kind() string { return "draw.replaced.v1" }

// DrawMaterialTaken says who of a party took what a sealed draw is computed from,
// to recompute it: whoever has that can tell who was drawn.
type DrawMaterialTaken struct {
	Draw    string `json:"draw"`
	Attempt int    `json:"attempt"`
	Party   string `json:"party"`
	By      string `json:"by"`
}

// Kind names the contract.
func (DrawMaterialTaken) Kind() string { return "draw.material_taken.v1" }

// DrawCountersigned says that a party recomputed a sealed draw on its own machine
// and signed what it came to: the same sealed file, or another one (异议).
type DrawCountersigned struct {
	Draw    string `json:"draw"`
	Attempt int    `json:"attempt"`
	Party   string `json:"party"`
	By      string `json:"by"`
	Agrees  bool   `json:"agrees"`
	File    string `json:"file"` // the countersign file: digests, the key and the signature
}

// Kind names the contract.
func (DrawCountersigned) Kind() string { return "draw.countersigned.v1" }

// DrawOpened says that everything of a draw is public from now on.
type DrawOpened struct {
	Draw   string            `json:"draw"`
	Batch  string            `json:"batch"`
	Title  string            `json:"title"`
	Bundle map[string]string `json:"bundle"`         // name of each file to its text
	Held   []Held            `json:"held,omitempty"` // all visits, when they are done
}

// Kind names the contract.
func (DrawOpened) Kind() string { return "draw.opened.v1" }

// DrawVoided says that an attempt was given up before the public number. The next
// one has the same number of a draw.
type DrawVoided struct {
	Draw    string   `json:"draw"`
	Batch   string   `json:"batch"`
	Round   int      `json:"round"` // of the batch
	Attempt int      `json:"attempt"`
	Reason  string   `json:"reason"`           // a sentence in Chinese
	File    string   `json:"file,omitempty"`   // the void file: reason and what became of each commitment
	Absent  []string `json:"absent,omitempty"` // parties that opened no commitment in time
}

// Kind names the contract.
func (DrawVoided) Kind() string { return "draw.voided.v1" }
