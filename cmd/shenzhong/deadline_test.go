package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode"
)

// count runs the command and returns what it said and how it ended.
func count(t *testing.T, args ...string) (stdout string, err error) {
	t.Helper()
	cmd := newDeadlineCommand()
	var out, complaint bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&complaint)
	cmd.SetArgs(args)
	err = cmd.Execute()
	if complaint.Len() > 0 {
		t.Errorf("%v wrote %q itself", args, complaint.String())
	}
	return out.String(), err
}

func mustAnswer(t *testing.T, args ...string) deadlineAnswer {
	t.Helper()
	out, err := count(t, append(args, "--json")...)
	if err != nil {
		t.Fatal(err)
	}
	var a deadlineAnswer
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatalf("%v: %v in %s", args, err, out)
	}
	return a
}

func TestDeadlineCounts(t *testing.T) {
	tests := []struct {
		args, due, raw string
		provisional    bool
	}{
		{"--days 7 --unit workday --from 2026-09-30", "2026-10-15", "2026-10-15", false},
		{"--days 7 --from 2026-09-30", "2026-10-15", "2026-10-15", false},
		{"--days 90 --unit day --from 2026-07-03", "2026-10-08", "2026-10-01", false},
		{"--days 3 --unit month --from 2026-11-30", "2027-03-01", "2027-02-28", true},
		{"--days 24 --unit hour --from 2026-09-30T16:30", "2026-10-01", "2026-10-01", false},
		{"--days 7 --unit workday --from 2026-12-28", "2027-01-07", "2027-01-07", true},
		{"--rule pub.withdraw --from 2026-09-30", "2026-10-10", "2026-10-10", false},
		{"--rule pub.penalty.portal --from 2026-11-23", "2026-12-02", "2026-12-02", false},
		{"--rule case.decide --from 2026-07-03", "2026-10-08", "2026-10-01", false},
		{"--rule case.hearing.notice --from 2026-10-13", "2026-09-28", "2026-09-28", false},
		{"--rule police.send --from 2026-09-30T16:30", "2026-10-01", "2026-10-01", false},
		{"--rule credit.general --from 2026-03-31", "2029-03-31", "2029-03-31", true},
		{"--rule credit.general --from 2026-04-01", "2027-04-01", "2027-04-01", true},
		{"--rule clue.verify --extend 1 --from 2026-09-01", "2026-10-19", "2026-10-19", false},
		{"--rule case.decide --from 2026-07-03 --pause 2026-08-01,2026-08-10,鉴定,张局长", "2026-10-12", "2026-10-11", false},
		{"--days 3 --from 2026-11-02 --pause 2026-11-04,2026-11-10,鉴定,张局长", "2026-11-12", "2026-11-12", false},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			a := mustAnswer(t, strings.Fields(tt.args)...)
			if a.Due != tt.due || a.Raw != tt.raw || a.Provisional != tt.provisional {
				t.Errorf("due %s, raw %s, provisional %t; want %s, %s, %t", a.Due, a.Raw, a.Provisional, tt.due, tt.raw, tt.provisional)
			}
			if a.Citation == "" || a.Calendar == "" || a.Pack == "" || a.Explanation == "" {
				t.Errorf("nothing to argue with: %+v", a)
			}
		})
	}
}

