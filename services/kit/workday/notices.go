package workday

import (
	"fmt"
	"io/fs"
	"slices"

	"shenzhong/services/kit/fault"
)

// Source gives the calendar in force. One that may gain a year while the program
// runs is asked for anew before each count.
type Source interface {
	Calendar() *Calendar
}

// Calendar makes a calendar that never changes a Source.
func (c *Calendar) Calendar() *Calendar { return c }

// WithNotices returns a calendar that holds the years in the *.json files at the
// top of folder, one year a file in the form that ParseYear takes, in place of
// what c holds of them. A file that cannot be a notice is fault.Invalid with its
// name: the program must not start on half a calendar.
func (c *Calendar) WithNotices(folder fs.FS) (*Calendar, error) {
	names, err := fs.Glob(folder, "*.json")
	if err != nil {
		return nil, fmt.Errorf("list the notices: %w", err)
	}
	slices.Sort(names)
	for _, name := range names {
		data, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, fmt.Errorf("read the notice %s: %w", name, err)
		}
		y, err := ParseYear(data)
		if err != nil {
			return nil, fault.New(fault.Invalid, "放假安排文件 %s：%w", name, err)
		}
		if c, err = c.WithYear(y); err != nil {
			return nil, fault.New(fault.Invalid, "放假安排文件 %s：%w", name, err)
		}
	}
	return c, nil
}

// Year returns what the calendar holds of a year and whether it holds anything.
func (c *Calendar) Year(year int) (Year, bool) {
	for _, y := range c.Years() {
		if y.Year == year {
			return y, true
		}
	}
	return Year{}, false
}
