package view_test

import (
	"testing"

	"shenzhong/services/kit/view"
	"shenzhong/services/kit/view/viewtest"
)

func TestMemory(t *testing.T) {
	viewtest.Run(t, viewtest.Backend{
		New: func(testing.TB) func(testing.TB) view.Tables {
			return func(testing.TB) view.Tables { return view.NewMemory() }
		},
		Forgets: true,
	})
}
