// Package notices keeps the holiday notices (放假安排) of a data directory, and the
// calendar they make. It must never keep half a notice, and never let a program
// count on one calendar while another program of the same directory counts on a
// newer one for longer than a look.
package notices

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// Book is a workday.Source over the notices in a folder, one year a file, which
// need not be there yet. It is safe for concurrent use.
type Book struct {
	dir     string
	shipped *workday.Calendar
	now     atomic.Pointer[workday.Calendar]

	mu   sync.Mutex
	seen [sha256.Size]byte // guarded by mu; what lay in the folder when it was last looked at
}

// Open reads the notices in dir over the calendar that ships. An empty dir is
// that calendar alone, which nobody can add to.
func Open(dir string) (*Book, error) {
	shipped, err := workday.New()
	if err != nil {
		return nil, fmt.Errorf("read the calendar: %w", err)
	}
	b := &Book{dir: dir, shipped: shipped}
	b.now.Store(shipped)
	if dir == "" {
		return b, nil
	}
	_, err = b.Reload()
	return b, err
}

// Calendar returns the calendar in force. Whoever counts asks once and keeps to
// the answer until the count is made.
func (b *Book) Calendar() *workday.Calendar { return b.now.Load() }

// Reload takes the notices as they are in the folder now and reports whether the
// calendar is another. A folder with a file that cannot be a notice changes
// nothing, and the refusal is told once.
func (b *Book) Reload() (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.reload()
}

func (b *Book) reload() (bool, error) {
	if b.dir == "" {
		return false, nil
	}
	files := os.DirFS(b.dir)
	stamp, err := stampOf(files)
	if err != nil || stamp == b.seen {
		return false, err
	}
	b.seen = stamp
	next, err := b.shipped.WithNotices(files)
	if err != nil || next.Version() == b.now.Load().Version() {
		return false, err
	}
	b.now.Store(next)
	return true, nil
}

// stampOf is a digest of what lies in the folder.
func stampOf(files fs.FS) ([sha256.Size]byte, error) {
	sum := sha256.New()
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return [sha256.Size]byte{}, fmt.Errorf("list the notices: %w", err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it is being replaced: the next look sees it
		}
		if err != nil {
			return [sha256.Size]byte{}, fmt.Errorf("read the notice %s: %w", name, err)
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(data))
		sum.Write(data)
	}
	return [sha256.Size]byte(sum.Sum(nil)), nil
}

// Imported is what an import came to.
type Imported struct {
	Year     int
	Was, Now *workday.Calendar
}

// Import takes in the notice of one year and keeps it in the folder. A year that
// is published already is fault.Conflict unless it is to be replaced; the very
// same notice again changes nothing.
func (b *Book) Import(content []byte, replace bool) (Imported, error) {
	y, err := workday.ParseYear(content)
	if err != nil {
		return Imported{}, err
	}
	if b.dir == "" {
		return Imported{}, fault.New(fault.Unavailable, "本系统没有设置存放放假安排的目录，请用 shenzhong calendar import 导入。")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, err := b.reload(); err != nil {
		return Imported{}, err
	}
	was := b.now.Load()
	next, err := was.WithYear(y)
	if err != nil {
		return Imported{}, err
	}
	if next.Version() == was.Version() {
		return Imported{Year: y.Year, Was: was, Now: was}, nil
	}
	if had, ok := was.Year(y.Year); ok && had.State == workday.Published && !replace {
		return Imported{}, fault.New(fault.Conflict, "%d 年的放假安排已经公布在日历中；国务院调整安排的，请选择替换（命令行加 --replace）后重新导入。", y.Year)
	}
	if err := keep(b.dir, y); err != nil {
		return Imported{}, err
	}
	if _, err := b.reload(); err != nil {
		return Imported{}, err
	}
	return Imported{Year: y.Year, Was: was, Now: b.now.Load()}, nil
}

// keep writes a notice whole: it is there or it is not.
func keep(dir string, y workday.Year) error {
	content, err := json.MarshalIndent(y, "", " ")
	if err != nil {
		return fmt.Errorf("encode the notice: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of notices: %w", err)
	}
	f, err := os.CreateTemp(dir, ".notice-*")
	if err != nil {
		return fmt.Errorf("write the notice: %w", err)
	}
	_, err = f.Write(append(content, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("write the notice: %w", err), os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), filepath.Join(dir, fmt.Sprintf("%d.json", y.Year))); err != nil {
		return errors.Join(fmt.Errorf("write the notice: %w", err), os.Remove(f.Name()))
	}
	for _, folder := range []string{dir, filepath.Dir(dir)} { // or a power failure takes its name
		if err := syncFolder(folder); err != nil {
			return fmt.Errorf("write the notice: %w", err)
		}
	}
	return nil
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
