package register

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/store"
	"shenzhong/services/register/sheet"
)

// What can be imported.
const (
	ImportFacilities = "facilities"
	ImportOfficers   = "officers"
)

// Import reads the entries of a register from a sheet. Unless Apply is set it
// only reports what it would do (dry run).
type Import struct {
	store.Cause
	What  string // ImportFacilities, ImportOfficers; empty = told by the heading
	Name  string // of the file, for the reasons of corrections
	File  []byte // .xlsx or .csv
	Apply bool
}

// Outcome is what an import does with a row.
type Outcome string

// The outcomes.
const (
	Creates Outcome = "create"
	Changes Outcome = "change"
	Same    Outcome = "unchanged"
	Wrong   Outcome = "wrong"
)

// Report is what an import did, or would do.
type Report struct {
	What      string      `json:"what" enum:"facilities,officers" doc:"检查对象、执法人员"`
	Applied   bool        `json:"applied" doc:"已经写入；有错误的行时全部不写入"`
	Created   int         `json:"created" doc:"新登记的行数"`
	Changed   int         `json:"changed" doc:"有变动的行数"`
	Unchanged int         `json:"unchanged" doc:"没有变动的行数"`
	Wrong     int         `json:"wrong" doc:"有错误的行数"`
	Rows      []RowReport `json:"rows" doc:"逐行说明"`

	table sheet.Table
}

// RowReport is what an import does with one row.
type RowReport struct {
	Line     int       `json:"line" doc:"在表格中的行号"`
	Name     string    `json:"name" doc:"名称或者姓名"`
	ID       string    `json:"id,omitempty" doc:"名录中的编号"`
	Outcome  Outcome   `json:"outcome" enum:"create,change,unchanged,wrong" doc:"新登记、变动、没有变动、有错误"`
	Changes  []string  `json:"changes,omitempty" doc:"变动的内容"`
	Notes    []string  `json:"notes,omitempty" doc:"提示，不影响导入"`
	Problems []Problem `json:"problems,omitempty" doc:"错误"`
}

// Problem is what is wrong with a cell, in words that say what to do.
type Problem struct {
	Column  string `json:"column" doc:"列名，整行的问题为空"`
	Message string `json:"message" doc:"说明"`
}

// Import checks every row and, if cmd.Apply is set and no row is wrong, applies
// all of them. A file that cannot be read as a table is fault.Invalid. Applying
// a file again changes nothing, and goes on where it was broken off.
func (s *Service) Import(ctx context.Context, cmd Import) (Report, error) {
	act := "facility.enter"
	if cmd.What == ImportOfficers {
		act = "officer.enter"
	}
	if err := permits.Check(cmd.Actor, act); err != nil {
		return Report{}, err
	}
	table, err := sheet.Read(cmd.File)
	if err != nil {
		return Report{}, err
	}
	form, err := formOf(cmd.What, table.Heading)
	if err != nil {
		return Report{}, err
	}
	// What was looked at must still be so when it is applied.
	s.entering.Lock()
	defer s.entering.Unlock()
	rows, err := form.plan(ctx, s, cmd, newReader(form, table))
	if err != nil {
		return Report{}, err
	}
	report := summary(form.what, table, rows)
	if !cmd.Apply || report.Wrong > 0 {
		return report, nil
	}
	if err := s.applyAll(ctx, cmd, rows); err != nil {
		return report, err
	}
	for i, r := range rows {
		report.Rows[i].ID = r.ID
	}
	report.Applied = true
	return report, nil
}

// planned is a row, what becomes of it, and how.
type planned struct {
	RowReport
	// apply does it. It calls numbered as soon as a new entry has its number,
	// and returns the id of the entry.
	apply func(ctx context.Context, by store.Cause, numbered func()) (string, error)
}

// refuse notes what is wrong with a row.
func (p *planned) refuse(heading string, err error) {
	p.Problems = append(p.Problems, Problem{Column: heading, Message: err.Error()})
}

// settle decides the outcome of a row from what was found out about it.
func (p *planned) settle() {
	switch {
	case len(p.Problems) > 0:
		p.Outcome, p.Changes = Wrong, nil
	case p.ID == "":
		p.Outcome = Creates
	case len(p.Changes) > 0:
		p.Outcome = Changes
	default:
		p.Outcome = Same
	}
}

func summary(what string, table sheet.Table, rows []*planned) Report {
	r := Report{What: what, Rows: make([]RowReport, len(rows)), table: table}
	for i, row := range rows {
		r.Rows[i] = row.RowReport
		switch row.Outcome {
		case Creates:
			r.Created++
		case Changes:
			r.Changed++
		case Same:
			r.Unchanged++
		case Wrong:
			r.Wrong++
		}
	}
	return r
}

// atOnce is how many rows are applied at the same time: a store commits what
// waits together in one go.
const atOnce = 64

// applyAll applies the rows, many at a time; new entries are numbered in the
// order of the rows.
func (s *Service) applyAll(ctx context.Context, cmd Import, rows []*planned) error {
	digest := sha256.Sum256(cmd.File)
	file := hex.EncodeToString(digest[:8])
	turn := make(chan struct{})
	close(turn)
	err := together(len(rows), func(i int) func() error {
		row, before, numbered := rows[i], turn, make(chan struct{})
		turn = numbered
		return func() error {
			done := once(numbered)
			defer done()
			<-before
			if row.Outcome == Same {
				return nil
			}
			by := cmd.Cause
			by.ID = fmt.Sprintf("%s+%s-%d", cmd.ID, file, row.Line)
			var err error
			if row.ID, err = row.apply(ctx, by, done); err != nil {
				return fmt.Errorf("line %d: %w", row.Line, err)
			}
			return nil
		}
	})
	if fault.Is(err, fault.Unavailable) {
		return fmt.Errorf("%w: %w", fault.New(fault.Unavailable, "导入中断，部分行已写入；请用同一文件再导入一次，已写入的不会重复"), err)
	}
	return err
}
