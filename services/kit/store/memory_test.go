package store_test

import (
	"testing"

	"shenzhong/services/kit/store"
	"shenzhong/services/kit/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, storetest.Backend{
		New: func(testing.TB) func(testing.TB) store.Log {
			return func(testing.TB) store.Log { return store.NewMemory() }
		},
		Forgets: true,
	})
}
