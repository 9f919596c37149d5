package law

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"

	"go.yaml.in/yaml/v4"

	"shenzhong/services/kit/fault"
)

// Manifest says whose pack it is.
type Manifest struct {
	District string `yaml:"district"` // six digits, "500156"
	Name     string `yaml:"name"`
	Edition  string `yaml:"edition"` // "2026.1"
	Note     string `yaml:"note"`
}

// Pack is a district's law pack. It is immutable and safe for concurrent use;
// what its methods return shares memory with it and must not be changed.
type Pack struct {
	manifest    Manifest
	version     string
	instruments table[Instrument]
	units       table[Unit]
	areas       table[Area]
	subjects    table[SubjectKind]
	facilities  table[FacilityKind]
	items       table[Item]
	routes      table[Route]
	deadlines   table[DeadlineRule]
	rates       table[Rate]
	sampling    table[Sampling]
	severities  table[Severity]
	penalties   table[PenaltyKind]
	channels    table[Channel]
	grounds     table[Ground]
	results     table[ResultCategory]
	gates       table[Gate]
	hearings    table[Hearing]
	fines       table[Fine]
	limits      table[Limit]
	schemes     table[Scheme]
	grades      table[Grade]
	points      table[Point]
	conflicts   table[Conflict]
	texts       table[Text]
	clauses     table[Clause]
	indicators  table[Indicator]
	prices      table[PriceItem]
}

// document is what one file may contain: any of the tables.
type document struct {
	Pack        *Manifest        `yaml:"pack"`
	Instruments []Instrument     `yaml:"instruments"`
	Units       []Unit           `yaml:"units"`
	Areas       []Area           `yaml:"areas"`
	Subjects    []SubjectKind    `yaml:"subjects"`
	Facilities  []FacilityKind   `yaml:"facilities"`
	Items       []Item           `yaml:"items"`
	Routes      []Route          `yaml:"routes"`
	Deadlines   []DeadlineRule   `yaml:"deadlines"`
	Rates       []Rate           `yaml:"rates"`
	Sampling    []Sampling       `yaml:"sampling"`
	Severities  []Severity       `yaml:"severities"`
	Penalties   []PenaltyKind    `yaml:"penalties"`
	Channels    []Channel        `yaml:"channels"`
	Grounds     []Ground         `yaml:"grounds"`
	Results     []ResultCategory `yaml:"results"`
	Gates       []Gate           `yaml:"gates"`
	Hearings    []Hearing        `yaml:"hearings"`
	Fines       []Fine           `yaml:"fines"`
	Limits      []Limit          `yaml:"limits"`
	Schemes     []Scheme         `yaml:"schemes"`
	Grades      []Grade          `yaml:"grades"`
	Points      []Point          `yaml:"points"`
	Conflicts   []Conflict       `yaml:"conflicts"`
	Texts       []Text           `yaml:"texts"`
	Clauses     []Clause         `yaml:"clauses"`
	Indicators  []Indicator      `yaml:"indicators"`
	Prices      []PriceItem      `yaml:"prices"`
}

// mostBytes bounds one file of a pack.
const mostBytes = 4 << 20

// Load reads the pack whose *.yaml files lie at the top of files. It is strict:
// an unknown key, a line without citation or verification, a reference to
// nothing, two rules for one day, an amount that nobody has verified are
// fault.Invalid, with the file and the reason.
func Load(files fs.FS) (*Pack, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the files of the law pack: %w", err)
	}
	slices.Sort(names)
	var all document
	sum := sha256.New()
	for _, name := range names {
		data, err := read(files, name)
		if err != nil {
			return nil, err
		}
		if err := all.add(name, data); err != nil {
			return nil, err
		}
		fmt.Fprintf(sum, "%s %d\n", path.Base(name), len(data))
		sum.Write(data)
	}
	if all.Pack == nil || all.Pack.District == "" || all.Pack.Edition == "" {
		return nil, fault.New(fault.Invalid, "规则包没有写明所属区县（district）和版次（edition）。")
	}
	p, err := all.build()
	if err != nil {
		return nil, err
	}
	p.version = fmt.Sprintf("%s-%s-%s", p.manifest.District, p.manifest.Edition, hex.EncodeToString(sum.Sum(nil)[:4]))
	return p, nil
}

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
		return fault.New(fault.Invalid, "规则包文件 %s 格式不对：%w", name, err)
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
	return nil
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
}

// Manifest says whose pack it is.
func (p *Pack) Manifest() Manifest { return p.manifest }

// Version names the content of the pack, as "500156-2026.1-0a1b2c3d": the
// district, the edition and a digest of the files. A case keeps the version it
// was decided under.
func (p *Pack) Version() string { return p.version }
