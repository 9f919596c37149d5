package fdraw

import (
	"fmt"
	"slices"
	"strings"
)

// Status is the outcome of one check.
type Status string

// The outcomes. A check holds only if everything it needs was there and agreed;
// what could not be looked at never holds.
const (
	Holds         Status = "holds"
	Fails         Status = "fails"
	NotApplicable Status = "not applicable"
)

// Check is one of the checks V1 to V14 of section 6.4.
type Check struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Status Status `json:"status"`
	Why    string `json:"why"`               // a Chinese sentence
	ByHand string `json:"by_hand,omitempty"` // what only a person can compare
}

// Report is the outcome of all checks, in order.
type Report struct {
	Draw     string   `json:"draw"` // draw and attempt; empty when no file tells
	Checks   []Check  `json:"checks"`
	Warnings []string `json:"warnings,omitempty"`

	Countersigned []Countersigned `json:"countersigned,omitempty"`
}

// Failed reports whether any check fails, or what a party is said to have signed.
func (r *Report) Failed() bool {
	return slices.ContainsFunc(r.Countersigned, func(c Countersigned) bool { return c.Status == Fails }) ||
		slices.ContainsFunc(r.Checks, func(c Check) bool { return c.Status == Fails })
}

// Complete reports whether every check holds.
func (r *Report) Complete() bool {
	return !slices.ContainsFunc(r.Checks, func(c Check) bool { return c.Status != Holds })
}

