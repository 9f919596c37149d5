package identity

import (
	"strings"
	"testing"

	"shenzhong/services/kit/fault"
)

func TestPermits(t *testing.T) {
	permits := Permits{"route": {Office, Intake}}
	tests := []struct {
		name  string
		actor Actor
		act   string
		ok    bool
	}{
		{"role listed", Actor{ID: "a", Roles: []Role{Officer, Intake}}, "route", true},
		{"role not listed", Actor{ID: "a", Roles: []Role{Admin}}, "route", false},
		{"act not listed", Actor{ID: "a", Roles: Roles()}, "burn", false},
		{"nobody", Actor{}, "route", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := permits.Check(tt.actor, tt.act)
			if (err == nil) != tt.ok || (!tt.ok && fault.KindOf(err) != fault.Denied) {
				t.Errorf("Check = %v; want ok=%v", err, tt.ok)
			}
		})
	}
}

func TestOfUnit(t *testing.T) {
	if err := (Actor{Unit: "mzj"}).OfUnit("mzj"); err != nil {
		t.Error(err)
	}
	for _, a := range []Actor{{Unit: "lyj"}, {}} {
		if err := a.OfUnit("mzj"); fault.KindOf(err) != fault.Denied {
			t.Errorf("%+v acts for mzj: %v", a, err)
		}
	}
	if err := (Actor{}).OfUnit(""); fault.KindOf(err) != fault.Denied {
		t.Errorf("an actor without a unit acts for no unit: %v", err)
	}
	if err := (Actor{Unit: "lyj"}).OfUnit(""); err == nil || !strings.Contains(err.Error(), "还没有确定") {
		t.Errorf("what belongs to no unit yet is refused with %v", err)
	}
}
