package fdraw

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// signer holds a key of the log or of a witness.
type signer struct {
	name string
	kind byte
	key  ed25519.PrivateKey
}

func newSigner(name string, kind byte) signer {
	seed := SHA256.Raw(name)
	return signer{name, kind, ed25519.NewKeyFromSeed(seed[:])}
}

func (s signer) public() []byte {
	return append([]byte{s.kind}, s.key.Public().(ed25519.PublicKey)...)
}

func (s signer) id() []byte {
	hash := SHA256.Raw(s.name + "\n" + string(s.public()))
	return hash[:4]
}

func (s signer) vkey() string {
	return fmt.Sprintf("%s+%x+%s", s.name, s.id(), base64.StdEncoding.EncodeToString(s.public()))
}

func (s signer) line(sig []byte) string {
	return "\u2014 " + s.name + " " + base64.StdEncoding.EncodeToString(append(s.id(), sig...)) + "\n"
}

func (s signer) sign(body string) string { return s.line(ed25519.Sign(s.key, []byte(body))) }

func (s signer) cosign(body string, at time.Time) string {
	sig := ed25519.Sign(s.key, fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at.Unix(), body))
	return s.line(append(binary.BigEndian.AppendUint64(nil, uint64(at.Unix())), sig...))
}

const origin = "wulong.example/fdlog-500156-1"

var (
	logSigner = newSigner(origin, logKey)
	witnesses = []signer{newSigner("shimzj", witnessKey), newSigner("sifaju", witnessKey), newSigner("daxue", witnessKey)}
)

func testPolicyText() string {
	text := "# two of three\nlog " + logSigner.vkey() + "\n"
	for _, w := range witnesses {
		text += "witness " + w.name + " " + w.vkey() + "\n"
	}
	return text + "group depts 2 shimzj sifaju daxue\nquorum depts\n"
}

// testLog builds a log extract.
type testLog struct {
	tree   tree
	leaves []string
	sizes  []int64
	LogExtract
}

func (l *testLog) add(tb testing.TB, text string) {
	tb.Helper()
	if err := l.tree.add(text); err != nil {
		tb.Fatal(err)
	}
	l.leaves = append(l.leaves, text)
}

// checkpoint signs the log as it is; the first n witnesses see it at that time.
func (l *testLog) checkpoint(tb testing.TB, n int, at time.Time) {
	tb.Helper()
	body := fmt.Sprintf("%s\n%d\n%s\n", origin, l.tree.size, must[Node](tb)(l.tree.root()))
	note := body + "\n" + logSigner.sign(body)
	for i := range n {
		note += witnesses[i].cosign(body, at.Add(time.Duration(i)*time.Minute))
	}
	note += "\u2014 sm2." + origin + " " + base64.StdEncoding.EncodeToString([]byte("an unknown kind of signature")) + "\n"
	l.Checkpoints = append(l.Checkpoints, note)
	l.sizes = append(l.sizes, l.tree.size)
}

// extract proves every leaf in every checkpoint that covers it.
func (l *testLog) extract(tb testing.TB) *LogExtract {
	tb.Helper()
	out := &LogExtract{WitnessPolicy: testPolicyText(), Checkpoints: l.Checkpoints}
	for i, text := range l.leaves {
		leaf := LogLeaf{Text: text}
		for _, size := range l.sizes {
			if int64(i) < size {
				path := must[tlog.RecordProof](tb)(tlog.ProveRecord(size, int64(i), &l.tree))
				leaf.Proofs = append(leaf.Proofs, Proof{Index: int64(i), Size: size, Path: path})
			}
		}
		out.Leaves = append(out.Leaves, leaf)
	}
	return out
}

func clock(tb testing.TB, text string) time.Time {
	tb.Helper()
	return must[time.Time](tb)(parseTime(text + timeOffset))
}

// scenario is one draw from the policy to the last published result, with the
// public log beside it.
type scenario struct {
	announce *Announce
	registry *Registry
	pool     *Pool
	officers *Officers
	freeze   *Freeze
	reveals  *Reveals
	beacon   *Beacon
	seed     Digest
	result   *Result
	sealed   *Sealed
	notices  *Notices
	records  []*Substitution
	bundle   *Bundle
}

var scenarioHead = Head{Draw: "500156-2026-0002", Attempt: 2}

const scenarioPolicy = "fdraw/v1 policy\nrate gm A L 300000\nrate gm U L 400000\nrate yp A L 100000\ncensus-below 5\nfloor 20000\nflag must\ncap gm 2 12\n"

