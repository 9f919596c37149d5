package registerweb_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"shenzhong/events"
	"shenzhong/services/kit/servicetest"
	"shenzhong/services/kit/web/webtest"
)

func TestRefusals(t *testing.T) {
	s := newScene(t)
	does[events.Facility](t, s, keeper, "/facilities", home)
	does[events.Officer](t, s, keeper, "/officers", wang)
	another := func(old, new string) string {
		return strings.Replace(strings.Replace(home, "12100000400000624D", "12100000400002259P", 1), old, new, 1)
	}
	const (
		f = "/facilities/500156-JG-000001"
		o = "/officers/500156-RY-000001"
	)
	before := len(servicetest.Facts(t, s.log))
	for _, tt := range []struct {
		token, path, body string
		status            int
	}{
		{"", "/facilities", another("", ""), http.StatusUnauthorized},
		{officer, "/facilities", another("", ""), http.StatusForbidden},
		{admin, "/facilities", another("", ""), http.StatusForbidden},
		{auditor, "/district/load", "", http.StatusForbidden},
		{party, f + "/close", `{"reason":"注销"}`, http.StatusForbidden},
		{keeper, "/facilities", another("12100000400002259P", "12100000400002259O"), http.StatusUnprocessableEntity},
		{keeper, "/facilities", another("12100000400002259P", "1210000040000225"), http.StatusUnprocessableEntity},
		{keeper, "/facilities", another("12100000400002259P", "12100000400002259X"), http.StatusUnprocessableEntity},
		{keeper, "/facilities", another("2009-04-01", "2009-02-29"), http.StatusUnprocessableEntity},
		{keeper, "/facilities", another("2009-04-01", "0009-04-01"), http.StatusUnprocessableEntity},
		{keeper, "/facilities", another(`"risk":"M"`, `"risk":"X"`), http.StatusUnprocessableEntity},
		{keeper, "/facilities", another(`"risk":"M"`, `"risk":"M","grade":"A"`), http.StatusUnprocessableEntity},
		{keeper, "/facilities", another("funeral_home", "casino"), http.StatusUnprocessableEntity},
		{keeper, "/facilities", "{\"name\":\"\xff\"}", http.StatusBadRequest},
		{keeper, f + "/flag", `{"kind":"ugly","reason":"a","evidence":["b"]}`, http.StatusUnprocessableEntity},
		{keeper, f + "/flag", `{"kind":"serious","reason":"a","evidence":[]}`, http.StatusUnprocessableEntity},
		{keeper, f + "/unflag", `{"kind":"serious","reason":"a"}`, http.StatusConflict},
		{keeper, f + "/close", `{"on":"2026-11-25","reason":"注销"}`, http.StatusUnprocessableEntity},
		{keeper, "/facilities/500156-JG-000099/close", `{"reason":"注销"}`, http.StatusNotFound},
		{keeper, "/facilities/1/close", `{"reason":"注销"}`, http.StatusUnprocessableEntity},
		{keeper, "/officers", strings.Replace(wang, "mzj", "zbb", 1), http.StatusUnprocessableEntity},
		{keeper, "/officers", wang, http.StatusConflict},
		{market, "/officers", strings.Replace(wang, "50015600101", "50015600102", 1), http.StatusForbidden},
		{market, o + "/leave", `{"reason":"退休"}`, http.StatusForbidden},
		{keeper, o + "/declare", `{"facility":"500156-JG-000099","reason":"亲属"}`, http.StatusNotFound},
		{keeper, "/items/mzj-102/retire", `{"reason":"清单调整"}`, http.StatusNotFound},
	} {
		p := webtest.Refused(t, s.post(t, tt.token, tt.path, tt.body), tt.status)
		if !strings.ContainsAny(p.Detail, "请应不只没无") {
			t.Errorf("%s %.80s: %q does not say what to do", tt.path, tt.body, p.Detail)
		}
	}
	if n := len(servicetest.Facts(t, s.log)) - before; n != 0 {
		t.Errorf("refusals made %d commits", n)
	}
}

func TestWhoMayRead(t *testing.T) {
	s := newScene(t)
	does[events.Facility](t, s, keeper, "/facilities", home)
	does[events.Officer](t, s, keeper, "/officers", wang)
	for _, tt := range []struct {
		token, path string
		status      int
	}{
		{"", "/facilities", http.StatusUnauthorized},
		{"", "/facilities/500156-JG-000001", http.StatusUnauthorized},
		{"", "/officers", http.StatusUnauthorized},
		{admin, "/facilities", http.StatusForbidden},
		{admin, "/officers/500156-RY-000001", http.StatusForbidden},
		{party, "/facilities", http.StatusForbidden},
		{party, "/facilities/500156-JG-000002", http.StatusForbidden},
		{party, "/officers", http.StatusForbidden},
		{keeper, "/facilities/500156-JG-000002", http.StatusNotFound},
		{keeper, "/facilities?color=red", http.StatusUnprocessableEntity},
		{keeper, "/facilities?limit=0", http.StatusUnprocessableEntity},
	} {
		webtest.Refused(t, s.get(t, tt.token, tt.path), tt.status)
	}
	if got := webtest.Read[events.Facility](t, s.get(t, party, "/facilities/500156-JG-000001")); got.Name != "青松殡仪馆" {
		t.Errorf("the facility reads %+v of itself", got)
	}
}

// TestEveryActIsDescribed keeps an act of the service from having no operation.
func TestEveryActIsDescribed(t *testing.T) {
	s := newScene(t)
	posts := webtest.Acts(t, s.server)
	want := []string{
		"facility-close", "facility-correct", "facility-enter", "facility-flag", "facility-unflag", "item-publish", "item-retire",
		"officer-annual", "officer-correct", "officer-declare", "officer-enter", "officer-leave", "officer-withdraw", "register-import", "register-load",
	}
	if !slices.Equal(posts, want) {
		t.Errorf("the acts are %v", posts)
	}
}
