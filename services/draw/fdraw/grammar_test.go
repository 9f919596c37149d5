package fdraw

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// parsers is every file type with its parser, reduced to the text it writes.
var parsers = map[FileType]func(string) (string, error){
	AnnounceFile:   again(ParseAnnounce),
	PolicyFile:     again(ParsePolicy),
	PoolFile:       again(ParsePool),
	OfficersFile:   again(ParseOfficers),
	CommitFile:     again(ParseCommit),
	FreezeFile:     again(ParseFreeze),
	RevealsFile:    again(ParseReveals),
	BeaconFile:     again(ParseBeacon),
	ResultFile:     again(ParseResult),
	SealedFile:     again(ParseSealed),
	NoticeFile:     again(ParseNotice),
	SubstituteFile: again(ParseSubstitution),
	RegistryFile:   again(ParseRegistry),
	ChangesFile:    again(ParseChanges),
	FallbackFile:   again(ParseFallback),
	NumbersFile:    again(ParseNumbers),
	LedgerFile:     again(ParseLedger),
	VoidFile:       again(ParseVoid),
	LeafFile:       again(ParseLeaf),
}

func again[T any, P interface {
	*T
	Text() string
}](parse func(string) (P, error)) func(string) (string, error) {
	return func(text string) (string, error) {
		v, err := parse(text)
		if err != nil {
			return "", err
		}
		return v.Text(), nil
	}
}

const (
	zeros = "0000000000000000000000000000000000000000000000000000000000000000"
	ones  = "1111111111111111111111111111111111111111111111111111111111111111"
	heads = "draw 500156-2026-0001\nattempt 1\n"
)

// specimens is one good file of every type; grammar tests and fuzzing start
// from them.
var specimens = map[FileType]string{
	AnnounceFile: "fdraw/v1 announce\n" + heads + "hash sm3\nalgorithm fdraw-ruler-1 fdraw-deal-1\npolicy " + zeros +
		"\nparty lyj\nparty mzj\nparty scjgj\nquorum 2\ncommit-by 2028-02-29T17:00:00+08:00\nfreeze-by 2028-02-29T18:00:00+08:00\nreveal-by 2028-02-29T20:00:00+08:00\n" +
		"beacon cwl-kl8 2028052 2028-02-29T21:30:00+08:00\nfallback dice-d10x20\nopen-by 2028-04-15T18:00:00+08:00\n",
	PolicyFile: "fdraw/v1 policy\nrate gm A L 100000\nrate gm U L 300000\nrate yp A L 50000\ncensus-below 5\nfloor 20000\nflag x3\ncap gm 2 12\ncap-hard yp 1 12\n",
	PoolFile: "fdraw/v1 pool\n" + heads + "unit 1000000\ncount 3\nf GM0001 gm.A 100000 rate mzj:2,sthjj:2/env,lyj:2@50000\n" +
		"f GM0002 gm.A 0 closed -\nf GM0003 gm.B 1000000 must a:b:1\n",
	OfficersFile: "fdraw/v1 officers\n" + heads + "salt " + zeros + "\ncount 3\no m-1 mzj 6 -\no m-2 mzj 0 env,fire\no s-1 sthjj 1000000 env\n" +
		"x m-1 GM0001 avoid\nx m-1 GM0001 rotate\nx s-1 GM0009 leave\n",
	CommitFile:  heads + "party mzj\nnonce " + ones + "\n",
	FreezeFile:  "fdraw/v1 freeze\n" + heads + "announce " + zeros + "\npool " + zeros + "\nofficers " + zeros + "\ncommit lyj " + ones + "\ncommit mzj " + zeros + "\n",
	RevealsFile: "fdraw/v1 reveals\n" + heads + "freeze " + zeros + "\nabsent lyj\nreveal mzj " + ones + "\n",
	BeaconFile:  "fdraw/v1 beacon\nsource cwl-kl8\nissue 2028052\nvalue 02 05 07 11 13 19 22 26 31 33 40 44 47 51 58 60 66 71 77 80\n",
	ResultFile:  "fdraw/v1 result\n" + heads + "count 2\nsel GM0001 45197\nseat GM0001 lyj 1 -\nseat GM0001 mzj 1 m-1\nseat GM0001 mzj 2 m-2\nsel GM0003 0\n",
	SealedFile: "fdraw/v1 sealed\n" + heads + "reveals " + zeros + "\nbeacon " + zeros + "\nseed-commit " + zeros + "\nresult " + ones +
		"\nnotices 2 nFamBjHF1fpA9cmEFKsqUtO4kHow9eOfGMi4ERIwIm0=\n",
	NoticeFile:     "fdraw/v1 notice\n" + heads + "sel GM0001 45197\nseat GM0001 mzj 1 m-1\nsalt " + ones + "\n",
	SubstituteFile: "fdraw/v1 substitute\n" + heads + "number 1\nseat GM0001 mzj 1\nfrom m-1\nreason leave\nto -\n",
	RegistryFile: "fdraw/v1 registry\n" + heads + "plan gm 2 4\nplan yp 1 1\ncount 3\nr GM0001 gm A L active 0 no -\n" +
		"r GM0002 gm - L closed 3 yes abnormal-list,high-complaint\nr YP0001 yp B H scope 0 no serious-violation\n",
	ChangesFile:  "fdraw/v1 changes\n" + heads + "previous 500156-2025-0004 2\ncount 3\nadd GM0001 registered\nchance GM0002 100000 0 frequency\ndrop GM0003 closed\n",
	FallbackFile: "fdraw/v1 fallback\n" + heads + "source cwl-kl8\nissue 2028052\nreason not-drawn\n",
	NumbersFile:  "fdraw/v1 numbers\ncount 3\nn 500156-2026-0001 1 void\nn 500156-2026-0001 2 open\nn 500156-2026-0002 1 announced\n",
	VoidFile:     "fdraw/v1 void\n" + heads + "reason reveals\nabsent lyj\nreveal mzj " + ones + "\n",
	LedgerFile: "fdraw/v1 ledger\n" + heads + "as-of 2028-04-20T18:00:00+08:00\nrule pub.check.result\ncount 2\n" +
		"visit GM0001 inspected 2028-03-02T10:00:00+08:00 2028-03-30T23:59:59+08:00 - -\nvisit GM0003 pending - - - -\n",
	LeafFile: "fdlog/v1 draw\n" + heads + "stage announce\ndoc-sha256 " + zeros + "\ndoc-sm3 " + ones + "\n",
}

