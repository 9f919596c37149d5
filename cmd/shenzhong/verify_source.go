package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
)

// What is read of a source at most, and how long it is waited for.
const (
	sourceLimit = 64 << 20 // bytes; a draw of 100,000 facilities has some 20 MB
	sourceWait  = time.Minute
)

// loadBundle reads a package from a file, a folder or an address.
func loadBundle(ctx context.Context, source string) (*fdraw.Bundle, error) {
	var raw []byte
	if isURL(source) {
		address, err := bundleAddress(source)
		if err != nil {
			return nil, err
		}
		if raw, err = fetchURL(ctx, address); err != nil {
			return nil, err
		}
		return parseBundle(source, raw)
	}
	info, err := os.Stat(source)
	if err != nil {
		return nil, fault.New(fault.Invalid, "没有“%s”，请核对目录、文件名或者网址", source)
	}
	if info.IsDir() {
		raw, err = gatherFolder(source)
	} else {
		raw, err = readLimited(source)
	}
	if err != nil {
		return nil, err
	}
	return parseBundle(source, raw)
}

func parseBundle(source string, raw []byte) (*fdraw.Bundle, error) {
	b, err := fdraw.ParseBundle(raw)
	if err != nil {
		return nil, fault.New(fault.Invalid, "“%s”不能核验：%w", source, err)
	}
	return b, nil
}

func isURL(source string) bool {
	return strings.HasPrefix(source, "http://") || strings.HasPrefix(source, "https://")
}

// bundleAddress is where the package of a draw is: at the address itself, or
// below that of the draw.
func bundleAddress(source string) (string, error) {
	u, err := url.Parse(source)
	if err != nil || u.Host == "" {
		return "", fault.New(fault.Invalid, "网址“%s”不正确，请核对", source)
	}
	if last := path.Base(u.Path); last != "bundle" && path.Ext(last) != ".json" {
		u = u.JoinPath("bundle")
	}
	return u.String(), nil
}

// fetchURL reads what is at an address.
func fetchURL(ctx context.Context, address string) (body []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, sourceWait)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fault.New(fault.Invalid, "网址“%s”不正确，请核对：%w", address, err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("不能下载 %s，请检查网络和网址：%w", address, err)
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	body, err = io.ReadAll(io.LimitReader(resp.Body, sourceLimit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("下载 %s 中断，请重试：%w", address, err)
	case len(body) > sourceLimit:
		return nil, fault.New(fault.Invalid, "%s 超过 %d MB，不是一次抽取的验证包", address, sourceLimit>>20)
	case resp.StatusCode != http.StatusOK:
		var problem struct {
			Detail string `json:"detail"`
		}
		if json.Unmarshal(body, &problem) != nil || problem.Detail == "" {
			problem.Detail = "请核对网址"
		}
		return nil, fmt.Errorf("不能下载 %s（%d）：%s", address, resp.StatusCode, problem.Detail)
	}
	return body, nil
}

func readLimited(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err == nil && info.Size() > sourceLimit {
		return nil, fault.New(fault.Invalid, "“%s”超过 %d MB，不是抽取的文件", name, sourceLimit>>20)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, fault.New(fault.Invalid, "读不出“%s”：%w", name, err)
	}
	return raw, nil
}

// The names that files have in a folder, with or without the number of the draw
// before them: the texts of a bundle by their names in it, the structured parts
// as .json, and the whole of it in one.
var (
	textName   = regexp.MustCompile(`^(?:[0-9]{6}-[0-9]{4}-[0-9]{4}-(?:[0-9]+-)?)?(announce|policy|pool|officers|freeze|reveals|beacon|result|sealed|fallback|registry|previous_pool|changes|numbers|ledger|void)(?:\.txt)?$`)
	seriesName = regexp.MustCompile(`^(?:[0-9]{6}-[0-9]{4}-[0-9]{4}-)?(substitute|earlier|countersign)-[0-9]{4,8}(?:\.txt)?$`)
	partName   = regexp.MustCompile(`^(notices|log)\.json$`)
	wholeName  = regexp.MustCompile(`^(?:bundle|[0-9]{6}-[0-9]{4}-[0-9]{4}(?:-[0-9]+)?)\.json$`)
)

// keyOfSeries is what the files of a series are called in a bundle.
var keyOfSeries = map[string]string{"substitute": "substitutions", "earlier": "earlier", "countersign": "countersigns"}

// gatherFolder makes a package of what lies in a folder: the package itself, if
// there is one, or else its files one by one. Other files do not matter.
func gatherFolder(dir string) ([]byte, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fault.New(fault.Invalid, "读不出目录“%s”：%w", dir, err)
	}
	var whole []string
	parts := map[string]any{"format": "fdraw/v1 bundle"}
	from := map[string]string{}
	for _, e := range entries { // in order of name, so a series is in order of number
		name := e.Name()
		if wholeName.MatchString(name) {
			whole = append(whole, name)
			continue
		}
		key, value, err := part(filepath.Join(dir, name), name)
		if err != nil {
			return nil, err
		}
		texts, series := value.([]string)
		switch before, _ := parts[key].([]string); {
		case key == "":
			continue
		case series:
			parts[key] = append(before, texts...)
			continue
		case from[key] != "":
			return nil, fault.New(fault.Invalid, "目录中“%s”和“%s”是同一种文件，请只留一个", from[key], name)
		}
		from[key], parts[key] = name, value
	}
	switch {
	case len(whole) > 1:
		return nil, fault.New(fault.Invalid, "目录中有 %d 个验证包（%s），请写明是哪一个文件", len(whole), strings.Join(whole, "、"))
	case len(whole) == 1:
		return readLimited(filepath.Join(dir, whole[0]))
	case len(parts) == 1:
		return nil, fault.New(fault.Invalid, "目录“%s”中没有抽取的文件，应有 announce.txt、pool.txt 等", dir)
	}
	return json.Marshal(parts)
}

// part reads one file of a folder: the key that it has in a bundle, empty if it
// has none there, and its value.
func part(name, base string) (key string, value any, err error) {
	kinds := []*regexp.Regexp{textName, seriesName, partName}
	i := slices.IndexFunc(kinds, func(kind *regexp.Regexp) bool { return kind.MatchString(base) })
	if i < 0 {
		return "", nil, nil
	}
	raw, err := readLimited(name)
	if err != nil {
		return "", nil, err
	}
	key = kinds[i].FindStringSubmatch(base)[1]
	switch kinds[i] {
	case seriesName:
		return keyOfSeries[key], []string{string(raw)}, nil
	case partName:
		if !json.Valid(raw) {
			return "", nil, fault.New(fault.Invalid, "“%s”不是 JSON 文件", base)
		}
		return key, json.RawMessage(raw), nil
	}
	return key, string(raw), nil
}
