package identityweb_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"shenzhong/services/identity"
	"shenzhong/services/identity/identityweb"
	kit "shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/web"
	"shenzhong/services/kit/web/webtest"
)

const (
	admin   = "token-of-the-administrator"
	auditor = "token-of-the-auditor"
	officer = "token-of-the-officer"
	asked   = `{"account":"500156-RY-mzj-001","unit":"mzj","roles":["officer"],"days":90}`
)

// TestMain finds what the interface leaves running; the clock of the web
// library is the one thing that runs as long as the process.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"))
}

type scene struct {
	servicetest.Ground
	*web.Server
	log  *store.Memory
	keys int
}

func newScene(t *testing.T) *scene {
	t.Helper()
	g := servicetest.NewGround(t, time.Date(2026, 9, 30, 2, 0, 0, 0, time.UTC))
	log := store.NewMemory()
	server := webtest.New(t, g.Clock, webtest.Actors{
		admin:   {ID: "500156-GL-000001", Unit: "mzj", Roles: []kit.Role{kit.Admin}},
		auditor: {ID: "500156-GL-000002", Unit: "sjj", Roles: []kit.Role{kit.Auditor}},
		officer: {ID: "500156-RY-000001", Unit: "mzj", Roles: []kit.Role{kit.Officer, kit.Leader}},
	})
	identityweb.Mount(server.API(), identity.New(identity.Config{District: "500156", Log: log, Clock: g.Clock, Law: g.Law}))
	return &scene{Ground: g, Server: server, log: log}
}

func (s *scene) post(t *testing.T, token, path, body string) webtest.Answer {
	t.Helper()
	s.keys++
	return webtest.Post(t, s.Server, "/api/v1"+path, webtest.Call{Token: token, Key: fmt.Sprintf("key-%d", s.keys), Body: body})
}

type made struct{ ID, Secret string }

// TestSecretIsShownOnce issues a token, lists it, revokes it, and looks for its
// secret everywhere else.
func TestSecretIsShownOnce(t *testing.T) {
	s := newScene(t)
	a := s.post(t, admin, "/tokens", asked)
	token := webtest.Read[made](t, a)
	if a.Status != http.StatusCreated || token.ID != "500156-LP-000001" || !strings.HasPrefix(token.Secret, "sz_") {
		t.Fatalf("issued %d %s", a.Status, a.Body)
	}
	call := webtest.Call{Token: admin, Key: "key-1", Body: asked} // the same command again
	again := webtest.Post(t, s.Server, "/api/v1/tokens", call)
	webtest.Refused(t, again, http.StatusConflict)
	for _, who := range []string{admin, auditor} {
		list := webtest.Get(t, s.Server, "/api/v1/tokens?account=500156-RY-mzj-001", webtest.Call{Token: who})
		if body := string(list.Body); list.Status != http.StatusOK || !strings.Contains(body, `"valid":true`) || strings.Contains(body, "sha256") {
			t.Errorf("listed %d %s", list.Status, list.Body)
		}
	}
	gone := s.post(t, admin, "/tokens/"+token.ID+"/revoke", `{"reason":"调离"}`)
	if got := webtest.Read[identity.Listed](t, gone); got.State != identity.Revoked || got.Valid || got.Title != "已吊销" {
		t.Errorf("revoked %d %s", gone.Status, gone.Body)
	}
	webtest.Refused(t, s.post(t, admin, "/tokens/"+token.ID+"/revoke", `{"reason":"调离"}`), http.StatusConflict)
	for _, answer := range []webtest.Answer{again, gone} {
		if strings.Contains(string(answer.Body), token.Secret) {
			t.Error("the secret was shown again")
		}
	}
	for _, c := range servicetest.Facts(t, s.log) {
		if strings.Contains(string(c.State)+string(c.Data), token.Secret) {
			t.Error("the secret was stored")
		}
	}
}

func TestExpiredTokenSaysSo(t *testing.T) {
	s := newScene(t)
	s.post(t, admin, "/tokens", asked)
	s.Clock.Advance(91 * 24 * time.Hour)
	list := webtest.Get(t, s.Server, "/api/v1/tokens", webtest.Call{Token: admin})
	if body := string(list.Body); !strings.Contains(body, "已到期") || strings.Contains(body, `"valid":true`) {
		t.Errorf("listed %s", body)
	}
}

func TestRefusals(t *testing.T) {
	s := newScene(t)
	for _, tt := range []struct {
		token, path, body string
		status            int
	}{
		{"", "/tokens", asked, http.StatusUnauthorized},
		{officer, "/tokens", asked, http.StatusForbidden},
		{auditor, "/tokens", asked, http.StatusForbidden},
		{admin, "/tokens", strings.Replace(asked, "mzj\"", "nowhere\"", 1), http.StatusUnprocessableEntity},
		{admin, "/tokens", strings.Replace(asked, `"officer"`, `"officer","auditor"`, 1), http.StatusUnprocessableEntity},
		{admin, "/tokens", strings.Replace(asked, `"officer"`, `"emperor"`, 1), http.StatusUnprocessableEntity},
		{admin, "/tokens", strings.Replace(asked, "90", "0", 1), http.StatusUnprocessableEntity},
		{admin, "/tokens", strings.Replace(asked, "90", "3650", 1), http.StatusUnprocessableEntity},
		{admin, "/tokens", strings.Replace(asked, `"days"`, `"secret":"x","days"`, 1), http.StatusUnprocessableEntity},
		{admin, "/tokens/500156-LP-000099/revoke", `{"reason":"调离"}`, http.StatusNotFound},
		{admin, "/tokens/1/revoke", `{"reason":"调离"}`, http.StatusUnprocessableEntity},
		{officer, "/tokens/500156-LP-000001/revoke", `{"reason":"调离"}`, http.StatusNotFound},
	} {
		webtest.Refused(t, s.post(t, tt.token, tt.path, tt.body), tt.status)
	}
	s.post(t, admin, "/tokens", asked)
	webtest.Refused(t, s.post(t, officer, "/tokens/500156-LP-000001/revoke", `{"reason":"调离"}`), http.StatusForbidden)
	webtest.Refused(t, webtest.Get(t, s.Server, "/api/v1/tokens", webtest.Call{Token: officer}), http.StatusForbidden)
	webtest.Refused(t, webtest.Get(t, s.Server, "/api/v1/tokens", webtest.Call{}), http.StatusUnauthorized)
}
