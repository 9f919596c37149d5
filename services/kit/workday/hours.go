package workday

import "time"

// hours runs from the moment itself; nights and holidays count.
func (r *reckoner) hours() {
	left := time.Duration(r.Term.N) * time.Hour
	if r.Term.Direction == Backward {
		r.Due = r.From.Add(-left)
		r.Raw, r.DueDate = DateOf(r.Due), DateOf(r.Due)
		for d := r.DayZero; !d.Before(r.DueDate); d = d.AddDays(-1) {
			r.note(d, true, "按小时连续计算")
		}
		return
	}
	at := r.From
	for d := r.DayZero; ; d = d.AddDays(1) {
		if r.held(d) {
			if r.Stopped {
				return
			}
			at = d.End()
			continue
		}
		r.note(d, true, "按小时连续计算")
		if rest := d.End().Sub(at); left > rest {
			left -= rest
			at = d.End()
			continue
		}
		r.Due = at.Add(left)
		r.Raw, r.DueDate = d, d
		return
	}
}

// workHours runs while the offices are open.
func (r *reckoner) workHours() {
	left := time.Duration(r.Term.N) * time.Hour
	for d := r.DayZero; ; d = d.AddDays(1) {
		if r.held(d) {
			if r.Stopped {
				return
			}
			continue
		}
		works, reason := r.ask(d)
		r.note(d, works, reason)
		if !works {
			continue
		}
		for _, s := range r.sessions {
			open, shut := d.Start().Add(s.open), d.Start().Add(s.shut)
			if r.From.After(open) {
				open = r.From
			}
			if !open.Before(shut) {
				continue
			}
			if rest := shut.Sub(open); left > rest {
				left -= rest
				continue
			}
			r.Due = open.Add(left)
			r.Raw, r.DueDate = d, d
			return
		}
	}
}
