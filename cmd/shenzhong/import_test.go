package main

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shenzhong/deploy/sample"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/register"
	"shenzhong/services/register/sheet"
)

// sampleFiles puts the sample's sheets into a folder.
func sampleFiles(t *testing.T) (facilities, officers string) {
	t.Helper()
	dir := t.TempDir()
	return writeFile(t, dir, sample.FacilitiesFile, sample.Facilities()), writeFile(t, dir, sample.OfficersFile, sample.Officers())
}

func writeFile(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	name = filepath.Join(dir, name)
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// runImportCommand runs the command as main does and returns its exit code.
func runImportCommand(t *testing.T, args ...string) (code int, said string) {
	t.Helper()
	var out bytes.Buffer
	cmd := newImportCommand()
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	err := cmd.ExecuteContext(t.Context())
	var usage usageError
	switch {
	case err == nil:
		return exitDone, out.String()
	case errors.As(err, &usage):
		code = exitUsage
	default:
		code = exitFailed
	}
	return code, out.String() + err.Error()
}

// stored is what the register's store in dir holds.
func stored(t *testing.T, dir string) (facilities, officers int) {
	t.Helper()
	s, closeStore, err := openRegisterIn(t.Context(), dir, builtin)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := closeStore(); err != nil {
			t.Error(err)
		}
	}()
	by := identity.Service("test")
	f, err := s.Facilities(t.Context(), by, register.Facilities{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	o, err := s.Officers(t.Context(), by, register.Officers{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return len(f), len(o)
}

// TestImportTriesThenApplies imports both sheets: tried, applied, applied again.
func TestImportTriesThenApplies(t *testing.T) {
	dir := t.TempDir()
	facilities, officers := sampleFiles(t)
	code, said := runImportCommand(t, "--data", dir, facilities, officers)
	if code != exitDone || !strings.Contains(said, "新登记 60 行") || !strings.Contains(said, "新登记 40 行") || !strings.Contains(said, "没有写入") {
		t.Fatalf("tried: %d %s", code, said)
	}
	code, said = runImportCommand(t, "--data", dir, "--apply", facilities, officers) // finds nothing of the dry run there
	if code != exitDone || !strings.Contains(said, "已写入：新登记 60 行") || !strings.Contains(said, "已写入：新登记 40 行") {
		t.Fatalf("applied: %d %s", code, said)
	}
	if code, said = runImportCommand(t, "--data", dir, "--apply", facilities, officers); code != exitDone || !strings.Contains(said, "没有变动 60 行") || !strings.Contains(said, "新登记 0 行，变动 0 行。") {
		t.Errorf("applied again: %d %s", code, said)
	}
	if f, o := stored(t, dir); f != 60 || o != 40 {
		t.Errorf("applied twice, stored %d and %d", f, o)
	}
}

// TestImportWithWrongRows writes them to a file and stores nothing, not even the
// sheet that has none.
func TestImportWithWrongRows(t *testing.T) {
	dir := t.TempDir()
	facilities, _ := sampleFiles(t)
	bad := writeFile(t, dir, "officers.csv", []byte("姓名,单位,执法证号,证件有效期,单次最多检查数\n王守正,国安局,500156001,2028-02-30,4\n"))
	problems := filepath.Join(dir, "problems.xlsx")
	code, said := runImportCommand(t, "--data", dir, "--apply", "--errors", problems, facilities, bad)
	if code != exitFailed || !strings.Contains(said, "国安局") || !strings.Contains(said, "2028-02-30") || !strings.Contains(said, "没有写入任何内容") {
		t.Fatalf("%d %s", code, said)
	}
	if f, o := stored(t, dir); f+o != 0 {
		t.Errorf("stored %d and %d", f, o)
	}
	data, err := os.ReadFile(problems)
	if err != nil {
		t.Fatal(err)
	}
	table, err := sheet.Read(data)
	if err != nil || len(table.Rows) != 1 || !strings.Contains(table.Rows[0].Cells[5], "国安局") {
		t.Errorf("the problems read %+v, %v", table, err)
	}
}

func TestImportIsRefused(t *testing.T) {
	dir := t.TempDir()
	facilities, _ := sampleFiles(t)
	gbk := writeFile(t, dir, "gbk.csv", []byte("\xc3\xfb\xb3\xc6\n"))
	for _, tt := range []struct {
		name string
		args []string
		says string
	}{
		{"no file", []string{"--data", dir}, "请写明"},
		{"no directory", []string{"--data", filepath.Join(dir, "nowhere"), facilities}, "没有数据目录"},
		{"no data", []string{facilities}, "没有数据目录"},
		{"no such file", []string{"--data", dir, "nowhere.xlsx"}, "打不开"},
		{"a directory", []string{"--data", dir, dir}, "读不出"},
		{"errors to text", []string{"--data", dir, "--errors", "a.csv", facilities}, ".xlsx"},
		{"GBK", []string{"--data", dir, gbk}, "GBK"},
		{"no such template", []string{"--template", "prices", filepath.Join(dir, "t.xlsx")}, "prices"},
		{"two templates", []string{"--template", "officers", "a.xlsx", "b.xlsx"}, "一个模板"},
	} {
		if code, said := runImportCommand(t, tt.args...); code != exitUsage || !strings.Contains(said, tt.says) {
			t.Errorf("%s: %d %s", tt.name, code, said)
		}
	}
}

func TestImportTemplate(t *testing.T) {
	name := filepath.Join(t.TempDir(), "t.xlsx")
	if code, said := runImportCommand(t, "--template", "officers", name); code != exitDone || !strings.Contains(said, "填写说明") {
		t.Fatalf("%d %s", code, said)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sheet.Read(data); err == nil || !strings.Contains(err.Error(), "没有数据") {
		t.Errorf("the template reads: %v", err)
	}
}

// TestImportWhileTheStoreIsHeld answers with one sentence when another process
// writes and does not let go.
func TestImportWhileTheStoreIsHeld(t *testing.T) {
	dir := t.TempDir()
	facilities, _ := sampleFiles(t)
	made, err := sqliteIn(dir).open(t.Context(), "register")
	if err != nil {
		t.Fatal(err)
	}
	if err := made.close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", sqliteIn(dir).file("register"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), "BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	code, said := runImportCommand(t, "--data", dir, "--apply", facilities)
	if _, err := db.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	last := said[strings.LastIndex(said, "\n")+1:]
	if code != exitFailed || !strings.HasPrefix(last, "数据目录正被其他程序占用") {
		t.Fatalf("%d %s", code, said)
	}
	if f, o := stored(t, dir); f+o != 0 {
		t.Errorf("stored %d and %d", f, o)
	}
}

// TestSampleIsLoadedOnce loads the sample, lets people work with it, and loads it
// again: nothing new, and nothing of theirs undone.
func TestSampleIsLoadedOnce(t *testing.T) {
	dir := t.TempDir()
	s, closeStore, err := openRegisterIn(t.Context(), dir, builtin)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := closeStore(); err != nil {
			t.Error(err)
		}
	}()
	if err := loadSample(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	by := func(id string) store.Cause {
		return store.Cause{ID: id, Actor: identity.Actor{ID: "a", Unit: "mzj", Roles: []identity.Role{identity.Registrar, identity.Auditor}}}
	}
	flagged, err := s.Facility(t.Context(), by("").Actor, "500156-JG-000005")
	if err != nil || len(flagged.Flags) != 1 {
		t.Fatalf("the fifth facility is %+v, %v", flagged, err)
	}
	if err := s.UnflagFacility(t.Context(), register.UnflagFacility{Cause: by("1"), Facility: flagged.ID, Kind: flagged.Flags[0].Kind, Reason: "已修复"}); err != nil {
		t.Fatal(err)
	}
	if err := s.CloseFacility(t.Context(), register.CloseFacility{Cause: by("2"), Facility: "500156-JG-000006", Reason: "注销"}); err != nil {
		t.Fatal(err)
	}
	if err := s.OfficerLeaves(t.Context(), register.OfficerLeaves{Cause: by("3"), Officer: "500156-RY-000003", Reason: "退休"}); err != nil {
		t.Fatal(err)
	}
	if err := loadSample(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	facilities, err := s.Facilities(t.Context(), by("").Actor, register.Facilities{Limit: 1000})
	if err != nil || len(facilities) != 60 || len(facilities[4].Flags) != 0 || facilities[5].Status != "closed" {
		t.Errorf("%d facilities, %+v, %v", len(facilities), facilities[4:6], err)
	}
	officers, err := s.Officers(t.Context(), by("").Actor, register.Officers{Limit: 1000})
	if err != nil || len(officers) != 40 || officers[2].Status != "left" {
		t.Errorf("%d officers, %+v, %v", len(officers), officers[2], err)
	}
}
