package packs

import (
	"testing"

	"shenzhong/services/kit/law"
)

func mustLoad(t testing.TB) *law.Pack {
	t.Helper()
	files, err := Wulong()
	if err != nil {
		t.Fatal(err)
	}
	p, err := law.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLoads(t *testing.T) { t.Log(mustLoad(t).Version()) }
