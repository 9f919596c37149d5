package disclose

import (
	"context"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// Correction is a correction that waits for a second person.
type Correction struct {
	Record events.Record `json:"record"` // as it will read
	Reason string        `json:"reason"` // public
	By     string        `json:"by"`
}

// current is the version of a record that is or was public.
func (r *Record) current() int { return max(r.Version, 1) }

// Draft says how a public record should read, because what it says is wrong
// (更正, 市场监督管理行政处罚信息公示规定 art. 12). It stays public as it is
// until a second person consents. A later draft replaces an earlier one.
func (r *Record) Draft(by identity.Actor, to events.Record, reason string) (events.Event, error) {
	if err := by.OfUnit(r.Unit); err != nil {
		return nil, err
	}
	if strings.TrimSpace(reason) == "" {
		return nil, fault.About("reason", fault.Invalid, "更正须公开说明理由")
	}
	if r.State != Published {
		return nil, fault.New(fault.Conflict, "该公示信息目前为“%s”，不能更正", Title(r.State))
	}
	same := r.Record
	same.Masked = to.Masked
	if to == same {
		return nil, fault.New(fault.Invalid, "更正后的内容与公示的内容相同，请写明更正之处")
	}
	if err := r.move(Published); err != nil {
		return nil, err
	}
	r.Correction = &Correction{Record: to, Reason: reason, By: by.ID}
	return events.CorrectionDrafted{Record: to, Reason: reason, By: by.ID}, nil
}

// Correct is the second person's consent. From then on the corrected version is
// public, and only that.
func (r *Record) Correct(by identity.Actor, on string) (events.Event, error) {
	if err := by.OfUnit(r.Unit); err != nil {
		return nil, err
	}
	switch {
	case r.State != Published:
		return nil, fault.New(fault.Conflict, "该公示信息目前为“%s”，不能更正", Title(r.State))
	case r.Correction == nil:
		return nil, fault.New(fault.Conflict, "该公示信息没有待复核的更正")
	case r.Correction.By == by.ID:
		return nil, fault.New(fault.Denied, "更正和复核须由两个人分别办理，请由另一名人员复核")
	}
	if err := r.move(Published); err != nil {
		return nil, err
	}
	c := *r.Correction
	r.Record, r.Version, r.CorrectedOn, r.Correction = c.Record, r.current()+1, on, nil
	return events.RecordCorrected{Record: c.Record, Version: r.Version, Reason: c.Reason, On: on, By: []string{c.By, by.ID}}, nil
}

// Erase takes a public record back at once, because somebody whose personal data
// it holds may ask so (个人信息保护法 art. 47) or because it should never have
// been published. What it said is kept in the chain of commits, which cannot
// lose it, and used for nothing any more.
func (r *Record) Erase(by identity.Actor, manner, since, reason, on string, settled []string) (events.Event, error) {
	if err := by.OfUnit(r.Unit); err != nil {
		return nil, err
	}
	switch {
	case !slices.Contains(erasures, manner):
		return nil, fault.About("manner", fault.Invalid, "事由只能是 privacy（依法删除个人信息）或者 error（公示有误）")
	case strings.TrimSpace(reason) == "":
		return nil, fault.About("reason", fault.Invalid, "撤回须公开说明理由")
	case r.State != Published:
		return nil, fault.New(fault.Conflict, "该公示信息目前为“%s”，不能直接撤回", Title(r.State))
	}
	if err := r.move(Withdrawn); err != nil {
		return nil, err
	}
	facility, uscc := r.Facility, r.USCC
	r.Manner, r.Since, r.Reason, r.EndedOn, r.Correction = manner, since, reason, on, nil
	if manner == privacy {
		r.Record = bare(r.Record)
	}
	return events.RecordWithdrawn{
		Record: r.ID, Source: r.Source, Facility: facility, USCC: uscc, Sort: r.Sort, Manner: manner, Since: since,
		Reason: reason, On: on, Settled: settled,
	}, nil
}

// privacy is the manner of a withdrawal after which a record is used for nothing.
const privacy = "privacy"

// erasures are the manners of a withdrawal that no fact of a case asks for.
var erasures = []string{privacy, "error"}

// bare leaves of a record what says nothing of anybody.
func bare(r events.Record) events.Record {
	return events.Record{ID: r.ID, Sort: r.Sort, Source: r.Source, Unit: r.Unit, UnitName: r.UnitName}
}

// Amend is what may be corrected. What is nil stays. Whom a record is about is
// not corrected: that record is withdrawn and another one published.
type Amend struct {
	Title, USCC, DocNo, Offence, Facts, Basis, Content *string
}

// apply returns the record as it will read, with personal data masked.
func (a Amend) apply(r events.Record) events.Record {
	for field, text := range map[*string]*string{
		&r.Title: a.Title, &r.USCC: a.USCC, &r.DocNo: a.DocNo, &r.Offence: a.Offence, &r.Facts: a.Facts, &r.Basis: a.Basis, &r.Content: a.Content,
	} {
		if text != nil {
			*field = strings.TrimSpace(*text)
		}
	}
	return mask(r, false)
}

// Draft proposes a correction.
type Draft struct {
	store.Cause
	Record string
	Amend  Amend
	Reason string // public
}

// Draft notes it.
func (s *Service) Draft(ctx context.Context, cmd Draft) error {
	if err := permits.Check(cmd.Actor, "record.draft"); err != nil {
		return err
	}
	reason, _ := MaskText(cmd.Reason)
	return s.records.Change(ctx, cmd.Cause, cmd.Record, func(r *Record) (events.Event, error) {
		return r.Draft(cmd.Actor, cmd.Amend.apply(r.Record), reason)
	})
}

// Correct is the second person's consent to a correction.
type Correct struct {
	store.Cause
	Record string
}

// Correct corrects.
func (s *Service) Correct(ctx context.Context, cmd Correct) error {
	if err := permits.Check(cmd.Actor, "record.correct"); err != nil {
		return err
	}
	on := s.today().String()
	return s.records.Change(ctx, cmd.Cause, cmd.Record, func(r *Record) (events.Event, error) { return r.Correct(cmd.Actor, on) })
}

// Erase takes a record back for a reason of its own.
type Erase struct {
	store.Cause
	Record string
	Manner string // privacy, error
	Since  string // day on which it was asked for or found, 2006-01-02
	Reason string // public
}

// Erase withdraws.
func (s *Service) Erase(ctx context.Context, cmd Erase) error {
	if err := permits.Check(cmd.Actor, "record.erase"); err != nil {
		return err
	}
	on := s.today()
	since, err := workday.ParseDate(cmd.Since)
	if err != nil || on.Before(since) {
		return fault.About("since", fault.Invalid, "请填写提出请求或者发现之日，形如 2026-10-09，不能晚于今日")
	}
	reason, _ := MaskText(cmd.Reason)
	return s.records.Change(ctx, cmd.Cause, cmd.Record, func(r *Record) (events.Event, error) {
		return r.Erase(cmd.Actor, cmd.Manner, since.String(), reason, on.String(), s.every(*r))
	})
}
