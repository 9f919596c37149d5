package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/workday"
)

const drawNumber = "500156-2026-0001"

// heldDraw is a small draw that was held by the book: twelve facilities, six
// officers of one unit, three parties of whom one stays away.
func heldDraw(t *testing.T) *fdraw.Bundle {
	t.Helper()
	may := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	head := fdraw.Head{Draw: drawNumber, Attempt: 1}
	policy := &fdraw.Policy{
		Rates: []fdraw.RateLine{{Category: "shop", Grade: "D", Risk: "M", PPM: 500000}}, CensusBelow: 5, Floor: 20000, Flag: fdraw.FlagRule{Written: true},
	}
	at := func(hour, minute int) time.Time { return time.Date(2026, 3, 3, hour, minute, 0, 0, workday.Zone) }
	a := &fdraw.Announce{
		Head: head, Hash: fdraw.SM3, Policy: policy.Digest(fdraw.SM3), Parties: []string{"mzj", "scjgj", "sfj"}, Quorum: 2,
		CommitBy: at(17, 0), FreezeBy: at(18, 0), RevealBy: at(20, 0), OpenBy: at(23, 0).AddDate(0, 1, 0),
		Beacon: fdraw.Appointment{Source: fdraw.KL8, Issue: "2026052", At: at(21, 30)}, Fallback: fdraw.Dice,
	}
	var units []fdraw.Unit
	var people []fdraw.Officer
	for i := range 12 {
		units = append(units, fdraw.Unit{
			Facility: fmt.Sprintf("500156-JG-%06d", i+1), Stratum: "shop.H", PPM: 500000, Reason: fdraw.ByRate, Demand: fdraw.Demand{{Dept: "mzj", Count: 2}},
		})
	}
	for i := range 6 {
		people = append(people, fdraw.Officer{ID: fmt.Sprintf("500156-RY-%06d", i+1), Dept: "mzj", Max: 12})
	}
	pool, err := fdraw.NewPool(head, units)
	may(err)
	officers, err := fdraw.NewOfficers(head, fdraw.SM3.Raw("salt"), people, nil)
	may(err)
	nonces := map[string]fdraw.Digest{}
	var commits []fdraw.Commitment
	for _, party := range a.Parties {
		secret := fdraw.Commit{Head: head, Party: party, Nonce: fdraw.SM3.Raw("secret of " + party)}
		nonces[party] = secret.Nonce
		commits = append(commits, fdraw.Commitment{Party: party, Digest: secret.Digest(a.Hash)})
	}
	delete(nonces, "sfj")
	freeze := fdraw.NewFreeze(a, pool, officers, commits)
	reveals := fdraw.NewReveals(a.Hash, freeze, nonces)
	beacon := &fdraw.Beacon{Source: fdraw.KL8, Issue: "2026052", Value: "02 05 11 14 18 23 27 31 36 40 44 47 52 55 59 63 66 70 74 79"}
	seed := fdraw.SeedOf(a.Hash, reveals, beacon)
	drawn := fdraw.Draw(a.Hash, seed, pool, officers)
	sealed, _, err := fdraw.Seal(a.Hash, seed, reveals, beacon, drawn.Result)
	may(err)
	roster := fdraw.NewRoster(a.Hash, seed, pool, officers, drawn.Result)
	gone, err := roster.Replace(drawn.Result.Visits[0].Facility, "mzj", 1, fdraw.Away)
	may(err)
	return &fdraw.Bundle{
		Format: "fdraw/v1 bundle", Announce: a.Text(), Policy: policy.Text(), Pool: pool.Text(), Officers: officers.Text(), Freeze: freeze.Text(),
		Reveals: reveals.Text(), Beacon: beacon.Text(), Result: drawn.Result.Text(), Sealed: sealed.Text(), Substitutions: []string{gone.Text()},
	}
}

