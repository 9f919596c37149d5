package monitor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// Config is what a monitor knows besides what it reads and remembers.
type Config struct {
	Site  Source
	Clock clock.Clock
	// Keys are the public keys of the log from somewhere else than the site; empty
	// takes those remembered, or at first those that the site shows.
	Keys []string
	// Policy says which witnesses count, from somewhere else; empty takes the
	// site's own word.
	Policy string
	// WithdrawBy is the first instant that is too late to withdraw what became
	// wrong on that day (行政处罚法 art. 48: three working days).
	WithdrawBy func(basis workday.Date) (time.Time, error)
}

// Report is what one look found.
type Report struct {
	At     time.Time     `json:"at"`
	Origin string        `json:"origin"`
	Size   int64         `json:"size"`
	Checks []fdraw.Check `json:"checks"`
}

// Failed reports whether any check fails.
func (r *Report) Failed() bool {
	return slices.ContainsFunc(r.Checks, func(c fdraw.Check) bool { return c.Status == fdraw.Fails })
}

// Monitor looks again and again.
type Monitor struct {
	cfg    Config
	Memory *Memory
	book   *Book // of the last look, so that only what is new is read
}

// New returns a monitor that remembers what memory says.
func New(cfg Config, memory *Memory) *Monitor { return &Monitor{cfg: cfg, Memory: memory} }

// look is one look under way.
type look struct {
	Config
	memory *Memory
	book   *Book
	now    time.Time
	keys   []string // that are trusted
	own    bool     // they are the site's own word
	policy *publiclog.Policy
	states publiclog.States // after each entry
	draws  []*course        // by number and attempt
	seen   []*fdraw.Checkpoint
	// cosigned are the texts of those of seen that a quorum saw, oldest first.
	cosigned []string
}

// finding is what a check found.
type finding struct {
	status fdraw.Status
	why    string
}

func holds(format string, args ...any) finding {
	return finding{fdraw.Holds, fmt.Sprintf(format, args...)}
}

func fails(format string, args ...any) finding {
	return finding{fdraw.Fails, fmt.Sprintf(format, args...)}
}

func unknown(format string, args ...any) finding {
	return finding{fdraw.NotApplicable, fmt.Sprintf(format, args...)}
}

// Look reads the log and the pages and checks M1 to M10. What it saw is noted in
// Memory only if the log is whole and has grown from what was noted before. An
// error says that the site could not be read at all.
func (m *Monitor) Look(ctx context.Context) (*Report, error) {
	l := &look{Config: m.cfg, memory: m.Memory, now: m.cfg.Clock.Now()}
	report := &Report{At: l.now}
	add := func(title string, f finding) {
		report.Checks = append(report.Checks, fdraw.Check{ID: fmt.Sprintf("M%d", len(report.Checks)+1), Title: title, Status: f.status, Why: f.why})
	}
	first, err := l.open(ctx, m.book)
	if err != nil {
		return nil, err
	}
	if l.book != nil {
		report.Origin, report.Size = l.book.Point.Origin, l.book.Point.Size
	}
	add("前后一致", first)
	if first.status != fdraw.Holds {
		for _, c := range checks {
			add(c.title, unknown("日志本身有误（见 M1），无从核对。"))
		}
		return report, nil
	}
	for _, c := range checks {
		f, err := c.run(l, ctx)
		if err != nil && ctx.Err() != nil {
			return nil, err
		}
		if err != nil {
			f = unknown("没有读到所需的内容：%s", err)
		}
		add(c.title, f)
	}
	m.book = l.book
	l.remember()
	return report, nil
}

// checks are M2 to M10.
var checks = []struct {
	title string
	run   func(*look, context.Context) (finding, error)
}{
	{"条目格式", (*look).grammar},
	{"公示与日志相符", (*look).pages},
	{"撤回的已不可见", (*look).gone},
	{"撤回及时", (*look).withdrawnInTime},
	{"抽取按期", (*look).drawsInTime},
	{"编号连续", (*look).dense},
	{"见证及时", (*look).witnessed},
	{"名录前后可比", (*look).pools},
	{"抽取统计", (*look).statistics},
}

