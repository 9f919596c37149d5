//go:build crash

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/disclose"
	"shenzhong/services/disclose/monitor"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/store/sqlitelog"
)

// outsider is somebody who keeps every checkpoint of the public log that he sees:
// those that are published, and, as nobody outside could, those that were signed
// and not published yet.
type outsider struct {
	mu    sync.Mutex
	roots map[int64]string // by size; guarded by mu, as all below
	texts map[string]bool
	wrong []string
	drawn int // checkpoints that were seen by reading the site
}

func (o *outsider) see(text string, public bool) {
	point, err := publiclog.ParseCheckpoint(text)
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.texts[text]:
		return
	case err != nil:
		o.wrong = append(o.wrong, fmt.Sprintf("%q: %v", text, err))
		return
	}
	o.texts[text] = true
	if public {
		o.drawn++
	}
	if root, known := o.roots[point.Size]; known && root != point.Root.String() {
		o.wrong = append(o.wrong, fmt.Sprintf("two roots for size %d: %s and %s", point.Size, root, point.Root))
	}
	o.roots[point.Size] = point.Root.String()
}

// shown reports whether enough was seen to say anything. How much is seen between
// two kills is a matter of chance.
func (o *outsider) shown() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.drawn >= 2 && len(o.roots) >= 3
}

// hold makes sure that the log with those entries has every checkpoint that was
// ever seen: none without its entries, none of others.
func (o *outsider) hold(t *testing.T, when string, leaves []string) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	var tree publiclog.Tree
	for _, leaf := range leaves {
		must(t, publiclog.Check(leaf))
		must(t, tree.Add(leaf))
	}
	for size, seen := range o.roots {
		root, err := tree.Root(min(size, tree.Size()))
		if err != nil || size > tree.Size() || root.String() != seen {
			t.Errorf("%s: a checkpoint of %d entries was signed, the log has %d and %v there, %v", when, size, tree.Size(), root, err)
		}
	}
	for _, w := range o.wrong {
		t.Error(w)
	}
	o.wrong = nil
}

// killedLog kills the program again and again while it appends to the public log,
// signs and publishes (I13): whatever was signed has its entries, no size has two
// roots, and who has watched from the first start sees no break.
func killedLog(t *testing.T, d *trial, kills int) {
	d.witnessed(t)
	memory := filepath.Join(t.TempDir(), "memory.json")
	o := &outsider{roots: map[int64]string{}, texts: map[string]bool{}}
	still := d.hurry(t)
	d.publish(t)
	p := d.launch(t)
	for n := 1; n <= kills || n <= 4*kills && !o.shown(); n++ {
		d.watch(t, p, o, n)
		p.alive(t)
		d.kill(p, contextNames()...)
		text, err := os.ReadFile(d.checkpoint())
		must(t, err)
		o.see(string(text), false)
		o.hold(t, fmt.Sprintf("after kill %d, in the store", n), d.logged(t))
		d.publish(t)
		p = d.launch(t)
	}
	site := p.up(t)
	d.untilLogged(t, site)
	still()
	book, err := monitor.Read(t.Context(), monitor.Sub{Source: monitor.Web{Base: site, Client: http.DefaultClient}, Below: "log"}, nil)
	must(t, err)
	o.see(book.Text, true)
	o.hold(t, "from outside", book.Leaves)
	mustSay(t, "verify", "log", site+"/log", "--memory", memory, "--clock", d.clockFile)
	behind := "not looked yet" // M3: the pages follow the log a moment later
	for tries := 0; tries < 10 && behind != ""; tries++ {
		behind = ""
		pause(t.Context(), time.Second)
		var report monitor.Report
		_, said, _ := program(t, "monitor", site, "--once", "--json", "--memory", memory, "--clock", d.clockFile)
		must(t, json.Unmarshal([]byte(said), &report))
		for _, c := range report.Checks {
			switch {
			case c.Status == fdraw.Holds:
			case c.ID == "M3":
				behind = fmt.Sprintf("M3 %s: %s", c.Status, c.Why)
			case c.ID == "M1" || c.ID == "M2" || c.ID == "M8":
				t.Errorf("%s %s: %s", c.ID, c.Status, c.Why)
			}
		}
	}
	if behind != "" {
		t.Error(behind)
	}
	t.Logf("killed %d times: %d entries, %d checkpoints of %d sizes seen, %d of them published", kills, len(book.Leaves), len(o.texts), len(o.roots), o.drawn)
	if !o.shown() {
		t.Error("the test shows nothing")
	}
}

// witnessed has the log of the trial cosigned by a witness, a process of its own
// that is never killed: it would not cosign a fork.
func (d *trial) witnessed(t *testing.T) {
	t.Helper()
	dir, policy := t.TempDir(), filepath.Join(t.TempDir(), "witnesses.txt")
	public := strings.TrimSpace(mustSay(t, "witness", "key", "--dir", dir, "--name", "shimzj"))
	seer := launch(t, d.binary, "witness", "witness", "serve", "--dir", dir, "--addr", "127.0.0.1:0", "--clock", d.clockFile,
		"--log", publicLines(t, filepath.Join(d.data, "keys", logKeys))[0])
	must(t, os.WriteFile(policy, fmt.Appendf(nil, "witness shimzj %s %s\nquorum shimzj\n", public, seer.up(t)), 0o600))
	d.more = []string{"--witnesses", policy}
}

func (d *trial) checkpoint() string { return filepath.Join(d.data, "keys", logMemory) }

