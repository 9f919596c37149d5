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
