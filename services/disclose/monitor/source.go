// Package monitor is how anybody watches the public log and the pages of a
// district from outside (监测): everything it knows it has read at the public
// address or remembers from the last time.
//
// It must never use anything that the public cannot, and it never says that a
// check holds when what it needs was not there.
package monitor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"shenzhong/services/kit/fault"
)

// Source is where public files are read from, by their paths below its root. What
// is not there is fault.NotFound; a source that does not answer is
// fault.Unavailable.
type Source interface {
	Read(ctx context.Context, path string) ([]byte, error)
}

// readLimit bounds one file, in bytes: a draw of 100,000 facilities has 20 MB.
const readLimit = 64 << 20

// Web is the site at an address.
type Web struct {
	Base   string       // "https://某区.gov.cn/mz", without a slash at the end
	Client *http.Client // with a timeout
}

// Gone is the answer 410: what was there is no longer public.
type Gone struct{ Path string }

func (g *Gone) Error() string { return fmt.Sprintf("%s 已不再公开（410）", g.Path) }

// Read gets a file. A path may have a query.
func (w Web) Read(ctx context.Context, path string) ([]byte, error) {
	address := w.Base + "/" + path
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fault.New(fault.Invalid, "网址“%s”不正确，请核对：%w", address, err)
	}
	resp, err := w.Client.Do(req)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "不能读取 %s，请检查网络和网址：%w", address, err)
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	body, err := io.ReadAll(io.LimitReader(resp.Body, readLimit+1))
	switch {
	case err != nil:
		return nil, fault.New(fault.Unavailable, "读取 %s 中断，请重试：%w", address, err)
	case len(body) > readLimit:
		return nil, fault.New(fault.Invalid, "%s 超过 %d MB", address, readLimit>>20)
	case resp.StatusCode == http.StatusOK:
		return body, nil
	case resp.StatusCode == http.StatusGone:
		return body, &Gone{path}
	}
	var problem struct {
		Detail string `json:"detail"`
	}
	if json.Unmarshal(body, &problem) != nil || problem.Detail == "" {
		problem.Detail = "请核对网址"
	}
	kind := fault.Unavailable
	if resp.StatusCode >= 400 && resp.StatusCode < 500 {
		kind = fault.NotFound
	}
	return nil, fault.New(kind, "不能读取 %s（%d）：%s", address, resp.StatusCode, problem.Detail)
}

// Folder is a copy of public files on disk.
type Folder struct{ Dir string }

// Read reads a file.
func (f Folder) Read(_ context.Context, path string) ([]byte, error) {
	if !filepath.IsLocal(filepath.FromSlash(path)) {
		return nil, fault.New(fault.Invalid, "路径“%s”不正确", path)
	}
	data, err := os.ReadFile(filepath.Join(f.Dir, filepath.FromSlash(path)))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.New(fault.NotFound, "目录“%s”中没有 %s", f.Dir, path)
	case err != nil:
		return nil, fault.New(fault.Invalid, "读不出 %s：%w", path, err)
	}
	return data, nil
}

// Sub is what lies below a folder of a source.
type Sub struct {
	Source
	Below string // "log"
}

// Read reads a file there.
func (s Sub) Read(ctx context.Context, path string) ([]byte, error) {
	return s.Source.Read(ctx, s.Below+"/"+path)
}

// SiteOf is the site at an address, whether that names the site itself or its
// log.
func SiteOf(address string, client *http.Client) (Web, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return Web{}, fault.New(fault.Invalid, "网址“%s”不正确，应形如 https://某区.gov.cn", address)
	}
	u.RawQuery, u.Fragment = "", ""
	return Web{Base: strings.TrimSuffix(strings.TrimSuffix(u.String(), "/"), "/log"), Client: client}, nil
}
