package publiclog

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
)

// The words for how a record stands.
const (
	Live      = "live"
	Withdrawn = "withdrawn"
	Expired   = "expired"
)

// States is how every record of a log has stood after each of its entries. It is
// a function of the entries: who has them needs nobody to tell.
type States struct {
	size    int64
	records map[string]*course
	order   []*course // by id, but for the fresh ones
	fresh   []*course // since a state was last asked for
}

// course is what the entries have made of a record, one after another.
type course struct {
	id   string
	past []standing
}

// standing is how a record stood from an entry on, as a state spells it.
type standing struct {
	index int64
	line  string
}

// Add takes the next entry of the log, which the caller has checked.
func (s *States) Add(leaf string) {
	index := s.size
	s.size++
	kind := Kind(leaf)
	word := map[string]string{"record": Live, "withdraw": Withdrawn, "expire": Expired}[kind]
	if word == "" {
		return
	}
	record := strings.Clone(field(leaf, "record")) // which would keep the whole entry
	c := s.records[record]
	if c == nil {
		if s.records == nil {
			s.records = map[string]*course{}
		}
		c = &course{id: record}
		s.records[record] = c
		s.fresh = append(s.fresh, c)
	}
	sha256 := field(leaf, "doc-sha256")
	if kind != "record" && len(c.past) > 0 {
		before := strings.TrimSuffix(c.past[len(c.past)-1].line, "\n")
		sha256 = before[strings.LastIndexByte(before, ' ')+1:]
	}
	c.past = append(c.past, standing{index, "r " + record + " " + field(leaf, "version") + " " + word + " " + sha256 + "\n"})
}

// arrange puts the fresh records in their places.
func (s *States) arrange() {
	byID := func(a, b *course) int { return strings.Compare(a.id, b.id) }
	slices.SortFunc(s.fresh, byID)
	all := make([]*course, 0, len(s.order)+len(s.fresh))
	for _, c := range s.fresh {
		n, _ := slices.BinarySearchFunc(s.order, c, byID)
		all = append(append(all, s.order[:n]...), c)
		s.order = s.order[n:]
	}
	s.order, s.fresh = append(all, s.order...), nil
}

// Size is how many entries were taken.
func (s *States) Size() int64 { return s.size }

// At is the state after the first size entries, of those that were taken.
func (s *States) At(size int64) *State {
	if len(s.fresh) > 0 {
		s.arrange()
	}
	st := &State{Size: size, Lines: make([]string, 0, len(s.order))}
	for _, c := range s.order {
		n := sort.Search(len(c.past), func(i int) bool { return c.past[i].index >= size })
		if n > 0 {
			st.Lines = append(st.Lines, c.past[n-1].line)
		}
	}
	return st
}

// State is how every record stands after the first Size entries of a log: a line
// each, in the order of their random ids, "r <record> <version> <word>
// <doc-sha256>" and a line feed. Withdrawn and expired ones stay listed.
type State struct {
	Size  int64
	Lines []string

	grown sync.Once
	tree  Tree  // over the lines, once it was needed
	err   error // why there is none
}

// File is all lines: what the digests of a state entry are of.
func (s *State) File() string { return strings.Join(s.Lines, "") }

// ParseState reads a file of lines: each record once, in order.
func ParseState(size int64, file string) (*State, error) {
	s := &State{Size: size}
	for line := range strings.Lines(file) {
		if !stateLine.MatchString(line) || len(s.Lines) > 0 && recordOf(line) <= recordOf(s.Lines[len(s.Lines)-1]) {
			return nil, fault.New(fault.Invalid, "状态清单第 %d 行不合格式或者次序", len(s.Lines)+1)
		}
		s.Lines = append(s.Lines, line)
	}
	return s, nil
}

var stateLine = regexp.MustCompile(`^r [0-9a-f]{32} [1-9][0-9]{0,8} (live|withdrawn|expired) [0-9a-f]{64}\n$`)

// grow makes the tree over the lines; many may ask.
func (s *State) grow() error {
	s.grown.Do(func() {
		for _, line := range s.Lines {
			if s.err = s.tree.Add(line); s.err != nil {
				return
			}
		}
	})
	return s.err
}

// Leaf is the entry of the state on a day; sm3Root is that of the log of the
// same size.
func (s *State) Leaf(date string, sm3Root fdraw.Digest) (string, error) {
	if err := s.grow(); err != nil {
		return "", err
	}
	root, err := s.tree.Root(s.tree.Size())
	if err != nil {
		return "", err
	}
	file := s.File()
	return fmt.Sprintf("fdlog/v1 state\ndate %s\ncount %d\nroot %s\nfile-sha256 %s\nfile-sm3 %s\nlog-sm3-root %s\n",
		date, len(s.Lines), base64.StdEncoding.EncodeToString(root[:]), fdraw.SHA256.Raw(file), fdraw.SM3.Raw(file), sm3Root), nil
}