func newScenario(tb testing.TB) *scenario {
	tb.Helper()
	s := &scenario{}
	s.prepare(tb)
	s.hold(tb)
	s.bundle = &Bundle{
		Format: bundleFormat, Announce: s.announce.Text(), Policy: scenarioPolicy, Pool: s.pool.Text(), Officers: s.officers.Text(),
		Freeze: s.freeze.Text(), Reveals: s.reveals.Text(), Beacon: s.beacon.Text(), Result: s.result.Text(), Sealed: s.sealed.Text(),
		Registry: s.registry.Text(),
		Numbers:  "fdraw/v1 numbers\ncount 4\nn 500156-2026-0001 1 open\nn 500156-2026-0002 1 void\nn 500156-2026-0002 2 open\nn 500156-2026-0003 1 announced\n",
	}
	s.before(tb)
	s.after(tb)
	for i := range s.notices.Len() {
		s.bundle.Notices = append(s.bundle.Notices, IssuedNotice{Text: s.notices.At(i).Text(), Proof: must[Proof](tb)(s.notices.Prove(i))})
	}
	return s
}

// prepare makes the lists.
func (s *scenario) prepare(tb testing.TB) {
	var entries []Entry
	add := func(f, category, grade string, status Standing, inspected int, flags ...Flag) {
		entries = append(entries, Entry{Facility: f, Category: category, Grade: grade, Risk: "L", Status: status, Inspected: inspected, Flags: flags})
	}
	for i := range 12 {
		add(fmt.Sprintf("GM%04d", i), "gm", "A", Active, 0)
	}
	add("GM0012", "gm", "", Active, 0)
	add("GM0013", "gm", "A", Active, 2)
	add("GM0014", "gm", "A", Active, 2, HighComplaint)
	add("GM0015", "gm", "A", Closed, 0)
	for i := range 3 {
		add(fmt.Sprintf("BYG%03d", i), "byg", "A", Active, 0)
	}
	for i := range 6 {
		add(fmt.Sprintf("YP%04d", i), "yp", "A", Outside, 0)
	}
	s.registry = must[*Registry](tb)(NewRegistry(scenarioHead, []Plan{{"yp", 1, 1}, {"gm", 2, 4}, {"byg", 4, 4}}, entries))
	policy := must[*Policy](tb)(ParsePolicy(scenarioPolicy))
	var units []Unit
	for i, c := range must[[]Chance](tb)(Rates(policy, s.registry)) {
		e := s.registry.Entries[i]
		u := Unit{Facility: c.Facility, Stratum: e.Category + ".L", PPM: c.PPM, Reason: c.Reason}
		switch {
		case c.PPM == 0:
		case e.Category == "byg":
			u.Demand = Demand{{Dept: "mzj", Count: 2}, {Dept: "sthjj", Count: 2, Skill: "env"}}
		default:
			u.Demand = Demand{{Dept: "mzj", Count: 2}, {Dept: "lyj", Count: 2, Below: min(c.PPM, 100_000)}}
		}
		units = append(units, u)
	}
	s.pool = must[*Pool](tb)(NewPool(scenarioHead, units))
	var officers []Officer
	for i := range 8 {
		officers = append(officers, Officer{fmt.Sprint("mzj-", i), "mzj", 9, nil}, Officer{fmt.Sprint("lyj-", i), "lyj", 9, nil}, Officer{fmt.Sprint("sthjj-", i), "sthjj", 9, []string{"env"}})
	}
	s.officers = must[*Officers](tb)(NewOfficers(scenarioHead, seedOf("salt"), officers,
		[]Barred{{"mzj-1", "BYG000", Avoid}, {"mzj-2", "BYG000", Rotate}, {"sthjj-0", "BYG001", Leave}}))
}

// hold holds the ceremony.
func (s *scenario) hold(tb testing.TB) {
	policy := must[*Policy](tb)(ParsePolicy(scenarioPolicy))
	s.announce = &Announce{
		Head: scenarioHead, Hash: SM3, Policy: policy.Digest(SM3), Parties: []string{"lyj", "mzj", "scjgj", "sfj"}, Quorum: 2,
		CommitBy: clock(tb, "2026-03-02T17:00:00"), FreezeBy: clock(tb, "2026-03-02T18:00:00"), RevealBy: clock(tb, "2026-03-02T20:00:00"),
		Beacon:   Appointment{KL8, "2026052", clock(tb, "2026-03-02T21:30:00")},
		Fallback: Dice, OpenBy: clock(tb, "2026-04-15T18:00:00"),
	}
	nonces, commits := map[string]Digest{}, []Commitment(nil)
	for _, p := range []string{"sfj", "mzj", "lyj"} { // scjgj does not take part
		nonces[p] = seedOf("nonce", p)
		c := Commit{scenarioHead, p, nonces[p]}
		commits = append(commits, Commitment{p, c.Digest(SM3)})
	}
	s.freeze = NewFreeze(s.announce, s.pool, s.officers, commits)
	nonces["lyj"] = nonces["mzj"] // lyj comes with another's nonce
	s.reveals = NewReveals(SM3, s.freeze, nonces)
	s.beacon = must[*Beacon](tb)(ParseBeacon(specimens[BeaconFile]))
	s.beacon.Issue = "2026052"
	s.seed = SeedOf(SM3, s.reveals, s.beacon)
	out := Draw(SM3, s.seed, s.pool, s.officers)
	if out.Vacant > 0 {
		tb.Fatal("the scenario must be staffed")
	}
	s.result = out.Result
	var err error
	if s.sealed, s.notices, err = Seal(SM3, s.seed, s.reveals, s.beacon, s.result); err != nil {
		tb.Fatal(err)
	}
}

