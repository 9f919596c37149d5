package interop

import (
	"errors"
	"strings"
	"testing"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"shenzhong/services/disclose/publiclog"
)

// proofOf is what a citizen downloads beside the n-th record.
func proofOf(t testing.TB, o *ours, n int, checkpoint string) publiclog.Proof {
	t.Helper()
	p := publiclog.Proof{Document: document(n), Record: name(n), Version: 1, Index: int64(n), Size: leaves, Checkpoint: checkpoint}
	p.SetSalt(salt(n))
	var err error
	if p.Path, err = o.tree.Include(p.Index, p.Size); err != nil {
		t.Fatal(err)
	}
	if err := p.Check(o.keys.Public()); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestTorchwoodAsksTwoOfThree: a checkpoint that two of three witnesses saw is
// taken, one that a single one saw is not, nor one of another log.
func TestTorchwoodAsksTwoOfThree(t *testing.T) {
	o := log(t)
	for seen, taken := range []bool{false, false, true, true} {
		checkpoint, ours := witnessed(t, o, seen)
		policy, err := torchwood.ParsePolicy([]byte(ours.Text))
		if err != nil {
			t.Fatalf("our policy: %v\n%s", err, ours.Text)
		}
		point, _, err := torchwood.VerifyCheckpoint([]byte(checkpoint), policy)
		if taken && (err != nil || point.N != leaves || point.Origin != origin) {
			t.Errorf("seen by %d: %+v, %v", seen, point, err)
		}
		var refused *note.UnverifiedNoteError
		if !taken && !errors.As(err, &refused) {
			t.Errorf("seen by %d: %v; want that it lacks signatures", seen, err)
		}
	}
}

// TestTorchwoodTakesTheProof that a public record offers, and refuses it for
// another document, with another salt, at another place, or with a node changed.
func TestTorchwoodTakesTheProof(t *testing.T) {
	o := log(t)
	checkpoint, ours := witnessed(t, o, 2)
	policy, err := torchwood.ParsePolicy([]byte(ours.Text))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 65_536, leaves - 1} {
		p := proofOf(t, o, n, checkpoint)
		leaf, err := p.Leaf()
		if err != nil {
			t.Fatal(err)
		}
		if err := torchwood.VerifyProof(policy, tlog.RecordHash([]byte(leaf)), []byte(p.Text())); err != nil {
			t.Errorf("record %d: %v", n, err)
		}
		other := p
		other.Document += " "
		for what, wrong := range map[string]struct{ leaf, text string }{
			"another document": {must(t, other.Leaf), p.Text()},
			"another place":    {leaf, strings.Replace(p.Text(), "\nindex ", "\nindex 1", 1)},
			"a node changed":   {leaf, changed(p).Text()},
		} {
			if err := torchwood.VerifyProof(policy, tlog.RecordHash([]byte(wrong.leaf)), []byte(wrong.text)); err == nil {
				t.Errorf("record %d, %s: taken", n, what)
			}
		}
	}
	few, _ := witnessed(t, o, 1)
	p := proofOf(t, o, 7, few)
	leaf := must(t, p.Leaf)
	if err := torchwood.VerifyProof(policy, tlog.RecordHash([]byte(leaf)), []byte(p.Text())); err == nil {
		t.Error("a proof under a checkpoint that one witness saw was taken")
	}
}

func changed(p publiclog.Proof) publiclog.Proof {
	p.Path = append(tlog.RecordProof(nil), p.Path...)
	p.Path[0][0] ^= 1
	return p
}

func must(t testing.TB, make func() (string, error)) string {
	t.Helper()
	text, err := make()
	if err != nil {
		t.Fatal(err)
	}
	return text
}
