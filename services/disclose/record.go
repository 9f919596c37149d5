// Package disclose decides what is published, until when, and what is withdrawn
// (公示与撤回). It must never publish personal data, and never let a record
// vanish: what is withdrawn leaves its number and the reason.
package disclose

import (
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
)

// State is how far a record is.
type State string

// The states. Each says who acts next.
const (
	Prepared  State = "prepared"       // 待审核: a publisher of the unit reviews it
	Reviewed  State = "reviewed"       // 待复核: a second person confirms
	Published State = "published"      // 公示中
	Withheld  State = "withheld"       // 依法不予公示
	Recalled  State = "withdrawal_due" // 应当撤回: the unit withdraws it within the limit
	Withdrawn State = "withdrawn"      // 已撤回: number and reason stay
	Expired   State = "expired"        // 公示期满
)

// next is the whole of the workflow: from each state, where a record may go.
var next = map[State][]State{
	"":        {Prepared},
	Prepared:  {Reviewed, Recalled},
	Reviewed:  {Reviewed, Published, Withheld, Recalled},
	Published: {Published, Recalled, Withdrawn, Expired},
	Withheld:  {},
	Recalled:  {Withdrawn},
	Withdrawn: {},
	Expired:   {},
}

var titles = map[State]string{
	"": "尚未生成", Prepared: "待审核", Reviewed: "待复核", Published: "公示中", Withheld: "依法不予公示",
	Recalled: "应当撤回", Withdrawn: "已撤回", Expired: "公示期满",
}

// Title is the name of a state for people.
func Title(s State) string { return titles[s] }

// Record is one publication and how it stands.
type Record struct {
	events.Record
	State       State            `json:"state"`
	Verdict     string           `json:"verdict"` // of the first reviewer: publish, withhold
	Ground      string           `json:"ground"`
	Reviewers   []string         `json:"reviewers"`
	Channels    []events.Channel `json:"channels"`
	PublishedOn string           `json:"published_on"`
	Reason      string           `json:"reason"` // of the withdrawal, public
	Manner      string           `json:"manner"` // of what asks for the withdrawal: changed, revoked, illegal, void, error, privacy
	Since       string           `json:"since"`  // day of it
	EndedOn     string           `json:"ended_on"`
	Repair      string           `json:"repair,omitempty"` // the granted repair that ended the publication
	Version     int              `json:"version"`          // of what is public, from 1; 0 before
	CorrectedOn string           `json:"corrected_on"`
	Correction  *Correction      `json:"correction,omitempty"` // waits for a second person
	// Limits are those for publishing it that its source started: a limit that
	// never began cannot be ended.
	Limits []string `json:"limits,omitempty"`
	// Subject and Kinds are of the decision that a penalty record publishes: not
	// every ground for not publishing fits every decision.
	Subject string   `json:"subject,omitempty"` // type of the respondent
	Kinds   []string `json:"kinds,omitempty"`   // of the penalty
}

// move is the only assignment to State.
func (r *Record) move(to State) error {
	if !slices.Contains(next[r.State], to) {
		return fault.New(fault.Conflict, "该公示信息目前为“%s”，不能变为“%s”", Title(r.State), Title(to))
	}
	r.State = to
	return nil
}

// Prepare says that a publication is due, what it will say and under which
// limits.
func (r *Record) Prepare(record events.Record, limits []string) (events.Event, error) {
	if err := r.move(Prepared); err != nil {
		return nil, err
	}
	r.Record, r.Limits = record, limits
	return events.RecordPrepared{Record: record}, nil
}

// Review is the first person's verdict. A later verdict of another person
// replaces it; whoever confirms must be someone else.
func (r *Record) Review(by identity.Actor, verdict, ground string) (events.Event, error) {
	if err := by.OfUnit(r.Unit); err != nil {
		return nil, err
	}
	switch {
	case verdict != "publish" && verdict != "withhold":
		return nil, fault.About("verdict", fault.Invalid, "请选择公示或者依法不予公示")
	case verdict == "withhold" && ground == "":
		return nil, fault.About("ground", fault.Invalid, "不予公示须选择法定情形")
	case verdict == "publish" && ground != "":
		return nil, fault.About("ground", fault.Invalid, "公示不需要填写不予公示的情形")
	}
	if err := r.move(Reviewed); err != nil {
		return nil, err
	}
	r.Verdict, r.Ground, r.Reviewers = verdict, ground, []string{by.ID}
	return events.RecordReviewed{Record: r.ID, By: by.ID, Verdict: verdict, Ground: ground}, nil
}

// grounded refuses a ground that is not for a decision of this kind. Records of
// other sorts have no such decision behind them.
func (r *Record) grounded(g law.Ground) error {
	if g.Code == "" || r.Sort != "penalty" {
		return nil
	}
	return g.Fits(r.Subject, r.Severity, r.Kinds, r.Unit)
}

// second refuses unless by is a second person of the unit who confirms that
// verdict.
func (r *Record) second(by identity.Actor, verdict string) error {
	if err := by.OfUnit(r.Unit); err != nil {
		return err
	}
	if r.State == Reviewed && slices.Contains(r.Reviewers, by.ID) {
		return fault.New(fault.Denied, "审核和复核须由两个人分别办理，请由另一名人员复核")
	}
	if r.State == Reviewed && r.Verdict != verdict {
		return fault.New(fault.Conflict, "审核意见与本操作不一致，请先重新审核")
	}
	return nil
}

