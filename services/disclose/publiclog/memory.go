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
	if err := replace(f.Path, checkpoint); err != nil {
		return fmt.Errorf("keep a checkpoint: %w", err)
	}
	return nil
}

// HaltFile is what the file beside the checkpoint is called that says why nothing
// may be signed; it is there only then.
const HaltFile = "log.halt"

func (f *File) halt() string { return filepath.Join(filepath.Dir(f.Path), HaltFile) }

// Halted returns what the file says, or "".
func (f *File) Halted() (string, error) {
	text, err := os.ReadFile(f.halt())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read why the log was halted: %w", err)
	}
	return string(text), nil
}

// Halt writes the file, or removes it.
func (f *File) Halt(why string) error {
	if why != "" {
		if err := replace(f.halt(), why); err != nil {
			return fmt.Errorf("halt the log: %w", err)
		}
		return nil
	}
	if err := os.Remove(f.halt()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("let the log go on: %w", err)
	}
	return syncFolder(filepath.Dir(f.Path))
}

// replace puts text in the place of a file, whole and durably.
func replace(path, text string) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".checkpoint-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.WriteString(text)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
