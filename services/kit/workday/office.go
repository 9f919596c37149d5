package workday

import (
	"slices"
	"time"

	"shenzhong/services/kit/fault"
)

// Office is when the offices of the district are open on a workday. It is a
// local setting, not law; the law only says that a period ends with business
// hours where there are any: Civil Code (民法典) art. 203.
type Office struct {
	// Sessions are the opening and closing times of the day as 15:04, in order.
	Sessions [][2]string `json:"sessions"`
	// Source says, in Chinese, where the hours come from.
	Source string `json:"source"`
}

// session is one opening, as distances from the beginning of the day.
type session struct{ open, shut time.Duration }

// sessions returns the openings of a day in order.
func (o Office) sessions() ([]session, error) {
	if len(o.Sessions) == 0 || o.Source == "" {
		return nil, fault.New(fault.Invalid, "办公时间没有设置或者没有写明来源。")
	}
	var all []session
	for _, s := range o.Sessions {
		open, err := clockTime(s[0])
		if err != nil {
			return nil, err
		}
		shut, err := clockTime(s[1])
		if err != nil {
			return nil, err
		}
		if shut <= open || len(all) > 0 && open < all[len(all)-1].shut {
			return nil, fault.New(fault.Invalid, "办公时间 %s 至 %s 不合理，应当从早到晚、互不重叠。", s[0], s[1])
		}
		all = append(all, session{open, shut})
	}
	return all, nil
}

// clockTime reads 15:04 as a distance from the beginning of the day.
func clockTime(s string) (time.Duration, error) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fault.New(fault.Invalid, "“%s”不是有效时刻，请按“09:00”的格式填写。", clip(s))
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

// clone returns a copy that shares nothing.
func (o Office) clone() Office {
	o.Sessions = slices.Clone(o.Sessions)
	return o
}

// closing is when business ends on d.
func (c *Calendar) closing(d Date) time.Time {
	return d.Start().Add(c.sessions[len(c.sessions)-1].shut)
}
