package fdraw

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestVerifyFails tries what a dishonest organizer might, one thing at a time.
func TestVerifyFails(t *testing.T) {
	s := newScenario(t)
	other := func(old string) string { return strings.Replace(old, "attempt 2", "attempt 3", 1) }
	logged := func(b *Bundle, stage Stage) *LogLeaf {
		i := slices.IndexFunc(b.Log.Leaves, func(l LogLeaf) bool {
			return strings.Contains(l.Text, "stage "+string(stage)) && strings.Contains(l.Text, scenarioHead.origin())
		})
		return &b.Log.Leaves[i]
	}
	first := s.result.Visits[0]
	for _, tt := range []struct {
		name, id, why string
		spoil         func(*Bundle)
	}{
		{"a party from nowhere", "V2", "不在公告的参与方", func(b *Bundle) {
			swap(t, &b.Freeze, "commit mzj", "commit mzk")
		}},
		{"a commitment dropped from the reveals", "V2", "没有它的一行", func(b *Bundle) { swap(t, &b.Reveals, b.Reveals[strings.Index(b.Reveals, "reveal sfj"):], "") }},
		{"a party added at the reveal", "V2", "没有提交承诺", func(b *Bundle) { b.Reveals += "absent zzz\n" }},
		{"another party reveals", "V2", "不一致", func(b *Bundle) { swap(t, &b.Reveals, "absent lyj", "absent lyk") }},
		{"no quorum", "V2", "少于法定", func(b *Bundle) { swap(t, &b.Announce, "quorum 2", "quorum 3") }},
		{"another policy", "V3", "抽取政策的摘要", func(b *Bundle) { swap(t, &b.Policy, "floor 20000", "floor 20001") }},
		{"a lower chance after the freeze", "V3", "对象名录的摘要", func(b *Bundle) { swap(t, &b.Pool, "300000", "299999") }},
		{"files of two attempts", "V3", "属于抽取", func(b *Bundle) { b.Officers = other(b.Officers) }},
		{"a nonce chosen later", "V4", "与它冻结前的承诺不符", func(b *Bundle) {
			swap(t, &b.Reveals, seedOf("nonce", "sfj").String(), zeros)
		}},
		{"another issue", "V5", "实际用了", func(b *Bundle) { swap(t, &b.Beacon, "2026052", "2026053") }},
		{"dice although the number was drawn", "V5", "实际用了", func(b *Bundle) {
			b.Beacon = (&Beacon{Dice, "500156-2026-0002/1", "12345678901234567890"}).Text()
		}},
		{"dice for another issue", "V5", "针对的不是", func(b *Bundle) {
			b.Beacon = (&Beacon{Dice, "500156-2026-0002/2", "12345678901234567890"}).Text()
			b.Fallback = (&Fallback{scenarioHead, KL8, "2026051"}).Text()
		}},
		{"another officer", "V6", "自第", func(b *Bundle) { swap(t, &b.Result, first.Seats[0].Officer, "mzj-9") }},
		{"another facility", "V6", "自第", func(b *Bundle) { swap(t, &b.Pool, "GM0001 gm.L", "GM0001 gm.M") }},
		{"another result was sealed", "V7", "不是这份结果", func(b *Bundle) { swap(t, &b.Result, first.Seats[0].Officer, "mzj-9") }},
		{"another seed was sealed", "V7", "不是这个种子", func(b *Bundle) { swap(t, &b.Sealed, s.sealed.SeedCommit.String(), zeros) }},
		{"other notices were sealed", "V7", "不是这些通知", func(b *Bundle) { swap(t, &b.Sealed, s.sealed.Root.String(), Node{}.String()) }},
		{"a notice too many", "V7", "不是这些通知", func(b *Bundle) {
			swap(t, &b.Sealed, fmt.Sprint("notices ", s.sealed.Notices), fmt.Sprint("notices ", s.sealed.Notices+1))
		}},
		{"a forged notice", "V7", "不符", func(b *Bundle) { swap(t, &b.Notices[0].Text, first.Seats[0].Officer, "mzj-9") }},
		{"a notice of another attempt", "V7", "属于抽取", func(b *Bundle) { b.Notices[0].Text = other(b.Notices[0].Text) }},
		{"a proof for another size", "V7", "证明针对", func(b *Bundle) { b.Notices[0].Proof.Size++ }},

		{"a proof that does not hold", "V8", "包含证明不成立", func(b *Bundle) { logged(b, StageFreeze).Proofs[0].Path[0][0] ^= 1 }},
		{"a proof of no checkpoint", "V8", "不在验证包中", func(b *Bundle) { logged(b, StageFreeze).Proofs[0].Size++ }},
		{"proofs of two indexes", "V8", "序号不一致", func(b *Bundle) { logged(b, StageFreeze).Proofs[1].Index++ }},
		{"a leaf of another file", "V8", "记录的不是", func(b *Bundle) { b.Sealed = other(b.Sealed) }},
		{"a leaf of free text", "V8", "步骤", func(b *Bundle) {
			b.Log.Leaves = append(b.Log.Leaves, LogLeaf{Text: "fdlog/v1 draw\n" + scenarioHead.origin() + "stage party\n"})
		}},
		{"a forged log signature", "V8", "签名不成立", func(b *Bundle) { flip(&b.Log.Checkpoints[0], "\u2014 "+origin+" ") }},
		{"no log signature", "V8", "没有日志", func(b *Bundle) {
			i := strings.Index(b.Log.Checkpoints[0], "\u2014 "+origin)
			j := strings.Index(b.Log.Checkpoints[0], "\u2014 shimzj")
			b.Log.Checkpoints[0] = b.Log.Checkpoints[0][:i] + b.Log.Checkpoints[0][j:]
		}},
		{"a forged witness", "V9", "见证人 shimzj 的签名不成立", func(b *Bundle) { flip(&b.Log.Checkpoints[0], "shimzj ") }},
		{"a policy nobody can read", "V9", "见证政策第", func(b *Bundle) { b.Log.WitnessPolicy += "quorum depts\n" }},
		{"the beacon was known before the witnesses saw the reveals", "V9", "已不早于公共随机数", func(b *Bundle) {
			swap(t, &b.Announce, "2026-03-02T21:30:00", "2026-03-02T21:00:30")
		}},
		{"the beacon was known the very second a quorum saw the reveals", "V9", "已不早于公共随机数", func(b *Bundle) {
			swap(t, &b.Announce, "2026-03-02T21:30:00", "2026-03-02T21:01:00")
		}},
		{"visited before the witnesses saw the seal", "V9", "已不早于首次检查", func(b *Bundle) {
			swap(t, &b.Ledger, "2026-03-03T09:00:00", "2026-03-02T22:10:00")
		}},

		{"a favor in the register", "V10", "按政策应为", func(b *Bundle) {
			swap(t, &b.Registry, "GM0014 gm A L active 2 no high-complaint", "GM0014 gm A L active 2 no -")
		}},
		{"a reason that is not the rule's", "V10", "按政策应为", func(b *Bundle) { swap(t, &b.Registry, "r GM0015 gm A L closed", "r GM0015 gm A L scope") }},
		{"attributes of another draw", "V10", "属于抽取", func(b *Bundle) { b.Registry = other(b.Registry) }},
		{"a policy that was not announced", "V10", "不是公告的那一份", func(b *Bundle) { swap(t, &b.Policy, "cap gm 2 12\n", "") }},
		{"a class without a rate", "V10", "没有规定", func(b *Bundle) { swap(t, &b.Registry, "GM0000 gm A L", "GM0000 gm Q L") }},
		{"a facility kept out of the pool", "V11", "漏了登记在册的 GM0099", func(b *Bundle) {
			swap(t, &b.Registry, "count 25", "count 26")
			swap(t, &b.Registry, "r YP0000", "r GM0099 gm A L active 0 no -\nr YP0000")
		}},
		{"a facility nobody registered", "V11", "不在登记之列", func(b *Bundle) {
			swap(t, &b.Registry, "r GM0003 gm A L active 0 no -\n", "")
			swap(t, &b.Registry, "count 25", "count 24")
		}},
		{"a chance for a facility nobody registered", "V10", "对象属性表只有 24 个", func(b *Bundle) {
			swap(t, &b.Registry, "r GM0003 gm A L active 0 no -\n", "")
			swap(t, &b.Registry, "count 25", "count 24")
		}},
		{"a change not explained", "V11", "没有说明", func(b *Bundle) {
			swap(t, &b.Changes, "drop GM9999 closed\n", "")
			swap(t, &b.Changes, "count 3", "count 2")
		}},
		{"a change explained away", "V11", "不符", func(b *Bundle) { swap(t, &b.Changes, "chance GM0013 300000", "chance GM0013 300001") }},
		{"no previous draw, it says", "V11", "却列有变动", func(b *Bundle) { swap(t, &b.Changes, "previous 500156-2026-0001 1", "previous -") }},
		{"another previous draw", "V11", "所附上一次名录", func(b *Bundle) { swap(t, &b.Changes, "previous 500156-2026-0001 1", "previous 500156-2026-0001 2") }},
		{"changes of another draw", "V11", "属于抽取", func(b *Bundle) { b.Changes = other(b.Changes) }},

		{"a number left out", "V12", "缺 500156-2026-0001", func(b *Bundle) { swap(t, &b.Numbers, "count 4\nn 500156-2026-0001 1 open\n", "count 3\n") }},
		{"a secret first attempt", "V12", "尝试不连续", func(b *Bundle) {
			swap(t, &b.Numbers, "count 4", "count 3")
			swap(t, &b.Numbers, "n 500156-2026-0002 1 void\n", "")
		}},
		{"drawn again until pleased", "V12", "并未作废", func(b *Bundle) { swap(t, &b.Numbers, "0002 1 void", "0002 1 open") }},
		{"this draw is not listed", "V12", "没有本次抽取", func(b *Bundle) {
			swap(t, &b.Numbers, "n 500156-2026-0002 2 open\n", "")
			swap(t, &b.Numbers, "count 4", "count 3")
		}},
		{"this draw was void", "V12", "记为作废", func(b *Bundle) { swap(t, &b.Numbers, "0002 2 open", "0002 2 void") }},
		{"another district", "V12", "其他地区", func(b *Bundle) { swap(t, &b.Numbers, "n 500156-2026-0003", "n 500157-2026-0003") }},
		{"a draw in the log that is on no list", "V12", "清单却没有", func(b *Bundle) {
			l := NewLeaf(Head{"500156-2026-0009", 1}, StageAnnounce, "secret")
			b.Log.Leaves = append(b.Log.Leaves, LogLeaf{Text: l.Text()})
		}},
		{"a favorite steps in", "V13", "按顺位应为", func(b *Bundle) { swap(t, &b.Substitutions[0], "to "+s.records[0].To, "to mzj-1") }},
		{"a substitution in the log only", "V13", "不在验证包的记录之列", func(b *Bundle) {
			swap(t, &b.Substitutions[0], "reason challenge", "reason avoid")
		}},

		{"an unselected facility in the ledger", "V14", "并未抽中", func(b *Bundle) { swap(t, &b.Ledger, "visit "+first.Facility, "visit A") }},
		{"a facility that vanished", "V14", "没有下落", func(b *Bundle) {
			i := strings.Index(b.Ledger, "visit ")
			j := i + strings.Index(b.Ledger[i:], "\n") + 1
			b.Ledger = strings.Replace(b.Ledger[:i]+b.Ledger[j:], fmt.Sprint("count ", len(s.result.Visits)), fmt.Sprint("count ", len(s.result.Visits)-1), 1)
		}},
		{"published late", "V14", "迟于期限", func(b *Bundle) { swap(t, &b.Ledger, "2026-03-31T23:59:59", "2026-03-05T23:59:59") }},
		{"not published at all", "V14", "仍未公示", func(b *Bundle) {
			swap(t, &b.Ledger, "2026-03-06T10:00:00+08:00 "+seedOf("record", 0).String()[:32], "- -")
		}},
		{"a ledger of another draw", "V14", "属于抽取", func(b *Bundle) { b.Ledger = other(b.Ledger) }},
	} {
		b := s.copy(t)
		tt.spoil(b)
		c := Verify(b).Find(tt.id)
		if c.Status != Fails || !strings.Contains(c.Why, tt.why) {
			t.Errorf("%s: %s %s, %q; want it to fail with %q", tt.name, c.ID, c.Status, c.Why, tt.why)
		}
	}
}

