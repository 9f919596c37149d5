package identity

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"shenzhong/deploy/packs"
	"shenzhong/events"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
)

// loaded is the pack, read once: no test changes it.
var loaded = sync.OnceValues(func() (*law.Pack, error) {
	files, err := packs.Wulong()
	if err != nil {
		return nil, err
	}
	return law.Load(files)
})

func mustService(t testing.TB) (*Service, *store.Memory, *clock.Fake) {
	t.Helper()
	pack, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	log, clk := store.NewMemory(), clock.NewFake(noon)
	return New(Config{District: "500156", Log: log, Clock: clk, Law: pack}), log, clk
}

func issue(cause string) Issue {
	return Issue{
		Cause: store.Cause{ID: cause, Actor: admin}, Account: "500156-RY-mzj-001", Unit: "mzj",
		Roles: []string{"officer", "leader"}, Days: 30,
	}
}

func commits(t testing.TB, log store.Log) []store.Commit {
	t.Helper()
	var all []store.Commit
	if err := store.Each(context.Background(), log, func(c store.Commit) error { all = append(all, c); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSecretIsShownOnceAndKeptNowhere(t *testing.T) {
	s, log, _ := mustService(t)
	made, err := s.Issue(t.Context(), issue("http/a/1"))
	if err != nil {
		t.Fatal(err)
	}
	if made.Token != "500156-LP-000001" || len(made.Secret) != len("sz_")+43 || !made.Until.Equal(noon.Add(30*24*time.Hour)) {
		t.Errorf("issued %+v", made)
	}
	all := commits(t, log)
	if len(all) != 1 {
		t.Fatalf("%d commits; want 1", len(all))
	}
	if bytes.Contains(all[0].State, []byte(made.Secret)) || bytes.Contains(all[0].Data, []byte(made.Secret)) {
		t.Error("the secret was stored")
	}
	sum := sha256.Sum256([]byte(made.Secret))
	fact, err := events.Open[events.TokenIssued](all[0].Envelope())
	if err != nil {
		t.Fatal(err)
	}
	if fact.SHA256 != hex.EncodeToString(sum[:]) || strings.Join(fact.Roles, ",") != "officer,leader" || fact.Unit != "mzj" {
		t.Errorf("the fact says %+v", fact)
	}
	again, err := s.Issue(t.Context(), issue("http/a/1"))
	if fault.KindOf(err) != fault.Conflict || again.Secret != "" || len(commits(t, log)) != 1 {
		t.Errorf("the same command again: %+v, %v, %d commits", again, err, len(commits(t, log)))
	}
	other, err := s.Issue(t.Context(), issue("http/a/2"))
	if err != nil || other.Secret == made.Secret || other.Token == made.Token {
		t.Errorf("another command: %+v, %v", other, err)
	}
}

func TestIssueRefuses(t *testing.T) {
	tests := []struct {
		name  string
		edit  func(*Issue)
		kind  fault.Kind
		field string
	}{
		{"not an administrator", func(c *Issue) { c.Actor = identity.Actor{ID: "a", Roles: []identity.Role{identity.Leader}} }, fault.Denied, ""},
		{"a citizen", func(c *Issue) { c.Actor = identity.Anonymous() }, fault.Denied, ""},
		{"no role", func(c *Issue) { c.Roles = nil }, fault.Invalid, "roles"},
		{"no such role", func(c *Issue) { c.Roles = []string{"king"} }, fault.Invalid, "roles"},
		{"the role of services", func(c *Issue) { c.Roles = []string{"system"} }, fault.Invalid, "roles"},
		{"a role twice", func(c *Issue) { c.Roles = []string{"officer", "officer"} }, fault.Invalid, "roles"},
		{"system and business", func(c *Issue) { c.Roles = []string{"admin", "officer"} }, fault.Invalid, "roles"},
		{"system and audit", func(c *Issue) { c.Roles = []string{"admin", "auditor"} }, fault.Invalid, "roles"},
		{"audit and business", func(c *Issue) { c.Roles = []string{"intake", "auditor"} }, fault.Invalid, "roles"},
		{"the overseen and an overseer", func(c *Issue) { c.Roles = []string{"party", "officer"} }, fault.Invalid, "roles"},
		{"no account", func(c *Issue) { c.Account = "" }, fault.Invalid, "account"},
		{"the name of a service", func(c *Issue) { c.Account = "system/clue" }, fault.Invalid, "account"},
		{"everybody's account", func(c *Issue) { c.Account = "citizen" }, fault.Invalid, "account"},
		{"the operator's account", func(c *Issue) { c.Account = "operator" }, fault.Invalid, "account"},
		{"no unit", func(c *Issue) { c.Unit = "" }, fault.Invalid, "unit"},
		{"no such unit", func(c *Issue) { c.Unit = "nasa" }, fault.Invalid, "unit"},
		{"a facility that is a unit", func(c *Issue) { c.Roles = []string{"party"} }, fault.Invalid, "unit"},
		{"a facility elsewhere", func(c *Issue) { c.Roles, c.Unit = []string{"party"}, "500101-JG-000001" }, fault.Invalid, "unit"},
		{"for ever", func(c *Issue) { c.Days = 367 }, fault.Invalid, "days"},
		{"not at all", func(c *Issue) { c.Days = 0 }, fault.Invalid, "days"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, log, _ := mustService(t)
			cmd := issue("http/a/1")
			tt.edit(&cmd)
			made, err := s.Issue(t.Context(), cmd)
			if fault.KindOf(err) != tt.kind || made.Secret != "" || len(commits(t, log)) != 0 {
				t.Fatalf("issued %+v, %v", made, err)
			}
			var f *fault.Fault
			if tt.field != "" && (!errors.As(err, &f) || f.Field != tt.field) {
				t.Errorf("%v is not about %s", err, tt.field)
			}
		})
	}
}

// TestPowersStayApartOverTokens gives one account a second kind of power in a
// second token: refused while the first is valid, allowed when it is not.
func TestPowersStayApartOverTokens(t *testing.T) {
	s, _, clk := mustService(t)
	first, err := s.Issue(t.Context(), issue("http/a/1"))
	if err != nil {
		t.Fatal(err)
	}
	audit := issue("http/a/2")
	audit.Roles = []string{"auditor"}
	if _, err := s.Issue(t.Context(), audit); fault.KindOf(err) != fault.Invalid {
		t.Fatalf("an officer became an auditor too: %v", err)
	}
	other := issue("http/a/3")
	other.Account, other.Roles = "500156-RY-mzj-002", []string{"auditor"}
	if _, err := s.Issue(t.Context(), other); err != nil {
		t.Errorf("somebody else is not an auditor: %v", err)
	}
	revoke := Revoke{Cause: store.Cause{ID: "http/a/4", Actor: admin}, Token: first.Token, Reason: " 调离岗位 "}
	for range 2 {
		if err := s.Revoke(t.Context(), revoke); err != nil {
			t.Fatal(err)
		}
	}
	second, err := s.Issue(t.Context(), audit)
	if err != nil {
		t.Fatalf("after the revocation: %v", err)
	}
	clk.Set(second.Until)
	if _, err := s.Issue(t.Context(), issue("http/a/5")); err != nil {
		t.Errorf("after the expiry: %v", err)
	}
}

func TestRevokeRefuses(t *testing.T) {
	s, _, _ := mustService(t)
	made, err := s.Issue(t.Context(), issue("http/a/1"))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, token, reason string
		by                  identity.Actor
		kind                fault.Kind
	}{
		{"no such token", "500156-LP-000009", "调离", admin, fault.NotFound},
		{"no reason", made.Token, " ", admin, fault.Invalid},
		{"a long reason", made.Token, strings.Repeat("长", mostReason+1), admin, fault.Invalid},
		{"a control character", made.Token, "调\x00离", admin, fault.Invalid},
		{"not an administrator", made.Token, "调离", identity.Actor{ID: "a", Roles: []identity.Role{identity.Auditor}}, fault.Denied},
	}
	for i, tt := range tests {
		err := s.Revoke(t.Context(), Revoke{Cause: store.Cause{ID: "c" + string(rune('0'+i)), Actor: tt.by}, Token: tt.token, Reason: tt.reason})
		if fault.KindOf(err) != tt.kind {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
