package mongolog

import (
	"encoding/json"
	"testing"
	"time"

	"shenzhong/services/kit/store"
)

// What runs against a server is in deploy/conformance, a module of its own.

func commit(version int64) store.Commit {
	return store.Commit{
		Subject: "clue/a", Version: version, Opens: "clue/a/1", Kind: "suite.happened.v1", Actor: "500156-RY-mzj-001", Cause: "form",
		At: time.UnixMilli(1772413323456).UTC(), State: json.RawMessage(`{"n":1.50}`), Data: json.RawMessage(`{}`),
	}
}

func TestDocumentKeepsTheSum(t *testing.T) {
	want := commit(1)
	d, err := encode(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.commit()
	if err != nil || got.Sum() != want.Sum() || got.Opens != want.Opens {
		t.Errorf("%+v became %+v, %v", want, got, err)
	}
}

func TestWhatCannotBeKeptIsRefused(t *testing.T) {
	for name, change := range map[string]func(*store.Commit){
		"a time between milliseconds": func(c *store.Commit) { c.At = c.At.Add(time.Microsecond) },
		"a state that is not UTF-8":   func(c *store.Commit) { c.State = json.RawMessage("\"\xff\"") },
		"a cause that is not UTF-8":   func(c *store.Commit) { c.Cause = "\xff" },
		"a sequence too large":        func(c *store.Commit) { c.Relayed = 1 << 63 },
	} {
		c := commit(1)
		change(&c)
		if _, err := encode(c); err == nil {
			t.Errorf("%s was kept", name)
		}
	}
}

func TestUnknownSchemaIsRefused(t *testing.T) {
	for _, version := range []int32{0, schema + 1} {
		d, err := encode(commit(1))
		if err != nil {
			t.Fatal(err)
		}
		d.Schema = version
		if _, err := d.commit(); err == nil {
			t.Errorf("schema %d was read", version)
		}
	}
}

// The commit that follows one that was read comes after it in the relay, even
// when the clock of the process that wrote the first was ahead.
func TestNumbersFollowWhatWasSeen(t *testing.T) {
	ahead, behind := &Log{}, &Log{}
	late, early := commit(1), commit(2)
	late.At = late.At.Add(time.Hour)
	d, err := encode(late)
	if err != nil {
		t.Fatal(err)
	}
	d.Number = ahead.number(late)
	if _, err := behind.decode(d); err != nil {
		t.Fatal(err)
	}
	if n := behind.number(early); n <= d.Number {
		t.Errorf("the second has number %d, the first %d", n, d.Number)
	}
	if a, b := ahead.number(late), ahead.number(early); b <= a {
		t.Errorf("numbers %d, %d in one process", a, b)
	}
}
