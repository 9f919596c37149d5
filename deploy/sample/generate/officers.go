package main

import (
	"fmt"
	"strconv"

	"shenzhong/services/register/sheet"
)

// team is the officers of one unit.
type team struct {
	unit   string
	count  int
	skills []string // in turn
}

// teams are the 40 officers of the nine units that inspect together.
var teams = []team{
	{"区民政局", 10, []string{"殡葬服务", "公墓管理", "殡葬服务、收费公示", "用电安全"}},
	{"区市场监管局", 8, []string{"价格", "广告、反不正当竞争", "计量", "食品安全"}},
	{"区公安局", 4, []string{"治安", "道路运输秩序"}},
	{"区消防救援支队", 3, []string{"消防"}},
	{"区应急局", 3, []string{"安全生产"}},
	{"区住房城乡建设委", 3, []string{"燃气", "房屋安全"}},
	{"区规划自然资源局", 3, []string{"用地", "规划"}},
	{"区林业局", 3, []string{"林地", "森林防火"}},
	{"区发展改革委", 3, []string{"价格政策", "项目审批"}},
}

var (
	surnames = []string{"王", "李", "张", "刘", "陈", "杨", "黄", "赵", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗"}
	given    = []string{"守正", "明远", "思齐", "若谷", "知行", "秉义", "怀瑾", "清源", "立言", "慎行"}
)

// stays are the facilities that an officer must stay away from, and why.
var stays = map[int][2]string{
	1:  {"青松殡仪馆", "配偶在该馆任职"},
	6:  {"翠屏陵园有限公司、长青陵园有限公司", "近亲属持有股份"},
	12: {"百顺殡葬服务部", "经营者为其兄弟"},
	19: {"松鹤殡仪馆", "曾任该馆负责人"},
	28: {"念亲骨灰堂", "正在就该处骨灰安放提起诉讼"},
}

// untils are the last days of certificates that differ from the others: two that
// have run out, two that soon will.
var untils = map[int]string{7: "2023-12-31", 16: "2023-12-31", 9: "2026-12-31", 21: "2026-12-31"}

func officers() sheet.Page {
	page := sheet.Page{Name: "执法人员"}
	for _, name := range []string{"姓名", "单位", "执法证号", "证件有效期", "业务专长", "单次最多检查数", "回避对象", "回避事由"} {
		page.Columns = append(page.Columns, sheet.Column{Name: name, Width: 20})
	}
	for u, t := range teams {
		for i := range t.count {
			page.Rows = append(page.Rows, officer(t, u, i, len(page.Rows)))
		}
	}
	return page
}

// officer is the i-th of the u-th unit and the n-th of all.
func officer(t team, u, i, n int) []string {
	until, differs := untils[n]
	if !differs {
		until = fmt.Sprintf("%d-%02d-30", 2028+n%3, []int{4, 6, 9, 11}[n%4])
	}
	return []string{
		surnames[n%len(surnames)] + given[(n*3+n/len(surnames))%len(given)], t.unit, fmt.Sprintf("500156%02d%03d", u+1, i+1), until,
		t.skills[i%len(t.skills)], strconv.Itoa(4 + n%3), stays[n][0], stays[n][1],
	}
}
