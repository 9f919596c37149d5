package casefileweb

import "shenzhong/events"

type partyBody struct {
	Name    string `json:"name" maxLength:"200" doc:"姓名或者名称"`
	Type    string `json:"type" enum:"natural,individual_business,legal" doc:"自然人、个体工商户、法人或者其他组织"`
	USCC    string `json:"uscc,omitempty" maxLength:"18" doc:"统一社会信用代码"`
	Address string `json:"address" maxLength:"200" doc:"地址"`
}

func (b *partyBody) party() events.Respondent {
	if b == nil {
		return events.Respondent{}
	}
	return events.Respondent{Name: b.Name, Type: b.Type, USCC: b.USCC, Address: b.Address}
}

type fileBody struct {
	Facility   string     `json:"facility,omitempty" maxLength:"40" doc:"检查对象编号；不在名录的当事人不填，另填 respondent"`
	Respondent *partyBody `json:"respondent,omitempty" doc:"不在名录的当事人"`
	Offence    string     `json:"offence" minLength:"1" maxLength:"60" doc:"违法行为类型代码"`
	Act        string     `json:"act" format:"date" doc:"行为发生日，决定适用的法律"`
	Leads      []string   `json:"leads" minItems:"1" maxItems:"50" doc:"案件来源"`
}

type identifyBody struct {
	Facility   string     `json:"facility,omitempty" maxLength:"40" doc:"检查对象编号"`
	Respondent *partyBody `json:"respondent,omitempty" doc:"不在名录的当事人"`
}

type assignBody struct {
	Officers []string `json:"officers" minItems:"2" maxItems:"20" doc:"执法人员编号，两名以上"`
}

type evidenceBody struct {
	Kind        string   `json:"kind" enum:"documentary,physical,audiovisual,electronic,testimony,party,expert,record" doc:"证据种类（行政处罚法第四十六条）"`
	Name        string   `json:"name" maxLength:"200" doc:"名称"`
	Proves      string   `json:"proves" maxLength:"10000" doc:"证明对象"`
	SHA256      string   `json:"sha256" maxLength:"64" doc:"文件（或者物证照片）的 SHA-256 值"`
	CollectedOn string   `json:"collected_on,omitempty" format:"date" doc:"收集日期，不填为今天"`
	Officers    []string `json:"officers,omitempty" maxItems:"20" doc:"签名的承办人员，不填为全体"`
	Holder      string   `json:"holder" maxLength:"200" doc:"保管人"`
	Place       string   `json:"place,omitempty" maxLength:"200" doc:"存放地点"`
	Held        bool     `json:"held,omitempty" doc:"先行登记保存"`
}

type custodyBody struct {
	No     int    `json:"no" minimum:"1" doc:"证据序号"`
	Holder string `json:"holder" maxLength:"200" doc:"接收保管的人"`
	Place  string `json:"place" maxLength:"200" doc:"存放地点"`
	Note   string `json:"note,omitempty" maxLength:"10000" doc:"说明"`
}

type disposeBody struct {
	No  int    `json:"no" minimum:"1" doc:"证据序号"`
	How string `json:"how" maxLength:"10000" doc:"处理决定"`
}

type reportBody struct {
	Facts    string   `json:"facts" maxLength:"10000" doc:"查明的事实"`
	Proposal string   `json:"proposal" enum:"penalty,no_penalty,unfounded" doc:"处理建议：给予处罚、不予处罚、违法事实不能成立"`
	Ground   string   `json:"ground,omitempty" maxLength:"60" doc:"不予处罚的法定情形代码"`
	Complex  bool     `json:"complex,omitempty" doc:"情节复杂"`
	Major    bool     `json:"major,omitempty" doc:"重大违法行为"`
	Why      string   `json:"why,omitempty" maxLength:"10000" doc:"认定情节复杂或者重大的理由"`
	Crime    bool     `json:"crime,omitempty" doc:"涉嫌犯罪"`
	Law      string   `json:"law,omitempty" enum:"then,now" doc:"行为之后法律变化的，适用行为时（then）还是现行（now）规定（行政处罚法第三十七条）"`
	LawWhy   string   `json:"law_why,omitempty" maxLength:"10000" doc:"适用该规定的理由"`
	Timely   string   `json:"timely,omitempty" maxLength:"10000" doc:"立案时追责时效已经届满的，写明何时被发现、有连续继续状态或者适用五年的情形（行政处罚法第三十六条）"`
	Officers []string `json:"officers,omitempty" maxItems:"20" doc:"签名的承办人员，不填为全体"`
	SHA256   string   `json:"sha256,omitempty" maxLength:"64" doc:"报告文件的 SHA-256 值"`
}