// Find is the check with id, such as "V6", or nil.
func (r *Report) Find(id string) *Check {
	i := slices.IndexFunc(r.Checks, func(c Check) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return &r.Checks[i]
}

// Verify checks all that a bundle allows. The keys of the log and its witnesses
// are then the bundle's own; the checks that rest on them say so.
func Verify(b *Bundle) *Report { return VerifyTrusting(b, nil) }

// VerifyTrusting is Verify with a witness policy that the caller has from
// somewhere else than the bundle. It is used in place of the bundle's.
func VerifyTrusting(b *Bundle, policy *WitnessPolicy) *Report {
	v := newVerifier(b)
	v.readLog(policy)
	r := &Report{Draw: v.name()}
	for _, c := range []struct {
		title string
		run   func() finding
	}{
		{"文件格式", v.formats},
		{"参与方", v.parties},
		{"逐级绑定", v.chain},
		{"承诺与揭示", v.nonces},
		{"公共随机数", v.beaconAsAnnounced},
		{"抽取重算", v.redraw},
		{"密封与通知", v.sealing},
		{"日志次序", v.logOrder},
		{"见证时间", v.witnessTimes},
		{"概率依据", v.chances},
		{"名录完整", v.registerComplete},
		{"编号连续", v.dense},
		{"人员替换", v.substitutions},
		{"结果公示", v.published},
	} {
		f := c.run()
		r.Checks = append(r.Checks, Check{ID: fmt.Sprintf("V%d", len(r.Checks)+1), Title: c.title, Status: f.status, Why: f.why, ByHand: f.byHand})
	}
	r.Warnings = v.warnings()
	r.Countersigned = v.countersigned()
	return r
}

// finding is what a check found.
type finding struct {
	status Status
	why    string
	byHand string
}

func holds(format string, args ...any) finding {
	return finding{status: Holds, why: fmt.Sprintf(format, args...)}
}

func fails(format string, args ...any) finding {
	return finding{status: Fails, why: fmt.Sprintf(format, args...)}
}

func unknown(format string, args ...any) finding {
	return finding{status: NotApplicable, why: fmt.Sprintf(format, args...)}
}

// verifier holds a bundle's files as far as they could be read.
type verifier struct {
	b        *Bundle
	announce *Announce
	policy   *Policy
	pool     *Pool
	officers *Officers
	freeze   *Freeze
	reveals  *Reveals
	beacon   *Beacon
	result   *Result
	sealed   *Sealed
	fallback *Fallback
	registry *Registry
	previous *Pool
	changes  *Changes
	numbers  *Numbers
	ledger   *Ledger
	void     *Void
	subs     []*Substitution
	notices  []*Notice
	log      logView

	given map[FileType]bool // files that the bundle has
	read  map[FileType]bool // those of them that could be read
	bad   []error           // of files that could not be read
	seed  Digest            // of reveals and beacon, when both are there
	drawn *Outcome
}

func newVerifier(b *Bundle) *verifier {
	v := &verifier{b: b, given: map[FileType]bool{}, read: map[FileType]bool{}}
	v.announce = take(v, AnnounceFile, b.Announce, ParseAnnounce)
	v.policy = take(v, PolicyFile, b.Policy, ParsePolicy)
	v.pool = take(v, PoolFile, b.Pool, ParsePool)
	v.officers = take(v, OfficersFile, b.Officers, ParseOfficers)
	v.freeze = take(v, FreezeFile, b.Freeze, ParseFreeze)
	v.reveals = take(v, RevealsFile, b.Reveals, ParseReveals)
	v.beacon = take(v, BeaconFile, b.Beacon, ParseBeacon)
	v.result = take(v, ResultFile, b.Result, ParseResult)
	v.sealed = take(v, SealedFile, b.Sealed, ParseSealed)
	v.fallback = take(v, FallbackFile, b.Fallback, ParseFallback)
	v.registry = take(v, RegistryFile, b.Registry, ParseRegistry)
	v.changes = take(v, ChangesFile, b.Changes, ParseChanges)
	v.numbers = take(v, NumbersFile, b.Numbers, ParseNumbers)
	v.ledger = take(v, LedgerFile, b.Ledger, ParseLedger)
	v.void = take(v, VoidFile, b.Void, ParseVoid)
	if b.PreviousPool != "" {
		var err error
		if v.previous, err = ParsePool(b.PreviousPool); err != nil {
			v.previous = nil
			v.bad = append(v.bad, fmt.Errorf("上一次的%w", err))
		}
	}
	for _, text := range b.Substitutions {
		v.subs = append(v.subs, take(v, SubstituteFile, text, ParseSubstitution))
	}
	for _, n := range b.Notices {
		v.notices = append(v.notices, take(v, NoticeFile, n.Text, ParseNotice))
	}
	if v.announce != nil && v.reveals != nil && v.beacon != nil {
		v.seed = SeedOf(v.announce.Hash, v.reveals, v.beacon)
	}
	return v
}

// take reads one file; nil when it is absent or unreadable.
func take[T any](v *verifier, file FileType, text string, parse func(string) (*T, error)) *T {
	if text == "" {
		return nil
	}
	v.given[file] = true
	value, err := parse(text)
	if err != nil {
		v.bad = append(v.bad, err)
		return nil
	}
	v.read[file] = true
	return value
}

// lack says which of the files a check needs are not there, or nothing.
func (v *verifier) lack(files ...FileType) string {
	var absent, broken []string
	for _, f := range files {
		switch {
		case v.read[f]:
		case v.given[f]:
			broken = append(broken, f.Name())
		default:
			absent = append(absent, f.Name())
		}
	}
	var why []string
	if len(absent) > 0 {
		why = append(why, "验证包中没有"+strings.Join(absent, "、"))
	}
	if len(broken) > 0 {
		why = append(why, strings.Join(broken, "、")+"不能读取（见 V1）")
	}
	return strings.Join(why, "；")
}

// head is the draw that the bundle is about.
func (v *verifier) head() (Head, bool) {
	switch {
	case v.announce != nil:
		return v.announce.Head, true
	case v.sealed != nil:
		return v.sealed.Head, true
	}
	return Head{}, false
}

func (v *verifier) name() string {
	if h, ok := v.head(); ok {
		return h.String()
	}
	return ""
}

// warnings names what is unwise but proves nothing.
func (v *verifier) warnings() []string {
	if v.reveals == nil {
		return nil
	}
	var out []string
	seen := map[Digest]string{}
	note := func(r *Reveals) {
		for _, p := range r.Parties {
			if p.Absent {
				continue
			}
			where := fmt.Sprintf("%s 的 %s", r.Head, p.Party)
			if before, ok := seen[p.Nonce]; ok {
				out = append(out, fmt.Sprintf("%s 与 %s 用了同一个随机数：对别人它已不再保密", before, where))
			}
			seen[p.Nonce] = where
		}
	}
	for _, text := range v.b.Earlier {
		r, err := ParseReveals(text)
		if err != nil {
			out = append(out, "其他抽取的"+err.Error())
			continue
		}
		note(r)
	}
	note(v.reveals)
	return out
}