func bundleJSON(t *testing.T, b *fdraw.Bundle) []byte {
	t.Helper()
	raw, err := b.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// folder writes the files of a bundle one by one, as they are downloaded.
func folder(t *testing.T, b *fdraw.Bundle, before, after string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"announce": b.Announce, "policy": b.Policy, "pool": b.Pool, "officers": b.Officers, "freeze": b.Freeze, "reveals": b.Reveals,
		"beacon": b.Beacon, "result": b.Result, "sealed": b.Sealed, "substitute-0001": b.Substitutions[0],
	} {
		writeFile(t, dir, before+name+after, []byte(text))
	}
	writeFile(t, dir, "说明.pdf", []byte("nothing of the draw"))
	return dir
}

// runMain runs the program as from a shell.
func runMain(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(args, &out, &errs)
	return code, out.String(), errs.String()
}

// tampered is the same draw with another officer on one seat of the result.
func tampered(t *testing.T) *fdraw.Bundle {
	t.Helper()
	b := heldDraw(t)
	i := strings.Index(b.Result, "500156-RY-")
	was := b.Result[i : i+len("500156-RY-000001")]
	now := "500156-RY-000001"
	if was == now {
		now = "500156-RY-000002"
	}
	b.Result = b.Result[:i] + now + b.Result[i+len(now):]
	return b
}

// TestVerifyDraw checks one draw from everywhere it may lie, and wants the same
// words each time.
func TestVerifyDraw(t *testing.T) {
	b := heldDraw(t)
	raw := bundleJSON(t, b)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/v1/draws/" + drawNumber + "/bundle", "/" + drawNumber + ".json":
			_, _ = w.Write(raw)
		default:
			w.WriteHeader(http.StatusConflict)
			_, _ = w.Write([]byte(`{"detail":"尚未启封"}`))
		}
	}))
	defer server.Close()
	dir := t.TempDir()
	first := ""
	for name, source := range map[string]string{
		"file":              writeFile(t, dir, "package.json", raw),
		"folder with it":    filepath.Dir(writeFile(t, t.TempDir(), drawNumber+".json", raw)),
		"folder of files":   folder(t, b, "", ".txt"),
		"folder as served":  folder(t, b, drawNumber+"-", ".txt"),
		"folder, bare":      folder(t, b, "", ""),
		"address":           server.URL + "/api/v1/draws/" + drawNumber,
		"address with base": server.URL + "/api/v1/draws/" + drawNumber + "/bundle",
		"address of a file": server.URL + "/" + drawNumber + ".json",
	} {
		code, out, errs := runMain("verify", "draw", source)
		if code != exitDone || errs != "" {
			t.Errorf("%s: %d %s%s", name, code, out, errs)
			continue
		}
		if first == "" {
			first = out
		}
		if out != first {
			t.Errorf("%s says otherwise:\n%s", name, out)
		}
	}
	for i := range 14 {
		if !strings.Contains(first, fmt.Sprintf("\nV%d ", i+1)) {
			t.Errorf("V%d is not named:\n%s", i+1, first)
		}
	}
	for _, want := range []string{"抽取  " + drawNumber, "V6   抽取重算　成立", "V13  人员替换　成立", "V8   日志次序　无从核对", "不成立 0 项", "请自行比对"} {
		if !strings.Contains(first, want) {
			t.Errorf("it does not say %q:\n%s", want, first)
		}
	}
	if code, _, errs := runMain("verify", "draw", server.URL+"/elsewhere"); code != exitFailed || !strings.Contains(errs, "尚未启封") {
		t.Errorf("a draw that is still sealed: %d %s", code, errs)
	}
}

