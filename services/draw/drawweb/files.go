package drawweb

import (
	"context"

	"shenzhong/services/draw"
	"shenzhong/services/kit/web"
)

// The media types of what is downloaded.
const (
	asJSON = "application/json"
	asText = "text/plain; charset=utf-8"
)

// FileID names one file of a draw in a path.
type FileID struct {
	DrawID
	Name string `path:"name" pattern:"^[a-z]+(-[0-9]{4,8})?$" patternDescription:"文件名，例如 announce" doc:"文件名"`
}

type fileList struct {
	Files []draw.File `json:"files"`
}

// mountFiles registers what anybody needs to check a draw without us: the whole
// of it as one package, and each file as it was hashed.
func mountFiles(api *web.API, s *draw.Service) {
	web.Download(api, web.Op{ID: "draw-bundle", Path: "/draws/{id}/bundle", Tag: tag, Summary: "验证包", Public: true,
		Detail: "启封之后可以下载；用 shenzhong verify draw 或者核验页面逐项核验。"}, asJSON,
		func(ctx context.Context, in *DrawID) (*web.File, error) {
			bundle, err := s.Bundle(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			raw, err := bundle.JSON()
			return web.Attach(in.ID+".json", asJSON, raw), err
		})
	web.Get(api, web.Op{ID: "draw-files", Path: "/draws/{id}/files", Tag: tag, Summary: "已经公开的文件", Public: true},
		func(ctx context.Context, in *DrawID) (*web.Out[fileList], error) {
			files, err := s.Files(ctx, in.ID)
			return web.Reply(fileList{files}), err
		})
	web.Download(api, web.Op{ID: "draw-file", Path: "/draws/{id}/files/{name}", Tag: tag, Summary: "一个文件，逐字节与计算摘要时相同", Public: true}, asText,
		func(ctx context.Context, in *FileID) (*web.File, error) {
			text, err := s.File(ctx, in.ID, in.Name)
			return web.Attach(in.ID+"-"+in.Name+".txt", asText, []byte(text)), err
		})
}
