package law

import (
	"fmt"
	"strings"

	"shenzhong/services/kit/workday"
)

// labels are the keys of the files in the words of a lawyer.
var labels = map[string]string{
	"basis": "依据", "verified": "核对情况", "valid_from": "施行日期", "valid_to": "有效至", "note": "说明",
	"id": "代码", "code": "代码", "name": "名称", "title": "名称", "number": "文号", "issuer": "制定机关", "level": "效力级别",
	"replaced_by": "被替代于", "url": "网址", "short": "简称", "kind": "类别", "enforces": "执法主体", "group": "单位组",
	"parent": "所属组", "prefix": "发文字号", "lead": "主办单位", "assist": "协办单位", "contents": "内容",
	"gates": "涉企检查规则适用", "respondent": "当事人类型", "abnormal": "异常名录", "subjects": "主体类型", "priced": "须公示价格",
	"nameless": "可以没有代码", "area": "监管类别", "question": "检查内容", "method": "检查方式", "evidence": "证据材料",
	"unit": "单位", "weight": "事项类别", "facilities": "适用对象", "violations": "对应违法行为", "limits": "对照的限值", "violation": "违法行为",
	"plain": "通俗说法", "reason": "理由", "plan": "方案条款", "trigger": "起算事件", "n": "期限", "min": "最短",
	"last_day": "末日规则", "end": "截止时刻", "direction": "计算方向", "extend": "延长", "owner": "责任人", "remind": "到期前提醒（工作日）",
	"escalate": "逾期报送", "public_overdue": "逾期向公众显示", "on_pack_change": "规则变更时", "category": "对象类别", "grade": "信用等级",
	"risk": "风险等级", "ppm": "比例（百万分之）", "times": "年度频次", "floor_ppm": "最低比例（百万分之）", "all_below": "全部纳入的数量界限",
	"flags": "不设上限的情形", "flagged": "不设上限的做法", "class": "公示分类", "publish": "是否公示", "max": "最长", "rule": "对应期限",
	"large": "较大数额时的分类", "hearing": "可以要求听证", "act": "用于", "text": "内容", "approvals": "同意人数", "severities": "适用的严重程度", "units": "适用的单位", "exclusive": "不与其他并列",
	"needs": "后续要求", "cases": "适用案件", "when": "适用情形", "subject": "当事人", "fen": "数额（分）", "kinds": "处罚种类",
	"min_times": "最低倍数", "max_times": "最高倍数", "min_fen": "最低数额（分）", "max_fen": "最高数额（分）", "value": "数值",
	"start": "起始分", "least": "最低分", "most": "最高分", "at_least": "不低于", "points": "分值", "months": "计分月数", "repairable": "可以修复",
	"resolution": "处理办法", "task": "任务", "owners": "责任单位", "due": "完成时限", "numerator": "分子", "denominator": "分母",
	"target_ppm": "目标（百万分之）", "small_below": "小样本界限", "clause": "条款",
	"by": "实施单位", "hold": "举行期限", "answer": "反馈期限", "public": "是否公开", "items": "检查事项",
	"missing": "尚不能计量的原因", "late": "逾期完成也计入",
	"matters": "监测事项", "signals": "计入的信号", "place": "划分范围", "threshold": "预警数量", "within": "期间", "urgent": "紧急预警",
}

// values are the words of the files that stand for themselves in every table.
var values = map[string]string{
	"workday": "工作日", "day": "自然日", "month": "月", "hour": "小时", "workhour": "工作小时",
	"roll": "末日遇休息日顺延", "keep": "保留不变", "recount": "重新计算", "forward": "向后", "backward": "向前", "business": "下班时",
	"lead": "主办单位", "decider": "作出决定的单位", "publisher": "公示单位", "party": "当事人", "unit_leader": "单位负责人",
	"minor": "轻微", "general": "一般", "serious": "严重", "key": "重点", "always": "公示", "exception": "原则上不公示",
	"natural": "公民", "legal": "法人或者其他组织", "individual_business": "个体工商户",
	"law": "法律", "regulation": "行政法规", "rule": "规章", "document": "规范性文件", "local": "本地设置",
	"ordinary": "普通程序案件", "simple": "简易程序案件", "inspection": "检查", "campaign": "专项检查", "publication": "公示",
	"withhold": "不予公示", "return": "退回线索", "pause": "中止", "no_penalty": "不予处罚",
	"member": "专班成员单位", "cooperating": "配合单位", "town": "乡镇街道", "coordinating": "议事协调机构",
	"mandatory": "适用", "reference": "参照", "courtesy": "不强制但同样执行", "*": "其他各类",
	"overdue": "已经逾期", "escalated": "已经逾期并报送负责人",
	"clue": "问题线索", "report": "巡查、比对等报告", "decision": "处罚决定", "facility": "检查对象", "district": "全区",
}

func label(key string) string {
	if l, ok := labels[key]; ok {
		return l
	}
	return key
}

// word is a value in words: titles for instruments, names for units, and
// nothing for what is empty.
func (p *Pack) word(table, key string, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "是"
		}
		return ""
	case int, int64, uint64, float64:
		if s := fmt.Sprint(v); s != "0" {
			return s
		}
		return ""
	case []any:
		parts := make([]string, 0, len(v))
		for _, e := range v {
			parts = append(parts, p.word(table, key, e))
		}
		return strings.Join(parts, "、")
	case map[string]any:
		return p.mapping(table, v)
	}
	s := fmt.Sprint(v)
	switch key {
	case "basis":
		return p.citedAs(s)
	case "verified":
		return map[string]string{"true": "已核对", "false": "未核对", "local": "本地设置"}[s]
	case "lead", "assist", "owners", "owner", "parent", "to", "unit", "by":
		if at := p.units.index[s]; len(at) > 0 {
			return p.units.lines[at[0]].Name
		}
	case "facilities", "category":
		if at := p.facilities.index[s]; len(at) > 0 {
			return p.facilities.lines[at[0]].Name
		}
	case "violations", "matters":
		if at := p.routes.index[s]; len(at) > 0 {
			return p.routes.lines[at[0]].Name
		}
	case "kinds":
		if at := p.penalties.index[s]; len(at) > 0 {
			return p.penalties.lines[at[0]].Name
		}
	case "subjects":
		if at := p.subjects.index[s]; len(at) > 0 {
			return p.subjects.lines[at[0]].Name
		}
	}
	if key == "last_day" && s == string(workday.Keep) {
		return "末日不顺延"
	}
	if name, ok := values[s]; ok && key != "code" && key != "id" {
		return name
	}
	return s
}

// mapping is a small mapping within a line, as an extension or a step of an
// escalation.
func (p *Pack) mapping(table string, m map[string]any) string {
	inner := map[string]string{"n": "每次", "times": "次数", "by": "批准人", "after": "逾期后工作日", "to": "报送"}
	var parts []string
	for _, k := range []string{"n", "times", "by", "after", "to"} {
		if w := p.word(table, k, m[k]); w != "" {
			parts = append(parts, inner[k]+w)
		}
	}
	return strings.Join(parts, "，")
}

// citedAs is one basis as a document cites it.
func (p *Pack) citedAs(s string) string {
	var c Cite
	if err := c.UnmarshalText([]byte(s)); err != nil {
		return s
	}
	if at := p.instruments.index[c.Instrument]; len(at) > 0 {
		return p.instruments.lines[at[0]].Cited() + c.Article
	}
	return s
}
