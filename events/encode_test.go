package events

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"
)

// What is put in as it is reads like what is encoded whole.
func TestEncodePutsDataInAsItIs(t *testing.T) {
	for name, e := range map[string]Envelope{
		"whole":     {SpecVersion: "1.0", ID: "clue/1/1", Time: time.Unix(1, 0).UTC(), Starts: json.RawMessage(`[{"id":"clue/1#a"}]`), Settles: []string{"a\u2028"}, Data: json.RawMessage(`{"text":"捆绑销售 \u003c"}`)},
		"no limits": {SpecVersion: "1.0", ID: "clue/1/1", Unit: "mzj", Data: json.RawMessage(`[]`)},
		"no data":   {SpecVersion: "1.0", ID: "clue/1/1"},
	} {
		want, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.Encode()
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %s, %v, want %s", name, got, err, want)
		}
	}
}