func TestSpecimens(t *testing.T) {
	for file, text := range specimens {
		got, err := parsers[file](text)
		if err != nil {
			t.Errorf("%s: %v", file, err)
		} else if got != text {
			t.Errorf("%s is written again as\n%s", file, got)
		}
		if file.Name() == string(file) {
			t.Errorf("%s has no name for citizens", file)
		}
	}
	if len(specimens) != len(parsers) {
		t.Errorf("%d specimens for %d parsers", len(specimens), len(parsers))
	}
}

// TestSpelling breaks every file in every way that section 2 forbids for all.
func TestSpelling(t *testing.T) {
	for file, text := range specimens {
		lines := strings.Count(text, "\n")
		for _, tt := range []struct {
			name, text, why string
			line            int
		}{
			{"empty", "", "空的", 0},
			{"BOM", "\ufeff" + text, "BOM", 1},
			{"CRLF", strings.ReplaceAll(text, "\n", "\r\n"), "CR", 1},
			{"TAB", strings.Replace(text, " ", "\t", 1), "TAB", 1},
			{"no last line feed", strings.TrimSuffix(text, "\n"), "换行符", lines},
			{"empty line", strings.Replace(text, "\n", "\n\n", 1), "空行", 2},
			{"trailing space", strings.Replace(text, "\n", " \n", 1), "行尾有空格", 1},
			{"leading space", " " + text, "行首有空格", 1},
			{"two spaces", strings.Replace(text, " ", "  ", 1), "连续的空格", 1},
			{"Chinese", strings.Replace(text, " ", " 殡", 1), "非 ASCII", 1},
			{"control", strings.Replace(text, " ", " \x00", 1), "控制字符 0x00", 1},
			{"one line more", text + "more 1\n", "more", lines + 1},
			{"cut", text[:strings.Index(text, "\n")+1], "", 2},
		} {
			_, err := parsers[file](tt.text)
			var bad *FormatError
			if !errors.As(err, &bad) {
				t.Errorf("%s with %s: got %v, want a FormatError", file, tt.name, err)
				continue
			}
			if bad.File != file || bad.Line != tt.line || !strings.Contains(bad.Error(), tt.why) {
				t.Errorf("%s with %s: got %v, want line %d and %q", file, tt.name, bad, tt.line, tt.why)
			}
		}
	}
}

