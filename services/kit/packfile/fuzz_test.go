package packfile

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"shenzhong/services/kit/fault"
)

// FuzzUnpack: an archive that is taken holds the pack that its list describes,
// and making an archive of that pack and opening it again changes nothing.
func FuzzUnpack(f *testing.F) {
	whole, err := Hold(map[string][]byte{"a.yaml": []byte(content)})
	if err != nil {
		f.Fatal(err)
	}
	archive, list, err := Archive(whole)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(archive)
	f.Add(archive[:len(archive)-1])
	f.Add(bytes.ReplaceAll(archive, []byte("a.yaml"), []byte("/.yaml")))
	f.Add(bytes.ReplaceAll(archive, []byte("n: 7"), []byte("n: 9")))
	bare, err := bundle("", map[string][]byte{"a.yaml": []byte(content)})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(bare)
	twice, err := bundle(list, map[string][]byte{Contents: []byte(list), "a.yaml": []byte(content)})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(twice)
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, archive []byte) {
		o, err := Unpack(archive)
		if err != nil {
			if !fault.Is(err, fault.Invalid) || !strings.ContainsFunc(err.Error(), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("refused with %s: %v", fault.KindOf(err), err)
			}
			return
		}
		again, list, err := Archive(o.Files)
		if err != nil || list != o.Describe() {
			t.Fatalf("the pack of an archive makes none: %v", err)
		}
		back, err := Unpack(again)
		if err != nil || back.Describe() != list {
			t.Fatalf("an archive does not come back: %v", err)
		}
	})
}
