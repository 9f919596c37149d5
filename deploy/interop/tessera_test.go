package interop

import (
	"bytes"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"

	"shenzhong/services/disclose/publiclog"
)

// ed25519 are the verifiers of the log's Ed25519 keys, the oldest first.
func ed25519(t testing.TB, o *ours) []note.Verifier {
	t.Helper()
	var out []note.Verifier
	for _, public := range o.keys.Public() {
		if strings.HasPrefix(public, "sm2.") {
			continue
		}
		v, err := note.NewVerifier(public)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// hashes are the leaf hashes of a bundle of entries.
func hashes(bundle []byte) ([][]byte, error) {
	var b api.EntryBundle
	if err := b.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	var out [][]byte
	for _, e := range b.Entries {
		out = append(out, rfc6962.DefaultHasher.HashLeaf(e))
	}
	return out, nil
}

// TestTesseraReadsTheCheckpoint: with the newest key, and with the one before it,
// for who has not heard of the new one yet; not with a stranger's.
func TestTesseraReadsTheCheckpoint(t *testing.T) {
	o := log(t)
	f := fetch(t, o)
	keys := ed25519(t, o)
	if len(keys) != 2 {
		t.Fatalf("%d keys, want two generations", len(keys))
	}
	for i, v := range keys {
		point, _, _, err := client.FetchCheckpoint(ctx(t), f.ReadCheckpoint, v, origin)
		if err != nil || point.Size != leaves {
			t.Errorf("key %d: %+v, %v", i, point, err)
		}
	}
	stranger := ed25519(t, &ours{keys: keysOf(t, 1)})[0]
	if _, _, _, err := client.FetchCheckpoint(ctx(t), f.ReadCheckpoint, stranger, origin); err == nil {
		t.Error("the key of a stranger opened the checkpoint")
	}
}

// TestTesseraProves builds proofs from our tiles, full and partial, and holds
// them against the root that we signed.
func TestTesseraProves(t *testing.T) {
	o := log(t)
	f := fetch(t, o)
	builder, err := client.NewProofBuilder(ctx(t), leaves, f.ReadTile)
	if err != nil {
		t.Fatal(err)
	}
	root, err := o.tree.Root(leaves)
	if err != nil {
		t.Fatal(err)
	}
	for _, index := range []uint64{0, 1, 255, 256, 65_535, 65_536, leaves - 2, leaves - 1} {
		path, err := builder.InclusionProof(ctx(t), index)
		if err != nil {
			t.Fatalf("entry %d: %v", index, err)
		}
		leaf := rfc6962.DefaultHasher.HashLeaf([]byte(o.entries[index]))
		if err := proof.VerifyInclusion(rfc6962.DefaultHasher, index, leaves, leaf, path, root[:]); err != nil {
			t.Errorf("entry %d: %v", index, err)
		}
		if err := proof.VerifyInclusion(rfc6962.DefaultHasher, index, leaves, rfc6962.DefaultHasher.HashLeaf([]byte("other")), path, root[:]); err == nil {
			t.Errorf("another text passes for entry %d", index)
		}
	}
	old, err := o.tree.Root(early)
	if err != nil {
		t.Fatal(err)
	}
	path, err := builder.ConsistencyProof(ctx(t), early, leaves)
	if err != nil {
		t.Fatal(err)
	}
	if err := proof.VerifyConsistency(rfc6962.DefaultHasher, early, leaves, path, old[:], root[:]); err != nil {
		t.Error(err)
	}
}

// TestTesseraFollowsTheLog from an older size, and does not follow a fork that
// the same key has signed.
func TestTesseraFollowsTheLog(t *testing.T) {
	whole := log(t)
	young := &ours{keys: whole.keys}
	young.grow(t, early, false)
	young.sign(t)
	fork := &ours{keys: whole.keys}
	fork.grow(t, early, true) // one entry is another
	fork.grow(t, leaves, false)
	fork.sign(t)
	verifier := ed25519(t, whole)[1]

	shown := &shown{young}
	f := fetch(t, shown)
	tracker, err := client.NewLogStateTracker(ctx(t), f.ReadTile, []byte(young.point), verifier, origin, client.UnilateralConsensus(f.ReadCheckpoint))
	if err != nil {
		t.Fatal(err)
	}
	shown.Handler = fork
	if _, _, _, err := tracker.Update(ctx(t)); err == nil {
		t.Error("a fork was followed")
	}
	shown.Handler = whole
	if _, _, _, err := tracker.Update(ctx(t)); err != nil || tracker.Latest().Size != leaves {
		t.Errorf("the log was not followed: %v, at %d", err, tracker.Latest().Size)
	}
}

// shown is a site that may come to show something else.
type shown struct{ http.Handler }

// TestTesseraChecksTheWholeLog: every entry and every tile; one entry that is
// missing, changed or of another tree is found.
func TestTesseraChecksTheWholeLog(t *testing.T) {
	o := log(t)
	verifier := ed25519(t, o)[1]
	if err := fsck.New(origin, verifier, fetch(t, o), hashes, fsck.Opts{N: 4}).Check(ctx(t)); err != nil {
		t.Errorf("the log as it is: %v", err)
	}
	for name, spoil := range map[string]func(path string, data []byte) []byte{
		"an entry changed": func(path string, data []byte) []byte {
			if path != "/log/tile/entries/100" {
				return data
			}
			return bytes.Replace(data, []byte("version 1"), []byte("version 2"), 1)
		},
		"an entry missing": func(path string, data []byte) []byte {
			if path != "/log/tile/entries/100" {
				return data
			}
			entries, err := publiclog.ParseBundle(data, publiclog.TileWidth)
			if err != nil {
				return nil
			}
			left := append(entries[:3:3], entries[4:]...)
			return publiclog.Bundle(append(left, o.entries[101*publiclog.TileWidth])) // the next ones move up
		},
		"a node changed": func(path string, data []byte) []byte {
			if path != "/log/tile/0/100" {
				return data
			}
			return append([]byte{data[0] ^ 1}, data[1:]...)
		},
	} {
		if err := fsck.New(origin, verifier, fetch(t, spoiled{o, spoil}), hashes, fsck.Opts{N: 4}).Check(ctx(t)); err == nil {
			t.Errorf("%s: nothing was noticed", name)
		}
	}
}

// spoiled shows a log in which something is not as it was.
type spoiled struct {
	log   http.Handler
	spoil func(path string, data []byte) []byte
}

func (s spoiled) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var got recorder
	s.log.ServeHTTP(&got, r)
	if got.status != 0 {
		w.WriteHeader(got.status)
		return
	}
	_, _ = w.Write(s.spoil(r.URL.Path, got.Bytes()))
}

// recorder keeps an answer.
type recorder struct {
	bytes.Buffer
	status int
	header http.Header
}

func (r *recorder) WriteHeader(status int) { r.status = status }
func (r *recorder) Header() http.Header {
	if r.header == nil {
		r.header = http.Header{}
	}
	return r.header
}

// TestLeafHash keeps both sides to one hash of an entry.
func TestLeafHash(t *testing.T) {
	o := &ours{keys: keysOf(t, 1)}
	o.grow(t, 1, false)
	root, err := o.tree.Root(1)
	if err != nil {
		t.Fatal(err)
	}
	if want := rfc6962.DefaultHasher.HashLeaf([]byte(o.entries[0])); !bytes.Equal(want, root[:]) {
		t.Errorf("root of one entry is %s, want %s", root, hex.EncodeToString(want))
	}
}
