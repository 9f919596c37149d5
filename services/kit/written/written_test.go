package written

import (
	"strings"
	"testing"

	"shenzhong/services/kit/fault"
)

func TestText(t *testing.T) {
	for name, c := range map[string]struct {
		in          string
		least, most int
		want        string // empty = refused
	}{
		"trimmed":             {"  散埋乱葬 \r\n", 1, Long, "散埋乱葬"},
		"lines of a long one": {"一\r\n二", 1, Long, "一\n二"},
		"lines of a short":    {"一\n二", 1, Short, ""},
		"a bell":              {"一\a二", 1, Long, ""},
		"no text":             {"\xff\xfe", 1, Long, ""},
		"nothing":             {" \n ", 1, Long, ""},
		"too little":          {"一二三四", 5, Long, ""},
		"as much as may be":   {strings.Repeat("墓", Short), 1, Short, strings.Repeat("墓", Short)},
		"too much":            {strings.Repeat("墓", Short+1), 1, Short, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Text("text", "问题", c.in, c.least, c.most)
			if got != c.want || (c.want == "") != fault.Is(err, fault.Invalid) {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
	if got, err := Text("text", "问题", " ", 0, Short); got != "" || err != nil {
		t.Errorf("what may be left out: %q, %v", got, err)
	}
}

func TestImpersonal(t *testing.T) {
	for text, fine := range map[string]bool{
		"电话 023-77700000": true, "编号 500156202600000123456": true, "联系13900000000核实": false,
		"身份证 11010119900101123X": false, "13900000000": false,
	} {
		if err := Impersonal("text", text); (err == nil) != fine {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestEvidence(t *testing.T) {
	if got, err := Evidence([]string{" 照片 "}, 1); err != nil || len(got) != 1 || got[0] != "照片" {
		t.Errorf("%q, %v", got, err)
	}
	for name, list := range map[string][]string{"none": nil, "an empty one": {" "}, "too many": make([]string, mostProofs+1)} {
		if _, err := Evidence(list, 1); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
