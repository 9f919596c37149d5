// Package ui is the frame and the parts of the public pages. It shows what it
// is given: it must never fetch, decide or compute, and it needs no script.
package ui

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"
)

// Link leads to a page. To is below the base path when it begins with "/",
// otherwise it is taken as it is.
type Link struct {
	Text string
	To   string
}

// Site is what an office fills in: who answers for the pages. Whatever is empty
// is not shown. The national emblem is not ours to show.
type Site struct {
	Name    string // 殡葬服务信用公示
	Tagline string // who runs it together with whom
	Mark    string // one character in the round mark
	Portal  Link   // the district portal that the pages are a column of
	Nav     []Link
	Links   []Link // of the footer

	Host   string // 主办单位
	Phone  string // 联系电话, with its hours
	Code   string // 网站标识码
	ICP    string // ICP备案号
	Police string // 公安备案号

	// Header and Footer take the place of ours where the portal hands out its
	// own.
	Header templ.Component
	Footer templ.Component
}

// Skin is a site at its place on a server.
type Skin struct {
	Site  Site
	Base  string // path under which everything lies
	Style string // address of the style sheet
}

// At is the address of a link.
func (s Skin) At(to string) templ.SafeURL {
	if strings.HasPrefix(to, "/") {
		to = s.Base + to
	}
	return templ.URL(to)
}

// title is what a browser tab shows.
func (s Skin) title(page string) string {
	if s.Site.Name == "" {
		return page
	}
	return page + " - " + s.Site.Name
}

// Comfort is how one reader wants pages to look (适老化、无障碍).
type Comfort struct {
	Large    bool
	Contrast bool
	Here     string // path of the page, to come back to
}

// look is the address that sets the reader's wishes.
func (s Skin) look(large, contrast bool, here string) templ.SafeURL {
	to := "/look?back=" + escaped(here)
	if large {
		to += "&large=on"
	}
	if contrast {
		to += "&contrast=on"
	}
	return s.At(to)
}

// Page is what is shown within the frame.
type Page struct {
	Title string // of the browser tab
	Nav   string // To of the navigation entry the page belongs to
	Wide  bool   // the body brings its own width, as a page with a banner does
	Body  templ.Component
	// Status is that of the answer; zero is 200. What was withdrawn is 410: it
	// is gone for good, and search engines must forget it.
	Status int
}

// Tone is what a color says. It never says it alone: there are words with it.
type Tone string

// The tones.
const (
	Plain Tone = ""
	Good  Tone = "good"
	Warn  Tone = "warn"
	Bad   Tone = "bad"
	Info  Tone = "info"
)

// Column is the head of a column of a table.
type Column struct {
	Title  string
	Number bool // aligned to the right
}

// Table is a table with a caption. Every row has a cell for every column.
type Table struct {
	Caption string
	Columns []Column
	Rows    [][]templ.Component
	Empty   string // what is said when there are no rows
}

// Moment is one point of a timeline.
type Moment struct {
	When   string // as it is to be read, "2026年11月18日"
	Stamp  string // the same for machines, "2026-11-18"
	Title  string
	Detail string
	Tone   Tone
}

// Term is a name and what it stands for.
type Term struct {
	Name  string
	Value templ.Component
}

// escaped is text as one value of a query.
func escaped(text string) string { return url.QueryEscape(text) }

func when(yes bool, words string) string { return either(yes, words, "") }

func either(yes bool, words, others string) string {
	if yes {
		return words
	}
	return others
}