// TestRefusals breaks one file at a time in the ways that belong to it.
func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		file     FileType
		old, new string
		why      string
	}{
		{AnnounceFile, "announce\n", "policy\n", "应为"},
		{AnnounceFile, "500156-2026-0001", "500156-2026-001", "抽取编号"},
		{AnnounceFile, "500156-2026-0001", "500156-2026-0000", "0001"},
		{AnnounceFile, "500156-2026-0001", "50015x-2026-0001", "抽取编号"},
		{AnnounceFile, "attempt 1", "attempt 0", "超出范围"},
		{AnnounceFile, "attempt 1", "attempt 01", "前导零"},
		{AnnounceFile, "attempt 1", "attempt +1", "不是整数"},
		{AnnounceFile, "hash sm3", "hash md5", "杂凑算法"},
		{AnnounceFile, "hash sm3", "hash SM3", "杂凑算法"},
		{AnnounceFile, "fdraw-deal-1", "fdraw-deal-2", "应为"},
		{AnnounceFile, zeros, strings.Replace(zeros, "0", "A", 1), "小写字母"},
		{AnnounceFile, zeros, zeros[1:], "64 位"},
		{AnnounceFile, "party lyj\n", "", "至少 3 个"},
		{AnnounceFile, "party mzj", "party lyj", "重复"},
		{AnnounceFile, "party mzj", "party abc", "之前"},
		{AnnounceFile, "party mzj", "party -", "不是编号"},
		{AnnounceFile, "party mzj", "party m/j", "不允许的字符"},
		{AnnounceFile, "party mzj", "party " + strings.Repeat("m", 65), "不是编号"},
		{AnnounceFile, "quorum 2", "quorum 1", "超出范围"},
		{AnnounceFile, "quorum 2", "quorum 4", "超过参与方数"},
		{AnnounceFile, "2028-02-29T17", "2027-02-29T17", "不是时间"},
		{AnnounceFile, "17:00:00+08:00", "17:00:00Z", "不是时间"},
		{AnnounceFile, "17:00:00+08:00", "17:00:00+09:00", "不是时间"},
		{AnnounceFile, "17:00:00+08:00", "17:00:00.5+08:00", "不是时间"},
		{AnnounceFile, "17:00:00+08:00", "19:00:00+08:00", "早于承诺截止"},
		{AnnounceFile, "T20:00:00", "T21:30:00", "须晚于揭示"},
		{AnnounceFile, "open-by 2028-04", "open-by 2028-01", "早于公共随机数"},
		{AnnounceFile, "cwl-kl8", "cwl-3d", "不认识的随机源"},
		{AnnounceFile, "2028052", "202852", "7 位"},
		{AnnounceFile, "cwl-kl8 2028052", "dice-d10x20 500156-2026-0001/2", "掷骰的期号应为"},
		{AnnounceFile, "fallback dice-d10x20", "fallback cwl-kl8", "备用随机源只能是"},

		{PolicyFile, "rate gm A L 100000", "rate gm A L 1000001", "超出范围"},
		{PolicyFile, "rate gm A L 100000", "rate gm U L 100000", "重复"},
		{PolicyFile, "rate gm A L", "rate zz A L", "之前"},
		{PolicyFile, "flag x3", "flag 3", "must 或 x"},
		{PolicyFile, "flag x3", "flag x0", "超出范围"},
		{PolicyFile, "cap gm 2 12", "cap gm 0 12", "超出范围"},
		{PolicyFile, "cap gm", "cap yp", "重复"},
		{PolicyFile, "census-below 5\nfloor 20000", "floor 20000\ncensus-below 5", "census-below"},

		{PoolFile, "unit 1000000", "unit 1000", "应为"},
		{PoolFile, "count 3", "count 4", "中断"},
		{PoolFile, "count 3", "count 2", "多出的内容"},
		{PoolFile, "f GM0002", "f GM0001", "重复"},
		{PoolFile, "f GM0001", "f GM0009", "之前"},
		{PoolFile, "100000 rate", "0100000 rate", "前导零"},
		{PoolFile, "100000 rate", "1000001 rate", "超出范围"},
		{PoolFile, "100000 rate", "-1 rate", "不是整数"},
		{PoolFile, "100000 rate", "99999999999999999999 rate", "过大"},
		{PoolFile, "100000 rate", "100000 luck", "概率理由"},
		{PoolFile, "mzj:2", "mzj:0", "超出范围"},
		{PoolFile, "mzj:2", "mzj:02", "前导零"},
		{PoolFile, "mzj:2", "mzj:100", "超出范围"},
		{PoolFile, "mzj:2", "mzj", "部门:人数"},
		{PoolFile, "mzj:2", "-:2", "不是编号"},
		{PoolFile, "mzj:2", "lyj:2", "部门“lyj”重复"},
		{PoolFile, "mzj:2,", "mzj:2,,", "部门:人数"},
		{PoolFile, "2/env", "2/", "不是编号"},
		{PoolFile, "2/env", "2/-", "不是编号"},
		{PoolFile, "2/env", "2@5/env", "不是整数"},
		{PoolFile, "@50000", "@0", "超出范围"},
		{PoolFile, "@50000", "@100001", "大于对象的概率"},
		{PoolFile, "@50000", "@050000", "前导零"},
		{PoolFile, "closed -", "closed - -", "多出"},
		{PoolFile, "closed -", "closed", "应有 5 项，实有 4 项"},

		{OfficersFile, "count 3", "count 2", "多出的内容"},
		{OfficersFile, "o m-2", "o m-1", "重复"},
		{OfficersFile, "o m-1", "o z-1", "之前"},
		{OfficersFile, "mzj 6 -", "mzj 6 b,a", "之前"},
		{OfficersFile, "env,fire", "env,env", "重复"},
		{OfficersFile, "mzj 6 -", "mzj x -", "不是整数"},
		{OfficersFile, "1000000 env", "1000001 env", "超出范围"},
		{OfficersFile, "x m-1 GM0001 avoid", "x m-1 GM0001 rotate", "回避行重复"},
		{OfficersFile, "x m-1 GM0001 avoid", "x m-1 GM0002 avoid", "排序"},
		{OfficersFile, "x s-1", "x s-2", "不在执法人员名录"},
		{OfficersFile, "GM0009 leave", "GM0009 sick", "回避代码"},

		{FreezeFile, "commit lyj", "commit mzj", "重复"},
		{FreezeFile, "commit lyj", "commit zzz", "之前"},
		{RevealsFile, "absent lyj", "absent mzj", "重复"},
		{RevealsFile, "absent lyj", "absent lyj " + ones, "多出"},
		{RevealsFile, "absent lyj", "gone lyj", "reveal"},
		{CommitFile, "nonce", "secret", "nonce"},

		{BeaconFile, "02 05", "05 02", "从小到大"},
		{BeaconFile, "02 05", "02 02", "重复"},
		{BeaconFile, "02 05", "2 05", "两位"},
		{BeaconFile, "02 05", "00 05", "超出 01 至 80"},
		{BeaconFile, "77 80", "77 81", "超出 01 至 80"},
		{BeaconFile, " 80\n", "\n", "应有 20 个号码，实有 19 个"},
		{BeaconFile, "value 02", "values 02", "value"},
		{BeaconFile, "source cwl-kl8\nissue 2028052", "source dice-d10x20\nissue 2028052", "抽取编号/次数"},
		{BeaconFile, "source cwl-kl8", "source drand-quicknet", "64 位"},

		{ResultFile, "count 2", "count 3", "中断"},
		{ResultFile, "count 2", "count 1", "多出"},
		{ResultFile, "sel GM0003", "sel GM0000", "之前"},
		{ResultFile, "GM0001 45197", "GM0001 1000000", "超出范围"},
		{ResultFile, "mzj 2 m-2", "mzj 3 m-2", "不连续"},
		{ResultFile, "mzj 1 m-1", "mzj 2 m-1", "不连续"},
		{ResultFile, "mzj 2 m-2", "mzj 2 m-1", "重复"},
		{ResultFile, "seat GM0001 lyj", "seat GM0001 zzz", "之前"},
		{ResultFile, "seat GM0001 lyj", "seat GM0002 lyj", "应属于"},
		{SealedFile, "wIm0=", "wIm1=", "base64"},
		{SealedFile, "wIm0=", "wIm0", "base64"},
		{SealedFile, "notices 2", "notices -1", "不是整数"},

		{SubstituteFile, "reason leave", "reason luck", "替换理由"},
		{RegistryFile, "plan gm 2 4", "plan gm 5 4", "超过全年"},
		{RegistryFile, "plan gm 2 4\n", "", "没有 plan 行"},
		{RegistryFile, "abnormal-list,high-complaint", "high-complaint,abnormal-list", "之前"},
		{RegistryFile, "abnormal-list,", "famous,", "标记"},
		{RegistryFile, "gm - L", "gm U L", "应写"},
		{RegistryFile, "closed 3 yes", "closed 3 maybe", "yes 或 no"},
		{RegistryFile, "active", "alive", "状态"},
		{ChangesFile, "registered", "because", "变动理由"},
		{ChangesFile, "add GM0001", "add GM0009", "之前"},
		{FallbackFile, "not-drawn", "disliked", "应为"},
		{NumbersFile, "n 500156-2026-0001 2 open", "n 500156-2026-0001 1 open", "不得重复"},
		{NumbersFile, "announced", "lost", "结局"},
		{VoidFile, "reason reveals", "reason rain", "不认识的作废理由"},
		{LedgerFile, "inspected 2028-03-02T10:00:00+08:00", "inspected -", "检查时间"},
		{LedgerFile, "pending -", "pending 2028-03-02T10:00:00+08:00", "尚未检查"},
		{LedgerFile, "inspected 2028-03", "inspected 2028-05", "截止时间"},
		{LedgerFile, " - -\nvisit", " 2028-03-09T10:00:00+08:00 -\nvisit", "同时"},
		{LedgerFile, " - -\nvisit", " 2028-03-09T10:00:00+08:00 xyz\nvisit", "32 位"},
		{LedgerFile, " - -\nvisit", " 2028-03-01T10:00:00+08:00 " + ones[:32] + "\nvisit", "早于检查"},
		{LeafFile, "stage announce", "stage dance", "步骤"},
	} {
		text := specimens[tt.file]
		if !strings.Contains(text, tt.old) {
			t.Fatalf("%s has no %q", tt.file, tt.old)
		}
		_, err := parsers[tt.file](strings.Replace(text, tt.old, tt.new, 1))
		var bad *FormatError
		if !errors.As(err, &bad) || bad.File != tt.file || !strings.Contains(bad.Why, tt.why) {
			t.Errorf("%s with %q for %q: got %v, want a line that says %q", tt.file, tt.new, tt.old, err, tt.why)
		}
	}
}

