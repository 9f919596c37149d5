package drawweb

import (
	"context"
	"fmt"

	"shenzhong/services/draw"
	"shenzhong/services/kit/web"
)

// The media types of what is downloaded.
const (
	asJSON = "application/json"
	asText = "text/plain; charset=utf-8"
)

// AttemptID names an attempt at a draw. It is exported because huma reads no
// other embedded input.
type AttemptID struct {
	DrawID
	Attempt int `query:"attempt" minimum:"0" maximum:"1000" doc:"第几次：作废的抽取以同一编号重新进行，各次都保留；缺省为最后一次"`
}

// FileID names one file of a draw in a path.
type FileID struct {
	AttemptID
	Name string `path:"name" pattern:"^[a-z]+(-[0-9]{4,8})?$" patternDescription:"文件名，例如 announce" doc:"文件名"`
}

// name is what a download of the attempt is called.
func (a AttemptID) name() string {
	if a.Attempt == 0 {
		return a.ID
	}
	return fmt.Sprintf("%s-%d", a.ID, a.Attempt)
}

type fileList struct {
	Files []draw.File `json:"files"`
}

// mountFiles registers what anybody needs to check a draw without us: the whole
// of it as one package, and each file as it was hashed.
func mountFiles(api *web.API, s *draw.Service) {
	web.Download(api, web.Op{ID: "draw-bundle", Path: "/draws/{id}/bundle", Tag: tag, Summary: "验证包", Public: true,
		Detail: "启封之后可以下载；用 shenzhong verify draw 或者核验页面逐项核验。"}, asJSON,
		func(ctx context.Context, in *AttemptID) (*web.File, error) {
			bundle, err := s.Bundle(ctx, in.ID, in.Attempt)
			if err != nil {
				return nil, err
			}
			raw, err := bundle.JSON()
			return web.Attach(in.name()+".json", asJSON, raw), err
		})
	web.Get(api, web.Op{ID: "draw-files", Path: "/draws/{id}/files", Tag: tag, Summary: "已经公开的文件", Public: true},
		func(ctx context.Context, in *AttemptID) (*web.Out[fileList], error) {
			files, err := s.Files(ctx, in.ID, in.Attempt)
			return web.Reply(fileList{files}), err
		})
	web.Download(api, web.Op{ID: "draw-file", Path: "/draws/{id}/files/{name}", Tag: tag, Summary: "一个文件，逐字节与计算摘要时相同", Public: true}, asText,
		func(ctx context.Context, in *FileID) (*web.File, error) {
			text, err := s.File(ctx, in.ID, in.Name, in.Attempt)
			return web.Attach(in.name()+"-"+in.Name+".txt", asText, []byte(text)), err
		})
}
