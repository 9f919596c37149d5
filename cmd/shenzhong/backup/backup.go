// Package backup makes copies of a data directory that can be trusted, and data
// directories of such copies. It must never copy a database file as a file,
// never write over anything, and never leave something that only looks whole.
package backup

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/sqlite"
)

// ManifestName is the file that says what a backup holds. It is written last.
const ManifestName = "manifest.json"

// The files among the keys that change: those of a later day are as good as the
// backup's, and better.
const (
	Checkpoint = "log.checkpoint" // the last checkpoint that the public log has signed
	LogKeys    = "log.keys"       // what it signs with; a rotation adds lines

	halted = "log.halt" // why it signs nothing; no key, and gone once an operator has mended it
)

// Manifest is what a backup holds, and what it must be found to hold again.
// Outside checks rely on its names.
type Manifest struct {
	Format int       `json:"format"` // 1
	Made   time.Time `json:"made"`
	By     string    `json:"by"`
	Stores []Store   `json:"stores"` // by context
	Files  []File    `json:"files"`  // everything but the manifest, by path
	Keys   Keys      `json:"keys"`
	Pack   string    `json:"pack"` // path in the backup; empty is the one that ships
}

// Store is the store of one context in a backup.
type Store struct {
	Context  string     `json:"context"`
	File     string     `json:"file"`
	Subjects int        `json:"subjects"`
	Commits  int        `json:"commits"`
	Newest   *time.Time `json:"newest,omitempty"` // commit
	Broken   []string   `json:"broken,omitempty"` // where chains do not hold, as they did not when it was copied
}

// File is one file of a backup.
type File struct {
	Path   string `json:"path"` // with slashes
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Keys says which keys the data needs, and whether they are in the backup.
type Keys struct {
	Included bool              `json:"included"`
	SHA256   map[string]string `json:"sha256"` // by path under the folder of keys
}

// Plan says what is to be backed up.
type Plan struct {
	Data     string   // directory
	Keys     string   // folder of keys
	Pack     string   // folder or archive of the law pack; empty is the one that ships
	Contexts []string // whose stores must hold chains
	To       string   // where nothing is yet
	WithKeys bool     // put the keys into the backup
	KeysTo   string   // put the keys there instead, where nothing is yet; empty does not
	By       string
	At       time.Time
}

// What of a data directory is not backed up: the streams, which are made anew
// from the stores, and what belongs to the process that runs.
var left = []string{"jetstream", "jetstream.lock", "running.lock", "control.sock"}

// Make makes a backup and reads it again: every database is whole, every chain
// was walked, every file has its hash. Chains that do not hold are written down
// in the manifest and do not keep the backup from being made: it may be the
// evidence.
func Make(ctx context.Context, p Plan) (m Manifest, err error) {
	if err := p.check(); err != nil {
		return m, err
	}
	part := p.To + ".part"
	if err := os.RemoveAll(part); err != nil { // of one that was cut short
		return m, err
	}
	if err := os.MkdirAll(part, 0o700); err != nil {
		return m, fmt.Errorf("make the backup: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(part))
		}
	}()
	m = Manifest{Format: 1, Made: p.At.UTC(), By: p.By, Keys: Keys{Included: p.WithKeys}}
	if err := p.fill(ctx, part, &m); err != nil {
		return m, err
	}
	if m.Stores, err = readStores(ctx, part, p.Contexts); err != nil {
		return m, err
	}
	if m.Files, err = hashAll(part); err != nil {
		return m, err
	}
	if err := writeManifest(part, m); err != nil {
		return m, err
	}
	if err := p.keepKeys(); err != nil {
		return m, err
	}
	if err := os.Rename(part, p.To); err != nil {
		return m, err
	}
	return m, syncFolder(filepath.Dir(p.To))
}

func (p Plan) check() error {
	for _, to := range []string{p.To, p.KeysTo} {
		if to == "" {
			continue
		}
		if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
			return fault.New(fault.Invalid, "%s 已经存在；备份不覆盖任何内容，请换一个目录名", to)
		}
	}
	if p.To == "" {
		return fault.New(fault.Invalid, "请用 --to 指明备份放在哪里")
	}
	for _, c := range p.Contexts {
		if _, err := os.Stat(filepath.Join(p.Data, c+".db")); err == nil {
			return nil
		}
	}
	return fault.New(fault.Invalid, "“%s”中没有任何服务的存储，请核对 --data", p.Data)
}

// fill copies everything into part.
func (p Plan) fill(ctx context.Context, part string, m *Manifest) error {
	entries, err := os.ReadDir(p.Data)
	if err != nil {
		return err
	}
	databases := map[string]string{}
	for _, e := range entries {
		from, to := filepath.Join(p.Data, e.Name()), filepath.Join(part, e.Name())
		switch {
		case slices.Contains(left, e.Name()), same(from, p.Keys), strings.HasSuffix(e.Name(), ".db-wal"), strings.HasSuffix(e.Name(), ".db-shm"):
		case filepath.Ext(e.Name()) == ".db":
			databases[from] = to
		default:
			err = copyTree(from, to)
		}
		if err != nil {
			return err
		}
	}
	if err := sqlite.Copy(ctx, databases); err != nil {
		return err
	}
	if p.Pack != "" {
		m.Pack = "pack/" + filepath.Base(p.Pack)
		if err := copyTree(p.Pack, filepath.Join(part, filepath.FromSlash(m.Pack))); err != nil {
			return err
		}
	}
	if m.Keys.SHA256, err = fingerprints(p.Keys); err != nil {
		return err
	}
	if p.WithKeys && len(m.Keys.SHA256) > 0 {
		return copyTree(p.Keys, filepath.Join(part, "keys"))
	}
	return nil
}

// keepKeys copies the keys to a place of their own.
func (p Plan) keepKeys() error {
	if p.KeysTo == "" {
		return nil
	}
	if _, err := os.Stat(p.Keys); errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Invalid, "没有密钥目录 %s，请用 --keys 指明", p.Keys)
	}
	return copyTree(p.Keys, p.KeysTo)
}

// fingerprints are the hashes of the keys. A key is random, so its hash tells
// nothing of it.
func fingerprints(folder string) (map[string]string, error) {
	files, err := hashAll(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	out := map[string]string{}
	for _, f := range files {
		if f.Path != halted {
			out[f.Path] = f.SHA256
		}
	}
	return out, err
}

func writeManifest(part string, m Manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(part, ManifestName), append(text, '\n'))
}

func sortStores(s []Store) {
	slices.SortFunc(s, func(x, y Store) int { return cmp.Compare(x.Context, y.Context) })
}
