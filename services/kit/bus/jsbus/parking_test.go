package jsbus

import (
	"context"
	"sync/atomic"
	"testing"

	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/view"
)

// parking is the real one, which can be away.
type parking struct {
	*view.Parking
	broken atomic.Bool
}

func newParking(t testing.TB) *parking {
	t.Helper()
	p, err := view.NewParking(t.Context(), view.NewMemory(), "casefile")
	if err != nil {
		t.Fatal(err)
	}
	return &parking{Parking: p}
}

func (p *parking) Park(ctx context.Context, x bus.Parked) error {
	if p.broken.Load() {
		return fault.New(fault.Unavailable, "存储暂不可用")
	}
	return p.Parking.Park(ctx, x)
}