type pauseBody struct {
	Ground string `json:"ground" maxLength:"60" doc:"中止的情形代码，例如 pause.appraisal"`
	Reason string `json:"reason" maxLength:"10000" doc:"理由"`
	From   string `json:"from" format:"date" doc:"中止的第一日"`
	To     string `json:"to" format:"date" doc:"中止的最后一日"`
}

type answerBody struct {
	Approved bool   `json:"approved" doc:"同意"`
	Reason   string `json:"reason,omitempty" maxLength:"10000" doc:"理由；不同意的必填"`
}

type resumeBody struct {
	On     string `json:"on,omitempty" format:"date" doc:"恢复计算的第一日，不填为今天"`
	Reason string `json:"reason" maxLength:"10000" doc:"恢复的理由"`
}

type reasonBody struct {
	Reason string `json:"reason" maxLength:"10000" doc:"理由"`
}

type confirmBody struct {
	Gate string `json:"gate" maxLength:"60" doc:"程序代码"`
	Note string `json:"note" maxLength:"10000" doc:"完成情况"`
}

type penaltyBody struct {
	Kinds      []string `json:"kinds" minItems:"1" maxItems:"12" doc:"处罚种类代码（行政处罚法第九条）"`
	Text       string   `json:"text" maxLength:"10000" doc:"处罚内容"`
	FineFen    int64    `json:"fine_fen,omitempty" minimum:"0" doc:"罚款，单位：分"`
	ForfeitFen int64    `json:"forfeit_fen,omitempty" minimum:"0" doc:"没收的金额或者价值，单位：分"`
	License    string   `json:"license,omitempty" maxLength:"200" doc:"暂扣、吊销的许可证件"`
}

func (b penaltyBody) penalty() events.Penalty {
	return events.Penalty{Kinds: b.Kinds, Text: b.Text, FineFen: b.FineFen, ForfeitFen: b.ForfeitFen, License: b.License}
}

type noticeBody struct {
	Facts   string      `json:"facts" maxLength:"10000" doc:"认定的事实"`
	Grounds string      `json:"grounds" maxLength:"10000" doc:"理由"`
	Basis   string      `json:"basis" maxLength:"10000" doc:"依据"`
	Cite    string      `json:"cite,omitempty" maxLength:"10000" doc:"依据的条款和数额幅度；规则包中没有核实的数额时必填"`
	Penalty penaltyBody `json:"penalty" doc:"拟给予的处罚"`
	SHA256  string      `json:"sha256" maxLength:"64" doc:"告知书的 SHA-256 值"`
}

type statementBody struct {
	Waived bool   `json:"waived,omitempty" doc:"放弃陈述、申辩"`
	Text   string `json:"text" maxLength:"10000" doc:"陈述、申辩的内容，或者放弃的方式"`
	Reply  string `json:"reply,omitempty" maxLength:"10000" doc:"复核意见"`
	SHA256 string `json:"sha256,omitempty" maxLength:"64" doc:"笔录的 SHA-256 值"`
}

type askBody struct {
	On string `json:"on,omitempty" format:"date" doc:"当事人提出要求的日期，不填为今天"`
}

type waiveBody struct {
	Note   string `json:"note" maxLength:"10000" doc:"当事人放弃听证的书面意思"`
	SHA256 string `json:"sha256" maxLength:"64" doc:"书面材料的 SHA-256 值"`
}

