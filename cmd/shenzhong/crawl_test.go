//go:build !race

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"shenzhong/cmd/shenzhong/rehearsal"
	"shenzhong/events"
	"shenzhong/services/identity"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/store"
)

// enough ends the story once the crawl has seen what it wants.
var enough = errors.New("the crawl has seen enough")

// crawl asks the running program for everything, as everybody, at moments of a
// draw, and compares what is told about whom (I16).
type crawl struct {
	t       *testing.T
	stage   *localStage
	log     *logged
	tokens  map[string]string // of the crawl's own accounts, by role
	before  map[string]map[string]bool
	names   map[string]string // id of each facility by its name
	asked   int
	commits map[string]bool // seen before the outcome existed
	moments []string
}

// logged keeps what the program writes to its log.
type logged struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logged) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.buf.Reset()
	return l.buf.String()
}

// TestCrawlFindsNothingBeforeTheOpening plays the story up to the opening of its
// first draw. Before it, neither an answer, a page, an error, a line of the log
// nor a fact that others hear says of any facility what it did not say before
// the outcome existed; after it, everybody can read the outcome, so the crawl
// would have seen it.
func TestCrawlFindsNothingBeforeTheOpening(t *testing.T) {
	log := &logged{}
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(log, nil)))
	defer slog.SetDefault(old)
	clk := clock.NewFake(rehearsal.Start)
	c := &crawl{t: t, log: log, before: map[string]map[string]bool{}}
	err := withStage(t.Context(), embedded(t.TempDir(), clk), clk, func(ctx context.Context, stage *localStage) error {
		c.stage = stage
		_, err := rehearsal.Run(ctx, rehearsal.Config{
			Stage: stage, Law: stage.system.law.Law(), Calendar: stage.system.calendar.Calendar(), Client: http.DefaultClient, Out: io.Discard, Watch: c.watch,
		})
		return err
	})
	if !errors.Is(err, enough) {
		t.Fatalf("the story ended with %v", err)
	}
	if want := []string{"closed", "sealed", "noticed", "opened"}; !slices.Equal(c.moments, want) || c.asked < 1000 {
		t.Fatalf("watched %v with %d requests", c.moments, c.asked)
	}
}

func (c *crawl) watch(ctx context.Context, scene rehearsal.Scene) error {
	c.moments = append(c.moments, scene.Moment)
	switch scene.Moment {
	case "closed":
		if err := c.accounts(ctx); err != nil {
			return err
		}
		c.ask(ctx, scene, func(request string, told map[string]bool) { c.before[request] = told })
		c.commits = map[string]bool{}
		c.each(ctx, func(commit store.Commit) { c.commits[commit.ID()] = true })
		c.log.take()
		return nil
	case "opened":
		if answer := c.get(ctx, "", "/api/v1/draws/"+scene.Draw+"/files/result"); !strings.Contains(answer, "-JG-") {
			c.t.Errorf("after the opening the outcome reads %s", answer)
		}
		return enough
	}
	drawn := c.outcome(ctx, scene.Draw)
	c.facts(ctx, drawn)
	c.ask(ctx, scene, func(request string, told map[string]bool) {
		for facility := range told {
			if drawn[facility] && !c.before[request][facility] && !c.told(request)[facility] {
				c.t.Errorf("%s: %s tells of %s", scene.Moment, request, facility)
			}
		}
	})
	c.oracles(ctx, scene, drawn)
	for _, line := range strings.Split(c.log.take(), "\n") {
		for facility := range c.told(line) {
			if drawn[facility] {
				c.t.Errorf("%s: the log tells of %s: %s", scene.Moment, facility, line)
			}
		}
	}
	return nil
}

