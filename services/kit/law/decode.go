package law

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"shenzhong/services/kit/fault"
)

func read(files fs.FS, name string) ([]byte, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open %s of the law pack: %w", name, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s of the law pack: %w", name, err)
	}
	if len(data) > mostBytes {
		return nil, fault.New(fault.Invalid, "规则包文件 %s 过大。", name)
	}
	return data, nil
}

// add decodes one file and appends its lines.
func (d *document) add(name string, data []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	var one document
	if err := dec.Decode(&one); err != nil {
		return fault.New(fault.Invalid, "规则包文件格式不对：%s。", complaint(name, err))
	}
	if err := dec.Decode(new(document)); !errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "规则包文件 %s 只能有一个 YAML 文档。", name)
	}
	if one.Pack != nil {
		if d.Pack != nil {
			return fault.New(fault.Invalid, "规则包文件 %s 重复声明了 pack。", name)
		}
		d.Pack = one.Pack
	}
	d.append(one)
	d.at.names, d.at.data = append(d.at.names, name), append(d.at.data, data)
	return nil
}

// places finds where a line stands, for a refusal. It reads the files a second
// time, so it does so only when a line is refused.
type places struct {
	names []string
	data  [][]byte
	found map[string][]string // by the key of a table, in the order of its lines
}

// of is the place of a line of a table, as "items.yaml:12"; one that came by a
// merge key has none of its own.
func (p *places) of(table string, i int) string {
	if p.found == nil {
		p.found = make(map[string][]string)
		for n, name := range p.names {
			var root yaml.Node
			if err := yaml.Unmarshal(p.data[n], &root); err != nil {
				continue // what is left has no place
			}
			for table, lines := range tablesOf(&root) {
				for _, line := range lines.Content {
					p.found[table] = append(p.found[table], fmt.Sprintf("%s:%d", name, line.Line))
				}
			}
		}
	}
	if at := p.found[table]; i < len(at) {
		return at[i]
	}
	return "规则包"
}

// tablesOf returns the tables of a file by their keys, and nothing of a file
// that holds none.
func tablesOf(root *yaml.Node) map[string]*yaml.Node {
	tables := make(map[string]*yaml.Node)
	if len(root.Content) == 0 || root.Content[0].Kind != yaml.MappingNode {
		return tables
	}
	pairs := root.Content[0].Content
	for i := 0; i+1 < len(pairs); i += 2 {
		lines := pairs[i+1]
		if lines.Kind == yaml.AliasNode {
			lines = lines.Alias
		}
		if lines.Kind == yaml.SequenceNode {
			tables[pairs[i].Value] = lines
		}
	}
	return tables
}

// What the decoder says, in the forms that a person who edits a pack meets.
var (
	unknownKey = regexp.MustCompile(`^field (\S+) not found in type`)
	twiceKey   = regexp.MustCompile(`^mapping key "?([^"]+)"? already defined at line (\d+)`)
)

// complaint says in Chinese what the decoder did not like of a file, each
// point with the file and the line.
func complaint(name string, err error) string {
	var types *yaml.LoadErrors
	if !errors.As(err, &types) {
		var syntax *yaml.LoadError
		if errors.As(err, &syntax) {
			return fmt.Sprintf("%s:%d：不是有效的 YAML（%s）", name, syntax.Mark.Line, syntax.Message)
		}
		return fmt.Sprintf("%s：不是有效的 YAML（%s）", name, strings.ReplaceAll(err.Error(), "\n", "；"))
	}
	points := make([]string, 0, len(types.Errors))
	for _, e := range types.Errors {
		says := e.Message
		if m := unknownKey.FindStringSubmatch(says); m != nil {
			says = "不认识的键“" + m[1] + "”"
		} else if m := twiceKey.FindStringSubmatch(says); m != nil {
			says = "键“" + m[1] + "”与第" + m[2] + "行重复"
		}
		points = append(points, name+":"+strconv.Itoa(e.Mark.Line)+"："+says)
	}
	const most = 5
	if n := len(points); n > most {
		return strings.Join(points[:most], "；") + fmt.Sprintf("；等 %d 处", n)
	}
	return strings.Join(points, "；")
}

func (d *document) append(o document) {
	d.Instruments = append(d.Instruments, o.Instruments...)
	d.Units = append(d.Units, o.Units...)
	d.Areas = append(d.Areas, o.Areas...)
	d.Subjects = append(d.Subjects, o.Subjects...)
	d.Facilities = append(d.Facilities, o.Facilities...)
	d.Items = append(d.Items, o.Items...)
	d.Routes = append(d.Routes, o.Routes...)
	d.Deadlines = append(d.Deadlines, o.Deadlines...)
	d.Rates = append(d.Rates, o.Rates...)
	d.Sampling = append(d.Sampling, o.Sampling...)
	d.Severities = append(d.Severities, o.Severities...)
	d.Penalties = append(d.Penalties, o.Penalties...)
	d.Channels = append(d.Channels, o.Channels...)
	d.Grounds = append(d.Grounds, o.Grounds...)
	d.Results = append(d.Results, o.Results...)
	d.Gates = append(d.Gates, o.Gates...)
	d.Hearings = append(d.Hearings, o.Hearings...)
	d.Fines = append(d.Fines, o.Fines...)
	d.Limits = append(d.Limits, o.Limits...)
	d.Schemes = append(d.Schemes, o.Schemes...)
	d.Grades = append(d.Grades, o.Grades...)
	d.Points = append(d.Points, o.Points...)
	d.Conflicts = append(d.Conflicts, o.Conflicts...)
	d.Texts = append(d.Texts, o.Texts...)
	d.Clauses = append(d.Clauses, o.Clauses...)
	d.Indicators = append(d.Indicators, o.Indicators...)
	d.Prices = append(d.Prices, o.Prices...)
	d.Measures = append(d.Measures, o.Measures...)
	d.Watches = append(d.Watches, o.Watches...)
}
