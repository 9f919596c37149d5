package jsbus

import (
	"log/slog"
	"time"
)

// beat tells the broker of what has been in hand for a while that it is not
// forgotten.
func (p *lanes) beat() {
	tick := time.NewTicker(p.limits.AckWait / 3)
	defer tick.Stop()
	for {
		select {
		case <-p.done:
			return
		case <-tick.C:
			for _, it := range p.aging() {
				if err := it.receipt.InProgress(); err != nil {
					slog.WarnContext(p.ctx, "heartbeat for a fact in hand", "subject", it.address, "err", err)
					break
				}
			}
		}
	}
}

// aging returns the deliveries that were in hand at the last heartbeat already.
func (p *lanes) aging() []*item {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []*item
	for _, l := range p.open {
		for _, it := range l.items {
			if it.aged {
				out = append(out, it)
			}
			it.aged = true
		}
	}
	return out
}
