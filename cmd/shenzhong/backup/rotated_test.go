package backup

import (
	"os"
	"path/filepath"
	"testing"

	"shenzhong/services/kit/fault"
)

// TestRestoreTakesWhatGrewSince holds folders of keys against a manifest: keys
// of the log that were rotated and another last checkpoint are taken, other keys
// or a lost part are not.
func TestRestoreTakesWhatGrewSince(t *testing.T) {
	day := map[string]string{LogKeys: "one\ntwo\n", Checkpoint: "of that day\n", "clue.key": "secret\n"}
	folder := func(changed map[string]string) string {
		dir := t.TempDir()
		for name, text := range day {
			if other, ok := changed[name]; ok {
				text = other
			}
			if text == "" {
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	sums, err := fingerprints(folder(nil))
	if err != nil {
		t.Fatal(err)
	}
	m := Manifest{Keys: Keys{SHA256: sums}}
	for _, tt := range []struct {
		name    string
		changed map[string]string
		taken   bool
	}{
		{"those of the day", nil, true},
		{"rotated, and signed since", map[string]string{LogKeys: "one\ntwo\nthree\nfour\n", Checkpoint: "newer\n"}, true},
		{"other keys of the log", map[string]string{LogKeys: "one\nthree\n"}, false},
		{"keys of the log cut short", map[string]string{LogKeys: "one\n"}, false},
		{"no keys of the log", map[string]string{LogKeys: ""}, false},
		{"no checkpoint", map[string]string{Checkpoint: ""}, false},
		{"another key with the old at its head", map[string]string{"clue.key": "secret\nmore\n"}, false},
	} {
		from := folder(tt.changed)
		got, err := Restoring{KeysFrom: from}.keys(m)
		if tt.taken && (err != nil || got != from) || !tt.taken && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %q, %v", tt.name, got, err)
		}
	}
}
