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
	code, said := runImportCommand(t, "facilities", facilities, "--data", dir, "--dry-run")
	if code != exitDone || !strings.Contains(said, "新登记 60 行") || !strings.Contains(said, "没有写入") {
		t.Fatalf("tried: %d %s", code, said)
	}
	if f, _ := stored(t, dir); f != 0 {
		t.Fatalf("a try stored %d", f)
	}
	for _, sheet := range []struct{ what, file, says string }{{"facilities", facilities, "新登记 60 行"}, {"officers", officers, "新登记 40 行"}} {
		if code, said = runImportCommand(t, sheet.what, sheet.file, "--data", dir); code != exitDone || !strings.Contains(said, "已写入："+sheet.says) {
			t.Fatalf("applied: %d %s", code, said)
		}
	}
	if code, said = runImportCommand(t, "facilities", facilities, "--data", dir); code != exitDone || !strings.Contains(said, "没有变动 60 行") || !strings.Contains(said, "新登记 0 行，变动 0 行。") {
		t.Errorf("applied again: %d %s", code, said)
	}
	if f, o := stored(t, dir); f != 60 || o != 40 {
		t.Errorf("applied twice, stored %d and %d", f, o)
	}
}

// TestImportWithWrongRows writes what is wrong to a file beside the sheet, or to
// the one that is named, and stores nothing.
func TestImportWithWrongRows(t *testing.T) {
	dir, sheets := t.TempDir(), t.TempDir()
	bad := writeFile(t, sheets, "officers.csv", []byte("姓名,单位,执法证号,证件有效期,单次最多检查数\n王守正,mzj,500156009,2028-02-28,4\n王守正,国安局,500156001,2028-02-30,4\n"))
	named := filepath.Join(dir, "problems.xlsx")
	for _, tt := range []struct {
		args     []string
		problems string
	}{{nil, filepath.Join(sheets, "officers-问题.xlsx")}, {[]string{"--errors", named}, named}} {
		code, said := runImportCommand(t, append([]string{"officers", bad, "--data", dir}, tt.args...)...)
		if code != exitFailed || !strings.Contains(said, "国安局") || !strings.Contains(said, "2028-02-30") || !strings.Contains(said, "没有写入任何内容") {
			t.Fatalf("%d %s", code, said)
		}
		data, err := os.ReadFile(tt.problems)
		if err != nil {
			t.Fatal(err)
		}
		table, err := sheet.Read(data)
		if err != nil || len(table.Rows) != 2 || table.Rows[0].Cells[5] != "" || !strings.Contains(table.Rows[1].Cells[5], "国安局") {
			t.Errorf("the problems read %+v, %v", table, err)
		}
	}
	if f, o := stored(t, dir); f+o != 0 {
		t.Errorf("stored %d and %d", f, o)
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
		{"nothing", nil, "哪种名录"},
		{"no register", []string{facilities, "--data", dir}, "哪种名录"},
		{"no file", []string{"facilities", "--data", dir}, "请写明"},
		{"two files", []string{"facilities", facilities, facilities, "--data", dir}, "一个文件"},
		{"another register", []string{"officers", facilities, "--data", dir}, "执法人员"},
		{"prices", []string{"prices", facilities, "--data", dir}, "收费项目"},
		{"clues", []string{"clues", facilities, "--data", dir}, "/api/v1/clues"},
		{"no directory", []string{"facilities", facilities, "--data", filepath.Join(dir, "nowhere")}, "没有数据目录"},
		{"no such file", []string{"facilities", "nowhere.xlsx", "--data", dir}, "打不开"},
		{"a directory", []string{"facilities", dir, "--data", dir}, "读不出"},
		{"errors to text", []string{"facilities", facilities, "--data", dir, "--errors", "a.csv"}, ".xlsx"},
		{"GBK", []string{"facilities", gbk, "--data", dir}, "GBK"},
	} {
		if code, said := runImportCommand(t, tt.args...); code != exitUsage || !strings.Contains(said, tt.says) {
			t.Errorf("%s: %d %s", tt.name, code, said)
		}
	}
}

func TestImportTemplate(t *testing.T) {
	name := filepath.Join(t.TempDir(), "t.xlsx")
	if code, said := runImportCommand(t, "officers", name, "--template"); code != exitDone || !strings.Contains(said, "填写说明") {
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
	code, said := runImportCommand(t, "facilities", facilities, "--data", dir)
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
