// Package draw holds the ceremony by which objects and officers are drawn
// (双随机抽取), so that nobody can steer it: parties commit to secrets before the
// registers are frozen, open them before a public number exists, and anybody can
// recompute the outcome. It must never choose anything itself and never draw
// twice; the computing is in fdraw.
package draw

import (
	"errors"
	"slices"
	"strings"
	"time"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

// Commitment is what a party handed in, and its secret once it is opened. The
// secrets stay in this store until the draw is opened.
type Commitment struct {
	Party  string       `json:"party"`
	Digest fdraw.Digest `json:"digest"`
	Opened bool         `json:"opened"`
	Nonce  fdraw.Digest `json:"nonce"`
}

// Typed is the public number as one officer typed it.
type Typed struct {
	By    string `json:"by"`
	Value string `json:"value"`
}

// Draw is one draw and its files, exactly as they are hashed.
type Draw struct {
	ID      string       `json:"id"` // "500156-2026-0001", dense per year
	Batch   string       `json:"batch"`
	Round   int          `json:"round"` // of the batch; a voided draw is followed by another one
	Title   string       `json:"title"`
	Lead    string       `json:"lead"`
	State   State        `json:"state"`
	Parties []string     `json:"parties"`
	Quorum  int          `json:"quorum"`
	Commits []Commitment `json:"commits"`
	Beacon  []Typed      `json:"beacon"`   // at most two, of two officers
	NotSeen []Stated     `json:"not_seen"` // parties that say that the announced number was not drawn
	Seated  int          `json:"seated"`   // replacements so far
	OpenBy  time.Time    `json:"open_by"`

	Files fdraw.Bundle `json:"files"`
}

// Announce fixes everything about the draw of b that somebody might otherwise
// choose later.
func (d *Draw) Announce(announce *fdraw.Announce, policy string, b events.BatchAnnounced) (events.Event, error) {
	file := announce.Text()
	if _, err := fdraw.ParseAnnounce(file); err != nil {
		return nil, fault.New(fault.Invalid, "抽取公告不合规：%w", err)
	}
	if err := d.move(Announced); err != nil {
		return nil, err
	}
	d.ID, d.Batch, d.Round, d.Title, d.Lead = announce.Draw, b.Batch, b.Round, b.Title, b.Lead
	d.Parties, d.Quorum, d.OpenBy = announce.Parties, announce.Quorum, announce.OpenBy
	d.Files = fdraw.Bundle{Format: "fdraw/v1 bundle", Announce: file, Policy: policy}
	return events.DrawAnnounced{
		Draw: d.ID, Batch: d.Batch, Round: d.Round, Attempt: announce.Attempt, Parties: d.Parties, Quorum: d.Quorum, File: d.Files.Announce, Policy: policy,
	}, nil
}

// announced reads the announcement back. It was checked when it was made.
func (d *Draw) announced() (*fdraw.Announce, error) { return fdraw.ParseAnnounce(d.Files.Announce) }

// Commit takes a party's commitment: a digest made on its own machine, of a
// secret that only it knows.
func (d *Draw) Commit(by identity.Actor, commitment fdraw.Digest, now time.Time) (events.Event, error) {
	if err := d.stay(Announced); err != nil {
		return nil, err
	}
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	switch {
	case !a.IsParty(by.Unit):
		return nil, fault.New(fault.Denied, "您所在单位不是本次抽取的参与方")
	case now.After(a.CommitBy):
		return nil, fault.New(fault.Conflict, "提交承诺值的时间已于 %s 截止", a.CommitBy.Format(time.DateTime))
	case slices.ContainsFunc(d.Commits, func(c Commitment) bool { return c.Party == by.Unit }):
		return nil, fault.New(fault.Conflict, "您所在单位已经提交承诺值，不能更换")
	case slices.ContainsFunc(d.Commits, func(c Commitment) bool { return c.Digest == commitment }):
		return nil, fault.About("commit", fault.Invalid, "该承诺值与其他单位的相同，请重新生成")
	}
	d.Commits = append(d.Commits, Commitment{Party: by.Unit, Digest: commitment})
	return events.DrawCommitted{Draw: d.ID, Attempt: a.Attempt, Party: by.Unit, Commit: commitment.String()}, nil
}

// Freeze fixes the pool and the officers, or gives the attempt up if too few
// parties have committed.
func (d *Draw) Freeze(pool *fdraw.Pool, officers *fdraw.Officers, registry *fdraw.Registry) (events.Event, error) {
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	if err := d.stay(Announced); err != nil {
		return nil, err
	}
	if len(d.Commits) < d.Quorum {
		return d.void("提交承诺值的单位不足")
	}
	if err := d.move(Frozen); err != nil {
		return nil, err
	}
	commits := make([]fdraw.Commitment, len(d.Commits))
	for i, c := range d.Commits {
		commits[i] = fdraw.Commitment{Party: c.Party, Digest: c.Digest}
	}
	freeze := fdraw.NewFreeze(a, pool, officers, commits)
	d.Files.Pool, d.Files.Officers, d.Files.Registry, d.Files.Freeze = pool.Text(), officers.Text(), registry.Text(), freeze.Text()
	return events.DrawFrozen{
		Draw: d.ID, Batch: d.Batch, Attempt: a.Attempt, File: d.Files.Freeze, Pool: len(pool.Units), Officers: len(officers.Officers),
	}, nil
}

// Reveal opens a party's commitment. A secret that does not open it is refused.
func (d *Draw) Reveal(by identity.Actor, nonce fdraw.Digest, now time.Time) (events.Event, error) {
	if err := d.stay(Frozen); err != nil {
		return nil, err
	}
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(d.Commits, func(c Commitment) bool { return c.Party == by.Unit })
	switch {
	case i < 0:
		return nil, fault.New(fault.Denied, "您所在单位没有提交承诺值，无从揭示")
	case now.After(a.RevealBy):
		return nil, fault.New(fault.Conflict, "揭示时间已于 %s 截止，按缺席处理", a.RevealBy.Format(time.DateTime))
	case d.Commits[i].Opened:
		return nil, fault.New(fault.Conflict, "您所在单位已经揭示")
	}
	secret := fdraw.Commit{Head: a.Head, Party: by.Unit, Nonce: nonce}
	if secret.Digest(a.Hash) != d.Commits[i].Digest {
		return nil, fault.About("nonce", fault.Invalid, "该随机数与贵单位提交的承诺值不符，请核对后重新输入")
	}
	d.Commits[i].Opened, d.Commits[i].Nonce = true, nonce
	return events.DrawRevealed{Draw: d.ID, Attempt: a.Attempt, Party: by.Unit}, nil
}

// Close fixes who is absent, before the public number exists. It may be done
// early once every party has opened its commitment.
func (d *Draw) Close(now time.Time) (events.Event, error) {
	if err := d.stay(Frozen); err != nil {
		return nil, err
	}
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	missing := slices.ContainsFunc(d.Commits, func(c Commitment) bool { return !c.Opened })
	switch {
	case missing && !now.After(a.RevealBy):
		return nil, fault.New(fault.Conflict, "尚有单位没有揭示，%s 之后方可截止", a.RevealBy.Format(time.DateTime))
	case !now.Before(a.Beacon.At):
		return nil, fault.New(fault.Conflict, "公开随机数已经产生，揭示不能再截止，本次抽取作废，请重新公告")
	}
	nonces := map[string]fdraw.Digest{}
	for _, c := range d.Commits {
		if c.Opened {
			nonces[c.Party] = c.Nonce
		}
	}
	if len(nonces) < d.Quorum {
		return d.void("揭示的单位不足")
	}
	freeze, err := fdraw.ParseFreeze(d.Files.Freeze)
	if err != nil {
		return nil, err
	}
	if err := d.move(Revealed); err != nil {
		return nil, err
	}
	reveals := fdraw.NewReveals(a.Hash, freeze, nonces)
	d.Files.Reveals = reveals.Text()
	absent := []string{}
	for _, p := range reveals.Parties {
		if p.Absent {
			absent = append(absent, p.Party)
		}
	}
	return events.DrawClosed{
		Draw: d.ID, Attempt: a.Attempt, Absent: absent, Hash: reveals.Digest(a.Hash).String(),
		SHA256: fdraw.SHA256.Raw(d.Files.Reveals).String(), SM3: fdraw.SM3.Raw(d.Files.Reveals).String(),
	}, nil
}

// Lapse gives the attempt up because a step was not taken in time: the lists were
// not frozen while the parties could still reveal, or the reveals not closed
// before the public number existed. Whoever lets a draw lapse knows no more of
// its outcome than anybody else: the secrets are opened to nobody.
func (d *Draw) Lapse(now time.Time) (events.Event, error) {
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	switch {
	case d.State == Announced && now.After(a.RevealBy):
		return d.void("名录没有在揭示截止之前锁定")
	case d.State == Frozen && !now.Before(a.Beacon.At):
		return d.void("揭示没有在公开随机数产生之前截止")
	case d.State == Announced, d.State == Frozen:
		return nil, fault.New(fault.Conflict, "抽取 %s 的各步骤尚未逾期，不能作废", d.ID)
	}
	return nil, d.stay(Frozen)
}

// void gives the attempt up. It can only happen before anybody can know what the
// outcome would have been.
func (d *Draw) void(reason string) (events.Event, error) {
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	if err := d.move(Voided); err != nil {
		return nil, err
	}
	return events.DrawVoided{Draw: d.ID, Batch: d.Batch, Round: d.Round, Attempt: a.Attempt, Reason: reason}, nil
}

// Type takes the public number as one officer typed it from the bulletin. Two
// officers must type the same; if they differ both begin again.
func (d *Draw) Type(by identity.Actor, value string, now time.Time) (events.Event, error) {
	if err := d.stay(Revealed); err != nil {
		return nil, err
	}
	a, err := d.announced()
	if err != nil {
		return nil, err
	}
	if now.Before(a.Beacon.At) {
		return nil, fault.New(fault.Conflict, "公开随机数在 %s 之后产生，现在不能录入", a.Beacon.At.Format(time.DateTime))
	}
	source, issue := d.source(a)
	beacon := fdraw.Beacon{Source: source, Issue: issue, Value: strings.TrimSpace(value)}
	if _, err := fdraw.ParseBeacon(beacon.Text()); err != nil {
		return nil, fault.About("value", fault.Invalid, "公开随机数不合规：%w", err)
	}
	if slices.ContainsFunc(d.Beacon, func(t Typed) bool { return t.By == by.ID }) {
		return nil, fault.New(fault.Denied, "须由两名人员分别录入，请由另一名人员录入")
	}
	d.Beacon = append(d.Beacon, Typed{By: by.ID, Value: beacon.Value})
	typed := events.BeaconTyped{Draw: d.ID, Attempt: a.Attempt, By: by.ID}
	if len(d.Beacon) < 2 {
		return typed, nil
	}
	if d.Beacon[0].Value != d.Beacon[1].Value {
		d.Beacon = nil
		return typed, nil
	}
	if err := d.move(Numbered); err != nil {
		return nil, err
	}
	d.Files.Beacon = beacon.Text()
	typed.Agreed, typed.File = true, d.Files.Beacon
	return typed, nil
}

// material is what the outcome of a draw is computed from.
type material struct {
	announce *fdraw.Announce
	pool     *fdraw.Pool
	officers *fdraw.Officers
	reveals  *fdraw.Reveals
	beacon   *fdraw.Beacon
	seed     fdraw.Digest
}

func (d *Draw) material() (material, error) {
	var m material
	var errs [5]error
	m.announce, errs[0] = d.announced()
	m.pool, errs[1] = fdraw.ParsePool(d.Files.Pool)
	m.officers, errs[2] = fdraw.ParseOfficers(d.Files.Officers)
	m.reveals, errs[3] = fdraw.ParseReveals(d.Files.Reveals)
	m.beacon, errs[4] = fdraw.ParseBeacon(d.Files.Beacon)
	if err := errors.Join(errs[:]...); err != nil {
		return m, err
	}
	m.seed = fdraw.SeedOf(m.announce.Hash, m.reveals, m.beacon)
	return m, nil
}

// Complete computes the outcome and seals it: from now on it is bound, and known
// to nobody who has no part in it.
func (d *Draw) Complete() (events.Event, error) {
	if err := d.stay(Numbered); err != nil {
		return nil, err
	}
	m, err := d.material()
	if err != nil {
		return nil, err
	}
	outcome := fdraw.Draw(m.announce.Hash, m.seed, m.pool, m.officers)
	sealed, _, err := fdraw.Seal(m.announce.Hash, m.seed, m.reveals, m.beacon, outcome.Result)
	if err != nil {
		return nil, err
	}
	if err := d.move(Sealed); err != nil {
		return nil, err
	}
	d.Files.Result, d.Files.Sealed = outcome.Result.Text(), sealed.Text()
	return events.DrawSealed{Draw: d.ID, Batch: d.Batch, Attempt: m.announce.Attempt, File: d.Files.Sealed}, nil
}

// Replace gives a seat to the officer of the next card. Nobody chooses whom. Where
// no card fits, who has to leave leaves all the same and the seat is empty: then
// it is filled for Vacancy, with rotation ignored, and last of all by Appoint.
func (d *Draw) Replace(facility, unit string, no int, cause fdraw.Cause, note string) (events.Event, error) {
	if err := d.stay(Sealed); err != nil {
		return nil, err
	}
	roster, err := d.roster()
	if err != nil {
		return nil, err
	}
	s, err := roster.Replace(facility, unit, no, cause)
	if err != nil {
		return nil, fault.New(fault.Invalid, "不能递补：%w", err)
	}
	if s.To == "" && cause == fdraw.Vacancy {
		return nil, fault.New(fault.Conflict, "名单中已没有可以递补的人员，请由牵头单位负责人写明理由，另行指定人员")
	}
	return d.substituted(s, note), nil
}

// Open makes everything public: when the last visit is done, or when the day has
// come, whichever is first.
func (d *Draw) Open(finished bool, now time.Time) (events.Event, error) {
	if err := d.stay(Sealed); err != nil {
		return nil, err
	}
	if !finished && now.Before(d.OpenBy) {
		return nil, fault.New(fault.Conflict, "检查尚未全部完成，%s 之前不能启封", d.OpenBy.Format(time.DateTime))
	}
	notices, err := d.notices()
	if err != nil {
		return nil, err
	}
	if err := d.move(Opened); err != nil {
		return nil, err
	}
	d.Files.Notices = notices
	bundle := map[string]string{}
	for _, f := range files(d.Files) {
		bundle[f.Name] = f.Text
	}
	return events.DrawOpened{Draw: d.ID, Batch: d.Batch, Title: d.Title, Bundle: bundle}, nil
}

// notices are what each facility drawn can hold against the sealed file.
func (d *Draw) notices() ([]fdraw.IssuedNotice, error) {
	m, err := d.material()
	if err != nil {
		return nil, err
	}
	result, err := fdraw.ParseResult(d.Files.Result)
	if err != nil {
		return nil, err
	}
	_, notices, err := fdraw.Seal(m.announce.Hash, m.seed, m.reveals, m.beacon, result)
	if err != nil {
		return nil, err
	}
	issued := make([]fdraw.IssuedNotice, notices.Len())
	for i := range issued {
		proof, err := notices.Prove(i)
		if err != nil {
			return nil, err
		}
		issued[i] = fdraw.IssuedNotice{Text: notices.At(i).Text(), Proof: proof}
	}
	return issued, nil
}
