package interop

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/transparency-dev/tessera/client"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/clock"
)

const (
	origin = "example.invalid/fdlog-500156-1"
	leaves = 70_001 // no multiple of 256: the last tiles are partial
	early  = 65_600 // an older size, with partial tiles too
)

// ours is a log as our program keeps it: its entries, its tree and its keys.
type ours struct {
	tree    publiclog.Tree
	entries []string
	keys    *publiclog.Keys
	point   string // the checkpoint it shows
}

// kept is a memory of checkpoints.
type kept struct{ text string }

func (k *kept) Last() (string, error)  { return k.text, nil }
func (k *kept) Keep(text string) error { k.text = text; return nil }
func (*kept) Halted() (string, error)  { return "", nil }
func (*kept) Halt(string) error        { return nil }

// keysOf makes the keys of n generations, the newest last.
func keysOf(t testing.TB, n int) *publiclog.Keys {
	t.Helper()
	var text strings.Builder
	for range n {
		secrets, err := publiclog.Generate(origin)
		if err != nil {
			t.Fatal(err)
		}
		text.WriteString(secrets)
	}
	keys, err := publiclog.ParseKeys(text.String())
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// document is the n-th record that is published, and salt its salt.
func document(n int) string { return fmt.Sprintf(`{"id":"500156-GS-2026-%06d"}`, n) }

func salt(n int) [32]byte { return sha256.Sum256(fmt.Appendf(nil, "salt %d", n)) }

func name(n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "record %d", n))
	return hex.EncodeToString(sum[:16])
}

// grow publishes records until the log has that many entries. other makes the
// last of them another one.
func (o *ours) grow(t testing.TB, size int, other bool) {
	t.Helper()
	for n := int(o.tree.Size()); n < size; n++ {
		text := document(n)
		if other && n == size-1 {
			text += " "
		}
		leaf := publiclog.Record(name(n), 1, salt(n), text)
		if err := o.tree.Add(leaf); err != nil {
			t.Fatal(err)
		}
		o.entries = append(o.entries, leaf)
	}
}

// sign shows a checkpoint over all of it.
func (o *ours) sign(t testing.TB) {
	t.Helper()
	var err error
	if o.point, err = (&publiclog.Notary{Keys: o.keys, Memory: &kept{}}).Sign(&o.tree); err != nil {
		t.Fatal(err)
	}
}

// ServeHTTP answers as the portal does below /log.
func (o *ours) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/log/")
	if path == "checkpoint" {
		_, _ = w.Write([]byte(o.point))
		return
	}
	tile, err := publiclog.ParseTile(path)
	if err != nil || !tile.Within(o.tree.Size()) {
		http.NotFound(w, r)
		return
	}
	data := []byte(nil)
	if first, entries := tile.Entries(); entries {
		data = publiclog.Bundle(o.entries[first : first+int64(tile.W)])
	} else if data, err = o.tree.Nodes(tile); err != nil {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(data)
}

// built is one log of both sizes for all tests: making it takes a second.
var built = sync.OnceValue(func() *ours { return &ours{} })

// log is the whole log, its keys of two generations, signed.
func log(t testing.TB) *ours {
	t.Helper()
	o := built()
	if o.keys == nil {
		o.keys = keysOf(t, 2)
		o.grow(t, leaves, false)
		o.sign(t)
	}
	return o
}

// fetch serves a log and returns what Tessera fetches it with.
func fetch(t testing.TB, o http.Handler) *client.HTTPFetcher {
	t.Helper()
	server := httptest.NewServer(o)
	t.Cleanup(server.Close)
	at, err := url.Parse(server.URL + "/log/")
	if err != nil {
		t.Fatal(err)
	}
	f, err := client.NewHTTPFetcher(at, server.Client())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// glances is the memory of a witness.
type glances map[string]publiclog.Seen

func (g glances) Seen(origin string) (publiclog.Seen, error) {
	if s, ok := g[origin]; ok {
		return s, nil
	}
	return publiclog.Seen{Origin: origin}, nil
}

func (g glances) Keep(s publiclog.Seen) error { g[s.Origin] = s; return nil }

// witnessed has three witnesses, of whom n cosign the checkpoint of o, and
// returns it with the policy of two of three.
func witnessed(t testing.TB, o *ours, n int) (checkpoint string, policy *publiclog.Policy) {
	t.Helper()
	var lines, text strings.Builder
	clk := clock.NewFake(time.Date(2026, 11, 28, 4, 0, 0, 0, time.UTC))
	for i, office := range []string{"shimzj.example", "sifaju.example", "daxue.example"} {
		secret, err := publiclog.GenerateCosigner(office)
		if err != nil {
			t.Fatal(err)
		}
		key, err := publiclog.ParseCosigner(secret)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "witness w%d %s\n", i+1, key.Public())
		if i >= n {
			continue
		}
		w, err := publiclog.NewWitness(key, o.keys.Public(), glances{}, clk)
		if err != nil {
			t.Fatal(err)
		}
		line, err := w.AddCheckpoint(publiclog.Request(0, nil, o.point))
		if err != nil {
			t.Fatal(err)
		}
		lines.WriteString(line)
	}
	policy, err := publiclog.NewPolicy(o.keys.Public(), text.String()+"group depts 2 w1 w2 w3\nquorum depts\n")
	if err != nil {
		t.Fatal(err)
	}
	checkpoint, _, err = policy.Attach(o.point, lines.String())
	if err != nil {
		t.Fatal(err)
	}
	return checkpoint, policy
}

// ctx ends with the test, and before the test run does.
func ctx(t testing.TB) context.Context {
	c, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return c
}
