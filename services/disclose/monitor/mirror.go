package monitor

import (
	"fmt"
	"os"
	"path/filepath"

	"shenzhong/services/disclose/publiclog"
)

// Save writes the log into a folder as C2SP tlog-tiles has it, so that there is
// a copy that its owner cannot take away: entries that a store lost are found
// there. Files that are there already and cannot change are left. The checkpoint
// is written last.
func (b *Book) Save(dir string) error {
	for n := int64(0); n*publiclog.TileWidth < b.Point.Size; n++ {
		tile := publiclog.EntryTile(n, b.Point.Size)
		first, _ := tile.Entries()
		err := save(dir, tile, func() ([]byte, error) { return publiclog.Bundle(b.Leaves[first : first+int64(tile.W)]), nil })
		if err != nil {
			return err
		}
	}
	for _, tile := range publiclog.HashTiles(b.Point.Size) {
		if err := save(dir, tile, func() ([]byte, error) { return b.Tree.Nodes(tile) }); err != nil {
			return err
		}
	}
	return write(filepath.Join(dir, "checkpoint"), []byte(b.Text))
}

func save(dir string, tile publiclog.Tile, content func() ([]byte, error)) error {
	path := filepath.Join(dir, filepath.FromSlash(tile.Path()))
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	data, err := content()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // a public log
		return fmt.Errorf("save the log: %w", err)
	}
	return write(path, data)
}

// write replaces a file whole.
func write(path string, data []byte) error {
	temp := path + ".new"
	if err := os.WriteFile(temp, data, 0o644); err != nil { //nolint:gosec // a public log
		return fmt.Errorf("save the log: %w", err)
	}
	if err := os.Rename(temp, path); err != nil {
		return fmt.Errorf("save the log: %w", err)
	}
	return nil
}

// Mirror saves the log of the last look.
func (m *Monitor) Mirror(dir string) error {
	if m.book == nil {
		return nil
	}
	return m.book.Save(dir)
}
