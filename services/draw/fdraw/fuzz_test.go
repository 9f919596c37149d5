package fdraw

import (
	"strings"
	"testing"
)

// fuzz checks a parser: whatever it accepts, it writes again byte for byte, and
// it refuses without a panic.
func fuzz(f *testing.F, file FileType, more ...string) {
	f.Helper()
	parse := parsers[file]
	text := specimens[file]
	for _, seed := range append(more, text, text+text, strings.ReplaceAll(text, "\n", "\r\n"), strings.ReplaceAll(text, " ", "  "), strings.TrimSuffix(text, "\n"), "") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if again, err := parse(text); err == nil && again != text {
			t.Errorf("accepted\n%q\nwritten\n%q", text, again)
		}
	})
}

func FuzzParseAnnounce(f *testing.F) { fuzz(f, AnnounceFile) }
func FuzzParsePolicy(f *testing.F) {
	fuzz(f, PolicyFile, "fdraw/v1 policy\ncensus-below 0\nfloor 0\nflag must\n")
}
func FuzzParsePool(f *testing.F) {
	fuzz(f, PoolFile, "fdraw/v1 pool\n"+heads+"unit 1000000\ncount 1\nf a s 5 rate a:1@5\n")
}
func FuzzParseOfficers(f *testing.F)     { fuzz(f, OfficersFile) }
func FuzzParseCommit(f *testing.F)       { fuzz(f, CommitFile) }
func FuzzParseFreeze(f *testing.F)       { fuzz(f, FreezeFile) }
func FuzzParseReveals(f *testing.F)      { fuzz(f, RevealsFile) }
func FuzzParseResult(f *testing.F)       { fuzz(f, ResultFile) }
func FuzzParseSealed(f *testing.F)       { fuzz(f, SealedFile) }
func FuzzParseNotice(f *testing.F)       { fuzz(f, NoticeFile) }
func FuzzParseSubstitution(f *testing.F) { fuzz(f, SubstituteFile) }
func FuzzParseRegistry(f *testing.F)     { fuzz(f, RegistryFile) }
func FuzzParseFallback(f *testing.F)     { fuzz(f, FallbackFile) }
func FuzzParseNumbers(f *testing.F)      { fuzz(f, NumbersFile) }
func FuzzParseVoid(f *testing.F)         { fuzz(f, VoidFile) }
func FuzzParseLedger(f *testing.F)       { fuzz(f, LedgerFile) }
func FuzzParseLeaf(f *testing.F)         { fuzz(f, LeafFile) }
func FuzzParseChanges(f *testing.F) {
	fuzz(f, ChangesFile, "fdraw/v1 changes\n"+heads+"previous -\ncount 0\n")
}
func FuzzParseBeacon(f *testing.F) {
	fuzz(f, BeaconFile, "fdraw/v1 beacon\nsource cwl-ssq\nissue 2026030\nvalue 02 07 11 19 26 33+16\n",
		"fdraw/v1 beacon\nsource dice-d10x20\nissue a/1\nvalue 63454660390103169462\n", "fdraw/v1 beacon\nsource drand-quicknet\nissue 7\nvalue "+zeros+"\n")
}

// FuzzParseBundle: a bundle that is accepted is written in a form that is
// accepted again and says the same, and verifying it never panics.
func FuzzParseBundle(f *testing.F) {
	s := newScenario(f)
	s.bundle.Log.Leaves = s.bundle.Log.Leaves[:3]
	whole, err := s.bundle.JSON()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(whole))
	f.Add(`{"format":"fdraw/v1 bundle","log":{"checkpoints":["a\n1\nb\n\n"],"leaves":[{"text":"","proofs":[{"index":-1,"size":0,"path":null}]}]},"notices":[{"text":"","proof":{}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		b, err := ParseBundle([]byte(text))
		if err != nil {
			return
		}
		before := statuses(Verify(b))
		out, err := b.JSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseBundle(out)
		if err != nil {
			t.Fatalf("written as\n%s\nit is refused: %v", out, err)
		}
		if after := statuses(Verify(again)); after != before {
			t.Errorf("%s became %s", before, after)
		}
	})
}

// FuzzParseCheckpoint reads text that is not ours.
func FuzzParseCheckpoint(f *testing.F) {
	l := &testLog{}
	l.add(f, "leaf")
	l.checkpoint(f, 3, clock(f, "2026-03-02T21:00:00"))
	f.Add(l.Checkpoints[0])
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseCheckpoint(text)
		if err != nil {
			return
		}
		for _, w := range append(witnesses, logSigner) {
			k := must[*Key](t)(ParseKey(w.vkey()))
			if present, valid := c.signedBy(k); valid && !present {
				t.Error("a signature that is not there is valid")
			}
			if at, err := c.SeenBy(k); err != nil && !at.IsZero() {
				t.Error("a forged cosignature has a time")
			}
		}
	})
}

func FuzzParseWitnessPolicy(f *testing.F) {
	f.Add(testPolicyText())
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParseWitnessPolicy(text)
		if err == nil && p.quorate(func(*Key) bool { return false }) {
			t.Error("a quorum of nobody")
		}
	})
}

func FuzzParseRecordLeaf(f *testing.F) {
	f.Add(NewRecordLeaf(ones[:32], 1, Digest{}, "x").Text())
	f.Add(NewRecordLeaf(ones[:32], 2, Digest{}, "x").Text())
	f.Fuzz(func(t *testing.T, text string) {
		if l, err := ParseRecordLeaf(text); err == nil && l.Text() != text {
			t.Errorf("accepted %q, written %q", text, l.Text())
		}
	})
}
