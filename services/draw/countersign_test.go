package draw

import (
	"context"
	"testing"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/servicetest"
)

// countersign is what a party signs of the sealed draw, having computed that
// file.
func (f fixture) countersign(t *testing.T, party, computed string) string {
	t.Helper()
	d, _, err := f.draws.Load(context.Background(), drawID)
	must(t, "load", err)
	a, err := d.announced()
	must(t, "announcement", err)
	if computed == "" {
		computed = d.Files.Sealed
	}
	c := fdraw.NewCountersign(a, party, d.Files.Sealed, computed)
	key, err := fdraw.NewSigningKey(fdraw.SM2)
	must(t, "key", err)
	must(t, "sign", key.Sign(c))
	return c.Text()
}

// TestPartiesRecomputeAndSign: heads and legal officers of the parties take what
// the draw is computed from, which is written down; they come to the sealed file
// and sign it, each party once; all of it is in the opened package.
func TestPartiesRecomputeAndSign(t *testing.T) {
	ctx, f := context.Background(), newFixture(t)
	f.sealed(t)
	take := func(name string, who identity.Actor) (*fdraw.Bundle, error) {
		return f.TakeMaterial(ctx, TakeMaterial{Cause: by(name, who), Draw: drawID})
	}
	for name, tt := range map[string]struct {
		who  identity.Actor
		want fault.Kind
	}{
		"an officer":          {of("sfj"), fault.Denied},
		"a head of no party":  {of("lyj", identity.Leader), fault.Denied},
		"a citizen":           {identity.Anonymous(), fault.Denied},
		"a head of a party":   {of("sfj", identity.Leader), ""},
		"its legal officer":   {of("mzj", identity.Legal), ""},
		"the same head again": {of("sfj", identity.Leader), ""},
	} {
		if _, err := take(name, tt.who); fault.KindOf(err) != tt.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(servicetest.Of[events.DrawMaterialTaken](t, f.log)); n != 2 {
		t.Errorf("%d takings are written down", n)
	}
	material, err := take("once more", of("sfj", identity.Leader))
	must(t, "material", err)
	computed, report, err := fdraw.Recompute(material)
	if err != nil || material.Result != "" || len(material.Notices) > 0 || computed != material.Sealed || report.Failed() {
		t.Fatalf("recomputed: %v, %+v", err, report)
	}
	sign := func(name string, who identity.Actor, file string) error {
		return f.Countersign(ctx, Countersign{Cause: by(name, who), Draw: drawID, File: file})
	}
	agrees, objects := f.countersign(t, "sfj", ""), f.countersign(t, "scjgj", material.Sealed+"x")
	if err := sign("for another", of("mzj", identity.Leader), agrees); fault.KindOf(err) != fault.Denied {
		t.Errorf("signed for another: %v", err)
	}
	if err := sign("nonsense", of("sfj", identity.Leader), "nonsense"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("signed nonsense: %v", err)
	}
	must(t, "sign", sign("sign", of("sfj", identity.Leader), agrees))
	if err := sign("twice", of("sfj", identity.Leader), f.countersign(t, "sfj", "")); fault.KindOf(err) != fault.Conflict {
		t.Errorf("signed twice: %v", err)
	}
	must(t, "object", sign("object", of("scjgj", identity.Leader), objects))
	if err := sign("object again", of("scjgj", identity.Leader), objects); fault.KindOf(err) != fault.Conflict {
		t.Errorf("objected twice: %v", err)
	}
	shown, err := f.Show(ctx, drawID)
	must(t, "show", err)
	if len(shown.Signed) != 2 || !shown.Signed[0].Agrees || shown.Signed[1].Agrees {
		t.Errorf("shown %+v", shown.Signed)
	}
	must(t, "agree after all", sign("agree", of("scjgj", identity.Leader), f.countersign(t, "scjgj", "")))
	f.Clock.Set(openBy)
	_, err = f.Sweep(ctx)
	must(t, "sweep", err)
	b, err := f.Bundle(ctx, drawID, 0)
	must(t, "package", err)
	if r := fdraw.Verify(b); r.Failed() || len(r.Countersigned) != 3 {
		t.Errorf("the package: %+v", r.Countersigned)
	}
	f.again(t)
}
