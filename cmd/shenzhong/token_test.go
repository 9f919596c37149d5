package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/sqlite"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/store/sqlitelog"
)

// runTokenCommand runs the command as main does.
func runTokenCommand(t *testing.T, args ...string) (out, notes string, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := newTokenCommand()
	cmd.SetArgs(args)
	cmd.SetOut(&stdout)
	cmd.SetErr(&stderr)
	err = cmd.ExecuteContext(t.Context())
	return stdout.String(), stderr.String(), err
}

func TestTokenIsIssuedShownOnceAndRevoked(t *testing.T) {
	dir := t.TempDir()
	out, notes, err := runTokenCommand(t, "--data", dir, "--role", "officer,leader", "--unit", "mzj", "--account", "500156-RY-mzj-001", "--days", "30")
	if err != nil {
		t.Fatal(err)
	}
	secret := strings.TrimSuffix(out, "\n")
	if !regexp.MustCompile(`^sz_[A-Za-z0-9_-]{43}$`).MatchString(secret) {
		t.Errorf("printed %q; want the secret alone", out)
	}
	if strings.Contains(notes, secret) || !strings.Contains(notes, "500156-LP-000001") {
		t.Errorf("explained with %q", notes)
	}
	if _, notes, err = runTokenCommand(t, "--data", dir, "--revoke", "500156-LP-000001"); err != nil || !strings.Contains(notes, "已吊销") {
		t.Errorf("revoked with %q, %v", notes, err)
	}

	db, err := sqlite.Open(t.Context(), filepath.Join(dir, "identity.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	log, err := sqlitelog.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	err = store.Each(t.Context(), log, func(c store.Commit) error {
		kinds = append(kinds, c.Kind+" by "+c.Actor)
		if c.Version != 1 {
			return nil
		}
		fact, err := events.Open[events.TokenIssued](c.Envelope())
		sum := sha256.Sum256([]byte(secret))
		if err == nil && (fact.SHA256 != hex.EncodeToString(sum[:]) || !slices.Equal(fact.Roles, []string{"officer", "leader"})) {
			t.Errorf("the fact says %+v", fact)
		}
		return err
	})
	if err != nil || !slices.Equal(kinds, []string{"identity.token_issued.v1 by operator", "identity.token_revoked.v1 by operator"}) {
		t.Errorf("the store holds %q, %v", kinds, err)
	}
}

func TestTokenRefuses(t *testing.T) {
	dir := t.TempDir()
	good := []string{"--data", dir, "--role", "officer", "--unit", "mzj", "--account", "500156-RY-mzj-001"}
	for name, args := range map[string][]string{
		"no directory":       {"--role", "officer", "--unit", "mzj", "--account", "500156-RY-mzj-001"},
		"another directory":  {"--data", filepath.Join(dir, "absent"), "--role", "officer", "--unit", "mzj", "--account", "500156-RY-mzj-001"},
		"nothing to do":      {"--data", dir},
		"no such role":       {"--data", dir, "--role", "king", "--unit", "mzj", "--account", "500156-RY-mzj-001"},
		"roles apart":        {"--data", dir, "--role", "admin,auditor", "--unit", "mzj", "--account", "500156-RY-mzj-001"},
		"no such unit":       {"--data", dir, "--role", "officer", "--unit", "nasa", "--account", "500156-RY-mzj-001"},
		"for ever":           append(slices.Clone(good), "--days", "9999"),
		"no such token":      {"--data", dir, "--revoke", "500156-LP-000009"},
		"both at once":       append(slices.Clone(good), "--revoke", "500156-LP-000001"),
		"a stray argument":   append(slices.Clone(good), "now"),
		"revoke without why": {"--data", dir, "--revoke", "500156-LP-000001", "--reason", ""},
	} {
		out, _, err := runTokenCommand(t, args...)
		var usage usageError
		if !errors.As(err, &usage) || out != "" {
			t.Errorf("%s: printed %q, %v", name, out, err)
		}
	}
}
