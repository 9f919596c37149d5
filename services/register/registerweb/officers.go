package registerweb

import (
	"context"
	"net/http"

	"shenzhong/events"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/web"
	"shenzhong/services/register"
)

type officerList struct {
	Officers []events.Officer `json:"officers"`
}

// OfficerID names an officer in a path. It is exported because huma reads no
// other embedded input.
type OfficerID struct {
	ID string `path:"id" pattern:"^[0-9]{6}-RY-[0-9]{6}$" patternDescription:"执法人员编号，例如 500156-RY-000001" doc:"执法人员编号"`
}

// OfficerBody is what a person fills in. It is exported because huma reads no
// other embedded body.
type OfficerBody struct {
	Name      string   `json:"name" maxLength:"60" doc:"姓名"`
	Unit      string   `json:"unit" maxLength:"40" doc:"单位代码，须为公布的行政执法主体"`
	CertNo    string   `json:"cert_no" maxLength:"30" doc:"执法证号"`
	CertUntil string   `json:"cert_until" format:"date" doc:"证件有效期，最后一天"`
	Skills    []string `json:"skills,omitempty" maxItems:"10" doc:"业务专长"`
	Max       int      `json:"max" minimum:"1" maximum:"50" doc:"单次抽取最多检查数"`
}

func (b OfficerBody) draft() register.OfficerDraft {
	return register.OfficerDraft{Name: b.Name, Unit: b.Unit, CertNo: b.CertNo, CertUntil: b.CertUntil, Skills: b.Skills, Max: b.Max}
}

type interestBody struct {
	Facility string `json:"facility" maxLength:"40" doc:"检查对象编号"`
	Reason   string `json:"reason" maxLength:"200" doc:"回避事由"`
}

type officerEntry struct {
	Body struct {
		OfficerBody
		Interests []interestBody `json:"interests,omitempty" maxItems:"50" doc:"申报的回避事由"`
	}
}

type officerCorrection struct {
	OfficerID
	Body struct {
		OfficerBody
		Reason string `json:"reason" maxLength:"200" doc:"更正原因，换证也在此办理"`
	}
}

type officerInterest struct {
	OfficerID
	Body interestBody
}

type officerYear struct {
	OfficerID
	Body struct {
		Interests []interestBody `json:"interests,omitempty" maxItems:"50" doc:"新增的回避事由；没有的不填，即为申报没有其他回避事由"`
	}
}

type officerWithdrawal struct {
	OfficerID
	Body struct {
		Facility string `json:"facility" maxLength:"40" doc:"检查对象编号"`
		Reason   string `json:"reason" maxLength:"200" doc:"撤回的原因"`
	}
}

type officerLeave struct {
	OfficerID
	Body reasonBody
}

func mountOfficers(api *web.API, s *register.Service) {
	web.Get(api, web.Op{ID: "officer-list", Path: "/officers", Tag: officers, Summary: "执法人员列表", Detail: "按编号排列；翻页时把最后一人的编号放在 after 中。"},
		func(ctx context.Context, in *struct {
			Unit   string `query:"unit" maxLength:"40" doc:"单位代码"`
			Status string `query:"status" enum:"active,left" doc:"在岗、已离岗"`
			After  string `query:"after" maxLength:"40" doc:"上一页最后一人的编号"`
			Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"最多返回的人数"`
		}) (*web.Out[officerList], error) {
			rows, err := s.Officers(ctx, web.Actor(ctx), register.Officers{Unit: in.Unit, Status: in.Status, After: in.After, Limit: in.Limit})
			return web.Reply(officerList{some(rows)}), err
		})
	web.Get(api, web.Op{ID: "officer-get", Path: "/officers/{id}", Tag: officers, Summary: "执法人员"},
		func(ctx context.Context, in *OfficerID) (*web.Out[events.Officer], error) {
			o, err := s.Officer(ctx, web.Actor(ctx), in.ID)
			return web.Reply(o.Officer), err
		})
	web.Post(api, web.Op{ID: "officer-enter", Path: "/officers", Tag: officers, Summary: "登记执法人员", Status: http.StatusCreated},
		func(ctx context.Context, in *officerEntry) (*web.Out[events.Officer], error) {
			d := in.Body.draft()
			for _, i := range in.Body.Interests {
				d.Interests = append(d.Interests, events.Interest{Facility: i.Facility, Reason: i.Reason})
			}
			id, err := s.EnterOfficer(ctx, register.EnterOfficer{Cause: web.Cause(ctx), OfficerDraft: d})
			if err != nil {
				return nil, err
			}
			o, err := s.Officer(ctx, web.Actor(ctx), id)
			return web.Reply(o.Officer), err
		})
	onOfficer(api, s, "correct", "更正执法人员，换证", func(ctx context.Context, by store.Cause, in *officerCorrection) error {
		return s.CorrectOfficer(ctx, register.CorrectOfficer{Cause: by, Officer: in.ID, OfficerDraft: in.Body.draft(), Reason: in.Body.Reason})
	})
	onOfficer(api, s, "declare", "申报回避事由", func(ctx context.Context, by store.Cause, in *officerInterest) error {
		return s.DeclareInterest(ctx, register.DeclareInterest{Cause: by, Officer: in.ID, Facility: in.Body.Facility, Reason: in.Body.Reason})
	})
	onOfficer(api, s, "annual", "年度回避申报：每年一次，没有的也要申报", func(ctx context.Context, by store.Cause, in *officerYear) error {
		cmd := register.DeclareYear{Cause: by, Officer: in.ID}
		for _, i := range in.Body.Interests {
			cmd.Interests = append(cmd.Interests, events.Interest{Facility: i.Facility, Reason: i.Reason})
		}
		return s.DeclareYear(ctx, cmd)
	})
	onOfficer(api, s, "withdraw", "撤回回避事由", func(ctx context.Context, by store.Cause, in *officerWithdrawal) error {
		return s.WithdrawInterest(ctx, register.WithdrawInterest{Cause: by, Officer: in.ID, Facility: in.Body.Facility, Reason: in.Body.Reason})
	})
	onOfficer(api, s, "leave", "执法人员离岗", func(ctx context.Context, by store.Cause, in *officerLeave) error {
		return s.OfficerLeaves(ctx, register.OfficerLeaves{Cause: by, Officer: in.ID, Reason: in.Body.Reason})
	})
}

func (o OfficerID) officer() string { return o.ID }

// onOfficer registers an act on an officer.
func onOfficer[I interface{ officer() string }](api *web.API, s *register.Service, name, summary string, do func(context.Context, store.Cause, *I) error) {
	op := web.Op{ID: "officer-" + name, Path: "/officers/{id}/" + name, Tag: officers, Summary: summary}
	act(api, op, do, func(ctx context.Context, in *I) (events.Officer, error) {
		o, err := s.Officer(ctx, web.Actor(ctx), (*in).officer())
		return o.Officer, err
	})
}
