package register

import (
	"fmt"
	"reflect"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/law"
	"shenzhong/services/kit/store"
	"shenzhong/services/kit/workday"
)

// Item is an entry in the public list of inspection items (随机抽查事项清单).
type Item struct {
	events.Item
	State     State  `json:"state"`
	RetiredOn string `json:"retired_on,omitempty"`
	Reason    string `json:"reason,omitempty"`  // why it was retired
	ByHand    bool   `json:"by_hand,omitempty"` // a person retired it: no law pack brings it back
}

// grounded returns the item of the law pack as it may be published on that day.
// One that is not in force, or whose legal basis is not, is refused:
// 国办发〔2015〕58号 and 国办发〔2024〕54号.
func grounded(pack *law.Pack, code string, on workday.Date) (events.Item, error) {
	item, err := pack.Item(code, on)
	if err != nil {
		return events.Item{}, fault.About("code", fault.Invalid, "%w没有有效依据的事项不得公布", err)
	}
	out := events.Item{
		Code: item.Code, Area: item.Area, Name: item.Name, Unit: item.Unit, Question: item.Question,
		Basis: []string{}, ValidFrom: item.ValidFrom.String(), ValidTo: item.ValidTo.String(),
	}
	var lapsed []string
	for _, cite := range item.Basis {
		in, err := pack.Instrument(cite.Instrument)
		if err != nil {
			return events.Item{}, err
		}
		if on.Before(in.ValidFrom) || !in.ValidTo.IsZero() && on.After(in.ValidTo) {
			lapsed = append(lapsed, in.Cited())
			continue
		}
		out.Basis = append(out.Basis, in.Cited()+cite.Article)
	}
	if len(out.Basis) == 0 {
		return events.Item{}, fault.About("code", fault.Invalid, "抽查事项 %s 的依据（%s）在 %s 无效，没有有效依据的事项不得公布", code, strings.Join(lapsed, "、"), on)
	}
	return out, nil
}

// Publish puts an item on the public list (公布), or what has changed of it.
func (i *Item) Publish(by identity.Actor, item events.Item) (events.Event, error) {
	if err := permits.Check(by, "item.publish"); err != nil {
		return nil, err
	}
	if len(item.Basis) == 0 {
		return nil, fault.About("code", fault.Invalid, "抽查事项 %s 没有依据，不得公布", item.Code)
	}
	switch {
	case i.State != Published:
		if err := i.move(Published); err != nil {
			return nil, err
		}
	case reflect.DeepEqual(i.Item, item):
		return nil, store.Unchanged
	}
	i.Item, i.RetiredOn, i.Reason, i.ByHand = item, "", "", false
	return events.ItemPublished{Item: item}, nil
}

// Retire takes an item off the public list (停用). From then on nobody may
// inspect it.
func (i *Item) Retire(by identity.Actor, reason, on string, byHand bool) (events.Event, error) {
	if err := permits.Check(by, "item.retire"); err != nil {
		return nil, err
	}
	reason, err := line("reason", "停用原因", reason, textMost)
	if err != nil {
		return nil, err
	}
	if err := i.move(Retired); err != nil {
		return nil, err
	}
	i.RetiredOn, i.Reason, i.ByHand = on, reason, byHand
	return events.ItemRetired{Code: i.Code, Reason: reason, On: on}, nil
}

// move is the only assignment to State.
func (i *Item) move(to State) error {
	next, err := itemMoves.to("抽查事项", i.State, to)
	i.State = next
	return err
}

// Unit is an entry in the list of the units that take part (成员单位名录).
type Unit struct {
	events.Unit
	State State `json:"state"`
}

// List enters a unit, or what has changed of it.
func (u *Unit) List(by identity.Actor, unit events.Unit) (events.Event, error) {
	if err := permits.Check(by, "unit.list"); err != nil {
		return nil, err
	}
	switch {
	case u.State != Listed:
		if err := u.move(Listed); err != nil {
			return nil, err
		}
	case u.Unit == unit:
		return nil, store.Unchanged
	}
	u.Unit = unit
	return events.UnitListed{Unit: unit}, nil
}

// move is the only assignment to State.
func (u *Unit) move(to State) error {
	next, err := unitMoves.to("单位", u.State, to)
	u.State = next
	return err
}

// itemID and unitID are the ids under which others know items and units.
func (s *Service) itemID(code string) string { return fmt.Sprintf("%s-SX-%s", s.cfg.District, code) }
func (s *Service) unitID(code string) string { return fmt.Sprintf("%s-DW-%s", s.cfg.District, code) }
