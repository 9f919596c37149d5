package disclose

import (
	"context"
	"slices"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// permits says who may do what.
var permits = identity.Permits{
	"record.read":     {identity.Publisher, identity.Leader, identity.Officer, identity.Legal, identity.Office, identity.Auditor},
	"record.review":   {identity.Publisher, identity.Leader},
	"record.publish":  {identity.Publisher, identity.Leader},
	"record.withhold": {identity.Leader},
	"record.channel":  {identity.Publisher},
	"log.cosign":      {identity.Publisher, identity.Leader, identity.Officer},
	"record.withdraw": {identity.Publisher, identity.Leader},
	"record.draft":    {identity.Publisher, identity.Leader},
	"record.correct":  {identity.Publisher, identity.Leader},
	"record.erase":    {identity.Leader},
}

// Review is one person's verdict on a record that is due.
type Review struct {
	store.Cause
	Record  string
	Verdict string // publish, withhold
	Ground  string // code of the law pack, for withhold
}

// Review notes the verdict.
func (s *Service) Review(ctx context.Context, cmd Review) error {
	if err := permits.Check(cmd.Actor, "record.review"); err != nil {
		return err
	}
	var ground law.Ground
	if cmd.Ground != "" {
		var err error
		if ground, err = s.cfg.Law.Law().Ground(cmd.Ground, s.today()); err != nil {
			return err
		}
		if ground.Act != "withhold" {
			return fault.About("ground", fault.Invalid, "“%s”不是不予公示的法定情形", ground.Name)
		}
	}
	return s.records.Change(ctx, cmd.Cause, cmd.Record, func(r *Record) (events.Event, error) {
		if err := r.grounded(ground); err != nil {
			return nil, err
		}
		return r.Review(cmd.Actor, cmd.Verdict, cmd.Ground)
	})
}

// Publish is the second person's consent; it makes the record public.
type Publish struct {
	store.Cause
	Record   string
	Channels []events.Channel // where, with proof; the day is filled in
}

// Publish publishes.
func (s *Service) Publish(ctx context.Context, cmd Publish) error {
	if err := permits.Check(cmd.Actor, "record.publish"); err != nil {
		return err
	}
	on := s.today()
	for i := range cmd.Channels {
		if err := s.channel(&cmd.Channels[i], on); err != nil {
			return err
		}
	}
	return s.records.Change(ctx, cmd.Cause, cmd.Record, func(r *Record) (events.Event, error) {
		return r.Publish(cmd.Actor, on.String(), cmd.Channels, s.settled(*r, cmd.Channels, on))
	})
}

// AddChannel notes a further place of publication.
type AddChannel struct {
	store.Cause
	Record  string
	Channel events.Channel
}

// AddChannel notes it.
func (s *Service) AddChannel(ctx context.Context, cmd AddChannel) error {
	if err := permits.Check(cmd.Actor, "record.channel"); err != nil {
		return err
	}
	on := s.today()
	if err := s.channel(&cmd.Channel, on); err != nil {
		return err
	}
	return s.records.Change(ctx, cmd.Cause, cmd.Record, func(r *Record) (events.Event, error) {
		return r.Add(cmd.Actor, cmd.Channel, s.settled(*r, []events.Channel{cmd.Channel}, on))
	})
}

// channel checks a channel against the law pack and fills in the day.
func (s *Service) channel(c *events.Channel, on workday.Date) error {
	for _, known := range s.channels(on) {
		if known.Code == c.Name {
			c.On = on.String()
			return nil
		}
	}
	return fault.About("channels", fault.Invalid, "没有名为“%s”的公示渠道", c.Name)
}

// settled are the limits that a publication on those channels ends: each
// channel has its own. One that never began, as that of a channel which is not
// for this kind of subject, is not among them.
func (s *Service) settled(r Record, channels []events.Channel, on workday.Date) []string {
	if r.Sort == "check" {
		return []string{events.DeadlineID(r.Source, "pub.check.result"), events.DeadlineID(r.Source, "pub.check.local")}
	}
	if r.Sort != "penalty" {
		return nil
	}
	rules := map[string]string{}
	for _, c := range s.channels(on) {
		rules[c.Code] = c.Rule
	}
	var ids []string
	for _, c := range channels {
		id := events.DeadlineID(r.Source, rules[c.Name])
		if rules[c.Name] != "" && (len(r.Limits) == 0 || slices.Contains(r.Limits, id)) {
			ids = append(ids, id)
		}
	}
	return ids
}

// channels are all channels there are on that day, whoever they are for.
func (s *Service) channels(on workday.Date) []law.Channel {
	var out []law.Channel
	seen := map[string]bool{}
	for _, kind := range append([]law.SubjectKind{{}}, s.cfg.Law.Law().SubjectKinds(on)...) {
		for _, c := range s.cfg.Law.Law().Channels(kind.Code, on) {
			if !seen[c.Code] {
				seen[c.Code] = true
				out = append(out, c)
			}
		}
	}
	return out
}

// every is what ends all limits for publishing a record, on every channel.
func (s *Service) every(r Record) []string {
	on := s.today()
	var channels []events.Channel
	for _, c := range s.channels(on) {
		channels = append(channels, events.Channel{Name: c.Code})
	}
	return s.settled(r, channels, on)
}

// Withhold is the second person's consent to a lawful non-publication.
type Withhold struct {
	store.Cause
	Record string
	Reason string
}

// Withhold notes it.
func (s *Service) Withhold(ctx context.Context, cmd Withhold) error {
	if err := permits.Check(cmd.Actor, "record.withhold"); err != nil {
		return err
	}
	return s.records.Change(ctx, cmd.Cause, cmd.Record, func(r *Record) (events.Event, error) {
		return r.Withhold(cmd.Actor, cmd.Reason, s.every(*r))
	})
}

// Withdraw takes a record back whose ground has gone.
type Withdraw struct {
	store.Cause
	Record string
	Reason string // public
}

// Withdraw withdraws.
func (s *Service) Withdraw(ctx context.Context, cmd Withdraw) error {
	if err := permits.Check(cmd.Actor, "record.withdraw"); err != nil {
		return err
	}
	on := s.today().String()
	return s.records.Change(ctx, cmd.Cause, cmd.Record, func(r *Record) (events.Event, error) {
		reason, _ := MaskText(cmd.Reason)
		return r.Withdraw(cmd.Actor, reason, on, []string{events.DeadlineID(r.Source, "pub.withdraw")})
	})
}
