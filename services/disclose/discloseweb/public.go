package discloseweb

import (
	"context"

	"shenzhong/services/disclose"
	"shenzhong/services/kit/web"
)

// published is a record as the public reads it. Of one that is no longer public
// only the number, who published it, when it ended and why are left.
type published struct {
	ID          string           `json:"id" doc:"公示编号"`
	Sort        string           `json:"sort" doc:"种类：penalty 行政处罚、check 抽查结果、commitment 信用承诺、breach 违反承诺、plan 抽查计划、draw 抽取结果"`
	State       string           `json:"state" doc:"状态：published 公示中、withdrawal_due 应当撤回、withdrawn 已撤回、expired 公示期满"`
	Title       string           `json:"title" doc:"标题"`
	Name        string           `json:"name" doc:"当事人；自然人只留姓氏"`
	USCC        string           `json:"uscc" doc:"统一社会信用代码"`
	Facility    string           `json:"facility" doc:"检查对象编号"`
	DocNo       string           `json:"doc_no" doc:"文书编号"`
	Offence     string           `json:"offence" doc:"违法行为类型"`
	Facts       string           `json:"facts" doc:"事实"`
	Basis       string           `json:"basis" doc:"依据"`
	Content     string           `json:"content" doc:"内容"`
	Unit        string           `json:"unit" doc:"公示单位代码"`
	UnitName    string           `json:"unit_name" doc:"公示单位"`
	On          string           `json:"on" doc:"决定日或者检查日"`
	PublishedOn string           `json:"published_on" doc:"公示日"`
	Until       string           `json:"until" doc:"公示的最后一日，长期公示的为空"`
	EndedOn     string           `json:"ended_on" doc:"撤回或者期满之日"`
	Reason      string           `json:"reason" doc:"撤回的理由"`
	Version     int              `json:"version" doc:"第几版；1 为未经更正"`
	CorrectedOn string           `json:"corrected_on" doc:"最近一次更正之日，未经更正的为空"`
	Correction  string           `json:"correction" doc:"更正的理由"`
	Limits      []disclose.Limit `json:"limits,omitempty" nullable:"false" doc:"公示期限和逐日计算"`
}

func publicly(row disclose.Row) published {
	r := row.Record
	return published{
		ID: r.ID, Sort: r.Sort, State: string(row.State), Title: r.Title, Name: r.Name, USCC: r.USCC, Facility: r.Facility, DocNo: r.DocNo,
		Offence: r.Offence, Facts: r.Facts, Basis: r.Basis, Content: r.Content, Unit: r.Unit, UnitName: r.UnitName, On: r.On,
		PublishedOn: row.PublishedOn, Until: r.Until, EndedOn: row.EndedOn, Reason: row.Reason,
		Version: row.Version, CorrectedOn: row.CorrectedOn, Correction: row.Correction,
	}
}

// page is an answer with one page of what is public.
type page struct {
	Records []published `json:"records"`
	Next    string      `json:"next" doc:"下一页的 from，没有下一页的为空"`
}

func mountPublic(api *web.API, s *disclose.Service) {
	web.Get(api, web.Op{ID: "public-records", Path: "/public/records", Tag: public, Summary: "查询公示信息，最新公示的在前", Public: true},
		func(ctx context.Context, in *struct {
			Words string `query:"q" maxLength:"100" doc:"名称的一部分，或者完整的统一社会信用代码"`
			Sort  string `query:"sort" enum:"penalty,check,commitment,breach,plan,draw" doc:"种类"`
			From  string `query:"from" maxLength:"60" doc:"上一页返回的 next"`
			Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"最多返回的条数"`
		}) (*web.Out[page], error) {
			search := disclose.Search{Words: in.Words, From: in.From, Limit: in.Limit}
			if in.Sort != "" {
				search.Sorts = []string{in.Sort}
			}
			found, err := s.Find(ctx, search)
			out := page{Records: []published{}, Next: found.Next}
			for _, row := range found.Rows {
				out.Records = append(out.Records, publicly(row))
			}
			return web.Reply(out), err
		})
	web.Get(api, web.Op{
		ID: "public-record", Path: "/public/records/{id}", Tag: public, Summary: "一条公示信息", Public: true,
		Detail: "已撤回和期满的只返回编号、单位、日期和理由。",
	}, func(ctx context.Context, in *RecordID) (*web.Out[published], error) {
		row, err := s.ShownRecord(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		out := publicly(row)
		if row.State == disclose.Published {
			out.Limits, err = s.Limits(row.Record, row.Channels)
		}
		return web.Reply(out), err
	})
}
