package rehearsal

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"shenzhong/events"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// told is one fact as --json prints it.
type told struct {
	At       time.Time       `json:"at"`
	District string          `json:"district"`
	Context  string          `json:"context"`
	Fact     string          `json:"fact"`
	Subject  string          `json:"subject"`
	Actor    string          `json:"actor"`
	Cause    string          `json:"cause"`
	Data     json.RawMessage `json:"data"`
}

// heading begins a step.
func (p *play) heading(n int, title string) {
	if !p.JSON {
		_, err := fmt.Fprintf(p.Out, "\n第%d步 %s\n", n, title)
		p.must(err)
	}
}

// say prints what is no fact but belongs to the story.
func (p *play) say(format string, args ...any) {
	if p.err != nil || p.JSON || p.hasty {
		return
	}
	p.must(p.tell(p.ctx))
	_, err := fmt.Fprintf(p.Out, "%s　　%s\n", p.today(), fmt.Sprintf(format, args...))
	p.must(err)
}

// tell prints every fact that was said since the last time, causes before what
// they led to.
func (p *play) tell(ctx context.Context) error {
	fresh, err := p.fresh(ctx)
	if err != nil {
		return err
	}
	for _, c := range ordered(fresh) {
		p.learn(c)
		if err := p.print(c); err != nil {
			return err
		}
	}
	return nil
}

// fresh returns the commits that were not told yet.
func (p *play) fresh(ctx context.Context) ([]store.Commit, error) {
	var fresh []store.Commit
	for _, log := range p.Stage.Logs() {
		err := store.Each(ctx, log, func(c store.Commit) error {
			if c.Version > p.seen[c.Subject] {
				p.seen[c.Subject] = c.Version
				fresh = append(fresh, c)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

// ordered sorts commits by their instant; at one instant, what was caused by a
// fact comes after it.
func ordered(commits []store.Commit) []store.Commit {
	byID := map[string]store.Commit{}
	for _, c := range commits {
		byID[c.ID()] = c
	}
	depth := map[string]int{}
	var deep func(c store.Commit) int
	deep = func(c store.Commit) int {
		if d, ok := depth[c.ID()]; ok {
			return d
		}
		cause, _, _ := strings.Cut(c.Cause, "+")
		d := 0
		if before, ok := byID[cause]; ok {
			d = deep(before) + 1
		}
		if before, ok := byID[events.EnvelopeID(c.Subject, c.Version-1)]; ok && before.At.Equal(c.At) {
			d = max(d, deep(before)+1)
		}
		depth[c.ID()] = d
		return d
	}
	slices.SortFunc(commits, func(a, b store.Commit) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(deep(a), deep(b)), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Version, b.Version))
	})
	return commits
}

// print prints one fact.
func (p *play) print(c store.Commit) error {
	id := events.EntityID(c.Subject)
	if p.JSON {
		return p.line(told{
			At: c.At, District: events.District(id), Context: events.Context(c.Kind), Fact: c.Kind, Subject: c.Subject,
			Actor: c.Actor, Cause: c.Cause, Data: c.Data,
		})
	}
	said, about, err := p.sentence(c)
	if err != nil {
		return err
	}
	if said == "" {
		return nil
	}
	line := fmt.Sprintf("%s　%s　%s　%s", c.At.In(workday.Zone).Format("2006-01-02 15:04"), p.who(c), said, cmp.Or(about, p.about(id)))
	limits, err := c.Limits()
	if err != nil {
		return err
	}
	if next := first(limits); next.ID != "" {
		line += fmt.Sprintf("　期限%s（%s，%s）", next.DueDate, next.About, next.Rule)
	}
	_, err = fmt.Fprintln(p.Out, line)
	return err
}

// first is the limit that ends first.
func first(starts []events.Deadline) events.Deadline {
	if len(starts) == 0 {
		return events.Deadline{}
	}
	return slices.MinFunc(starts, func(a, b events.Deadline) int { return a.Due.Compare(b.Due) })
}

// entries are the kinds of entries of the public log, for people.
var entries = map[string]string{
	"record": "公示", "withdraw": "撤回公示", "expire": "公示期满", "draw": "抽取的一步", "key": "签名密钥", "software": "程序版本", "policy": "见证和抽取办法",
}

// sentence is what a fact says, in Chinese, and what it is about where its
// subject does not tell people that. What is left to --json: that a limit was
// noted or moved, which the fact that started it has just said, and the list of
// what is public, which enters the log every day.
func (p *play) sentence(c store.Commit) (said, about string, err error) {
	e := c.Envelope()
	switch c.Kind {
	case events.CaseStepped{}.Kind():
		f, err := events.Open[events.CaseStepped](e)
		return "案件程序：" + f.Note, "", err
	case events.DeadlineKept{}.Kind():
		f, err := events.Open[events.DeadlineKept](e)
		if f.Change == "met_late" {
			return "逾期办结", f.Deadline.About, err
		}
		return "", "", err
	case events.LeafLogged{}.Kind():
		f, err := events.Open[events.LeafLogged](e)
		if title := entries[publiclog.Kind(f.Leaf)]; title != "" {
			return "记入公开日志：" + title, fmt.Sprintf("第 %d 条", f.Index+1), err
		}
		return "", "", err
	case events.SignalNoted{}.Kind(), events.SignalWithdrawn{}.Kind(), events.GaugeMoved{}.Kind():
		return p.watched(e)
	case events.Reminded{}.Kind():
		f, err := events.Open[events.Reminded](e)
		return "临期提醒（" + f.Stage + "）：" + f.Deadline.About, "截止" + f.Deadline.DueDate, err
	case events.Overdue{}.Kind():
		f, err := events.Open[events.Overdue](e)
		return "逾期：" + f.Deadline.About, "截止" + f.Deadline.DueDate, err
	case events.Escalated{}.Kind():
		f, err := events.Open[events.Escalated](e)
		return "逾期上报（报送" + p.addressee(f.To) + "）：" + f.Deadline.About, "截止" + f.Deadline.DueDate, err
	}
	for _, k := range events.Catalogue() {
		if k.Kind() == c.Kind {
			return k.Chinese, "", nil
		}
	}
	return c.Kind, "", nil
}
