package inspect

import (
	"context"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
)

func TestCampaignWorkflow(t *testing.T) {
	drafted := events.Campaign{ID: "500156-ZX-2026-900001", Lead: "mzj"}
	walk(t, nextCampaign, func(s State) Campaign { return Campaign{State: s, Campaign: drafted} }, func(c Campaign) State { return c.State }, []walked[Campaign]{
		{"draft", func(c *Campaign) (events.Event, error) { return c.Draft(drafted) }, []State{""}, []State{Drafted}},
		{"approve", func(c *Campaign) (events.Event, error) {
			return c.Approve(lead, "武隆区人民政府", "武隆府〔2026〕1号", "2026-03-03")
		}, []State{Drafted}, []State{Approved}},
		{"file", func(c *Campaign) (events.Event, error) { return c.File(lead, "回执1", "2026-03-04") }, []State{Approved}, []State{Filed}},
		{"publish", func(c *Campaign) (events.Event, error) { return c.Publish(lead, "2026-03-05") }, []State{Filed}, []State{Published}},
	})
	c := Campaign{State: Drafted, Campaign: drafted}
	for what, act := range map[string]func() (events.Event, error){
		"by another unit":    func() (events.Event, error) { return c.Approve(partner, "区政府", "1号", "2026-03-03") },
		"without who":        func() (events.Event, error) { return c.Approve(lead, " ", "1号", "2026-03-03") },
		"without its number": func() (events.Event, error) { return c.Approve(lead, "区政府", " ", "2026-03-03") },
	} {
		if _, err := act(); err == nil || c.State != Drafted {
			t.Errorf("approved %s: %v", what, err)
		}
	}
	c.State = Approved
	if _, err := c.File(lead, " ", "2026-03-04"); !fault.Is(err, fault.Invalid) {
		t.Errorf("filed without a receipt: %v", err)
	}
}

func springCampaign() events.Campaign {
	return events.Campaign{
		Year: 2026, Title: "清明祭扫安全专项检查", Need: "清明前投诉集中，日常抽查在五月，来不及", Basis: "《殡葬管理条例》", Area: "武隆区",
		Manner: "实地检查", From: "2026-03-10", To: "2026-04-10",
		Tasks: []events.UnitTask{{Unit: "mzj", Officers: 2, Items: []string{"mzj-201"}}, {Unit: "scjgj", Officers: 2, Items: []string{"scjgj-302"}}},
		Objects: []events.CampaignObject{
			{Facility: "500156-JG-000001"}, {Facility: "500156-JG-000002"},
		},
	}
}

