package clue

import (
	"context"
	"fmt"
	"slices"
	"time"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
	"shenzhong/services/kit/written"
)

// Receive is a clue that a person enters: a citizen, without a name if they
// like, or staff on behalf of whoever told them.
type Receive struct {
	store.Cause
	Source   string // of a clue that staff enter; a citizen's is always "citizen"
	Origin   string // number it has elsewhere, as at the hotline
	Facility string // id in the register, if it is known
	Name     string // of the facility, as the sender calls it
	Town     string
	Offence  string // violation type, if the sender can say
	Text     string
	Contact  Contact
}

// Receipt is what the sender is told at once (受理回执).
type Receipt struct {
	Clue    string `json:"clue"`
	Code    string `json:"code"`    // receipt code (查询码)
	DueDate string `json:"dueDate"` // last day for verifying
	TakeUp  string `json:"takeUp"`  // last day for taking it up, empty if that limit starts with the routing
	Route   string `json:"route"`   // who deals with it and by which clause, empty if that is still to be decided
	Text    string `json:"text"`    // all of it, to be read out
}

// Receive takes a clue in and acknowledges it. The same command again returns
// the same receipt.
func (s *Service) Receive(ctx context.Context, cmd Receive) (Receipt, error) {
	if err := permits.Check(cmd.Actor, "clue.receive"); err != nil {
		return Receipt{}, err
	}
	come, err := s.arrival(ctx, &cmd)
	if err != nil {
		return Receipt{}, err
	}
	if come.Sealed, err = s.vault.keep(ctx, cmd.ID, cmd.Contact); err != nil {
		return Receipt{}, err
	}
	id, made, err := s.open(ctx, cmd.Cause, come, true, s.cfg.Clock.Now())
	if err != nil {
		return Receipt{}, err
	}
	if made != nil {
		return s.receipt(*made)
	}
	c, _, err := s.clues.Load(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	return s.receipt(c)
}

// arrival checks what was entered and completes it from the register.
func (s *Service) arrival(ctx context.Context, cmd *Receive) (Clue, error) {
	staff := !cmd.Actor.Has(identity.Citizen) && !cmd.Actor.Has(identity.Party)
	if !staff {
		cmd.Source, cmd.Origin = "citizen", ""
	}
	if err := known("source", "线索来源", cmd.Source, sources); err != nil {
		return Clue{}, err
	}
	var err error
	if cmd.Contact, err = reachable(cmd.Contact); err != nil {
		return Clue{}, err
	}
	c := Clue{Source: cmd.Source, Facility: cmd.Facility, Offence: cmd.Offence}
	for _, in := range []struct {
		field, title, text string
		least, most        int
		into               *string
	}{
		{"origin", "来源编号", cmd.Origin, 0, written.Short, &c.Origin},
		{"name", "机构名称", cmd.Name, 0, written.Short, &c.Name},
		{"town", "所在乡镇（街道）", cmd.Town, 0, written.Short, &c.Town},
		{"text", "反映的问题", cmd.Text, 5, written.Long, &c.Text},
	} {
		if *in.into, err = written.Text(in.field, in.title, in.text, in.least, in.most); err != nil {
			return Clue{}, err
		}
	}
	c.Text = hide(c.Text, cmd.Contact)
	if c.Facility != "" {
		f, err := s.views.facilities.Get(ctx, c.Facility)
		if fault.Is(err, fault.NotFound) {
			return Clue{}, fault.About("facility", fault.Invalid, "名录中没有编号为“%s”的机构，请从列表中选择，或者只填写机构名称", c.Facility)
		}
		if err != nil {
			return Clue{}, err
		}
		if c.Name == "" {
			c.Name = f.Name
		}
		if f.Town != "" {
			c.Town = f.Town
		}
	}
	if c.Name == "" && c.Town == "" {
		return Clue{}, fault.About("name", fault.Invalid, "请填写机构名称；不知道名称的，请填写所在乡镇（街道）")
	}
	return c, nil
}

// open gives a clue its number, its limits and, if somebody waits for an answer,
// its receipt code. Who has it until it is routed: the unit that the matrix
// names, or else the office. It returns the clue as Collection.Make does.
func (s *Service) open(ctx context.Context, cause store.Cause, come Clue, receipt bool, at time.Time) (string, *Clue, error) {
	day := workday.DateOf(at)
	owner, err := s.office(day)
	if err != nil {
		return "", nil, err
	}
	if come.Offence != "" {
		where, err := s.where(ctx, come.Facility, come.Town)
		if err != nil {
			return "", nil, err
		}
		route, err := s.matrix(come.Offence, where, day)
		if err != nil {
			return "", nil, err
		}
		owner, come.Promise.Route = route.Lead, route.Reason
	}
	come.Day = day.String()
	series := fmt.Sprintf("%s-XS-%04d-000000", s.cfg.District, day.Year())
	return s.clues.Make(ctx, cause, series, func(id string, c *Clue) (events.Event, error) {
		come := come
		come.ID = id
		if receipt {
			mark, err := s.vault.mark(s.vault.code(id))
			if err != nil {
				return nil, err
			}
			come.Receipt = mark
		}
		limits, err := s.limits(come, owner, at)
		if err != nil {
			return nil, err
		}
		for _, d := range limits {
			switch d.Rule {
			case ruleVerify:
				come.Promise.DueDate = d.DueDate
			case ruleComplaint:
				come.Promise.TakeUp = d.DueDate
			}
		}
		return c.Receive(come, limits)
	})
}

// receipt is what the sender of a clue is told at once. It says the same however
// often it is asked for.
func (s *Service) receipt(c Clue) (Receipt, error) {
	day, err := workday.ParseDate(c.Day)
	if err != nil {
		return Receipt{}, fmt.Errorf("day of receipt of %s: %w", c.ID, err)
	}
	thanks, err := s.cfg.Law.Law().Text("clue.received", day)
	if err != nil {
		return Receipt{}, err
	}
	r := Receipt{Clue: c.ID, Code: s.vault.code(c.ID), DueDate: c.Promise.DueDate, TakeUp: c.Promise.TakeUp, Route: c.Promise.Route}
	r.Text = thanks.Text + "查询码：" + r.Code + "。"
	if r.TakeUp != "" {
		r.Text += "承办单位至迟于 " + r.TakeUp + " 告知是否受理。"
	}
	r.Text += "核查期限至 " + r.DueDate + "。"
	if r.Route != "" {
		r.Text += "分办依据：" + r.Route + "。"
	} else {
		r.Text += "承办单位确定后，可以凭查询码查看。"
	}
	return r, nil
}

// isComplaint reports whether the sender is owed word within the limit for
// complaints.
func isComplaint(source string) bool { return slices.Contains(complaints, source) }
