package fdraw

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// files is the nine files of a bundle, to be changed in place.
func (b *Bundle) files() map[FileType]*string {
	return map[FileType]*string{
		AnnounceFile: &b.Announce, PolicyFile: &b.Policy, PoolFile: &b.Pool, OfficersFile: &b.Officers, FreezeFile: &b.Freeze,
		RevealsFile: &b.Reveals, BeaconFile: &b.Beacon, ResultFile: &b.Result, SealedFile: &b.Sealed,
	}
}

// TestMutations changes one byte of one file at a time, more than ten thousand
// times, to another printable character, a digit, or any byte at all; it also
// drops and doubles bytes. Every change makes a check fail (I5).
func TestMutations(t *testing.T) {
	const each = 400 // of 9 files of 3 vectors
	rnd := rand.New(rand.NewPCG(9, 9))
	total := 0
	for _, d := range mustVectors(t).Draws {
		if r := Verify(d.bundle()); r.Failed() {
			t.Fatalf("the vector fails before it is changed: %s", statuses(r))
		}
		for _, file := range ceremonyFiles {
			for range each {
				b := d.bundle()
				text := b.files()[file]
				at := rnd.IntN(len(*text))
				changed := mutate(rnd, *text, at)
				if changed == *text {
					continue
				}
				*text = changed
				total++
				if r := Verify(b); !r.Failed() {
					t.Errorf("%s of %s: a change at byte %d goes unnoticed", file, d.Hash, at)
				}
			}
		}
	}
	if total < 10_000 {
		t.Errorf("only %d changes were tried", total)
	}
}

func mutate(rnd *rand.Rand, text string, at int) string {
	var by string
	switch rnd.IntN(6) {
	case 0:
		by = ""
	case 1:
		by = text[at:at+1] + text[at:at+1]
	case 2:
		by = string([]byte{byte(rnd.IntN(256))})
	case 3:
		by = string([]byte{text[at] ^ 1<<rnd.IntN(8)})
	default:
		const plausible = "0123456789abcdefmzj- \n"
		by = plausible[rnd.IntN(len(plausible)):][:1]
	}
	return text[:at] + by + text[at+1:]
}

// TestEveryLineCounts drops, doubles and exchanges whole lines of every file.
func TestEveryLineCounts(t *testing.T) {
	d := mustVectors(t).Draws[0]
	for _, file := range ceremonyFiles {
		lines := strings.SplitAfter(strings.TrimSuffix(*d.bundle().files()[file], "\n"), "\n")
		lines[len(lines)-1] += "\n"
		for i := range lines {
			before, after := strings.Join(lines[:i], ""), strings.Join(lines[i+1:], "")
			changes := map[string]string{"dropped": before + after, "doubled": before + lines[i] + lines[i] + after}
			if i > 0 && lines[i] != lines[i-1] {
				changes["exchanged"] = strings.Join(lines[:i-1], "") + lines[i] + lines[i-1] + after
			}
			for how, text := range changes {
				b := d.bundle()
				*b.files()[file] = text
				// A file that is gone altogether cannot be wrong, only missing.
				if r := Verify(b); !r.Failed() && text != "" {
					t.Errorf("line %d of %s %s: unnoticed", i+1, file, how)
				}
			}
		}
	}
}
