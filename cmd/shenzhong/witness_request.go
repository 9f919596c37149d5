package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"shenzhong/services/disclose/monitor"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/fault"
)

func newWitnessRequestCommand() *cobra.Command {
	var old int64
	var out string
	cmd := &cobra.Command{
		Use:   "request 网址|目录 [--old 大小] [--out 文件]",
		Short: "从已经公开的日志制作联署请求，用于以 U 盘交换",
		Long:  "任何人都可以制作：请求只含已经公开的检查点和一致性证明。--old 是见证方上次联署的大小，首次为 0。",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("请写明日志的网址或者目录，加 --help 查看用法")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return asUsage(makeRequest(cmd.Context(), cmd.OutOrStdout(), args[0], old, out))
		},
	}
	cmd.Flags().Int64Var(&old, "old", 0, "见证方上次联署的大小")
	cmd.Flags().StringVar(&out, "out", "", "请求文件，不填则输出到屏幕")
	return cmd
}

// logSource is where a log is read: below the address of its site, or in a folder.
func logSource(place string) (monitor.Source, error) {
	if isURL(place) {
		site, err := monitor.SiteOf(place, &http.Client{Timeout: sourceWait})
		return monitor.Sub{Source: site, Below: "log"}, err
	}
	if info, err := os.Stat(place); err != nil || !info.IsDir() {
		return nil, fault.New(fault.Invalid, "没有目录“%s”，请核对目录或者网址", place)
	}
	return monitor.Folder{Dir: place}, nil
}

// requestWait is how long reading a whole log may take.
const requestWait = 10 * time.Minute

func makeRequest(ctx context.Context, out io.Writer, place string, old int64, to string) error {
	ctx, cancel := context.WithTimeout(ctx, requestWait)
	defer cancel()
	src, err := logSource(place)
	if err != nil {
		return err
	}
	book, err := monitor.Read(ctx, src, nil)
	if err != nil {
		return err
	}
	if old < 0 || old > book.Point.Size {
		return fault.New(fault.Invalid, "检查点只有 %d 条，不能从第 %d 条起证明，请核对 --old", book.Point.Size, old)
	}
	path, err := book.Tree.Extend(old, book.Point.Size)
	if err != nil {
		return err
	}
	request := publiclog.Request(old, path, book.Text)
	if to == "" {
		_, err = io.WriteString(out, request)
		return err
	}
	if err := os.WriteFile(to, []byte(request), 0o644); err != nil { //nolint:gosec // it is for everybody to read
		return fault.New(fault.Invalid, "不能写“%s”，请换一个位置：%w", to, err)
	}
	_, err = fmt.Fprintf(out, "大小 %d 的检查点的请求已写入 %s，请送见证方。\n", book.Point.Size, to)
	return err
}