func TestBeaconValues(t *testing.T) {
	for _, tt := range []struct {
		beacon Beacon
		why    string // empty: good
	}{
		{Beacon{SSQ, "2026030", "02 07 11 19 26 33+16"}, ""},
		{Beacon{SSQ, "2026030", "02 07 11 19 26 33 16"}, "一个“+”"},
		{Beacon{SSQ, "2026030", "02 07 11 19 26 34+16"}, "超出 01 至 33"},
		{Beacon{SSQ, "2026030", "02 07 11 19 26 33+17"}, "超出 01 至 16"},
		{Beacon{SSQ, "2026030", "02 07 11 19 33+05"}, "应有 6 个"},
		{Beacon{Dice, "500156-2026-0001/1", "63454660390103169462"}, ""},
		{Beacon{Dice, "500156-2026-0001/1", "6345466039010316946"}, "20 位"},
		{Beacon{Dice, "500156-2026-0001/01", "63454660390103169462"}, "前导零"},
		{Beacon{Drand, "1234567", zeros}, ""},
		{Beacon{Drand, "0", zeros}, "超出范围"},
		{Beacon{Drand, "1234567", strings.ToUpper(strings.Replace(zeros, "0", "a", 1))}, "小写"},
	} {
		_, err := ParseBeacon(tt.beacon.Text())
		if tt.why == "" && err != nil || tt.why != "" && (err == nil || !strings.Contains(err.Error(), tt.why)) {
			t.Errorf("%+v: got %v, want %q", tt.beacon, err, tt.why)
		}
	}
}

// TestTimesAreBeijing: the instant counts, not the zone a caller has it in.
func TestTimesAreBeijing(t *testing.T) {
	utc := time.Date(2028, 2, 29, 9, 0, 0, 0, time.UTC)
	if got := formatTime(utc); got != "2028-02-29T17:00:00+08:00" {
		t.Errorf("got %s", got)
	}
	if back, err := parseTime(formatTime(utc)); err != nil || !back.Equal(utc) {
		t.Errorf("got %v, %v", back, err)
	}
}

func TestDemand(t *testing.T) {
	d, err := ParseDemand("a:b:2/x:1@5")
	if err != nil {
		t.Fatal(err)
	}
	want := Need{Dept: "a:b", Count: 2, Skill: "x:1", Below: 5}
	if len(d) != 1 || d[0] != want || d.String() != "a:b:2/x:1@5" {
		t.Errorf("got %+v", d)
	}
	if !want.Attends(4) || want.Attends(5) || !(Need{}).Attends(Certain-1) {
		t.Error("a department with @q comes exactly below q, without it always")
	}
	if empty, err := ParseDemand("-"); err != nil || len(empty) != 0 || empty.String() != "-" {
		t.Errorf("got %v, %v", empty, err)
	}
}
