package discloseweb

import (
	"fmt"

	"github.com/a-h/templ"

	"shenzhong/services/disclose"
	"shenzhong/services/kit/web/ui"
)

// dated is what the day of a sort of record is called.
func dated(sort string) string {
	switch sort {
	case "penalty":
		return "决定日期"
	case "check":
		return "检查日期"
	case "commitment":
		return "承诺日期"
	case "breach":
		return "认定日期"
	}
	return "日期"
}

// verdict says whether a limit was kept.
func verdict(l disclose.Limit) string {
	due := "应当在" + chinese(l.Due) + "以前（含当日）完成，"
	switch {
	case l.DoneOn == "":
		return due + "尚未登记。"
	case l.Kept:
		return due + "实际于" + chinese(l.DoneOn) + "完成，未超过期限。"
	}
	return due + "实际于" + chinese(l.DoneOn) + "完成，超过期限。"
}

func tone(l disclose.Limit) ui.Tone {
	switch {
	case l.Kept:
		return ui.Good
	case l.DoneOn == "":
		return ui.Warn
	}
	return ui.Bad
}

// days is a limit counted day by day.
func days(l disclose.Limit) ui.Table {
	table := ui.Table{
		Caption: "期限的最后一日为" + chinese(l.Due),
		Columns: []ui.Column{{Title: "日期"}, {Title: "计入第几日"}, {Title: "说明"}},
	}
	n := 0
	for _, d := range l.Days {
		counted := "不计入"
		if d.Counts {
			n++
			counted = fmt.Sprintf("第 %d 日", n)
		}
		table.Rows = append(table.Rows, []templ.Component{ui.Date(d.Date.String(), d.Date.Chinese()), ui.Text(counted), ui.Text(d.Reason)})
	}
	return table
}
