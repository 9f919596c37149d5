package fdraw

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// TestWithdrawalLeavesTheTree: a leaf holds nothing of its document, so that
// deleting document and salt leaves nothing behind, and a withdrawal is one more
// leaf: no root that was signed and no proof of another leaf changes (I12).
func TestWithdrawalLeavesTheTree(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(r, "records")
		log := &testLog{}
		var documents []string
		for i := range n {
			documents = append(documents, fmt.Sprintf("当事人张%d，罚款 %d 元", i, 1000+i))
			log.add(t, NewRecordLeaf(seedOf("id", i).String()[:32], 1, seedOf("salt", i), documents[i]).Text())
		}
		root := must[Node](t)(log.tree.root())
		proofs := make([]Proof, n)
		for i := range proofs {
			proofs[i] = must[Proof](t)(log.tree.prove(int64(i)))
		}
		gone := rapid.IntRange(0, n-1).Draw(r, "withdrawn")
		if leaf := log.leaves[gone]; strings.Contains(leaf, documents[gone]) || strings.Contains(leaf, seedOf("salt", gone).String()) {
			r.Fatalf("the leaf keeps what was to be deleted: %s", leaf)
		}
		log.add(t, "fdlog/v1 withdraw\nrecord "+seedOf("id", gone).String()[:32]+"\n")
		for i, p := range proofs {
			if !p.Holds(root, log.leaves[i]) {
				r.Fatalf("the proof of leaf %d no longer holds", i)
			}
		}
	})
}

// TestCheckpointsAgree: whatever is added, an old root and a new one are
// consistent, and a tree in which one leaf was changed is not (I14).
func TestCheckpointsAgree(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		size := rapid.IntRange(1, 60).Draw(r, "size")
		old := rapid.IntRange(1, size).Draw(r, "old")
		changed := rapid.IntRange(0, old-1).Draw(r, "changed")
		var honest, forged tree
		var signed Node
		for i := range size {
			text := fmt.Sprint("leaf ", i)
			if err := honest.add(text); err != nil {
				r.Fatal(err)
			}
			if i == changed {
				text = "another leaf"
			}
			if err := forged.add(text); err != nil {
				r.Fatal(err)
			}
			if i == old-1 {
				signed = must[Node](t)(honest.root())
			}
		}
		for _, tt := range []struct {
			tree *tree
			want bool
		}{{&honest, true}, {&forged, false}} {
			proof := must[tlog.TreeProof](t)(tlog.ProveTree(int64(size), int64(old), tt.tree))
			root := must[Node](t)(tt.tree.root())
			if err := tlog.CheckTree(proof, int64(size), root, int64(old), signed); (err == nil) != tt.want {
				r.Fatalf("consistent is %v, want %v", err == nil, tt.want)
			}
		}
	})
}

// TestLeavesNameNobody: a leaf has no place for a name, a telephone or an
// identity number: wherever one is put in, the leaf is refused (I15).
func TestLeavesNameNobody(t *testing.T) {
	leaves := map[string]func(string) (string, error){
		specimens[LeafFile]: parsers[LeafFile],
		NewRecordLeaf(ones[:32], 1, Digest{}, "x").Text(): again(ParseRecordLeaf),
		NewRecordLeaf(ones[:32], 3, Digest{}, "x").Text(): again(ParseRecordLeaf),
	}
	personal := rapid.OneOf(
		rapid.StringMatching(`[\x{4e00}-\x{9fff}]{1,4}`),
		rapid.StringMatching(`[A-Z][a-z]{1,5} [A-Z][a-z]{1,5}`),
		rapid.StringMatching(`[1-9][0-9]{5}(19|20)[0-9]{9}[0-9X]`),
		rapid.StringMatching(`1[3-9][0-9]{9}`),
	)
	for text, parse := range leaves {
		words := regexp.MustCompile(`[^ \n]+`).FindAllStringIndex(text, -1)
		rapid.Check(t, func(r *rapid.T) {
			word := words[rapid.IntRange(0, len(words)-1).Draw(r, "word")]
			from, to := word[0], word[1]
			switch rapid.IntRange(0, 2).Draw(r, "how") {
			case 0: // in place of the word
			case 1: // before it
				to = from
			case 2: // after it
				from = to
			}
			leaf := text[:from] + personal.Draw(r, "personal") + text[to:]
			if _, err := parse(leaf); err == nil {
				r.Fatalf("a leaf that names somebody is accepted:\n%s", leaf)
			}
		})
	}
}
