package notices

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// notice2027 is made up.
const notice2027 = `{
 "year": 2027, "state": "published",
 "notices": [{"title": "国务院办公厅关于2027年部分节假日安排的通知", "verified": false}],
 "off": [
  {"name": "元旦", "from": "2027-01-01", "to": "2027-01-03"},
  {"name": "春节", "from": "2027-02-05", "to": "2027-02-12"},
  {"name": "劳动节", "from": "2027-05-01", "to": "2027-05-05"},
  {"name": "国庆节", "from": "2027-10-01", "to": "2027-10-07"}],
 "work": [{"name": "春节", "date": "2027-02-14"}]
}`

func mustOpen(t *testing.T, dir string) *Book {
	t.Helper()
	b, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestImportReachesWhoeverCounts: a notice that one program takes in is counted
// on by another of the same directory at its next look, and a count that was
// begun keeps to the calendar that it asked for.
func TestImportReachesWhoeverCounts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "calendar") // not there yet
	here, there := mustOpen(t, dir), mustOpen(t, dir)
	var source workday.Source = there
	before := source.Calendar()
	made, err := here.Import([]byte(notice2027), false)
	if err != nil || made.Year != 2027 || made.Now.Horizon().Year() != 2027 || made.Was.Version() != before.Version() {
		t.Fatalf("%+v, %v", made, err)
	}
	if source.Calendar() != before {
		t.Error("it changed before anybody looked")
	}
	if changed, err := there.Reload(); !changed || err != nil || source.Calendar().Version() != made.Now.Version() {
		t.Errorf("the next look: %t, %v", changed, err)
	}
	if changed, err := there.Reload(); changed || err != nil {
		t.Errorf("nothing new: %t, %v", changed, err)
	}
	if again := mustOpen(t, dir); again.Calendar().Version() != made.Now.Version() {
		t.Errorf("after a restart it is %s", again.Calendar().Version())
	}
	if same, err := here.Import([]byte(notice2027), false); err != nil || same.Was != same.Now {
		t.Errorf("the same notice again: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".notice-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind %v, %v", left, err)
	}
}

func TestImportRefuses(t *testing.T) {
	b := mustOpen(t, t.TempDir())
	other := strings.Replace(notice2027, "2027-02-12", "2027-02-11", 1)
	if _, err := b.Import([]byte(notice2027), false); err != nil {
		t.Fatal(err)
	}
	held := b.Calendar()
	for name, tt := range map[string]struct {
		content string
		kind    fault.Kind
	}{
		"no notice":            {"{", fault.Invalid},
		"a weekday worked":     {strings.Replace(notice2027, "2027-02-14", "2027-02-15", 1), fault.Invalid},
		"a year that is there": {other, fault.Conflict},
	} {
		if _, err := b.Import([]byte(tt.content), false); !fault.Is(err, tt.kind) || b.Calendar() != held {
			t.Errorf("%s: %v", name, err)
		}
	}
	if made, err := b.Import([]byte(other), true); err != nil || made.Now.Version() == held.Version() {
		t.Errorf("replaced on purpose: %v", err)
	}
	if _, err := mustOpen(t, "").Import([]byte(notice2027), false); !fault.Is(err, fault.Unavailable) {
		t.Errorf("without a folder: %v", err)
	}
}

// TestBadFileChangesNothing: what lies in the folder by mistake is told once and
// is not counted on; a program does not start on it.
func TestBadFileChangesNothing(t *testing.T) {
	dir := t.TempDir()
	b := mustOpen(t, dir)
	held := b.Calendar()
	if err := os.WriteFile(filepath.Join(dir, "2027.json"), []byte(`{"year": 2027}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if changed, err := b.Reload(); changed || !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "2027.json") || b.Calendar() != held {
		t.Errorf("%t, %v", changed, err)
	}
	if changed, err := b.Reload(); changed || err != nil {
		t.Errorf("told again: %t, %v", changed, err)
	}
	if _, err := Open(dir); !fault.Is(err, fault.Invalid) {
		t.Errorf("it starts: %v", err)
	}
}