// before adds the previous pool and what changed since.
func (s *scenario) before(tb testing.TB) {
	previous := Head{Draw: "500156-2026-0001", Attempt: 1}
	units := slices.Clone(s.pool.Units)
	units = slices.DeleteFunc(units, func(u Unit) bool { return u.Facility == "GM0012" })
	for i := range units {
		if units[i].Facility == "GM0013" {
			units[i].PPM, units[i].Reason = 300_000, ByRate
		}
	}
	units = append(units, Unit{Facility: "GM9999", Stratum: "gm.L", PPM: 300_000, Reason: ByRate})
	pool := must[*Pool](tb)(NewPool(previous, units))
	s.bundle.PreviousPool = pool.Text()
	c := &Changes{Head: scenarioHead, Previous: previous, Changes: DiffPools(pool, s.pool)}
	for i := range c.Changes {
		c.Changes[i].Why = map[ChangeKind]Why{Added: WhyRegistered, Dropped: WhyClosed, Rechance: WhyFrequency}[c.Changes[i].Kind]
	}
	s.bundle.Changes = c.Text()
}

// after adds a substitution, the visits and the log.
func (s *scenario) after(tb testing.TB) {
	roster := NewRoster(SM3, s.seed, s.pool, s.officers, s.result)
	visit := s.result.Visits[0]
	rec := must[*Substitution](tb)(roster.Replace(visit.Facility, visit.Seats[0].Dept, 1, Challenge))
	s.records = append(s.records, rec)
	s.bundle.Substitutions = []string{rec.Text()}

	ledger := &Ledger{Head: scenarioHead, AsOf: clock(tb, "2026-04-15T18:00:00"), Rule: "pub.check.result"}
	l := &testLog{}
	stage := func(stage Stage, file string) { l.add(tb, NewLeaf(scenarioHead, stage, file).Text()) }
	l.add(tb, NewLeaf(Head{"500156-2026-0001", 1}, StageOpen, "another draw").Text())
	stage(StageAnnounce, s.bundle.Announce)
	stage(StageFreeze, s.bundle.Freeze)
	stage(StageReveals, s.bundle.Reveals)
	l.checkpoint(tb, 2, clock(tb, "2026-03-02T21:00:00"))
	stage(StageBeacon, s.bundle.Beacon)
	stage(StageSealed, s.bundle.Sealed)
	l.checkpoint(tb, 3, clock(tb, "2026-03-02T22:10:00"))
	stage(StageSubstitute, rec.Text())
	for i, v := range s.result.Visits {
		k := Kept{Facility: v.Facility, How: Inspected, Visited: clock(tb, "2026-03-03T09:00:00"), Due: clock(tb, "2026-03-31T23:59:59"),
			Published: clock(tb, "2026-03-06T10:00:00"), Record: seedOf("record", i).String()[:32]}
		ledger.Visits = append(ledger.Visits, k)
		l.add(tb, NewRecordLeaf(k.Record, 1, seedOf("salt", i), "result of "+v.Facility).Text())
	}
	l.checkpoint(tb, 2, clock(tb, "2026-03-06T12:00:00"))
	stage(StageOpen, s.bundle.Result)
	l.checkpoint(tb, 2, clock(tb, "2026-04-15T12:00:00"))
	s.bundle.Ledger = ledger.Text()
	s.bundle.Log = l.extract(tb)
}

// copy is the scenario's bundle, to be spoiled.
func (s *scenario) copy(tb testing.TB) *Bundle {
	tb.Helper()
	return must[*Bundle](tb)(ParseBundle(must[[]byte](tb)(s.bundle.JSON())))
}

// swap spoils a text; the test is at fault if there is nothing to spoil.
func swap(tb testing.TB, text *string, old, new string) {
	tb.Helper()
	if !strings.Contains(*text, old) {
		tb.Fatalf("there is no %q in\n%s", old, *text)
	}
	*text = strings.Replace(*text, old, new, 1)
}

// flip changes the signature that follows a name, and leaves its key id.
func flip(checkpoint *string, name string) {
	at := strings.Index(*checkpoint, name) + len(name) + 40
	b := []byte(*checkpoint)
	if b[at] == 'A' {
		b[at] = 'B'
	} else {
		b[at] = 'A'
	}
	*checkpoint = string(b)
}
