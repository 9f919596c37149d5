package rehearsal

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"shenzhong/events"
	"shenzhong/services/disclose/publiclog"
)

// PublicLog is the public log as its site shows it.
type PublicLog struct {
	Checkpoint string
	Keys       []string
}

// entriesOf is what the public log must say of a fact about a record.
var entriesOf = map[string]string{
	events.RecordPublished{}.Kind(): "record", events.RecordCorrected{}.Kind(): "record",
	events.RecordWithdrawn{}.Kind(): "withdraw", events.RecordExpired{}.Kind(): "expire",
}

// logHoldsRecords looks up, for every record that was published, corrected,
// withdrawn or has expired, its entry in the public log, and makes the tree over
// all entries again: the published checkpoint must be signed and be of it.
func logHoldsRecords(_ context.Context, b Books, read *books) (int, []string, error) {
	said, tree := map[string]int{}, publiclog.Tree{}
	roots := map[int64]string{}
	for _, c := range read.byKind[events.LeafLogged{}.Kind()] {
		fact, err := events.Open[events.LeafLogged](c.Envelope())
		if err != nil {
			return 0, nil, err
		}
		said[fact.About+" "+publiclog.Kind(fact.Leaf)]++
		if err := tree.Add(fact.Leaf); err != nil {
			return 0, nil, err
		}
		root, err := tree.Root(tree.Size())
		if err != nil {
			return 0, nil, err
		}
		roots[tree.Size()] = root.String()
	}
	good := 0
	var bad []string
	public := map[string]bool{} // a record that never was has no entry of its end
	for _, c := range read.commits {
		kind := entriesOf[c.Kind]
		if kind == "" || !public[c.Subject] && kind != "record" {
			continue
		}
		public[c.Subject] = true
		if said[c.Subject+" "+kind]--; said[c.Subject+" "+kind] < 0 {
			bad = append(bad, fmt.Sprintf("%s 的 %s 没有记入公开日志", events.EntityID(c.Subject), kind))
			continue
		}
		good++
	}
	if b.Public.Checkpoint == "" {
		return good, bad, nil
	}
	point, err := publiclog.OpenCheckpoint(b.Public.Checkpoint, b.Public.Keys)
	if err != nil {
		return good, append(bad, err.Error()), nil
	}
	if roots[point.Size] != point.Root.String() {
		return good, append(bad, fmt.Sprintf("检查点的根不是前 %d 条日志的根", point.Size)), nil
	}
	return good + 1, bad, nil
}

// publicLog reads what anybody reads of the public log.
func (p *play) publicLog(ctx context.Context) (PublicLog, error) {
	var out PublicLog
	var err error
	if out.Checkpoint, err = p.fetch(ctx, "/log/checkpoint"); err != nil {
		return out, err
	}
	keys, err := p.fetch(ctx, "/log/keys")
	out.Keys = strings.Fields(keys)
	return out, err
}

func (p *play) fetch(ctx context.Context, path string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Stage.URL("disclose")+path, http.NoBody)
	if err != nil {
		return "", fmt.Errorf("ask for %s: %w", path, err)
	}
	resp, err := p.Client.Do(req)
	if err != nil {
		return "", fmt.Errorf("ask for %s: %w", path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s 答复 %d", path, resp.StatusCode)
	}
	return string(text), nil
}
