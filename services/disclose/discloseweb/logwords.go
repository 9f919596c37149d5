package discloseweb

import (
	"strings"

	"github.com/a-h/templ"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/web/ui"
	"shenzhong/services/kit/workday"
)

// signatures are the lines of a checkpoint. What a page of the district says of
// them is no check: it names who signed, and the commands check it.
func signatures(h publiclog.Head) ui.Table {
	t := ui.Table{Caption: "检查点上的签名", Columns: []ui.Column{{Title: "签名者"}, {Title: "算法"}, {Title: "作用"}}}
	for _, l := range h.Lines {
		algorithm, use := "Ed25519", ui.Text("日志签发")
		if l.SM2 {
			algorithm = "SM2（SM3）"
		}
		if !l.Own {
			use = ui.Text("见证：" + instant(l))
		}
		t.Rows = append(t.Rows, []templ.Component{ui.Text(l.Name), ui.Text(algorithm), use})
	}
	return t
}

// witnessed is who else has seen a checkpoint, and when.
func witnessed(h publiclog.Head) string {
	var seen []string
	for _, l := range h.Lines {
		if !l.Own {
			seen = append(seen, l.Name+" "+instant(l))
		}
	}
	if len(seen) == 0 {
		return "尚无见证单位联署"
	}
	return strings.Join(seen, "、")
}

func instant(l publiclog.Line) string { return l.Seen.In(workday.Zone).Format("2006-01-02 15:04") }
