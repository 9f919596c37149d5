package registerweb

import (
	"context"
	"net/http"

	"shenzhong/events"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/web"
	"shenzhong/services/register"
)

type facilityList struct {
	Facilities []events.Facility `json:"facilities"`
}

// FacilityID names an inspected object in a path. It is exported because huma
// reads no other embedded input.
type FacilityID struct {
	ID string `path:"id" pattern:"^[0-9]{6}-JG-[0-9]{6}$" patternDescription:"检查对象编号，例如 500156-JG-000001" doc:"检查对象编号"`
}

// FacilityBody is what a person fills in. It is exported because huma reads no
// other embedded body.
type FacilityBody struct {
	Name        string `json:"name" maxLength:"60" doc:"名称，与证照一致"`
	Category    string `json:"category" maxLength:"40" doc:"检查对象类别代码"`
	SubjectKind string `json:"subject_kind" maxLength:"40" doc:"主体类型代码"`
	USCC        string `json:"uscc,omitempty" maxLength:"40" doc:"统一社会信用代码；确实没有的类别不填"`
	USCCNote    string `json:"uscc_note,omitempty" maxLength:"200" doc:"校验位不符但证照上确实如此的，写明说明"`
	Town        string `json:"town" maxLength:"60" doc:"所在乡镇街道"`
	Address     string `json:"address" maxLength:"200" doc:"地址"`
	Risk        string `json:"risk" enum:"L,M,H" doc:"风险等级：低、中、高"`
	Established string `json:"established,omitempty" format:"date" doc:"设立日期"`
}

func (b FacilityBody) draft() register.FacilityDraft {
	return register.FacilityDraft{
		Name: b.Name, Category: b.Category, SubjectKind: b.SubjectKind, USCC: b.USCC, USCCNote: b.USCCNote,
		Town: b.Town, Address: b.Address, Risk: b.Risk, Established: b.Established,
	}
}

type facilityCorrection struct {
	FacilityID
	Body struct {
		FacilityBody
		Reason string `json:"reason" maxLength:"200" doc:"更正原因"`
	}
}

type facilityFlag struct {
	FacilityID
	Body struct {
		Kind     string   `json:"kind" enum:"complaints,abnormal,serious,attention" doc:"投诉举报较多、列入经营异常名录、有严重违法违规记录、其他重点关注"`
		Reason   string   `json:"reason" maxLength:"200" doc:"标记原因"`
		Evidence []string `json:"evidence" minItems:"1" maxItems:"20" doc:"依据材料：文书编号或者查询记录"`
	}
}

type facilityUnflag struct {
	FacilityID
	Body struct {
		Kind   string `json:"kind" enum:"complaints,abnormal,serious,attention" doc:"要取消的标记"`
		Reason string `json:"reason" maxLength:"200" doc:"取消标记的原因"`
	}
}

type facilityClose struct {
	FacilityID
	Body struct {
		On     string `json:"on,omitempty" format:"date" doc:"关闭日期，不填为今天"`
		Reason string `json:"reason" maxLength:"200" doc:"关闭原因"`
	}
}

func mountFacilities(api *web.API, s *register.Service) {
	web.Get(api, web.Op{ID: "facility-list", Path: "/facilities", Tag: facilities, Summary: "检查对象列表", Detail: "按编号排列；翻页时把最后一个的编号放在 after 中。"},
		func(ctx context.Context, in *struct {
			Category string `query:"category" maxLength:"40" doc:"类别代码"`
			Status   string `query:"status" enum:"open,closed" doc:"在营、已关闭"`
			Town     string `query:"town" maxLength:"60" doc:"所在乡镇街道"`
			Risk     string `query:"risk" enum:"L,M,H" doc:"风险等级"`
			Grade    string `query:"grade" enum:"A,B,C,D" doc:"信用等级"`
			USCC     string `query:"uscc" maxLength:"18" doc:"统一社会信用代码"`
			Name     string `query:"name" maxLength:"60" doc:"名称，须完全一致"`
			After    string `query:"after" maxLength:"40" doc:"上一页最后一个的编号"`
			Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"最多返回的个数"`
		}) (*web.Out[facilityList], error) {
			rows, err := s.Facilities(ctx, web.Actor(ctx), register.Facilities{
				Category: in.Category, Status: in.Status, Town: in.Town, Risk: in.Risk, Grade: in.Grade, USCC: in.USCC, Name: in.Name,
				After: in.After, Limit: in.Limit,
			})
			return web.Reply(facilityList{some(rows)}), err
		})
	web.Get(api, web.Op{ID: "facility-get", Path: "/facilities/{id}", Tag: facilities, Summary: "检查对象"},
		func(ctx context.Context, in *FacilityID) (*web.Out[events.Facility], error) {
			f, err := s.Facility(ctx, web.Actor(ctx), in.ID)
			return web.Reply(f.Facility), err
		})
	web.Post(api, web.Op{ID: "facility-enter", Path: "/facilities", Tag: facilities, Summary: "登记检查对象", Status: http.StatusCreated},
		func(ctx context.Context, in *struct{ Body FacilityBody }) (*web.Out[events.Facility], error) {
			id, err := s.EnterFacility(ctx, register.EnterFacility{Cause: web.Cause(ctx), FacilityDraft: in.Body.draft()})
			if err != nil {
				return nil, err
			}
			f, err := s.Facility(ctx, web.Actor(ctx), id)
			return web.Reply(f.Facility), err
		})
	onFacility(api, s, "correct", "更正检查对象", func(ctx context.Context, by store.Cause, in *facilityCorrection) error {
		return s.CorrectFacility(ctx, register.CorrectFacility{Cause: by, Facility: in.ID, FacilityDraft: in.Body.draft(), Reason: in.Body.Reason})
	})
	onFacility(api, s, "flag", "标记为抽查不设上限", func(ctx context.Context, by store.Cause, in *facilityFlag) error {
		return s.FlagFacility(ctx, register.FlagFacility{Cause: by, Facility: in.ID, Kind: in.Body.Kind, Reason: in.Body.Reason, Evidence: in.Body.Evidence})
	})
	onFacility(api, s, "unflag", "取消标记", func(ctx context.Context, by store.Cause, in *facilityUnflag) error {
		return s.UnflagFacility(ctx, register.UnflagFacility{Cause: by, Facility: in.ID, Kind: in.Body.Kind, Reason: in.Body.Reason})
	})
	onFacility(api, s, "close", "关闭检查对象", func(ctx context.Context, by store.Cause, in *facilityClose) error {
		return s.CloseFacility(ctx, register.CloseFacility{Cause: by, Facility: in.ID, On: in.Body.On, Reason: in.Body.Reason})
	})
}

func (f FacilityID) facility() string { return f.ID }

// onFacility registers an act on a facility.
func onFacility[I interface{ facility() string }](api *web.API, s *register.Service, name, summary string, do func(context.Context, store.Cause, *I) error) {
	op := web.Op{ID: "facility-" + name, Path: "/facilities/{id}/" + name, Tag: facilities, Summary: summary}
	act(api, op, do, func(ctx context.Context, in *I) (events.Facility, error) {
		f, err := s.Facility(ctx, web.Actor(ctx), (*in).facility())
		return f.Facility, err
	})
}
