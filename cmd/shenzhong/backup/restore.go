package backup

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"

	"shenzhong/services/kit/fault"
)

// Restoring says what is to be made of a backup.
type Restoring struct {
	From        string   // the backup
	Data        string   // the directory to be made: not there, or empty
	KeysFrom    string   // folder of the keys, where the backup has none
	WithoutKeys bool     // go without: what was sealed stays sealed
	Contexts    []string // whose stores must hold chains
}

// Restore makes a data directory of a backup, after everything was found as the
// manifest has it: each file by its hash, none missing, none more, every chain
// walked again. What does not hold leaves nothing behind.
func Restore(ctx context.Context, r Restoring) (m Manifest, err error) {
	if err := emptyOrNone(r.Data); err != nil {
		return m, err
	}
	if m, err = Read(r.From); err != nil {
		return m, err
	}
	if err := m.verifyFiles(r.From); err != nil {
		return m, err
	}
	keys, err := r.keys(m)
	if err != nil {
		return m, err
	}
	part := filepath.Clean(r.Data) + ".part"
	if err := os.RemoveAll(part); err != nil { // of a restoring that was cut short
		return m, err
	}
	if err := r.fill(ctx, m, part, keys); err != nil {
		return m, errors.Join(err, os.RemoveAll(part))
	}
	if err := os.Remove(r.Data); err != nil && !errors.Is(err, fs.ErrNotExist) { // it is empty
		return m, errors.Join(err, os.RemoveAll(part))
	}
	if err := os.Rename(part, r.Data); err != nil {
		return m, err
	}
	return m, syncFolder(filepath.Dir(filepath.Clean(r.Data)))
}

func emptyOrNone(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fault.New(fault.Invalid, "%s 不是可用的目录：%w", dir, err)
	case len(entries) > 0:
		return fault.New(fault.Invalid, "%s 不是空目录；恢复只写入空目录，请换一个目录，或者先把原有内容移走", dir)
	}
	return nil
}

// Read reads the manifest of a backup.
func Read(from string) (Manifest, error) {
	var m Manifest
	text, err := os.ReadFile(filepath.Join(from, ManifestName))
	if err != nil {
		return m, fault.New(fault.Invalid, "%s 不是备份，或者备份没有做完（没有 %s）：%w", from, ManifestName, err)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return m, fault.New(fault.Invalid, "备份的 %s 读不懂，可能已损坏：%w", ManifestName, err)
	}
	if m.Format != 1 {
		return m, fault.New(fault.Invalid, "备份的格式是 %d，本程序只认识 1；请用做备份的那个版本恢复", m.Format)
	}
	return m, nil
}

// errBroken says that a backup is not what its manifest says.
func errBroken(format string, args ...any) error {
	return fmt.Errorf("备份核对不符，没有恢复：%w", fmt.Errorf(format, args...))
}

// verifyFiles holds the files of a backup against its manifest.
func (m Manifest) verifyFiles(from string) error {
	have, err := hashAll(from)
	if err != nil {
		return err
	}
	have = slices.DeleteFunc(have, func(f File) bool { return f.Path == ManifestName })
	for _, want := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(want.Path)) {
			return errBroken("清单中的路径 %s 不合规", want.Path)
		}
		i := slices.IndexFunc(have, func(f File) bool { return f.Path == want.Path })
		switch {
		case i < 0:
			return errBroken("缺少 %s", want.Path)
		case have[i] != want:
			return errBroken("%s 与清单不符，已被改动或者损坏", want.Path)
		}
	}
	for _, f := range have {
		if !slices.ContainsFunc(m.Files, func(w File) bool { return w.Path == f.Path }) {
			return errBroken("%s 不在清单中", f.Path)
		}
	}
	return nil
}

// keys finds the folder of the keys and holds it against the manifest. Empty is
// to go without.
func (r Restoring) keys(m Manifest) (string, error) {
	from := r.KeysFrom
	switch {
	case m.Keys.Included:
		from = filepath.Join(r.From, "keys")
	case r.WithoutKeys || len(m.Keys.SHA256) == 0:
		return "", nil
	case from == "":
		return "", fault.New(fault.Invalid, "备份中没有密钥，没有密钥就读不出封存的举报人信息；请用 --keys-from 指明另行保管的密钥目录，确实没有才用 --without-keys")
	}
	have, err := fingerprints(from)
	if err != nil {
		return "", err
	}
	for name, want := range m.Keys.SHA256 {
		same := have[name] == want
		switch {
		case same:
		case name == Checkpoint: // of another moment; the newest is what stops a log that lost entries
			same = have[name] != ""
		case name == LogKeys:
			if same, err = startsWith(filepath.Join(from, name), want); err != nil {
				return "", err
			}
		}
		if !same {
			return "", fault.New(fault.Invalid, "%s 中的密钥 %s 不是备份时的那一把，没有恢复；请找到备份当时的密钥", from, name)
		}
	}
	return from, nil
}

// startsWith reports whether the file begins with lines of that hash: keys of
// the log that were rotated since.
func startsWith(name, want string) (bool, error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	sum := sha256.New()
	for line := range bytes.Lines(text) {
		sum.Write(line)
		if hex.EncodeToString(sum.Sum(nil)) == want {
			return true, nil
		}
	}
	return false, nil
}

// fill makes the directory in part and reads it again.
func (r Restoring) fill(ctx context.Context, m Manifest, part, keys string) error {
	if err := os.MkdirAll(part, 0o700); err != nil {
		return err
	}
	for _, f := range m.Files {
		from, to := filepath.Join(r.From, filepath.FromSlash(f.Path)), filepath.Join(part, filepath.FromSlash(f.Path))
		if err := copyFile(from, to); err != nil {
			return err
		}
		sum, n, err := Hash(to)
		if err != nil {
			return err
		}
		if sum != f.SHA256 || n != f.Bytes {
			return errBroken("%s 写入后与清单不符，请检查磁盘", f.Path)
		}
	}
	if keys != "" && !m.Keys.Included {
		if err := copyTree(keys, filepath.Join(part, "keys")); err != nil {
			return err
		}
	}
	stores, err := readStores(ctx, part, r.Contexts)
	if err != nil {
		return errBroken("存储读不出：%w", err)
	}
	for i, s := range stores {
		if i >= len(m.Stores) || !reflect.DeepEqual(s, m.Stores[i]) {
			return errBroken("%s 的记录与清单不符", s.Context)
		}
	}
	if len(stores) != len(m.Stores) {
		return errBroken("清单中有 %d 个存储，备份中有 %d 个", len(m.Stores), len(stores))
	}
	return nil
}
