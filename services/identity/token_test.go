package identity

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
)

var (
	admin = identity.Actor{ID: "500156-RY-sjb-001", Unit: "sjb", Roles: []identity.Role{identity.Admin}}
	noon  = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
)

func request() grant {
	return grant{id: "500156-LP-000001", sha256: "ab", account: "500156-RY-mzj-001", unit: "mzj", roles: []identity.Role{identity.Officer}, until: noon}
}

func standing(at State) Token {
	t := Token{State: at}
	if at != "" {
		t.ID, t.Account = "500156-LP-000001", "500156-RY-mzj-001"
	}
	return t
}

// TestWorkflow tries every act in every state. The moves that succeed must be
// exactly those that the table draws.
func TestWorkflow(t *testing.T) {
	acts := []struct {
		name  string
		act   func(*Token) (events.Event, error)
		from  []State
		to    State
		event string
	}{
		{"issue", func(t *Token) (events.Event, error) { return t.Issue(admin, request(), nil) }, []State{""}, Issued, "identity.token_issued.v1"},
		{"revoke", func(t *Token) (events.Event, error) { return t.Revoke(admin, "调离") }, []State{Issued}, Revoked, "identity.token_revoked.v1"},
	}
	moves := map[State][]State{Revoked: {}}
	for _, tt := range acts {
		for from := range next {
			t.Run(tt.name+" when "+string(from), func(t *testing.T) {
				token := standing(from)
				ev, err := tt.act(&token)
				if !slices.Contains(tt.from, from) {
					if fault.KindOf(err) != fault.Conflict || !cmp.Equal(token, standing(from)) {
						t.Fatalf("got %v and %+v; want a conflict and the token as it was", err, token)
					}
					return
				}
				if err != nil || token.State != tt.to || ev.Kind() != tt.event {
					t.Fatalf("got %s, %v, %v; want %s and %s", token.State, ev, err, tt.to, tt.event)
				}
				moves[from] = append(moves[from], tt.to)
			})
		}
	}
	if !maps.EqualFunc(moves, next, slices.Equal) {
		t.Errorf("the acts make the moves %v, the table draws %v", moves, next)
	}
}

// TestWhoMayAct goes through every role.
func TestWhoMayAct(t *testing.T) {
	for _, role := range slices.Concat(identity.Roles(), []identity.Role{identity.Citizen, identity.System}) {
		by := identity.Actor{ID: "a", Unit: "mzj", Roles: []identity.Role{role}}
		want := fault.Denied
		if role == identity.Admin {
			want = ""
		}
		fresh, issued := standing(""), standing(Issued)
		if _, err := fresh.Issue(by, request(), nil); fault.KindOf(err) != want {
			t.Errorf("%s issues: %v", role, err)
		}
		if _, err := issued.Revoke(by, "调离"); fault.KindOf(err) != want {
			t.Errorf("%s revokes: %v", role, err)
		}
	}
}

// TestPowersStayApart tries every pair of roles, within one token and over two.
func TestPowersStayApart(t *testing.T) {
	lone := map[identity.Role]bool{identity.Admin: true, identity.Auditor: true, identity.Party: true}
	for _, a := range identity.Roles() {
		for _, b := range identity.Roles() {
			want := a == b || !lone[a] && !lone[b]
			if err := apart([]identity.Role{a, b}, nil); (err == nil) != want {
				t.Errorf("%s with %s in one token: %v", a, b, err)
			}
			if err := apart([]identity.Role{a}, []identity.Role{b}); (err == nil) != want {
				t.Errorf("%s beside %s: %v", a, b, err)
			}
		}
	}
}
