// Package simulate shows what draws promise, what attacks on them come to and
// whether a history looks like chance, by the code that draws. It must never
// hold a draw of its own: its seeds are numbers that anybody can type again.
package simulate

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// Bar is one value beside what it should be.
type Bar struct {
	Label    string
	Value    float64
	Expected float64 // NaN where theory says nothing
	Low      float64 // of the line through the value; equal to High for none
	High     float64
}

// Chart is a picture of some values: bars with a tick where each should end.
type Chart struct {
	Title string
	Note  string // below the title: what the tick and the line mean
	Max   float64
	Log   bool // the axis runs by factors of ten, from a hundredth of Max
	Bars  []Bar
	Unit  string
}

// The measures of a chart, in pixels.
const (
	labelWidth = 330
	plotWidth  = 430
	rowHeight  = 30
	topHeight  = 74
	chartWidth = labelWidth + plotWidth + 110
)

// SVG draws the chart, for a page or a report: no script, no font of its own.
func (c Chart) SVG() string {
	var b strings.Builder
	height := topHeight + rowHeight*len(c.Bars) + 24
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s" font-family="sans-serif" font-size="13">`+"\n",
		chartWidth, height, chartWidth, height, html.EscapeString(c.Title))
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", chartWidth, height)
	fmt.Fprintf(&b, `<text x="12" y="26" font-size="17" font-weight="bold" fill="#222">%s</text>`+"\n", html.EscapeString(c.Title))
	fmt.Fprintf(&b, `<text x="12" y="48" fill="#555">%s</text>`+"\n", html.EscapeString(c.Note))
	for i, bar := range c.Bars {
		c.row(&b, bar, topHeight+rowHeight*i)
	}
	fmt.Fprintf(&b, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="#222"/>`+"\n</svg>\n", labelWidth, topHeight-8, labelWidth, height-16)
	return b.String()
}

func (c Chart) row(b *strings.Builder, bar Bar, y int) {
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end" fill="#222">%s</text>`+"\n", labelWidth-8, y+14, html.EscapeString(bar.Label))
	end := c.at(bar.Value)
	fmt.Fprintf(b, `<rect x="%d" y="%d" width="%.1f" height="18" fill="#2f6f6b"/>`+"\n", labelWidth, y, end)
	if bar.High > bar.Low {
		fmt.Fprintf(b, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#b35c00" stroke-width="2"/>`+"\n", labelWidth+c.at(bar.Low), y+9, labelWidth+c.at(bar.High), y+9)
	}
	if !math.IsNaN(bar.Expected) {
		at := labelWidth + c.at(bar.Expected)
		fmt.Fprintf(b, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#a12a2a" stroke-width="3"/>`+"\n", at, y-4, at, y+22)
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%d" fill="#222">%s%s</text>`+"\n", labelWidth+max(end, c.at(bar.High), c.at(bar.Expected))+8, y+14, figure(bar.Value), c.Unit)
}

// at is how far from the axis a value lies.
func (c Chart) at(v float64) float64 {
	if math.IsNaN(v) || c.Max <= 0 {
		return 0
	}
	share := v / c.Max
	if c.Log {
		share = 1 + math.Log10(max(share, 1e-4))/4
	}
	return plotWidth * min(1, max(0, share))
}

// figure writes a value with four digits that count.
func figure(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }
