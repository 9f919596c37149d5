package packfile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"shenzhong/services/kit/fault"
)

// A signature is a signed note: the description of the pack and, below it, the
// name of who signed and an Ed25519 signature. Whoever opens the file in an
// editor reads what was signed.

// SignatureOf is the file beside a pack that holds its signature.
func SignatureOf(pack string) string { return filepath.Clean(pack) + ".sig" }

// NewKey makes a signing key for that name and writes it to file, readable by
// its owner alone, and the key that checks it to file.pub. Files that are there
// already are fault.Conflict: a key is never overwritten.
func NewKey(name, file string) (public string, err error) {
	if name == "" || strings.ContainsAny(name, " \t\n+") {
		return "", fault.New(fault.Invalid, "签名人应当是不含空格和加号的名称，例如 wulong-mzj。")
	}
	private, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return "", fmt.Errorf("make a signing key: %w", err)
	}
	if err := writeNew(file, private+"\n", 0o600); err != nil {
		return "", err
	}
	if err := writeNew(file+".pub", public+"\n", 0o644); err != nil {
		return "", errors.Join(err, os.Remove(file))
	}
	return public, nil
}

func writeNew(file, content string, mode fs.FileMode) (err error) {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Conflict, "%s 已经存在，不会覆盖，请换一个文件名。", file)
	}
	if err != nil {
		return fault.New(fault.Invalid, "无法写入 %s，请核对路径和权限。", file)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.WriteString(content); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return f.Sync()
}

// Sign writes the signature of the pack with the key in that file beside it. A
// key that others than its owner can read is fault.Denied.
func Sign(pack, key string) error {
	o, err := open(pack)
	if err != nil {
		return err
	}
	secret, err := readKey(key, true)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return fault.New(fault.Invalid, "%s 不是签名密钥，请用 shenzhong pack key 生成。", key)
	}
	signed, err := note.Sign(&note.Note{Text: o.Describe()}, signer)
	if err != nil {
		return fmt.Errorf("sign the law pack: %w", err)
	}
	if err := os.WriteFile(SignatureOf(pack), signed, 0o644); err != nil {
		return fault.New(fault.Invalid, "无法写入 %s，请核对路径和权限。", SignatureOf(pack))
	}
	return nil
}

// readKey reads the one line of a key.
func readKey(file string, secret bool) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", fault.New(fault.NotFound, "没有找到密钥文件 %s，请核对路径。", file)
	}
	const others = 0o077
	if secret && info.Mode().Perm()&others != 0 {
		return "", fault.New(fault.Denied, "密钥文件 %s 可以被其他人读取，请先执行 chmod 600 %s。", file, file)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read the key: %w", err)
	}
	return strings.TrimSpace(string(data)), nil
}

// Open returns the pack in a folder or an archive. Where trust
// names a file with a public key, a pack that is not signed with that key, or
// that was changed since, is fault.Denied.
func Open(pack, trust string) (Opened, error) {
	o, err := open(pack)
	if err != nil || trust == "" {
		return o, err
	}
	public, err := readKey(trust, false)
	if err != nil {
		return Opened{}, err
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return Opened{}, fault.New(fault.Invalid, "%s 不是验证签名的公钥，请用 shenzhong pack key 生成的 .pub 文件。", trust)
	}
	signed, err := os.ReadFile(SignatureOf(pack))
	if err != nil {
		return Opened{}, fault.New(fault.Denied, "规则包 %s 没有签名，请由有权的单位用 shenzhong pack sign 签名后再用。", pack)
	}
	n, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return Opened{}, fault.New(fault.Denied, "规则包 %s 的签名不是由 %s 作出，不能使用。", pack, verifier.Name())
	}
	if n.Text != o.Describe() {
		return Opened{}, fault.New(fault.Denied, "规则包 %s 在签名之后有改动，不能使用；核对后请重新签名。", pack)
	}
	return o, nil
}
