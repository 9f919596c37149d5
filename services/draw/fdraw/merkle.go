package fdraw

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Node is a node of an RFC 6962 tree, always SHA-256 whatever hash the draw
// uses, so that public log software can read it. In JSON it is base64.
type Node = tlog.Hash

// ParseNode reads the base64 of a node, as Node.String writes it.
func ParseNode(word string) (Node, error) {
	node, err := tlog.ParseHash(word)
	if err != nil || node.String() != word {
		return Node{}, fmt.Errorf("“%s”应为 44 个字符的 base64 摘要", show(word))
	}
	return node, nil
}

// Proof shows that a tree of Size leaves has a given leaf at Index.
type Proof struct {
	Index int64  `json:"index"` // from 0
	Size  int64  `json:"size"`
	Path  []Node `json:"path"`
}

// Holds reports whether text is leaf p.Index of the tree with this root.
func (p Proof) Holds(root Node, text string) bool {
	return tlog.CheckRecord(p.Path, p.Size, root, p.Index, tlog.RecordHash([]byte(text))) == nil
}

// tree is an RFC 6962 tree in memory.
type tree struct {
	size   int64
	stored []Node // in the order of tlog.StoredHashIndex
}

func (t *tree) ReadHashes(indexes []int64) ([]Node, error) {
	nodes := make([]Node, len(indexes))
	for i, x := range indexes {
		if x < 0 || x >= int64(len(t.stored)) {
			return nil, fmt.Errorf("tree of %d leaves has no node %d", t.size, x)
		}
		nodes[i] = t.stored[x]
	}
	return nodes, nil
}

func (t *tree) add(text string) error {
	nodes, err := tlog.StoredHashes(t.size, []byte(text), t)
	if err != nil {
		return fmt.Errorf("hash leaf %d: %w", t.size, err)
	}
	t.stored = append(t.stored, nodes...)
	t.size++
	return nil
}

func (t *tree) root() (Node, error) { return tlog.TreeHash(t.size, t) }

func (t *tree) prove(index int64) (Proof, error) {
	if index < 0 || index >= t.size {
		return Proof{}, fmt.Errorf("tree of %d leaves has no leaf %d", t.size, index)
	}
	path, err := tlog.ProveRecord(t.size, index, t)
	return Proof{Index: index, Size: t.size, Path: path}, err
}
