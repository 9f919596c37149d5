package inspectweb

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/boombuler/barcode/qr"

	"shenzhong/services/inspect"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/workday"
)

const asHTML = "text/html; charset=utf-8"

// noticeStyle is what a printed notice needs: black on white, A4, no color that a
// copier loses.
const noticeStyle = `
@page{size:A4;margin:22mm 20mm}
*{box-sizing:border-box}
body{margin:0;color:#111;background:#fff;font:16px/1.7 "FangSong","STFangsong","Noto Serif CJK SC","Songti SC",serif}
main{max-width:178mm;margin:0 auto;padding:12px}
header{text-align:center;border-bottom:2px solid #111;margin-bottom:18px}
header p{margin:0}.from{font-size:18px;letter-spacing:2px}.no{margin:0 0 10px!important}
h1{font-size:30px;letter-spacing:6px;margin:8px 0;font-weight:700}
h2{font-size:17px;margin:18px 0 6px}
p{margin:6px 0}.to{font-weight:700}
table{width:100%;border-collapse:collapse;font-size:15px}
th,td{border:1px solid #444;padding:6px 8px;vertical-align:top;text-align:left}td p{margin:0 0 4px}
.basis{display:block;font-size:13px;color:#333}
.small{font-size:13px;line-height:1.6}.code b,.cmd,pre{font-family:"Noto Sans Mono","Consolas",monospace;overflow-wrap:anywhere}
.cmd{border:1px solid #888;padding:4px 8px;font-size:13px}
pre{font-size:10px;line-height:1.4;white-space:pre-wrap;border:1px solid #888;padding:6px;margin:6px 0}
.proof{display:flex;gap:16px;border-top:1px solid #111;margin-top:18px;break-inside:avoid}
.proof>div:first-child{flex:1;min-width:0}.qr{flex:0 0 62mm;padding-top:18px}.qr svg{width:62mm;height:62mm;display:block}
.sign{margin-top:22px}.sign td{border:0;padding:14px 8px 14px 0}
@media (max-width:640px){.proof{display:block}.qr{margin:0 auto;width:62mm}}
`

// mountNotice registers the notice as it is printed.
func mountNotice(api *web.API, s *inspect.Service) {
	web.Download(api, web.Op{ID: "visit-notice-page", Path: "/visits/{id}/notice.html", Tag: visits, Summary: "检查通知书（可打印的网页，含抽取凭证二维码）"}, asHTML,
		func(ctx context.Context, in *VisitID) (*web.File, error) {
			n, err := s.Notice(ctx, web.Actor(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			page, err := printed(ctx, n)
			return web.Attach(in.ID+"-notice.html", asHTML, page), err
		})
}

// printed is the notice as a page of its own.
func printed(ctx context.Context, n inspect.Notice) ([]byte, error) {
	code := ""
	if n.Draw != nil {
		var err error
		if code, err = quickResponse(n.Draw.Receipt); err != nil {
			return nil, err
		}
	}
	var page bytes.Buffer
	if err := noticePage(n, code).Render(ctx, &page); err != nil {
		return nil, fmt.Errorf("render the notice %s: %w", n.No, err)
	}
	return page.Bytes(), nil
}

// quickResponse is a text as a QR code in SVG, with the quiet zone that readers
// need.
func quickResponse(text string) (string, error) {
	code, err := qr.Encode(text, qr.L, qr.Unicode)
	if err != nil {
		return "", fault.New(fault.Invalid, "抽取凭证太长，二维码放不下：%w", err)
	}
	const quiet = 4
	size := code.Bounds().Dx()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="抽取凭证二维码" shape-rendering="crispEdges"><rect width="100%%" height="100%%" fill="#fff"/><path fill="#000" d="`, size+2*quiet, size+2*quiet)
	for y := range size {
		for x := range size {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.String(), nil
}

// chineseDay is a day as it is read.
func chineseDay(day string) string {
	d, err := workday.ParseDate(day)
	if err != nil {
		return day
	}
	return d.Chinese()
}
