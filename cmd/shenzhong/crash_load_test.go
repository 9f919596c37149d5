//go:build crash

package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"shenzhong/cmd/shenzhong/rehearsal"
	"shenzhong/deploy/sample"
	"shenzhong/services/casefile"
	"shenzhong/services/clue"
	"shenzhong/services/disclose"
	"shenzhong/services/identity"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/store/sqlitelog"
)

// staff are those who give the commands of the load, each with a token of their
// own. The officers are in the register of the sample.
var staff = []struct {
	account, unit string
	roles         []string
}{
	{registrarOf, "mzj", []string{"registrar"}},
	{intakeOf, "zbb", []string{"intake"}},
	{leaderOf, "scjgj", []string{"leader"}},
	{legalOf, "scjgj", []string{"legal"}},
	{publisherOf, "scjgj", []string{"publisher"}},
	{officerOf, "scjgj", []string{"officer"}},
	{secondOf, "scjgj", []string{"officer"}},
}

const (
	registrarOf = "500156-RY-mzj-901"
	intakeOf    = "500156-RY-zbb-902"
	leaderOf    = "500156-RY-scjgj-901"
	legalOf     = "500156-RY-scjgj-902"
	publisherOf = "500156-RY-scjgj-903"
	officerOf   = "500156-RY-000011"
	secondOf    = "500156-RY-000012"
)

// issueAll gives everybody a token before the system first starts, as the operator
// would with shenzhong token.
func issueAll(t *testing.T, data string, now time.Time) map[string]string {
	t.Helper()
	pack, _, err := loadLaw()
	must(t, err)
	db, err := sqlite.Open(t.Context(), filepath.Join(data, "identity.db"), sqlite.Options{})
	must(t, err)
	defer func() { must(t, db.Close()) }()
	log, err := sqlitelog.Open(t.Context(), db)
	must(t, err)
	s := identity.New(identity.Config{District: pack.Manifest().District, Log: log, Clock: clock.NewFake(now), Law: pack})
	tokens := map[string]string{}
	for _, who := range staff {
		made, err := s.Issue(t.Context(), identity.Issue{
			Cause:   store.Cause{ID: "crash/token/" + who.account, Actor: identity.Operator()},
			Account: who.account, Unit: who.unit, Roles: who.roles, Days: 366,
		})
		must(t, err)
		tokens[who.account] = made.Secret
	}
	return tokens
}

// furnish loads the district and its registers over HTTP.
func (l *ledger) furnish(ctx context.Context, t *testing.T) {
	t.Helper()
	post := func(path string, body any) {
		if !l.give(ctx, registrarOf, "register", "", path, body, nil, nil) {
			t.Fatalf("%s: not done in time, refused with %v: %v", path, l.refused, l.mistakes())
		}
	}
	// The token may still be on its way to the register.
	for ctx.Err() == nil {
		status, _, err := l.ask(ctx, "GET", registrarOf, "register", "/facilities", "", nil)
		if err == nil && status == 200 {
			break
		}
		pause(ctx, askAgain)
	}
	post("/district/load", nil)
	for _, file := range []struct {
		name string
		body []byte
	}{{sample.FacilitiesFile, sample.Facilities()}, {sample.OfficersFile, sample.Officers()}} {
		post("/imports", map[string]any{"name": file.name, "file": base64.StdEncoding.EncodeToString(file.body), "apply": true})
	}
}

// clients is how many give commands at once.
const clients = 4

// load is what people do all day, by several clients at once, until ctx ends.
func (l *ledger) load(ctx context.Context, seed uint64) {
	var all sync.WaitGroup
	for i := range clients {
		random := rand.New(rand.NewPCG(seed, uint64(i)))
		all.Go(func() {
			for ctx.Err() == nil {
				if random.IntN(3) == 0 {
					l.penalty(ctx)
				} else {
					l.complaint(ctx, random)
				}
			}
		})
	}
	all.Wait()
}

