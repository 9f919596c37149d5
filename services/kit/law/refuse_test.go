package law

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"shenzhong/services/kit/fault"
)

// TestLoadRefuses breaks the pack in one place at a time.
func TestLoadRefuses(t *testing.T) {
	good := mustRead(t)
	tests := []struct{ name, old, new, says string }{
		{"unknown key", "plain: 没有批,", "plane: 没有批,", "格式不对"},
		{"unknown table", "texts:", "tests:", "格式不对"},
		{"key twice", "code: mzj, name", "code: mzj, code: mzj2, name", "格式不对"},
		{"not a date", "valid_from: 2024-01-08}", "valid_from: 2024-02-30}", "格式不对"},
		{"two documents", "prices:", "---\nprices:", "一个 YAML 文档"},
		{"no district", `district: "500156"`, `district: ""`, "district"},
		{"no citation", "basis: [old 第18条], verified: true, valid_from: 2013-01-01, valid_to: 2026-03-29}\n  - {violation: unapproved, name", "verified: true, valid_from: 2013-01-01, valid_to: 2026-03-29}\n  - {violation: unapproved, name", "没有写明依据"},
		{"no verification", "basis: [local], verified: true, valid_from: 2013-01-01}\n  - {code: scjgj", "basis: [local], valid_from: 2013-01-01}\n  - {code: scjgj", "verified"},
		{"odd verification", "basis: [local], verified: true, valid_from: 2013-01-01}\n  - {code: scjgj", "basis: [local], verified: maybe, valid_from: 2013-01-01}\n  - {code: scjgj", "verified"},
		{"no day", "verified: true, valid_from: 2013-01-01}\n  - {code: scjgj", "verified: true}\n  - {code: scjgj", "valid_from"},
		{"ends before it begins", "valid_to: 2026-03-29, replaced_by", "valid_to: 2012-03-29, replaced_by", "早于"},
		{"unknown instrument", "basis: [new 第1条]", "basis: [newer 第1条]", "newer"},
		{"replaced by nothing", "replaced_by: new", "replaced_by: newer", "newer"},
		{"replaced but in force", "valid_to: 2026-03-29, replaced_by", "replaced_by", "失效日期"},
		{"two rules on one day", "valid_from: 2026-03-30}\n  - {violation: price", "valid_from: 2026-03-29}\n  - {violation: price", "同时有效"},
		{"no code", "{code: mzj-102", `{code: ""`, "没有代码"},
		{"unit without name", "name: 民政局", `name: ""`, "没有写明名称"},
		{"unknown kind of unit", "name: 民政局, short: 民政, kind: member", "name: 民政局, short: 民政, kind: guild", "类别"},
		{"a coordinating body that enforces", "kind: coordinating,", "kind: coordinating, enforces: true,", "不能是执法主体"},
		{"a parent that is no group", "parent: xzjd", "parent: mzj", "上级组"},
		{"area led by nobody", `lead: mzj, assist: [scjgj, xzjd], contents`, `lead: nobody, assist: [scjgj, xzjd], contents`, "nobody"},
		{"route to a coordinating body", "lead: scjgj, assist: [mzj], reason", "lead: zbb, assist: [mzj], reason", "不能由"},
		{"route to a group", "lead: scjgj, assist: [mzj], reason", "lead: xzjd, assist: [mzj], reason", "不能由"},
		{"lead assists itself", "lead: scjgj, assist: [mzj], reason", "lead: scjgj, assist: [scjgj], reason", "重复"},
		{"item of a coordinating body", "unit: mzj, weight: general", "unit: zbb, weight: general", "议事协调机构"},
		{"item of a unit without power", "unit: mzj, weight: general", "unit: czj, weight: general", "执法主体名录"},
		{"item of an unknown violation", "violations: [unapproved]", "violations: [unknown]", "unknown"},
		{"item for an unknown category", "facilities: [funeral_home]", "facilities: [pyramid]", "pyramid"},
		{"item without question", "question: 有制度吗？", `question: ""`, "检查内容"},
		{"deadline without trigger", "trigger: 决定之日", `trigger: ""`, "起算事件"},
		{"deadline of nothing", "n: 7, unit: workday", "n: 0, unit: workday", "正整数"},
		{"deadline in fortnights", "n: 7, unit: workday", "n: 7, unit: fortnight", "fortnight"},
		{"shortest above the longest", "n: 12, min: 3", "n: 12, min: 13", "不合理"},
		{"extension without approver", "times: 1, by: 局长", "times: 1", "谁批准"},
		{"half an extension", "extend: {n: 15, times: 1, by: 局长}", "extend: {n: 15, by: 局长}", "不完整"},
		{"reminders out of order", "remind: [2, 1]", "remind: [1, 2]", "从早到晚"},
		{"escalation to nobody", "to: zbb}", "to: nobody}", "升级"},
		{"owner nobody knows", "owner: decider", "owner: nobody", "责任人"},
		{"nothing said of a new pack", "on_pack_change: keep, basis: [old 第1条]", "basis: [old 第1条]", "规则包变更"},
		{"more than everything", "ppm: 400000", "ppm: 1400000", "比例"},
		{"rate of an unknown grade", "category: funeral_home, grade: U", "category: funeral_home, grade: Z", "信用等级"},
		{"severity unlike its deadline", "min: 3, max: 12, rule: credit", "min: 3, max: 24, rule: credit", "不一致"},
		{"channel without clock", "code: portal, name: 门户, rule: pub", "code: portal, name: 门户, rule: none", "none"},
		{"ground for an unknown act", "act: return", "act: refuse", "不完整"},
		{"gate of an unknown case", "cases: [ordinary, inspection]", "cases: [ordinary, raid]", "raid"},
		{"hearing of a stranger", "unit: scjgj, subject: legal", "unit: scjgj, subject: alien", "听证数额"},
		{"an amount nobody read", "text: 按新条例,", "text: 按新条例, max_fen: 100,", "不得填写数额"},
		{"a fine upside down", "min_times: 1, max_times: 3", "min_times: 5, max_times: 3", "罚则"},
		{"a limit nobody read", "name: 墓位面积,", "name: 墓位面积, value: 1,", "未核对的不得有数值"},
		{"a limit without value", "value: 2, unit: 人", "unit: 人", "已核对的应当有数值"},
		{"watch of an unknown matter", "matters: [unapproved], signals", "matters: [alien], signals", "alien"},
		{"watch of nothing", "matters: [unapproved], signals", "matters: [], signals", "监测事项"},
		{"watch of one matter twice", "matters: [unapproved], signals", "matters: [unapproved, unapproved], signals", "重复"},
		{"watch of a strange signal", "signals: [clue, report]", "signals: [clue, rumor]", "rumor"},
		{"watch of one signal twice", "signals: [clue, report]", "signals: [clue, clue]", "不重复"},
		{"watch that counts a matter twice", "signals: [clue, report]", "signals: [clue, decision]", "计两次"},
		{"watch of no place", "place: town, threshold", "place: village, threshold", "village"},
		{"watch without threshold", "threshold: 3", "threshold: 0", "预警数量"},
		{"watch without window", "within: 30, unit: day", "unit: day", "期间"},
		{"watch in workdays", "within: 30, unit: day", "within: 30, unit: workday", "期间单位"},
		{"clause without owner", "owners: [mzj]", "owners: []", "责任单位"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bad := strings.Replace(good, tt.old, tt.new, 1)
			if bad == good {
				t.Fatalf("%q does not occur", tt.old)
			}
			_, err := Load(files(bad))
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("got %v, want a fault.Invalid that says %q", err, tt.says)
			}
		})
	}
}

