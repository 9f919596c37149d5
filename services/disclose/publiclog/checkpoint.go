package publiclog

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
)

func publicKey(seed []byte) ed25519.PublicKey {
	return ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
}

// Memory keeps the last checkpoint outside the store of the log, durably: a
// store that is restored from an older backup must not take it back too.
type Memory interface {
	// Last returns what was kept, or "".
	Last() (string, error)
	// Keep replaces it and returns when the new one survives a power failure.
	Keep(checkpoint string) error
	// Halted returns why nothing may be signed until an operator has mended it, or
	// "".
	Halted() (string, error)
	// Halt keeps that, durably; "" is that it was mended.
	Halt(why string) error
}

// Halt says that the store holds less, or other, than was signed already.
type Halt struct{ Message string }

func (h *Halt) Error() string { return h.Message }

// Notary signs checkpoints. It signs nothing that contradicts what it signed
// before, and publishes nothing that it has not kept.
type Notary struct {
	Keys   *Keys
	Memory Memory
}

// Last returns the last checkpoint signed, or nil, after it has made sure that
// the tree has grown from it. Otherwise it is a *Halt.
func (n *Notary) Last(t *Tree) (text string, point *fdraw.Checkpoint, err error) {
	why, err := n.Memory.Halted()
	if err == nil && why != "" {
		err = &Halt{why}
	}
	if err != nil {
		return "", nil, err
	}
	text, err = n.Memory.Last()
	if err != nil || text == "" {
		return "", nil, err
	}
	point, err = fdraw.ParseCheckpoint(text)
	if err != nil {
		return "", nil, &Halt{"日志检查点文件已损坏，已停止签发；请从备份恢复该文件，不要删除：" + err.Error()}
	}
	if point.Origin != n.Keys.Origin {
		return "", nil, &Halt{fmt.Sprintf("日志检查点属于 %s，密钥属于 %s，已停止签发；请核对密钥目录", point.Origin, n.Keys.Origin)}
	}
	if point.Size > t.Size() {
		return "", nil, &Halt{fmt.Sprintf("数据库只有 %d 条日志，而已签发的检查点有 %d 条：数据库可能恢复自较旧的备份，已停止签发以免日志分叉；请恢复较新的备份，或者停机后用 shenzhong log recover 从日志副本补齐", t.Size(), point.Size)}
	}
	root, err := t.Root(point.Size)
	if err != nil {
		return "", nil, err
	}
	if root != point.Root {
		return "", nil, &Halt{fmt.Sprintf("数据库前 %d 条日志与已签发的检查点不一致，已停止签发以免日志分叉；请恢复未被改动的备份", point.Size)}
	}
	return text, point, nil
}

// Sign returns a checkpoint over the whole tree: the last one if the tree has
// not grown and the keys are the same, else a new one. When it returns, the
// checkpoint has been kept.
func (n *Notary) Sign(t *Tree) (string, error) {
	text, point, err := n.Last(t)
	if err != nil {
		return "", err
	}
	if point != nil && point.Size == t.Size() && n.signed(text) {
		return text, nil
	}
	root, err := t.Root(t.Size())
	if err != nil {
		return "", err
	}
	signed, err := note.Sign(&note.Note{Text: Body(n.Keys.Origin, t.Size(), root)}, n.Keys.signers...)
	if err != nil {
		return "", fmt.Errorf("sign checkpoint %d: %w", t.Size(), err)
	}
	return string(signed), n.Memory.Keep(string(signed))
}

// signed reports whether every key has signed the checkpoint.
func (n *Notary) signed(text string) bool {
	for _, s := range n.Keys.signers {
		if !strings.Contains(text, "\n\u2014 "+s.Name()+" "+prefixOf(s.KeyHash())) {
			return false
		}
	}
	return true
}

// prefixOf is how a signature line of that key begins: five of the digits that
// spell the four bytes of its number.
func prefixOf(hash uint32) string {
	return base64.StdEncoding.EncodeToString([]byte{byte(hash >> 24), byte(hash >> 16), byte(hash >> 8), byte(hash)})[:5]
}

// Body is what is signed: origin, size and root, a line each.
func Body(origin string, size int64, root tlog.Hash) string {
	return fmt.Sprintf("%s\n%d\n%s\n", origin, size, base64.StdEncoding.EncodeToString(root[:]))
}

// OpenCheckpoint checks that one of the public keys signed the checkpoint, and reads it.
func OpenCheckpoint(text string, public []string) (*fdraw.Checkpoint, error) {
	var known []note.Verifier
	for _, p := range public {
		v, err := NewVerifier(p)
		if err != nil {
			return nil, fault.New(fault.Invalid, "日志公钥不合格式：%w", err)
		}
		known = append(known, v)
	}
	if _, err := note.Open([]byte(text), note.VerifierList(known...)); err != nil {
		return nil, fault.New(fault.Invalid, "检查点没有所信任的公钥的有效签名：%w", err)
	}
	point, err := fdraw.ParseCheckpoint(text)
	if err != nil {
		return nil, fault.New(fault.Invalid, "检查点不合格式：%w", err)
	}
	for _, p := range public {
		if name, _, _ := strings.Cut(p, "+"); strings.TrimPrefix(name, sm2Prefix) != point.Origin {
			return nil, fault.New(fault.Invalid, "检查点属于 %s，公钥属于 %s", point.Origin, name)
		}
	}
	return point, nil
}
