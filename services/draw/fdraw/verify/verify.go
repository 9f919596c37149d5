// Package verify is what a citizen checks a draw with, besides our own command:
// a page that works without a network in any browser, and a Python program.
// Both were written from the specification and share no line with fdraw; tests
// hold the three against each other.
//
// It must never compute anything itself, and its pages must never load or send
// anything: they say so to the browser, which then refuses.
package verify

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

//go:embed verify.py page
var files embed.FS

// Page is one HTML file that needs no other.
type Page struct {
	HTML []byte
	// Policy is its Content-Security-Policy, which stands in HTML too. Whoever
	// serves the page sends it instead of the policy of other pages.
	Policy string
}

// The parts of the pages in the order in which they are put together.
var (
	basics = []string{"bytes", "json", "sha", "sm3", "reader", "files", "commit", "dom"}
	checks = []string{"ed25519", "records", "draw", "roster", "log", "checks", "void", "checks_log", "verify_ui"}
	secret = []string{"commit_ui"}
)

// Draw is the page that verifies a draw from its bundle.
func Draw() (*Page, error) { return assemble("verify.html", slices.Concat(basics, checks)) }

// Commit is the page on which a party makes its secret and its commitment, on
// a machine of its own.
func Commit() (*Page, error) { return assemble("commit.html", slices.Concat(basics, secret)) }

// Python is the program that verifies a draw from its bundle: verify.py.
func Python() ([]byte, error) { return files.ReadFile("verify.py") }

// assemble puts style and scripts into a page. The browser is told to run this
// script and nothing else; 'unsafe-inline' is for browsers too old to know
// digests, all others ignore it.
func assemble(name string, scripts []string) (*Page, error) {
	page, err := files.ReadFile("page/" + name)
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	style, err := files.ReadFile("page/style.css")
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	script, err := join(scripts)
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	policy := "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline' '" + digest(script) + "'"
	html := strings.NewReplacer("{{policy}}", policy, "{{style}}", string(style), "{{script}}", script).Replace(string(page))
	return &Page{HTML: []byte(html), Policy: policy}, nil
}

// join makes one script that leaves nothing behind in the window but what it
// puts there.
func join(names []string) (string, error) {
	var b strings.Builder
	b.WriteString("\n(function () {\n\"use strict\";\n")
	for _, name := range names {
		part, err := files.ReadFile("page/" + name + ".js")
		if err != nil {
			return "", err
		}
		b.Write(part)
		b.WriteByte('\n')
	}
	b.WriteString("}());\n")
	return b.String(), nil
}

func digest(script string) string {
	sum := sha256.Sum256([]byte(script))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
