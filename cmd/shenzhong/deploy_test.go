package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

const deploy = "../../deploy/"

// typed holds a command line of ours against the program: it must know the
// command and every flag.
func typed(t *testing.T, where, line string) {
	t.Helper()
	args := strings.Fields(line)
	cmd, rest, err := newRootCommand().Find(args)
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err != nil || !cmd.Runnable() || cmd.Name() == "shenzhong" {
		t.Errorf("%s: shenzhong %s: %v", where, line, err)
	}
}

// TestUnitsCallTheProgramAsItIs reads the systemd units: sections and lines of
// the right form, the program called with commands and flags that it has, and
// nothing that runs as root.
func TestUnitsCallTheProgramAsItIs(t *testing.T) {
	files, err := filepath.Glob(deploy + "systemd/*")
	if err != nil || len(files) < 4 {
		t.Fatalf("found %v, %v", files, err)
	}
	line := regexp.MustCompile(`^(\[(Unit|Service|Install|Timer)\]|[A-Z][A-Za-z]+=.*|#.*|)$`)
	calls := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		service := filepath.Ext(name) == ".service"
		for _, want := range []string{"User=shenzhong", "NoNewPrivileges=yes", "ProtectSystem=strict", "UMask=0077"} {
			if service && !strings.Contains(string(text), "\n"+want+"\n") {
				t.Errorf("%s has no %s", name, want)
			}
		}
		for l := range strings.Lines(string(text)) {
			l = strings.TrimRight(l, "\n")
			if !line.MatchString(l) {
				t.Errorf("%s: %q", name, l)
			}
			_, call, ok := strings.Cut(l, "/usr/local/bin/shenzhong ")
			if !ok || !strings.HasPrefix(l, "Exec") {
				continue
			}
			calls++
			typed(t, name, strings.TrimSuffix(strings.ReplaceAll(call, "%i", "clue"), "'"))
		}
	}
	if calls < 4 {
		t.Errorf("the units call the program %d times", calls)
	}
}

// TestContainersCallTheProgramAsItIs reads the image and the composition: what
// they build from is pinned, what they call exists, no port is open to others,
// and there is no password.
func TestContainersCallTheProgramAsItIs(t *testing.T) {
	image, err := os.ReadFile(deploy + "Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, from := range regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(string(image), -1) {
		if from[1] != "scratch" && !regexp.MustCompile(`:\d+\.\d+\.\d+`).MatchString(from[1]) {
			t.Errorf("the image is built from %s, which is not pinned", from[1])
		}
	}
	var call []string
	_, after, ok := strings.Cut(string(image), "\nCMD ")
	if err := json.Unmarshal([]byte(strings.TrimSpace(after)), &call); err != nil || !ok {
		t.Fatalf("the image calls %q: %v", after, err)
	}
	typed(t, "Containerfile", strings.Join(call, " "))
	text, err := os.ReadFile(deploy + "compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		Services map[string]struct {
			Command     []string
			Ports       []string
			Environment any
		}
	}
	if err := yaml.Unmarshal(text, &c); err != nil || len(c.Services) == 0 {
		t.Fatalf("the composition reads %+v, %v", c, err)
	}
	for name, s := range c.Services {
		typed(t, "compose.yaml: "+name, strings.Join(s.Command, " "))
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s opens %s to everybody", name, p)
			}
		}
		if s.Environment != nil {
			t.Errorf("%s has an environment; secrets are files", name)
		}
	}
}
