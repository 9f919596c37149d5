package monitor

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
)

// Memory is what a monitor knows from earlier looks. Without it a site could tell
// another story every day.
type Memory struct {
	Format     string            `json:"format"`
	Checkpoint string            `json:"checkpoint"` // the newest that was seen
	Keys       []string          `json:"keys"`       // of the log
	Sights     []Sight           `json:"sights"`     // by size: when the log had become at least that long
	Records    map[string]string `json:"records"`    // random id in the log to the number on the site
	Cosigned   []string          `json:"cosigned"`   // the newest checkpoints that a quorum saw
}

// Sight is that the log had so many entries at a time.
type Sight struct {
	Size int64     `json:"size"`
	At   time.Time `json:"at"`
}

const memoryFormat = "shenzhong monitor/v1"

// sightsLimit bounds what is kept: about four years of daily looks.
const sightsLimit = 1500

// cosignedLimit bounds the checkpoints that are kept, so that what a quorum saw
// before a public number is still known when somebody voids the draw.
const cosignedLimit = 32

// LoadMemory reads a memory from a file; a file that is not there is an empty
// memory, one that cannot be read is fault.Invalid.
func LoadMemory(path string) (*Memory, error) {
	m := &Memory{Format: memoryFormat, Records: map[string]string{}}
	if path == "" {
		return m, nil
	}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	m.Format = ""
	if err == nil {
		err = json.Unmarshal(raw, m)
	}
	if err != nil || m.Format != memoryFormat {
		return nil, errors.Join(fault.New(fault.Invalid, "监测记录“%s”已损坏，请从备份恢复；删除它就不能再发现日志被改写", path), err)
	}
	if m.Records == nil {
		m.Records = map[string]string{}
	}
	return m, nil
}

// Save writes the memory whole.
func (m *Memory) Save(path string) error {
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("save the memory: %w", err)
	}
	return write(path, append(raw, '\n'))
}

// size is how many entries were seen last.
func (m *Memory) size() int64 {
	if m.Checkpoint == "" {
		return 0
	}
	size, err := publiclog.SizeOf(m.Checkpoint)
	if err != nil {
		return 0
	}
	return size
}

// grew checks that a book begins with what was seen.
func (m *Memory) grew(b *Book) finding {
	if m.Checkpoint == "" {
		return holds("")
	}
	last, err := fdraw.ParseCheckpoint(m.Checkpoint)
	if err != nil {
		return fails("记住的检查点不合格式，请从备份恢复监测记录：%s", err)
	}
	switch {
	case last.Origin != b.Point.Origin:
		return fails("日志换了名称：上次是 %s，这次是 %s。", last.Origin, b.Point.Origin)
	case last.Size > b.Point.Size:
		return fails("日志变短了：上次见到 %d 条，这次只有 %d 条。", last.Size, b.Point.Size)
	}
	root, err := b.Tree.Root(last.Size)
	if err != nil {
		return fails("%s", err)
	}
	if root != last.Root {
		return fails("日志被改写或者分叉：前 %d 条与上次见到的不同。请保存两份检查点，并通报各见证方和监督部门。", last.Size)
	}
	return holds("")
}

// sight notes that the log had so many entries at a time: of every size the
// earliest.
func (m *Memory) sight(size int64, at time.Time) {
	if i := slices.IndexFunc(m.Sights, func(s Sight) bool { return s.Size == size }); i >= 0 {
		if at.Before(m.Sights[i].At) {
			m.Sights[i].At = at
		}
		return
	}
	m.Sights = append(m.Sights, Sight{size, at.UTC()})
	slices.SortFunc(m.Sights, func(a, b Sight) int { return a.At.Compare(b.At) })
	if n := len(m.Sights) - sightsLimit; n > 0 {
		m.Sights = m.Sights[n:]
	}
}

// between is when an entry was appended, as far as is known: after and not later
// than; zero where nothing is known.
func (m *Memory) between(index int64) (after, by time.Time) {
	for _, s := range m.Sights {
		if s.Size <= index && s.At.After(after) {
			after = s.At
		}
		if s.Size > index && (by.IsZero() || s.At.Before(by)) {
			by = s.At
		}
	}
	return after, by
}

// lines are the lines of a text that are not empty.
func lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// field is the value of a keyword of an entry, or "".
func field(leaf, keyword string) string {
	for line := range strings.Lines(leaf) {
		if value, ok := strings.CutPrefix(line, keyword+" "); ok {
			return strings.TrimSuffix(value, "\n")
		}
	}
	return ""
}
