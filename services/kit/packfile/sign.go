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

// Sign adds the signature of the key in that file to those beside the pack, so
// that the second person signs what the first has signed. Signatures under
// another content of the pack are dropped: what was changed is signed anew by
// all. A key that others than its owner can read is fault.Denied. It returns the
// names under the pack, in the order of signing.
func Sign(pack, key string) (names []string, err error) {
	o, err := open(pack)
	if err != nil {
		return nil, err
	}
	lines, err := readKeys(key, true)
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(lines[0])
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s 不是签名密钥，请用 shenzhong pack key 生成。", key)
	}
	signed, err := note.Sign(&note.Note{Text: o.Describe(), UnverifiedSigs: under(pack, o.Describe())}, signer)
	if err != nil {
		return nil, fmt.Errorf("sign the law pack: %w", err)
	}
	if err := os.WriteFile(SignatureOf(pack), signed, 0o644); err != nil {
		return nil, fault.New(fault.Invalid, "无法写入 %s，请核对路径和权限。", SignatureOf(pack))
	}
	for _, s := range under(pack, o.Describe()) {
		names = append(names, s.Name)
	}
	return names, nil
}

// under returns the signatures that lie beside the pack under that description,
// whoever made them, and none if there are none.
func under(pack, description string) []note.Signature {
	signed, err := os.ReadFile(SignatureOf(pack))
	if err != nil {
		return nil
	}
	var unknown *note.UnverifiedNoteError
	if _, err := note.Open(signed, note.VerifierList()); !errors.As(err, &unknown) || unknown.Note.Text != description {
		return nil
	}
	return unknown.Note.UnverifiedSigs
}

// readKeys reads the keys in a file, one a line.
func readKeys(file string, secret bool) ([]string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, fault.New(fault.NotFound, "没有找到密钥文件 %s，请核对路径。", file)
	}
	const others = 0o077
	if secret && info.Mode().Perm()&others != 0 {
		return nil, fault.New(fault.Denied, "密钥文件 %s 可以被其他人读取，请先执行 chmod 600 %s。", file, file)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the key: %w", err)
	}
	lines := strings.Fields(string(data))
	if len(lines) == 0 {
		return nil, fault.New(fault.Invalid, "密钥文件 %s 是空的，请用 shenzhong pack key 生成密钥。", file)
	}
	return lines, nil
}

// Open returns the pack in a folder or an archive. Each file of trust names one
// person, or one office whose persons stand for each other, by public keys, one a
// line. The pack must be signed by a key of every file: who proposes a pack and
// who approves it are two. A pack that lacks a signature, or that was changed
// since, is fault.Denied; a key that stands in two files is fault.Invalid, since
// one person would then be two. No trust takes any pack.
func Open(pack string, trust ...string) (Opened, error) {
	o, err := open(pack)
	if err != nil || len(trust) == 0 {
		return o, err
	}
	offices, err := readTrust(trust)
	if err != nil {
		return Opened{}, err
	}
	signed, err := os.ReadFile(SignatureOf(pack))
	if err != nil {
		return Opened{}, fault.New(fault.Denied, "规则包 %s 没有签名，请由提出和批准的人员先后用 shenzhong pack sign 签名后再用。", pack)
	}
	for n, keys := range offices {
		text, name, err := signer(signed, keys)
		if err != nil {
			return Opened{}, fault.New(fault.Denied, "规则包 %s 缺少 %s 的签名，不能使用。", pack, trust[n])
		}
		if text != o.Describe() {
			return Opened{}, fault.New(fault.Denied, "规则包 %s 在签名之后有改动，不能使用；核对后请重新签名。", pack)
		}
		o.SignedBy = append(o.SignedBy, name)
	}
	return o, nil
}

// readTrust reads the public keys of every file of trust.
func readTrust(trust []string) ([]note.Verifiers, error) {
	offices := make([]note.Verifiers, 0, len(trust))
	in := make(map[string]string)
	for _, file := range trust {
		lines, err := readKeys(file, false)
		if err != nil {
			return nil, err
		}
		keys := make([]note.Verifier, 0, len(lines))
		for _, line := range lines {
			key, err := note.NewVerifier(line)
			if err != nil {
				return nil, fault.New(fault.Invalid, "%s 不是验证签名的公钥，请用 shenzhong pack key 生成的 .pub 文件。", file)
			}
			if other, twice := in[line]; twice {
				return nil, fault.New(fault.Invalid, "公钥 %s 同时写在 %s 和 %s，提出和批准须为不同的人，请各用各的密钥。", key.Name(), other, file)
			}
			in[line] = file
			keys = append(keys, key)
		}
		offices = append(offices, note.VerifierList(keys...))
	}
	return offices, nil
}

// signer returns the text that one of the keys has signed, and the name of the
// first that did.
func signer(signed []byte, keys note.Verifiers) (text, name string, err error) {
	n, err := note.Open(signed, keys)
	if err != nil {
		return "", "", err
	}
	return n.Text, n.Sigs[0].Name, nil
}
