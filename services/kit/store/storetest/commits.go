package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
)

func testEmpty(t *testing.T, b Backend) {
	log, ctx := fresh(t, b), t.Context()
	if c, seen := mustLast(t, log, "clue/x", ""); c.Version != 0 || c.Subject != "" || seen {
		t.Errorf("Last = %+v, %v; want the zero commit", c, seen)
	}
	opened, err1 := log.Opened(ctx, "clue|x")
	highest, err2 := log.Highest(ctx, "clue/")
	commits, err3 := log.Scan(ctx, "", 0, 10)
	unrelayed, err4 := log.Unrelayed(ctx, 10)
	stream, err5 := log.Stream(ctx)
	lost, err6 := log.Unrelay(ctx, "", 0)
	if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
		t.Fatal(err)
	}
	if opened != "" || highest != "" || len(commits) != 0 || len(unrelayed) != 0 || stream != (store.Stream{}) || lost != 0 {
		t.Errorf("got %q, %q, %v, %v, %v, %d; want nothing", opened, highest, commits, unrelayed, stream, lost)
	}
}

// bodies are what encoding/json makes of values that contexts may hold; a
// store must keep all of them.
var bodies = []string{
	`{}`, `[]`, `null`, `true`, `"text"`, `0`, `-1`, `9223372036854775807`, `-9223372036854775808`,
	`0.1`, `1e+21`, `1e-7`, `123456789.125`, `100000000000000000000`, `5e-324`, `1.7976931348623157e+308`,
	`{"z":1,"a":2,"m":{"z":[],"a":{}}}`,
	`[1,"1",1.5,null,false,[[]],{"":[]},{}]`,
	`{"clue.verify":1,"a.b.c":{"$set":2},"$":3,"":4,"%":5,"%2E":6,"a$b":7,"%25":8}`,
	`{"\u003cscript\u003e":"\u003c\u003e\u0026\u2028\u2029","quote":"\"\\/","control":"\u0000\u0001\u001f\b\f\n\r\t"}`,
	`{"中文键":"慎终追远，民德归厚 \u0026 🪦","空":""}`,
	`{"at":"2026-03-02T09:02:03.456+08:00","big":"9007199254740993","n":9007199254740993}`,
}

func testRoundTrip(t *testing.T, b Backend) {
	open := b.New(t)
	log := open(t)
	shanghai := time.FixedZone("CST", 8*3600)
	limits, err := events.WriteLimits([]events.Deadline{{
		ID: "clue/a#clue.verify", Rule: "clue.verify", Owner: "mzj", About: "线索核查", From: start.In(shanghai), DayZero: "2026-03-02",
		Due: start.Add(240 * time.Hour), DueDate: "2026-03-12", N: 15, Unit: "workday", Calendar: "2026-1", Provisional: true, Basis: "第十八条",
	}, {}})
	if err != nil {
		t.Fatal(err)
	}
	var want []store.Commit
	keep := func(change func(*store.Commit)) {
		subject := fmt.Sprintf("round/500156-XS-2026-%06d", len(want))
		c := commit(subject, 1, "form/a|b/"+subject)
		change(&c)
		want = append(want, seal(c))
	}
	for _, body := range bodies {
		keep(func(c *store.Commit) { c.State, c.Data = json.RawMessage(body), json.RawMessage(`{"of":`+body+`}`) })
	}
	deep := strings.Repeat(`{"d":[`, 30) + strings.Repeat(`]}`, 30)
	for _, change := range []func(*store.Commit){
		func(c *store.Commit) { c.State = json.RawMessage(deep) },
		func(c *store.Commit) { c.State = json.RawMessage(`"` + strings.Repeat("民", 400_000) + `"`) },
		func(c *store.Commit) { c.Starts, c.Settles = nil, nil },
		func(c *store.Commit) { c.Starts, c.Settles = json.RawMessage("[]"), []string{} },
		func(c *store.Commit) { c.Starts, c.Settles = limits, []string{"", "x#y"} },
		func(c *store.Commit) { c.Opens, c.Prev, c.Unit = "round|某个 command", "0a", "" },
		func(c *store.Commit) { c.At = time.UnixMilli(-1).UTC() },
		func(c *store.Commit) { c.Version, c.Opens = 1<<53+1, "" },
		func(c *store.Commit) { c.Actor, c.Cause, c.Kind = "系统/clue", "a'b\"c$.d%e", "x.y.v1" },
	} {
		keep(change)
	}
	mustAppend(t, log, want...)
	if !b.Forgets {
		log = open(t)
	}
	scanned := mustScan(t, log)
	if len(scanned) != len(want) {
		t.Fatalf("%d commits scanned; want %d", len(scanned), len(want))
	}
	for i, got := range scanned {
		if d := differ(got, want[i]); d != "" {
			t.Errorf("scanned %s: %s", want[i].ID(), d)
		}
	}
	for _, c := range want {
		got, seen := mustLast(t, log, c.Subject, c.Cause)
		if d := differ(got, c); d != "" || !seen {
			t.Errorf("last of %s, seen %v: %s", c.ID(), seen, d)
		}
	}
	got, err := log.Unrelayed(t.Context(), 1000)
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d unrelayed, %v; want %d", len(got), err, len(want))
	}
	for i := range got {
		traveling := want[i]
		traveling.State = nil
		if d := differ(got[i], traveling); d != "" {
			t.Errorf("unrelayed %s: %s", want[i].ID(), d)
		}
	}
}

