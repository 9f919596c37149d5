package clue

import (
	"context"
	"errors"
	"strings"
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/written"
)

// TestWhoMayDoWhat tries every act as every role, and wants the table of permits
// to be what decides.
func TestWhoMayDoWhat(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	acts := map[string]func(store.Cause) error{
		"clue.receive": func(c store.Cause) error { _, err := f.Receive(ctx, Receive{Cause: c}); return err },
		"clue.reopen": func(c store.Cause) error {
			return f.Reopen(ctx, Reopen{Cause: c, Code: "0000000000000000", Text: "有新的证据。"})
		},
		"clue.route":    func(c store.Cause) error { return f.Route(ctx, Route{Cause: c, Clue: "x"}) },
		"clue.sign":     func(c store.Cause) error { return f.Sign(ctx, Sign{Cause: c, Clue: "x"}) },
		"clue.accept":   func(c store.Cause) error { return f.Accept(ctx, Accept{Cause: c, Clue: "x"}) },
		"clue.return":   func(c store.Cause) error { return f.Return(ctx, Return{Cause: c, Clue: "x"}) },
		"clue.dispute":  func(c store.Cause) error { return f.Dispute(ctx, Dispute{Cause: c, Clue: "x"}) },
		"clue.rule":     func(c store.Cause) error { return f.Rule(ctx, Rule{Cause: c, Clue: "x"}) },
		"clue.merge":    func(c store.Cause) error { return f.Merge(ctx, Merge{Cause: c, Clue: "x"}) },
		"clue.extend":   func(c store.Cause) error { return f.Extend(ctx, Extend{Cause: c, Clue: "x"}) },
		"clue.conclude": func(c store.Cause) error { return f.Conclude(ctx, Conclude{Cause: c, Clue: "x"}) },
		"clue.answer":   func(c store.Cause) error { return f.Answer(ctx, Answer{Cause: c, Clue: "x"}) },
		"clue.contact":  func(c store.Cause) error { _, err := f.Contact(ctx, Unmask{Cause: c, Clue: "x"}); return err },
		"clue.list":     func(c store.Cause) error { _, err := f.Board(ctx, c.Actor, Filter{}); return err },
		"clue.read":     func(c store.Cause) error { _, err := f.Show(ctx, c.Actor, "x"); return err },
	}
	if len(acts) != len(permits) {
		t.Fatalf("%d acts, %d permits", len(acts), len(permits))
	}
	for act, try := range acts {
		for _, role := range append(identity.Roles(), identity.Citizen) {
			who := identity.Actor{ID: "someone", Unit: "mzj", Roles: []identity.Role{role}}
			err := try(f.by(who))
			allowed := permits.Check(who, act) == nil
			if denied := fault.Is(err, fault.Denied); denied == allowed {
				t.Errorf("%s as %s: %v; allowed = %v", act, role, err, allowed)
			}
		}
	}
}

// TestLists: each unit sees its own, the nearest due first, and what it assists
// in; what was written is left out.
func TestLists(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	later := f.bundled(t, Contact{})
	grave, err := f.Receive(ctx, Receive{Cause: f.by(citizen), Town: "和顺镇", Offence: "forest_grave", Text: "林地里有新坟。"})
	f.must(t, err)
	f.must(t, f.Accept(ctx, Accept{Cause: f.by(market), Clue: later.Clue}))
	ids := func(by identity.Actor, fl Filter) string {
		t.Helper()
		rows, err := f.Board(ctx, by, fl)
		if err != nil {
			return string(fault.KindOf(err))
		}
		var out []string
		for _, r := range rows {
			if r.Text != "" || r.Receipt != "" {
				t.Errorf("a list shows %+v", r)
			}
			out = append(out, r.ID[len(r.ID)-1:])
		}
		return strings.Join(out, " ")
	}
	for _, tt := range []struct {
		name   string
		by     identity.Actor
		filter Filter
		want   string
	}{
		{"the intake sees all, the next due first", intake, Filter{}, "2 1"},
		{"all of one unit", intake, Filter{Unit: "scjgj"}, "1"},
		{"in one state", office, Filter{State: Accepted}, "1"},
		{"about one facility", office, Filter{Facility: home}, "1"},
		{"about one offence", office, Filter{Offence: "forest_grave"}, "2"},
		{"at most one", office, Filter{Limit: 1}, "2"},
		{"a unit sees its own", market, Filter{}, "1"},
		{"and not another's", market, Filter{Unit: "lyj"}, "denied"},
		{"what a unit assists in", civil, Filter{Assisting: true}, "2 1"},
		{"at most one of it", civil, Filter{Assisting: true, Limit: 1}, "2"},
		{"prices assist in one", price, Filter{Assisting: true}, "1"},
		{"and lead none", price, Filter{}, ""},
	} {
		if got := ids(tt.by, tt.filter); got != tt.want {
			t.Errorf("%s: %q; want %q", tt.name, got, tt.want)
		}
	}
	limits, err := f.Explain(ctx, forest, grave.Clue)
	if err != nil || len(limits) != 3 || limits[1].DueDate.String() != "2026-07-27" || !strings.Contains(limits[2].Explain(), "工作小时") {
		t.Errorf("explained %v, %v", limits, err)
	}
	if _, err := f.Explain(ctx, police, grave.Clue); !fault.Is(err, fault.Denied) {
		t.Errorf("explained to a stranger: %v", err)
	}
}

