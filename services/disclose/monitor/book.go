package monitor

import (
	"context"
	"fmt"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
)

// Book is a log as it was read whole: its checkpoint and every entry that it
// covers. Nothing of it has been checked yet, but that the entries are there.
type Book struct {
	Text   string            // the checkpoint
	Point  *fdraw.Checkpoint // the same, read
	Leaves []string
	Tree   *publiclog.Tree // over Leaves
}

// Read reads the newest checkpoint of a log and all entries, of which before has
// the first ones already; before may be nil. src is the log's own root.
func Read(ctx context.Context, src Source, before *Book) (*Book, error) {
	raw, err := src.Read(ctx, "checkpoint")
	if err != nil {
		return nil, err
	}
	point, err := fdraw.ParseCheckpoint(string(raw))
	if err != nil {
		return nil, fault.New(fault.Invalid, "检查点不合格式：%w", err)
	}
	const most = 50_000_000 // entries; a district writes fewer than 100,000 a year
	if point.Size > most {
		return nil, fault.New(fault.Invalid, "检查点称有 %d 条，超出所能核验的 %d 条", point.Size, most)
	}
	b := &Book{Text: string(raw), Point: point, Tree: &publiclog.Tree{}}
	if before != nil && before.Point.Size <= point.Size && before.Point.Origin == point.Origin {
		b.Leaves, b.Tree = before.Leaves, before.Tree
	}
	for have := b.Tree.Size(); have < point.Size; have = b.Tree.Size() {
		leaves, err := bundle(ctx, src, have/publiclog.TileWidth, point.Size)
		if err != nil {
			return nil, err
		}
		for _, leaf := range leaves[have%publiclog.TileWidth:] {
			if err := b.Tree.Add(leaf); err != nil {
				return nil, err
			}
			b.Leaves = append(b.Leaves, leaf)
		}
	}
	return b, nil
}

// bundle reads the n-th bundle of entries of a log of that size.
func bundle(ctx context.Context, src Source, n, size int64) ([]string, error) {
	tile := publiclog.EntryTile(n, size)
	data, err := readTile(ctx, src, tile)
	if err != nil {
		return nil, err
	}
	leaves, err := publiclog.ParseBundle(data, tile.W)
	if err != nil {
		return nil, fmt.Errorf("%s：%w", tile.Path(), err)
	}
	return leaves, nil
}

// readTile reads a tile. One that was partial may since have become full, as C2SP
// tlog-tiles allows; then the full one is cut to what was asked.
func readTile(ctx context.Context, src Source, tile publiclog.Tile) ([]byte, error) {
	data, err := src.Read(ctx, tile.Path())
	if !fault.Is(err, fault.NotFound) || tile.Full() {
		return data, err
	}
	full := tile
	full.W = publiclog.TileWidth
	whole, again := src.Read(ctx, full.Path())
	if again != nil {
		return nil, err
	}
	return full.Cut(whole, tile.W)
}
