package watch

import (
	"context"
	"errors"
	"strings"
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
)

// TestNotingASignal: what was entered is completed from the register; the same
// command again is the same signal.
func TestNotingASignal(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	cmd := NoteSignal{Cause: f.by(civil), Seen: "imagery", Matter: "oversized_plot", Facility: yard, Day: "2026-07-01", Text: "影像显示三处墓位明显超过标准。", Evidence: []string{"影像 2026-06 第12幅"}}
	id, err := f.NoteSignal(ctx, cmd)
	f.must(t, err)
	again, err := f.NoteSignal(ctx, cmd)
	f.must(t, err)
	if id != "500156-XH-2026-000001" || again != id {
		t.Errorf("noted as %s, then as %s", id, again)
	}
	noted := servicetest.Of[events.SignalNoted](t, f.log)
	if len(noted) != 1 || noted[0].Unit != "mzj" || noted[0].Seen != "imagery" || noted[0].Signal.Town != "xz-heshun" || noted[0].Signal.Name != "青松公墓" || noted[0].Signal.Day != "2026-07-01" {
		t.Fatalf("noted %+v", noted)
	}
	x, err := f.Signal(ctx, police, id)
	if err != nil || x.Text == "" || len(x.Evidence) != 1 || x.State != Counts || x.Reason != "" {
		t.Errorf("it reads %+v, %v", x, err)
	}
	for filter, want := range map[SignalFilter]int{
		{}: 1, {Sort: "report"}: 1, {Sort: "clue"}: 0, {Town: "和顺镇"}: 1, {Town: "白马镇"}: 0, {Facility: yard}: 1, {Matter: "oversized_plot"}: 1, {State: "out"}: 0,
	} {
		if rows, err := f.Signals(ctx, office, filter); err != nil || len(rows) != want {
			t.Errorf("%+v lists %d, %v; want %d", filter, len(rows), err, want)
		}
	}
	gauges, err := f.Gauges(ctx, office, GaugeFilter{Place: "xz-heshun"})
	if err != nil || len(gauges) != 1 || gauges[0].Today != 1 || gauges[0].Threshold != 3 || gauges[0].Name != "超面积墓、豪华墓多发" || gauges[0].From != "2026-06-07" {
		t.Errorf("gauges %+v, %v", gauges, err)
	}
}

func TestWhatCannotBeNoted(t *testing.T) {
	f := newFixture(t)
	good := func() NoteSignal {
		return NoteSignal{Cause: f.by(civil), Seen: "patrol", Matter: "scattered_burial", Town: "和顺镇", Day: "2026-07-06", Text: "巡查发现新坟一座。"}
	}
	for name, tt := range map[string]struct {
		change func(*NoteSignal)
		field  string
		kind   fault.Kind
	}{
		"nothing wrong":       {func(*NoteSignal) {}, "", ""},
		"seen somehow":        {func(c *NoteSignal) { c.Seen = "rumor" }, "seen", fault.Invalid},
		"matter unknown":      {func(c *NoteSignal) { c.Matter = "no_such_matter" }, "matter", fault.Invalid},
		"matter not given":    {func(c *NoteSignal) { c.Matter = "" }, "matter", fault.Invalid},
		"facility unknown":    {func(c *NoteSignal) { c.Facility = "500156-JG-000099" }, "facility", fault.Invalid},
		"nowhere":             {func(c *NoteSignal) { c.Town = " " }, "town", fault.Invalid},
		"town unknown":        {func(c *NoteSignal) { c.Town = "某镇" }, "town", fault.Invalid},
		"town is an office":   {func(c *NoteSignal) { c.Town = "mzj" }, "town", fault.Invalid},
		"tomorrow":            {func(c *NoteSignal) { c.Day = "2026-07-07" }, "day", fault.Invalid},
		"no day":              {func(c *NoteSignal) { c.Day = "7月6日" }, "day", fault.Invalid},
		"before any law":      {func(c *NoteSignal) { c.Day = "1950-01-01" }, "town", fault.Invalid},
		"too little":          {func(c *NoteSignal) { c.Text = "坟" }, "text", fault.Invalid},
		"too much":            {func(c *NoteSignal) { c.Text = strings.Repeat("坟", 2001) }, "text", fault.Invalid},
		"a telephone number":  {func(c *NoteSignal) { c.Text = "坟主电话13900000001。" }, "text", fault.Invalid},
		"no text at all":      {func(c *NoteSignal) { c.Text = "\xff\xfe坟墓一座" }, "text", fault.Invalid},
		"a control character": {func(c *NoteSignal) { c.Text = "新坟\x00一座在此" }, "text", fault.Invalid},
		"empty evidence":      {func(c *NoteSignal) { c.Evidence = []string{""} }, "evidence", fault.Invalid},
		"much evidence":       {func(c *NoteSignal) { c.Evidence = make([]string, 51) }, "evidence", fault.Invalid},
		"a citizen":           {func(c *NoteSignal) { c.Actor = citizen }, "", fault.Denied},
		"the auditor":         {func(c *NoteSignal) { c.Actor = auditor }, "", fault.Denied},
	} {
		cmd := good()
		tt.change(&cmd)
		_, err := f.NoteSignal(context.Background(), cmd)
		if fault.KindOf(err) != tt.kind {
			t.Errorf("%s: %v", name, err)
		}
		if at := new(fault.Fault); errors.As(err, &at) && at.Field != tt.field {
			t.Errorf("%s: about %q, want %q", name, at.Field, tt.field)
		}
	}
	if n := len(servicetest.Facts(t, f.log)); n != 1 {
		t.Errorf("%d facts of one good report", n)
	}
}

