package publiclog

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
)

// breaking is a memory that loses power: before it has kept a checkpoint, or
// after, when the caller never hears of it.
type breaking struct {
	kept
	before, after bool
}

func (b *breaking) Keep(text string) error {
	if b.before {
		return os.ErrClosed
	}
	if err := b.kept.Keep(text); err != nil || !b.after {
		return err
	}
	return os.ErrClosed
}

// TestACrashBetweenAnyTwoStepsNeitherForksNorRunsAhead is I13 in its unit form. An
// entry is committed, the checkpoint over it is signed, kept and given out; the
// power fails between any two of these, and the log begins again from what is
// durable: the entries and the memory. Whatever was ever given out or kept is over
// entries that are there, and no size has two roots.
func TestACrashBetweenAnyTwoStepsNeitherForksNorRunsAhead(t *testing.T) {
	rnd := rand.New(rand.NewPCG(13, 13))
	k := keys(t)
	for range 40 {
		var durable []string // entries committed
		memory, roots := &breaking{}, map[int64]string{}
		seen := func(text string) {
			t.Helper()
			if text == "" {
				return
			}
			point, err := OpenCheckpoint(text, k.Public())
			if err != nil {
				t.Fatal(err)
			}
			if point.Size > int64(len(durable)) {
				t.Fatalf("a checkpoint of %d entries, %d are there", point.Size, len(durable))
			}
			root := point.Root.String()
			if before, ok := roots[point.Size]; ok && before != root {
				t.Fatalf("two roots of size %d", point.Size)
			}
			roots[point.Size] = root
		}
		for range 30 {
			var tree Tree // begun again from the store, as at a start
			for _, leaf := range durable {
				if err := tree.Add(leaf); err != nil {
					t.Fatal(err)
				}
			}
			for range rnd.IntN(3) {
				leaf := Expire(fmt.Sprintf("%032x", len(durable)), 1, "m3")
				if rnd.IntN(5) == 0 {
					break // the power fails before the entry is committed
				}
				durable = append(durable, leaf)
				if rnd.IntN(5) == 0 {
					break // after it is committed and before it is in the tree
				}
				if err := tree.Add(leaf); err != nil {
					t.Fatal(err)
				}
			}
			if tree.Size() == 0 {
				continue
			}
			memory.before, memory.after = rnd.IntN(5) == 0, rnd.IntN(5) == 0
			given, err := (&Notary{Keys: k, Memory: memory}).Sign(&tree)
			switch {
			case err == nil:
				seen(given)
			case isHalt(err):
				t.Fatalf("the log stopped after a crash: %v", err)
			case !memory.before && !memory.after:
				t.Fatal(err)
			}
			kept, err := memory.Last()
			if err != nil {
				t.Fatal(err)
			}
			seen(kept)
		}
		if len(roots) < 3 {
			t.Fatalf("only %d sizes were signed", len(roots))
		}
	}
}
