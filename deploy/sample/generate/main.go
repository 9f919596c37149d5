// Command generate writes the sheets of the sample district. The same source
// makes the same bytes; no name or code in them is anybody's.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"shenzhong/deploy/sample"
	"shenzhong/services/register/sheet"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: generate FOLDER")
	}
	for name, page := range map[string]sheet.Page{sample.FacilitiesFile: facilities(), sample.OfficersFile: officers()} {
		data, err := sheet.Write(page)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(args[0], name), data, 0o644); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}
