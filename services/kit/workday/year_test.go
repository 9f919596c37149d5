package workday

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"shenzhong/services/kit/fault"
)

// notice2027 is a made-up notice in the form that the importer reads.
const notice2027 = `{
 "year": 2027, "state": "published",
 "notices": [{"title": "国务院办公厅关于2027年部分节假日安排的通知", "verified": false}],
 "off": [
  {"name": "元旦", "from": "2027-01-01", "to": "2027-01-03"},
  {"name": "春节", "from": "2027-02-05", "to": "2027-02-12"},
  {"name": "劳动节", "from": "2027-05-01", "to": "2027-05-05"},
  {"name": "国庆节", "from": "2027-10-01", "to": "2027-10-07"}],
 "work": [{"name": "春节", "date": "2027-02-14"}]
}`

func TestImportMovesTheHorizon(t *testing.T) {
	before := mustCalendar(t)
	y, err := ParseYear([]byte(notice2027))
	if err != nil {
		t.Fatal(err)
	}
	after, err := before.WithYear(y)
	if err != nil {
		t.Fatal(err)
	}
	if got := after.Horizon(); got != mustDate(t, "2027-12-31") {
		t.Errorf("horizon %s", got)
	}
	if before.Version() == after.Version() || before.Horizon() != mustDate(t, "2026-12-31") {
		t.Errorf("versions %s and %s, old horizon %s", before.Version(), after.Version(), before.Horizon())
	}
	term := Term{N: 3, Unit: Workday}
	from := mustDate(t, "2027-02-04").Start()
	was, is := mustReckon(t, before, from, term), mustReckon(t, after, from, term)
	if !was.Provisional || is.Provisional {
		t.Errorf("provisional %t, then %t", was.Provisional, is.Provisional)
	}
	if was.DueDate != mustDate(t, "2027-02-11") || is.DueDate != mustDate(t, "2027-02-16") {
		t.Errorf("due %s, then %s", was.DueDate, is.DueDate)
	}
	again, err := after.WithYear(y)
	if err != nil {
		t.Fatal(err)
	}
	if again.Version() != after.Version() {
		t.Errorf("the same notice twice made %s of %s", again.Version(), after.Version())
	}
}

func TestYearsAreACopy(t *testing.T) {
	c := mustCalendar(t)
	years := c.Years()
	years[0].Off[0].Name = "changed"
	years[0].Work[0].Name = "changed"
	if y := c.Years()[0]; y.Off[0].Name == "changed" || y.Work[0].Name == "changed" {
		t.Error("a caller changed the calendar")
	}
}

func TestParseYearRefuses(t *testing.T) {
	tests := []struct{ name, old, new string }{
		{"not JSON", "{", "["},
		{"unknown key", `"work":`, `"worked":`},
		{"two values", "}]\n}", "}]\n} {}"},
		{"no year", `"year": 2027`, `"year": 0`},
		{"no state", `"published"`, `"rumored"`},
		{"no title", "国务院办公厅关于2027年部分节假日安排的通知", ""},
		{"work on a weekday", "2027-02-14", "2027-02-15"},
		{"work and off on one day", "2027-02-14", "2027-02-07"},
		{"work in another year", "2027-02-14", "2026-02-14"},
		{"work without a name", `{"name": "春节", "date"`, `{"name": "", "date"`},
		{"days off backward", `"to": "2027-02-12"`, `"to": "2027-02-04"`},
		{"a month off", `"to": "2027-02-12"`, `"to": "2027-03-12"`},
		{"off in another year", `"from": "2027-05-01", "to": "2027-05-05"`, `"from": "2028-05-01", "to": "2028-05-05"`},
		{"off without a name", `{"name": "春节", "from"`, `{"name": "", "from"`},
		{"off twice", `"from": "2027-02-05"`, `"from": "2027-01-02"`},
		{"no National Day", `"from": "2027-10-01"`, `"from": "2027-10-02"`},
		{"an impossible day", "2027-02-14", "2027-02-30"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bad := strings.Replace(notice2027, tt.old, tt.new, 1)
			if bad == notice2027 {
				t.Fatalf("%q does not occur", tt.old)
			}
			if _, err := ParseYear([]byte(bad)); !fault.Is(err, fault.Invalid) {
				t.Fatalf("got %v, want a fault.Invalid", err)
			}
		})
	}
}

func TestOffice(t *testing.T) {
	c := mustCalendar(t)
	other, err := c.WithOffice(Office{Sessions: [][2]string{{"08:30", "17:30"}}, Source: "测试"})
	if err != nil {
		t.Fatal(err)
	}
	r := mustReckon(t, other, at(t, "2026-09-30 10:00"), Term{N: 7, Unit: Workday, End: EndOfBusiness})
	if want := at(t, "2026-10-15 17:30"); !r.Due.Equal(want) {
		t.Errorf("due %s, want %s", r.Due, want)
	}
	if other.Version() == c.Version() {
		t.Error("other office hours, same version")
	}
	for _, bad := range []Office{
		{},
		{Sessions: [][2]string{{"09:00", "12:00"}}},
		{Sessions: [][2]string{{"12:00", "09:00"}}, Source: "测试"},
		{Sessions: [][2]string{{"09:00", "12:00"}, {"11:00", "18:00"}}, Source: "测试"},
		{Sessions: [][2]string{{"9 o'clock", "12:00"}}, Source: "测试"},
	} {
		if _, err := c.WithOffice(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v: got %v, want a fault.Invalid", bad, err)
		}
	}
}

func FuzzParseYear(f *testing.F) {
	f.Add([]byte(notice2027))
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"year":2027,"state":"expected","notices":[{"title":"x"}],"off":[{"name":"元旦","from":"0001-01-01","to":"9999-12-31"}],"work":[]}`))
	c := mustCalendar(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		y, err := ParseYear(data)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		with, err := c.WithYear(y)
		if err != nil {
			t.Fatalf("read but not taken: %v", err)
		}
		printed, err := json.Marshal(y)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseYear(printed)
		if err != nil {
			t.Fatalf("printed and refused: %v", err)
		}
		twice, err := with.WithYear(again)
		if err != nil || twice.Version() != with.Version() {
			t.Fatalf("printed and read, %s became %s (%v)", with.Version(), twice.Version(), err)
		}
	})
}

func TestWithNotices(t *testing.T) {
	c := mustCalendar(t)
	with, err := c.WithNotices(fstest.MapFS{"2027.json": {Data: []byte(notice2027)}, "README": {Data: []byte("{")}})
	if err != nil {
		t.Fatal(err)
	}
	if y, ok := with.Year(2027); !ok || y.State != Published || with.Horizon().Year() != 2027 || with.Version() == c.Version() {
		t.Errorf("2027 is %s, horizon %s", y.State, with.Horizon())
	}
	if same, err := c.WithNotices(fstest.MapFS{}); err != nil || same.Version() != c.Version() {
		t.Errorf("no notice: %v", err)
	}
	if _, ok := with.Year(2031); ok {
		t.Error("2031 is in the calendar")
	}
	if _, err := c.WithNotices(fstest.MapFS{"2027.json": {Data: []byte("{}")}}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "2027.json") {
		t.Errorf("a bad notice: %v", err)
	}
}