// catalogue is every row of the deadline catalogue, each counted from the same
// day, the eve of the National Day of 2026; both ends of a range. The hours of
// police.send run from 0:00 and are over at its 24:00.
var catalogue = []struct{ rule, due, shortest string }{
	{"pub.penalty.portal", "2026-10-15", ""},
	{"pub.penalty.credit", "2026-10-15", ""},
	{"pub.penalty.gsxt", "2026-11-03", ""},
	{"pub.withdraw", "2026-10-10", ""},
	{"pub.check.result", "2026-11-03", ""},
	{"check.nocode.file", "2026-10-10", ""},
	{"case.decide", "2026-12-29", ""},
	{"case.evidence.hold", "2026-10-15", ""},
	{"case.hearing.request", "2026-10-13", ""},
	{"case.hearing.notice", "2026-09-20", ""},
	{"case.serve", "2026-10-15", ""},
	{"fine.pay", "2026-10-15", ""},
	{"police.decide", "2026-10-08", ""},
	{"police.send", "2026-09-30", ""},
	{"complaint.accept", "2026-10-15", ""},
	{"alert.handle", "2026-10-13", ""},
	{"alert.urgent", "2026-09-30", ""},
	{"complaint.mediate", "2026-12-08", ""},
	{"clue.verify", "2026-10-27", ""},
	{"report.notify", "2026-10-13", ""},
	{"petition.route", "2026-10-15", ""},
	{"petition.return", "2026-10-13", ""},
	{"petition.finish", "2026-11-30", ""},
	{"review.apply", "2026-11-30", ""},
	{"info.active", "2026-11-03", ""},
	{"credit.minor", "2026-12-30", ""},
	{"credit.general", "2027-09-30", "2026-12-30"},
	{"credit.serious", "2029-09-30", "2027-09-30"},
	{"body.storage", "2026-10-03", ""},
}

func TestDeadlineCatalogue(t *testing.T) {
	pack, calendar, err := loadLaw()
	if err != nil {
		t.Fatal(err)
	}
	from, err := parseFrom("2026-09-30")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range catalogue {
		a, err := countDeadline(pack, calendar, from, deadlineFlags{rule: row.rule})
		if err != nil {
			t.Fatal(err)
		}
		shortest := ""
		if a.Shortest != nil {
			shortest = a.Shortest.Due
		}
		if a.Due != row.due || shortest != row.shortest || a.Rule != row.rule {
			t.Errorf("%s: due %s, shortest %q; want %s, %q", row.rule, a.Due, shortest, row.due, row.shortest)
		}
		if a.Provisional != (a.Due > "2026-12-31") || a.Calendar == "" || a.Citation == "" || len(a.Counted) == 0 {
			t.Errorf("%s: %+v", row.rule, a)
		}
	}
}

// TestDeadlineStandsStill: while a pause is open there is no due date.
func TestDeadlineStandsStill(t *testing.T) {
	a := mustAnswer(t, "--rule", "case.decide", "--from", "2026-07-03", "--pause", "2026-08-01,,鉴定,张局长")
	if !a.Stopped || a.Due != "" || a.DueAt != "" || !strings.Contains(a.Explanation, "中止") {
		t.Errorf("%+v", a)
	}
	out, err := count(t, "--rule", "case.decide", "--from", "2026-07-03", "--pause", "2026-08-01,,鉴定,张局长")
	if err != nil || !strings.Contains(out, "尚无届满日") || !strings.Contains(out, "鉴定（张局长批准）") {
		t.Errorf("%v, %s", err, out)
	}
}

// TestDeadlineTellsEveryDay looks at the account across the National Day.
func TestDeadlineTellsEveryDay(t *testing.T) {
	a := mustAnswer(t, "--days", "7", "--unit", "workday", "--from", "2026-09-30")
	if len(a.Counted) != 15 || a.DayZero != "2026-09-30" || a.N != 7 || a.Unit != "workday" || a.Rule != "" {
		t.Fatalf("%+v", a)
	}
	counts := 0
	for _, d := range a.Counted {
		if d.Counts {
			counts++
		}
		if d.Reason == "" {
			t.Errorf("%s has no reason", d.Date)
		}
	}
	if counts != 7 {
		t.Errorf("%d days count", counts)
	}
	if d := a.Counted[9]; d.Date != "2026-10-10" || !d.Counts || !strings.Contains(d.Reason, "调休") {
		t.Errorf("the make-up Saturday: %+v", d)
	}
	if d := a.Counted[0]; d.Date != "2026-10-01" || d.Counts || !strings.Contains(d.Reason, "国庆节") {
		t.Errorf("the National Day: %+v", d)
	}
}

