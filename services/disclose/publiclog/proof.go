package publiclog

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
)

// Proof is what a citizen needs, besides the keys, to check that a document was
// published: the document, its salt, the place of its entry and a checkpoint.
// It shows that it WAS published, not that it still is.
type Proof struct {
	Document   string           `json:"document" doc:"公示内容，逐字节参与计算"`
	Salt       string           `json:"salt" doc:"随机盐，64 位十六进制"`
	Record     string           `json:"record" doc:"日志中的随机编号"`
	Version    int              `json:"version" doc:"第几版"`
	Index      int64            `json:"index" doc:"日志条目序号，从 0 起"`
	Size       int64            `json:"size" doc:"检查点的大小"`
	Path       tlog.RecordProof `json:"path" doc:"包含证明"`
	Checkpoint string           `json:"checkpoint" doc:"带签名的检查点"`
}

// SetSalt notes the salt.
func (p *Proof) SetSalt(salt [32]byte) { p.Salt = hex.EncodeToString(salt[:]) }

// Leaf is the entry that the document must have.
func (p Proof) Leaf() (string, error) {
	salt, err := hex.DecodeString(p.Salt)
	if err != nil || len(salt) != 32 {
		return "", fault.New(fault.Invalid, "证明中的盐不是 64 位十六进制")
	}
	return Record(p.Record, p.Version, [32]byte(salt), p.Document), nil
}

// Check returns nil if one of the public keys signed a checkpoint over a log
// that has the document at that place.
func (p Proof) Check(public []string) error {
	point, err := OpenCheckpoint(p.Checkpoint, public)
	if err != nil {
		return err
	}
	leaf, err := p.Leaf()
	if err != nil {
		return err
	}
	if err := Check(leaf); err != nil {
		return err
	}
	if point.Size != p.Size || tlog.CheckRecord(p.Path, p.Size, point.Root, p.Index, tlog.RecordHash([]byte(leaf))) != nil {
		return fault.New(fault.Invalid, "包含证明不成立：检查点所签的日志中没有这份内容")
	}
	return nil
}

// Text is the proof without its document, as C2SP tlog-proof writes it. The
// extra line holds what the entry needs besides the document.
func (p Proof) Text() string {
	var b strings.Builder
	extra := fmt.Sprintf("record %s\nversion %d\nsalt %s\n", p.Record, p.Version, p.Salt)
	fmt.Fprintf(&b, "%s\nextra %s\nindex %d\n", proofHead, base64.StdEncoding.EncodeToString([]byte(extra)), p.Index)
	for _, h := range p.Path {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	b.WriteString("\n" + p.Checkpoint)
	return b.String()
}

const proofHead = "c2sp.org/tlog-proof@v1"

// ParseProof reads what Text wrote; the document comes from elsewhere. It checks
// nothing but the form.
func ParseProof(text string) (Proof, error) {
	var p Proof
	bad := fault.New(fault.Invalid, "证明文件不合格式，应为 C2SP tlog-proof，且带有 record、version、salt")
	head, checkpoint, ok := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || len(lines) < 3 || lines[0] != proofHead {
		return p, bad
	}
	code, ok := strings.CutPrefix(lines[1], "extra ")
	extra, err := base64.StdEncoding.Strict().DecodeString(code)
	if !ok || err != nil {
		return p, bad
	}
	if _, err := fmt.Sscanf(string(extra), "record %32s\nversion %d\nsalt %64s\n", &p.Record, &p.Version, &p.Salt); err != nil {
		return p, bad
	}
	if _, err := fmt.Sscanf(lines[2], "index %d", &p.Index); err != nil {
		return p, bad
	}
	for _, line := range lines[3:] {
		node, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(node) != tlog.HashSize {
			return p, bad
		}
		p.Path = append(p.Path, tlog.Hash(node))
	}
	p.Checkpoint = checkpoint
	if p.Size, err = SizeOf(checkpoint); err != nil {
		return p, err
	}
	if p.Text() != text { // one spelling
		return p, bad
	}
	return p, nil
}

// SizeOf reads the size of a checkpoint without checking any signature.
func SizeOf(checkpoint string) (int64, error) {
	point, err := fdraw.ParseCheckpoint(checkpoint)
	if err != nil {
		return 0, fault.New(fault.Invalid, "检查点不合格式：%w", err)
	}
	return point.Size, nil
}

// Request is the body of C2SP tlog-witness add-checkpoint: the size that the
// witness knows, the proof from there, and the checkpoint.
func Request(old int64, path tlog.TreeProof, checkpoint string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "old %d\n", old)
	for _, h := range path {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	b.WriteString("\n" + checkpoint)
	return b.String()
}
