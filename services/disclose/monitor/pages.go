package monitor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/draw/fdraw"
)

// shown is a record as the site lists it.
type shown struct {
	ID    string `json:"id"`
	State string `json:"state"`

	Title   string `json:"title"`
	Name    string `json:"name"`
	Facts   string `json:"facts"`
	Content string `json:"content"`
	Offence string `json:"offence"`
	DocNo   string `json:"doc_no"`
}

// empty reports whether nothing of what was published is left.
func (s shown) empty() bool {
	return s.Title+s.Name+s.Facts+s.Content+s.Offence+s.DocNo == ""
}

// list reads every public record that the site lists.
func (l *look) list(ctx context.Context) ([]shown, error) {
	var out []shown
	for from := ""; ; {
		raw, err := l.Site.Read(ctx, "api/v1/public/records?limit=100&from="+url.QueryEscape(from))
		if err != nil {
			return nil, err
		}
		var page struct {
			Records []shown `json:"records"`
			Next    string  `json:"next"`
		}
		if err := json.Unmarshal(raw, &page); err != nil {
			return nil, fmt.Errorf("公示列表不合格式：%w", err)
		}
		out = append(out, page.Records...)
		if page.Next == "" || page.Next == from {
			return out, nil
		}
		from = page.Next
	}
}

// pages is M3: every document that is shown is the live one of the log, every
// live one is shown, and the list of states says so too.
func (l *look) pages(ctx context.Context) (finding, error) {
	if f, err := l.stated(ctx); err != nil || f.status == fdraw.Fails {
		return f, err
	}
	all, err := l.list(ctx)
	if err != nil {
		return finding{}, err
	}
	live := l.live()
	proven, fresh := 0, 0
	for _, r := range all {
		if r.State != "published" {
			continue
		}
		p, err := l.proof(ctx, r.ID)
		if err != nil {
			return fails("公示 %s 没有日志证明：%s", r.ID, err), nil
		}
		leaf, err := p.Leaf()
		switch {
		case err != nil:
			return fails("公示 %s 的证明：%s。", r.ID, err), nil
		case p.Index >= l.book.Point.Size:
			fresh++ // published since the log was read
			continue
		case p.Index < 0 || l.book.Leaves[p.Index] != leaf:
			return fails("公示 %s 的内容与日志第 %d 条不符。", r.ID, p.Index), nil
		}
		line, ok := live[p.Record]
		if !ok || !strings.HasPrefix(line, fmt.Sprintf("r %s %d live ", p.Record, p.Version)) {
			return fails("公示 %s 仍在页面上，日志却已记载它不再公示，或者已有更正的一版。", r.ID), nil
		}
		l.memory.Records[p.Record] = r.ID
		delete(live, p.Record)
		proven++
	}
	if len(live) > 0 && fresh == 0 {
		for record := range live {
			return fails("日志中编号 %s 的信息应在公示，页面上却没有（共 %d 条）。", record, len(live)), nil
		}
	}
	return holds("页面上的 %d 条公示都是日志所记的现行版本，日志中应公示的也都在页面上。", proven), nil
}

// live are the lines of the records that must be shown, by their random ids.
func (l *look) live() map[string]string {
	out := map[string]string{}
	for _, line := range l.states.At(l.book.Point.Size).Lines {
		if word := strings.Fields(line); word[3] == publiclog.Live {
			out[word[1]] = line
		}
	}
	return out
}

// stated checks the list of states against the log: it follows from the entries,
// and the newest state entry binds it.
func (l *look) stated(ctx context.Context) (finding, error) {
	newest := -1
	for i, leaf := range l.book.Leaves {
		if publiclog.Kind(leaf) != "state" {
			continue
		}
		newest = i
		if want := fdraw.SHA256.Raw(l.states.At(int64(i)).File()).String(); field(leaf, "file-sha256") != want {
			return fails("第 %d 条的状态清单与它之前的条目不符。", i), nil
		}
	}
	if newest < 0 {
		return holds(""), nil
	}
	raw, err := l.Site.Read(ctx, "log/state")
	if err != nil {
		return finding{}, err
	}
	if string(raw) == l.states.At(int64(newest)).File() {
		return holds(""), nil
	}
	// The site may have stated again since the log was read.
	if _, err := publiclog.ParseState(l.book.Point.Size, string(raw)); err != nil {
		return fails("网站的状态清单：%s。", err), nil
	}
	book, err := Read(ctx, Sub{l.Site, "log"}, nil)
	if err != nil {
		return finding{}, err
	}
	if book.Point.Size == l.book.Point.Size {
		return fails("网站的状态清单与日志最近的状态条目（第 %d 条）不符。", newest), nil
	}
	return holds(""), nil
}

// proof reads a document and its proof, and puts them together.
func (l *look) proof(ctx context.Context, id string) (publiclog.Proof, error) {
	raw, err := l.Site.Read(ctx, "records/"+id+"/proof")
	if err != nil {
		return publiclog.Proof{}, err
	}
	document, err := l.Site.Read(ctx, "records/"+id+"/document")
	if err != nil {
		return publiclog.Proof{}, err
	}
	p, err := publiclog.ParseProof(string(raw))
	p.Document = string(document)
	return p, err
}

// gone is M4: what was withdrawn or has expired is nowhere any more. The log
// names it by a random id only; which number on the site that is, the monitor
// knows of what it saw while it was public.
func (l *look) gone(ctx context.Context) (finding, error) {
	ended, known := 0, 0
	for _, line := range l.states.At(l.book.Point.Size).Lines {
		word := strings.Fields(line)
		if word[3] == publiclog.Live {
			continue
		}
		ended++
		id, ok := l.memory.Records[word[1]]
		if !ok {
			continue
		}
		known++
		if why, err := l.visible(ctx, id); err != nil || why != "" {
			return fails("%s 已不再公示，%s。", id, why), err
		}
	}
	switch {
	case ended == 0:
		return unknown("日志中没有撤回或者期满的。"), nil
	case known == 0:
		return unknown("日志中有 %d 条撤回或者期满的，但监测方没有在公示期间见过，不知道对应页面上哪一条。", ended), nil
	}
	return holds("见过的 %d 条撤回或者期满的信息，页面、接口、证明和检索中都已不可见（另有 %d 条未曾见过）。", known, ended-known), nil
}

// visible says where something of an ended record is still to be seen, or "".
func (l *look) visible(ctx context.Context, id string) (string, error) {
	for _, part := range []string{"", "/proof", "/document"} {
		_, err := l.Site.Read(ctx, "records/"+id+part)
		var gone *Gone
		switch {
		case err == nil:
			return "网址 records/" + id + part + " 却仍能打开", nil
		case !errors.As(err, &gone) && !missing(err):
			return "", err
		}
	}
	raw, err := l.Site.Read(ctx, "api/v1/public/records/"+id)
	if err != nil && !missing(err) {
		return "", err
	}
	if err == nil {
		var r shown
		if err := json.Unmarshal(raw, &r); err != nil || !r.empty() || r.State == "published" {
			return "接口却仍给出内容", nil
		}
	}
	all, err := l.list(ctx)
	if err != nil {
		return "", err
	}
	for _, r := range all {
		if r.ID == id && (!r.empty() || r.State == "published") {
			return "检索却仍能找到内容", nil
		}
	}
	return "", nil
}