// Publish makes the record public; settled are the limits that this ends.
func (r *Record) Publish(by identity.Actor, on string, channels []events.Channel, settled []string) (events.Event, error) {
	if err := r.second(by, "publish"); err != nil {
		return nil, err
	}
	if r.State == Published {
		return nil, fault.New(fault.Conflict, "该信息已经公示，不能重复公示")
	}
	if !slices.ContainsFunc(channels, func(c events.Channel) bool { return c.Name == "portal" }) {
		return nil, fault.About("channels", fault.Invalid, "须先在部门门户网站公示")
	}
	for _, c := range channels {
		if strings.TrimSpace(c.Proof) == "" {
			return nil, fault.About("channels", fault.Invalid, "请填写各渠道的公示网址或者回执")
		}
	}
	if err := r.move(Published); err != nil {
		return nil, err
	}
	r.PublishedOn, r.Channels, r.Version = on, channels, 1
	r.Reviewers = append(r.Reviewers, by.ID)
	return events.RecordPublished{Record: r.Record, On: on, Channels: channels, Settled: settled}, nil
}

// Add notes that a public record is now published on one more channel.
func (r *Record) Add(by identity.Actor, channel events.Channel, settled []string) (events.Event, error) {
	if err := by.OfUnit(r.Unit); err != nil {
		return nil, err
	}
	if r.State != Published {
		return nil, fault.New(fault.Conflict, "该公示信息目前为“%s”，不能增加公示渠道", Title(r.State))
	}
	if slices.ContainsFunc(r.Channels, func(c events.Channel) bool { return c.Name == channel.Name }) {
		return nil, fault.New(fault.Conflict, "该渠道已经登记")
	}
	if strings.TrimSpace(channel.Proof) == "" {
		return nil, fault.About("proof", fault.Invalid, "请填写公示网址或者回执")
	}
	if err := r.move(Published); err != nil {
		return nil, err
	}
	r.Channels = append(r.Channels, channel)
	return events.ChannelAdded{Record: r.ID, Channel: channel, Settled: settled}, nil
}

// Withhold is the second person's consent to a lawful non-publication.
func (r *Record) Withhold(by identity.Actor, reason string, settled []string) (events.Event, error) {
	if err := r.second(by, "withhold"); err != nil {
		return nil, err
	}
	if strings.TrimSpace(reason) == "" {
		return nil, fault.About("reason", fault.Invalid, "请写明不予公示的理由")
	}
	if err := r.move(Withheld); err != nil {
		return nil, err
	}
	r.Reviewers = append(r.Reviewers, by.ID)
	return events.RecordWithheld{Record: r.ID, Ground: r.Ground, Reason: reason, By: r.Reviewers, Settled: settled}, nil
}

// Recall says that the record must be withdrawn, because what it publishes was
// changed, revoked or found unlawful (行政处罚法 art. 48).
func (r *Record) Recall(cause, manner, since, reason string) (events.Event, error) {
	if err := r.move(Recalled); err != nil {
		return nil, err
	}
	r.Manner, r.Since, r.Reason = manner, since, reason
	return events.WithdrawalDue{Record: r.ID, Cause: cause, Manner: manner, Since: since, Reason: reason}, nil
}

// Withdraw takes the record back. Its number and the reason stay public.
func (r *Record) Withdraw(by identity.Actor, reason, on string, settled []string) (events.Event, error) {
	if err := by.OfUnit(r.Unit); err != nil {
		return nil, err
	}
	if strings.TrimSpace(reason) == "" {
		return nil, fault.About("reason", fault.Invalid, "撤回须公开说明理由")
	}
	if r.State == Published {
		return nil, fault.New(fault.Conflict, "该公示信息没有应当撤回的事由；依法删除个人信息或者公示有误的，请办理立即撤回")
	}
	if err := r.move(Withdrawn); err != nil {
		return nil, err
	}
	r.Reason, r.EndedOn = reason, on
	return events.RecordWithdrawn{
		Record: r.ID, Source: r.Source, Facility: r.Facility, USCC: r.USCC, Sort: r.Sort, Manner: r.Manner, Since: r.Since,
		Reason: reason, On: on, Settled: settled,
	}, nil
}

// Expire ends the publication when its time is over.
func (r *Record) Expire(on string) (events.Event, error) {
	if r.Until == "" || on <= r.Until {
		return nil, fault.New(fault.Conflict, "公示期到 %s 为止，尚未期满", r.Until)
	}
	if err := r.move(Expired); err != nil {
		return nil, err
	}
	r.EndedOn = on
	return events.RecordExpired{Record: r.ID, Facility: r.Facility, USCC: r.USCC, On: on}, nil
}

// Repaired ends the publication before its time because the credit repair was
// granted (信用修复管理办法: 终止公示).
func (r *Record) Repaired(repair, on string) (events.Event, error) {
	if err := r.move(Expired); err != nil {
		return nil, err
	}
	r.EndedOn, r.Repair = on, repair
	return events.RecordExpired{Record: r.ID, Facility: r.Facility, USCC: r.USCC, On: on, Repair: repair}, nil
}
