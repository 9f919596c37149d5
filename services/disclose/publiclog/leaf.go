package publiclog

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/emmansun/gmsm/sm3"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
)

// LeafLimit is how many bytes an entry may have.
const LeafLimit = 1024

// Reasons are why a record may be withdrawn, as entries spell them.
func Reasons() []string { return []string{"changed", "revoked", "illegal", "void", "error", "privacy"} }

// The stages of a draw as entries spell them, besides those of its course.
const (
	Announce   = string(fdraw.StageAnnounce)
	Freeze     = string(fdraw.StageFreeze)
	Reveals    = string(fdraw.StageReveals)
	Beacon     = string(fdraw.StageBeacon)
	Sealed     = string(fdraw.StageSealed)
	Open       = string(fdraw.StageOpen)
	Void       = string(fdraw.StageVoid)
	Absent     = string(fdraw.StageFault)
	Substitute = string(fdraw.StageSubstitute)
)

// Draw is the entry of a file at a stage of an attempt at a draw.
func Draw(draw string, attempt int, stage, file string) string {
	return fdraw.NewLeaf(fdraw.Head{Draw: draw, Attempt: attempt}, fdraw.Stage(stage), file).Text()
}

// DrawDigests is the entry of a file of which only the digests may be known,
// 64 hexadecimal digits each.
func DrawDigests(draw string, attempt int, stage, sha256, sm3 string) string {
	return fmt.Sprintf("fdlog/v1 draw\ndraw %s\nattempt %d\nstage %s\ndoc-sha256 %s\ndoc-sm3 %s\n", draw, attempt, stage, sha256, sm3)
}

// Notice is the document of an entry about a draw that has no file of its own:
// a void attempt, or a party that opened no commitment.
func Notice(stage, draw string, attempt int, party string) string {
	text := fmt.Sprintf("fdraw/v1 %s\ndraw %s\nattempt %d\n", stage, draw, attempt)
	if party != "" {
		text += "absent " + party + "\n"
	}
	return text
}

// Record is the entry of one version of a published document. salt is as secret
// as the document is after it was withdrawn.
func Record(record string, version int, salt [32]byte, document string) string {
	return fdraw.NewRecordLeaf(record, version, salt, document).Text()
}

// Withdraw is the entry of a record that was taken back for one of Reasons;
// basis is the day of what asked for it, 2006-01-02.
func Withdraw(record string, version int, reason, basis string) string {
	return fmt.Sprintf("fdlog/v1 withdraw\nrecord %s\nversion %d\nreason %s\nbasis-date %s\n", record, version, reason, basis)
}

// Expire is the entry of a record whose time is over: rule m3, y3, early, limit.
func Expire(record string, version int, rule string) string {
	return fmt.Sprintf("fdlog/v1 expire\nrecord %s\nversion %d\nrule %s\n", record, version, rule)
}

// Named is the entry of a key, software or policy of that name and document.
func Named(kind, name, document string) string {
	return named(kind, name, fdraw.SHA256.Raw(document), fdraw.SM3.Raw(document))
}

func named(kind, name string, sha256, sm3 fdraw.Digest) string {
	return fmt.Sprintf("fdlog/v1 %s\nname %s\ndoc-sha256 %s\ndoc-sm3 %s\n", kind, name, sha256, sm3)
}

// DrawPolicy is the entry of a policy by which draws are made, the text of its file.
func DrawPolicy(policy string) string {
	return Named("policy", "draw-"+fdraw.SHA256.Raw(policy).String()[:8], policy)
}

// The sorts of software, as entries spell them.
const (
	SoftwarePage    = "page"    // a page by which citizens verify
	SoftwareCommand = "command" // a program by which they do
	SoftwareProgram = "program" // what serves
)

// Software is the entry of a file of software of a sort.
func Software(sort string, file io.Reader) (string, error) {
	both := [2]hash.Hash{sha256.New(), sm3.New()}
	if _, err := io.Copy(io.MultiWriter(both[0], both[1]), file); err != nil {
		return "", fmt.Errorf("hash software: %w", err)
	}
	digest := fdraw.Digest(both[0].Sum(nil))
	return named("software", sort+"-"+digest.String()[:8], digest, fdraw.Digest(both[1].Sum(nil))), nil
}

// grammar is every entry but those of draws and records, which fdraw reads. A
// name has no room for a person's: a listed word and eight hexadecimal digits.
var grammar = map[string]*regexp.Regexp{
	"withdraw": regexp.MustCompile(`^fdlog/v1 withdraw\nrecord [0-9a-f]{32}\nversion [1-9][0-9]{0,8}\nreason (changed|revoked|illegal|void|error|privacy)\nbasis-date [0-9]{4}-[0-9]{2}-[0-9]{2}\n$`),
	"expire":   regexp.MustCompile(`^fdlog/v1 expire\nrecord [0-9a-f]{32}\nversion [1-9][0-9]{0,8}\nrule (m3|y3|early|limit)\n$`),
	"state":    regexp.MustCompile(`^fdlog/v1 state\ndate [0-9]{4}-[0-9]{2}-[0-9]{2}\ncount (0|[1-9][0-9]{0,8})\nroot [0-9A-Za-z+/]{43}=\nfile-sha256 [0-9a-f]{64}\nfile-sm3 [0-9a-f]{64}\nlog-sm3-root [0-9a-f]{64}\n$`),
	"key":      nameShape("key", "ed25519|sm2"),
	"software": nameShape("software", "page|program|command"),
	"policy":   nameShape("policy", "witness|draw"),
}

