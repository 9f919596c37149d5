package packfile

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/workday"
)

const content = `pack: {district: "500156", name: 测试, edition: "1"}
instruments:
  - {id: local, title: 本地设置, level: local, verified: local, valid_from: 2013-01-01}
units:
  - {code: mzj, name: 民政局, short: 民政, kind: member, enforces: true, basis: [local], verified: local, valid_from: 2013-01-01}
deadlines:
  - {id: pub, name: 公示, trigger: 决定之日, n: 7, unit: workday, owner: decider, on_pack_change: keep, basis: [local], verified: local, valid_from: 2013-01-01}
`

// folder writes a pack of two files.
func folder(t *testing.T, content string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "500156")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	head, tail, _ := strings.Cut(content, "deadlines:")
	write(t, filepath.Join(dir, "a.yaml"), head)
	write(t, filepath.Join(dir, "b.yaml"), "deadlines:"+tail)
	return dir
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func archive(t *testing.T, dir string) []byte {
	t.Helper()
	data, _, err := Archive(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestArchiveIsDeterministicAndWhole(t *testing.T) {
	dir := folder(t, content)
	once, again := archive(t, dir), archive(t, folder(t, content))
	if sha256.Sum256(once) != sha256.Sum256(again) {
		t.Error("one pack makes two archives")
	}
	file := filepath.Join(t.TempDir(), "pack.zip")
	write(t, file, string(once))
	into := filepath.Join(t.TempDir(), "new")
	if _, err := Import(file, into); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.yaml", "b.yaml"} {
		was, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		is, err := os.ReadFile(filepath.Join(into, name))
		if err != nil || !bytes.Equal(was, is) {
			t.Errorf("%s came out different: %v", name, err)
		}
	}
	if _, err := Import(file, into); !fault.Is(err, fault.Conflict) {
		t.Errorf("a folder that is there: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(into), ".pack-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind %v, %v", left, err)
	}
}

// rezip makes an archive by hand.
func rezip(t *testing.T, files ...[2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		if err := store(z, f[0], []byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestUnpackRefuses(t *testing.T) {
	whole, err := Hold(map[string][]byte{"a.yaml": []byte(content)})
	if err != nil {
		t.Fatal(err)
	}
	_, contents, err := Archive(whole)
	if err != nil {
		t.Fatal(err)
	}
	good := [2]string{"a.yaml", content}
	list := [2]string{Contents, contents}
	if _, err := Unpack(rezip(t, list, good)); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"no archive":         []byte("PK"),
		"no contents":        rezip(t, good),
		"changed since":      rezip(t, list, [2]string{"a.yaml", strings.Replace(content, "n: 7", "n: 9", 1)}),
		"one file more":      rezip(t, list, good, [2]string{"b.yaml", "prices: []\n"}),
		"a path upward":      rezip(t, list, good, [2]string{"../b.yaml", "prices: []\n"}),
		"another sort":       rezip(t, list, good, [2]string{"run.sh", ""}),
		"a name twice":       rezip(t, list, good, good),
		"a pack Load denies": rezip(t, list, [2]string{"a.yaml", "pack: {}"}),
	} {
		if _, err := Unpack(data); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// keys makes a signing key and returns its files.
func keys(t *testing.T) (private, public string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key")
	if _, err := NewKey("wulong-mzj", file); err != nil {
		t.Fatal(err)
	}
	return file, file + ".pub"
}

func TestSignatures(t *testing.T) {
	dir := folder(t, content)
	private, public := keys(t)
	_, stranger := keys(t)
	if info, err := os.Stat(private); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key is %v, %v", info.Mode(), err)
	}
	if _, err := Load(dir, public); !fault.Is(err, fault.Denied) || !strings.Contains(err.Error(), "没有签名") {
		t.Errorf("a pack nobody signed: %v", err)
	}
	if _, err := Sign(dir, private); err != nil {
		t.Fatal(err)
	}
	if p, err := Load(dir, public); err != nil || p.Manifest().Edition != "1" {
		t.Errorf("a signed pack: %v", err)
	}
	if _, err := Load(dir, stranger); !fault.Is(err, fault.Denied) || !strings.Contains(err.Error(), "缺少") {
		t.Errorf("signed by another: %v", err)
	}
	// The archive of a signed folder bears the same signature.
	file := filepath.Join(t.TempDir(), "pack.zip")
	write(t, file, string(archive(t, dir)))
	signed, err := os.ReadFile(SignatureOf(dir))
	if err != nil {
		t.Fatal(err)
	}
	write(t, SignatureOf(file), string(signed))
	if _, err := Load(file, public); err != nil {
		t.Errorf("the archive of a signed pack: %v", err)
	}
	into := filepath.Join(t.TempDir(), "new")
	if _, err := Import(file, into, public); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(into, public); err != nil {
		t.Errorf("imported without its signature: %v", err)
	}
	write(t, filepath.Join(dir, "c.yaml"), "prices: []\n")
	if _, err := Load(dir, public); !fault.Is(err, fault.Denied) || !strings.Contains(err.Error(), "改动") {
		t.Errorf("changed since it was signed: %v", err)
	}
}

func TestSignRefuses(t *testing.T) {
	dir := folder(t, content)
	private, public := keys(t)
	if _, err := NewKey("wulong-mzj", private); !fault.Is(err, fault.Conflict) {
		t.Errorf("a key over a key: %v", err)
	}
	if _, err := NewKey("two words", filepath.Join(t.TempDir(), "key")); !fault.Is(err, fault.Invalid) {
		t.Errorf("a name of two words: %v", err)
	}
	if _, err := Sign(dir, public); !fault.Is(err, fault.Denied) && !fault.Is(err, fault.Invalid) {
		t.Errorf("signed with the public key: %v", err)
	}
	if err := os.Chmod(private, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Sign(dir, private); !fault.Is(err, fault.Denied) || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that all can read: %v", err)
	}
	if _, err := Sign(filepath.Join(dir, "none"), private); !fault.Is(err, fault.NotFound) {
		t.Errorf("no pack: %v", err)
	}
}

// TestReload: a pack is replaced while somebody asks for it, and a bad one
// changes nothing.
func TestReload(t *testing.T) {
	dir := folder(t, content)
	s, err := NewSource(dir)
	if err != nil {
		t.Fatal(err)
	}
	var source law.Source = s
	first := source.Law()
	if changed, err := s.Reload(); changed || err != nil {
		t.Errorf("nothing changed: %t, %v", changed, err)
	}
	later := strings.Replace(content, "n: 7", "n: 5", 1)
	_, deadlines, _ := strings.Cut(later, "deadlines:")
	write(t, filepath.Join(dir, "b.yaml"), "deadlines:"+deadlines)
	if changed, err := s.Reload(); !changed || err != nil {
		t.Errorf("a new pack: %t, %v", changed, err)
	}
	on := first.Deadlines(mustDate(t, "2026-01-05"))
	if now := source.Law().Deadlines(mustDate(t, "2026-01-05")); on[0].N != 7 || now[0].N != 5 {
		t.Errorf("whoever asked before has %d, whoever asks now %d", on[0].N, now[0].N)
	}
	for name, bad := range map[string]string{
		"broken":           "deadlines: [",
		"another district": strings.Replace(content, "500156", "500101", 1),
		"an extract":       strings.Replace(content, `edition: "1"`, `edition: "1", as_of: 2026-01-05`, 1),
	} {
		held := s.Law()
		write(t, filepath.Join(dir, "b.yaml"), "prices: []\n")
		write(t, filepath.Join(dir, "a.yaml"), bad)
		if changed, err := s.Reload(); changed || err == nil || s.Law() != held {
			t.Errorf("%s: %t, %v", name, changed, err)
		}
		if changed, err := s.Reload(); changed || err != nil {
			t.Errorf("%s, told again: %t, %v", name, changed, err)
		}
	}
}

// TestReloadWaitsForTheSignature: a new pack is refused until it is signed.
func TestReloadWaitsForTheSignature(t *testing.T) {
	dir := folder(t, content)
	private, public := keys(t)
	if _, err := Sign(dir, private); err != nil {
		t.Fatal(err)
	}
	s, err := NewSource(dir, public)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "c.yaml"), "prices: []\n")
	if changed, err := s.Reload(); changed || !fault.Is(err, fault.Denied) {
		t.Errorf("not signed yet: %t, %v", changed, err)
	}
	if _, err := Sign(dir, private); err != nil {
		t.Fatal(err)
	}
	if changed, err := s.Reload(); !changed || err != nil {
		t.Errorf("signed: %t, %v", changed, err)
	}
}

func TestOpenReadsOnce(t *testing.T) {
	dir := folder(t, content)
	o, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "a.yaml"), "changed")
	data, err := fs.ReadFile(o.Files, "a.yaml")
	if err != nil || string(data) == "changed" {
		t.Errorf("read %q, %v", data, err)
	}
}

func mustDate(t *testing.T, s string) workday.Date {
	t.Helper()
	d, err := workday.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
