package fdraw

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/emmansun/gmsm/sm2"
)

// KeyKind is the kind of key that a party countersigns with.
type KeyKind string

// The kinds.
const (
	Ed25519 KeyKind = "ed25519"
	SM2     KeyKind = "sm2" // GB/T 32918, with SM3 and the default user id
)

// Title is the kind for people.
func (k KeyKind) Title() string {
	if k == SM2 {
		return "SM2"
	}
	return "Ed25519"
}

// check refuses a public key that is none of its kind.
func (k KeyKind) check(key []byte) error {
	switch k {
	case Ed25519:
		if len(key) != ed25519.PublicKeySize {
			return fmt.Errorf("Ed25519 公钥应为 %d 字节，实为 %d 字节", ed25519.PublicKeySize, len(key))
		}
	case SM2:
		if _, err := sm2.NewPublicKey(key); err != nil || len(key) != 65 {
			return fmt.Errorf("SM2 公钥不合规")
		}
	default:
		return fmt.Errorf("不认识的密钥种类“%s”，只能是 ed25519 或 sm2", show(string(k)))
	}
	return nil
}

// verifies reports whether sig is that of message by key. The key was checked.
func (k KeyKind) verifies(key, message, sig []byte) bool {
	switch k {
	case Ed25519:
		return len(key) == ed25519.PublicKeySize && ed25519.Verify(key, message, sig)
	case SM2:
		public, err := sm2.NewPublicKey(key)
		return err == nil && sm2.VerifyASN1WithSM2(public, nil, message, sig)
	}
	return false
}

// SigningKey is the secret with which a party countersigns. It stays on the
// party's own machine.
type SigningKey struct {
	Kind   KeyKind
	secret []byte // 32 bytes: seed of ed25519, or D of sm2
}

// NewSigningKey makes a key at random.
func NewSigningKey(kind KeyKind) (*SigningKey, error) {
	switch kind {
	case Ed25519:
		k := &SigningKey{Kind: kind, secret: make([]byte, ed25519.SeedSize)}
		rand.Read(k.secret) // never fails: without randomness the process ends
		return k, nil
	case SM2:
		key, err := sm2.GenerateKey(rand.Reader)
		if err != nil {
			return nil, fmt.Errorf("make a key: %w", err)
		}
		return &SigningKey{Kind: kind, secret: key.D.FillBytes(make([]byte, 32))}, nil
	}
	return nil, kind.check(nil)
}

const signingKeyFirst = "fdraw/v1 signing-key "

// ParseSigningKey reads the file of a key.
func ParseSigningKey(text string) (*SigningKey, error) {
	kind, rest, ok := strings.Cut(strings.TrimPrefix(text, signingKeyFirst), "\n")
	secret, err := hex.DecodeString(strings.TrimSuffix(strings.TrimPrefix(rest, "secret "), "\n"))
	k := &SigningKey{Kind: KeyKind(kind), secret: secret}
	if !ok || err != nil || len(secret) != 32 || k.Text() != text {
		return nil, fmt.Errorf("不是签署密钥的文件，或者被改动过")
	}
	public, err := k.Public()
	if err != nil {
		return nil, err
	}
	return k, k.Kind.check(public)
}

// Text is the file of the key. It is secret.
func (k *SigningKey) Text() string {
	return signingKeyFirst + string(k.Kind) + "\nsecret " + hex.EncodeToString(k.secret) + "\n"
}

// Public is the key that others verify with.
func (k *SigningKey) Public() ([]byte, error) {
	if k.Kind != SM2 {
		return ed25519.NewKeyFromSeed(k.secret).Public().(ed25519.PublicKey), nil
	}
	key, err := sm2.NewPrivateKey(k.secret)
	if err != nil {
		return nil, fmt.Errorf("SM2 密钥不合规：%w", err)
	}
	return append([]byte{4}, append(key.X.FillBytes(make([]byte, 32)), key.Y.FillBytes(make([]byte, 32))...)...), nil
}

// Sign signs what a party says.
func (k *SigningKey) Sign(c *Countersign) error {
	var err error
	c.Kind = k.Kind
	if c.Key, err = k.Public(); err != nil {
		return err
	}
	if k.Kind != SM2 {
		c.Signature = ed25519.Sign(ed25519.NewKeyFromSeed(k.secret), []byte(c.body()))
		return nil
	}
	key, err := sm2.NewPrivateKey(k.secret)
	if err != nil {
		return fmt.Errorf("SM2 密钥不合规：%w", err)
	}
	c.Signature, err = key.Sign(rand.Reader, []byte(c.body()), sm2.DefaultSM2SignerOpts)
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	return nil
}
