package publiclog

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"shenzhong/services/draw/fdraw"
)

// sm3Root is the definition of RFC 6962 section 2.1 with SM3, word for word.
func sm3Root(leaves []string) fdraw.Digest {
	switch n := len(leaves); n {
	case 0:
		return fdraw.SM3.Raw("")
	case 1:
		return fdraw.SM3.Raw("\x00" + leaves[0])
	default:
		k := 1 << (bits.Len(uint(n-1)) - 1)
		left, right := sm3Root(leaves[:k]), sm3Root(leaves[k:])
		return fdraw.SM3.Raw("\x01" + string(left[:]) + string(right[:]))
	}
}

func TestSM3TreeIsTheDefinition(t *testing.T) {
	var tree SM3Tree
	var leaves []string
	for i := range 70 {
		if got, want := tree.Root(), sm3Root(leaves); got != want {
			t.Fatalf("%d entries make %s, want %s", i, got, want)
		}
		leaves = append(leaves, fmt.Sprint("entry ", i))
		tree.Add(leaves[i])
	}
}

// aRecord is a record of a test and how it stands in the end.
type aRecord struct {
	id, word string
	version  int
}

// lives appends the lives of some records to a log, mixed.
func lives(r *rapid.T, states *States, tree *Tree) map[string]aRecord {
	out := map[string]aRecord{}
	n := rapid.IntRange(0, 40).Draw(r, "entries")
	for range n {
		id := fmt.Sprintf("%032x", 2*rapid.IntRange(0, 20).Draw(r, "record")) // odd ids are never used
		rec := out[id]
		var leaf string
		switch {
		case rec.word != "" && rec.word != Live:
			continue
		case rec.version > 0 && rapid.IntRange(0, 2).Draw(r, "end") == 0:
			rec.word, leaf = Withdrawn, Withdraw(id, rec.version, "error", "2026-10-09")
			if rapid.Bool().Draw(r, "expires") {
				rec.word, leaf = Expired, Expire(id, rec.version, "m3")
			}
		default:
			rec.version++
			rec.word, leaf = Live, Record(id, rec.version, [32]byte{1}, fmt.Sprint("document ", rec.version))
		}
		rec.id = id
		out[id] = rec
		states.Add(leaf)
		if err := tree.Add(leaf); err != nil {
			r.Fatal(err)
		}
	}
	return out
}

// TestStateProvesEveryStanding proves for each record how it stands, and for
// each id that was never used that it is not listed; and nothing else.
func TestStateProvesEveryStanding(t *testing.T) {
	k := keys(t)
	public := k.Public()[:1]
	rapid.Check(t, func(r *rapid.T) {
		var states States
		var tree Tree
		records := lives(r, &states, &tree)
		state := states.At(states.Size())
		if back, err := ParseState(state.Size, state.File()); err != nil || !slices.Equal(back.Lines, state.Lines) {
			r.Fatalf("the file reads %v", err)
		}
		index := tree.Size()
		leaf, err := state.Leaf("2026-10-09", fdraw.Digest{})
		if err != nil || Check(leaf) != nil || tree.Add(leaf) != nil {
			r.Fatalf("%q: %v, %v", leaf, err, Check(leaf))
		}
		point, err := (&Notary{Keys: k, Memory: &kept{}}).Sign(&tree)
		if err != nil {
			r.Fatal(err)
		}
		path, err := tree.Include(index, tree.Size())
		if err != nil {
			r.Fatal(err)
		}
		for i := range 42 {
			id := fmt.Sprintf("%032x", i)
			p, err := state.Prove(id)
			if err != nil {
				r.Fatal(err)
			}
			p.Leaf, p.Entry = leaf, LogPlace{index, path, point}
			got, err := p.Check(public)
			want := records[id]
			if err != nil || got.Listed != (want.id != "") || got.Version != want.version || got.Word != want.word || got.Date != "2026-10-09" {
				r.Fatalf("%s stands as %+v, %v; want %+v", id, got, err, want)
			}
			forge(r, p, public, records)
		}
	})
}

// forge makes another statement of a proof in several ways: what passes is true.
func forge(r *rapid.T, p StateProof, public []string, records map[string]aRecord) {
	truth := records[p.Record]
	other := p
	other.Record = fmt.Sprintf("%032x", rapid.IntRange(0, 42).Draw(r, "another"))
	if st, err := other.Check(public); err == nil && (st.Word != records[other.Record].word || st.Version != records[other.Record].version) {
		r.Fatalf("the proof of %s says of %s: %+v", p.Record, other.Record, st)
	}
	if len(p.Places) == 0 {
		return
	}
	cut := p
	cut.Places = p.Places[:len(p.Places)-1]
	if st, err := cut.Check(public); err == nil && (st.Word != truth.word || st.Listed) {
		r.Fatalf("a proof without its last line says: %+v", st)
	}
	changed := p
	changed.Places = slices.Clone(p.Places)
	line := changed.Places[0].Line
	changed.Places[0].Line = strings.NewReplacer(Withdrawn, Live, Live, Expired, Expired, Live).Replace(line)
	if st, err := changed.Check(public); err == nil {
		r.Fatalf("a changed line passes: %+v", st)
	}
}

// TestStateIsThatOfItsSize asks for the state at each size on the way: later
// entries change nothing of it.
func TestStateIsThatOfItsSize(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var states States
		var files []string
		for i := range rapid.IntRange(1, 12).Draw(r, "entries") {
			files = append(files, states.At(states.Size()).File())
			states.Add(Record(fmt.Sprintf("%032x", rapid.IntRange(0, 3).Draw(r, "record")), i+1, [32]byte{}, ""))
		}
		for size, want := range files {
			if got := states.At(int64(size)).File(); got != want {
				r.Fatalf("after %d entries: %q, want %q", size, got, want)
			}
		}
	})
}

func TestParseStateRefuses(t *testing.T) {
	line := func(id int) string { return fmt.Sprintf("r %032x 1 live %s\n", id, digest) }
	for _, file := range []string{line(2) + line(1), line(1) + line(1), line(1)[:70] + "\n", "r 张三 1 live " + digest + "\n", strings.TrimSuffix(line(1), "\n")} {
		if _, err := ParseState(0, file); err == nil {
			t.Errorf("%q passes", file)
		}
	}
}
