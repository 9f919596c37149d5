package disclose

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// recoveredBy begins the causes of entries that were taken from a copy.
const recoveredBy = "log/recovered/"

// Recovery is what a copy of the log has given back.
type Recovery struct {
	Entries int64    `json:"entries"` // that were missing
	Size    int64    `json:"size"`    // of the log now
	Lost    []string `json:"lost"`    // numbers of records that were public and whose content is not here
	Unknown []string `json:"unknown"` // random ids of such records whose number was not found
	Ended   []string `json:"ended"`   // numbers of records that are public here and over in the log
	Draws   []string `json:"draws"`   // attempts at draws with steps among the entries, "500156-2026-0001/1"
}

// RecoverLog appends the entries that a copy of this log has and the store does
// not (draw.md section 6.1, the restore drill), if what the store has is the
// beginning of the copy and this log signed the copy's checkpoint. Nothing else
// may run on the store. Records that were public and are not here are withdrawn
// as lost, so that the log says how they stand and their numbers are not given
// to others.
func (s *Service) RecoverLog(ctx context.Context, leaves []string, checkpoint string) (Recovery, error) {
	r := Recovery{Lost: []string{}, Unknown: []string{}, Ended: []string{}, Draws: []string{}}
	if s.public == nil {
		return r, errNoLog
	}
	l := s.public
	if err := l.isCopy(leaves, checkpoint); err != nil {
		return r, err
	}
	l.queue.turn.Lock()
	defer l.queue.turn.Unlock()
	if err := l.catchUp(ctx); err != nil {
		return r, err
	}
	l.mu.Lock()
	l.halt = nil // nobody else runs, and it is found out anew below
	l.mu.Unlock()
	before := l.tree.Size()
	if err := l.putBack(ctx, leaves); err != nil {
		return r, err
	}
	r.Size, r.Entries = l.tree.Size(), l.tree.Size()-before
	for _, leaf := range leaves[min(before, int64(len(leaves))):] {
		if about, ok := strings.CutPrefix(publiclog.About(leaf), "draw "); ok && !slices.Contains(r.Draws, about) {
			r.Draws = append(r.Draws, about)
		}
	}
	if err := l.resume(ctx, checkpoint); err != nil { // more is missing: what came next would fork the log
		return r, err
	}
	err := s.settleLost(ctx, &r)
	r.Size = l.tree.Size()
	return r, err
}

// isCopy makes sure that the entries are those of a checkpoint of this log.
func (l *ledger) isCopy(leaves []string, checkpoint string) error {
	point, err := publiclog.OpenCheckpoint(checkpoint, l.cfg.Notary.Keys.Public())
	if err != nil {
		return err
	}
	copied, err := treeOf(leaves)
	if err != nil {
		return err
	}
	root, err := copied.Root(copied.Size())
	if err != nil {
		return err
	}
	if copied.Size() != point.Size || root != point.Root {
		return fault.New(fault.Invalid, "副本中的条目与其检查点不符，不能据以恢复，请换一份副本")
	}
	return nil
}

func treeOf(leaves []string) (*publiclog.Tree, error) {
	tree := &publiclog.Tree{}
	for _, leaf := range leaves {
		if err := publiclog.Check(leaf); err != nil {
			return nil, err
		}
		if err := tree.Add(leaf); err != nil {
			return nil, err
		}
	}
	return tree, nil
}

// putBack appends what the copy has beyond the store. The turn is held.
func (l *ledger) putBack(ctx context.Context, leaves []string) error {
	copied, err := treeOf(leaves)
	if err != nil {
		return err
	}
	if at := l.parting(copied); at < min(l.tree.Size(), copied.Size()) {
		return fault.New(fault.Conflict, "数据库从第 %d 条（从 0 起）起与副本不同：恢复之后又记入了别的条目，不能补齐。请用备份重新恢复到空目录，并在启动之前先运行本命令", at)
	}
	for from := l.tree.Size(); from < copied.Size(); from = l.tree.Size() {
		var steps []store.Step[Growth]
		for i := from; i < min(from+batch, copied.Size()); i++ {
			by := store.Cause{ID: fmt.Sprintf("%s%d", recoveredBy, i), Actor: identity.Service("disclose")}
			if kind := publiclog.Kind(leaves[i]); kind == "key" || kind == "policy" || kind == "software" {
				by = ownCause(leaves[i]) // the log would say it again
			}
			steps = append(steps, store.Step[Growth]{By: by, Decide: grown(i, "", leaves[i])})
		}
		if err := l.growth.PutAll(ctx, l.id, steps); err != nil {
			return err
		}
		if err := l.catchUp(ctx); err != nil {
			return err
		}
	}
	return nil
}

// parting is the index of the first entry in which the store and the copy differ,
// the length of the shorter one where none does.
func (l *ledger) parting(copied *publiclog.Tree) int64 {
	n := min(l.tree.Size(), copied.Size())
	return int64(sort.Search(int(n), func(i int) bool {
		ours, err1 := l.tree.Root(int64(i) + 1)
		theirs, err2 := copied.Root(int64(i) + 1)
		return err1 != nil || err2 != nil || ours != theirs
	}))
}

// resume takes the copy's checkpoint for the last one signed if it is newer than
// the one that is kept, forgets why the log was halted, and makes sure that it
// may go on: neither what is kept nor a witness knows of more.
func (l *ledger) resume(ctx context.Context, checkpoint string) error {
	memory := l.cfg.Notary.Memory
	last, err := memory.Last()
	if err != nil {
		return err
	}
	size, err := publiclog.SizeOf(checkpoint)
	if err != nil {
		return err
	}
	if kept, err := publiclog.SizeOf(last); err != nil || kept < size {
		if err := memory.Keep(checkpoint); err != nil {
			return err
		}
	}
	if err := memory.Halt(""); err != nil {
		return err
	}
	l.mu.Lock()
	text, _, err := l.cfg.Notary.Last(&l.tree)
	var halt *publiclog.Halt
	if errors.As(err, &halt) {
		l.stop(ctx, halt)
	}
	l.point = text
	l.mu.Unlock()
	if err == nil && text != "" {
		l.cosigned(ctx, text, everyone)
	}
	return cmp.Or(l.halted(), err)
}
