package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPublicLogIsInstalledOnce makes keys, salts and the first checkpoint at
// the first start, readable by the owner alone, and never again.
func TestPublicLogIsInstalledOnce(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "keys")
	first, err := publicLog(folder, "mzj.example", "500156")
	if err != nil {
		t.Fatal(err)
	}
	if first.Notary.Keys.Origin != "mzj.example/fdlog-500156-1" {
		t.Errorf("the log is called %s", first.Notary.Keys.Origin)
	}
	for _, name := range []string{logKeys, logSalts + ".key", logMemory} {
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	again, err := publicLog(folder, "", "500156")
	if err != nil || again.Notary.Keys.Verifier() != first.Notary.Keys.Verifier() || string(again.Secret) != string(first.Secret) {
		t.Errorf("after a restart: %+v, %v", again, err)
	}
	var usage usageError
	if _, err := publicLog(folder, "other.example", "500156"); !errors.As(err, &usage) {
		t.Errorf("another name: %v", err)
	}
}

// TestPublicLogWithAPartLostDoesNotStart removes each file in turn: nothing is
// made anew, and no error tells a secret.
func TestPublicLogWithAPartLostDoesNotStart(t *testing.T) {
	for _, name := range []string{logKeys, logSalts + ".key", logMemory} {
		folder := filepath.Join(t.TempDir(), "keys")
		kept, err := publicLog(folder, "", "500156")
		if err != nil {
			t.Fatal(err)
		}
		// As after the first signature: an empty log may be installed again.
		last := "shenzhong.invalid/fdlog-500156-1\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\u2014 x AAAAAAAA\n"
		if err := kept.Notary.Memory.Keep(last); err != nil {
			t.Fatal(err)
		}
		secrets, err := os.ReadFile(filepath.Join(folder, logKeys))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
		_, err = publicLog(folder, "", "500156")
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "备份") {
			t.Errorf("without %s: %v", name, err)
		}
		if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
			t.Errorf("%s was made anew", name)
		}
		for line := range strings.Lines(string(secrets)) {
			if err != nil && strings.Contains(err.Error(), strings.TrimSpace(line)) {
				t.Error("an error tells a secret")
			}
		}
	}
}

// TestBrokenLogKeysTellNothing breaks the file of keys.
func TestBrokenLogKeysTellNothing(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "keys")
	if _, err := publicLog(folder, "", "500156"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, logKeys)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range text {
		broken := string(text[:i]) + "!" + string(text[i+1:])
		if err := os.WriteFile(path, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := publicLog(folder, "", "500156"); err != nil && strings.Contains(err.Error(), broken[i+1:min(i+20, len(broken))]) && i+20 < len(broken) {
			t.Fatalf("byte %d: the error repeats the file: %v", i, err)
		}
	}
}