func nameShape(kind, names string) *regexp.Regexp {
	return regexp.MustCompile(`^fdlog/v1 ` + kind + `\nname (` + names + `)-[0-9a-f]{8}\ndoc-sha256 [0-9a-f]{64}\ndoc-sm3 [0-9a-f]{64}\n$`)
}

// Kind is the keyword of an entry: record, withdraw, expire, state, draw, key,
// software or policy.
func Kind(leaf string) string {
	line, _, _ := strings.Cut(leaf, "\n")
	kind, _ := strings.CutPrefix(line, "fdlog/v1 ")
	return kind
}

// Check refuses every entry that is not of the grammar, to the byte.
func Check(leaf string) error {
	if len(leaf) > LeafLimit {
		return fault.New(fault.Invalid, "日志条目超过 %d 字节", LeafLimit)
	}
	var err error
	switch kind := Kind(leaf); kind {
	case "draw":
		_, err = fdraw.ParseLeaf(leaf)
	case "record":
		_, err = fdraw.ParseRecordLeaf(leaf)
	default:
		if shape := grammar[kind]; shape == nil || !shape.MatchString(leaf) {
			return fault.New(fault.Invalid, "日志条目不合格式")
		}
	}
	if err != nil {
		return fault.New(fault.Invalid, "日志条目不合格式：%w", err)
	}
	return nil
}

// field is the value of a keyword of an entry of the grammar, or "".
func field(leaf, keyword string) string {
	for line := range strings.Lines(leaf) {
		if value, ok := strings.CutPrefix(line, keyword+" "); ok {
			return strings.TrimSuffix(value, "\n")
		}
	}
	return ""
}

// About is what an entry is about: "record 7f3c…", "draw 500156-2026-0001/1" or
// its kind.
func About(leaf string) string {
	switch kind := Kind(leaf); kind {
	case "record", "withdraw", "expire":
		return "record " + field(leaf, "record")
	case "draw":
		return "draw " + field(leaf, "draw") + "/" + field(leaf, "attempt")
	default:
		return kind
	}
}

// Stage is the stage of a draw that an entry records, or "".
func Stage(leaf string) fdraw.Stage {
	if Kind(leaf) != "draw" {
		return ""
	}
	return fdraw.Stage(field(leaf, "stage"))
}

// stages are those that a draw which goes well passes, in their order.
var stages = []fdraw.Stage{fdraw.StageAnnounce, fdraw.StageFreeze, fdraw.StageReveals, fdraw.StageBeacon, fdraw.StageSealed, fdraw.StageOpen}

// History is what the entries about one record, or one draw, may say one after
// another. The zero History is of something never heard of.
type History struct {
	Version int           // newest version of a record
	Over    string        // withdraw or expire, void or open
	Stages  []fdraw.Stage // of a draw
}

// Follow returns the history after one more entry, or refuses one that cannot
// come now: fault.Early where something must come before it, fault.Conflict
// where it never can.
func (h History) Follow(leaf string) (History, error) {
	if stage := Stage(leaf); stage != "" {
		return h.stage(stage)
	}
	version, err := strconv.Atoi(field(leaf, "version"))
	if err != nil {
		return h, nil // of no record
	}
	kind, next := Kind(leaf), h.Version
	if kind == "record" {
		next++
	}
	switch {
	case h.Over != "":
		return h, fault.New(fault.Conflict, "记录 %s 已经终止，不能再有条目", field(leaf, "record"))
	case version > next || h.Version == 0 && kind != "record":
		return h, fault.New(fault.Early, "记录 %s 的第 %d 版尚未记入日志", field(leaf, "record"), version)
	case version != next:
		return h, fault.New(fault.Conflict, "记录 %s 的第 %d 版已有后续", field(leaf, "record"), version)
	}
	h.Version = next
	if kind != "record" {
		h.Over = kind
	}
	return h, nil
}

func (h History) stage(stage fdraw.Stage) (History, error) {
	i := slices.Index(stages, stage)
	after := fdraw.StageAnnounce // what must come before a stage that is not of the course
	if stage == fdraw.StageSubstitute {
		after = fdraw.StageSealed
	}
	switch {
	case h.Over == string(fdraw.StageVoid), i >= 0 && slices.Contains(h.Stages, stage):
		return h, fault.New(fault.Conflict, "抽取的 %s 一步不能再记入日志", stage)
	case i > 0 && !slices.Contains(h.Stages, stages[i-1]), i < 0 && !slices.Contains(h.Stages, after):
		return h, fault.New(fault.Early, "抽取的 %s 一步之前还有未记入日志的步骤", stage)
	case stage == fdraw.StageVoid && slices.Contains(h.Stages, fdraw.StageBeacon):
		return h, fault.New(fault.Conflict, "公开随机数产生之后，抽取不能作废")
	}
	h.Stages = append(slices.Clone(h.Stages), stage)
	if stage == fdraw.StageVoid || stage == fdraw.StageOpen {
		h.Over = string(stage)
	}
	return h, nil
}

// Attempt is the attempt that the head of a file of a draw names.
func Attempt(file string) (int, error) {
	n, err := strconv.Atoi(field(file, "attempt"))
	if err != nil {
		return 0, fault.New(fault.Invalid, "抽取文件没有写明是第几次")
	}
	return n, nil
}
