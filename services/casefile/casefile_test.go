package casefile

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/workday"
)

const id = "500156-AJ-2026-000001"

var (
	investigator = identity.Actor{ID: "500156-RY-000001", Unit: "mzj", Roles: []identity.Role{identity.Officer}}
	second       = identity.Actor{ID: "500156-RY-000002", Unit: "mzj", Roles: []identity.Role{identity.Officer}}
	leader       = identity.Actor{ID: "500156-RY-000003", Unit: "mzj", Roles: []identity.Role{identity.Leader}}
	legal        = identity.Actor{ID: "500156-RY-000004", Unit: "mzj", Roles: []identity.Role{identity.Legal}}
	host         = identity.Actor{ID: "500156-RY-000005", Unit: "mzj", Roles: []identity.Role{identity.Legal}}
	stranger     = identity.Actor{ID: "500156-RY-000009", Unit: "scjgj", Roles: []identity.Role{identity.Officer, identity.Leader, identity.Legal}}

	// onPortal is the limit that a publication on the portal ends.
	onPortal = []string{events.DeadlineID(Subject(id), "pub.penalty.portal")}

	digest = strings.Repeat("ab", 32)
	fine   = events.Penalty{Kinds: []string{"fine"}, Text: "罚款五万元", FineFen: 5000000}
	due    = time.Date(2026, 9, 15, 16, 0, 0, 0, time.UTC)
)