// hurry moves the clock until the returned function is called, so that every
// look of the log finds that it is time to sign.
func (d *trial) hurry(t *testing.T) (still func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var moving sync.WaitGroup
	moving.Go(func() {
		for ; ctx.Err() == nil; pause(ctx, 100*time.Millisecond) {
			d.now = d.now.Add(time.Minute)
			if err := clock.Write(d.clockFile, d.now); err != nil {
				t.Error(err)
			}
		}
	})
	still = sync.OnceFunc(func() { cancel(); moving.Wait() })
	t.Cleanup(still)
	return still
}

// watch reads checkpoints from outside until it is time to kill: every second
// time as soon as another one was kept, which is when it is asked about and then
// published; now and then before the program answers at all.
func (d *trial) watch(t *testing.T, p *atWork, o *outsider, n int) {
	t.Helper()
	if n%5 == 0 {
		time.Sleep(time.Duration(d.random.IntN(700)) * time.Millisecond)
		return
	}
	site := p.up(t)
	d.where.set(site, contextNames()...)
	look := func() {
		if text, code := ask(t, "GET", site+"/log/checkpoint", "", nil); code == http.StatusOK {
			o.see(text, true)
		}
	}
	look()
	before, err := os.ReadFile(d.checkpoint())
	must(t, err)
	limit := time.Now().Add(time.Duration(300+d.random.IntN(900)) * time.Millisecond)
	if n%2 == 0 {
		limit = time.Now().Add(5 * time.Second)
	}
	for time.Now().Before(limit) {
		now, err := os.ReadFile(d.checkpoint())
		must(t, err)
		if n%2 == 0 && string(now) != string(before) {
			time.Sleep(time.Duration(d.random.IntN(3000)) * time.Microsecond)
			return
		}
		if n%2 != 0 {
			look()
			pause(t.Context(), 20*time.Millisecond)
		}
	}
}

// crashPublished is how many records are published between two lives.
const crashPublished = 20

// publish publishes records while the program does not run, so that it has them
// all to log when it starts.
func (d *trial) publish(t *testing.T) {
	t.Helper()
	b, err := sqliteIn(d.data).open(t.Context(), "disclose")
	must(t, err)
	defer func() { must(t, b.close()) }()
	pack, calendar, err := loadLaw()
	must(t, err)
	clk := clock.NewFake(began())
	s, err := disclose.New(t.Context(), disclose.Config{District: "500156", Log: b.log, Tables: b.tables, Clock: clk, Law: pack, Calendar: calendar})
	must(t, err)
	voice := servicetest.NewVoice("credit", clk)
	for range crashPublished {
		d.published++
		id := fmt.Sprintf("500156-CN-2026-%06d", d.published)
		voice.Say(t, "commitment", id, events.CommitmentMade{Commitment: events.Commitment{
			ID: id, Facility: "500156-JG-000001", Name: "某殡仪服务公司", On: "2026-07-03", Obligations: []string{"明码标价"},
		}})
	}
	for _, c := range servicetest.Facts(t, voice.Log) {
		for _, r := range s.Reactions() {
			if r.Name == "disclose-prepares-commitments" {
				must(t, r.Handle(t.Context(), c.Envelope()))
			}
		}
	}
	by := func(account string, role identity.Role) identity.Actor {
		return identity.Actor{ID: account, Unit: "mzj", Roles: []identity.Role{role}}
	}
	for n := d.published - crashPublished + 1; n <= d.published; n++ {
		id := fmt.Sprintf("500156-GS-2026-%06d", n)
		reviewed := store.Cause{ID: "crash/review", Actor: by("500156-RY-mzj-902", identity.Publisher)}
		must(t, s.Review(t.Context(), disclose.Review{Cause: reviewed, Record: id, Verdict: "publish"}))
		shown := store.Cause{ID: "crash/publish", Actor: by("500156-RY-mzj-903", identity.Leader)}
		must(t, s.Publish(t.Context(), disclose.Publish{Cause: shown, Record: id, Channels: []events.Channel{{Name: "portal", Proof: "回执"}}}))
	}
}

// untilLogged waits until every record is in the log, once, and signed.
func (d *trial) untilLogged(t *testing.T, site string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for n := 0; n < d.published; pause(ctx, 300*time.Millisecond) {
		if ctx.Err() != nil {
			t.Fatalf("%d of %d records are logged", n, d.published)
		}
		n = 0
		for _, leaf := range d.loggedNow(t) {
			if publiclog.Kind(leaf) == "record" {
				n++
			}
		}
		if n > d.published {
			t.Fatalf("%d entries of %d records", n, d.published)
		}
	}
	untilSigned(ctx, t, site, int64(len(d.loggedNow(t))))
}

// logged are the entries in a copy of the store as a kill has left it.
func (d *trial) logged(t *testing.T) []string {
	t.Helper()
	return entries(t, d.copied(t, t.TempDir(), "disclose"))
}

// loggedNow are the entries in the store of a program that runs.
func (d *trial) loggedNow(t *testing.T) []string {
	t.Helper()
	db, err := sqlite.OpenReadOnly(t.Context(), filepath.Join(d.data, "disclose.db"), sqlite.Options{})
	must(t, err)
	return entries(t, db)
}

// entries are the entries of the log in a store, which it closes.
func entries(t *testing.T, db *sqlite.DB) (leaves []string) {
	t.Helper()
	defer func() { must(t, db.Close()) }()
	log, err := sqlitelog.Open(t.Context(), db)
	must(t, err)
	must(t, store.Each(t.Context(), log, func(c store.Commit) error {
		if c.Kind != (events.LeafLogged{}).Kind() {
			return nil
		}
		fact, err := events.Open[events.LeafLogged](c.Envelope())
		leaves = append(leaves, fact.Leaf)
		return err
	}))
	return leaves
}
