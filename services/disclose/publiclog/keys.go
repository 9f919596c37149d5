package publiclog

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"regexp"
	"strings"

	"github.com/emmansun/gmsm/sm2"
	"golang.org/x/mod/sumdb/note"

	"shenzhong/services/kit/fault"
)

// The prefixes of secret lines. The first is that of signed notes.
const (
	ed25519Secret = "PRIVATE+KEY+"
	sm2Secret     = "PRIVATE+SM2+"
	sm2Prefix     = "sm2." // of the name of an SM2 signature line
)

// sm2Type is our private signature type: C2SP reserves 0xff for such.
var sm2Type = []byte("\xffsm2-sm3\n")

// Keys are what a log signs with: one Ed25519 and one SM2 key, and those that
// were used before, so that who knows only the old one can go on for a while.
type Keys struct {
	Origin  string
	signers []note.Signer
	public  []string // of each signer
}

// Generate makes the secret lines of a new pair of keys. The origin is the name
// of the log, "<domain>/fdlog-<district>-<epoch>".
func Generate(origin string) (string, error) {
	if !logName(origin) {
		return "", fault.New(fault.Invalid, "日志名称“%s”不可用，只能用字母、数字和符号，例如 mzj.example.gov.cn/fdlog-500156-1", origin)
	}
	secret, _, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return "", fmt.Errorf("make an Ed25519 key: %w", err)
	}
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		return "", fmt.Errorf("make an SM2 key: %w", err)
	}
	return secret + "\n" + sm2Secret + origin + "+" + base64.StdEncoding.EncodeToString(key.D.FillBytes(make([]byte, 32))) + "\n", nil
}

// logName reports whether a log can have that name: one that every reader of
// its checkpoints takes, and that nobody takes for the name of an SM2 signature.
func logName(origin string) bool {
	return printable.MatchString(origin) && !strings.HasPrefix(origin, sm2Prefix)
}

// printable is ASCII without blanks and without the plus sign that ends a name.
var printable = regexp.MustCompile(`^[!-*,-~]+$`)

// ParseKeys reads secret lines, the newest last. All must be of one origin.
func ParseKeys(text string) (*Keys, error) {
	k := &Keys{}
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		if err := k.add(line); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// add never repeats a line in what it returns: it is a secret.
func (k *Keys) add(line string) error {
	origin := ""
	var signer note.Signer
	if rest, ok := strings.CutPrefix(line, sm2Secret); ok {
		name, secret, _ := strings.Cut(rest, "+")
		s, err := newSM2Signer(name, secret)
		if err != nil {
			return fault.New(fault.Invalid, "日志密钥文件中的 SM2 密钥已损坏，请从备份恢复")
		}
		origin, signer = name, s
		k.public = append(k.public, s.verifier())
	} else {
		s, err := note.NewSigner(line)
		if err != nil {
			return fault.New(fault.Invalid, "日志密钥文件已损坏，请从备份恢复")
		}
		public, err := publicOf(line, s)
		if err != nil {
			return err
		}
		origin, signer = s.Name(), s
		k.public = append(k.public, public)
	}
	if !logName(origin) {
		return fault.New(fault.Invalid, "日志密钥文件中的日志名称不可用，请从备份恢复")
	}
	if k.Origin != "" && origin != k.Origin {
		return fault.New(fault.Invalid, "日志密钥文件中的密钥属于不同的日志")
	}
	k.Origin = origin
	k.signers = append(k.signers, signer)
	return nil
}

// Public are the verifier keys, one line each: an Ed25519 one as signed notes
// write it, an SM2 one in the same manner.
func (k *Keys) Public() []string { return append([]string(nil), k.public...) }

// Verifier is the newest public Ed25519 key.
func (k *Keys) Verifier() string {
	newest := ""
	for _, p := range k.public {
		if !strings.HasPrefix(p, sm2Prefix) {
			newest = p
		}
	}
	return newest
}

// KeyLeaf is the entry by which a log says that it signs with that public key.
func KeyLeaf(public string) string {
	part := strings.SplitN(public, "+", 3)
	kind := "ed25519"
	if strings.HasPrefix(public, sm2Prefix) {
		kind = "sm2"
	}
	return Named("key", kind+"-"+part[1], public+"\n")
}

type sm2Signer struct {
	name  string
	key   *sm2.PrivateKey
	point []byte // of the public key: 0x04 X Y
}

func newSM2Signer(origin, secret string) (*sm2Signer, error) {
	d, err := base64.StdEncoding.Strict().DecodeString(secret)
	if err != nil {
		return nil, err
	}
	key, err := sm2.NewPrivateKey(d)
	if err != nil {
		return nil, err
	}
	public, err := sm2.PublicKeyToECDH(&key.PublicKey)
	if err != nil {
		return nil, err
	}
	return &sm2Signer{name: sm2Prefix + origin, key: key, point: public.Bytes()}, nil
}

func (s *sm2Signer) Name() string    { return s.name }
func (s *sm2Signer) KeyHash() uint32 { return sm2KeyHash(s.name, s.point) }

// Sign is SM2 with SM3 and the customary user id, in ASN.1.
func (s *sm2Signer) Sign(msg []byte) ([]byte, error) {
	return sm2.SignASN1(rand.Reader, s.key, msg, sm2.DefaultSM2SignerOpts)
}

func (s *sm2Signer) verifier() string {
	data := append(append([]byte(nil), sm2Type...), s.point...)
	return fmt.Sprintf("%s+%08x+%s", s.name, s.KeyHash(), base64.StdEncoding.EncodeToString(data))
}

func sm2KeyHash(name string, point []byte) uint32 {
	h := sha256.New()
	h.Write([]byte(name + "\n"))
	h.Write(sm2Type)
	h.Write(point)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

// sm2Verifier checks the SM2 line of a checkpoint.
type sm2Verifier struct {
	name string
	hash uint32
	key  *ecdsa.PublicKey
}

func (v *sm2Verifier) Name() string    { return v.name }
func (v *sm2Verifier) KeyHash() uint32 { return v.hash }
func (v *sm2Verifier) Verify(msg, sig []byte) bool {
	return sm2.VerifyASN1WithSM2(v.key, nil, msg, sig)
}

// NewVerifier reads a public key as Keys.Public writes it.
func NewVerifier(public string) (note.Verifier, error) {
	if !strings.HasPrefix(public, sm2Prefix) {
		return note.NewVerifier(public)
	}
	bad := fault.New(fault.Invalid, "SM2 公钥不合格式")
	part := strings.SplitN(public, "+", 3)
	if len(part) != 3 {
		return nil, bad
	}
	data, err := base64.StdEncoding.Strict().DecodeString(part[2])
	if err != nil || !strings.HasPrefix(string(data), string(sm2Type)) {
		return nil, bad
	}
	key, err := sm2.NewPublicKey(data[len(sm2Type):])
	if err != nil {
		return nil, bad
	}
	v := &sm2Verifier{name: part[0], hash: sm2KeyHash(part[0], data[len(sm2Type):]), key: key}
	if fmt.Sprintf("%08x", v.hash) != part[1] {
		return nil, bad
	}
	return v, nil
}

// publicOf derives the verifier key of an Ed25519 secret line.
func publicOf(secret string, s note.Signer) (string, error) {
	part := strings.SplitN(secret, "+", 5)
	data, err := base64.StdEncoding.DecodeString(part[len(part)-1])
	if err != nil || len(data) != 33 || data[0] != 1 {
		return "", fault.New(fault.Invalid, "日志密钥文件已损坏，请从备份恢复")
	}
	return note.NewEd25519VerifierKey(s.Name(), publicKey(data[1:]))
}
