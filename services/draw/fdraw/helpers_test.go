package fdraw

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
)

// vectors is testdata/draw_vectors.json: what an independent implementation
// computed, every string the exact bytes.
type vectors struct {
	Primitives map[string]struct {
		ABC  string `json:"abc"`
		Unit string `json:"label_unit_body"`
	} `json:"primitives"`
	Draws []vectorDraw `json:"draws"`
	Tiny  struct {
		Hash  string `json:"hash"`
		Units string `json:"units"`
		Cases []struct {
			Seed     Digest   `json:"seed"`
			Selected []string `json:"selected_in_ruler_order"`
		} `json:"cases"`
	} `json:"tiny"`
	DealCases []struct {
		Kind     string `json:"kind"`
		Hash     string `json:"hash"`
		Seed     Digest `json:"seed"`
		Pool     string `json:"pool"`
		Officers string `json:"officers"`
		Result   string `json:"result"`
		Vacant   int    `json:"vacant"`
		Searches int    `json:"augment_searches"`
	} `json:"deal_cases"`
	RateBudget struct {
		Floors  []int64 `json:"floors"`
		Weights []int64 `json:"weights"`
		Lambda  int64   `json:"lambda_q20"`
		N       int     `json:"n"`
		P       []int   `json:"p"`
		Sum     int     `json:"sum"`
	} `json:"rate_budget"`
	LogLeaf struct {
		Input    string `json:"commit_input"`
		Document string `json:"document_utf8"`
		Leaf     string `json:"leaf"`
		LeafHash string `json:"rfc6962_leaf_hash_b64"`
		Salt     Digest `json:"salt"`
	} `json:"log_leaf"`
}

type vectorDraw struct {
	Hash        string            `json:"hash"`
	Announce    string            `json:"announce"`
	Policy      string            `json:"policy"`
	Pool        string            `json:"pool"`
	Officers    string            `json:"officers"`
	Nonces      map[string]Digest `json:"nonces"`
	Commits     map[string]Digest `json:"commits"`
	Freeze      string            `json:"freeze"`
	FreezeHash  Digest            `json:"freeze_hash"`
	Reveals     string            `json:"reveals"`
	RevealsHash Digest            `json:"reveals_hash"`
	Beacon      string            `json:"beacon"`
	SeedBody    string            `json:"seed_body"`
	Seed        Digest            `json:"seed"`
	Start       Digest            `json:"start_hash"`
	Stratum     Digest            `json:"stratum_gm.B.M"`
	Tickets     map[string]Digest `json:"unit_tickets"`
	Result      string            `json:"result"`
	ResultHash  Digest            `json:"result_hash"`
	SeedCommit  Digest            `json:"seed_commit"`
	Sealed      string            `json:"sealed"`
	Notice0     string            `json:"notice_0"`
	Proof0      []Node            `json:"notice_0_proof"`
	Root        Node              `json:"notices_root"`
	Size        int64             `json:"notices_size"`
	Vacant      int               `json:"vacant"`
	Searches    int               `json:"augmentations"`
}

func mustVectors(tb testing.TB) vectors {
	tb.Helper()
	data, err := os.ReadFile("testdata/draw_vectors.json")
	if err != nil {
		tb.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(data, &v); err != nil {
		tb.Fatal(err)
	}
	if len(v.Primitives) != 2 || len(v.Draws) < 3 || len(v.Tiny.Cases) == 0 || len(v.DealCases) == 0 {
		tb.Fatal("the vectors are incomplete")
	}
	return v
}

func (d *vectorDraw) bundle() *Bundle {
	return &Bundle{
		Format: bundleFormat, Announce: d.Announce, Policy: d.Policy, Pool: d.Pool, Officers: d.Officers,
		Freeze: d.Freeze, Reveals: d.Reveals, Beacon: d.Beacon, Result: d.Result, Sealed: d.Sealed,
	}
}

// must unwraps what a test cannot do without.
func must[T any](tb testing.TB) func(T, error) T {
	return func(v T, err error) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}

// seedOf is a seed for tests: any 32 bytes do.
func seedOf(words ...any) Digest { return SHA256.Raw(fmt.Sprint(words...)) }

var testHead = Head{Draw: "500156-2026-0001", Attempt: 1}

// randomCase makes a small draw in which officers are scarce: one department,
// every facility selected, some skills, many recusals.
func randomCase(rnd *rand.Rand) (*Pool, *Officers) {
	pool := &Pool{Head: testHead}
	for f := range 1 + rnd.IntN(7) {
		need := Need{Dept: "d1", Count: 1 + rnd.IntN(3)}
		if rnd.IntN(3) == 0 {
			need.Skill = "fire"
		}
		pool.Units = append(pool.Units, Unit{Facility: fmt.Sprintf("F%02d", f), Stratum: "s", PPM: Certain, Reason: ByMust, Demand: Demand{need}})
	}
	officers := &Officers{Head: testHead}
	for o := range 1 + rnd.IntN(7) {
		officer := Officer{ID: fmt.Sprintf("o%d", o), Dept: "d1", Max: rnd.IntN(5)}
		if rnd.IntN(3) == 0 {
			officer.Skills = []string{"fire"}
		}
		officers.Officers = append(officers.Officers, officer)
		for _, u := range pool.Units {
			if rnd.IntN(4) == 0 {
				officers.Barred = append(officers.Barred, Barred{Officer: officer.ID, Facility: u.Facility, Code: []Code{Avoid, Leave, Rotate}[rnd.IntN(3)]})
			}
		}
	}
	return pool, officers
}
