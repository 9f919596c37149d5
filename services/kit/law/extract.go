package law

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// Extract returns the files of a pack with only the lines that are in force on
// the day, the instruments they cite, and a manifest that says so (as_of). It
// is for reading, comparing and printing: a program that runs needs the whole
// pack, since it must also judge older facts. The files must be a pack that
// Load takes; a day on which none of its rules applied is fault.NotFound.
func Extract(files fs.FS, on workday.Date) (map[string][]byte, error) {
	if _, err := Load(files); err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the files of the law pack: %w", err)
	}
	slices.Sort(names)
	roots := make(map[string]*yaml.Node, len(names))
	cited := make(map[string]bool)
	for _, name := range names {
		data, err := read(files, name)
		if err != nil {
			return nil, err
		}
		root := new(yaml.Node)
		if err := yaml.Unmarshal(data, root); err != nil {
			return nil, fmt.Errorf("read %s of the law pack: %w", name, err)
		}
		roots[name] = root
		for table, lines := range tablesOf(root) {
			if table == "instruments" {
				continue
			}
			lines.Content = slices.DeleteFunc(lines.Content, func(l *yaml.Node) bool { return !inForce(l, on) })
			for _, l := range lines.Content {
				for _, c := range valueOf(l, "basis").Content {
					id, _, _ := strings.Cut(c.Value, " ")
					cited[id] = true
				}
			}
		}
	}
	if len(cited) == 0 {
		return nil, fault.New(fault.NotFound, "规则包中没有在 %s 有效的规则。", on)
	}
	out := make(map[string][]byte, len(roots))
	for name, root := range roots {
		keepInstruments(tablesOf(root)["instruments"], cited)
		dateManifest(root, on)
		if out[name], err = encode(root); err != nil {
			return nil, fmt.Errorf("write %s of the law pack: %w", name, err)
		}
	}
	return out, nil
}

// valueOf is the value of a key of a mapping, an empty node where it has none.
func valueOf(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return new(yaml.Node)
}

// inForce reports what Line.On says of a line that is not decoded. Dates are
// written so that they compare as text.
func inForce(line *yaml.Node, on workday.Date) bool {
	from, to := valueOf(line, "valid_from").Value, valueOf(line, "valid_to").Value
	return from <= on.String() && (to == "" || to >= on.String())
}

// keepInstruments leaves those that a line cites and what has replaced them, so
// that a reader sees when a basis came to its end.
func keepInstruments(lines *yaml.Node, cited map[string]bool) {
	if lines == nil {
		return
	}
	for grown := true; grown; {
		grown = false
		for _, l := range lines.Content {
			next := valueOf(l, "replaced_by").Value
			if cited[valueOf(l, "id").Value] && next != "" && !cited[next] {
				cited[next], grown = true, true
			}
		}
	}
	lines.Content = slices.DeleteFunc(lines.Content, func(l *yaml.Node) bool { return !cited[valueOf(l, "id").Value] })
}

// dateManifest writes as_of into the file that holds the manifest.
func dateManifest(root *yaml.Node, on workday.Date) {
	if len(root.Content) == 0 {
		return
	}
	manifest := valueOf(root.Content[0], "pack")
	if manifest.Kind != yaml.MappingNode {
		return
	}
	if old := valueOf(manifest, "as_of"); old.Kind == yaml.ScalarNode {
		old.Value = on.String()
		return
	}
	manifest.Content = append(manifest.Content,
		&yaml.Node{Kind: yaml.ScalarNode, Value: "as_of"}, &yaml.Node{Kind: yaml.ScalarNode, Value: on.String()})
}

func encode(root *yaml.Node) ([]byte, error) {
	const indent = 2
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(indent)
	if err := enc.Encode(root); err != nil {
		return nil, err
	}
	if err := enc.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