func TestLoadSeveralFiles(t *testing.T) {
	good := mustRead(t)
	head, rest, found := strings.Cut(good, "routes:")
	if !found {
		t.Fatal("no routes")
	}
	p, err := Load(fstest.MapFS{"a.yaml": {Data: []byte("routes:" + rest)}, "b.yaml": {Data: []byte(head)}, "notes.txt": {Data: []byte("{")}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(p.Routes(mustDate(t, "2026-01-05"))), 2; got != want {
		t.Errorf("%d routes, want %d", got, want)
	}
	if _, err := Load(fstest.MapFS{"a.yaml": {Data: []byte(good)}, "b.yaml": {Data: []byte(`pack: {district: "500100", edition: "1"}`)}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("two manifests: %v", err)
	}
	if _, err := Load(fstest.MapFS{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("no file: %v", err)
	}
	if _, err := Load(fstest.MapFS{"a.yaml": {Data: make([]byte, mostBytes+1)}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a huge file: %v", err)
	}
	if _, err := Load(unreadable{}); err == nil || fault.Is(err, fault.Invalid) {
		t.Errorf("an unreadable file: %v", err)
	}
}

// unreadable lists a file that cannot be opened.
type unreadable struct{}

var errDisk = errors.New("disk is away")

func (unreadable) Open(string) (fs.File, error)          { return nil, errDisk }
func (unreadable) Glob(string) ([]string, error)         { return []string{"a.yaml"}, nil }
func (unreadable) ReadDir(string) ([]fs.DirEntry, error) { return nil, errDisk }

func FuzzLoad(f *testing.F) {
	good := mustRead(f)
	f.Add(good)
	f.Add("pack: {district: \"1\", edition: \"1\"}")
	f.Add("a: &a [*a]")
	f.Add("pack: 1\nunits: [{code: x, basis: [\" \"]}]")
	f.Fuzz(func(t *testing.T, content string) {
		p, err := Load(files(content))
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%v is no fault.Invalid", err)
			}
			return
		}
		again, err := Load(files(content))
		if err != nil || again.Version() != p.Version() {
			t.Fatalf("loaded once as %s, then %v", p.Version(), err)
		}
	})
}
