package publiclog

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
)

// secretLines are the same in every process: fuzzing runs in several.
func secretLines(t testing.TB, origin string) string {
	t.Helper()
	secret, _, err := note.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{7}, 32)), origin)
	if err != nil {
		t.Fatal(err)
	}
	return secret + "\n" + sm2Secret + origin + "+" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)) + "\n"
}

func sameKeys(t testing.TB) *Keys {
	t.Helper()
	k, err := ParseKeys(secretLines(t, origin))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// signBody signs any text as if it were a checkpoint.
func signBody(k *Keys, body string) (string, error) {
	signed, err := note.Sign(&note.Note{Text: body}, k.signers...)
	return string(signed), err
}

// refusal holds an error against what every one must be: of a kind, in Chinese.
func refusal(t *testing.T, err error, kinds ...fault.Kind) {
	t.Helper()
	if !slices.Contains(kinds, fault.KindOf(err)) || !strings.ContainsFunc(err.Error(), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		t.Errorf("refused with %s: %v", fault.KindOf(err), err)
	}
}

// secretless fails if the error repeats what stands behind a plus sign.
func secretless(t *testing.T, text string, err error) {
	t.Helper()
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '+' || r == '\n' }) {
		if len(part) > 12 && strings.Contains(err.Error(), part) {
			t.Errorf("the refusal repeats %q: %v", part, err)
		}
	}
}

// FuzzParseTile: a path has one spelling.
func FuzzParseTile(f *testing.F) {
	for _, path := range []string{"tile/0/x001/067", "tile/1/000.p/5", "tile/entries/000", "tile/entries/x123/x456/789.p/255", "tile/data/000", "tile/0/000.p/0", "tile/8/0/000", "tile/-1/000", "tile/0/x9223372/x036854/x775807/000"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		tile, err := ParseTile(path)
		if err != nil {
			refusal(t, err, fault.NotFound)
			return
		}
		if tile.Path() != path {
			t.Errorf("accepted %q, written %q", path, tile.Path())
		}
		if tile.Within(0) || tile.W < 1 || tile.W > TileWidth {
			t.Errorf("%q is %+v", path, tile)
		}
	})
}

func FuzzParseLogBundle(f *testing.F) {
	f.Add([]byte{}, 0)
	f.Add(Bundle([]string{"", "a", strings.Repeat("b", 300)}), 3)
	f.Add([]byte{0, 3, 'a'}, 1)
	f.Add([]byte{0}, 0)
	f.Fuzz(func(t *testing.T, data []byte, n int) {
		leaves, err := ParseBundle(data, n)
		if err != nil {
			refusal(t, err, fault.Invalid)
			return
		}
		if len(leaves) != n || !bytes.Equal(Bundle(leaves), data) {
			t.Errorf("%x as %d entries is %q", data, n, leaves)
		}
	})
}

// FuzzParseKeys: with keys that are taken a log can sign, and who has their
// public halves can read it.
func FuzzParseKeys(f *testing.F) {
	whole := secretLines(f, origin)
	ed, sm, _ := strings.Cut(strings.TrimSuffix(whole, "\n"), "\n")
	for _, text := range []string{whole, ed, sm, sm + "\n" + ed, ed + "\r\n" + sm, whole + secretLines(f, "other.invalid/log"), strings.Replace(sm, origin, "", 1), strings.Replace(sm, origin, "a b", 1), strings.Replace(sm, origin, "sm2.a", 1), strings.Replace(sm, origin, "\x7f", 1), strings.Replace(sm, origin, "武隆", 1), secretLines(f, "sm2.a"), "", "PRIVATE+KEY+", sm2Secret} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ParseKeys(text)
		if err != nil {
			refusal(t, err, fault.Invalid)
			secretless(t, text, err)
			return
		}
		var tree Tree
		signed, err := (&Notary{Keys: k, Memory: &kept{}}).Sign(&tree)
		if err != nil {
			t.Fatalf("keys of %q cannot sign: %v", k.Origin, err)
		}
		if c, err := OpenCheckpoint(signed, k.Public()); err != nil || c.Origin != k.Origin {
			t.Errorf("keys of %q sign what nobody opens: %v", k.Origin, err)
		}
	})
}

// FuzzOpenCheckpoint: what is opened was signed, and says what was signed.
func FuzzOpenCheckpoint(f *testing.F) {
	k := sameKeys(f)
	tree := &Tree{}
	grow(f, tree, 5)
	for _, public := range append(k.Public(), "", "sm2.a+b", "a+00000000+AQ==") {
		f.Add(point(f, k, tree, 5), public)
	}
	f.Add(Body(origin, 5, tlog.Hash{}), k.Public()[0])
	split, err := signBody(k, strings.Replace(Body(origin, 5, tlog.Hash{}), "=", "\r=", 1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(split, k.Public()[0])
	f.Fuzz(func(t *testing.T, text, public string) {
		if _, err := ParseHead(text); err != nil {
			refusal(t, err, fault.Invalid)
		}
		c, err := OpenCheckpoint(text, []string{public})
		if err != nil {
			refusal(t, err, fault.Invalid)
			return
		}
		if !strings.HasPrefix(text, Body(c.Origin, c.Size, c.Root)) || !strings.Contains(public, c.Origin) {
			t.Errorf("%q is read as %s %d", text, c.Origin, c.Size)
		}
	})
}

// FuzzParseCosigner: a secret line has one spelling but for blanks around it.
func FuzzParseCosigner(f *testing.F) {
	c := newCosigner("sifaju.example.gov.cn/a", bytes.Repeat([]byte{9}, 32))
	spell := func(c *Cosigner) string {
		hash := strings.Split(c.Public(), "+")[1]
		return ed25519Secret + c.name + "+" + hash + "+" + base64.StdEncoding.EncodeToString(append([]byte{cosignatureType}, c.key.Seed()...))
	}
	for _, line := range []string{spell(c), spell(c) + "\r\n", spell(c)[:len(spell(c))-9] + "\r" + spell(c)[len(spell(c))-9:], strings.ToLower(spell(c)), ed25519Secret + "a+b", ""} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		c, err := ParseCosigner(line)
		if err != nil {
			refusal(t, err, fault.Invalid)
			secretless(t, line, err)
			return
		}
		if spell(c) != strings.TrimSpace(line) {
			t.Errorf("accepted another spelling of the key of %s", c.Name())
		}
		if _, err := note.NewVerifier(c.Public()); err != nil && !strings.Contains(err.Error(), "algorithm") {
			t.Errorf("nobody reads the public key of %s: %v", c.Name(), err)
		}
	})
}

