package publiclog

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"shenzhong/services/kit/fault"
)

// cosignatureType is that of C2SP tlog-cosignature: Ed25519 over a time and the
// body of a checkpoint.
const cosignatureType = 0x04

// Cosigner is the key of a witness (见证方).
type Cosigner struct {
	name string
	key  ed25519.PrivateKey
	hash uint32
}

// cosignerName keeps names to what every reader of signed notes takes.
var cosignerName = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z./_-]{0,99}$`)

// GenerateCosigner makes the secret line of a new witness key. The name is the
// witness's own, such as "sifaju.example.gov.cn/shenzhong".
func GenerateCosigner(name string) (string, error) {
	if !cosignerName.MatchString(name) {
		return "", fault.New(fault.Invalid, "见证方名称“%s”不可用，只能用字母、数字和 . / _ -，例如 sifaju.某区.gov.cn", name)
	}
	seed := make([]byte, ed25519.SeedSize)
	rand.Read(seed)
	c := newCosigner(name, seed)
	return fmt.Sprintf("%s%s+%08x+%s\n", ed25519Secret, name, c.hash, base64.StdEncoding.EncodeToString(append([]byte{cosignatureType}, seed...))), nil
}

func newCosigner(name string, seed []byte) *Cosigner {
	c := &Cosigner{name: name, key: ed25519.NewKeyFromSeed(seed)}
	sum := sha256.Sum256([]byte(name + "\n" + string(c.public())))
	c.hash = binary.BigEndian.Uint32(sum[:])
	return c
}

// ParseCosigner reads a secret line. It never repeats it in an error.
func ParseCosigner(line string) (*Cosigner, error) {
	bad := fault.New(fault.Invalid, "见证密钥文件已损坏，请从备份恢复；不要删除后重新生成，否则各方须重新登记公钥")
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), ed25519Secret)
	part := strings.SplitN(rest, "+", 3)
	if !ok || len(part) != 3 || !cosignerName.MatchString(part[0]) {
		return nil, bad
	}
	data, err := base64.StdEncoding.Strict().DecodeString(part[2])
	if err != nil || len(data) != 1+ed25519.SeedSize || len(part[2]) != base64.StdEncoding.EncodedLen(len(data)) || data[0] != cosignatureType {
		return nil, bad
	}
	c := newCosigner(part[0], data[1:])
	if fmt.Sprintf("%08x", c.hash) != part[1] {
		return nil, bad
	}
	return c, nil
}

func (c *Cosigner) public() []byte {
	return append([]byte{cosignatureType}, c.key.Public().(ed25519.PublicKey)...)
}

// Name is the witness's.
func (c *Cosigner) Name() string { return c.name }

// Public is the public key as policies have it: "name+hash+base64".
func (c *Cosigner) Public() string {
	return fmt.Sprintf("%s+%08x+%s", c.name, c.hash, base64.StdEncoding.EncodeToString(c.public()))
}

// Line is the signature line by which the witness says that it saw the body of a
// checkpoint at that time (C2SP tlog-cosignature), with its line end. Whoever
// calls it has made sure that the log has grown from what the witness saw
// before; Witness.AddCheckpoint does.
func (c *Cosigner) Line(body string, at time.Time) string {
	message := "cosignature/v1\ntime " + strconv.FormatInt(at.Unix(), 10) + "\n" + body
	data := binary.BigEndian.AppendUint32(nil, c.hash)
	data = binary.BigEndian.AppendUint64(data, uint64(at.Unix()))
	data = append(data, ed25519.Sign(c.key, []byte(message))...)
	return "\u2014 " + c.name + " " + base64.StdEncoding.EncodeToString(data) + "\n"
}

// opens reports whether one of the keys signed the checkpoint.
func opens(checkpoint string, keys []note.Verifier) bool {
	_, err := note.Open([]byte(checkpoint), note.VerifierList(keys...))
	return err == nil
}
