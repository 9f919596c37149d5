//go:build !race

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/cmd/shenzhong/rehearsal"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/clock"
)

// threeWitnesses runs three witnesses, each a process of its own but for the
// process, and returns a policy that asks two of them. follow is a file that
// tells them the time. Their log has a key that is known before it starts.
func threeWitnesses(t *testing.T, logKey, follow string) (policyFile string) {
	t.Helper()
	var policy strings.Builder
	for _, name := range []string{"shimzj", "sifaju", "daxue"} {
		dir := t.TempDir()
		address := startWitness(t, logKey, name, dir, follow)
		code, public, notes := program(t, "witness", "key", "--dir", dir)
		if code != exitFailed || !strings.Contains(notes, "正由另一个") {
			t.Fatalf("a second process got the key: %d %q %q", code, public, notes)
		}
		fmt.Fprintf(&policy, "witness %s %s %s\n", name, witnessKey(t, dir), address)
	}
	policy.WriteString("group depts 2 shimzj sifaju daxue\nquorum depts\n")
	file := filepath.Join(t.TempDir(), "witnesses.txt")
	if err := os.WriteFile(file, []byte(policy.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// movedClock moves the clock of the stage and the file that the witnesses follow.
type movedClock struct {
	*localStage
	file string
}

func (m movedClock) Move(to time.Time) error {
	if err := writeClock(m.file, to); err != nil {
		return err
	}
	return m.localStage.Move(to)
}

func writeClock(file string, to time.Time) error {
	return os.WriteFile(file, []byte(to.Format(time.RFC3339)+"\n"), 0o600)
}

// TestTheYearUnderWitnesses plays the whole loop with three witnesses that are
// asked over HTTP, two of which make a quorum. Every draw passes, and the command
// finds in the package that anybody downloads that the log has the steps in their
// order (V8), that a quorum saw them in time (V9), and that what is published
// beside a draw is all there (V11 to V14).
func TestTheYearUnderWitnesses(t *testing.T) {
	dir, follow := t.TempDir(), filepath.Join(t.TempDir(), "clock")
	if err := writeClock(follow, rehearsal.Start); err != nil {
		t.Fatal(err)
	}
	clk := clock.NewFake(rehearsal.Start)
	o, err := rehearsalOptions(rehearseFlags{store: "sqlite"}, dir, clk)
	if err != nil {
		t.Fatal(err)
	}
	pack, _, err := loadLaw()
	if err != nil {
		t.Fatal(err)
	}
	public, err := publicLog(o.keys, "", pack.Manifest().District)
	if err != nil {
		t.Fatal(err)
	}
	o.watchers = threeWitnesses(t, public.Notary.Keys.Verifier(), follow)
	var told bytes.Buffer
	err = withStage(t.Context(), o, clk, func(ctx context.Context, stage *localStage) error {
		invariants, err := rehearsal.Run(ctx, rehearsal.Config{
			Stage: movedClock{stage, follow}, Law: stage.system.law.Law(), Calendar: stage.system.calendar.Calendar(), Client: http.DefaultClient, Out: &told,
		})
		if err != nil {
			return err
		}
		for _, i := range invariants {
			if !i.Holds {
				t.Errorf("%s: %s", i.Name, i.Detail)
			}
		}
		checkWitnessedDraw(t, stage.addr)
		checkFromOutside(t, stage.addr, follow)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkWitnessedDraw(t *testing.T, site string) {
	t.Helper()
	code, out, notes := program(t, "verify", "draw", "--json", site+"/api/v1/draws/500156-2026-0001")
	whole := []string{"V8", "V9", "V11", "V12", "V13", "V14"}
	var report struct {
		Checks []fdraw.Check `json:"checks"`
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != exitDone {
		t.Fatalf("%d %s %v: %s", code, notes, err, out)
	}
	for _, c := range report.Checks {
		t.Logf("%s %s: %s", c.ID, c.Status, c.Why)
		if slices.Contains(whole, c.ID) && c.Status != fdraw.Holds {
			t.Errorf("%s: %s", c.ID, c.Why)
		}
	}
}

// checkFromOutside runs the monitor and the verifier of the log as anybody would,
// twice, so that the second look has something to remember.
func checkFromOutside(t *testing.T, site, follow string) {
	t.Helper()
	memory, mirror := filepath.Join(t.TempDir(), "memory.json"), filepath.Join(t.TempDir(), "mirror")
	for range 2 {
		code, out, notes := program(t, "monitor", site, "--once", "--memory", memory, "--clock", follow, "--mirror", mirror)
		t.Log(out)
		if code != exitDone || !strings.Contains(out, "M10") {
			t.Fatalf("%d %s", code, notes)
		}
	}
	for _, place := range []string{site, site + "/log", mirror} {
		args := []string{"verify", "log", place, "--memory", memory, "--clock", follow, "--json"}
		if place == mirror { // a copy has neither keys nor policy of its own
			args = append(args, "--policy", mirroredPolicy(t, site))
		}
		code, out, notes := program(t, args...)
		if code != exitDone || !strings.Contains(out, `"failed":false`) {
			t.Errorf("%s: %d %s %s", place, code, out, notes)
		}
	}
}

func mirroredPolicy(t *testing.T, site string) string {
	t.Helper()
	text, err := fetchURL(t.Context(), site+"/log/policy")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "policy.txt")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
