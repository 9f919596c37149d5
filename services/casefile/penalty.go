package casefile

import (
	"fmt"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/law"
)

// mostFen bounds an amount: what lies above it is a slip of the pen.
const mostFen = 1_000_000_000_000

// checkPenalty refuses a penalty whose words, kinds and amounts do not fit each
// other. Known are the kinds of the law pack.
func checkPenalty(p events.Penalty, known []law.PenaltyKind) error {
	if len(p.Kinds) == 0 || p.Text == "" {
		return fault.About("penalty", fault.Invalid, "请选择处罚种类并写明处罚内容")
	}
	has := func(codes ...string) bool {
		return slices.ContainsFunc(codes, func(code string) bool { return slices.Contains(p.Kinds, code) })
	}
	for i, code := range p.Kinds {
		if slices.Contains(p.Kinds[:i], code) || !slices.ContainsFunc(known, func(k law.PenaltyKind) bool { return k.Code == code }) {
			return fault.About("kinds", fault.Invalid, "处罚种类“%s”不在法定种类之中或者重复（行政处罚法第九条）", code)
		}
	}
	switch {
	case p.FineFen < 0 || p.ForfeitFen < 0 || p.FineFen > mostFen || p.ForfeitFen > mostFen:
		return fault.About("fine_fen", fault.Invalid, "金额以分为单位，须为合理的非负整数，请核对")
	case has("fine") != (p.FineFen > 0):
		return fault.About("fine_fen", fault.Invalid, "罚款须填写金额，没有罚款的金额须为零")
	case has("confiscate_gains", "confiscate_goods") != (p.ForfeitFen > 0):
		return fault.About("forfeit_fen", fault.Invalid, "没收须填写金额或者价值，没有没收的金额须为零")
	case has("suspend_license", "revoke_license") != (p.License != ""):
		return fault.About("license", fault.Invalid, "暂扣、吊销许可证件须写明证件名称和编号")
	}
	return nil
}

// heavier says in which respect a penalty is heavier than the one that was told
// to the party, or returns "".
func heavier(p, told events.Penalty) string {
	for _, k := range p.Kinds {
		if !slices.Contains(told.Kinds, k) {
			return "增加了处罚种类"
		}
	}
	switch {
	case p.FineFen > told.FineFen:
		return "罚款金额更高"
	case p.ForfeitFen > told.ForfeitFen:
		return "没收金额更高"
	case p.License != "" && p.License != told.License:
		return "涉及其他许可证件"
	}
	return ""
}

// hearingDue says why the party may ask for a hearing, or returns "": the kind
// of the penalty, or an amount that reaches the threshold (行政处罚法 art. 63).
func hearingDue(p events.Penalty, known []law.PenaltyKind, threshold law.Hearing) string {
	for _, k := range known {
		if k.Hearing && slices.Contains(p.Kinds, k.Code) {
			return fmt.Sprintf("拟给予“%s”（%s）", k.Name, k.Citation())
		}
	}
	if p.FineFen >= threshold.Fen || p.ForfeitFen >= threshold.Fen {
		return fmt.Sprintf("金额达到听证标准 %s 元（%s）", yuan(threshold.Fen), threshold.Citation())
	}
	return ""
}

// Scale is what a law allows for a violation (罚则).
type Scale struct {
	Text  string `json:"text"`
	Basis string `json:"basis"`
	// Unverified says that the law pack has no amount that anybody has checked.
	Unverified string `json:"unverified"`
	MaxTimes   *int64 `json:"max_times"` // of the unlawful gain; nil = not by it
	MaxFen     *int64 `json:"max_fen"`   // nil = not bounded by an amount
}

// words is what is shown beside the citation of a law.
func (s *Scale) words() string {
	switch {
	case s == nil:
		return ""
	case s.Unverified != "" && s.Text == "":
		return "：" + strings.TrimRight(s.Unverified, "。")
	case s.Unverified != "":
		return "：" + strings.TrimRight(s.Text, "。") + "，" + strings.TrimRight(s.Unverified, "。")
	}
	return "：" + strings.TrimRight(s.Text, "。")
}

// checkFine holds a fine against what the law pack has of the violation. Where
// nobody has verified an amount, the officer cites the published text; a fine
// above the verified most is refused.
func checkFine(p events.Penalty, fine Scale, cite string) error {
	if p.FineFen == 0 {
		return nil
	}
	if fine.Unverified != "" {
		if cite == "" {
			return fault.About("cite", fault.Invalid, "%s请在“依据的条款和数额幅度”中引用公布文本的条款和数额", fine.Unverified)
		}
		return nil
	}
	most, bounded := int64(0), false
	if fine.MaxFen != nil {
		most, bounded = *fine.MaxFen, true
	}
	if fine.MaxTimes != nil && p.ForfeitFen > 0 {
		most, bounded = max(most, *fine.MaxTimes*p.ForfeitFen), true
	}
	switch {
	case bounded && p.FineFen > most:
		return fault.About("fine_fen", fault.Invalid, "罚款超过法定上限 %s 元：%s（%s）", yuan(most), fine.Text, fine.Basis)
	case !bounded && cite == "":
		return fault.About("cite", fault.Invalid, "罚款按倍数计算，请在“依据的条款和数额幅度”中写明基数和倍数（%s）", fine.Basis)
	}
	return nil
}

// yuan writes fen as yuan, exactly.
func yuan(fen int64) string {
	if fen%100 == 0 {
		return fmt.Sprintf("%d", fen/100)
	}
	return fmt.Sprintf("%d.%02d", fen/100, fen%100)
}
