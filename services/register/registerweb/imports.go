package registerweb

import (
	"context"
	"encoding/base64"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/web"
	"shenzhong/services/register"
)

type importBody struct {
	What  string `json:"what,omitempty" enum:"facilities,officers" doc:"检查对象、执法人员；不填按列名判断"`
	Name  string `json:"name" minLength:"1" maxLength:"100" doc:"文件名，写入更正原因"`
	File  string `json:"file" minLength:"1" doc:"文件内容（.xlsx 或 UTF-8 的 .csv），base64 编码；整个请求不超过 1 MB，更大的文件请分开，或者由系统管理员在服务器上导入"`
	Apply bool   `json:"apply,omitempty" doc:"写入；不填只核对。有一行错误就全部不写入"`
}

// Imported is what an import did, or would do.
type Imported struct {
	register.Report
	Errors string `json:"errors_file,omitempty" doc:"有错误时：原表格加上“问题”一列，.xlsx，base64 编码"`
}

// templateNames are the names under which templates are kept.
var templateNames = map[string]string{register.ImportFacilities: "检查对象.xlsx", register.ImportOfficers: "执法人员.xlsx"}

func mountImports(api *web.API, s *register.Service) {
	web.Download(api, web.Op{ID: "register-template", Path: "/imports/templates/{what}", Tag: lists, Summary: "导入用的空白表格", Public: true}, web.XLSX,
		func(_ context.Context, in *struct {
			What string `path:"what" enum:"facilities,officers" doc:"检查对象、执法人员"`
		}) (*web.File, error) {
			data, err := s.Template(in.What)
			return web.Attach(templateNames[in.What], web.XLSX, data), err
		})
	web.Post(api, web.Op{ID: "register-import", Path: "/imports", Tag: lists, Summary: "从表格导入检查对象或执法人员", Detail: "先不填 apply 核对，再填 apply 写入。同一文件重复写入不会产生变化。"},
		func(ctx context.Context, in *struct{ Body importBody }) (*web.Out[Imported], error) {
			file, err := base64.StdEncoding.DecodeString(in.Body.File)
			if err != nil {
				return nil, fault.About("file", fault.Invalid, "file 应是文件内容的 base64 编码，请检查后重新提交")
			}
			report, err := s.Import(ctx, register.Import{Cause: web.Cause(ctx), What: in.Body.What, Name: in.Body.Name, File: file, Apply: in.Body.Apply})
			if err != nil {
				return nil, err
			}
			out := Imported{Report: report}
			if report.Wrong > 0 {
				sheet, err := report.Sheet()
				if err != nil {
					return nil, err
				}
				out.Errors = base64.StdEncoding.EncodeToString(sheet)
			}
			return web.Reply(out), nil
		})
}
