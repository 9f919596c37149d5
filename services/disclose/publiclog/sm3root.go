package publiclog

import "shenzhong/services/draw/fdraw"

// SM3Tree is the RFC 6962 tree of a log with SM3 (GB/T 32905) for its hash, as
// far as it is needed for its root: a digest for each full subtree.
type SM3Tree struct {
	size int64
	full []fdraw.Digest // of the full subtrees, the largest first
}

// Add appends an entry.
func (t *SM3Tree) Add(leaf string) {
	d := fdraw.SM3.Raw("\x00" + leaf)
	for n := t.size; n&1 == 1; n >>= 1 {
		d = sm3Node(t.full[len(t.full)-1], d)
		t.full = t.full[:len(t.full)-1]
	}
	t.full = append(t.full, d)
	t.size++
}

// Root is the root over all entries.
func (t *SM3Tree) Root() fdraw.Digest {
	if t.size == 0 {
		return fdraw.SM3.Raw("")
	}
	root := t.full[len(t.full)-1]
	for i := len(t.full) - 2; i >= 0; i-- {
		root = sm3Node(t.full[i], root)
	}
	return root
}

func sm3Node(left, right fdraw.Digest) fdraw.Digest {
	return fdraw.SM3.Raw("\x01" + string(left[:]) + string(right[:]))
}