func TestDeadlineSpeaksToReaders(t *testing.T) {
	out, err := count(t, "--rule", "credit.general", "--from", "2026-04-01")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"一般失信信息的公示期（credit.general）", "文书认定之日", "2027-04-01（暂定）", "最短到 2026-07-01", "信用修复管理办法", "第365日"} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is not in\n%s", part, out)
		}
	}
	out, err = count(t, "--rule", "clue.verify", "--from", "2026-05-06")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out, "尚未与公布的法律文本核对") {
		t.Errorf("an unverified rule does not say so:\n%s", out)
	}
}

func TestDeadlineLists(t *testing.T) {
	before, err := count(t, "--list", "--from", "2025-09-19")
	if err != nil {
		t.Fatal(err)
	}
	after, err := count(t, "--list", "--from", "2025-09-20")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(before, "check.nocode.file") || !strings.Contains(after, "check.nocode.file") || !strings.Contains(after, "case.decide") {
		t.Errorf("the list of the eve:\n%s\nof the day:\n%s", before, after)
	}
}

// TestDeadlineRefuses: nonsense gets one Chinese sentence and exit code 2.
func TestDeadlineRefuses(t *testing.T) {
	for _, args := range []string{
		"",
		"--from 2026-09-30",
		"--days 7",
		"--days seven --from 2026-09-30",
		"--days 7.5 --from 2026-09-30",
		"--days 0 --from 2026-09-30",
		"--days -7 --from 2026-09-30",
		"--days 99999999999999999999 --from 2026-09-30",
		"--days 9999999 --from 2026-09-30",
		"--days 7 --unit fortnight --from 2026-09-30",
		"--days 7 --from 2026-02-30",
		"--days 7 --from tomorrow",
		"--days 7 --from 9999-12-31",
		"--rule nope --from 2026-09-30",
		"--rule check.nocode.file --from 2025-09-19",
		"--rule pub.withdraw --days 3 --from 2026-09-30",
		"--rule pub.withdraw --unit day --from 2026-09-30",
		"--rule pub.withdraw --extend 1 --from 2026-09-30",
		"--rule clue.verify --extend 2 --from 2026-09-30",
		"--rule clue.verify --extend -1 --from 2026-09-30",
		"--days 7 --extend 1 --from 2026-09-30",
		"--days 7 --from 2026-09-30 --pause 2026-10-01",
		"--days 7 --from 2026-09-30 --pause 2026-10-09,2026-10-08,鉴定,张局长",
		"--days 7 --from 2026-09-30 --pause 2026-10-08,2026-10-09,,张局长",
		"--days 7 --from 2026-09-30 --pause 2026-10-08,2026-10-09,鉴定,",
		"--days 7 --from 2026-09-30 --pack none",
		"--days 7 --from 2026-09-30 --pack builtin@soon",
		"--days 7 --from 2026-09-30 --data nowhere",
		"--list --rule pub.withdraw --from 2026-09-30",
		"--list",
		"2026-09-30",
	} {
		t.Run(args, func(t *testing.T) {
			out, err := count(t, strings.Fields(args)...)
			var usage usageError
			if !errors.As(err, &usage) || out != "" {
				t.Fatalf("got %v and %q, want a usage error and no output", err, out)
			}
			if strings.Contains(err.Error(), "\n") || !strings.ContainsFunc(err.Error(), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("%q is not one Chinese sentence", err)
			}
			var stdout, stderr bytes.Buffer
			if code := run(append([]string{"deadline"}, strings.Fields(args)...), &stdout, &stderr); code != exitUsage || stdout.Len() > 0 || strings.Count(stderr.String(), "\n") != 1 {
				t.Errorf("exit %d, stdout %q, stderr %q", code, stdout.String(), stderr.String())
			}
		})
	}
}
