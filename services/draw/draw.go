// Package draw holds the ceremony by which objects and officers are drawn
// (双随机抽取), so that nobody can steer it: parties commit to secrets before the
// registers are frozen, open them before a public number exists, and anybody can
// recompute the outcome. It must never choose anything itself and never draw
// twice; the computing is in fdraw.
package draw

import (
	"slices"
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
	Round   int          `json:"round"` // of the batch; a voided attempt is followed by another one
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
	Watched bool         `json:"watched"` // a quorum of witnesses must have seen the reveals before the public number
	SeenAt  time.Time    `json:"seen_at"` // when it had, zero until that is known

	Held []events.Held `json:"held"` // visits, when all are done

	Taken  []Taken  `json:"taken,omitempty"`  // who took what the sealed draw is computed from
	Signed []Signed `json:"signed,omitempty"` // parties that have recomputed it

	Files fdraw.Bundle   `json:"files"`          // of this attempt
	Past  []fdraw.Bundle `json:"past,omitempty"` // of the attempts that were given up, the first one first
}

// Announce fixes everything about the draw of b that somebody might otherwise
// choose later. A draw of which an attempt was given up is announced again under
// the same number, with a public number that nobody can know yet; what the
// attempt left behind is kept.
func (d *Draw) Announce(announce *fdraw.Announce, policy string, b events.BatchAnnounced) (events.Event, error) {
	file := announce.Text()
	if _, err := fdraw.ParseAnnounce(file); err != nil {
		return nil, fault.New(fault.Invalid, "抽取公告不合规：%w", err)
	}
	if announce.Attempt != d.attempts()+1 || d.ID != "" && announce.Draw != d.ID {
		return nil, fault.New(fault.Conflict, "抽取 %s 的下一次应为第 %d 次，不是 %s", d.ID, d.attempts()+1, announce.Head)
	}
	for _, past := range append(slices.Clone(d.Past), d.Files) {
		if a, err := fdraw.ParseAnnounce(past.Announce); err == nil && a.Beacon.Source == announce.Beacon.Source && a.Beacon.Issue == announce.Beacon.Issue {
			return nil, fault.New(fault.Conflict, "第 %d 次已经约定过%s第 %s 期，须另行约定一期", a.Attempt, a.Beacon.Source.Name(), a.Beacon.Issue)
		}
	}
	if err := d.move(Announced); err != nil {
		return nil, err
	}
	if d.Files.Announce != "" {
		d.Past = append(d.Past, d.Files)
		d.Commits, d.Beacon, d.NotSeen, d.Seated, d.SeenAt = nil, nil, nil, 0, time.Time{}
	}
	d.ID, d.Batch, d.Round, d.Title, d.Lead = announce.Draw, b.Batch, b.Round, b.Title, b.Lead
	d.Parties, d.Quorum, d.OpenBy = announce.Parties, announce.Quorum, announce.OpenBy
	d.Files = fdraw.Bundle{Format: "fdraw/v1 bundle", Announce: file, Policy: policy}
	return events.DrawAnnounced{
		Draw: d.ID, Batch: d.Batch, Round: d.Round, Attempt: announce.Attempt, Parties: d.Parties, Quorum: d.Quorum, File: d.Files.Announce, Policy: policy,
	}, nil
}

// attempts counts those that were announced.
func (d *Draw) attempts() int {
	if d.Files.Announce == "" {
		return len(d.Past)
	}
	return len(d.Past) + 1
}

// of is what an attempt has published or will; nil if there is no such attempt.
func (d *Draw) of(attempt int) *fdraw.Bundle {
	switch n := d.attempts(); {
	case attempt < 1 || attempt > n:
		return nil
	case attempt == n:
		return &d.Files
	}
	return &d.Past[attempt-1]
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
