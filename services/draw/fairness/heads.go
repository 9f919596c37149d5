package fairness

import (
	"context"
	"fmt"
	"math/rand/v2"

	"golang.org/x/mod/sumdb/tlog"
)

// twoHeads: the publisher of the log signs two histories and shows one to each
// half of the world. A witness signs what continues what it signed before, and
// nothing else; a history counts with the signatures of a quorum. Two of them can
// both have it only if quorums can meet in false witnesses alone, that is, from
// 2q - n false ones on.
func twoHeads(ctx context.Context, w *world, trials int) (Attack, error) {
	a := Attack{Name: "two-heads", Title: "公开日志一式两份", Aim: "两份日志都凑足见证"}
	for _, v := range []struct{ n, q, dishonest int }{{3, 2, 0}, {3, 2, 1}, {3, 3, 1}, {4, 3, 1}, {5, 4, 2}} {
		both := 0
		for range trials {
			if err := ctx.Err(); err != nil {
				return a, err
			}
			won, err := forks(w.rnd, v.n, v.q, v.dishonest)
			if err != nil {
				return a, err
			}
			if won {
				both++
			}
		}
		theory := 0.0
		if v.dishonest >= 2*v.q-v.n {
			theory = 1
		}
		a.Cases = append(a.Cases, Tried{
			Case: fmt.Sprintf("%d 个见证方中须 %d 个，%d 个失信", v.n, v.q, v.dishonest), Without: 1, WithoutTheory: 1,
			Here: rate(both, trials), HereTheory: theory, Caught: 1 - rate(both, trials),
		})
	}
	return a, nil
}

// forks tries it once: a common past, two heads that differ in one entry, the
// honest witnesses split as well as can be, the false ones signing both.
func forks(rnd *rand.Rand, n, quorum, dishonest int) (bool, error) {
	past, more := 1+rnd.IntN(20), 1+rnd.IntN(20)
	var heads [2]history
	for i := range heads {
		for k := range past + more + i { // of two lengths, so that a proof decides and not the size
			entry := fmt.Sprintf("entry %d", k)
			if k == past {
				entry += fmt.Sprintf(" of head %d", i)
			}
			if err := heads[i].add(entry); err != nil {
				return false, err
			}
		}
	}
	signed := [2]int{dishonest, dishonest}
	for k := range n - dishonest {
		seen, err := heads[0].at(int64(past))
		if err != nil {
			return false, err
		}
		size := int64(past)
		for turn := range 2 { // he is offered his half first and the other one after it
			head := (k + turn) % 2
			ok, err := heads[head].continues(size, seen)
			if err != nil {
				return false, err
			}
			if ok {
				signed[head]++
				size = heads[head].size
				if seen, err = heads[head].at(size); err != nil {
					return false, err
				}
			}
		}
	}
	return signed[0] >= quorum && signed[1] >= quorum, nil
}

// history is a log as its publisher keeps it.
type history struct {
	size   int64
	stored []tlog.Hash
}

func (h *history) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if x < 0 || x >= int64(len(h.stored)) {
			return nil, fmt.Errorf("no node %d", x)
		}
		out[i] = h.stored[x]
	}
	return out, nil
}

func (h *history) add(entry string) error {
	nodes, err := tlog.StoredHashes(h.size, []byte(entry), h)
	if err != nil {
		return err
	}
	h.stored, h.size = append(h.stored, nodes...), h.size+1
	return nil
}

func (h *history) at(size int64) (tlog.Hash, error) { return tlog.TreeHash(size, h) }

// continues is what a witness asks for before it signs: proof that this head
// holds all that it signed before.
func (h *history) continues(size int64, seen tlog.Hash) (bool, error) {
	if size > h.size {
		return false, nil
	}
	root, err := h.at(h.size)
	if err != nil {
		return false, err
	}
	if size == h.size {
		return root == seen, nil
	}
	proof, err := tlog.ProveTree(h.size, size, h)
	if err != nil {
		return false, err
	}
	return tlog.CheckTree(proof, h.size, root, size, seen) == nil, nil
}
