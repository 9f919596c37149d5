package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// Whatever is typed that cannot be right is answered with exit code 2 and a
// sentence in Chinese that says what to do, and nothing is begun.
func TestWrongUsageIsOneSentence(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("junk", []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir("empty", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"nonsense", "--nonsense", "help nope",
		"up extra", "up --nonsense", "up --data junk", "up --data", "up --addr nowhere", "up --pack junk", "up --trust junk",
		"run", "run nobody", "run clue --data junk --nats nats://127.0.0.1:1", "run clue --nats junk",
		"deadline", "deadline --from 2026-13-01 --days 7 --unit workday", "deadline --from 2026-09-30 --days x --unit workday",
		"deadline --from 2026-09-30 --days 7 --unit fortnight", "deadline --from 2026-09-30 --rule nope",
		"deadline --from 2026-09-30 --days -3 --unit workday", "deadline --from 9999-01-01 --days 99999 --unit workday",
		"calendar nope", "calendar import junk", "config nope", "config check", "config check junk", "contracts extra",
		"ctl nope", "ctl lag --data nowhere", "ctl dead-letters --data nowhere", "ctl replay", "ctl replay 1 --data nowhere", "ctl discard",
		"ctl rebuild-stream", "ctl backup", "ctl backup --data nowhere --to out", "ctl restore", "ctl restore --from junk --data here", "ctl nats nope",
		"draw nope", "draw commit", "draw commit junk", "draw reveal", "draw reveal junk",
		"import", "import zoo junk", "import facilities junk", "import facilities missing.xlsx",
		"log nope", "log rotate-key", "log rotate-key --data nowhere", "monitor", "monitor junk",
		"pack nope", "pack lint junk", "pack lint empty", "pack lint nowhere", "pack diff builtin@2024", "pack diff junk empty", "pack replay",
		"pack replay junk --data nowhere", "pack sign", "pack sign junk --key junk", "pack export", "pack export junk out", "pack import junk out",
		"pack key", "pack ledger nope",
		"rehearse extra", "rehearse --bundles junk", "rehearse --store nope",
		"simulate nope", "simulate year --years x", "simulate year --years 0", "simulate attack extra", "simulate audit", "simulate audit nowhere",
		"token", "token issue", "token --data nowhere --role officer",
		"verify nope", "verify chain nowhere", "verify draw", "verify draw junk", "verify draw empty", "verify log", "verify log junk",
		"verify notice", "verify notice junk", "verify record junk", "witness nope", "bench nope", "bench pipeline --clients 0", "bench pipeline --clients x",
	} {
		t.Run(line, func(t *testing.T) {
			var out, said bytes.Buffer
			if code := run(strings.Fields(line), &out, &said); code != exitUsage {
				t.Errorf("exit code %d, want %d", code, exitUsage)
			}
			if out.Len() != 0 {
				t.Errorf("wrote %q", out.String())
			}
			chinese := 0
			for _, r := range said.String() {
				if unicode.Is(unicode.Han, r) {
					chinese++
				}
			}
			if chinese < 4 || foreign.MatchString(said.String()) {
				t.Errorf("says %q", said.String())
			}
		})
	}
	left, err := filepath.Glob("*")
	if err != nil || strings.Join(left, " ") != "empty junk" {
		t.Errorf("left behind %v, %v", left, err)
	}
}

// foreign are sentences in English: five words and more.
var foreign = regexp.MustCompile(`[a-z]{2,} [a-z]{2,} [a-z]{2,} [a-z]{2,} [a-z]{2,}`)

// What the program says of itself is Chinese, down to the last flag.
func TestHelpIsChinese(t *testing.T) {
	root := newRootCommand()
	var walk func(path []string)
	walk = func(path []string) {
		var out, said bytes.Buffer
		if code := run(append(path, "--help"), &out, &said); code != exitDone || said.Len() != 0 {
			t.Errorf("%v --help: exit code %d, %s", path, code, said.String())
		}
		for _, word := range []string{"Usage", "Flags", "Commands", "help for", "[flags]"} {
			if strings.Contains(out.String(), word) {
				t.Errorf("%v --help says %q", path, word)
			}
		}
		c, _, err := root.Find(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, sub := range c.Commands() {
			walk(append(path[:len(path):len(path)], sub.Name()))
		}
	}
	walk(nil)
}
