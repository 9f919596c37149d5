package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
	"github.com/spf13/cobra"

	"shenzhong/events"
)

func newContractsCommand() *cobra.Command {
	var markdown bool
	cmd := &cobra.Command{
		Use:   "contracts",
		Short: "输出事件目录：AsyncAPI 3.0（含 JSON Schema），或者 Markdown 表",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if markdown {
				_, err := fmt.Fprint(cmd.OutOrStdout(), catalogueMarkdown())
				return err
			}
			doc, err := asyncAPI()
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(doc)
			return err
		},
	}
	cmd.Flags().BoolVar(&markdown, "markdown", false, "输出 Markdown 表")
	return cmd
}

// asyncAPI writes the catalogue as an AsyncAPI 3.0 document: one channel, one
// message and one send operation for each contract, the schema of the envelope
// and of each fact among the components.
func asyncAPI() ([]byte, error) {
	reflector := jsonschema.Reflector{DoNotReference: true, Anonymous: true, ExpandedStruct: true}
	schemas := map[string]any{"Envelope": reflector.ReflectFromType(reflect.TypeFor[events.Envelope]())}
	messages, channels, operations := map[string]any{}, map[string]any{}, map[string]any{}
	for _, c := range events.Catalogue() {
		kind := c.Kind()
		name := strings.ReplaceAll(kind, ".", "_")
		schemas[name] = reflector.ReflectFromType(c.Type())
		messages[name] = map[string]any{
			"name": kind, "title": c.Chinese, "contentType": "application/json",
			"headers": map[string]any{"type": "object", "properties": map[string]any{"Nats-Msg-Id": map[string]any{"type": "string", "description": "id of the envelope"}}},
			"payload": map[string]any{"allOf": []any{
				map[string]any{"$ref": "#/components/schemas/Envelope"},
				map[string]any{"type": "object", "properties": map[string]any{"data": map[string]any{"$ref": "#/components/schemas/" + name}}},
			}},
		}
		channels[name] = map[string]any{
			"address":    "sz.{district}." + kind,
			"parameters": map[string]any{"district": map[string]any{"description": "six-digit code of the district"}},
			"messages":   map[string]any{name: map[string]any{"$ref": "#/components/messages/" + name}},
		}
		description := "said about one " + c.Entity + " since " + c.Since
		if len(c.Hears) > 0 {
			description += "; heard by " + strings.Join(c.Hears, ", ")
		}
		if c.Sealed {
			description += "; sealed"
		}
		operations["say_"+name] = map[string]any{
			"action": "send", "channel": map[string]any{"$ref": "#/channels/" + name}, "summary": c.Chinese, "description": description,
			"tags": []any{map[string]any{"name": events.Context(kind)}},
		}
	}
	doc := map[string]any{
		"asyncapi": "3.0.0",
		"info": map[string]any{
			"title": "慎终 Shenzhong", "version": "1.0.0",
			"description": "Facts that the contexts say to each other over NATS JetStream. Generated from events/catalogue.go.",
			"license":     map[string]any{"name": "MulanPSL-2.0"},
		},
		"defaultContentType": "application/json",
		"channels":           channels, "operations": operations,
		"components": map[string]any{"messages": messages, "schemas": schemas},
	}
	raw, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode catalogue: %w", err)
	}
	return append(raw, '\n'), nil
}

// catalogueMarkdown writes the catalogue as a table for people.
func catalogueMarkdown() string {
	var b strings.Builder
	b.WriteString("# Events\n\nGenerated from `events/catalogue.go` by `shenzhong contracts --markdown`; the check compares.\n")
	context := ""
	for _, c := range events.Catalogue() {
		if now := events.Context(c.Kind()); now != context {
			context = now
			fmt.Fprintf(&b, "\n## %s\n\n| contract | says | about | heard by | since |\n|---|---|---|---|---|\n", context)
		}
		hears := slices.Clone(c.Hears)
		if c.Sealed {
			hears = append(hears, "(sealed)")
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", c.Kind(), c.Chinese, c.Entity, strings.Join(hears, ", "), c.Since)
	}
	return b.String()
}
