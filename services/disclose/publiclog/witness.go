package publiclog

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
)

// Seen is the newest checkpoint of a log that a witness cosigned.
type Seen struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// WitnessMemory keeps what a witness saw. Between Seen and the end of Keep no
// other process may keep anything for the same witness.
type WitnessMemory interface {
	// Seen returns what was kept of the log of that origin, size 0 if nothing was.
	Seen(origin string) (Seen, error)
	// Keep replaces it and returns when it survives a power failure.
	Keep(Seen) error
}

// Witness says of the checkpoints of the logs it knows that it saw them (见证),
// as C2SP tlog-witness has it: never of two that contradict each other. It is
// safe for use by several goroutines.
type Witness struct {
	key    *Cosigner
	logs   map[string][]note.Verifier // public keys of each log, by its origin
	memory WitnessMemory
	clock  clock.Clock
	mu     sync.Mutex // held from the comparison with memory until it is kept
}

// NewWitness returns the witness that watches the logs with those public keys.
func NewWitness(key *Cosigner, logs []string, memory WitnessMemory, clk clock.Clock) (*Witness, error) {
	w := &Witness{key: key, logs: map[string][]note.Verifier{}, memory: memory, clock: clk}
	for _, public := range logs {
		v, err := NewVerifier(public)
		if err != nil {
			return nil, fault.New(fault.Invalid, "日志公钥“%s”不合格式，应是日志 keys 中的一行", public)
		}
		origin := strings.TrimPrefix(v.Name(), sm2Prefix)
		w.logs[origin] = append(w.logs[origin], v)
	}
	if len(w.logs) == 0 {
		return nil, fault.New(fault.Invalid, "没有写明见证哪个日志，请给出日志的公钥")
	}
	return w, nil
}

// Refusal is why a witness did not cosign, in the terms of C2SP tlog-witness.
type Refusal struct {
	Code    int    // 400, 403, 404, 409 or 422, as of HTTP
	Size    int64  // what the witness has seen, at 409
	Message string // for people
}

func (r *Refusal) Error() string { return r.Message }

func refuse(code int, format string, args ...any) error {
	return &Refusal{Code: code, Message: fmt.Sprintf(format, args...)}
}

// requestLimit is what a request may have: 63 hashes and a checkpoint with the
// lines of all its witnesses.
const requestLimit = 64 << 10

// AddCheckpoint reads the request to cosign a checkpoint and answers with a line
// to put under it, or a *Refusal. It has kept what it saw when it returns.
func (w *Witness) AddCheckpoint(request string) (line string, err error) {
	old, path, text, err := parseRequest(request)
	if err != nil {
		return "", err
	}
	point, err := fdraw.ParseCheckpoint(text)
	if err != nil {
		return "", refuse(400, "检查点不合格式：%v", err)
	}
	keys, known := w.logs[point.Origin]
	switch {
	case !known:
		return "", refuse(404, "本见证方不见证日志 %s", point.Origin)
	case !opens(text, keys):
		return "", refuse(403, "检查点没有日志 %s 的有效签名", point.Origin)
	case old > point.Size:
		return "", refuse(400, "请求称已见过 %d 条，检查点却只有 %d 条", old, point.Size)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	seen, err := w.memory.Seen(point.Origin)
	if err != nil {
		return "", err
	}
	if err := follows(seen, old, path, point); err != nil {
		return "", err
	}
	if err := w.memory.Keep(Seen{Origin: point.Origin, Size: point.Size, Root: point.Root}); err != nil {
		return "", err
	}
	return w.key.Line(Body(point.Origin, point.Size, point.Root), w.clock.Now()), nil
}

// follows makes sure that the log has grown from what was seen to the checkpoint.
func follows(seen Seen, old int64, path tlog.TreeProof, point *fdraw.Checkpoint) error {
	switch {
	case old != seen.Size:
		return &Refusal{Code: 409, Size: seen.Size, Message: fmt.Sprintf("本见证方已见过 %d 条，请从这里起证明", seen.Size)}
	case seen.Size == point.Size && seen.Size > 0 && seen.Root != point.Root:
		return &Refusal{Code: 409, Size: seen.Size, Message: fmt.Sprintf("日志分叉：大小 %d 的检查点与本见证方见过的不同。请保存双方的检查点并通报各见证方和监督部门", seen.Size)}
	case point.Size == 0 && point.Root != emptyRoot(), (old == 0 || old == point.Size) && len(path) > 0:
		return refuse(422, "一致性证明不成立")
	case old == 0 || old == point.Size:
		return nil
	}
	if err := tlog.CheckTree(path, point.Size, point.Root, old, seen.Root); err != nil {
		return refuse(422, "一致性证明不成立：日志没有从见过的 %d 条增长到 %d 条", old, point.Size)
	}
	return nil
}

// emptyRoot is the root of no entries.
func emptyRoot() tlog.Hash {
	var none Tree
	root, _ := none.Root(0) // reads no node, so it cannot fail
	return root
}

// parseRequest reads what Request writes.
func parseRequest(text string) (old int64, path tlog.TreeProof, checkpoint string, err error) {
	const most = 63 // hashes; a tree of 2^63 entries needs no more
	// A decoder skips line breaks, so that one digest would have many spellings.
	const hashChars = 44
	head, checkpoint, ok := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	size, found := strings.CutPrefix(lines[0], "old ")
	old, bad := strconv.ParseInt(size, 10, 64)
	if len(text) > requestLimit || !ok || !found || bad != nil || old < 0 || strconv.FormatInt(old, 10) != size || len(lines) > 1+most {
		return 0, nil, "", refuse(400, "请求不合格式，应为“old 大小”、至多 63 行证明、空行、检查点")
	}
	for _, line := range lines[1:] {
		hash, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize || len(line) != hashChars {
			return 0, nil, "", refuse(400, "证明中的一行不是 44 个字符的 base64 摘要")
		}
		path = append(path, tlog.Hash(hash))
	}
	return old, path, checkpoint, nil
}