// open reads the log and judges M1.
func (l *look) open(ctx context.Context, before *Book) (finding, error) {
	src := Sub{l.Site, "log"}
	if err := l.trust(ctx, src); err != nil {
		return finding{}, err
	}
	book, err := Read(ctx, src, before)
	if fault.Is(err, fault.Invalid) {
		return fails("%s", err), nil
	}
	if err != nil {
		return finding{}, err
	}
	l.book = book
	if f := sound(ctx, src, book, l.keys); f.status != fdraw.Holds {
		return f, nil
	}
	if f := l.memory.grew(book); f.status != fdraw.Holds {
		return f, nil
	}
	for _, leaf := range book.Leaves {
		l.states.Add(leaf)
	}
	if err := l.readWitnesses(ctx, src); err != nil {
		return fails("%s", err), nil
	}
	f := holds("%d 个条目逐条重算，与签名的检查点一致。", book.Point.Size)
	if last := l.memory.size(); last > 0 {
		f = holds("日志由上次见到的 %d 条增长到 %d 条，其间没有改动；逐条重算，与签名的检查点一致。", last, book.Point.Size)
	}
	if l.own {
		f.why += "公钥出自网站本身，请与纸质公告或者见证方公布的比对。"
	}
	return f, nil
}

// trust chooses the keys that the checkpoint must be signed with.
func (l *look) trust(ctx context.Context, src Source) error {
	switch {
	case len(l.Keys) > 0:
		l.keys = l.Keys
	case len(l.memory.Keys) > 0:
		l.keys = l.memory.Keys
	default:
		keys, err := siteKeys(ctx, src)
		if err != nil {
			return err
		}
		l.keys, l.own = keys, true
	}
	return nil
}

// siteKeys are the public keys that the site shows, one a line.
func siteKeys(ctx context.Context, src Source) ([]string, error) {
	raw, err := src.Read(ctx, "keys")
	if err != nil {
		return nil, err
	}
	keys := lines(string(raw))
	if len(keys) == 0 {
		return nil, fault.New(fault.Invalid, "网站没有公布日志公钥")
	}
	return keys, nil
}

// sound checks a log for itself: signed by a trusted key, every entry there, the
// root and every tile as the entries make them.
func sound(ctx context.Context, src Source, b *Book, keys []string) finding {
	if _, err := publiclog.OpenCheckpoint(b.Text, keys); err != nil {
		return fails("%s。", err)
	}
	root, err := b.Tree.Root(b.Point.Size)
	if err != nil {
		return fails("%s。", err)
	}
	if root != b.Point.Root {
		return fails("逐条重算的根与检查点不符：日志的条目与所签的不同。")
	}
	for _, tile := range publiclog.HashTiles(b.Point.Size) {
		want, err := b.Tree.Nodes(tile)
		if err != nil {
			return fails("%s。", err)
		}
		got, err := readTile(ctx, src, tile)
		if err != nil {
			return fails("读不到分片 %s：%s。", tile.Path(), err)
		}
		if string(got) != string(want) {
			return fails("分片 %s 与条目不符。", tile.Path())
		}
	}
	return holds("")
}

// grammar is M2: nothing is in the log that is not of the grammar, and nothing
// comes before what it rests on.
func (l *look) grammar(context.Context) (finding, error) {
	return grammatical(l.book.Leaves), nil
}

func grammatical(leaves []string) finding {
	histories := map[string]publiclog.History{}
	for i, leaf := range leaves {
		if err := publiclog.Check(leaf); err != nil {
			return fails("第 %d 条：%s。", i, err)
		}
		about := publiclog.About(leaf)
		next, err := histories[about].Follow(leaf)
		if err != nil {
			return fails("第 %d 条：%s。", i, err)
		}
		histories[about] = next
	}
	return holds("%d 条都只含随机编号、摘要和规定的词，次序合规。", len(leaves))
}

// remember notes what was seen, keys that the log has announced by an entry
// included.
func (l *look) remember() {
	said := map[string]bool{}
	for _, leaf := range l.book.Leaves {
		said[leaf] = true
	}
	keys := slices.Clone(l.keys)
	if shown, err := siteKeys(context.Background(), Sub{l.Site, "log"}); err == nil {
		for _, k := range shown {
			if !slices.Contains(keys, k) && said[publiclog.KeyLeaf(k)] {
				keys = append(keys, k)
			}
		}
	}
	l.memory.Keys, l.memory.Checkpoint = keys, l.book.Text
	l.memory.Cosigned = l.cosigned[max(0, len(l.cosigned)-cosignedLimit):]
	l.memory.sight(l.book.Point.Size, l.now)
	for _, c := range l.seen {
		if at, ok := l.policy.QuorumAt(c); ok {
			l.memory.sight(c.Size, at)
		}
	}
}

// missing reports whether an error says that something is not there.
func missing(err error) bool {
	var gone *Gone
	return fault.Is(err, fault.NotFound) || errors.As(err, &gone)
}
