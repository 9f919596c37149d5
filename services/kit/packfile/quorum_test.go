package packfile

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"shenzhong/services/kit/fault"
)

// person makes the key of somebody of that name and returns its files.
func person(t *testing.T, name string) (private, public string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if _, err := NewKey(name, file); err != nil {
		t.Fatal(err)
	}
	return file, file + ".pub"
}

func mustSign(t *testing.T, pack, key string) []string {
	t.Helper()
	names, err := Sign(pack, key)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestTwoPersons: a pack that one proposes is in force only when another has
// approved the same content.
func TestTwoPersons(t *testing.T) {
	dir := folder(t, content)
	proposes, proposed := person(t, "wulong-mzj-fagui")
	approves, approved := person(t, "wulong-sfj")
	refused := func(what, words string, trust ...string) {
		t.Helper()
		if _, err := Load(dir, trust...); !fault.Is(err, fault.Denied) || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if names := mustSign(t, dir, proposes); !slices.Equal(names, []string{"wulong-mzj-fagui"}) {
		t.Errorf("signed by %v", names)
	}
	refused("proposed alone", approved, proposed, approved)
	mustSign(t, dir, proposes) // signing twice is one signature
	refused("proposed twice by one", approved, proposed, approved)
	if names := mustSign(t, dir, approves); !slices.Equal(names, []string{"wulong-mzj-fagui", "wulong-sfj"}) {
		t.Errorf("signed by %v", names)
	}
	o, err := Open(dir, proposed, approved)
	if err != nil || !slices.Equal(o.SignedBy, []string{"wulong-mzj-fagui", "wulong-sfj"}) {
		t.Errorf("proposed and approved: signed by %v, %v", o.SignedBy, err)
	}
	_, stranger := person(t, "stranger")
	refused("a third who must sign too", stranger, proposed, approved, stranger)

	write(t, filepath.Join(dir, "c.yaml"), "prices: []\n")
	refused("changed after both", "改动", proposed, approved)
	if names := mustSign(t, dir, approves); !slices.Equal(names, []string{"wulong-sfj"}) {
		t.Errorf("the signatures under the old content stayed: %v", names)
	}
	refused("changed, signed anew by one", proposed, proposed, approved)
}

// TestAnOfficeOfSeveral: of the keys of one file one is enough, and nobody is
// two persons.
func TestAnOfficeOfSeveral(t *testing.T) {
	dir := folder(t, content)
	proposes, proposed := person(t, "a")
	approves, first := person(t, "b")
	_, second := person(t, "c")
	office := filepath.Join(t.TempDir(), "office.pub")
	var keys []byte
	for _, file := range []string{second, first} {
		key, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key...)
	}
	write(t, office, string(keys))
	mustSign(t, dir, proposes)
	mustSign(t, dir, approves)
	if o, err := Open(dir, proposed, office); err != nil || !slices.Equal(o.SignedBy, []string{"a", "b"}) {
		t.Errorf("signed by %v, %v", o.SignedBy, err)
	}
	for name, trust := range map[string][]string{"one file twice": {proposed, proposed}, "one key in two files": {first, office}} {
		if _, err := Open(dir, trust...); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "不同的人") {
			t.Errorf("%s: %v", name, err)
		}
	}
	write(t, office, "\n")
	if _, err := Open(dir, office); !fault.Is(err, fault.Invalid) {
		t.Errorf("a file without keys: %v", err)
	}
}

// TestReloadKeepsWhatIsStillJudgedBy: a pack that has lost a rule is not taken,
// one that ends it is.
func TestReloadKeepsWhatIsStillJudgedBy(t *testing.T) {
	dir := folder(t, content)
	s, err := NewSource(dir)
	if err != nil {
		t.Fatal(err)
	}
	head, deadlines, _ := strings.Cut(content, "deadlines:")
	write(t, filepath.Join(dir, "a.yaml"), head)
	write(t, filepath.Join(dir, "b.yaml"), "prices: []\n")
	held := s.Law()
	if changed, err := s.Reload(); changed || !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "失效日期") || s.Law() != held {
		t.Errorf("a rule is gone: %t, %v", changed, err)
	}
	write(t, filepath.Join(dir, "b.yaml"), "deadlines:"+strings.ReplaceAll(deadlines, "valid_from:", "valid_to: 2030-12-31, valid_from:"))
	if changed, err := s.Reload(); !changed || err != nil {
		t.Errorf("a rule has ended: %t, %v", changed, err)
	}
}
