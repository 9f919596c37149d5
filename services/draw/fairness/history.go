// Package fairness looks for a hand in the draws that were held: it repeats each
// of them thousands of times from its own frozen lists, by the code that drew,
// and says how rare what happened is among that (draw specification, section 8).
// It must never judge a draw by anything but its own files, and never call a
// history clean: few draws cannot show much.
package fairness

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"shenzhong/services/draw/fdraw"
)

// Held is one draw that was held.
type Held struct {
	Name     string
	Hash     fdraw.Hash
	Pool     *fdraw.Pool
	Officers *fdraw.Officers
	Result   *fdraw.Result
}

// FromBundle reads what the audit needs of an opened draw.
func FromBundle(b *fdraw.Bundle) (Held, error) {
	a, err := fdraw.ParseAnnounce(b.Announce)
	if err != nil {
		return Held{}, err
	}
	h := Held{Name: a.Head.String(), Hash: a.Hash}
	if h.Pool, err = fdraw.ParsePool(b.Pool); err != nil {
		return h, err
	}
	if h.Officers, err = fdraw.ParseOfficers(b.Officers); err != nil {
		return h, err
	}
	if h.Result, err = fdraw.ParseResult(b.Result); err != nil {
		return h, err
	}
	for _, v := range h.Result.Visits {
		if h.Pool.Find(v.Facility) == nil {
			return h, fmt.Errorf("抽取 %s 的结果中有名录以外的 %s", h.Name, v.Facility)
		}
	}
	return h, nil
}

// Seeds makes seeds that anybody can make again from a number: they are for
// simulations, never for a draw.
func Seeds(number uint64) func() fdraw.Digest {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], number)
	source := rand.NewChaCha8(key)
	return func() fdraw.Digest {
		var d fdraw.Digest
		for i := 0; i < len(d); i += 8 {
			binary.LittleEndian.PutUint64(d[i:], source.Uint64())
		}
		return d
	}
}
