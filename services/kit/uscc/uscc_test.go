package uscc

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"shenzhong/services/kit/fault"
)

// published are codes of real bodies; both their check digits hold.
var published = []string{
	"11500000009276118B",
	"115002280086523530", // the weighted sum leaves nothing over: "0"
	"11500233742893960Y", // 30: "Y"
	"11230500001755309F",
	"91230500MA1B3N1N2M",
	"12100000400000624D",
	"12100000400002259P",
	"91110000101623741K",
	"911101066976941872",
	"91350100M000100Y43",
}

func TestPublishedCodesHold(t *testing.T) {
	for _, text := range published {
		code, err := Parse(" " + strings.ToLower(text) + "\t")
		if err != nil || string(code) != text {
			t.Errorf("%s: parsed %q, %v", text, code, err)
			continue
		}
		if err := code.Verify(); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if code.Division() != text[2:8] || code.Organization() != text[8:17] {
			t.Errorf("%s: division %s, organization %s", text, code.Division(), code.Organization())
		}
	}
}

// TestRealCodeThatFails is a company's code with a wrong check digit: it is
// read, and the doubt is put in words.
func TestRealCodeThatFails(t *testing.T) {
	code, err := Parse("91350211M0000XUF46")
	if err != nil {
		t.Fatal(err)
	}
	err = code.Verify()
	if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "应为 R") {
		t.Errorf("Verify = %v; want the digit R", err)
	}
}

// TestOrganizationDigitIsCheckedToo spoils the organization code and makes the
// last digit right again.
func TestOrganizationDigitIsCheckedToo(t *testing.T) {
	first := "1210000040000062" + "5"
	code, err := Parse(first + string(CheckDigit(first)))
	if err != nil {
		t.Fatal(err)
	}
	if err := code.Verify(); err == nil || !strings.Contains(err.Error(), "第 17 位") || !strings.Contains(err.Error(), "应为 4") {
		t.Errorf("Verify = %v; want a doubt about the organization code", err)
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct{ name, text, says string }{
		{"nothing", "", "0 位"},
		{"too short", "11500000009276118", "17 位"},
		{"too long", "11500000009276118BB", "19 位"},
		{"the letter O", "115000000O9276118B", "混淆"},
		{"the letter I", "1I500000009276118B", "混淆"},
		{"a hyphen", "11500000009276-18B", "第 15 位"},
		{"full width", "11500000009276118Ｂ", "第 18 位"},
		{"broken text", "11500000009276118\xff", "第 18 位"},
		{"a number that a spreadsheet rounded", "9.1500156000000E17", "文本格式"},
		{"a letter in the division", "1150000A009276118B", "行政区划"},
		{"no such department", "01500000009276118B", "前两位 01"},
		{"no such kind", "94500000009276118B", "前两位 94"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, err := Parse(tt.text)
			if code != "" || fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Parse = %q, %v; want a refusal that says %q", code, err, tt.says)
			}
		})
	}
}

// drawn draws a code whose check digits both hold.
func drawn(t *rapid.T) string {
	first := rapid.SampledFrom(registrars).Draw(t, "registrar") +
		rapid.StringMatching(`[0-9]{6}`).Draw(t, "division") +
		rapid.StringMatching(`[0-9A-HJ-NPQRTUWXY]{8}`).Draw(t, "organization")
	first += string(OrganizationDigit(first[organizationAt:]))
	return first + string(CheckDigit(first))
}

func TestMadeCodesHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawn(t)
		code, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := code.Verify(); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	})
}

// TestOneWrongCharacterIsNoticed holds for every place and every character: 31
// is prime and no weight is a multiple of it.
func TestOneWrongCharacterIsNoticed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawn(t)
		at := rapid.IntRange(0, Length-1).Draw(t, "at")
		to := alphabet[rapid.IntRange(0, len(alphabet)-1).Draw(t, "to")]
		if text[at] == to {
			return
		}
		if holds(text[:at] + string(to) + text[at+1:]) {
			t.Fatalf("%s with %c at %d holds", text, to, at)
		}
	})
}

// TestSwappedNeighborsAreNoticed holds because neighboring weights differ.
func TestSwappedNeighborsAreNoticed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawn(t)
		at := rapid.IntRange(0, Length-2).Draw(t, "at")
		if text[at] == text[at+1] {
			return
		}
		if holds(text[:at] + string(text[at+1]) + string(text[at]) + text[at+2:]) {
			t.Fatalf("%s with %d and %d swapped holds", text, at, at+1)
		}
	})
}

func holds(text string) bool {
	code, err := Parse(text)
	return err == nil && code.Verify() == nil
}

func TestCheckDigitsOfNothing(t *testing.T) {
	for _, text := range []string{"", "1150000000927611", "115000000O9276118", "115000000092761181"} {
		if got := CheckDigit(text); got != 0 {
			t.Errorf("CheckDigit(%q) = %c", text, got)
		}
	}
	for _, text := range []string{"", "0092761", "0092761-", "009276118"} {
		if got := OrganizationDigit(text); got != 0 {
			t.Errorf("OrganizationDigit(%q) = %c", text, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range published {
		f.Add(text)
	}
	f.Add("91350211M0000XUF46")
	f.Add("1150000000927611\xff\xfe")
	f.Fuzz(func(t *testing.T, text string) {
		code, err := Parse(text)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid || code != "" {
				t.Fatalf("Parse(%q) = %q, %v", text, code, err)
			}
			return
		}
		again, err := Parse(string(code))
		if err != nil || again != code || len(code) != Length {
			t.Fatalf("%q reads %q, then %q, %v", text, code, again, err)
		}
		if err := code.Verify(); err != nil && fault.KindOf(err) != fault.Invalid {
			t.Fatalf("Verify(%q) = %v", code, err)
		}
	})
}
