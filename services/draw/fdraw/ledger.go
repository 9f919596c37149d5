package fdraw

import (
	"strconv"
	"strings"
	"time"
)

// Ledger says of every selected facility when it was visited and when the
// result was published (市场监督管理行政处罚信息公示规定 art. 11, plan 五(二)3). The due
// date comes from the law pack that its Rule names; nothing here counts days.
type Ledger struct {
	Head
	AsOf   time.Time // what had happened by then
	Rule   string    // id of the time limit
	Visits []Kept    // sorted by facility
}

// Kept is what became of one visit. Times are zero while they lie ahead.
type Kept struct {
	Facility  string
	How       VisitEnd
	Visited   time.Time
	Due       time.Time // last moment to publish the result in time
	Published time.Time
	Record    string // random id of the published record in the log
}

// VisitEnd is how a visit ended. A facility that is closed or cannot be reached is
// not replaced by another: replacing would be choosing (section 4.3).
type VisitEnd string

// The ways a visit can end.
const (
	Inspected   VisitEnd = "inspected"
	FoundClosed VisitEnd = "closed"
	Unreachable VisitEnd = "unreachable"
	Pending     VisitEnd = "pending" // not visited yet
)

// ParseLedger reads a ledger file.
func ParseLedger(text string) (*Ledger, error) {
	r := newReader(LedgerFile, text)
	l := &Ledger{Head: r.head(), AsOf: r.time("as-of"), Rule: r.asID(r.word("rule"))}
	count := r.number("count", 0, maxNumber)
	before := ""
	for r.err == nil && len(l.Visits) < count {
		w := r.fields("visit", 6)
		k := Kept{Facility: r.asID(w[0]), How: VisitEnd(w[1]), Visited: r.asMaybe(w[2]), Due: r.asMaybe(w[3]), Published: r.asMaybe(w[4])}
		if w[5] != "-" {
			k.Record = w[5]
			r.asRecord(w[5])
		}
		r.possible(&k, l.AsOf)
		r.ascend(before, k.Facility, "对象")
		l.Visits, before = append(l.Visits, k), k.Facility
	}
	return l, r.end(l.Text)
}

// asMaybe reads a time, or "-" for one that lies ahead.
func (r *reader) asMaybe(word string) time.Time {
	if word == "-" {
		return time.Time{}
	}
	return r.asTime(word)
}

// asRecord checks the random id of a record: 32 hexadecimal digits.
func (r *reader) asRecord(word string) {
	if r.err == nil && (len(word) != 32 || strings.Trim(word, "0123456789abcdef") != "") {
		r.fail("记录号“%s”应为 32 位十六进制数", show(word))
	}
}

// possible refuses a row that contradicts itself.
func (r *reader) possible(k *Kept, asOf time.Time) {
	if r.err != nil {
		return
	}
	switch k.How {
	case Inspected, FoundClosed, Unreachable:
		if k.Visited.IsZero() || k.Due.IsZero() {
			r.fail("已检查的对象应有检查时间和公示期限")
		}
	case Pending:
		if !k.Visited.IsZero() || !k.Due.IsZero() || !k.Published.IsZero() {
			r.fail("尚未检查的对象不应有检查、期限或公示时间")
		}
	default:
		r.fail("不认识的检查结局“%s”", show(string(k.How)))
	}
	switch {
	case k.Published.IsZero() != (k.Record == ""):
		r.fail("公示时间与记录号应同时具备或同时为“-”")
	case k.Visited.After(asOf) || k.Published.After(asOf):
		r.fail("时间晚于台账的截止时间")
	case !k.Published.IsZero() && k.Published.Before(k.Visited):
		r.fail("公示早于检查")
	}
}

// Text is the canonical spelling.
func (l *Ledger) Text() string {
	var b strings.Builder
	b.WriteString(l.text(LedgerFile) + "as-of " + formatTime(l.AsOf) + "\nrule " + l.Rule + "\ncount " + strconv.Itoa(len(l.Visits)) + "\n")
	for _, k := range l.Visits {
		b.WriteString("visit " + k.Facility + " " + string(k.How) + " " + maybeTime(k.Visited) + " " + maybeTime(k.Due) + " " + maybeTime(k.Published) + " " + orDash(k.Record) + "\n")
	}
	return b.String()
}

func maybeTime(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return formatTime(t)
}

// FirstVisit is the earliest visit, zero when there was none.
func (l *Ledger) FirstVisit() time.Time {
	var first time.Time
	for _, k := range l.Visits {
		if !k.Visited.IsZero() && (first.IsZero() || k.Visited.Before(first)) {
			first = k.Visited
		}
	}
	return first
}

// Fallback says why the announced public number was not used. There is one
// lawful reason: the issue was not drawn within a day of the announced time
// (section 5). Anything else would be a second try.
type Fallback struct {
	Head
	Source Source
	Issue  string
}

const notDrawn = "reason not-drawn"

// ParseFallback reads a fallback file.
func ParseFallback(text string) (*Fallback, error) {
	r := newReader(FallbackFile, text)
	f := &Fallback{Head: r.head(), Source: r.asSource(r.word("source")), Issue: r.word("issue")}
	if r.err == nil {
		r.check(f.Source.checkIssue(f.Issue))
	}
	r.literal(notDrawn)
	return f, r.end(f.Text)
}

// Text is the canonical spelling.
func (f *Fallback) Text() string {
	return f.text(FallbackFile) + "source " + string(f.Source) + "\nissue " + f.Issue + "\n" + notDrawn + "\n"
}
