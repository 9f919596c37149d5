package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

func inChinese(t *testing.T, err error) {
	t.Helper()
	if !strings.ContainsFunc(err.Error(), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		t.Errorf("not in Chinese: %v", err)
	}
}

// FuzzDeadlineInput: what is typed is taken as it reads, or refused as a mistake
// of who typed it; what is taken can be counted or is refused likewise.
func FuzzDeadlineInput(f *testing.F) {
	f.Add("2026-09-30", "7", "workday", "2026-10-01,2026-10-08,鉴定,科长")
	f.Add("2026-09-30T16:30", "48", "hour", "2026-10-01,,鉴定,科长")
	f.Add("2026-02-29", "-1", "week", "2026-10-08,2026-10-01,,")
	f.Add("0001-01-01", "9223372036854775807", "month", ",,,")
	f.Add("9999-12-31", "3650", "day", "")
	f.Add("", "", "", "a")
	calendar, err := loadCalendar("")
	if err != nil {
		f.Fatal(err)
	}
	mistake := func(t *testing.T, err error) {
		t.Helper()
		if kind := fault.KindOf(err); kind != fault.Invalid && kind != fault.NotFound && kind != fault.Conflict {
			t.Errorf("refused with %s: %v", kind, err)
		}
		inChinese(t, err)
	}
	f.Fuzz(func(t *testing.T, from, days, unit, pause string) {
		at, err := parseFrom(from)
		if err != nil {
			mistake(t, err)
			return
		}
		if at = at.In(workday.Zone); at.Format("2006-01-02T15:04") != from && at.Format(time.DateOnly) != from {
			t.Errorf("%q is taken for %s", from, at)
		}
		typed := deadlineFlags{from: from, days: days, unit: unit}
		if pause != "" {
			typed.pauses = []string{pause}
		}
		if err := typed.check(); err != nil {
			mistake(t, err)
			return
		}
		pauses, err := parsePauses(typed.pauses)
		if err != nil {
			t.Fatalf("check takes %q, parsePauses does not: %v", pause, err)
		}
		term, err := typed.term()
		if err != nil || term.N < 1 {
			t.Fatalf("check takes %q %q, term says %+v, %v", days, unit, term, err)
		}
		r, err := calendar.Reckon(at, term, pauses)
		if err != nil {
			mistake(t, err)
		} else if len(pauses) == 0 && !r.Due.After(at) {
			t.Errorf("%q and %q %s end at %s", from, days, unit, r.Due)
		}
	})
}

// FuzzSettings: a settings file is taken or refused as a usage error that names
// no password; what is taken reads the same the second time.
func FuzzSettings(f *testing.F) {
	shipped, err := filepath.Glob("../../deploy/config/*")
	if err != nil || len(shipped) == 0 {
		f.Fatal("no settings are shipped", err)
	}
	for _, name := range shipped {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, text := range []string{"", "# nothing\n", "command: up\ndata: [x, y]\n", "command: run\nnats: nats://me:hunter2-hunter2@h:4222\n", "command: run\nmongo: 'mongodb://me:hunter2-hunter2@h:%zz/'\n", "command: run\nmongo: mongodb+srv://me:hunter2-hunter2@h/\n",
		"command: up\ndata: &a x\naddr: *a\n", "command: &a up\n? [x]\n: y\n", "<<: {command: up}\n", "command: !!binary dXA=\n", "command: up\n---\n", "\"command\": \"up\"", "{\"command\":\"up\"}", "- a\n", "\x00"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file := writeFile(t, t.TempDir(), "s.yaml", text)
		s, err := readSettings(file)
		if err == nil {
			err = s.check(false)
		}
		if err != nil {
			var usage usageError
			if !errors.As(err, &usage) || strings.Contains(err.Error(), "hunter2-hunter2") {
				t.Errorf("refused with %v", err)
			}
			inChinese(t, err)
			return
		}
		again, err := readSettings(file)
		if err != nil || again.command != s.command || len(again.list) != len(s.list) {
			t.Errorf("reads %+v, then %+v, %v", s, again, err)
		}
	})
}