// accounts makes one account of every role in a unit that has no part in the
// visits, some in the lead unit, who are in no team, and a facility that is not on
// the list.
func (c *crawl) accounts(ctx context.Context) error {
	s := identity.New(identity.Config{District: "500156", Log: c.stage.Logs()["identity"], Clock: c.stage.clock, Law: c.stage.system.law})
	c.tokens = map[string]string{"nobody": ""}
	for unit, roles := range map[string][]string{
		"gaj": {"registrar", "officer", "leader", "publisher", "legal", "intake", "office", "auditor"},
		"mzj": {"registrar", "officer", "auditor"}, "500156-JG-000099": {"party"},
	} {
		for i, role := range roles {
			made, err := s.Issue(ctx, identity.Issue{
				Cause:   store.Cause{ID: fmt.Sprint("crawl/", unit, i), Actor: identity.Operator()},
				Account: fmt.Sprintf("500156-RY-%s-97%d", strings.ReplaceAll(unit, "-", ""), i), Unit: unit, Roles: []string{role}, Days: 300,
			})
			if err != nil {
				return fmt.Errorf("account of %s in %s: %w", role, unit, err)
			}
			c.tokens[role+" of "+unit] = made.Secret
		}
	}
	c.names = map[string]string{}
	c.each(ctx, func(commit store.Commit) {
		if f, err := events.Open[events.FacilityChanged](commit.Envelope()); err == nil {
			c.names[f.Facility.Name] = f.Facility.ID
		}
	})
	return c.stage.Settle(ctx)
}

// operation is one GET of the interface.
type operation struct {
	path     string
	patterns map[string]*regexp.Regexp // of each parameter in the path
	choices  map[string][]string
}

// ask sends every GET with every known id that fits, as every account, and every
// page.
func (c *crawl) ask(ctx context.Context, scene rehearsal.Scene, see func(request string, told map[string]bool)) {
	ids := c.known(ctx, scene)
	paths := []string{"/", "/results", "/commitments", "/verify", "/performance", "/readyz", "/healthz", "/api/openapi.json"}
	for _, op := range c.operations() {
		paths = append(paths, op.fill(ids)...)
	}
	for _, who := range slices.Sorted(maps.Keys(c.tokens)) {
		for _, path := range paths {
			see(who+" GET "+path, c.told(c.get(ctx, c.tokens[who], path)))
		}
	}
}

func (c *crawl) get(ctx context.Context, token, path string) string {
	status, body := c.send(ctx, http.MethodGet, token, path)
	return fmt.Sprint(status, " ", body)
}

func (c *crawl) send(ctx context.Context, method, token, path string) (int, string) {
	c.t.Helper()
	var content io.Reader
	if method == http.MethodPost {
		content = strings.NewReader("{}")
	}
	req, err := http.NewRequestWithContext(ctx, method, c.stage.addr+path, content)
	if err != nil {
		c.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", fmt.Sprintf("crawl-%08d", c.asked))
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	c.asked++
	return answer.StatusCode, string(body)
}

// operations reads the GET operations from the description that the program
// gives of itself.
func (c *crawl) operations() []operation {
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Name, In string
				Schema   struct {
					Pattern string
					Enum    []any
				}
			}
		}
	}
	_, raw := c.send(context.Background(), http.MethodGet, "", "/api/openapi.json")
	if err := json.Unmarshal([]byte(raw), &doc); err != nil {
		c.t.Fatal(err)
	}
	var out []operation
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		get, ok := doc.Paths[path]["get"]
		if !ok {
			continue
		}
		op := operation{path: "/api/v1" + strings.TrimPrefix(path, "/api/v1"), patterns: map[string]*regexp.Regexp{}, choices: map[string][]string{}}
		for _, p := range get.Parameters {
			if p.In != "path" {
				continue
			}
			op.patterns[p.Name] = regexp.MustCompile(p.Schema.Pattern)
			for _, e := range p.Schema.Enum {
				op.choices[p.Name] = append(op.choices[p.Name], fmt.Sprint(e))
			}
		}
		out = append(out, op)
	}
	return out
}

// fill puts every id that fits into the path.
func (o operation) fill(ids []string) []string {
	paths := []string{o.path}
	for _, name := range slices.Sorted(maps.Keys(o.patterns)) {
		words := ids
		if len(o.choices[name]) > 0 {
			words = o.choices[name]
		}
		var next []string
		for _, path := range paths {
			for _, id := range words {
				if o.patterns[name].MatchString(id) {
					next = append(next, strings.Replace(path, "{"+name+"}", id, 1))
				}
			}
		}
		paths = next
	}
	return paths
}