// testOddities appends what no entity encodes to. A store may refuse it, but
// not alter it.
func testOddities(t *testing.T, b Backend) {
	log := fresh(t, b)
	for i, body := range []string{
		`18446744073709551615`, `1.50`, `1E5`, `-0`, `{"a":1,"a":2}`, `"\ud800"`, `"\u4e2d"`, `{ "space" : 1 }`,
		strings.Repeat(`[`, 300) + strings.Repeat(`]`, 300), `1e999`, `{"a\u0000b":1}`,
	} {
		c := commit(fmt.Sprintf("odd/%d", i), 1, "x")
		c.State = json.RawMessage(body)
		keptOrRefused(t, log, seal(c))
	}
	c := commit("odd/time", 1, "x")
	c.At = c.At.Add(time.Microsecond)
	keptOrRefused(t, log, seal(c))
}

type tester interface {
	Helper()
	Errorf(string, ...any)
	Fatalf(string, ...any)
}

func keptOrRefused(t tester, log store.Log, c store.Commit) {
	t.Helper()
	ctx := context.Background()
	err := log.Append(ctx, c)
	got, _, lastErr := log.Last(ctx, c.Subject, "")
	switch {
	case lastErr != nil:
		t.Fatalf("last of %s: %v", c.Subject, lastErr)
	case err == nil && got.Sum() != c.Hash:
		t.Errorf("%.200s was altered: %s", c.State, differ(got, c))
	case err != nil && got.Version != 0:
		t.Errorf("%.200s was refused (%v) and yet stored", c.State, err)
	case err != nil && fault.KindOf(err) != fault.Internal && fault.KindOf(err) != fault.Invalid:
		t.Errorf("%.200s was refused as %v, as if it could be kept another time", c.State, err)
	}
}

// testAnyJSON keeps values as encoding/json writes them.
func testAnyJSON(t *testing.T, b Backend) {
	log := fresh(t, b)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		raw, err := json.Marshal(anyJSON(3).Draw(t, "value"))
		if err != nil {
			t.Fatal(err)
		}
		n++
		c := commit(fmt.Sprintf("any/%d", n), 1, "x")
		c.State = raw
		keptOrRefused(t, log, seal(c))
	})
}

// anyJSON draws a value nested to that depth.
func anyJSON(depth int) *rapid.Generator[any] {
	leaves := []*rapid.Generator[any]{
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.Int64().AsAny(), rapid.Float64().Filter(finite).AsAny(), rapid.String().AsAny(),
	}
	if depth > 0 {
		inner := anyJSON(depth - 1)
		leaves = append(leaves, rapid.SliceOfN(inner, 0, 4).AsAny(), rapid.MapOfN(rapid.String(), inner, 0, 4).AsAny())
	}
	return rapid.OneOf(leaves...)
}

func testUnique(t *testing.T, b Backend) {
	log := fresh(t, b)
	first := commit("clue/a", 1, "one")
	first.Opens = "clue|one"
	mustAppend(t, log, seal(first))
	second := commit("clue/a", 1, "two")
	if err := log.Append(t.Context(), second); !fault.Is(err, fault.Conflict) {
		t.Errorf("a taken version: %v; want a conflict", err)
	}
	if err := log.Append(t.Context(), commit("clue/a", 2, "one")); !errors.Is(err, store.ErrSeen) {
		t.Errorf("a known cause: %v; want ErrSeen", err)
	}
	opened := commit("clue/b", 1, "one")
	opened.Opens = "clue|one"
	if err := log.Append(t.Context(), seal(opened)); !errors.Is(err, store.ErrSeen) {
		t.Errorf("a known Opens: %v; want ErrSeen", err)
	}
	if got, seen := mustLast(t, log, "clue/a", "one"); differ(got, seal(first)) != "" || !seen {
		t.Errorf("the first commit was replaced by %+v, or its cause forgotten: %v", got, seen)
	}
	// Each key is unique on its own: none of these shares more than a part of one.
	mustAppend(t, log, commit("clue/a", 2, "two"), commit("clue/b", 1, "one"), commit("case/a", 1, "one"))
	sameIDs(t, "after all", mustScan(t, log), "case/a/1", "clue/a/1", "clue/a/2", "clue/b/1")
}

// testPrecedence appends commits that break two keys at once: whichever the
// store looks at first, a repetition is found done.
func testPrecedence(t *testing.T, b Backend) {
	log := fresh(t, b)
	first := commit("clue/a", 1, "one")
	first.Opens = "clue|one"
	mustAppend(t, log, seal(first), commit("clue/b", 1, "b"))
	cases := map[string]store.Commit{
		"version and cause":              commit("clue/a", 1, "one"),
		"version, cause and Opens":       first,
		"version and Opens":              {Subject: "clue/b", Version: 1, Cause: "new", Opens: "clue|one"},
		"cause of one, Opens of another": {Subject: "clue/b", Version: 2, Cause: "b", Opens: "clue|one"},
	}
	for name, c := range cases {
		full := commit(c.Subject, c.Version, c.Cause)
		full.Opens = c.Opens
		if err := log.Append(t.Context(), seal(full)); !errors.Is(err, store.ErrSeen) {
			t.Errorf("%s: %v; want ErrSeen", name, err)
		}
	}
	sameIDs(t, "after all", mustScan(t, log), "clue/a/1", "clue/b/1")
}

func testCanceled(t *testing.T, b Backend) {
	log := fresh(t, b)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := log.Append(ctx, commit("clue/a", 1, "one")); !errors.Is(err, context.Canceled) {
		t.Errorf("append: %v; want canceled", err)
	}
	if c, _ := mustLast(t, log, "clue/a", ""); c.Version != 0 {
		t.Errorf("%s was stored", c.ID())
	}
}

func finite(f float64) bool { return !math.IsInf(f, 0) && !math.IsNaN(f) }
