package disclose

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

var (
	first  = identity.Actor{ID: "500156-RY-000001", Unit: "scjgj", Roles: []identity.Role{identity.Publisher}}
	second = identity.Actor{ID: "500156-RY-000002", Unit: "scjgj", Roles: []identity.Role{identity.Leader}}
	other  = identity.Actor{ID: "500156-RY-000003", Unit: "mzj", Roles: []identity.Role{identity.Leader}}
	portal = []events.Channel{{Name: "portal", On: "2026-10-14", Proof: "https://example.invalid/1"}}
)

func standing(state State) Record {
	r := Record{Record: events.Record{ID: "500156-GS-2026-000001", Unit: "scjgj", Until: "2027-09-30"}, State: state}
	if state == Reviewed {
		r.Verdict, r.Reviewers = "publish", []string{first.ID}
	}
	return r
}

// TestWorkflow tries every act in every state. The moves that succeed must be
// exactly those that the table draws.
func TestWorkflow(t *testing.T) {
	acts := []struct {
		name string
		act  func(*Record) (events.Event, error)
		from []State
		to   State
	}{
		{"prepare", func(r *Record) (events.Event, error) { return r.Prepare(r.Record, nil) }, []State{""}, Prepared},
		{"review", func(r *Record) (events.Event, error) { return r.Review(first, "publish", "") }, []State{Prepared, Reviewed}, Reviewed},
		{"publish", func(r *Record) (events.Event, error) { return r.Publish(second, "2026-10-14", portal, nil) }, []State{Reviewed}, Published},
		{"withhold", func(r *Record) (events.Event, error) {
			if r.State == Reviewed {
				r.Verdict = "withhold"
			}
			return r.Withhold(second, "涉及国家秘密", nil)
		}, []State{Reviewed}, Withheld},
		{"add channel", func(r *Record) (events.Event, error) {
			return r.Add(first, events.Channel{Name: "gsxt", Proof: "回执1"}, nil)
		}, []State{Published}, Published},
		{"recall", func(r *Record) (events.Event, error) {
			return r.Recall("case/500156-AJ-2026-000001", "revoked", "2026-10-20", "复议撤销")
		}, []State{Prepared, Reviewed, Published}, Recalled},
		{"withdraw", func(r *Record) (events.Event, error) { return r.Withdraw(first, "复议撤销", "2026-11-02", nil) }, []State{Recalled}, Withdrawn},
		{"draft", func(r *Record) (events.Event, error) {
			to := r.Record
			to.DocNo = "渝武市监处〔2026〕2号"
			return r.Draft(first, to, "文书编号有误")
		}, []State{Published}, Published},
		{"correct", func(r *Record) (events.Event, error) {
			r.Correction = &Correction{Record: r.Record, Reason: "文书编号有误", By: first.ID}
			return r.Correct(second, "2026-10-20")
		}, []State{Published}, Published},
		{"erase", func(r *Record) (events.Event, error) {
			return r.Erase(second, privacy, "2026-10-19", "依法删除个人信息", "2026-10-20", nil)
		}, []State{Published}, Withdrawn},
		{"expire", func(r *Record) (events.Event, error) { return r.Expire("2027-10-01") }, []State{Published}, Expired},
	}
	made := map[State][]State{}
	for s := range next {
		made[s] = []State{}
	}
	for _, tt := range acts {
		for from := range next {
			t.Run(tt.name+" when "+string(from), func(t *testing.T) {
				r := standing(from)
				_, err := tt.act(&r)
				if !slices.Contains(tt.from, from) {
					if fault.KindOf(err) != fault.Conflict || r.State != from {
						t.Fatalf("got %v in %q; want a conflict", err, r.State)
					}
					return
				}
				if err != nil || r.State != tt.to {
					t.Fatalf("got %q, %v; want %q", r.State, err, tt.to)
				}
				if !slices.Contains(made[from], tt.to) {
					made[from] = append(made[from], tt.to)
				}
			})
		}
	}
	sorted := func(m map[State][]State) map[State][]State {
		out := map[State][]State{}
		for k, v := range m {
			out[k] = slices.Sorted(slices.Values(v))
		}
		return out
	}
	if !maps.EqualFunc(sorted(made), sorted(next), slices.Equal) {
		t.Errorf("the acts make the moves %v, the table draws %v", made, next)
	}
}

func TestPublishingTakesTwoOfTheUnit(t *testing.T) {
	for name, by := range map[string]identity.Actor{"the same person": first, "another unit": other} {
		r := standing(Reviewed)
		if _, err := r.Publish(by, "2026-10-14", portal, nil); fault.KindOf(err) != fault.Denied || r.State != Reviewed {
			t.Errorf("%s published: %v", name, err)
		}
	}
}

func TestCorrectingTakesTwoOfTheUnit(t *testing.T) {
	for name, by := range map[string]identity.Actor{"the same person": first, "another unit": other} {
		r := standing(Published)
		r.Correction = &Correction{Record: r.Record, Reason: "有误", By: first.ID}
		if _, err := r.Correct(by, "2026-10-20"); fault.KindOf(err) != fault.Denied || r.Version != 0 {
			t.Errorf("%s corrected: %v", name, err)
		}
	}
	r := standing(Published)
	if _, err := r.Correct(second, "2026-10-20"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("corrected without a draft: %v", err)
	}
}

