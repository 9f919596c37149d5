package events

import (
	"reflect"
	"slices"
)

// Contract is one entry of the catalogue: what may be said, by whom, about what
// kind of entity, and who listens.
type Contract struct {
	Fact    Event    // zero value of the fact
	Entity  string   // collection of its subject, "clue"
	Hears   []string // contexts that listen, besides the one that says it
	Since   string   // date from which it is said
	Sealed  bool     // heard by nobody but those named here, oversee included
	Chinese string   // what it says, for people
}

// Kind is the literal name of the contract.
func (c Contract) Kind() string { return c.Fact.Kind() }

// Type is the Go type of the fact.
func (c Contract) Type() reflect.Type { return reflect.TypeOf(c.Fact) }

// Catalogue lists every contract. An entry is never removed or altered; a
// contract that is no longer said keeps its line and its name.
func Catalogue() []Contract {
	const first, second = "2026-11-24", "2026-11-28"
	return []Contract{
		{Fact: UnitListed{}, Entity: "unit", Since: first, Chinese: "单位列入名录", Hears: []string{"oversee"}},
		{Fact: FacilityChanged{}, Entity: "facility", Since: first, Chinese: "检查对象信息变动", Hears: []string{"inspect", "clue", "casefile", "credit", "disclose", "watch", "oversee"}},
		{Fact: OfficerChanged{}, Entity: "officer", Since: first, Chinese: "执法人员信息变动", Hears: []string{"inspect", "casefile", "oversee"}},
		{Fact: ItemPublished{}, Entity: "item", Since: first, Chinese: "抽查事项公布", Hears: []string{"inspect", "oversee"}},
		{Fact: ItemRetired{}, Entity: "item", Since: first, Chinese: "抽查事项停用", Hears: []string{"inspect", "oversee"}},

		{Fact: PlanDrafted{}, Entity: "plan", Since: first, Chinese: "年度联合抽查计划拟订", Hears: []string{"disclose", "oversee"}},
		{Fact: PlanApproved{}, Entity: "plan", Since: first, Chinese: "计划经单位负责人批准", Hears: []string{"disclose", "oversee"}},
		{Fact: PlanPublished{}, Entity: "plan", Since: first, Chinese: "计划公布并冻结", Hears: []string{"disclose", "oversee"}},
		{Fact: BatchAnnounced{}, Entity: "batch", Since: first, Chinese: "批次公告", Hears: []string{"draw", "oversee"}},
		{Fact: BatchFrozen{}, Entity: "batch", Since: first, Chinese: "批次名录冻结", Hears: []string{"draw"}, Sealed: true},
		{Fact: BatchThawed{}, Entity: "batch", Since: "2026-11-28", Chinese: "名录退回核对", Sealed: true},
		{Fact: BatchDrawn{}, Entity: "batch", Since: first, Chinese: "批次抽取结果派定", Sealed: true},
		{Fact: BatchVoided{}, Entity: "batch", Since: first, Chinese: "批次抽取作废", Hears: []string{"oversee"}},
		{Fact: BatchFinished{}, Entity: "batch", Since: first, Chinese: "批次检查完成", Hears: []string{"draw", "oversee"}},
		{Fact: VisitAssigned{}, Entity: "visit", Since: first, Chinese: "联合检查派定", Sealed: true},
		{Fact: VisitReseated{}, Entity: "visit", Since: first, Chinese: "检查人员递补", Sealed: true},
		{Fact: VisitApproved{}, Entity: "visit", Since: first, Chinese: "检查审批", Sealed: true},
		{Fact: VisitNoticed{}, Entity: "visit", Since: first, Chinese: "检查通知送达", Sealed: true},
		{Fact: CampaignDrafted{}, Entity: "campaign", Since: "2026-11-28", Chinese: "专项检查计划拟订", Hears: []string{"oversee"}},
		{Fact: CampaignApproved{}, Entity: "campaign", Since: "2026-11-28", Chinese: "专项检查经批准", Hears: []string{"oversee"}},
		{Fact: CampaignFiled{}, Entity: "campaign", Since: "2026-11-28", Chinese: "专项检查计划备案", Hears: []string{"oversee"}},
		{Fact: CampaignPublished{}, Entity: "campaign", Since: "2026-11-28", Chinese: "专项检查计划公布", Hears: []string{"disclose", "oversee"}},
		{Fact: CodeFilingDue{}, Entity: "filing", Since: "2026-11-28", Chinese: "未取得执法码实施检查，应当备案", Hears: []string{"oversee"}},
		{Fact: CodeFiled{}, Entity: "filing", Since: "2026-11-28", Chinese: "未取得执法码的检查已备案", Hears: []string{"oversee"}},
		{Fact: RecusalRequested{}, Entity: "recusal", Since: "2026-11-28", Chinese: "当事人申请回避", Sealed: true},
		{Fact: RecusalDecided{}, Entity: "recusal", Since: "2026-11-28", Chinese: "回避申请的决定", Hears: []string{"draw"}, Sealed: true},
		{Fact: StrictnessSeen{}, Entity: "strictness", Since: "2026-11-28", Chinese: "检查人员本人已查看检出率比较", Sealed: true},
		{Fact: SectionAnswered{}, Entity: "visit", Since: first, Chinese: "部门检查结果录入", Sealed: true},
		{Fact: VisitSigned{}, Entity: "visit", Since: first, Chinese: "当事人签字或拒签", Sealed: true},
		{Fact: VisitRecorded{}, Entity: "visit", Since: first, Chinese: "联合检查办结", Hears: []string{"clue", "casefile", "disclose", "credit", "oversee"}},
		{Fact: RectificationOrdered{}, Entity: "rectification", Since: first, Chinese: "责令改正", Hears: []string{"credit", "oversee"}},
		{Fact: RectificationExtended{}, Entity: "rectification", Since: first, Chinese: "延长改正期限", Hears: []string{"credit", "oversee"}},
		{Fact: RectificationProved{}, Entity: "rectification", Since: first, Chinese: "提交整改证明", Hears: []string{"credit", "oversee"}},
		{Fact: RectificationChecked{}, Entity: "rectification", Since: first, Chinese: "复查", Hears: []string{"credit", "oversee"}},

		{Fact: DrawAnnounced{}, Entity: "draw", Since: first, Chinese: "抽取公告", Hears: []string{"disclose", "oversee"}},
		{Fact: DrawCommitted{}, Entity: "draw", Since: first, Chinese: "单位提交承诺值", Hears: []string{"oversee"}},
		{Fact: DrawFrozen{}, Entity: "draw", Since: first, Chinese: "名录锁定", Hears: []string{"disclose", "oversee"}},
		{Fact: DrawRevealed{}, Entity: "draw", Since: first, Chinese: "单位揭示", Hears: []string{"oversee"}},
		{Fact: DrawClosed{}, Entity: "draw", Since: first, Chinese: "揭示截止", Hears: []string{"disclose", "oversee"}},
		{Fact: BeaconTyped{}, Entity: "draw", Since: first, Chinese: "公开随机数录入", Hears: []string{"disclose", "oversee"}},
		{Fact: BeaconMissed{}, Entity: "draw", Since: first, Chinese: "公开随机数逾期未产生", Hears: []string{"oversee"}},
		{Fact: DrawBlocked{}, Entity: "draw", Since: "2026-11-28", Chinese: "试抽有空缺，名录未锁定", Hears: []string{"inspect"}, Sealed: true},
		{Fact: DrawSealed{}, Entity: "draw", Since: "2026-11-28", Chinese: "抽取结果封存", Hears: []string{"disclose", "oversee"}},
		{Fact: DrawCompleted{}, Entity: "handover", Since: first, Chinese: "抽取结果交检查组", Hears: []string{"inspect"}, Sealed: true},
		{Fact: DrawReplaced{}, Entity: "draw", Since: first, Chinese: "递补", Hears: []string{"inspect"}, Sealed: true},
		{Fact: DrawOpened{}, Entity: "draw", Since: first, Chinese: "抽取结果启封", Hears: []string{"disclose", "oversee"}},
		{Fact: DrawVoided{}, Entity: "draw", Since: first, Chinese: "抽取作废", Hears: []string{"disclose", "inspect", "oversee"}},
		{Fact: DrawWitnessed{}, Entity: "draw", Since: second, Chinese: "见证方在公开随机数产生之前已见证揭示", Hears: []string{"oversee"}},
		{Fact: DrawMaterialTaken{}, Entity: "draw", Since: second, Chinese: "参与方领取复算材料", Hears: []string{"oversee"}},
		{Fact: DrawCountersigned{}, Entity: "draw", Since: second, Chinese: "参与方复算签署", Hears: []string{"disclose", "oversee"}},
		{Fact: DrawEnclosed{}, Entity: "draw", Since: second, Chinese: "验证包附入公开日志的证明", Hears: []string{"oversee"}},

		{Fact: ClueReceived{}, Entity: "clue", Since: first, Chinese: "线索登记", Hears: []string{"register", "watch", "oversee"}},
		{Fact: ClueRouted{}, Entity: "clue", Since: first, Chinese: "线索分办", Hears: []string{"watch", "oversee"}},
		{Fact: ClueReturned{}, Entity: "clue", Since: first, Chinese: "线索退回", Hears: []string{"oversee"}},
		{Fact: ClueDisputed{}, Entity: "clue", Since: first, Chinese: "职责争议", Hears: []string{"oversee"}},
		{Fact: ClueRuled{}, Entity: "clue", Since: first, Chinese: "争议裁定", Hears: []string{"oversee"}},
		{Fact: ClueSigned{}, Entity: "clue", Since: first, Chinese: "线索签收", Hears: []string{"oversee"}},
		{Fact: ClueAccepted{}, Entity: "clue", Since: first, Chinese: "线索受理", Hears: []string{"oversee"}},
		{Fact: ClueExtended{}, Entity: "clue", Since: first, Chinese: "延长核查期限", Hears: []string{"oversee"}},
		{Fact: ClueMerged{}, Entity: "clue", Since: first, Chinese: "线索并案", Hears: []string{"watch", "oversee"}},
		{Fact: ClueAbsorbed{}, Entity: "clue", Since: first, Chinese: "并入线索", Hears: []string{"oversee"}},
		{Fact: ClueConcluded{}, Entity: "clue", Since: first, Chinese: "线索核查办结", Hears: []string{"casefile", "watch", "oversee"}},
		{Fact: ClueAnswered{}, Entity: "clue", Since: first, Chinese: "答复来信人", Hears: []string{"oversee"}},
		{Fact: ClueReopened{}, Entity: "clue", Since: first, Chinese: "申请重新核查", Hears: []string{"watch", "oversee"}},
		{Fact: ClueUnmasked{}, Entity: "clue", Since: first, Chinese: "查看来信人联系方式", Sealed: true},

		{Fact: CaseFiled{}, Entity: "case", Since: first, Chinese: "立案", Hears: []string{"oversee"}},
		{Fact: CaseStepped{}, Entity: "case", Since: first, Chinese: "案件程序", Hears: []string{"oversee"}},
		{Fact: CaseDecided{}, Entity: "case", Since: first, Chinese: "作出处罚决定", Hears: []string{"disclose", "watch", "oversee"}},
		{Fact: CaseServed{}, Entity: "case", Since: first, Chinese: "决定书送达", Hears: []string{"oversee"}},
		{Fact: DecisionRevoked{}, Entity: "case", Since: first, Chinese: "决定被变更或撤销", Hears: []string{"disclose", "watch", "oversee"}},
		{Fact: CaseClosed{}, Entity: "case", Since: first, Chinese: "结案", Hears: []string{"oversee"}},
		{Fact: DecisionNumbered{}, Entity: "number", Since: first, Chinese: "决定书编号", Hears: []string{"oversee"}},

		{Fact: RecordPrepared{}, Entity: "record", Since: first, Chinese: "公示信息生成", Hears: []string{"casefile", "oversee"}},
		{Fact: RecordReviewed{}, Entity: "record", Since: first, Chinese: "公示复核", Hears: []string{"casefile", "oversee"}},
		{Fact: RecordPublished{}, Entity: "record", Since: first, Chinese: "公示", Hears: []string{"credit", "casefile", "oversee"}},
		{Fact: ChannelAdded{}, Entity: "record", Since: first, Chinese: "其他渠道公示", Hears: []string{"credit", "casefile", "oversee"}},
		{Fact: CorrectionDrafted{}, Entity: "record", Since: first, Chinese: "公示更正待复核", Hears: []string{"casefile", "oversee"}},
		{Fact: RecordCorrected{}, Entity: "record", Since: first, Chinese: "公示更正", Hears: []string{"casefile", "oversee"}},
		{Fact: RecordWithheld{}, Entity: "record", Since: first, Chinese: "依法不予公示", Hears: []string{"casefile", "oversee"}},
		{Fact: WithdrawalDue{}, Entity: "record", Since: first, Chinese: "应当撤回", Hears: []string{"casefile", "oversee"}},
		{Fact: RecordWithdrawn{}, Entity: "record", Since: first, Chinese: "撤回公示", Hears: []string{"credit", "casefile", "oversee"}},
		{Fact: RecordExpired{}, Entity: "record", Since: first, Chinese: "公示期满", Hears: []string{"credit", "casefile", "oversee"}},
		{Fact: LeafLogged{}, Entity: "log", Since: first, Chinese: "公开日志新增条目"},
		{Fact: CheckpointCosigned{}, Entity: "cosigning", Since: second, Chinese: "公开日志的检查点经见证方联署", Hears: []string{"draw", "oversee"}},
		{Fact: EvidenceDue{}, Entity: "evidence", Since: second, Chinese: "抽取已启封，待附公开日志的证明"},
		{Fact: DrawEvidenced{}, Entity: "evidence", Since: second, Chinese: "公开日志中抽取各步骤的证明", Hears: []string{"draw"}},

		{Fact: CreditGraded{}, Entity: "credit", Since: first, Chinese: "信用等级评定", Hears: []string{"register", "disclose", "oversee"}},
		{Fact: CommitmentMade{}, Entity: "commitment", Since: first, Chinese: "作出信用承诺", Hears: []string{"disclose", "oversee"}},
		{Fact: BreachNoticed{}, Entity: "commitment", Since: first, Chinese: "违诺告知", Hears: []string{"oversee"}},
		{Fact: BreachHeard{}, Entity: "commitment", Since: first, Chinese: "听取陈述", Hears: []string{"oversee"}},
		{Fact: CommitmentBreached{}, Entity: "commitment", Since: first, Chinese: "认定违诺", Hears: []string{"disclose", "oversee"}},
		{Fact: BreachDropped{}, Entity: "commitment", Since: first, Chinese: "违诺不成立", Hears: []string{"oversee"}},

		{Fact: RepairAsked{}, Entity: "repair", Since: "2026-11-28", Chinese: "申请信用修复", Hears: []string{"oversee"}},
		{Fact: RepairAccepted{}, Entity: "repair", Since: "2026-11-28", Chinese: "受理信用修复申请", Hears: []string{"oversee"}},
		{Fact: RepairRefused{}, Entity: "repair", Since: "2026-11-28", Chinese: "不予受理信用修复申请", Hears: []string{"oversee"}},
		{Fact: RepairDecided{}, Entity: "repair", Since: "2026-11-28", Chinese: "信用修复决定", Hears: []string{"disclose", "oversee"}},
		{Fact: ObjectionRaised{}, Entity: "objection", Since: "2026-11-28", Chinese: "提出信用信息异议", Hears: []string{"oversee"}},
		{Fact: ObjectionDecided{}, Entity: "objection", Since: "2026-11-28", Chinese: "信用信息异议处理决定", Hears: []string{"oversee"}},

		{Fact: SignalNoted{}, Entity: "signal", Since: "2026-11-29", Chinese: "监测信号计入"},
		{Fact: SignalWithdrawn{}, Entity: "signal", Since: "2026-11-29", Chinese: "监测信号不计入"},
		{Fact: GaugeMoved{}, Entity: "gauge", Since: "2026-11-29", Chinese: "监测点信号数变动"},
		{Fact: AlertRaised{}, Entity: "alert", Since: "2026-11-29", Chinese: "发出预警", Hears: []string{"oversee"}},
		{Fact: AlertUpdated{}, Entity: "alert", Since: "2026-11-29", Chinese: "预警所依据的信号增减", Hears: []string{"oversee"}},
		{Fact: AlertAcknowledged{}, Entity: "alert", Since: "2026-11-29", Chinese: "预警签收", Hears: []string{"oversee"}},
		{Fact: AlertResponded{}, Entity: "alert", Since: "2026-11-29", Chinese: "预警联动响应", Hears: []string{"oversee"}},
		{Fact: AlertConcluded{}, Entity: "alert", Since: "2026-11-29", Chinese: "预警办结", Hears: []string{"clue", "oversee"}},
		{Fact: AlertLifted{}, Entity: "alert", Since: "2026-11-29", Chinese: "预警解除", Hears: []string{"oversee"}},

		{Fact: DeadlineKept{}, Entity: "deadline", Since: first, Chinese: "期限登记与变动"},
		{Fact: Reminded{}, Entity: "deadline", Since: first, Chinese: "临期提醒"},
		{Fact: Overdue{}, Entity: "deadline", Since: first, Chinese: "逾期"},
		{Fact: Escalated{}, Entity: "deadline", Since: first, Chinese: "报负责人督办"},
		{Fact: Urged{}, Entity: "deadline", Since: first, Chinese: "人工催办"},
		{Fact: MeasureDrafted{}, Entity: "measure", Since: "2026-11-28", Chinese: "拟发督查措施", Hears: []string{"oversee"}},
		{Fact: MeasureIssued{}, Entity: "measure", Since: "2026-11-28", Chinese: "发出督办单、约谈通知或者通报", Hears: []string{"oversee"}},
		{Fact: MeasureDropped{}, Entity: "measure", Since: "2026-11-28", Chinese: "督查措施不予发出", Hears: []string{"oversee"}},
		{Fact: InterviewHeld{}, Entity: "measure", Since: "2026-11-28", Chinese: "约谈已举行", Hears: []string{"oversee"}},
		{Fact: MeasureAnswered{}, Entity: "measure", Since: "2026-11-28", Chinese: "被督查单位反馈", Hears: []string{"oversee"}},
		{Fact: MeasureReturned{}, Entity: "measure", Since: "2026-11-28", Chinese: "反馈退回", Hears: []string{"oversee"}},
		{Fact: MeasureClosed{}, Entity: "measure", Since: "2026-11-28", Chinese: "督查措施办结", Hears: []string{"oversee"}},
		{Fact: MeasureRevoked{}, Entity: "measure", Since: "2026-11-28", Chinese: "督查措施撤销", Hears: []string{"oversee"}},
		{Fact: TaskEvidenced{}, Entity: "task", Since: "2026-11-28", Chinese: "登记任务落实依据"},
		{Fact: TaskReported{}, Entity: "task", Since: "2026-11-28", Chinese: "申报任务完成"},
		{Fact: TaskReturned{}, Entity: "task", Since: "2026-11-28", Chinese: "任务退回"},
		{Fact: TaskConfirmed{}, Entity: "task", Since: "2026-11-28", Chinese: "核定任务完成"},

		{Fact: TokenIssued{}, Entity: "token", Since: first, Chinese: "发放接口令牌", Hears: []string{"register", "inspect", "draw", "clue", "casefile", "disclose", "credit", "watch", "oversee"}},
		{Fact: TokenRevoked{}, Entity: "token", Since: first, Chinese: "吊销接口令牌", Hears: []string{"register", "inspect", "draw", "clue", "casefile", "disclose", "credit", "watch", "oversee"}},
	}
}

// Of returns the kinds of every contract about one kind of entity: what a view
// of that entity must listen to.
func Of(entity string) []string {
	var kinds []string
	for _, c := range Catalogue() {
		if c.Entity == entity {
			kinds = append(kinds, c.Kind())
		}
	}
	return kinds
}

// Unsealed returns the kinds that oversee may hear.
func Unsealed() []string {
	var kinds []string
	for _, c := range Catalogue() {
		if !c.Sealed && slices.Contains(c.Hears, "oversee") {
			kinds = append(kinds, c.Kind())
		}
	}
	return kinds
}
