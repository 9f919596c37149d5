package publiclog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// File is a Memory that is a file, best on another disk than the store.
type File struct{ Path string }

// Last returns what was kept, or "".
func (f *File) Last() (string, error) {
	text, err := os.ReadFile(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the last checkpoint: %w", err)
	}
	return string(text), nil
}

// Keep replaces the file whole: after a power failure it holds the old
// checkpoint or the new one. It refuses a smaller one than is there, which
// another process of the same log has signed meanwhile.
func (f *File) Keep(checkpoint string) error {
	before, err := f.Last()
	if err != nil {
		return err
	}
	if before != "" {
		old, err := SizeOf(before)
		if err != nil {
			return err
		}
		if size, err := SizeOf(checkpoint); err != nil || size < old {
			return errors.Join(err, fmt.Errorf("a checkpoint of %d entries was kept meanwhile", old))
		}
	}
	folder := filepath.Dir(f.Path)
	tmp, err := os.CreateTemp(folder, ".checkpoint-*") // 0600
	if err != nil {
		return fmt.Errorf("keep a checkpoint: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.WriteString(checkpoint)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("keep a checkpoint: %w", err)
	}
	if err := os.Rename(tmp.Name(), f.Path); err != nil {
		return fmt.Errorf("keep a checkpoint: %w", err)
	}
	d, err := os.Open(folder)
	if err != nil {
		return fmt.Errorf("keep a checkpoint: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
