package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/draw/fdraw/verify"
)

// software are the entries of the public log by which it says what serves and
// verifies: the pages and the program that citizens verify with, which are
// printed on notices and mirrored by witnesses, and, if binary is set, this
// program itself. An entry has the digests of the file, so sha256sum tells
// whether a copy is the one that the log names.
func software(binary bool) func() ([]string, error) {
	return func() ([]string, error) {
		check, err1 := verify.Draw()
		commit, err2 := verify.Commit()
		python, err3 := verify.Python()
		if err := errors.Join(err1, err2, err3); err != nil {
			return nil, err
		}
		parts := []struct {
			kind string
			file io.Reader
		}{{publiclog.SoftwarePage, bytes.NewReader(check.HTML)}, {publiclog.SoftwarePage, bytes.NewReader(commit.HTML)}, {publiclog.SoftwareCommand, bytes.NewReader(python)}}
		if binary {
			self, err := openSelf()
			if err != nil {
				return nil, err
			}
			defer func() { _ = self.Close() }() // it was only read
			parts = append(parts, struct {
				kind string
				file io.Reader
			}{publiclog.SoftwareProgram, self})
		}
		var leaves []string
		for _, p := range parts {
			leaf, err := publiclog.Software(p.kind, p.file)
			if err != nil {
				return nil, err
			}
			leaves = append(leaves, leaf)
		}
		return leaves, nil
	}
}

func openSelf() (*os.File, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	return os.Open(path)
}
