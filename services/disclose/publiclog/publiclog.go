// Package publiclog is the public log (公开日志) as anybody can check it: entries
// of a fixed grammar, an RFC 6962 tree over them, signed checkpoints, tiles,
// proofs, witnesses and monitors (C2SP tlog-tiles, tlog-checkpoint, tlog-witness).
//
// It must never hold anything personal: an entry is random numbers, digests and
// listed words. It must never sign a checkpoint that contradicts one it signed
// before, and it decides nothing about what is published.
package publiclog

import (
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"shenzhong/services/kit/fault"
)

// Tree is the RFC 6962 tree over the entries of a log, SHA-256, in memory: 64
// bytes an entry. It is not safe for use by several goroutines.
type Tree struct {
	size   int64
	stored []tlog.Hash // in the order of tlog.StoredHashIndex
}

// ReadHashes returns stored nodes.
func (t *Tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	nodes := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if x < 0 || x >= int64(len(t.stored)) {
			return nil, fmt.Errorf("tree of %d entries has no node %d", t.size, x)
		}
		nodes[i] = t.stored[x]
	}
	return nodes, nil
}

// Size is how many entries the tree has.
func (t *Tree) Size() int64 { return t.size }

// Add appends an entry.
func (t *Tree) Add(leaf string) error {
	nodes, err := tlog.StoredHashes(t.size, []byte(leaf), t)
	if err != nil {
		return fmt.Errorf("hash entry %d: %w", t.size, err)
	}
	t.stored = append(t.stored, nodes...)
	t.size++
	return nil
}

// Root is the root of the first size entries; the caller must have that many.
func (t *Tree) Root(size int64) (tlog.Hash, error) {
	if size < 0 || size > t.size {
		return tlog.Hash{}, fmt.Errorf("tree of %d entries has no root at %d", t.size, size)
	}
	return tlog.TreeHash(size, t)
}

// Include proves that entry index is in the tree of that size.
func (t *Tree) Include(index, size int64) (tlog.RecordProof, error) {
	if index < 0 || index >= size || size > t.size {
		return nil, fault.New(fault.NotFound, "大小 %d 的日志没有第 %d 条", size, index)
	}
	return tlog.ProveRecord(size, index, t)
}

// Extend proves that the tree of size begins with the tree of old entries.
func (t *Tree) Extend(old, size int64) (tlog.TreeProof, error) {
	if old < 0 || old > size || size > t.size {
		return nil, fault.New(fault.NotFound, "日志没有从 %d 到 %d 的一致性证明", old, size)
	}
	if old == 0 || old == size {
		return nil, nil
	}
	return tlog.ProveTree(size, old, t)
}

// tileHeight is fixed by C2SP tlog-tiles: 256 nodes a tile.
const tileHeight = 8

// TileWidth is how many nodes or entries a full tile holds.
const TileWidth = 1 << tileHeight

// entryLevel marks a tile of entries.
const entryLevel = -1

// Tile is the address of 256 nodes of a level, or of 256 entries; fewer at the
// growing end.
type Tile struct{ tlog.Tile }

// ParseTile reads "tile/0/x001/067", "tile/1/000.p/5" or "tile/entries/000".
func ParseTile(path string) (Tile, error) {
	inner, ok := strings.CutPrefix(path, "tile/")
	if level, rest, found := strings.Cut(inner, "/"); found && level == "entries" {
		inner = "data/" + rest
	} else if level == "data" {
		ok = false
	}
	t, err := tlog.ParseTilePath("tile/8/" + inner)
	if !ok || err != nil {
		return Tile{}, fault.New(fault.NotFound, "没有这样的日志分片")
	}
	return Tile{t}, nil
}

// EntryTile is the n-th tile of entries of a log of that size.
func EntryTile(n, size int64) Tile {
	return Tile{tlog.Tile{H: tileHeight, L: entryLevel, N: n, W: int(min(TileWidth, size-n*TileWidth))}}
}

// HashTiles are the tiles of nodes of a log of that size.
func HashTiles(size int64) []Tile {
	var out []Tile
	for _, t := range tlog.NewTiles(tileHeight, 0, size) {
		out = append(out, Tile{t})
	}
	return out
}

// Path is the address below the log's own.
func (t Tile) Path() string {
	inner := strings.TrimPrefix(t.Tile.Path(), "tile/8/")
	if rest, ok := strings.CutPrefix(inner, "data/"); ok {
		inner = "entries/" + rest
	}
	return "tile/" + inner
}

// Entries reports whether the tile holds entries, and which: from first, W of
// them.
func (t Tile) Entries() (first int64, ok bool) { return t.N * TileWidth, t.L == entryLevel }

// Full reports whether the tile will never change.
func (t Tile) Full() bool { return t.W == TileWidth }

// Within reports whether a log of that size has the whole tile.
func (t Tile) Within(size int64) bool {
	level := max(t.L, 0)
	return level < 8 && t.N < size && t.N*TileWidth+int64(t.W) <= size>>(tileHeight*level)
}

// Nodes returns the bytes of a tile of nodes.
func (t *Tree) Nodes(tile Tile) ([]byte, error) { return tlog.ReadTileData(tile.Tile, t) }

// Bundle is the bytes of a tile of entries: each led by its length in two bytes.
func Bundle(leaves []string) []byte {
	var out []byte
	for _, leaf := range leaves {
		out = binary.BigEndian.AppendUint16(out, uint16(len(leaf)))
		out = append(out, leaf...)
	}
	return out
}

// ParseBundle reads exactly n entries.
func ParseBundle(data []byte, n int) ([]string, error) {
	var leaves []string
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, fault.New(fault.Invalid, "日志条目分片不完整")
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		leaves = append(leaves, string(data[2:end]))
		data = data[end:]
	}
	if len(leaves) != n {
		return nil, fault.New(fault.Invalid, "日志条目分片有 %d 条，应有 %d 条", len(leaves), n)
	}
	return leaves, nil
}

// Cut returns what the tile would hold if it had only its first width nodes or
// entries.
func (t Tile) Cut(data []byte, width int) ([]byte, error) {
	if t.L != entryLevel {
		if len(data) < width*tlog.HashSize {
			return nil, fault.New(fault.Invalid, "日志分片不完整")
		}
		return data[:width*tlog.HashSize], nil
	}
	leaves, err := ParseBundle(data, t.W)
	if err != nil {
		return nil, err
	}
	return Bundle(leaves[:min(width, len(leaves))]), nil
}
