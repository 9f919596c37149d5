package fdraw

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Checkpoint is a signed statement of the public log: how many entries, under
// which root (C2SP tlog-checkpoint). Witnesses add lines that say when they saw
// it (C2SP tlog-cosignature).
type Checkpoint struct {
	Origin string
	Size   int64
	Root   Node

	body  string
	lines []signature
}

// signature is one line under a checkpoint.
type signature struct {
	name string
	id   uint32
	sig  []byte
}

// Key verifies signatures of one name. It reads "name+hash+base64", as signed
// notes write it (C2SP signed-note).
type Key struct {
	Name string
	kind byte
	pub  ed25519.PublicKey
	id   uint32
}

const (
	logKey     = 0x01 // Ed25519 over the checkpoint
	witnessKey = 0x04 // Ed25519 over a time and the checkpoint
)

// ParseKey reads a log's or a witness's key.
func ParseKey(text string) (*Key, error) {
	part := strings.SplitN(text, "+", 3)
	if len(part) != 3 || part[0] == "" {
		return nil, fmt.Errorf("公钥“%s”应形如 名称+八位十六进制+base64", show(text))
	}
	data, err := base64.StdEncoding.Strict().DecodeString(part[2])
	if err != nil || len(data) != 1+ed25519.PublicKeySize || data[0] != logKey && data[0] != witnessKey {
		return nil, fmt.Errorf("公钥“%s”不是 Ed25519 日志公钥或见证公钥", show(text))
	}
	hash := sha256.Sum256([]byte(part[0] + "\n" + string(data)))
	k := &Key{Name: part[0], kind: data[0], pub: data[1:], id: binary.BigEndian.Uint32(hash[:4])}
	if fmt.Sprintf("%08x", k.id) != part[1] {
		return nil, fmt.Errorf("公钥“%s”的编号与内容不符", show(text))
	}
	return k, nil
}

// Fingerprint is what a person compares with the published key.
func (k *Key) Fingerprint() string { return fmt.Sprintf("%s+%08x", k.Name, k.id) }

// ParseCheckpoint reads a checkpoint with its signature lines. It checks no
// signature.
func ParseCheckpoint(text string) (*Checkpoint, error) {
	body, tail, ok := strings.Cut(text, "\n\n")
	line := strings.Split(body, "\n")
	if !ok || len(line) != 3 || line[0] == "" || flaw(line[0]) != "" {
		return nil, fmt.Errorf("检查点应有来源、大小、根三行，空一行后是签名")
	}
	size, err := parseNumber(line[1], 0, maxNumber)
	if err != nil {
		return nil, fmt.Errorf("检查点的大小：%w", err)
	}
	root, err := base64.StdEncoding.Strict().DecodeString(line[2])
	if err != nil || len(root) != len(Node{}) || len(line[2]) != base64.StdEncoding.EncodedLen(len(root)) { // a decoder skips CR
		return nil, fmt.Errorf("检查点的根“%s”应为 44 个字符的 base64 摘要", show(line[2]))
	}
	c := &Checkpoint{Origin: line[0], Size: int64(size), Root: Node(root), body: body + "\n"}
	if !strings.HasSuffix(tail, "\n") {
		return nil, fmt.Errorf("检查点的最后一行没有换行符")
	}
	for l := range strings.SplitSeq(strings.TrimSuffix(tail, "\n"), "\n") {
		s, err := parseSignature(l)
		if err != nil {
			return nil, err
		}
		c.lines = append(c.lines, s)
	}
	return c, nil
}

func parseSignature(line string) (signature, error) {
	rest, ok := strings.CutPrefix(line, "\u2014 ")
	name, code, found := strings.Cut(rest, " ")
	data, err := base64.StdEncoding.Strict().DecodeString(code)
	if !ok || !found || name == "" || err != nil || len(data) < 5 {
		return signature{}, fmt.Errorf("检查点的签名行“%s”不合格式", show(line))
	}
	return signature{name: name, id: binary.BigEndian.Uint32(data), sig: data[4:]}, nil
}

// signedBy reports whether a line of the key is there, and valid.
func (c *Checkpoint) signedBy(k *Key) (present, valid bool) {
	for _, s := range c.lines {
		if s.name == k.Name && s.id == k.id && k.kind == logKey {
			return true, ed25519.Verify(k.pub, []byte(c.body), s.sig)
		}
	}
	return false, false
}

// SeenBy is when a witness saw the checkpoint; zero when its line is missing, an
// error when it does not verify.
func (c *Checkpoint) SeenBy(k *Key) (time.Time, error) {
	for _, s := range c.lines {
		if s.name != k.Name || s.id != k.id || k.kind != witnessKey {
			continue
		}
		if len(s.sig) != 8+ed25519.SignatureSize {
			return time.Time{}, fmt.Errorf("见证人 %s 的签名长度不对", k.Name)
		}
		at := binary.BigEndian.Uint64(s.sig)
		message := "cosignature/v1\ntime " + strconv.FormatUint(at, 10) + "\n" + c.body
		if at > 1<<40 || !ed25519.Verify(k.pub, []byte(message), s.sig[8:]) {
			return time.Time{}, fmt.Errorf("见证人 %s 的签名不成立", k.Name)
		}
		return time.Unix(int64(at), 0).In(beijing), nil
	}
	return time.Time{}, nil
}