func TestVerifyDrawAsJSON(t *testing.T) {
	dir := t.TempDir()
	for name, tt := range map[string]struct {
		bundle *fdraw.Bundle
		code   int
		fails  []string
	}{
		"held by the book": {heldDraw(t), exitDone, nil},
		"another officer":  {tampered(t), exitFailed, []string{"V6", "V7"}},
	} {
		code, out, errs := runMain("verify", "draw", "--json", writeFile(t, dir, "b.json", bundleJSON(t, tt.bundle)))
		var got struct {
			Draw   string
			Failed bool
			Checks []struct{ ID, Title, Status, Why string }
		}
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatalf("%s: %v in %s", name, err, out)
		}
		var fails []string
		for i, c := range got.Checks {
			if c.ID != fmt.Sprintf("V%d", i+1) || c.Title == "" || c.Why == "" || !slices.Contains([]string{"holds", "fails", "not applicable"}, c.Status) {
				t.Errorf("%s: %+v", name, c)
			}
			if c.Status == "fails" {
				fails = append(fails, c.ID)
			}
		}
		for _, id := range tt.fails {
			if !slices.Contains(fails, id) {
				t.Errorf("%s: %s does not fail", name, id)
			}
		}
		if code != tt.code || got.Failed != (tt.code != exitDone) || (errs != "") != got.Failed || len(got.Checks) != 14 || got.Draw == "" || (len(fails) > 0) != got.Failed {
			t.Errorf("%s: %d %s %+v, fails %v", name, code, errs, got, fails)
		}
	}
}

// TestVerifyDrawTrustsWhomYouTrust: a witness policy of one's own is read, and
// one that cannot be read is no reason to go on without it.
func TestVerifyDrawTrustsWhomYouTrust(t *testing.T) {
	dir := t.TempDir()
	source := writeFile(t, dir, "b.json", bundleJSON(t, heldDraw(t)))
	for _, policy := range []string{filepath.Join(dir, "missing"), writeFile(t, dir, "policy", []byte("whom I like\n"))} {
		if code, _, errs := runMain("verify", "draw", "--witnesses", policy, source); code != exitUsage || errs == "" {
			t.Errorf("%s: %d %s", policy, code, errs)
		}
	}
}

func TestVerifyDrawRefusesWhatIsNoDraw(t *testing.T) {
	dir := t.TempDir()
	b := heldDraw(t)
	twice := folder(t, b, "", ".txt")
	writeFile(t, twice, "pool", []byte(b.Pool))
	both := t.TempDir()
	writeFile(t, both, "bundle.json", bundleJSON(t, b))
	writeFile(t, both, drawNumber+".json", bundleJSON(t, b))
	broken := t.TempDir()
	writeFile(t, broken, "log.json", []byte("{"))
	for name, args := range map[string][]string{
		"nothing":          {"verify", "draw"},
		"two":              {"verify", "draw", "a", "b"},
		"no such file":     {"verify", "draw", filepath.Join(dir, "none")},
		"no address":       {"verify", "draw", "https://"},
		"no draw in it":    {"verify", "draw", writeFile(t, dir, "empty.json", []byte(`{"format":"fdraw/v1 bundle"}`))},
		"other JSON":       {"verify", "draw", writeFile(t, dir, "other.json", []byte(`{"announce":1}`))},
		"a key twice":      {"verify", "draw", writeFile(t, dir, "keys.json", []byte(`{"format":"fdraw/v1 bundle","pool":"","pool":""}`))},
		"empty folder":     {"verify", "draw", t.TempDir()},
		"one file twice":   {"verify", "draw", twice},
		"two packages":     {"verify", "draw", both},
		"a broken part":    {"verify", "draw", broken},
		"unknown option":   {"verify", "draw", "--fast", dir},
		"unknown argument": {"verify", "log"},
	} {
		if code, _, errs := runMain(args...); code != exitUsage || errs == "" {
			t.Errorf("%s: %d %s", name, code, errs)
		}
	}
	cut := *b
	cut.Announce = cut.Announce[:len(cut.Announce)-1]
	if code, out, _ := runMain("verify", "draw", folder(t, &cut, "", ".txt")); code != exitFailed || !strings.Contains(out, "V1   文件格式　不成立") {
		t.Errorf("an announcement without its last line feed: %d %s", code, out)
	}
}
