package publiclog

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
)

// kept is a Memory of a test.
type kept struct{ text string }

func (k *kept) Last() (string, error)   { return k.text, nil }
func (k *kept) Keep(text string) error  { k.text = text; return nil }
func (k *kept) Halted() (string, error) { return "", nil }
func (k *kept) Halt(string) error       { return nil }

const origin = "example.invalid/fdlog-500156-1"

func keys(t testing.TB) *Keys {
	t.Helper()
	text, err := Generate(origin)
	if err != nil {
		t.Fatal(err)
	}
	k, err := ParseKeys(text)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func grow(t testing.TB, tree *Tree, n int64) {
	t.Helper()
	for tree.Size() < n {
		if err := tree.Add(Record(fmt.Sprintf("%032x", tree.Size()), 1, [32]byte{}, "")); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRecordLeafIsTheVector holds a leaf against the specification's vector.
func TestRecordLeafIsTheVector(t *testing.T) {
	text, err := os.ReadFile("../../draw/fdraw/testdata/draw_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Leaf struct {
			Document string `json:"document_utf8"`
			Leaf     string `json:"leaf"`
		} `json:"log_leaf"`
	}
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	var salt [32]byte
	for i := range salt {
		salt[i] = 0xab
	}
	if got := Record("7f3c9a5e21d84b06a1f0c2d3e4b5a697", 1, salt, vectors.Leaf.Document); got != vectors.Leaf.Leaf || got == "" {
		t.Errorf("got %q, want %q", got, vectors.Leaf.Leaf)
	}
}

const (
	record = "7f3c9a5e21d84b06a1f0c2d3e4b5a697"
	digest = "435effe84450b1bf52a2895c53c43f6472ab14826c09b3d2e9d9552557078c0a"
)

// TestGrammarHasNoRoomForPeople is I15: what is of the grammar passes, and
// nothing else does.
func TestGrammarHasNoRoomForPeople(t *testing.T) {
	sums := "doc-sha256 " + digest + "\ndoc-sm3 " + digest + "\n"
	good := []string{
		Record(record, 1, [32]byte{}, "x"), Record(record, 2, [32]byte{}, "x"), Withdraw(record, 1, "revoked", "2026-10-09"),
		Expire(record, 1, "m3"), Draw("500156-2026-0001", 1, Announce, "x"), DrawDigests("500156-2026-0001", 2, Reveals, digest, digest),
		Named("key", "ed25519-0a1b2c3d", "x"), Named("policy", "witness-00000001", "x"), Named("software", "page-00000001", "x"),
	}
	for _, leaf := range good {
		if err := Check(leaf); err != nil {
			t.Errorf("%q: %v", leaf, err)
		}
		for i := range leaf { // every byte counts
			if Check(leaf[:i]+"\u5f20"+leaf[i+1:]) == nil || Check(leaf[:i]) == nil {
				t.Fatalf("%q passes with byte %d replaced or cut", leaf, i)
			}
		}
		if Check(leaf+"\n") == nil || Check(leaf+leaf) == nil || Check(strings.ReplaceAll(leaf, "\n", "\r\n")) == nil {
			t.Errorf("%q passes with something behind it", leaf)
		}
	}
	for _, leaf := range []string{
		"", "fdlog/v1 note\ntext x\n", "fdlog/v1 key\nname 110101199003078515\n" + sums, "fdlog/v1 key\nname zhangsan-00000001\n" + sums,
		Withdraw(record, 1, "someone", "2026-10-09"), Withdraw(record, 0, "error", "2026-10-09"), Withdraw("110101199003078515", 1, "error", "2026-10-09"),
		Expire(record, 1, "m4"), Draw("110101199003078515", 1, Announce, ""), Draw("500156-2026-0001", 1, "dinner", ""),
	} {
		if Check(leaf) == nil {
			t.Errorf("%q passes", leaf)
		}
	}
}

// TestHistory holds what may follow what.
func TestHistory(t *testing.T) {
	draw := func(stage string) string { return Draw("500156-2026-0001", 1, stage, "x") }
	course := []string{draw(Announce), draw(Freeze), draw(Reveals), draw(Beacon), draw(Sealed), draw(Open)}
	for _, tt := range []struct {
		name   string
		before []string
		leaf   string
		want   fault.Kind
	}{
		{"first version", nil, Record(record, 1, [32]byte{}, ""), ""},
		{"second version of nothing", nil, Record(record, 2, [32]byte{}, ""), fault.Early},
		{"correction", []string{Record(record, 1, [32]byte{}, "")}, Record(record, 2, [32]byte{}, ""), ""},
		{"published twice", []string{Record(record, 1, [32]byte{}, "")}, Record(record, 1, [32]byte{}, ""), fault.Conflict},
		{"withdrawn unpublished", nil, Withdraw(record, 1, "error", "2026-10-09"), fault.Early},
		{"withdrawn", []string{Record(record, 1, [32]byte{}, "")}, Withdraw(record, 1, "error", "2026-10-09"), ""},
		{"expired after withdrawal", []string{Record(record, 1, [32]byte{}, ""), Withdraw(record, 1, "error", "2026-10-09")}, Expire(record, 1, "m3"), fault.Conflict},
		{"freeze first", nil, draw(Freeze), fault.Early},
		{"beacon before reveals", course[:2], draw(Beacon), fault.Early},
		{"sealed", course[:4], draw(Sealed), ""},
		{"announced twice", course[:1], draw(Announce), fault.Conflict},
		{"void after the beacon", course[:4], draw(Void), fault.Conflict},
		{"void before it", course[:3], draw(Void), ""},
		{"two absent parties", append(course[:3:3], draw(Absent)), draw(Absent), ""},
		{"open after void", append(course[:3:3], draw(Void)), draw(Beacon), fault.Conflict},
	} {
		var h History
		var err error
		for _, leaf := range tt.before {
			if h, err = h.Follow(leaf); err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
		}
		if _, err := h.Follow(tt.leaf); fault.KindOf(err) != tt.want {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
}

// TestTilesHoldTheTree reads a log back from its tiles alone.
func TestTilesHoldTheTree(t *testing.T) {
	var tree Tree
	const size = 70_000
	grow(t, &tree, size)
	root, err := tree.Root(size)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, tile := range HashTiles(size) {
		if !tile.Within(size) || !tile.Full() && tile.L == 0 && tile.Within(size-1) {
			t.Fatalf("%s is not within %d", tile.Path(), size)
		}
		if files[tile.Path()], err = tree.Nodes(tile); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"tile/0/000", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"} {
		if files[path] == nil {
			t.Errorf("no %s", path)
		}
		if tile, err := ParseTile(path); err != nil || tile.Path() != path {
			t.Errorf("%s is read as %s, %v", path, tile.Path(), err)
		}
	}
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, tileFiles(files))
	proof, err := tlog.ProveRecord(size, 12_345, reader)
	leaf := Record(fmt.Sprintf("%032x", 12_345), 1, [32]byte{}, "")
	if err != nil || tlog.CheckRecord(proof, size, root, 12_345, tlog.RecordHash([]byte(leaf))) != nil {
		t.Errorf("entry 12345 cannot be proved from the tiles: %v", err)
	}
	for _, path := range []string{"tile/0/1", "tile/8/0/000", "tile/data/000", "tile/0/000.p/256", "tile/0/000.p/0", "tile/../000", "tile/entries/x001/0000"} {
		if _, err := ParseTile(path); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s is taken for a tile", path)
		}
	}
}

type tileFiles map[string][]byte

func (f tileFiles) Height() int { return tileHeight }
func (f tileFiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		out = append(out, f[Tile{t}.Path()])
	}
	return out, nil
}
func (f tileFiles) SaveTiles([]tlog.Tile, [][]byte) {}

// TestBundle reads entries back.
func TestBundle(t *testing.T) {
	leaves := []string{Expire(record, 1, "m3"), Withdraw(record, 1, "error", "2026-10-09")}
	data := Bundle(leaves)
	got, err := ParseBundle(data, 2)
	if err != nil || got[0] != leaves[0] || got[1] != leaves[1] {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := ParseBundle(data, 1); err == nil {
		t.Error("an entry too many passes")
	}
	if _, err := ParseBundle(data[:len(data)-1], 2); err == nil {
		t.Error("half an entry passes")
	}
}

// TestCheckpointCarriesBothLines has a checkpoint signed, read with either key
// alone, and refused with another's.
func TestCheckpointCarriesBothLines(t *testing.T) {
	var tree Tree
	grow(t, &tree, 3)
	k := keys(t)
	text, err := (&Notary{Keys: k, Memory: &kept{}}).Sign(&tree)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(text, "\n\u2014 "); n != 2 {
		t.Errorf("%d signature lines, want 2:\n%s", n, text)
	}
	for _, public := range k.Public() {
		point, err := OpenCheckpoint(text, []string{public})
		if err != nil || point.Size != 3 || point.Origin != origin {
			t.Errorf("%s: %+v, %v", public, point, err)
		}
		if _, err := OpenCheckpoint(strings.Replace(text, "\n3\n", "\n2\n", 1), []string{public}); err == nil {
			t.Errorf("%s: another size passes", public)
		}
		if Check(KeyLeaf(public)) != nil {
			t.Errorf("%q is no entry", KeyLeaf(public))
		}
	}
	for _, public := range keys(t).Public() {
		if _, err := OpenCheckpoint(text, []string{public}); err == nil {
			t.Error("a stranger's key passes")
		}
	}
	if _, err := fdraw.ParseKey(k.Verifier()); err != nil {
		t.Errorf("the verifier of draws cannot read the key: %v", err)
	}
}

// TestRotation adds a key: what is signed then carries both, and each alone is
// enough to read it.
func TestRotation(t *testing.T) {
	old, err := Generate(origin)
	if err != nil {
		t.Fatal(err)
	}
	young, err := Generate(origin)
	if err != nil {
		t.Fatal(err)
	}
	var tree Tree
	grow(t, &tree, 2)
	memory := &kept{}
	sign := func(text string) (string, *Keys) {
		k, err := ParseKeys(text)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := (&Notary{Keys: k, Memory: memory}).Sign(&tree)
		if err != nil {
			t.Fatal(err)
		}
		return signed, k
	}
	first, before := sign(old)
	both, _ := sign(old + young)
	last, after := sign(young)
	if before.Verifier() == after.Verifier() || first == both {
		t.Fatal("the key was not changed")
	}
	for _, tt := range []struct {
		text string
		key  *Keys
		ok   bool
	}{{first, before, true}, {first, after, false}, {both, before, true}, {both, after, true}, {last, after, true}} {
		if _, err := OpenCheckpoint(tt.text, tt.key.Public()[:1]); (err == nil) != tt.ok {
			t.Errorf("%q: %v, want %v", tt.text, err, tt.ok)
		}
	}
}

// TestNotaryNeverForks is I13: an older or another store signs nothing, and a
// crash after signing and before keeping leaves no second root for a size.
func TestNotaryNeverForks(t *testing.T) {
	k, memory := keys(t), &kept{}
	n := &Notary{Keys: k, Memory: memory}
	var tree, other Tree
	grow(t, &tree, 5)
	signed, err := n.Sign(&tree)
	if err != nil || memory.text != signed {
		t.Fatalf("%v, or what was signed was not kept first", err)
	}
	if again, err := n.Sign(&tree); err != nil || again != signed {
		t.Errorf("the same tree is signed anew: %v", err)
	}
	grow(t, &other, 4)
	if _, err := n.Sign(&other); !isHalt(err) {
		t.Errorf("a shorter store: %v; want a halt", err)
	}
	if err := other.Add(Expire(record, 1, "m3")); err != nil {
		t.Fatal(err)
	}
	grow(t, &other, 9)
	if _, err := n.Sign(&other); !isHalt(err) {
		t.Errorf("another history: %v; want a halt", err)
	}
	if memory.text != signed {
		t.Error("what was refused was kept")
	}
	n.Memory = lost{text: signed}
	grow(t, &tree, 6)
	if text, err := n.Sign(&tree); err == nil || isHalt(err) {
		t.Errorf("a checkpoint that could not be kept was given out: %q", text)
	}
	if _, err := (&Notary{Keys: keys(t), Memory: &kept{"x"}}).Sign(&tree); !isHalt(err) {
		t.Errorf("a broken memory: %v; want a halt", err)
	}
}

type lost struct{ text string }

func (lost) Keep(string) error       { return os.ErrClosed }
func (l lost) Last() (string, error) { return l.text, nil }
func (lost) Halted() (string, error) { return "", nil }
func (lost) Halt(string) error       { return nil }

func isHalt(err error) bool {
	var halt *Halt
	return errors.As(err, &halt)
}

// TestProofText writes a proof as C2SP tlog-proof and reads it back, to the byte.
func TestProofText(t *testing.T) {
	var tree Tree
	grow(t, &tree, 9)
	p := Proof{Record: record, Version: 1, Document: "{}", Index: 9}
	p.SetSalt([32]byte{1})
	leaf, err := p.Leaf()
	if err != nil || tree.Add(leaf) != nil {
		t.Fatal(err)
	}
	k := keys(t)
	if p.Checkpoint, err = (&Notary{Keys: k, Memory: &kept{}}).Sign(&tree); err != nil {
		t.Fatal(err)
	}
	p.Size = tree.Size()
	if p.Path, err = tree.Include(9, 10); err != nil {
		t.Fatal(err)
	}
	text := p.Text()
	back, err := ParseProof(text)
	if err != nil {
		t.Fatal(err)
	}
	back.Document = p.Document
	if err := back.Check(k.Public()); err != nil {
		t.Errorf("what was read does not hold: %v", err)
	}
	if back.Document = "{ }"; back.Check(k.Public()) == nil {
		t.Error("another document holds")
	}
	for i := range text[:strings.Index(text, "\u2014")] { // of two signature lines one is enough
		for _, changed := range []string{text[:i], text[:i] + "~" + text[i+1:], text[:i] + " " + text[i:]} {
			if q, err := ParseProof(changed); err == nil {
				q.Document = p.Document
				if q.Check(k.Public()) == nil {
					t.Fatalf("byte %d may be changed: %q", i, changed)
				}
			}
		}
	}
}
