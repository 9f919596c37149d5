package monitor

import (
	"context"
	"fmt"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
)

// VerifyLog checks a log by itself, from its site or from a copy: L1 that it is
// signed and whole, L2 that its entries are of the grammar, L3 that it has grown
// from what memory says, L4 that a quorum of its witnesses has seen it. src is the
// log's own root. What was seen is noted in memory if L1 to L3 hold.
func VerifyLog(ctx context.Context, src Source, cfg Config, memory *Memory) (*Report, error) {
	l := &look{Config: cfg, memory: memory, now: cfg.Clock.Now()}
	l.Site = rooted{src}
	report := &Report{At: l.now}
	add := func(title string, f finding) {
		report.Checks = append(report.Checks, fdraw.Check{ID: fmt.Sprintf("L%d", len(report.Checks)+1), Title: title, Status: f.status, Why: f.why})
	}
	if err := l.trust(ctx, src); err != nil {
		return nil, err
	}
	book, err := Read(ctx, src, nil)
	if fault.Is(err, fault.Invalid) {
		add("签名和条目", fails("%s", err))
		return report, nil
	}
	if err != nil {
		return nil, err
	}
	l.book = book
	report.Origin, report.Size = book.Point.Origin, book.Point.Size
	first := sound(ctx, src, book, l.keys)
	if first.status == fdraw.Holds {
		first = holds("%d 条逐条重算，与签名的检查点和各分片一致。", book.Point.Size)
		if l.own {
			first.why += "公钥出自日志本身，请与纸质公告或者见证方公布的比对。"
		}
	}
	add("签名和条目", first)
	second := grammatical(book.Leaves)
	add("条目格式", second)
	third := memory.grew(book)
	switch {
	case memory.Checkpoint == "":
		third = unknown("没有上次的记录；用 --memory 写明一个文件，下次就能发现改写。")
	case third.status == fdraw.Holds:
		third = holds("由上次见到的 %d 条增长而来。", memory.size())
	}
	add("与上次一致", third)
	if err := l.readWitnesses(ctx, src); err != nil {
		add("见证联署", fails("%s", err))
		return report, nil
	}
	fourth, err := l.witnessed(ctx)
	if err != nil {
		return nil, err
	}
	add("见证联署", fourth)
	if !report.Failed() {
		l.remember()
	}
	return report, nil
}

// rooted makes a log's own root look like a site that has the log below it.
type rooted struct{ Source }

func (r rooted) Read(ctx context.Context, path string) ([]byte, error) {
	const below = "log/"
	if len(path) < len(below) || path[:len(below)] != below {
		return nil, fault.New(fault.NotFound, "这里只有日志，没有 %s", path)
	}
	return r.Source.Read(ctx, path[len(below):])
}