// TestReceiving refuses what nobody could act on, and takes in the rest once.
func TestReceiving(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	good := Receive{Facility: home, Text: "收费不合理，请查一查。"}
	for name, tt := range map[string]struct {
		spoil func(*Receive)
		by    identity.Actor
		want  fault.Kind
		field string
	}{
		"good":                    {func(*Receive) {}, citizen, "", ""},
		"anonymous by telephone":  {func(r *Receive) { r.Source, r.Origin = "hotline", "12345-1" }, intake, "", ""},
		"staff without a source":  {func(*Receive) {}, intake, fault.Invalid, "source"},
		"staff posing as a visit": {func(r *Receive) { r.Source = "inspection" }, intake, fault.Invalid, "source"},
		"nothing said":            {func(r *Receive) { r.Text = " " }, citizen, fault.Invalid, "text"},
		"hardly anything":         {func(r *Receive) { r.Text = "不好" }, citizen, fault.Invalid, "text"},
		"too much":                {func(r *Receive) { r.Text = strings.Repeat("多", written.Long+1) }, citizen, fault.Invalid, "text"},
		"a control character":     {func(r *Receive) { r.Text = "收费不合理\x00啊啊" }, citizen, fault.Invalid, "text"},
		"no such facility":        {func(r *Receive) { r.Facility = "500156-JG-000099" }, citizen, fault.Invalid, "facility"},
		"neither name nor town":   {func(r *Receive) { r.Facility = "" }, citizen, fault.Invalid, "name"},
		"no such offence":         {func(r *Receive) { r.Offence = "bad_weather" }, citizen, fault.Invalid, "offence"},
		"a name and no way":       {func(r *Receive) { r.Contact = Contact{Name: "赵某"} }, citizen, fault.Invalid, "contact.phone"},
		"no telephone number":     {func(r *Receive) { r.Contact = Contact{Phone: "abc"} }, citizen, fault.Invalid, "contact.phone"},
		"a leader":                {func(*Receive) {}, identity.Actor{ID: "x", Unit: "mzj", Roles: []identity.Role{identity.Leader}}, fault.Denied, ""},
	} {
		before := len(servicetest.Facts(t, f.log))
		cmd := good
		cmd.Cause = f.by(tt.by)
		tt.spoil(&cmd)
		r, err := f.Receive(ctx, cmd)
		if fault.KindOf(err) != tt.want || tt.field != fieldOf(err) {
			t.Errorf("%s: %v; want %q about %q", name, err, tt.want, tt.field)
		}
		if err == nil {
			again, err := f.Receive(ctx, cmd)
			if err != nil || again != r {
				t.Errorf("%s: the same command again gave %+v, %v; want %+v", name, again, err, r)
			}
		}
		if n := len(servicetest.Facts(t, f.log)) - before; (tt.want == "") != (n == 1) {
			t.Errorf("%s left %d facts", name, n)
		}
	}
	if got := servicetest.Of[events.ClueReceived](t, f.log); len(got) != 2 {
		t.Errorf("received %d clues", len(got))
	}
}

// fieldOf is what a refusal is about, empty if it does not say.
func fieldOf(err error) string {
	var f *fault.Fault
	if errors.As(err, &f) {
		return f.Field
	}
	return ""
}

func TestReceiptCodes(t *testing.T) {
	f := newFixture(t)
	r := f.bundled(t, Contact{})
	digits := strings.ReplaceAll(r.Code, "-", "")
	full := strings.Map(func(c rune) rune { return c - '0' + '０' }, digits)
	for code, want := range map[string]fault.Kind{
		r.Code: "", digits: "", full: "", strings.ReplaceAll(r.Code, "-", " "): "",
		"": fault.Invalid, digits[1:]: fault.Invalid, digits + "1": fault.Invalid, "x" + digits[1:]: fault.Invalid,
		"0000-0000-0000-0000": fault.NotFound, r.Clue: fault.Invalid,
	} {
		if _, err := f.Track(context.Background(), code); fault.KindOf(err) != want {
			t.Errorf("%q: %v; want %q", code, err, want)
		}
	}
	if other := f.bundled(t, Contact{}); other.Code == r.Code {
		t.Error("two clues have one code")
	}
}

