package rehearsal

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/deadline"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/view"
	"shenzhong/services/kit/workday"
)

// books are all facts of a system, read once.
type books struct {
	commits []store.Commit // of each subject in their order
	byKind  map[string][]store.Commit
}

// last is the newest commit of every subject of one collection.
func (b *books) last(collection string) map[string]store.Commit {
	out := map[string]store.Commit{}
	for _, c := range b.commits {
		if strings.HasPrefix(c.Subject, collection+"/") {
			out[c.Subject] = c
		}
	}
	return out
}

// Books is what Check reads: any system that stands still.
type Books struct {
	Logs    map[string]store.Log
	Views   []view.Folding
	Counter deadline.Counter
	Today   workday.Date
	Parked  int
	Bundles [][]byte // of the draws that were opened
	Public  PublicLog
}

// Check says of each invariant whether it holds in the books.
func Check(ctx context.Context, b Books) ([]Invariant, error) {
	read := &books{byKind: map[string][]store.Commit{}}
	for _, log := range b.Logs {
		err := store.Each(ctx, log, func(c store.Commit) error {
			read.commits = append(read.commits, c)
			read.byKind[c.Kind] = append(read.byKind[c.Kind], c)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	checks := []struct {
		name  string
		check func(context.Context, Books, *books) (good int, bad []string, err error)
	}{
		{"每条公示记录都有其决定", publishedHasDecision},
		{"每个到期的决定都已公示，或者已列为逾期并上报", dueIsPublished},
		{"每条线索都有结果，或者有责任单位和期限", cluesHaveOwners},
		{"每个预警都已处置或者解除，或者有主办单位和期限", alertsHaveOwners},
		{"没有一件事实被办理两次", nothingTwice},
		{"没有搁置的消息", nothingParked},
		{"每条记录链都完整", chainsHold},
		{"每个视图都与从头折叠的结果相同", viewsAreFolds},
		{"每个期限重新计算都得到同一天", deadlinesRecount},
		{"每条公示、更正、撤回和期满都在公开日志中，检查点的签名和根成立", logHoldsRecords},
		{"抽取的对象和人员可由公开文件重新算出", drawsRecompute},
	}
	out := make([]Invariant, 0, len(checks))
	for _, c := range checks {
		good, bad, err := c.check(ctx, b, read)
		if err != nil {
			return nil, fmt.Errorf("check %s: %w", c.name, err)
		}
		i := Invariant{Name: c.name, Holds: len(bad) == 0, Detail: fmt.Sprintf("核对 %d 项", good+len(bad))}
		if !i.Holds {
			i.Detail += fmt.Sprintf("，%d 项不符：%s", len(bad), strings.Join(bad[:min(len(bad), 5)], "；"))
		}
		out = append(out, i)
	}
	return out, nil
}

// single are the facts that open an entity of which one cause never means two.
var single = []string{events.CaseFiled{}.Kind(), events.RecordPrepared{}.Kind(), events.DrawAnnounced{}.Kind()}

// nothingTwice looks for a cause that changed one entity twice, and for one that
// opened two entities where it meant one.
func nothingTwice(_ context.Context, _ Books, read *books) (int, []string, error) {
	seen := map[string]bool{}
	var bad []string
	for _, c := range read.commits {
		keys := []string{c.Subject + " " + c.Cause}
		if c.Version == 1 && slices.Contains(single, c.Kind) {
			keys = append(keys, c.Kind+" "+c.Cause)
		}
		for _, key := range keys {
			if seen[key] {
				bad = append(bad, key)
			}
			seen[key] = true
		}
	}
	return len(read.commits) - len(bad), bad, nil
}

func nothingParked(_ context.Context, b Books, _ *books) (int, []string, error) {
	if b.Parked > 0 {
		return 0, []string{fmt.Sprintf("%d 件消息无法办理", b.Parked)}, nil
	}
	return len(b.Logs), nil, nil
}

func chainsHold(ctx context.Context, b Books, _ *books) (int, []string, error) {
	good := 0
	var bad []string
	for _, log := range b.Logs {
		breaks, n, err := store.Verify(ctx, log)
		if err != nil {
			return 0, nil, err
		}
		good += n - len(breaks)
		for _, at := range breaks {
			bad = append(bad, fmt.Sprintf("%+v", at))
		}
	}
	return good, bad, nil
}

// viewsAreFolds folds every view from the commits and compares each row.
func viewsAreFolds(ctx context.Context, b Books, read *books) (int, []string, error) {
	good := 0
	var bad []string
	for _, v := range b.Views {
		rows := map[string]view.Row{}
		for _, c := range read.commits {
			if !v.Reaction().Hears(c.Kind) {
				continue
			}
			var prev *view.Row
			if row, ok := rows[events.EntityID(c.Subject)]; ok {
				prev = &row
			}
			row, err := v.Fold(prev, c.Envelope())
			if err != nil {
				return 0, nil, err
			}
			rows[row.Key] = row
		}
		for key, want := range rows {
			got, ok, err := v.Table().Get(ctx, key)
			if err != nil {
				return 0, nil, err
			}
			if !ok || got.Version != want.Version || !bytes.Equal(got.Body, want.Body) {
				bad = append(bad, v.Name()+" "+key)
				continue
			}
			good++
		}
		n, err := v.Table().Count(ctx, view.Query{})
		if err != nil {
			return 0, nil, err
		}
		if n != int64(len(rows)) {
			bad = append(bad, fmt.Sprintf("%s 有 %d 行，应有 %d 行", v.Name(), n, len(rows)))
		}
	}
	return good, bad, nil
}

func deadlinesRecount(_ context.Context, b Books, read *books) (int, []string, error) {
	good := 0
	var bad []string
	for _, c := range read.commits {
		limits, err := c.Limits()
		if err != nil {
			return 0, nil, err
		}
		for _, d := range limits {
			again, err := b.Counter.Explain(d)
			if err != nil {
				bad = append(bad, fmt.Sprintf("%s 无法重算：%v", d.ID, err))
				continue
			}
			if !again.Due.Equal(d.Due) || again.DueDate.String() != d.DueDate {
				bad = append(bad, fmt.Sprintf("%s %s，重算为 %s", d.ID, d.DueDate, again.DueDate))
				continue
			}
			good++
		}
	}
	return good, bad, nil
}

func drawsRecompute(_ context.Context, b Books, read *books) (int, []string, error) {
	good, opened := 0, 0
	var bad []string
	for _, raw := range b.Bundles {
		bundle, err := fdraw.ParseBundle(raw)
		if err != nil {
			bad = append(bad, fmt.Sprintf("公布的文件无法读取：%v", err))
			continue
		}
		if bundle.Void == "" {
			opened++
		}
		report := fdraw.Verify(bundle)
		for _, check := range report.Checks {
			if check.Status == fdraw.Fails {
				bad = append(bad, fmt.Sprintf("%s %s：%s", report.Draw, check.ID, check.Why))
				continue
			}
			good++
		}
	}
	if done := len(read.byKind[events.DrawCompleted{}.Kind()]); opened > done || good == 0 && done > 0 {
		bad = append(bad, fmt.Sprintf("完成抽取 %d 次，取得文件 %d 份", done, opened))
	}
	return good, bad, nil
}

// sorted makes what was found in a map readable.
func sorted(bad []string) []string {
	slices.Sort(bad)
	return bad
}
