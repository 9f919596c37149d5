package clue

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/view"
)

// KeyBytes is the length of the key that Config wants.
const KeyBytes = 32

// Contact is how the sender of a clue can be reached. It exists in the clear
// only between the request and the seal.
type Contact struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
	Other string `json:"other"` // address, e-mail
}

func (c Contact) empty() bool { return c == Contact{} }

// vault keeps contact data sealed and makes receipt codes. It lies in a table
// of its own that is not folded from facts, because no fact holds what is in it.
type vault struct {
	seal  cipher.AEAD // AES-256-GCM
	codes []byte      // key that receipt codes are made with
	marks []byte      // key that their hashes are made with
	table view.Table
}

// openVault derives one key per purpose from the given one.
func openVault(ctx context.Context, tables view.Tables, key []byte) (*vault, error) {
	if len(key) != KeyBytes {
		return nil, fmt.Errorf("key of the clues has %d bytes; want %d", len(key), KeyBytes)
	}
	var keys [3][]byte
	for i, purpose := range []string{"clue contact seal", "clue receipt code", "clue receipt mark"} {
		derived, err := hkdf.Key(sha256.New, key, nil, purpose, KeyBytes)
		if err != nil {
			return nil, fmt.Errorf("derive key for %s: %w", purpose, err)
		}
		keys[i] = derived
	}
	block, err := aes.NewCipher(keys[0])
	if err != nil {
		return nil, fmt.Errorf("open seal of contact data: %w", err)
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("open seal of contact data: %w", err)
	}
	table, err := tables.Table(ctx, view.Shape{Name: "clue-contacts"})
	if err != nil {
		return nil, fmt.Errorf("open contact data: %w", err)
	}
	return &vault{seal: seal, codes: keys[1], marks: keys[2], table: table}, nil
}

// sealedContact is what lies in the table.
type sealedContact struct {
	Nonce []byte `json:"nonce"`
	Text  []byte `json:"text"`
}

// keep seals contact data for the command with that cause and returns where
// they lie. They are kept before the clue is, so a clue that was acknowledged
// never lacks them; the same command again keeps nothing new.
func (v *vault) keep(ctx context.Context, cause string, c Contact) (string, error) {
	if c.empty() {
		return "", nil
	}
	sum := sha256.Sum256([]byte(cause))
	ref := hex.EncodeToString(sum[:16])
	plain, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("encode contact data: %w", err)
	}
	sealed := sealedContact{Nonce: make([]byte, v.seal.NonceSize())}
	rand.Read(sealed.Nonce) // never fails: without randomness the process ends
	sealed.Text = v.seal.Seal(nil, sealed.Nonce, plain, []byte(ref))
	body, err := json.Marshal(sealed)
	if err != nil {
		return "", fmt.Errorf("encode sealed contact data: %w", err)
	}
	err = v.table.Put(ctx, view.Row{Key: ref, Version: 1, Body: body, Columns: map[string]any{}})
	if err != nil && !fault.Is(err, fault.Conflict) {
		return "", fmt.Errorf("keep contact data: %w", err)
	}
	return ref, nil
}

// open reads what was sealed at ref.
func (v *vault) open(ctx context.Context, ref string) (Contact, error) {
	row, ok, err := v.table.Get(ctx, ref)
	if err != nil {
		return Contact{}, fmt.Errorf("read contact data: %w", err)
	}
	if !ok {
		return Contact{}, fault.New(fault.NotFound, "联系方式已经不存在，请联系系统管理员")
	}
	var sealed sealedContact
	if err := json.Unmarshal(row.Body, &sealed); err != nil {
		return Contact{}, fmt.Errorf("decode sealed contact data: %w", err)
	}
	if len(sealed.Nonce) != v.seal.NonceSize() {
		return Contact{}, fmt.Errorf("seal of contact data has a nonce of %d bytes", len(sealed.Nonce))
	}
	plain, err := v.seal.Open(nil, sealed.Nonce, sealed.Text, []byte(ref))
	if err != nil {
		return Contact{}, fmt.Errorf("unseal contact data: %w", err)
	}
	var c Contact
	if err := json.Unmarshal(plain, &c); err != nil {
		return Contact{}, fmt.Errorf("decode contact data: %w", err)
	}
	return c, nil
}

// codeDigits is how many digits a receipt code has: some 53 bits that nobody
// can compute without the key.
const codeDigits = 16

// code is the receipt code (查询码) of the clue with that id, grouped as one
// reads a number out over the telephone: "1234-5678-9012-3456".
func (v *vault) code(id string) string {
	mac := hmac.New(sha256.New, v.codes)
	mac.Write([]byte(id))
	const codes = 10_000_000_000_000_000
	digits := fmt.Sprintf("%0*d", codeDigits, binary.BigEndian.Uint64(mac.Sum(nil))%codes)
	return digits[:4] + "-" + digits[4:8] + "-" + digits[8:12] + "-" + digits[12:]
}

// mark is what is stored of a receipt code: a hash that nobody can compute
// without the key, so that a stolen store gives no code away. The code may be
// typed with blanks, hyphens and full-width digits.
func (v *vault) mark(code string) (string, error) {
	var digits strings.Builder
	for _, r := range code {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case r >= '０' && r <= '９':
			digits.WriteRune(r - '０' + '0')
		case strings.ContainsRune(" -—－　", r):
		default:
			return "", fault.About("code", fault.Invalid, "查询码为 16 位数字，请核对后重新输入")
		}
	}
	if digits.Len() != codeDigits {
		return "", fault.About("code", fault.Invalid, "查询码为 16 位数字，请核对后重新输入")
	}
	mac := hmac.New(sha256.New, v.marks)
	mac.Write([]byte(digits.String()))
	return hex.EncodeToString(mac.Sum(nil)), nil
}