// TestCampaignIsHeldAgainstItsGates: what art. 26 asks for must be said, units
// and items as in any inspection, and never everybody (art. 27).
func TestCampaignIsHeldAgainstItsGates(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	for name, tt := range map[string]struct {
		change func(*events.Campaign)
		want   fault.Kind
		says   string
	}{
		"no need":                 {func(c *events.Campaign) { c.Need = " " }, fault.Invalid, "必要性"},
		"no basis":                {func(c *events.Campaign) { c.Basis = "" }, fault.Invalid, "依据"},
		"no area":                 {func(c *events.Campaign) { c.Area = "" }, fault.Invalid, "地域"},
		"no manner":               {func(c *events.Campaign) { c.Manner = "" }, fault.Invalid, "方式"},
		"over the year":           {func(c *events.Campaign) { c.To = "2027-01-05" }, fault.Invalid, "2026 年之内"},
		"the lead takes no part":  {func(c *events.Campaign) { c.Tasks = c.Tasks[1:] }, fault.Invalid, "首位"},
		"a unit twice":            {func(c *events.Campaign) { c.Tasks = append(c.Tasks, c.Tasks[1]) }, fault.Invalid, "重复"},
		"a unit that coordinates": {func(c *events.Campaign) { c.Tasks[1].Unit = "zbb" }, fault.Denied, ""},
		"one officer":             {func(c *events.Campaign) { c.Tasks[0].Officers = 1 }, fault.Invalid, "2 名"},
		"an unpublished item":     {func(c *events.Campaign) { c.Tasks[0].Items = []string{"mzj-203"} }, fault.Invalid, "没有公布"},
		"nobody":                  {func(c *events.Campaign) { c.Objects = nil }, fault.Invalid, "检查对象"},
		"an object twice":         {func(c *events.Campaign) { c.Objects = append(c.Objects, c.Objects[0]) }, fault.Invalid, "重复"},
		"a closed one":            {func(c *events.Campaign) { c.Objects[0].Facility = closed1 }, fault.Invalid, "关闭"},
		"one that there is not":   {func(c *events.Campaign) { c.Objects[0].Facility = "500156-JG-000099" }, fault.NotFound, ""},
		"all there are of the kind": {func(c *events.Campaign) {
			c.Objects = append(c.Objects, events.CampaignObject{Facility: "500156-JG-000003"})
		}, fault.Invalid, "第27条"},
	} {
		c := springCampaign()
		tt.change(&c)
		_, err := f.DraftCampaign(ctx, DraftCampaign{Cause: f.by(drafting), Campaign: c})
		if fault.KindOf(err) != tt.want || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v; want %s with %q", name, err, tt.want, tt.says)
		}
	}
	id, err := f.DraftCampaign(ctx, DraftCampaign{Cause: f.by(drafting), Campaign: springCampaign()})
	must(t, "draft", err)
	f.pump(t)
	c, err := f.Campaign(ctx, drafting, id)
	must(t, "read", err)
	if len(c.Objects) != 2 || c.Objects[0].Name != "第1公墓" || c.Objects[0].Grade != "B" || c.Objects[0].Risk != "M" {
		t.Errorf("the objects are %+v", c.Objects)
	}
	if len(c.Cautions) != 1 || !strings.Contains(c.Cautions[0], "未核实") || !strings.Contains(c.Cautions[0], "第26条") {
		t.Errorf("the number of a year is not in the pack, and the campaign says %v", c.Cautions)
	}
	if _, err := f.Campaign(ctx, who("x", "gaj", identity.Leader), id); !fault.Is(err, fault.Denied) {
		t.Errorf("a unit that has no part reads the draft: %v", err)
	}
}

