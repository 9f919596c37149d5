package bench

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/emmansun/gmsm/sm2"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/clock"
)

// tree is a public log in memory of as many records as are measured, its keys,
// and keys of the same kinds that are used bare.
type tree struct {
	entries publiclog.Tree
	sm3     publiclog.SM3Tree
	states  publiclog.States
	keys    *publiclog.Keys
	ed25519 ed25519.PrivateKey
	sm2     *sm2.PrivateKey
	node    [1 + 2*sha256.Size]byte // what a node is the hash of
	sink    byte                    // keeps what is hashed from being left out
}

// document is about as long as a published record.
func document(n int) string { return sized("bench", 600) + strconv.Itoa(n) }

// entryID is the random id of a record, the same every time.
func entryID(n int) string {
	sum := sha256.Sum256([]byte(strconv.Itoa(n)))
	return hex.EncodeToString(sum[:16])
}

func openTree(records int) (*tree, error) {
	t := &tree{}
	secret, err := publiclog.Generate(origin)
	if err != nil {
		return nil, err
	}
	if t.keys, err = publiclog.ParseKeys(secret); err != nil {
		return nil, err
	}
	if _, t.ed25519, err = ed25519.GenerateKey(rand.Reader); err != nil {
		return nil, fmt.Errorf("make an Ed25519 key: %w", err)
	}
	if t.sm2, err = sm2.GenerateKey(rand.Reader); err != nil {
		return nil, fmt.Errorf("make an SM2 key: %w", err)
	}
	for n := range records {
		if err := t.add(n); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *tree) add(n int) error {
	leaf := publiclog.Record(entryID(n), 1, [32]byte{}, document(n))
	t.sm3.Add(leaf)
	t.states.Add(leaf)
	return t.entries.Add(leaf)
}

// repeated does something for that long, looking at the clock once in so many.
func repeated(lasting time.Duration, once int, do func(n int) error) (tally, error) {
	watch := clock.Stopwatch()
	n := 0
	for n == 0 || watch() < lasting {
		for range once {
			if err := do(n); err != nil {
				return tally{}, err
			}
			n++
		}
	}
	return tally{rate: float64(n) / watch().Seconds()}, nil
}

// hash hashes so many nodes.
func (t *tree) hash(nodes int) {
	for range nodes {
		sum := sha256.Sum256(t.node[:])
		t.sink ^= sum[0]
		t.node[1] = sum[0]
	}
}

// scattered is a place in a log, another for each n.
func scattered(n int, size int64) int64 { return int64(n) * 7919 % size }

// build measures building inclusion proofs.
func (t *tree) build(_ context.Context, _ string, size LogSize) (Report, error) {
	all := t.entries.Size()
	one, err := t.entries.Include(0, all)
	if err != nil {
		return Report{}, err
	}
	r := Report{
		Name: fmt.Sprintf("公开日志：作出包含证明（%d 条）", all), Unit: "份", Extra: []Figure{{"第一条的证明有节点", float64(len(one)), "个"}},
	}
	lengths := map[int64]int{}
	for n := range many {
		at := scattered(n, all)
		path, err := t.entries.Include(at, all)
		if err != nil {
			return r, err
		}
		lengths[at] = len(path)
	}
	return turns(r, size.Load,
		func(lasting time.Duration) (tally, error) {
			return repeated(lasting, many, func(n int) error {
				path, err := t.entries.Include(scattered(n%many, all), all)
				if len(path) > 0 {
					t.sink ^= path[0][0]
				}
				return err
			})
		},
		func(lasting time.Duration) (tally, error) {
			return repeated(lasting, many, func(n int) error {
				t.hash(lengths[scattered(n%many, all)])
				return nil
			})
		})
}

// many is how many places are proven, and how often the clock is looked at
// where one thing takes no longer than a look.
const many = 64

// verify measures what a citizen's program does with a proof: both signatures,
// the entry of the document, the path to the root.
func (t *tree) verify(_ context.Context, _ string, size LogSize) (Report, error) {
	all := t.entries.Size()
	r := Report{Name: fmt.Sprintf("公开日志：核对包含证明（%d 条，含 Ed25519 和 SM2 签名）", all), Unit: "份"}
	checkpoint, err := (&publiclog.Notary{Keys: t.keys, Memory: &memory{}}).Sign(&t.entries)
	if err != nil {
		return r, err
	}
	proofs := make([]publiclog.Proof, many)
	for n := range proofs {
		at := scattered(n, all)
		p := publiclog.Proof{Document: document(int(at)), Record: entryID(int(at)), Version: 1, Index: at, Size: all, Checkpoint: checkpoint}
		p.SetSalt([32]byte{})
		if p.Path, err = t.entries.Include(at, all); err != nil {
			return r, err
		}
		proofs[n] = p
	}
	root, err := t.entries.Root(all)
	if err != nil {
		return r, err
	}
	body := []byte(publiclog.Body(origin, all, root))
	signed, err := t.signBare(body)
	if err != nil {
		return r, err
	}
	public := t.keys.Public()
	verifier := t.ed25519.Public().(ed25519.PublicKey)
	return turns(r, size.Load,
		func(lasting time.Duration) (tally, error) {
			return repeated(lasting, 1, func(n int) error { return proofs[n%many].Check(public) })
		},
		func(lasting time.Duration) (tally, error) {
			return repeated(lasting, 1, func(n int) error {
				p := &proofs[n%many]
				t.sink ^= fdraw.SHA256.Raw(p.Document)[0] ^ fdraw.SM3.Raw(p.Document)[0]
				t.hash(1 + len(p.Path))
				if !ed25519.Verify(verifier, body, signed[0]) || !sm2.VerifyASN1WithSM2(&t.sm2.PublicKey, nil, body, signed[1]) {
					return errors.New("a bare signature does not hold")
				}
				return nil
			})
		})
}

// state measures the list of how every record stands, its tree and its entry.
// The ceiling hashes the same lines, as many nodes, and the whole file with
// both hashes, and neither gathers nor sorts.
func (t *tree) state(ctx context.Context, _ string, size LogSize) (Report, error) {
	var made *publiclog.State
	all := t.states.Size()
	r, err := turns(Report{Name: fmt.Sprintf("公开日志：作出状态清单、其树和条目（%d 条记录）", all), Unit: "条"}, size.Load,
		func(time.Duration) (tally, error) {
			made = nil
			watch := clock.Stopwatch()
			made = t.states.At(all)
			_, err := made.Leaf("2026-09-30", t.sm3.Root())
			return tally{rate: float64(all) / watch().Seconds()}, errors.Join(err, ctx.Err())
		},
		func(time.Duration) (tally, error) {
			lines := t.states.At(all)
			file, leaf := lines.File(), []byte{0}
			watch := clock.Stopwatch()
			for _, line := range lines.Lines {
				leaf = append(leaf[:1], line...)
				sum := sha256.Sum256(leaf)
				t.sink ^= sum[0]
			}
			t.hash(len(lines.Lines) - 1)
			t.sink ^= fdraw.SHA256.Raw(file)[0] ^ fdraw.SM3.Raw(file)[0]
			return tally{rate: float64(all) / watch().Seconds()}, nil
		})
	if err != nil {
		return r, err
	}
	watch := clock.Stopwatch()
	for n := range many {
		if _, err := made.Prove(entryID(int(scattered(n, all)))); err != nil {
			return r, err
		}
	}
	took := milliseconds(watch()) / many
	r.Extra = append(r.Extra,
		Figure{"作出一份状态清单", 1000 * float64(all) / r.Ours, "毫秒"}, Figure{"其中的单纯散列", 1000 * float64(all) / r.Bare, "毫秒"},
		Figure{"清单", megabytes(uint64(len(made.File()))), "MB"}, Figure{"由清单作出一份状态证明", 1000 * took, "微秒"})
	return r, nil
}
