package law

import (
	"slices"
	"strings"
	"testing"
)

func mustCompare(t *testing.T, a, b *Pack) []Difference {
	t.Helper()
	found, err := Compare(a, b)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// changed loads the small pack with one wording replaced.
func changed(t *testing.T, old, new string) *Pack {
	t.Helper()
	content := strings.Replace(mustRead(t), old, new, 1)
	if content == mustRead(t) {
		t.Fatalf("%q does not occur", old)
	}
	p, err := Load(files(content))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCompareSpeaksToLawyers(t *testing.T) {
	whole := mustLoad(t)
	if found := mustCompare(t, whole, mustLoad(t)); len(found) > 0 {
		t.Errorf("a pack differs from itself: %v", found)
	}
	for _, tt := range []struct {
		old, new, sort string
		says           []string
	}{
		{"n: 7, unit: workday, owner: decider", "n: 5, unit: workday, owner: decider", "changed", []string{"修改 期限“pub”，公示", "期限由“7”改为“5”"}},
		{"n: 15, unit: workday", "n: 15, unit: day", "changed", []string{"单位由“工作日”改为“自然日”"}},
		{"lead: scjgj, assist: [mzj], reason", "lead: mzj, assist: [scjgj], reason", "changed", []string{"主办单位由“市场监管局”改为“民政局”", "协办单位由“民政局”改为“市场监管局”"}},
		{"basis: [new 第1条], verified: true", "basis: [new 第2条], verified: false", "changed", []string{"依据由“《新条例》（第2号）第1条”改为“《新条例》（第2号）第2条”", "核对情况由“已核对”改为“未核对”"}},
		{"{code: return.other, act", "{code: return.new, act", "removed", []string{"删去 法定情形“return.other”，不属职权", "同意人数：1"}},
		{"{code: return.other, act", "{code: return.new, act", "added", []string{"新增 法定情形“return.new”", "用于：退回线索"}},
	} {
		found := mustCompare(t, whole, changed(t, tt.old, tt.new))
		i := slices.IndexFunc(found, func(d Difference) bool { return d.Sort == tt.sort })
		if i < 0 || len(found) > 2 {
			t.Errorf("%s: found %v", tt.new, found)
			continue
		}
		for _, part := range tt.says {
			if !strings.Contains(found[i].String(), part) {
				t.Errorf("%s: %q does not say %q", tt.new, found[i], part)
			}
		}
	}
}

// TestCompareIsFair: what one direction adds, the other removes.
func TestCompareIsFair(t *testing.T) {
	before, _ := mustExtract(t, "2026-03-29")
	after, _ := mustExtract(t, "2026-04-01")
	count := func(found []Difference, sort string) (keys []string) {
		for _, d := range found {
			if d.Sort == sort {
				keys = append(keys, d.Table+d.Key)
			}
		}
		return keys
	}
	there, back := mustCompare(t, before, after), mustCompare(t, after, before)
	if !slices.Equal(count(there, "added"), count(back, "removed")) || !slices.Equal(count(there, "removed"), count(back, "added")) {
		t.Errorf("there %v, back %v", there, back)
	}
	if got := count(there, "changed"); !slices.Contains(got, "违法行为unapproved") || !slices.Contains(got, "期限credit") {
		t.Errorf("one version for another is no change: %v", there)
	}
}

// TestEveryKeyHasWords: a lawyer never reads a key of the files.
func TestEveryKeyHasWords(t *testing.T) {
	lines, err := mustLoad(t).lines()
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) < 40 {
		t.Fatalf("only %d lines", len(lines))
	}
	for _, l := range lines {
		for _, k := range l.order {
			if label(k) == k {
				t.Errorf("%s: the key %s has no words", l.table, k)
			}
		}
	}
}