// known are the ids that an outsider could know or guess: what has been said so
// far that is not sealed, and the visits to every facility that might have been
// drawn.
func (c *crawl) known(ctx context.Context, scene rehearsal.Scene) []string {
	ids := map[string]bool{"funeral_home": true, "cemetery_commercial": true, "result": true, "pool": true, "officers": true, "reveals": true, "registry": true, "substitute-0001": true}
	kinds := map[string]int{}
	c.each(ctx, func(commit store.Commit) {
		id := events.EntityID(commit.Subject)
		collection, _, _ := strings.Cut(commit.Subject, "/")
		if collection == "facility" {
			visit := strings.Replace(scene.Batch, "-PC-", "-JC-", 1) + id[strings.LastIndexByte(id, '-'):]
			ids[visit], ids[id] = true, true
		}
		if kinds[collection]++; kinds[collection] <= 12 && collection != "visit" && collection != "handover" {
			ids[id] = true
		}
	})
	return slices.Sorted(maps.Keys(ids))
}

func (c *crawl) each(ctx context.Context, see func(store.Commit)) {
	for _, log := range c.stage.Logs() {
		if err := store.Each(ctx, log, func(commit store.Commit) error { see(commit); return nil }); err != nil {
			c.t.Fatal(err)
		}
	}
}

// outcome reads who was drawn where only inspect may.
func (c *crawl) outcome(ctx context.Context, draw string) map[string]bool {
	drawn := map[string]bool{}
	c.each(ctx, func(commit store.Commit) {
		if f, err := events.Open[events.DrawCompleted](commit.Envelope()); err == nil && f.Draw == draw {
			for _, facility := range f.Facilities {
				drawn[facility] = true
			}
		}
	})
	if len(drawn) == 0 {
		c.t.Fatal("nobody was drawn: there is nothing to find")
	}
	return drawn
}

// facts looks at every fact since the outcome exists: what names a facility that
// was drawn is heard by draw and inspect alone.
func (c *crawl) facts(ctx context.Context, drawn map[string]bool) {
	c.each(ctx, func(commit store.Commit) {
		if c.commits[commit.ID()] {
			return
		}
		told := c.told(commit.Subject + " " + string(commit.Data))
		for facility := range told {
			if !drawn[facility] {
				continue
			}
			for _, r := range c.stage.system.rooms {
				for _, reaction := range r.reactions {
					if reaction.Hears(commit.Kind) && r.name != "draw" && r.name != "inspect" {
						c.t.Errorf("%s hears %s, which tells of %s", reaction.Name, commit.Kind, facility)
					}
				}
			}
		}
	})
}

// oracles asks about a facility that was drawn and one that was not in every way
// there is: everybody who has no part gets the same answer.
func (c *crawl) oracles(ctx context.Context, scene rehearsal.Scene, drawn map[string]bool) {
	yes, no := slices.Sorted(maps.Keys(drawn))[0], ""
	c.each(ctx, func(commit store.Commit) {
		if id := events.EntityID(commit.Subject); strings.Contains(id, "-JG-") && !drawn[id] {
			no = id
		}
	})
	stem := "/api/v1/visits/" + strings.Replace(scene.Batch, "-PC-", "-JC-", 1)
	acts := map[string]string{
		"": http.MethodGet, "/notice": http.MethodGet, "/notice.html": http.MethodGet, "/approve": http.MethodPost, "/record": http.MethodPost,
	}
	request := regexp.MustCompile(`"request": ?"[A-Z0-9]+"|[A-Z2-7]{26}`)
	for who, token := range c.tokens {
		for act, method := range acts {
			var said [2]string
			for i, facility := range []string{yes, no} {
				number := facility[strings.LastIndexByte(facility, '-'):]
				status, body := c.send(ctx, method, token, stem+number+act)
				said[i] = fmt.Sprint(status, " ", strings.ReplaceAll(request.ReplaceAllString(body, ""), number, ""))
			}
			if said[0] != said[1] {
				c.t.Errorf("%s: %s %s%s tells who was drawn: %s; else %s", scene.Moment, who, method, act, said[0], said[1])
			}
		}
	}
}

var facilityID = regexp.MustCompile(`[0-9]{6}-JG-[0-9]{6}|-JC-[0-9]{4}-[0-9]{6}-([0-9]{6})`)

// told are the facilities that a text names: by id, by the number of a visit to
// them, or by name.
func (c *crawl) told(text string) map[string]bool {
	out := map[string]bool{}
	for _, m := range facilityID.FindAllStringSubmatch(text, -1) {
		if m[1] != "" {
			out["500156-JG-"+m[1]] = true
		} else {
			out[m[0]] = true
		}
	}
	for name, id := range c.names {
		if strings.Contains(text, name) {
			out[id] = true
		}
	}
	return out
}
