package main

import (
	"fmt"

	"shenzhong/services/kit/uscc"
	"shenzhong/services/register/sheet"
)

// group is the facilities of one category.
type group struct {
	category string
	suffix   string // of their names
	count    int
	subjects []string // kinds of subjects, in turn
}

// groups are the 60 facilities. One category has fewer than five, so that all of
// it is inspected (方案五(二)2); every other has at least five that are open.
var groups = []group{
	{"殡仪馆", "殡仪馆", 3, []string{"事业单位"}},
	{"经营性公墓", "陵园有限公司", 5, []string{"企业"}},
	{"城镇公益性公墓", "公益性公墓", 5, []string{"事业单位"}},
	{"农村公益性公墓", "村公益性公墓", 14, []string{village}},
	{"骨灰堂", "骨灰堂", 6, []string{"事业单位", village}},
	{"殡仪服务站", "殡仪服务站", 8, []string{"社会组织（民办非企业单位等）", "企业"}},
	{"殡葬中介（一条龙服务）", "殡葬服务部", 8, []string{"个体工商户", "企业", "自然人及其他"}},
	{"殡葬用品经营户", "殡葬用品店", 11, []string{"个体工商户"}},
}

const village = "村（居）民委员会或者集体经济组织"

// registrars are the first two characters of the codes of each kind of subject.
var registrars = map[string]string{
	"事业单位": "12", "企业": "91", village: "54", "社会组织（民办非企业单位等）": "52", "个体工商户": "92",
}

var towns = []string{
	"凤山街道", "芙蓉街道", "仙女山街道", "羊角街道", "白马镇", "江口镇", "火炉镇", "鸭江镇", "长坝镇", "平桥镇", "桐梓镇", "和顺镇",
	"双河镇", "黄莺乡", "沧沟乡", "文复乡", "后坪乡", "浩口乡", "接龙乡", "庙垭乡", "石桥乡", "白云乡", "大洞河乡", "赵家乡",
}

// words name facilities; there are as many as facilities, so no name comes twice.
var words = []string{
	"青松", "松鹤", "云岭", "翠屏", "长青", "福宁", "静安", "柏林", "清溪", "望归", "思源", "安宁", "永慕", "怀德", "归园",
	"石坝", "柏树", "大湾", "龙井", "黄泥", "双桥", "水口", "天池", "老鹰", "桂花", "银杏", "竹林", "杉木", "红岩", "白鹤",
	"慈恩", "念亲", "崇孝", "明德", "厚土", "瑞安", "祥和", "康泰", "同福", "仁和", "积善", "百顺", "德馨", "礼安", "孝和",
	"敬亭", "长乐", "顺心", "万福", "吉祥", "永和", "恒泰", "聚福", "宏福", "益民", "便民", "昌盛", "兴旺", "广济", "福缘",
}

// mark is what stands in the columns of a flag: objects that are inspected
// without a ceiling.
type mark struct{ kind, reason, evidence string }

var marks = map[int]mark{
	4:  {"有严重违法违规记录", "超标准建设墓穴被处罚", "武隆民罚决字〔2023〕9号"},
	30: {"其他重点关注", "骨灰寄存室消防整改未复验", "武隆消改〔2023〕17号"},
	35: {"投诉举报较多", "十二个月内收到收费投诉四件", "武隆民诉〔2023〕12号、武隆民诉〔2023〕15号、武隆民诉〔2023〕21号、武隆民诉〔2023〕26号"},
	42: {"列入经营异常名录", "未按规定公示年度报告", "渝武市监异〔2023〕6号"},
	51: {"列入经营异常名录", "通过登记的住所无法联系", "渝武市监异〔2023〕11号"},
}

// closings are the facilities that are closed.
var closings = map[int][2]string{
	20: {"2023-06-30", "与邻村公墓合并"}, 47: {"2023-03-15", "注销登记"}, 55: {"2022-12-31", "注销登记"}, 58: {"2023-09-01", "注销登记"},
}

func facilities() sheet.Page {
	page := sheet.Page{Name: "检查对象"}
	for _, name := range []string{
		"名称", "类别", "主体类型", "统一社会信用代码", "乡镇街道", "地址", "风险等级", "设立日期", "标记", "标记原因", "标记依据", "关闭日期", "关闭原因",
	} {
		page.Columns = append(page.Columns, sheet.Column{Name: name, Width: 20})
	}
	for _, g := range groups {
		for i := range g.count {
			page.Rows = append(page.Rows, facility(g, i, len(page.Rows)))
		}
	}
	return page
}

// facility is the i-th of a group and the n-th of all.
func facility(g group, i, n int) []string {
	subject := g.subjects[i%len(g.subjects)]
	place := towns[(n*5+i)%len(towns)]
	year := 1998 + (n*7)%25
	m, closing := marks[n], closings[n]
	return []string{
		words[n] + g.suffix, g.category, subject, codeOf(g, subject, i, n, year), place, fmt.Sprintf("%s%s路%d号", place, words[(n+31)%len(words)], n*3+1),
		[]string{"低", "中", "低", "高", "中"}[n%5], fmt.Sprintf("%d-%02d-%02d", year, n%12+1, n*3%28+1),
		m.kind, m.reason, m.evidence, closing[0], closing[1],
	}
}

// codeOf is the code of a facility, empty where it has none: natural persons and
// every other village cemetery.
func codeOf(g group, subject string, i, n, year int) string {
	registrar, ok := registrars[subject]
	if !ok || g.suffix == "村公益性公墓" && i%2 == 1 {
		return ""
	}
	division := "500156"
	if year < 2017 { // the county became a district, and had another code before
		division = "500232"
	}
	organization := fmt.Sprintf("M000%04d", 1000+n*37)
	first := registrar + division + organization + string(uscc.OrganizationDigit(organization))
	return first + string(uscc.CheckDigit(first))
}
