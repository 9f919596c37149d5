// Package sample carries a district to try the program with: the facilities and
// officers of a place like 武隆, as the sheets that an office would send. Every
// name and code in them is invented. It must never be loaded but on request,
// and never interpreted here: package register reads the sheets.
package sample

import _ "embed" // the sheets

//go:generate go run ./generate .

//go:embed facilities.xlsx
var facilities []byte

//go:embed officers.xlsx
var officers []byte

// Names of the files, as a folder of them would list them.
const (
	FacilitiesFile = "facilities.xlsx"
	OfficersFile   = "officers.xlsx"
)

// Facilities returns the sheet of the 60 inspected objects (检查对象).
func Facilities() []byte { return facilities }

// Officers returns the sheet of the 40 officers (执法人员). Their declared
// interests name facilities, so those are imported first.
func Officers() []byte { return officers }