type conveneBody struct {
	Day   string `json:"day" format:"date" doc:"举行听证的日期"`
	Place string `json:"place" maxLength:"200" doc:"地点"`
	Host  string `json:"host" maxLength:"200" doc:"主持人账号，须未参与本案调查"`
}

type holdBody struct {
	Result string `json:"result" maxLength:"10000" doc:"听证意见"`
	SHA256 string `json:"sha256" maxLength:"64" doc:"听证笔录的 SHA-256 值"`
}

type reviewBody struct {
	Passed bool   `json:"passed" doc:"审核通过；不通过的退回补充调查"`
	Text   string `json:"text" maxLength:"10000" doc:"审核意见"`
	SHA256 string `json:"sha256,omitempty" maxLength:"64" doc:"审核意见书的 SHA-256 值"`
}

type discussBody struct {
	Present []string `json:"present" minItems:"2" maxItems:"50" doc:"参加讨论的单位负责人"`
	Text    string   `json:"text" maxLength:"10000" doc:"讨论意见"`
	SHA256  string   `json:"sha256" maxLength:"64" doc:"讨论记录的 SHA-256 值"`
}

type decideBody struct {
	Facts      string      `json:"facts" maxLength:"10000" doc:"违法事实和证据"`
	Basis      string      `json:"basis" maxLength:"10000" doc:"依据"`
	Cite       string      `json:"cite,omitempty" maxLength:"10000" doc:"依据的条款和数额幅度；规则包中没有核实的数额时必填"`
	Penalty    penaltyBody `json:"penalty" doc:"处罚，不得重于告知的内容"`
	Perform    string      `json:"perform" maxLength:"10000" doc:"履行方式和期限"`
	Remedies   string      `json:"remedies,omitempty" maxLength:"10000" doc:"救济途径和期限，不填用规则包的文书用语"`
	Severity   string      `json:"severity,omitempty" enum:"minor,general,serious" doc:"失信严重程度，不填按规则包的缺省分类"`
	SeverityBy string      `json:"severity_by" maxLength:"10000" doc:"认定失信严重程度的理由"`
	SHA256     string      `json:"sha256" maxLength:"64" doc:"盖章决定书的 SHA-256 值"`
}

type spareBody struct {
	Reason    string `json:"reason" maxLength:"10000" doc:"不予处罚的理由"`
	Education string `json:"education,omitempty" maxLength:"10000" doc:"教育的方式和内容"`
}

type serveBody struct {
	On           string `json:"on,omitempty" format:"date" doc:"送达日期，不填为今天"`
	Manner       string `json:"manner" enum:"direct,left,mail,entrusted,electronic,public" doc:"送达方式"`
	Receipt      string `json:"receipt" maxLength:"200" doc:"送达回证编号"`
	Consent      string `json:"consent,omitempty" maxLength:"200" doc:"电子送达确认书编号"`
	RepairNotice bool   `json:"repair_notice,omitempty" doc:"一并送达信用修复告知书（两书同达）"`
}

type payBody struct {
	Fen     int64  `json:"fen" minimum:"1" doc:"缴款金额，单位：分"`
	On      string `json:"on,omitempty" format:"date" doc:"缴款日期，不填为今天"`
	Receipt string `json:"receipt" maxLength:"200" doc:"票据号"`
}

type revokeBody struct {
	Manner   string `json:"manner" enum:"changed,revoked,illegal,void" doc:"变更、撤销、确认违法、确认无效"`
	By       string `json:"by" maxLength:"200" doc:"作出该决定的机关"`
	Document string `json:"document" maxLength:"200" doc:"文书编号"`
	Reason   string `json:"reason" maxLength:"10000" doc:"公开说明的理由"`
	On       string `json:"on,omitempty" format:"date" doc:"文书日期，不填为今天"`
}

type noteBody struct {
	Note string `json:"note" maxLength:"10000" doc:"说明"`
}

type dropBody struct {
	Outcome string `json:"outcome" enum:"withdrawn,referred" doc:"撤销立案、移送司法机关"`
	Note    string `json:"note" maxLength:"10000" doc:"理由和文书编号"`
}
