package fdraw

import (
	"fmt"
	"strconv"
	"strings"
)

// Stage is a step of a draw that the public log records (section 5).
type Stage string

// The stages. A draw that goes well passes the first six in this order.
const (
	StageAnnounce   Stage = "announce"
	StageFreeze     Stage = "freeze"
	StageReveals    Stage = "reveals"
	StageBeacon     Stage = "beacon"
	StageSealed     Stage = "sealed"
	StageOpen       Stage = "open"
	StageVoid       Stage = "void"
	StageFault      Stage = "fault"
	StageSubstitute Stage = "substitute"
)

// Leaf is a log entry about a draw. It holds digests only; the file it stands
// for is its document, which at StageOpen is the result.
type Leaf struct {
	Head
	Stage  Stage
	SHA256 Digest // plain hash of the file
	SM3    Digest
}

// NewLeaf is the leaf of a file at a stage.
func NewLeaf(head Head, stage Stage, file string) *Leaf {
	return &Leaf{Head: head, Stage: stage, SHA256: SHA256.Raw(file), SM3: SM3.Raw(file)}
}

// IsOf reports whether file is the document of the leaf.
func (l *Leaf) IsOf(file string) bool { return l.SHA256 == SHA256.Raw(file) && l.SM3 == SM3.Raw(file) }

// ParseLeaf reads a draw leaf.
func ParseLeaf(text string) (*Leaf, error) {
	r := newReader(LeafFile, text)
	r.literal("fdlog/v1 draw")
	l := &Leaf{Head: r.origin()}
	if r.err == nil { // an identifier could be somebody's name or number, a draw id cannot
		_, err := ParseNumber(l.Draw)
		r.check(err)
	}
	l.Stage = Stage(r.word("stage"))
	switch l.Stage {
	case StageAnnounce, StageFreeze, StageReveals, StageBeacon, StageSealed, StageOpen, StageVoid, StageFault, StageSubstitute:
	default:
		r.fail("不认识的步骤“%s”", show(string(l.Stage)))
	}
	l.SHA256, l.SM3 = r.digest("doc-sha256"), r.digest("doc-sm3")
	return l, r.end(l.Text)
}

// Text is the canonical spelling, the bytes the log holds.
func (l *Leaf) Text() string {
	return "fdlog/v1 draw\n" + l.origin() + "stage " + string(l.Stage) + "\ndoc-sha256 " + l.SHA256.String() + "\ndoc-sm3 " + l.SM3.String() + "\n"
}

// RecordLeaf is a log entry about a published record: a random id and salted
// digests, so that after a withdrawal nothing personal is left (section 6.2).
type RecordLeaf struct {
	Record  string // 32 hexadecimal digits
	Version int    // from 1; each version replaces the one before
	SHA256  Digest
	SM3     Digest
}

// NewRecordLeaf is the leaf of one version of a published document.
func NewRecordLeaf(record string, version int, salt Digest, document string) *RecordLeaf {
	body := fmt.Sprintf("fdlog/v1/doc\nrecord %s\nversion %d\nsalt %s\n", record, version, salt) + document
	return &RecordLeaf{Record: record, Version: version, SHA256: SHA256.Raw(body), SM3: SM3.Raw(body)}
}

// ParseRecordLeaf reads a record leaf.
func ParseRecordLeaf(text string) (*RecordLeaf, error) {
	r := newReader(LeafFile, text)
	r.literal("fdlog/v1 record")
	l := &RecordLeaf{Record: r.word("record")}
	r.asRecord(l.Record)
	l.Version = r.number("version", 1, maxNumber)
	r.literal("kind disclosure")
	if l.Version > 1 {
		if replaced := r.number("replaces", 1, maxNumber); replaced != l.Version-1 {
			r.fail("第 %d 版只能替换第 %d 版", l.Version, l.Version-1)
		}
	}
	l.SHA256, l.SM3 = r.digest("doc-sha256"), r.digest("doc-sm3")
	return l, r.end(l.Text)
}

// Text is the canonical spelling, the bytes the log holds.
func (l *RecordLeaf) Text() string {
	var b strings.Builder
	b.WriteString("fdlog/v1 record\nrecord " + l.Record + "\nversion " + strconv.Itoa(l.Version) + "\nkind disclosure\n")
	if l.Version > 1 {
		b.WriteString("replaces " + strconv.Itoa(l.Version-1) + "\n")
	}
	b.WriteString("doc-sha256 " + l.SHA256.String() + "\ndoc-sm3 " + l.SM3.String() + "\n")
	return b.String()
}