// StateDate is the day of a state entry, 2006-01-02.
func StateDate(leaf string) string { return field(leaf, "date") }

// Place is a line of a state and the proof that it stands there.
type Place struct {
	Index int64            `json:"index" doc:"第几行，从 0 起"`
	Line  string           `json:"line" doc:"该行全文，含换行符"`
	Path  tlog.RecordProof `json:"path" doc:"包含证明" nullable:"false"`
}

// StateProof shows how a record stood at the size of a checkpoint's state entry:
// by its line, or, where it is not listed, by the two lines between which it
// would stand. At either end of the list one line is enough.
type StateProof struct {
	Record string   `json:"record" doc:"日志中的编号"`
	Leaf   string   `json:"leaf" doc:"状态条目全文"`
	Places []Place  `json:"places" doc:"该记录所在的一行；清单中没有的，为前后相邻的两行" nullable:"false"`
	Entry  LogPlace `json:"entry" doc:"状态条目在日志中的位置"`
}

// LogPlace is the place of an entry in the log that a checkpoint is of.
type LogPlace struct {
	Index      int64            `json:"index" doc:"条目序号，从 0 起"`
	Path       tlog.RecordProof `json:"path" doc:"包含证明" nullable:"false"`
	Checkpoint string           `json:"checkpoint" doc:"带签名的检查点"`
}

// Prove fills Record and Places of a proof.
func (s *State) Prove(record string) (StateProof, error) {
	p := StateProof{Record: record, Places: []Place{}}
	if err := s.grow(); err != nil {
		return p, err
	}
	at, found := slices.BinarySearchFunc(s.Lines, record, func(line, record string) int { return strings.Compare(recordOf(line), record) })
	from, to := at-1, at
	if found {
		from = at
	}
	for i := max(from, 0); i <= min(to, len(s.Lines)-1); i++ {
		path, err := s.tree.Include(int64(i), s.tree.Size())
		if err != nil {
			return p, err
		}
		p.Places = append(p.Places, Place{Index: int64(i), Line: s.Lines[i], Path: path})
	}
	return p, nil
}

func recordOf(line string) string {
	_, rest, _ := strings.Cut(line, " ")
	record, _, _ := strings.Cut(rest, " ")
	return record
}

// Standing is what a state says of a record.
type Standing struct {
	Listed  bool   // false: nothing was ever published under that id
	Version int    // the newest
	Word    string // Live, Withdrawn, Expired
	SHA256  string // of the entry of that version
	Date    string // of the state
}

// Check returns how the record stood, if a checkpoint that one of the public
// keys signed says so.
func (p StateProof) Check(public []string) (Standing, error) {
	var st Standing
	point, err := OpenCheckpoint(p.Entry.Checkpoint, public)
	if err != nil {
		return st, err
	}
	if err := Check(p.Leaf); err != nil || Kind(p.Leaf) != "state" {
		return st, fault.New(fault.Invalid, "证明中没有状态条目")
	}
	if tlog.CheckRecord(p.Entry.Path, point.Size, point.Root, p.Entry.Index, tlog.RecordHash([]byte(p.Leaf))) != nil {
		return st, fault.New(fault.Invalid, "检查点所签的日志中没有这个状态条目")
	}
	count, err := strconv.ParseInt(field(p.Leaf, "count"), 10, 64)
	if err != nil {
		return st, fault.New(fault.Invalid, "状态条目的条数不合格式")
	}
	root, err := tlog.ParseHash(field(p.Leaf, "root"))
	if err != nil {
		return st, fault.New(fault.Invalid, "状态条目的根不合格式")
	}
	for _, place := range p.Places {
		if !stateLine.MatchString(place.Line) || tlog.CheckRecord(place.Path, count, root, place.Index, tlog.RecordHash([]byte(place.Line))) != nil {
			return st, fault.New(fault.Invalid, "状态清单中没有第 %d 行这样的内容", place.Index)
		}
	}
	st.Date = field(p.Leaf, "date")
	return st, p.judge(&st, count)
}

// judge reads what the places, which were checked, say of the record.
func (p StateProof) judge(st *Standing, count int64) error {
	bad := fault.New(fault.Invalid, "证明没有说明记录 %s 的状态", p.Record)
	if len(p.Places) == 1 && recordOf(p.Places[0].Line) == p.Record {
		st.Listed = true
		_, err := fmt.Sscanf(p.Places[0].Line, "r %s %d %s %s\n", new(string), &st.Version, &st.Word, &st.SHA256)
		return err
	}
	before, after := int64(-1), count
	for _, place := range p.Places {
		switch id := recordOf(place.Line); {
		case id < p.Record && before < 0:
			before = place.Index
		case id > p.Record && after == count:
			after = place.Index
		default:
			return bad
		}
	}
	if after != before+1 {
		return bad
	}
	return nil
}