// TestMoreTimeForVerifying: once, by the head of the lead, before the time is
// over, and counted from the same day.
func TestMoreTimeForVerifying(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	head := identity.Actor{ID: "500156-RY-scjgj-900", Unit: "scjgj", Roles: []identity.Role{identity.Leader}}
	other := identity.Actor{ID: "500156-RY-gaj-900", Unit: "gaj", Roles: []identity.Role{identity.Leader}}
	r, late := f.bundled(t, Contact{}), f.bundled(t, Contact{})
	ask := func(by identity.Actor, id, reason string) fault.Kind {
		return fault.KindOf(f.Extend(ctx, Extend{Cause: f.by(by), Clue: id, Reason: reason}))
	}
	if got := ask(head, r.Clue, "需要检验鉴定"); got != fault.Conflict {
		t.Errorf("before it was taken up: %q", got)
	}
	for _, id := range []string{r.Clue, late.Clue} {
		f.must(t, f.Accept(ctx, Accept{Cause: f.by(market), Clue: id}))
	}
	before := f.show(t, r.Clue).Limits[0]
	for _, tt := range []struct {
		name   string
		by     identity.Actor
		reason string
		want   fault.Kind
	}{
		{"without a reason", head, "忙", fault.Invalid}, {"another unit", other, "需要检验鉴定", fault.Denied}, {"the head", head, "需要检验鉴定", ""},
		{"a second time", head, "需要检验鉴定", fault.Conflict},
	} {
		if got := ask(tt.by, r.Clue, tt.reason); got != tt.want {
			t.Errorf("%s: %q; want %q", tt.name, got, tt.want)
		}
	}
	after := f.show(t, r.Clue).Limits
	if len(after) != 1 || after[0].ID != before.ID || !after[0].From.Equal(before.From) || before.DueDate != "2026-07-27" || after[0].DueDate != "2026-08-17" {
		t.Errorf("%s became %+v", before.DueDate, after)
	}
	f.Clock.Set(before.Due)
	if got := ask(head, late.Clue, "需要检验鉴定"); got != fault.Conflict {
		t.Errorf("when the time is over: %q", got)
	}
	f.pump(t)
	f.again(t)
}

// TestConcluding refuses a conclusion that nobody could rely on.
func TestConcluding(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	r := f.bundled(t, Contact{Phone: "13900000001"})
	f.must(t, f.Accept(ctx, Accept{Cause: f.by(market), Clue: r.Clue}))
	good := Conclude{Clue: r.Clue, Outcome: "corrected", Act: "2026-07-03", Summary: "已责令改正。", Evidence: []string{"照片"}}
	for name, spoil := range map[string]func(*Conclude){
		"no such outcome":         func(c *Conclude) { c.Outcome = "fine" },
		"nothing found out":       func(c *Conclude) { c.Summary = "" },
		"no evidence":             func(c *Conclude) { c.Evidence = nil },
		"empty evidence":          func(c *Conclude) { c.Evidence = []string{" "} },
		"no day of the act":       func(c *Conclude) { c.Act = "" },
		"an act to come":          func(c *Conclude) { c.Act = "2026-08-01" },
		"no such offence":         func(c *Conclude) { c.Offence = "bad_weather" },
		"no such offence by then": func(c *Conclude) { c.Offence, c.Act = "body_over_storage", "2020-01-01" },
	} {
		cmd := good
		cmd.Cause = f.by(market)
		spoil(&cmd)
		if err := f.Conclude(ctx, cmd); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good.Cause = f.by(market)
	if err := f.Conclude(ctx, good); err != nil {
		t.Fatal(err)
	}
	notify := f.show(t, r.Clue).Limits
	if len(notify) != 1 || notify[0].Rule != ruleNotify || notify[0].Owner != "scjgj" {
		t.Errorf("to tell the sender: %+v", notify)
	}
	for text, want := range map[string]fault.Kind{"好": fault.Invalid, "请拨打13900000001联系": fault.Invalid, "经办人已与您联系。": ""} {
		if err := f.Answer(ctx, Answer{Cause: f.by(market), Clue: r.Clue, Text: text}); fault.KindOf(err) != want {
			t.Errorf("answering %q: %v", text, err)
		}
	}
	f.pump(t) // the answer that goes out by itself finds it answered
	if p := f.track(t, r.Code); len(p.Answers) != 1 || p.Answers[0].Text != "经办人已与您联系。" {
		t.Errorf("answered %+v", p.Answers)
	}
}