// complaint takes a complaint from the citizen to its end, which may be a case.
func (l *ledger) complaint(ctx context.Context, random *rand.Rand) {
	var receipt clue.Receipt
	if !l.give(ctx, "", "clue", "", "/clues", map[string]any{
		"facility": "500156-JG-000001", "offence": "bundled_sale", "text": "不买馆内花圈就不给安排告别厅。",
		"contact": map[string]any{"name": "赵某", "phone": "13900000001"},
	}, &receipt, func() string { return "clue/" + receipt.Clue }) {
		return
	}
	at := "/clues/" + receipt.Clue
	do := func(what string, body any) bool {
		return l.give(ctx, officerOf, "clue", "clue/"+receipt.Clue, at+"/"+what, body, nil, nil)
	}
	// The matrix routes it as soon as the fact has gone round.
	var row clue.Row
	for row.State != clue.Routed {
		if !l.read(ctx, intakeOf, "clue", at, &row) {
			return
		}
		pause(ctx, askAgain)
	}
	if !do("accept", nil) || random.IntN(3) == 0 {
		return
	}
	do("conclude", map[string]any{
		"outcome": []string{"case", "corrected", "unfounded"}[random.IntN(3)], "act": "2026-07-03",
		"summary": "现场检查、调取收费单据并询问经办人。", "evidence": []string{"收费单据复印件"},
	})
}

// penalty takes a case from the filing to the published decision.
func (l *ledger) penalty(ctx context.Context) {
	var filed casefile.Case
	if !l.give(ctx, leaderOf, "casefile", "", "/cases", map[string]any{
		"facility": "500156-JG-000050", "offence": "no_price_display", "act": "2026-07-02", "leads": []string{"价格巡查"},
	}, &filed, func() string { return "case/" + filed.ID }) {
		return
	}
	sum := strings.Repeat("5e", 32)
	fine := map[string]any{"kinds": []string{"fine"}, "text": "罚款2000元", "fine_fen": 200000}
	facts := "当事人销售殡葬用品未标明价格。"
	for _, step := range []struct {
		who, what string
		body      map[string]any
	}{
		{leaderOf, "assign", map[string]any{"officers": []string{officerOf, secondOf}}},
		{officerOf, "evidence", map[string]any{"kind": "record", "name": "现场检查笔录", "proves": "未标明价格", "sha256": sum, "holder": "案卷室"}},
		{officerOf, "report", map[string]any{"facts": facts, "proposal": "penalty", "sha256": sum}},
		{officerOf, "notice", map[string]any{"facts": facts, "grounds": "不按规定明码标价", "basis": "《价格法》", "cite": "以公布文本为准", "penalty": fine, "sha256": sum}},
		{officerOf, "statement", map[string]any{"text": "承认。", "reply": "予以记录。", "sha256": sum}},
		{legalOf, "review", map[string]any{"passed": true, "text": "事实清楚，程序合法，裁量适当。", "sha256": sum}},
		{leaderOf, "discussion", map[string]any{"present": []string{"局长", "分管副局长", "政策法规科负责人"}, "text": "同意处罚建议。", "sha256": sum}},
		{leaderOf, "decide", map[string]any{"facts": facts, "basis": "《价格法》", "cite": "以公布文本为准", "penalty": fine, "perform": "自收到决定书之日起十五日内缴纳", "severity_by": "按规则包的缺省分类", "sha256": sum}},
		{officerOf, "serve", map[string]any{"manner": "direct", "receipt": "送达回证", "repair_notice": true}},
	} {
		if !l.give(ctx, step.who, "casefile", "case/"+filed.ID, "/cases/"+filed.ID+"/"+step.what, step.body, nil, nil) {
			return
		}
	}
	record := l.recordOf(ctx, "case/"+filed.ID)
	if record == "" || !l.give(ctx, publisherOf, "disclose", "record/"+record, "/records/"+record+"/review", map[string]any{"verdict": "publish"}, nil, nil) {
		return
	}
	l.give(ctx, leaderOf, "disclose", "record/"+record, "/records/"+record+"/publish", map[string]any{
		"channels": []map[string]any{{"name": "portal", "proof": "回执"}, {"name": "credit_china", "proof": "回执"}, {"name": "gsxt", "proof": "回执"}},
	}, nil, nil)
}

// recordOf waits until the decision has brought about its record.
func (l *ledger) recordOf(ctx context.Context, source string) string {
	after := ""
	for {
		var list struct{ Records []disclose.Row }
		if !l.read(ctx, publisherOf, "disclose", fmt.Sprintf("/records?unit=scjgj&limit=500&after=%s", after), &list) {
			return ""
		}
		for _, r := range list.Records {
			if r.Record.Source == source {
				return r.Record.ID
			}
		}
		if len(list.Records) == 500 {
			after = list.Records[499].Record.ID
			continue
		}
		pause(ctx, 3*askAgain)
	}
}

// began is when the clock of a crash test begins.
func began() time.Time { return rehearsal.Start.AddDate(0, 6, 2) } // a workday in July
