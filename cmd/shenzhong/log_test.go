package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/services/disclose/publiclog"
)

// TestRotatedKeysSignWithTheOld rotates on the directory of a system that has
// signed, and starts it again: the checkpoint holds for who knows only the old
// keys and for who knows only the new, and the new ones are entries of the log.
func TestRotatedKeysSignWithTheOld(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "keys")
	path := filepath.Join(folder, logKeys)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	old := publicLines(t, path)
	site, stop := startOn(t, "--data", dir)
	first := untilSigned(ctx, t, site, 2)
	if code, said, complained := program(t, "log", "rotate-key", "--data", dir); code != exitFailed || said != "" || !strings.Contains(complained, "正由另一个") {
		t.Errorf("rotated while it runs: %d %s%s", code, said, complained)
	}
	stop()

	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if code, _, complained := program(t, "log", "rotate-key", "--data", dir, "--retire"); code != exitFailed || !strings.Contains(complained, "只有这一代") {
		t.Errorf("retired the only keys: %d %s", code, complained)
	}
	said := mustSay(t, "log", "rotate-key", "--data", dir)
	fresh := strings.Fields(said)
	after, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(after), string(before)) || len(fresh) != 2 || strings.Contains(said, "PRIVATE") {
		t.Fatalf("said %q, %v", said, err)
	}
	if all := publicLines(t, path); !slices.Equal(all, append(slices.Clone(old), fresh...)) {
		t.Errorf("the keys are %q", all)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if code, _, complained := program(t, "log", "rotate-key", "--data", dir, "--retire"); code != exitFailed || !strings.Contains(complained, "还没有签过") {
		t.Errorf("retired before the new ones signed: %d %s", code, complained)
	}

	site, stop = startOn(t, "--data", dir)
	defer func() { stop() }()
	signed := untilSigned(ctx, t, site, sizeOf(t, first)+2)
	for _, key := range slices.Concat(old, fresh) {
		if _, err := publiclog.OpenCheckpoint(signed, []string{key}); err != nil {
			t.Errorf("for who knows only %s: %v", key, err)
		}
	}
	for _, key := range fresh {
		if entries := read(t, site+"/log/tile/entries/000.p/"+fmt.Sprint(sizeOf(t, signed))); !strings.Contains(entries, publiclog.KeyLeaf(key)) {
			t.Errorf("%s is no entry of the log", key)
		}
	}
	stop()
	stop = func() {}
	if left := strings.Fields(mustSay(t, "log", "rotate-key", "--data", dir, "--retire")); !slices.Equal(left, fresh) {
		t.Errorf("after the old ones were retired: %q", left)
	}
}

// TestRotateKeyTwice is two generations more, by the folder of keys alone.
func TestRotateKeyTwice(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "keys")
	if _, err := publicLog(folder, "", "500156"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{4, 6} {
		mustSay(t, "log", "rotate-key", "--keys", folder)
		if got := publicLines(t, filepath.Join(folder, logKeys)); len(got) != want {
			t.Errorf("%d keys, want %d", len(got), want)
		}
	}
	release, err := holdKeys(folder)
	if err != nil {
		t.Fatal(err)
	}
	if code, _, complained := program(t, "log", "rotate-key", "--keys", folder); code != exitFailed || !strings.Contains(complained, "正在轮换") {
		t.Errorf("two at once: %d %s", code, complained)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != 3 {
		t.Errorf("the folder holds %v, %v", files, err)
	}
}

// TestRotateKeyRefuses what is no log; nothing is made.
func TestRotateKeyRefuses(t *testing.T) {
	empty, nowhere := t.TempDir(), filepath.Join(t.TempDir(), "nowhere")
	lost, broken := filepath.Join(t.TempDir(), "lost"), filepath.Join(t.TempDir(), "broken")
	for _, folder := range []string{lost, broken} {
		if _, err := publicLog(folder, "", "500156"); err != nil {
			t.Fatal(err)
		}
	}
	mustRemove(t, filepath.Join(lost, logMemory))
	writeFile(t, broken, logKeys, []byte("PRIVATE+KEY+secret\n"))
	for _, args := range [][]string{{}, {"--data", nowhere}, {"--data", empty}, {"--keys", nowhere}, {"--keys", lost}, {"--keys", broken}, {"--keys", broken, "more"}} {
		code, said, complained := program(t, append([]string{"log", "rotate-key"}, args...)...)
		if code != exitUsage || said != "" || complained == "" || strings.Contains(complained, "secret") {
			t.Errorf("%v: %d %s%s", args, code, said, complained)
		}
	}
	for _, folder := range []string{empty, filepath.Dir(nowhere)} {
		if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
			t.Errorf("%v was made, %v", left, err)
		}
	}
}

// publicLines are the public keys of a file of keys, which are made if there are none.
func publicLines(t *testing.T, path string) []string {
	t.Helper()
	if _, err := publicLog(filepath.Dir(path), "", "500156"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := publiclog.ParseKeys(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return keys.Public()
}

// untilSigned waits for a checkpoint of at least that many entries.
func untilSigned(ctx context.Context, t *testing.T, site string, size int64) string {
	t.Helper()
	for ctx.Err() == nil {
		text, _ := ask(t, "GET", site+"/log/checkpoint", "", nil)
		if n, err := publiclog.SizeOf(text); err == nil && n >= size {
			return text
		}
		time.Sleep(200 * time.Millisecond)
	}
	t.Fatal("no checkpoint was signed in time")
	return ""
}

func sizeOf(t *testing.T, checkpoint string) int64 {
	t.Helper()
	n, err := publiclog.SizeOf(checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