// TestCommandsOnAnAlert: input, permission, and once for one command.
func TestCommandsOnAnAlert(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	for range 3 {
		f.patrol(t, civil, "scattered_burial", "和顺镇")
	}
	id := f.raised(t)[0].Alert
	proof := []string{"现场笔录"}
	for name, tt := range map[string]struct {
		err  error
		kind fault.Kind
	}{
		"acknowledged by the office":   {f.Acknowledge(ctx, Acknowledge{Cause: f.by(office), Alert: id}), fault.Denied},
		"acknowledged by a helper":     {f.Acknowledge(ctx, Acknowledge{Cause: f.by(land), Alert: id}), fault.Denied},
		"an alert that there is not":   {f.Acknowledge(ctx, Acknowledge{Cause: f.by(civil), Alert: "500156-YJ-2026-000009"}), fault.NotFound},
		"concluded before it's signed": {f.Conclude(ctx, Conclude{Cause: f.by(civil), Alert: id, Outcome: "remedied", Text: "已经消除。", Evidence: proof}), fault.Conflict},
		"response of nothing":          {f.Respond(ctx, Respond{Cause: f.by(town), Alert: id, Text: "好"}), fault.Invalid},
		"response of the police":       {f.Respond(ctx, Respond{Cause: f.by(police), Alert: id, Text: "已到现场。"}), fault.Denied},
		"response of the office":       {f.Respond(ctx, Respond{Cause: f.by(office), Alert: id, Text: "已到现场。"}), fault.Denied},
		"empty evidence":               {f.Respond(ctx, Respond{Cause: f.by(town), Alert: id, Text: "已到现场。", Evidence: []string{" "}}), fault.Invalid},
		"a strange outcome":            {f.Conclude(ctx, Conclude{Cause: f.by(civil), Alert: id, Outcome: "fine", Text: "已经消除。", Evidence: proof}), fault.Invalid},
		"an outcome without a word":    {f.Conclude(ctx, Conclude{Cause: f.by(civil), Alert: id, Outcome: "remedied", Evidence: proof}), fault.Invalid},
		"an outcome without evidence":  {f.Conclude(ctx, Conclude{Cause: f.by(civil), Alert: id, Outcome: "remedied", Text: "已经消除。"}), fault.Invalid},
		"concluded by an auditor":      {f.Conclude(ctx, Conclude{Cause: f.by(auditor), Alert: id, Outcome: "remedied", Text: "已经消除。", Evidence: proof}), fault.Denied},
	} {
		if fault.KindOf(tt.err) != tt.kind {
			t.Errorf("%s: %v", name, tt.err)
		}
	}
	before := len(servicetest.Facts(t, f.log))
	sign := Acknowledge{Cause: f.by(civil), Alert: id}
	respond := Respond{Cause: f.by(town), Alert: id, Text: "已到现场劝阻。", Evidence: []string{"照片 2 张"}}
	dismiss := Conclude{Cause: f.by(head), Alert: id, Outcome: "unfounded", Text: "三次巡查所见为同一座坟。", Evidence: proof}
	for range 2 {
		f.must(t, f.Acknowledge(ctx, sign))
		f.must(t, f.Respond(ctx, respond))
		f.must(t, f.Conclude(ctx, dismiss))
	}
	if n := len(servicetest.Facts(t, f.log)) - before; n != 4 { // and the gauge begins anew
		t.Errorf("%d facts of three commands, each given twice", n)
	}
	a, err := f.Alert(ctx, town, id)
	if err != nil || a.State != Concluded || a.Outcome != "unfounded" || len(a.Responses) != 1 || len(a.Limits) != 0 {
		t.Errorf("%+v, %v", a, err)
	}
	rows, err := f.Alerts(ctx, office, AlertFilter{State: Concluded})
	if err != nil || len(rows) != 1 || rows[0].Summary == "" || rows[0].SignedBy != civil.ID || len(rows[0].Silent) == 0 {
		t.Errorf("listed %+v, %v", rows, err)
	}
}

// TestWhoReadsTheWatch: staff do, citizens do not.
func TestWhoReadsTheWatch(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	rules, ways, err := f.Rules(civil)
	if err != nil || len(rules) < 6 || len(ways) != 4 {
		t.Fatalf("rules %+v, %v, %v", rules, ways, err)
	}
	for _, r := range rules {
		if r.Name == "" || len(r.Matters) == 0 || r.Threshold < 1 || r.Within < 1 || r.Basis == "" || r.Caution == "" || r.Matters[0].Name == "" {
			t.Errorf("rule %+v", r)
		}
	}
	for name, err := range map[string]error{
		"rules":   second(f.Rules(citizen)),
		"signals": last(f.Signals(ctx, citizen, SignalFilter{})),
		"signal":  last(f.Signal(ctx, citizen, "500156-XH-2026-000001")),
		"gauges":  last(f.Gauges(ctx, citizen, GaugeFilter{})),
		"party":   last(f.Gauges(ctx, identity.Actor{ID: "x", Roles: []identity.Role{identity.Party}}, GaugeFilter{})),
	} {
		if !fault.Is(err, fault.Denied) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := f.Signal(ctx, civil, "500156-XH-2026-000001"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a signal that there is not: %v", err)
	}
}

func last[T any](_ T, err error) error             { return err }
func second(_ []Rule, _ []Choice, err error) error { return err }
