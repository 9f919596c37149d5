package disclose

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// The sort of a record that is nothing but its number, and why.
const (
	lostSort   = "lost"
	lostReason = "数据恢复后，原公示的内容未能找回"
)

// Lost ends the record of a number whose content a restored backup does not have.
func (r *Record) Lost(on string) (events.Event, error) {
	if err := r.move(Withdrawn); err != nil {
		return nil, err
	}
	r.EndedOn = on
	return events.RecordWithdrawn{Record: r.ID, Sort: r.Sort, Manner: r.Manner, Since: r.Since, Reason: r.Reason, On: on}, nil
}

// settleLost withdraws the records that the log has as live and the store does not
// have, and names those that the store has as public although the log has their
// end. The turn is held.
func (s *Service) settleLost(ctx context.Context, r *Recovery) error {
	l := s.public
	lost := map[string]int{} // version by random id
	for about, h := range l.histories {
		if name, ok := strings.CutPrefix(about, "record "); ok && h.Over == "" {
			lost[name] = h.Version
		}
	}
	public := map[string]bool{} // by number
	err := store.Each(ctx, l.log, func(c store.Commit) error {
		if c.Subject != s.records.Subject(events.EntityID(c.Subject)) {
			return nil
		}
		var record Record
		if err := json.Unmarshal(c.State, &record); err != nil {
			return fmt.Errorf("decode %s: %w", c.ID(), err)
		}
		name := l.name(record.ID)
		delete(lost, name)
		public[record.ID] = record.State == Published && l.histories["record "+name].Over != ""
		return nil
	})
	if err != nil {
		return err
	}
	for id, here := range public {
		if here {
			r.Ended = append(r.Ended, id)
		}
	}
	slices.Sort(r.Ended)
	numbers, today := s.numbers(lost), s.today().String()
	for name, version := range lost {
		if err := s.withdrawLost(ctx, name, numbers[name], version, today); err != nil {
			return err
		}
		if id := numbers[name]; id != "" {
			r.Lost = append(r.Lost, id)
		} else {
			r.Unknown = append(r.Unknown, name)
		}
	}
	slices.SortFunc(r.Lost, cmp.Compare)
	slices.Sort(r.Unknown)
	return nil
}

// withdrawLost gives the number of a lost record to nobody else, and says in the
// log that it is not public any more.
func (s *Service) withdrawLost(ctx context.Context, name, id string, version int, today string) error {
	by := func(part string) store.Cause {
		return store.Cause{ID: "log/lost/" + name + part, Actor: identity.Service("disclose")}
	}
	if id != "" {
		err := s.records.PutAll(ctx, id, []store.Step[Record]{
			{By: by("+number"), Decide: func(r *Record) (events.Event, error) {
				return r.Prepare(events.Record{ID: id, Sort: lostSort, On: today}, nil)
			}},
			{By: by("+recall"), Decide: func(r *Record) (events.Event, error) {
				return r.Recall(s.growthSubject(), "error", today, lostReason)
			}},
			{By: by("+end"), Decide: func(r *Record) (events.Event, error) { return r.Lost(today) }},
		})
		if err != nil && !errors.Is(err, store.ErrSeen) {
			return err
		}
	}
	leaf := publiclog.Withdraw(name, version, "error", today)
	return s.public.compose(ctx, by(""), "record/"+id, func(int64) (string, error) { return leaf, nil })
}

func (s *Service) growthSubject() string { return s.public.growth.Subject(s.public.id) }

// How far numbers are looked for that a lost record may have had.
const (
	yearsBack     = 10
	numbersOfYear = 20_000
)

// numbers finds the numbers of records by their random ids: they are made of the
// numbers and the secret of the log, and cannot be turned round.
func (s *Service) numbers(names map[string]int) map[string]string {
	found := map[string]string{}
	year, _, _ := workday.DateOf(s.cfg.Clock.Now()).Civil()
	for y := year + 1; y >= year-yearsBack; y-- {
		for n := 1; n <= numbersOfYear && len(found) < len(names); n++ {
			id := fmt.Sprintf("%s-GS-%d-%06d", s.cfg.District, y, n)
			if name := s.public.name(id); names[name] > 0 {
				found[name] = id
			}
		}
	}
	return found
}