// TestVerifyUndecided is where evidence is missing rather than wrong.
func TestVerifyUndecided(t *testing.T) {
	s := newScenario(t)
	for _, tt := range []struct {
		name, id, why string
		spoil         func(*Bundle)
	}{
		{"dice without a reason", "V5", "没有说明", func(b *Bundle) {
			b.Beacon = (&Beacon{Dice, "500156-2026-0002/2", "12345678901234567890"}).Text()
		}},
		{"nobody revealed", "V4", "没有一方揭示", func(b *Bundle) {
			b.Reveals = (&Reveals{Head: scenarioHead, Parties: []Reveal{{Party: "mzj", Absent: true}}}).Text()
		}},
		{"no keys", "V8", "公钥", func(b *Bundle) { b.Log.WitnessPolicy = "" }},
		{"no keys", "V9", "公钥", func(b *Bundle) { b.Log.WitnessPolicy = "" }},
		{"no checkpoint", "V8", "只是自称", func(b *Bundle) {
			b.Log.Checkpoints = nil
			for i := range b.Log.Leaves {
				b.Log.Leaves[i].Proofs = nil
			}
		}},
		{"not opened yet", "V8", "open", func(b *Bundle) { b.Log.Leaves = b.Log.Leaves[:len(b.Log.Leaves)-1] }},
		{"one witness is no quorum", "V9", "没有法定数目", func(b *Bundle) {
			for i, c := range b.Log.Checkpoints {
				for _, w := range []string{"sifaju", "daxue"} {
					if at := strings.Index(c, "\u2014 "+w); at >= 0 {
						c = c[:at] + c[at+strings.Index(c[at:], "\n")+1:]
					}
				}
				b.Log.Checkpoints[i] = c
			}
		}},
		{"not due yet", "V14", "尚未到公示期限", func(b *Bundle) {
			swap(t, &b.Ledger, "2026-03-31T23:59:59+08:00 2026-03-06T10:00:00+08:00 "+seedOf("record", 0).String()[:32], "2026-04-20T23:59:59+08:00 - -")
		}},
		{"a record the log does not show", "V14", "没有期限前经见证的记录", func(b *Bundle) {
			swap(t, &b.Ledger, seedOf("record", 0).String()[:32], zeros[:32])
		}},
		{"witnessed after the due date", "V14", "没有期限前经见证的记录", func(b *Bundle) {
			swap(t, &b.Ledger, "2026-03-31T23:59:59", "2026-03-06T11:59:59")
		}},
		{"the result is not the one drawn", "V13", "见 V6", func(b *Bundle) { swap(t, &b.Result, s.result.Visits[0].Seats[0].Officer, "mzj-9") }},
	} {
		b := s.copy(t)
		tt.spoil(b)
		c := Verify(b).Find(tt.id)
		if c.Status != NotApplicable || !strings.Contains(c.Why, tt.why) {
			t.Errorf("%s: %s %s, %q; want not applicable with %q", tt.name, c.ID, c.Status, c.Why, tt.why)
		}
	}
}
