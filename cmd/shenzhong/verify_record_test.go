package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shenzhong/services/disclose/publiclog"
)

// onceKept is a memory of checkpoints for one signing.
type onceKept struct{}

func (onceKept) Last() (string, error)   { return "", nil }
func (onceKept) Keep(string) error       { return nil }
func (onceKept) Halted() (string, error) { return "", nil }
func (onceKept) Halt(string) error       { return nil }

// TestVerifyRecord holds the two files that a citizen downloads against the keys
// of the log: taken as they are, refused with one letter changed, under other
// keys, or where a file is none.
func TestVerifyRecord(t *testing.T) {
	secrets := func() *publiclog.Keys {
		text, err := publiclog.Generate("example.invalid/fdlog-500156-1")
		if err != nil {
			t.Fatal(err)
		}
		keys, err := publiclog.ParseKeys(text)
		if err != nil {
			t.Fatal(err)
		}
		return keys
	}
	keys := secrets()
	document, record := `{"id":"500156-GS-2026-000001"}`, strings.Repeat("ab", 16)
	var tree publiclog.Tree
	for _, leaf := range []string{publiclog.KeyLeaf(keys.Public()[0]), publiclog.Record(record, 1, [32]byte{7}, document)} {
		if err := tree.Add(leaf); err != nil {
			t.Fatal(err)
		}
	}
	point, err := (&publiclog.Notary{Keys: keys, Memory: onceKept{}}).Sign(&tree)
	if err != nil {
		t.Fatal(err)
	}
	proof := publiclog.Proof{Record: record, Version: 1, Index: 1, Size: 2, Checkpoint: point}
	proof.SetSalt([32]byte{7})
	if proof.Path, err = tree.Include(1, 2); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	proven, written := file("a.tlog-proof", proof.Text()), file("a.json", document)
	public := file("keys.txt", strings.Join(keys.Public(), "\n")+"\n")
	for _, tt := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"as it is", []string{proven, written, "--keys", public}, exitDone, "不代表现状"},
		{"a letter changed", []string{proven, file("b.json", strings.Replace(document, "1", "2", 1)), "--keys", public}, exitFailed, "不成立"},
		{"other keys", []string{proven, written, "--keys", file("other.txt", strings.Join(secrets().Public(), "\n"))}, exitFailed, "签名"},
		{"no proof", []string{written, written, "--keys", public}, exitUsage, "tlog-proof"},
		{"no keys", []string{proven, written}, exitUsage, "--keys"},
		{"an empty file of keys", []string{proven, written, "--keys", file("empty.txt", "\n")}, exitUsage, "公钥"},
		{"no such file", []string{proven, filepath.Join(dir, "none"), "--keys", public}, exitUsage, "none"},
	} {
		code, said, complained := program(t, append([]string{"verify", "record"}, tt.args...)...)
		if code != tt.code || !strings.Contains(said+complained, tt.says) {
			t.Errorf("%s: %d %s%s; want %d, %s", tt.name, code, said, complained, tt.code, tt.says)
		}
	}
	var r recordReport
	_, said, _ := program(t, "verify", "record", proven, written, "--keys", public, "--json")
	if err := json.Unmarshal([]byte(said), &r); err != nil || !r.Holds || r.Index != 1 || r.State != "" {
		t.Errorf("--json said %s, %v", said, err)
	}
}
