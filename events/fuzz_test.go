package events

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"
)

// FuzzOpen: an envelope from the broker is opened or refused, and a fact that
// was opened reads the same when it is sent on.
func FuzzOpen(f *testing.F) {
	golden, err := os.ReadFile("testdata/clue.routed.v1.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, data := range []string{string(golden), "{}", "null"} {
		f.Add([]byte(`{"id":"clue/500156-XS-2026-000001/1","type":"clue.routed.v1","subject":"clue/500156-XS-2026-000001","time":"2026-09-30T10:00:00+08:00","version":1,"data":` + data + `}`))
	}
	f.Add([]byte(`{"type":"clue.routed.v1"}`))
	f.Add([]byte(`{"type":"clue.merged.v1","data":{}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var e Envelope
		if json.Unmarshal(text, &e) != nil {
			return
		}
		_ = e.Address()
		fact, err := Open[ClueRouted](e)
		if err != nil {
			return
		}
		if e.Type != fact.Kind() {
			t.Errorf("opened %s as %s", e.Type, fact.Kind())
		}
		data, err := json.Marshal(fact)
		if err != nil {
			t.Fatal(err)
		}
		e.Data = data
		again, err := Open[ClueRouted](e)
		if err != nil {
			t.Fatalf("what is sent on is refused: %v", err)
		}
		if more, err := json.Marshal(again); err != nil || !reflect.DeepEqual(more, data) {
			t.Errorf("%s is sent on as %s, %v", data, more, err)
		}
	})
}