func day(t testing.TB, s string) workday.Date {
	t.Helper()
	d, err := workday.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func testGates() []Gate {
	var out []Gate
	for _, code := range append(slices.Clone(statutory), "repair_notice") {
		g := Gate{Code: code, Name: code, Basis: "cfl"}
		if slices.Contains([]string{"hearing", "review", "discussion"}, code) {
			g.When = code
		}
		out = append(out, g)
	}
	return out
}

func filing() Filing {
	return Filing{Case: Case{
		ID: id, Unit: "mzj", UnitName: "武隆区民政局", Offence: "oversized_plot", Act: "2026-08-01", FiledOn: "2026-08-10", Gates: testGates(),
		Respondent: events.Respondent{Facility: "500156-JG-000001", Name: "青松公墓有限公司", Type: "legal", USCC: "x", Address: "武隆区"},
		Limit:      events.Deadline{ID: events.DeadlineID(Subject(id), "case.decide")},
	}}
}

func report() Report {
	return Report{Facts: "超面积建墓", Proposal: Punish, Choice: Choice{Then: "a", Now: "a"}, On: "2026-08-20"}
}

func request() *events.Deadline {
	return &events.Deadline{ID: events.DeadlineID(Subject(id), "case.hearing.request"), DueDate: "2026-09-15", Due: due}
}

func withdraw() events.Deadline {
	return events.Deadline{ID: events.DeadlineID(Subject(id), "pub.withdraw")}
}

func decision() Decision {
	return Decision{Decision: events.Decision{
		Case: id, No: "武隆民罚决字〔2026〕1号", Respondent: filing().Respondent, Facts: "超面积建墓，有证据1", Basis: "条例", Penalty: fine,
		Perform: "十五日内缴至指定银行", Remedies: "六十日内申请复议", UnitName: "武隆区民政局", On: "2026-09-30", Severity: "general", SeverityBy: "较大数额",
	}, SHA256: digest}
}

// path is how a case gets to each state, one act after another.
var path = []struct {
	to  State
	act func(*Case) (events.Event, error)
}{
	{Filed, func(c *Case) (events.Event, error) { return c.File(filing()) }},
	{Investigating, func(c *Case) (events.Event, error) {
		return c.Assign(leader, []string{investigator.ID, second.ID}, "2026-08-11")
	}},
	{Investigating, func(c *Case) (events.Event, error) {
		return c.Collect(investigator, Evidence{Kind: "record", Name: "现场笔录", SHA256: digest}, nil, 2)
	}},
	{Reported, func(c *Case) (events.Event, error) { return c.Conclude(investigator, report(), nil, 2) }},
	{Noticed, func(c *Case) (events.Event, error) {
		return c.Tell(investigator, Notice{Penalty: fine, On: "2026-09-08"}, request())
	}},
	{Noticed, func(c *Case) (events.Event, error) {
		return c.Listen(investigator, Statement{Text: "请求从轻", Reply: "不采纳", On: "2026-09-09"})
	}},
	{Heard, func(c *Case) (events.Event, error) {
		return c.WaiveHearing(investigator, "书面放弃", digest, "2026-09-10")
	}},
	{Reviewed, func(c *Case) (events.Event, error) {
		return c.Examine(legal, true, Opinion{Text: "同意", On: "2026-09-20"})
	}},
	{Discussed, func(c *Case) (events.Event, error) {
		return c.Discuss(leader, Discussion{Present: []string{"a", "b"}, Text: "同意", On: "2026-09-25"})
	}},
	{Decided, func(c *Case) (events.Event, error) {
		return c.Decide(leader, decision(), []events.Deadline{{ID: events.DeadlineID(Subject(id), "case.serve")}, {ID: events.DeadlineID(Subject(id), "pub.penalty.portal")}})
	}},
	{Served, func(c *Case) (events.Event, error) {
		return c.Serve(investigator, Delivery{On: "2026-10-08", Manner: "direct", Receipt: "1", RepairNotice: true}, true, &events.Deadline{ID: events.DeadlineID(Subject(id), "fine.pay")})
	}},
}

// at walks a case to a state by its own acts.
func at(t testing.TB, to State) Case {
	t.Helper()
	var c Case
	do := func(act func(*Case) (events.Event, error)) {
		if _, err := act(&c); err != nil {
			t.Fatalf("on the way to %q, in %q: %v", to, c.State, err)
		}
	}
	upTo := func(state State) {
		for i, p := range path {
			if state == "" || c.State == state && (i == len(path) || p.to != state) {
				return
			}
			do(p.act)
		}
	}
	switch to {
	case Spared:
		upTo(Investigating)
		do(func(c *Case) (events.Event, error) {
			r := report()
			r.Proposal, r.Ground = NoPenalty, "no_penalty.slight"
			return c.Conclude(investigator, r, nil, 2)
		})
		do(func(c *Case) (events.Event, error) { return c.LetOff(leader, Spare{Education: "当面教育"}) })
	case Revoked:
		upTo(Served)
		do(func(c *Case) (events.Event, error) {
			return c.Revoke(leader, Revocation{Manner: "revoked", On: "2026-11-02"}, withdraw())
		})
	case Closed:
		upTo(Served)
		do(func(c *Case) (events.Event, error) { return c.Note("r", "published", onPortal) })
		do(func(c *Case) (events.Event, error) { return c.Pay(investigator, Payment{Fen: fine.FineFen}) })
		do(func(c *Case) (events.Event, error) { return c.Close(leader, "履行完毕") })
	default:
		upTo(to)
	}
	if c.State != to {
		t.Fatalf("the case came to %q; want %q", c.State, to)
	}
	return c
}

// walked is one act and the states in which it may be done.
type walked struct {
	name string
	// ready puts right what the act needs besides the state.
	ready func(*Case)
	act   func(*Case) (events.Event, error)
	from  []State
	to    State // empty: the state stays
}

func acts(t *testing.T) []walked {
	resolved := func(c *Case) {
		if c.Decision != nil {
			c.Publication = &Publication{Record: "r", State: "withdrawn"}
			c.Payments = []Payment{{Fen: c.Owed()}}
		}
	}
	spare := func(c *Case) {
		if c.State == Reported {
			c.Report.Proposal, c.Report.Ground = NoPenalty, "no_penalty.slight"
		}
	}
	mild := func(c *Case) {
		if c.State == Heard { // neither review nor discussion is called for
			c.Notice.Hearing = false
		}
	}
	afresh := func(c *Case) {
		if c.State == Noticed {
			c.Statement = nil
		}
	}
	held := func(c *Case) {
		if len(c.Evidence) > 0 {
			c.Evidence[0].Held, c.Evidence[0].Disposed = true, ""
		}
	}
	asked := func(c *Case) {
		if c.State == Noticed {
			c.Hearing.Asked = "2026-09-10"
		}
	}
	convened := func(c *Case) {
		if c.State == Noticed {
			c.Statement, c.Hearing.Asked, c.Hearing.Day, c.Hearing.Host = nil, "2026-09-10", "2026-09-22", host.ID
		}
	}
	extra := func(c *Case) {
		if c.State != "" {
			c.Gates = append(c.Gates, Gate{Code: "local.check", Name: "本地核对"})
		}
	}
	open := []State{Investigating, Reported, Noticed, Heard, Reviewed, Discussed, Decided, Served, Spared, Revoked}
	return []walked{
		{"file", nil, path[0].act, []State{""}, Filed},
		{"assign", nil, path[1].act, []State{Filed, Investigating}, Investigating},
		{"identify", nil, func(c *Case) (events.Event, error) {
			return c.Identify(investigator, filing().Respondent, "enterprise")
		}, []State{Filed, Investigating}, ""},
		{"collect", nil, func(c *Case) (events.Event, error) {
			return c.Collect(investigator, Evidence{Kind: "physical", SHA256: strings.Repeat("cd", 32)}, nil, 2)
		}, []State{Investigating}, ""},
		{"hand over", nil, func(c *Case) (events.Event, error) { return c.HandOver(investigator, 1, Custody{To: "物证室"}) }, open, ""},
		{"dispose", held, func(c *Case) (events.Event, error) { return c.Dispose(investigator, 1, "退还") }, open, ""},
		{"conclude", nil, path[3].act, []State{Investigating}, Reported},
		{"return", nil, func(c *Case) (events.Event, error) { return c.Return(leader, "补充调查") }, []State{Reported, Heard, Reviewed, Discussed}, Investigating},
		{"tell", nil, path[4].act, []State{Reported}, Noticed},
		{"listen", afresh, path[5].act, []State{Noticed}, ""},
		{"ask for a hearing", nil, func(c *Case) (events.Event, error) { return c.AskHearing(investigator, day(t, "2026-09-15")) }, []State{Noticed}, ""},
		{"waive the hearing", nil, path[6].act, []State{Noticed}, Heard},
		{"let the hearing lapse", nil, func(c *Case) (events.Event, error) { return c.LapseHearing(investigator, due, "2026-09-16") }, []State{Noticed}, Heard},
		{"convene", asked, func(c *Case) (events.Event, error) {
			return c.Convene(investigator, day(t, "2026-09-22"), "会议室", host.ID, day(t, "2026-09-11"), day(t, "2026-09-11"))
		}, []State{Noticed}, ""},
		{"hold the hearing", convened, func(c *Case) (events.Event, error) {
			return c.HoldHearing(host, "维持", digest, day(t, "2026-09-22"))
		}, []State{Noticed}, ""},
		{"examine", nil, path[7].act, []State{Heard}, Reviewed},
		{"examine and send back", nil, func(c *Case) (events.Event, error) { return c.Examine(legal, false, Opinion{Text: "事实不清"}) }, []State{Heard}, Investigating},
		{"discuss", mild, path[8].act, []State{Heard, Reviewed}, Discussed},
		{"decide", func(c *Case) {
			mild(c)
			if c.State == Reviewed {
				c.Notice.Hearing = false
			}
		}, path[9].act, []State{Heard, Reviewed, Discussed}, Decided},
		{"confirm", extra, func(c *Case) (events.Event, error) {
			return c.Confirm(leader, "local.check", "已核对", "2026-09-01")
		}, []State{Investigating, Reported, Noticed, Heard, Reviewed, Discussed}, ""},
		{"let off", spare, func(c *Case) (events.Event, error) { return c.LetOff(leader, Spare{Education: "教育"}) }, []State{Reported}, Spared},
		{"serve", nil, path[10].act, []State{Decided}, Served},
		{"pay", nil, func(c *Case) (events.Event, error) { return c.Pay(investigator, Payment{Fen: 100}) }, []State{Served}, ""},
		{"revoke", nil, func(c *Case) (events.Event, error) {
			return c.Revoke(leader, Revocation{Manner: "revoked", On: "2026-11-02"}, withdraw())
		}, []State{Decided, Served, Closed}, Revoked},
		{"close", resolved, func(c *Case) (events.Event, error) { return c.Close(leader, "结案") }, []State{Served, Spared, Revoked}, Closed},
		{"drop", nil, func(c *Case) (events.Event, error) { return c.Drop(leader, Withdrawn, "撤销") }, []State{Filed, Investigating, Reported}, Closed},
	}
}

// TestWorkflow tries every act in every state. The moves that succeed must be
// exactly those that the table draws.
func TestWorkflow(t *testing.T) {
	made := map[State][]State{}
	for s := range next {
		made[s] = []State{}
	}
	for _, tt := range acts(t) {
		for from := range next {
			t.Run(tt.name+" when "+string(from), func(t *testing.T) {
				c := at(t, from)
				c.Unit = "mzj" // of a case that is not there yet, too
				if tt.ready != nil {
					tt.ready(&c)
				}
				before := clone(t, c)
				e, err := tt.act(&c)
				if !slices.Contains(tt.from, from) {
					if fault.KindOf(err) != fault.Conflict {
						t.Fatalf("got %v; want a conflict", err)
					}
					if diff := cmp.Diff(before, c); diff != "" {
						t.Fatalf("a refused act changed the case:\n%s", diff)
					}
					return
				}
				to := tt.to
				if to == "" {
					to = from
				}
				if err != nil || e == nil || c.State != to {
					t.Fatalf("got %q, %v, %v; want %q", c.State, e, err, to)
				}
				if to != from && !slices.Contains(made[from], to) {
					made[from] = append(made[from], to)
				}
			})
		}
	}
	same := func(a, b []State) bool {
		return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
	}
	if !maps.EqualFunc(made, next, same) {
		t.Errorf("the acts make the moves %v, the table draws %v", made, next)
	}
}

// TestStrangersActOnNothing tries every act with an account of another unit.
func TestStrangersActOnNothing(t *testing.T) {
	limits := []events.Deadline{}
	tries := map[string]func(*Case) (events.Event, error){
		"assign":   func(c *Case) (events.Event, error) { return c.Assign(stranger, c.Officers, "") },
		"identify": func(c *Case) (events.Event, error) { return c.Identify(stranger, events.Respondent{}, "") },
		"collect":  func(c *Case) (events.Event, error) { return c.Collect(stranger, Evidence{}, nil, 2) },
		"hand":     func(c *Case) (events.Event, error) { return c.HandOver(stranger, 1, Custody{}) },
		"dispose":  func(c *Case) (events.Event, error) { return c.Dispose(stranger, 1, "") },
		"conclude": func(c *Case) (events.Event, error) { return c.Conclude(stranger, report(), nil, 2) },
		"return":   func(c *Case) (events.Event, error) { return c.Return(stranger, "") },
		"tell":     func(c *Case) (events.Event, error) { return c.Tell(stranger, Notice{}, nil) },
		"listen":   func(c *Case) (events.Event, error) { return c.Listen(stranger, Statement{}) },
		"ask":      func(c *Case) (events.Event, error) { return c.AskHearing(stranger, workday.Date{}) },
		"waive":    func(c *Case) (events.Event, error) { return c.WaiveHearing(stranger, "", "", "") },
		"lapse":    func(c *Case) (events.Event, error) { return c.LapseHearing(stranger, due, "") },
		"convene": func(c *Case) (events.Event, error) {
			return c.Convene(stranger, workday.Date{}, "", "", workday.Date{}, workday.Date{})
		},
		"hold":    func(c *Case) (events.Event, error) { return c.HoldHearing(stranger, "", "", workday.Date{}) },
		"examine": func(c *Case) (events.Event, error) { return c.Examine(stranger, true, Opinion{}) },
		"discuss": func(c *Case) (events.Event, error) { return c.Discuss(stranger, Discussion{}) },
		"decide":  func(c *Case) (events.Event, error) { return c.Decide(stranger, decision(), limits) },
		"confirm": func(c *Case) (events.Event, error) { return c.Confirm(stranger, "x", "", "") },
		"let off": func(c *Case) (events.Event, error) { return c.LetOff(stranger, Spare{}) },
		"serve":   func(c *Case) (events.Event, error) { return c.Serve(stranger, Delivery{}, false, nil) },
		"pay":     func(c *Case) (events.Event, error) { return c.Pay(stranger, Payment{}) },
		"revoke":  func(c *Case) (events.Event, error) { return c.Revoke(stranger, Revocation{}, withdraw()) },
		"close":   func(c *Case) (events.Event, error) { return c.Close(stranger, "") },
		"drop":    func(c *Case) (events.Event, error) { return c.Drop(stranger, Withdrawn, "") },
	}
	for name, try := range tries {
		for from := range next {
			if from == "" {
				continue
			}
			c := at(t, from)
			before := clone(t, c)
			if _, err := try(&c); fault.KindOf(err) != fault.Denied {
				t.Errorf("%s in %q by another unit: %v", name, from, err)
			}
			if diff := cmp.Diff(before, c); diff != "" {
				t.Errorf("%s in %q by another unit changed the case:\n%s", name, from, diff)
			}
		}
	}
}

// clone is a copy that shares nothing.
func clone(t testing.TB, c Case) Case {
	t.Helper()
	raw, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var out Case
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