func FuzzParseProof(f *testing.F) {
	k := sameKeys(f)
	tree := &Tree{}
	grow(f, tree, 5)
	path, err := tree.Include(2, 5)
	if err != nil {
		f.Fatal(err)
	}
	p := Proof{Record: strings.Repeat("0", 31) + "2", Version: 1, Index: 2, Size: 5, Path: path, Checkpoint: point(f, k, tree, 5)}
	p.SetSalt([32]byte{})
	for _, text := range []string{p.Text(), strings.ReplaceAll(p.Text(), "\n", "\r\n"), strings.Replace(p.Text(), "index 2", "index 02", 1), proofHead, ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParseProof(text)
		if err != nil {
			refusal(t, err, fault.Invalid)
			return
		}
		if p.Text() != text {
			t.Errorf("accepted\n%q\nwritten\n%q", text, p.Text())
		}
		if err := p.Check(k.Public()); err != nil {
			refusal(t, err, fault.Invalid)
		}
	})
}

// FuzzParseState: a list names a record once, and can prove how each stands.
func FuzzParseState(f *testing.F) {
	line := func(record, rest string) string {
		return "r " + strings.Repeat("0", 31) + record + rest + " " + strings.Repeat("a", 64) + "\n"
	}
	for _, file := range []string{"", line("1", " 1 live") + line("2", " 3 expired"), line("2", " 1 live") + line("1", " 1 live"), line("1", " 1 live") + line("1", " 2 withdrawn"), line("1", " 01 live"), strings.TrimSuffix(line("1", " 1 live"), "\n")} {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file string) {
		s, err := ParseState(9, file)
		if err != nil {
			refusal(t, err, fault.Invalid)
			return
		}
		if s.File() != file || s.Size != 9 {
			t.Errorf("accepted %q, written %q", file, s.File())
		}
		for i, line := range s.Lines {
			p, err := s.Prove(recordOf(line))
			if err != nil || len(p.Places) != 1 || p.Places[0].Index != int64(i) {
				t.Fatalf("line %d is proved by %+v, %v", i, p.Places, err)
			}
		}
	})
}

// FuzzAddCheckpoint: a witness that saw three entries takes only what grew from
// them, keeps what it took, and says no in its own words.
func FuzzAddCheckpoint(f *testing.F) {
	k := sameKeys(f)
	tree := &Tree{}
	grow(f, tree, 9)
	root, err := tree.Root(3)
	if err != nil {
		f.Fatal(err)
	}
	for _, request := range []string{ask(f, k, tree, 3, 5), ask(f, k, tree, 3, 3), ask(f, k, tree, 0, 5), ask(f, k, tree, 3, 9), ask(f, k, tree, 5, 9), strings.Replace(ask(f, k, tree, 3, 5), "old 3", "old 03", 1), strings.Replace(ask(f, k, tree, 3, 5), "=\n", "\r=\n", 1), "old 3\n\n", ""} {
		f.Add(request)
	}
	key := newCosigner("w.invalid", bytes.Repeat([]byte{9}, 32))
	f.Fuzz(func(t *testing.T, request string) {
		memory := &sights{seen: map[string]Seen{origin: {Origin: origin, Size: 3, Root: root}}}
		w, err := NewWitness(key, k.Public(), memory, clock.NewFake(at))
		if err != nil {
			t.Fatal(err)
		}
		line, err := w.AddCheckpoint(request)
		seen := memory.seen[origin]
		if err != nil {
			var r *Refusal
			if !errors.As(err, &r) || r.Code < 400 || r.Code > 422 || !strings.ContainsFunc(r.Message, func(c rune) bool { return unicode.Is(unicode.Han, c) }) || seen.Size != 3 {
				t.Errorf("refused with %v, seen %d", err, seen.Size)
			}
			return
		}
		old, path, text, err := parseRequest(request)
		if err != nil || Request(old, path, text) != request || old != 3 {
			t.Fatalf("accepted %q, written %q", request, Request(old, path, text))
		}
		if want, err := tree.Root(seen.Size); err != nil || seen.Root != want || line != key.Line(Body(origin, seen.Size, want), at) {
			t.Errorf("cosigned %q having kept %+v", line, seen)
		}
	})
}
