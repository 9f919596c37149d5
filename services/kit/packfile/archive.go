// Package packfile carries law packs (辖区规则包) about: as a folder, as one
// archive with hashes, signed, and loaded again while the program runs. It must
// never change a rule and never hand out a pack that Load refuses, whose files
// differ from their hashes or, where a trust key is set, that nobody has signed.
package packfile

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
)

// Contents is the name of the list of files in an archive.
const Contents = "CONTENTS"

// mostFiles and mostBytes bound what is read from an archive.
const (
	mostFiles = 100
	mostBytes = 16 << 20
)

// Files reads the files of the pack at the top of fsys into memory.
func Files(fsys fs.FS) (map[string][]byte, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the files of the law pack: %w", err)
	}
	files := make(map[string][]byte, len(names))
	for _, name := range names {
		if files[name], err = fs.ReadFile(fsys, name); err != nil {
			return nil, fmt.Errorf("read %s of the law pack: %w", name, err)
		}
	}
	return files, nil
}

// Opened is a pack that was read, all of it in memory.
type Opened struct {
	Pack     *law.Pack
	Files    fs.FS
	SignedBy []string // names of who signed it, one for every file of trust
	data     map[string][]byte
}

// Read loads the pack at the top of fsys.
func Read(fsys fs.FS) (Opened, error) {
	data, err := Files(fsys)
	if err != nil {
		return Opened{}, err
	}
	held, err := Hold(data)
	if err != nil {
		return Opened{}, err
	}
	p, err := law.Load(held)
	if err != nil {
		return Opened{}, err
	}
	return Opened{Pack: p, Files: held, data: data}, nil
}

// Describe is the pack in a few lines of text: its version and the SHA-256 of
// each file. It is what is signed and what an archive lists. A folder and the
// archive made of it are described alike.
func (o Opened) Describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "shenzhong law pack\n%s\n", o.Pack.Version())
	for _, name := range slices.Sorted(maps.Keys(o.data)) {
		sum := sha256.Sum256(o.data[name])
		fmt.Fprintf(&b, "%s  %s\n", hex.EncodeToString(sum[:]), name)
	}
	return b.String()
}

// Archive makes one file of the pack at the top of fsys, and describes it: the
// list of its contents and its files, in the order of their names, not
// compressed and without dates, so that the same pack always makes the same
// bytes.
func Archive(fsys fs.FS) (archive []byte, contents string, err error) {
	o, err := Read(fsys)
	if err != nil {
		return nil, "", err
	}
	archive, err = bundle(o.Describe(), o.data)
	return archive, o.Describe(), err
}

// bundle writes the archive; without contents it is but a folder in memory.
func bundle(contents string, files map[string][]byte) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if contents != "" {
		if err := store(z, Contents, []byte(contents)); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := store(z, name, files[name]); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("close the archive: %w", err)
	}
	return b.Bytes(), nil
}

// store adds one file. The date is the first that the format knows.
func store(z *zip.Writer, name string, data []byte) error {
	w, err := z.CreateHeader(&zip.FileHeader{
		Name: name, Method: zip.Store, Modified: time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		return fmt.Errorf("archive %s: %w", name, err)
	}
	if _, err := w.Write(data); err != nil {
		return fmt.Errorf("archive %s: %w", name, err)
	}
	return nil
}

// Unpack returns the pack in an archive. It is fault.Invalid if the archive
// holds anything but the files that its contents list, or one that differs from
// its hash, or if Load refuses the pack.
func Unpack(archive []byte) (Opened, error) {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return Opened{}, fault.New(fault.Invalid, "规则包文件不是有效的归档，请重新导出。")
	}
	if len(z.File) > mostFiles {
		return Opened{}, fault.New(fault.Invalid, "规则包归档里的文件过多。")
	}
	var total uint64
	for _, f := range z.File {
		total += f.UncompressedSize64
		if f.Name != Contents && (path.Base(f.Name) != f.Name || path.Ext(f.Name) != ".yaml") || total > mostBytes {
			return Opened{}, fault.New(fault.Invalid, "规则包归档里有不该有的文件“%.60s”，或者内容过大。", f.Name)
		}
	}
	said, err := fs.ReadFile(z, Contents)
	if err != nil {
		return Opened{}, fault.New(fault.Invalid, "规则包归档里没有文件清单（%s），请重新导出。", Contents)
	}
	o, err := Read(z)
	if err != nil && !fault.Is(err, fault.Invalid) { // a file that cannot be read, or stands twice
		return Opened{}, fault.New(fault.Invalid, "规则包归档已损坏，请重新导出：%w", err)
	}
	if err != nil {
		return Opened{}, err
	}
	if string(said) != o.Describe() {
		return Opened{}, fault.New(fault.Invalid, "规则包归档的内容与其文件清单不符，可能在传送中损坏或者被改动，请重新导出。")
	}
	return o, nil
}

// open reads a pack from a folder or an archive without asking who signed it.
// All of it is in memory when open returns: what is checked is what is used,
// whoever writes to the folder meanwhile.
func open(name string) (Opened, error) {
	info, err := os.Stat(name)
	if err != nil {
		return Opened{}, fault.New(fault.NotFound, "没有找到规则包 %s，请核对路径。", name)
	}
	if info.IsDir() {
		return Read(os.DirFS(name))
	}
	if info.Size() > mostBytes {
		return Opened{}, fault.New(fault.Invalid, "规则包 %s 过大。", name)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return Opened{}, fmt.Errorf("read the law pack: %w", err)
	}
	return Unpack(data)
}

// Hold makes files in memory, as law.Extract returns them, a folder.
func Hold(files map[string][]byte) (fs.FS, error) {
	data, err := bundle("", files)
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("hold the law pack: %w", err)
	}
	return z, nil
}

// Extract returns what of a pack is in force on the day, as law.Extract does.
func Extract(files fs.FS, on workday.Date) (fs.FS, error) {
	extract, err := law.Extract(files, on)
	if err != nil {
		return nil, err
	}
	return Hold(extract)
}

// Import writes the pack in an archive into a new folder, all of it or nothing,
// and the signatures of the archive, if it has any, beside it. Trust is as in
// Open. A folder that is there already is fault.Conflict.
func Import(archive, folder string, trust ...string) (p *law.Pack, err error) {
	o, err := Open(archive, trust...)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(folder); err == nil {
		return nil, fault.New(fault.Conflict, "%s 已经存在，请换一个新的目录，核对后再启用。", folder)
	}
	made, err := os.MkdirTemp(filepath.Dir(filepath.Clean(folder)), ".pack-")
	if err != nil {
		return nil, fault.New(fault.Invalid, "无法在 %s 旁边建立目录，请核对路径和权限。", folder)
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(made)
		}
	}()
	for name, data := range o.data {
		if err := os.WriteFile(filepath.Join(made, name), data, 0o644); err != nil {
			return nil, fmt.Errorf("write the law pack: %w", err)
		}
	}
	if err := os.Chmod(made, 0o755); err != nil {
		return nil, fmt.Errorf("write the law pack: %w", err)
	}
	signed, err := os.ReadFile(SignatureOf(archive))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the signature: %w", err)
	}
	if err == nil {
		if err := os.WriteFile(SignatureOf(folder), signed, 0o644); err != nil {
			return nil, fmt.Errorf("write the signature: %w", err)
		}
	}
	if err := os.Rename(made, folder); err != nil {
		return nil, fmt.Errorf("write the law pack: %w", err)
	}
	return o.Pack, nil
}
