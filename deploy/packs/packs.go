// Package packs carries the law packs that ship with the program, as the files
// a lawyer reads. It must never interpret them: package law does.
package packs

import (
	"embed"
	"io/fs"
)

//go:embed 500156/*.yaml
var files embed.FS

// Wulong returns the files of the pack of 武隆区 (500156).
func Wulong() (fs.FS, error) { return fs.Sub(files, "500156") }

// State is a day of the pack that has a name of its own.
type State struct {
	Name string // "2024", as in builtin@2024
	On   string // 2006-01-02
	Says string // Chinese; what held then
}

// States are the two packs that the plan and the law of today make: what was in
// force when the plan was issued, and what is since the last of the instruments
// that replaced its rules.
func States() []State {
	return []State{
		{"2024", "2024-01-08", "武隆府办发〔2024〕11号印发之日，殡葬管理条例为国务院令第225号"},
		{"2026", "2026-04-15", "国务院令第824号、渝府令第375号、国家发展改革委令2025年第36号、国办发〔2024〕54号、市场监管总局令第121号均已施行"},
	}
}