func TestInputThatMayNotStand(t *testing.T) {
	tests := map[string]func(*Record) (events.Event, error){
		"no ground":  func(r *Record) (events.Event, error) { return r.Review(first, "withhold", "") },
		"ground too": func(r *Record) (events.Event, error) { return r.Review(first, "publish", "withhold.secret") },
		"no verdict": func(r *Record) (events.Event, error) { return r.Review(first, "", "") },
		"no portal": func(r *Record) (events.Event, error) {
			return r.Publish(second, "2026-10-14", []events.Channel{{Name: "gsxt", Proof: "1"}}, nil)
		},
		"no proof": func(r *Record) (events.Event, error) {
			return r.Publish(second, "2026-10-14", []events.Channel{{Name: "portal"}}, nil)
		},
		"no withdrawal": func(r *Record) (events.Event, error) {
			r.State = Recalled
			return r.Withdraw(first, " ", "2026-11-02", nil)
		},
		"no correction": func(r *Record) (events.Event, error) {
			r.State = Published
			return r.Draft(first, r.Record, "文书编号有误")
		},
		"silent correction": func(r *Record) (events.Event, error) {
			r.State = Published
			return r.Draft(first, events.Record{ID: r.ID, DocNo: "2"}, " ")
		},
		"erased for a decision": func(r *Record) (events.Event, error) {
			r.State = Published
			return r.Erase(second, "revoked", "2026-10-19", "撤销", "2026-10-20", nil)
		},
		"silent erasure": func(r *Record) (events.Event, error) {
			r.State = Published
			return r.Erase(second, privacy, "2026-10-19", "", "2026-10-20", nil)
		},
		"silent withholding": func(r *Record) (events.Event, error) { r.Verdict = "withhold"; return r.Withhold(second, "", nil) },
	}
	for name, act := range tests {
		r := standing(Reviewed)
		if _, err := act(&r); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v; want it refused as invalid", name, err)
		}
	}
}

func TestExpireWaitsForTheLastDay(t *testing.T) {
	r := standing(Published)
	if _, err := r.Expire(r.Until); fault.KindOf(err) != fault.Conflict {
		t.Fatalf("ended on its last day: %v", err)
	}
	r.Until = ""
	if _, err := r.Expire("2099-01-01"); fault.KindOf(err) != fault.Conflict {
		t.Fatalf("a record without end has ended: %v", err)
	}
}

func TestTombstoneKeepsNumberAndReasonOnly(t *testing.T) {
	row := Row{
		Record: events.Record{ID: "500156-GS-2026-000001", Name: "张三殡葬服务部", Facts: "事实", USCC: "92500156MA5U000000", UnitName: "区市场监管局"},
		State:  Withdrawn, PublishedOn: "2026-10-14", Reason: "决定被复议机关撤销", EndedOn: "2026-11-02",
	}
	got := row.bury()
	if got.Record.Name != "" || got.Record.Facts != "" || got.Record.USCC != "" || got.Record.ID != row.Record.ID || got.Reason != row.Reason {
		t.Fatalf("tombstone reads %+v", got)
	}
	row.PublishedOn = ""
	if visible, _ := row.Public(); visible {
		t.Fatal("a record that never was public left a tombstone")
	}
}

func TestMaskText(t *testing.T) {
	tests := []struct{ text, want string }{
		{"身份证号110101199003078515。", "身份证号******************。"},
		{"电话13812345678，座机023-77712345", "电话***********，座机************"},
		{"统一社会信用代码 91500156MA5U12345X 不遮盖", "统一社会信用代码 91500156MA5U12345X 不遮盖"},
		{"罚款30000元，依据第42条", "罚款30000元，依据第42条"},
		{"决定书渝市监处〔2026〕12号", "决定书渝市监处〔2026〕12号"},
		{"住芙蓉街道3栋2单元501室", "住芙蓉街道*********"},
		{"邮箱a.b@example.com", "邮箱***************"},
	}
	for _, tt := range tests {
		if got, _ := MaskText(tt.text); got != tt.want {
			t.Errorf("MaskText(%q) = %q; want %q", tt.text, got, tt.want)
		}
	}
}

func TestMaskName(t *testing.T) {
	for name, want := range map[string]string{"张三": "张某", "欧阳明德": "欧阳某", "李": "某", "": "某"} {
		if got := MaskName(name); got != want {
			t.Errorf("MaskName(%q) = %q; want %q", name, got, want)
		}
	}
}

// TestNoPersonalNumberSurvives puts mobile and identity numbers between any
// text and looks for them in what is published.
func TestNoPersonalNumberSurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		phone := fmt.Sprintf("1%d%09d", rapid.IntRange(3, 9).Draw(t, "second"), rapid.IntRange(0, 999999999).Draw(t, "rest"))
		id := fmt.Sprintf("5002321%05d", rapid.IntRange(0, 99999).Draw(t, "filler"))[:6] + fmt.Sprintf("19%02d%02d%02d%03d%d",
			rapid.IntRange(40, 99).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day"),
			rapid.IntRange(0, 999).Draw(t, "serial"), rapid.IntRange(0, 9).Draw(t, "check"))
		words := rapid.StringMatching(`[当事人在某公墓，。]{0,8}`)
		text := words.Draw(t, "a") + phone + words.Draw(t, "b") + "；" + id + words.Draw(t, "c")
		r := mask(events.Record{Facts: text, Content: text, Title: text}, false)
		for _, field := range []string{r.Facts, r.Content, r.Title} {
			if strings.Contains(field, phone) || strings.Contains(field, id) {
				t.Fatalf("%q still shows %s or %s", field, phone, id)
			}
		}
		if r.Masked != 6 {
			t.Fatalf("counted %d pieces; want 6", r.Masked)
		}
	})
}
