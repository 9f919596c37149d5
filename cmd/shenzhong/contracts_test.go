package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"shenzhong/events"
)

// update writes the generated documents anew; the check only compares.
var update = flag.Bool("update", false, "write docs/asyncapi.json and docs/events.md")

func TestContractsAreWrittenDown(t *testing.T) {
	generated := map[string][]byte{}
	for file, args := range map[string][]string{
		"../../docs/asyncapi.json": {"contracts"}, "../../docs/events.md": {"contracts", "--markdown"},
	} {
		var out, complaint bytes.Buffer
		if code := run(args, &out, &complaint); code != exitDone {
			t.Fatalf("%v: exit %d, %s", args, code, complaint.String())
		}
		generated[file] = out.Bytes()
	}
	for file, now := range generated {
		if *update {
			if err := os.WriteFile(file, now, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		written, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(written, now) {
			t.Errorf("%s is behind the catalogue: go test ./cmd/shenzhong -run Contracts -update", file)
		}
	}
}

// TestSchemasTakeTheFrozenExamples holds every frozen example against the
// schema that the document gives for it, and a spoiled one too.
func TestSchemasTakeTheFrozenExamples(t *testing.T) {
	raw, err := asyncAPI()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("asyncapi.json", doc); err != nil {
		t.Fatal(err)
	}
	for _, c := range events.Catalogue() {
		name := string(bytes.ReplaceAll([]byte(c.Kind()), []byte("."), []byte("_")))
		schema, err := compiler.Compile("asyncapi.json#/components/schemas/" + name)
		if err != nil {
			t.Fatal(err)
		}
		golden, err := os.ReadFile("../../events/testdata/" + c.Kind() + ".json")
		if err != nil {
			t.Fatal(err)
		}
		example, err := jsonschema.UnmarshalJSON(bytes.NewReader(golden))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(example); err != nil {
			t.Errorf("%s: %v", c.Kind(), err)
		}
		if err := schema.Validate(map[string]any{"no_such_field": true}); err == nil {
			t.Errorf("%s: its schema takes anything", c.Kind())
		}
	}
	envelope, err := compiler.Compile("asyncapi.json#/components/schemas/Envelope")
	if err != nil {
		t.Fatal(err)
	}
	sent, err := json.Marshal(events.Envelope{SpecVersion: "1.0", ID: "clue/500156-XS-2026-000001/1", Time: time.Unix(0, 0).UTC(), Data: []byte(`{}`)})
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	if err := envelope.Validate(value); err != nil {
		t.Errorf("the envelope as it is sent: %v", err)
	}
}
