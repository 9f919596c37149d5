package publiclog

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
)

// Head is a checkpoint as people read it. Nothing in it was checked.
type Head struct {
	Origin string
	Size   int64
	Root   string // base64, as the checkpoint spells it
	Print  string // first 16 hexadecimal digits of the root: what is printed on paper
	Lines  []Line
}

// Line is a signature line of a checkpoint.
type Line struct {
	Name string    // of the key
	Own  bool      // of the log itself
	SM2  bool      // SM2 with SM3, else Ed25519
	Seen time.Time // when a witness saw it; zero for a line of the log
}

// ParseHead reads a checkpoint without checking any signature.
func ParseHead(checkpoint string) (Head, error) {
	point, err := fdraw.ParseCheckpoint(checkpoint)
	if err != nil {
		return Head{}, fault.New(fault.Invalid, "检查点不合格式：%w", err)
	}
	h := Head{Origin: point.Origin, Size: point.Size, Root: base64.StdEncoding.EncodeToString(point.Root[:]), Print: hex.EncodeToString(point.Root[:8])}
	_, tail, _ := strings.Cut(checkpoint, "\n\n")
	for text := range strings.Lines(tail) {
		name, code, _ := strings.Cut(strings.TrimPrefix(strings.TrimSuffix(text, "\n"), "\u2014 "), " ")
		l := Line{Name: name, Own: name == point.Origin || name == sm2Prefix+point.Origin, SM2: strings.HasPrefix(name, sm2Prefix)}
		// A cosignature is key id, seconds since 1970, signature (C2SP tlog-cosignature).
		if data, err := base64.StdEncoding.DecodeString(code); err == nil && !l.Own && len(data) >= 12 {
			l.Seen = time.Unix(int64(binary.BigEndian.Uint64(data[4:12])), 0).UTC()
		}
		h.Lines = append(h.Lines, l)
	}
	return h, nil
}