// TestCampaignGoesItsWay: nobody goes anywhere before the plan is approved, filed
// and public, nor to anybody who is not in it; then the visit is one like any
// other, public when it is recorded, and no draw waits for it.
func TestCampaignGoesItsWay(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	id, err := f.DraftCampaign(ctx, DraftCampaign{Cause: f.by(drafting), Campaign: springCampaign()})
	must(t, "draft", err)
	team := []string{officerID(11), officerID(12), officerID(21), officerID(22)}
	send := func(facility string, officers []string) (string, error) {
		return f.SendCampaign(ctx, SendCampaign{Cause: f.by(leader("mzj")), Campaign: id, Facility: facility, Officers: officers})
	}
	_, err = send("500156-JG-000001", team)
	wants(t, "sent before it is public", err, fault.Conflict)
	wants(t, "published before it is filed", f.PublishCampaign(ctx, PublishCampaign{Cause: f.by(leader("mzj")), Campaign: id}), fault.Conflict)
	must(t, "approve", f.ApproveCampaign(ctx, ApproveCampaign{Cause: f.by(leader("mzj")), Campaign: id, Authority: "武隆区人民政府", Document: "武隆府〔2026〕9号"}))
	must(t, "file", f.FileCampaign(ctx, FileCampaign{Cause: f.by(leader("mzj")), Campaign: id, Receipt: "司法备〔2026〕3号"}))
	must(t, "publish", f.PublishCampaign(ctx, PublishCampaign{Cause: f.by(leader("mzj")), Campaign: id}))
	f.pump(t)
	if rows, err := f.Campaigns(ctx, identity.Actor{}, 2026); err != nil || len(rows) != 1 || rows[0].State != Published {
		t.Errorf("the public sees %+v, %v", rows, err)
	}
	_, err = send("500156-JG-000001", team)
	wants(t, "before its time", err, fault.Conflict)
	f.Clock.Set(time.Date(2026, 3, 12, 1, 0, 0, 0, time.UTC))
	_, err = send("500156-JG-000003", team)
	wants(t, "one that is not in the plan", err, fault.Invalid)
	_, err = send("500156-JG-000001", team[:3])
	wants(t, "too few of a unit", err, fault.Invalid)
	_, err = send("500156-JG-000001", append(team, officerID(31)))
	wants(t, "an officer of a unit that takes no part", err, fault.Invalid)
	_, err = send("500156-JG-000001", []string{officerID(10), officerID(11), officerID(21), officerID(22)})
	wants(t, "an officer with an interest", err, fault.Conflict)
	visit, err := send("500156-JG-000001", team)
	must(t, "send", err)
	f.pump(t)
	for _, unit := range []string{"mzj", "scjgj"} {
		must(t, "approve", f.ApproveVisit(ctx, ApproveVisit{Cause: f.by(leader(unit)), Visit: visit}))
	}
	must(t, "notice", f.NoticeVisit(ctx, NoticeVisit{Cause: f.by(member("mzj", 1)), Visit: visit, No: "1号", Coded: Coded{Code: "ZF-1"}}))
	f.pump(t)
	n, err := f.Notice(ctx, member("mzj", 1), visit)
	must(t, "notice", err)
	if n.Source != "清明祭扫安全专项检查" || n.Draw != nil || n.LawCode != "ZF-1" || n.Inspected != 1 {
		t.Errorf("the notice reads %+v", n)
	}
	f.answers(t, visit, "mzj", []string{"5"}, ordered)
	f.answers(t, visit, "scjgj", nothing)
	f.recorded(t, visit)
	said := servicetest.Of[events.VisitRecorded](t, f.log)
	if len(said) != 1 || said[0].Visit.Type != "special" || said[0].Visit.Batch != id || len(said[0].Deadlines) != 2 {
		t.Fatalf("recorded %+v", said)
	}
	if n := len(servicetest.Of[events.RectificationOrdered](t, f.log)); n != 1 {
		t.Errorf("%d orders", n)
	}
	results, err := f.CheckResults(ctx, "2026")
	if err != nil || len(results) != 1 || results[0].Visit != visit {
		t.Errorf("the public reads %+v, %v", results, err)
	}
	if rates, err := f.ViolationRates(ctx, "2026"); err != nil || len(rates) != 0 {
		t.Errorf("what nobody drew is counted: %+v, %v", rates, err)
	}
	f.again(t)
}

// TestCampaignLeavesTheDrawItsChances: a special inspection is a visit of the
// year, and takes nobody out of the draw.
func TestCampaignLeavesTheDrawItsChances(t *testing.T) {
	f := newFixture(t)
	f.announced(t)
	before, err := f.PreviewBatch(context.Background(), leader("mzj"), batchID)
	must(t, "preview", err)
	visit := events.Visit{ID: "500156-JC-2026-900001-000001", Batch: "500156-ZX-2026-900001", Facility: "500156-JG-000001", Lead: "mzj", Type: "special"}
	must(t, "assign", f.visits.Put(context.Background(), f.by(drafting), visit.ID, func(v *Visit) (events.Event, error) { return v.Assign(visit) }))
	f.pump(t)
	batch, _, err := f.batches.Load(context.Background(), batchID)
	must(t, "batch", err)
	row, err := f.views.facilities.Get(context.Background(), visit.Facility)
	must(t, "facility", err)
	c, _, err := f.candidate(context.Background(), batch, row.Facility, nil)
	must(t, "candidate", err)
	if c.Drawn || c.Inspected != 1 {
		t.Errorf("after a special inspection the candidate is %+v", c)
	}
	after, err := f.PreviewBatch(context.Background(), leader("mzj"), batchID)
	if err != nil || after.Objects != before.Objects {
		t.Errorf("%d objects, were %d, %v", after.Objects, before.Objects, err)
	}
}
