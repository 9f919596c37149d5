package law

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// Manifest says whose pack it is.
type Manifest struct {
	District string `yaml:"district"` // six digits, "500156"
	Name     string `yaml:"name"`
	Edition  string `yaml:"edition"` // "2026.1"
	Note     string `yaml:"note"`
	// AsOf is set in an extract of a pack: the one day that it speaks of. What
	// held before and after is not in it.
	AsOf workday.Date `yaml:"as_of"`
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
	measures    table[Measure]
	watches     table[WatchRule]
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
	Measures    []Measure        `yaml:"measures"`
	Watches     []WatchRule      `yaml:"watches"`

	at places
}

// mostBytes bounds one file of a pack.
const mostBytes = 4 << 20

// Load reads the pack whose *.yaml files lie at the top of files. It is strict:
// an unknown key, a line without citation or verification, a reference to
// nothing, two rules for one day, an amount that nobody has verified are
// fault.Invalid, with the file, the line and the reason.
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

// Manifest says whose pack it is.
func (p *Pack) Manifest() Manifest { return p.manifest }

// Version names the content of the pack, as "500156-2026.1-0a1b2c3d": the
// district, the edition and a digest of the files. A case keeps the version it
// was decided under.
func (p *Pack) Version() string { return p.version }

// Source gives the pack in force. A pack that may be replaced while the program
// runs is asked for anew before each decision.
type Source interface {
	Law() *Pack
}

// Law makes a pack that is never replaced a Source.
func (p *Pack) Law() *Pack { return p }
