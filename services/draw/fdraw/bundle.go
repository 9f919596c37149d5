package fdraw

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// bundleFormat is the value of Bundle.Format.
const bundleFormat = "fdraw/v1 bundle"

// Bundle is everything about one draw that is public so far, as one JSON
// document. The files in it are the exact bytes that were hashed. What is
// missing is left empty; Verify says which checks that prevents.
type Bundle struct {
	Format string `json:"format"`

	// The files of the draw (section 3).
	Announce string `json:"announce,omitempty"`
	Policy   string `json:"policy,omitempty"`
	Pool     string `json:"pool,omitempty"`
	Officers string `json:"officers,omitempty"`
	Freeze   string `json:"freeze,omitempty"`
	Reveals  string `json:"reveals,omitempty"`
	Beacon   string `json:"beacon,omitempty"`
	Result   string `json:"result,omitempty"`
	Sealed   string `json:"sealed,omitempty"`

	// What the checks beyond the draw itself need.
	Fallback      string         `json:"fallback,omitempty"`      // V5, when the announced number was not drawn
	Void          string         `json:"void,omitempty"`          // V5, V8, V9, V12, of an attempt that was given up
	Notices       []IssuedNotice `json:"notices,omitempty"`       // V7
	Registry      string         `json:"registry,omitempty"`      // V10, V11
	PreviousPool  string         `json:"previous_pool,omitempty"` // V11
	Changes       string         `json:"changes,omitempty"`       // V11
	Numbers       string         `json:"numbers,omitempty"`       // V12
	Substitutions []string       `json:"substitutions,omitempty"` // V13, in order of number
	Ledger        string         `json:"ledger,omitempty"`        // V9, V14
	Log           *LogExtract    `json:"log,omitempty"`           // V8, V9, V14
	Countersigns  []string       `json:"countersigns,omitempty"`  // what parties have signed after recomputing it
	Earlier       []string       `json:"earlier,omitempty"`       // reveals files of other draws, to find nonces used twice
}

// IssuedNotice is a notice as a facility holds it.
type IssuedNotice struct {
	Text  string `json:"text"`
	Proof Proof  `json:"proof"`
}

// LogExtract is the part of the public log that concerns the draw.
type LogExtract struct {
	WitnessPolicy string    `json:"witness_policy,omitempty"`
	Checkpoints   []string  `json:"checkpoints"`
	Leaves        []LogLeaf `json:"leaves"`
}

// LogLeaf is a log entry with proofs that checkpoints of some sizes cover it.
type LogLeaf struct {
	Text   string  `json:"text"`
	Proofs []Proof `json:"proofs"`
}

// ParseBundle reads a bundle strictly: an unknown or repeated key is an error,
// because two readers might then see two different draws.
func ParseBundle(data []byte) (*Bundle, error) {
	if err := checkKeys(json.NewDecoder(bytes.NewReader(data))); err != nil {
		return nil, fmt.Errorf("验证包不是规范的 JSON：%s", inChinese(err))
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var b Bundle
	if err := d.Decode(&b); err != nil {
		return nil, fmt.Errorf("验证包的内容不合格式：%s", inChinese(err))
	}
	if b.Format != bundleFormat {
		return nil, fmt.Errorf("验证包的 format 应为“%s”，实为“%s”", bundleFormat, show(b.Format))
	}
	return &b, nil
}

// bundleError is an error of ours, already in Chinese.
type bundleError string

func (e bundleError) Error() string { return string(e) }

// inChinese says what encoding/json complains about.
func inChinese(err error) string {
	var own bundleError
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &own):
		return string(own)
	case errors.As(err, &syntax):
		return fmt.Sprintf("第 %d 个字节处语法有误", syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Sprintf("“%s”一项的类型不对", show(kind.Field))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "内容到此中断"
	}
	if key, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return "不认识的键 " + show(key)
	}
	return "有一项不能读取，可能是证明中的摘要"
}

// checkKeys demands one JSON value whose keys are lowercase and unique within
// their object; encoding/json alone would take the last of several, and a
// capital letter for a small one.
func checkKeys(d *json.Decoder) error {
	if err := checkValue(d); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return bundleError("末尾有多余的内容")
	}
	return nil
}

func checkValue(d *json.Decoder) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			key, err := d.Token()
			if err != nil {
				return err
			}
			name, _ := key.(string) // within an object the decoder yields nothing else
			if seen[name] {
				return bundleError("键“" + show(name) + "”重复")
			}
			if !lowercase(name) {
				return bundleError("不认识的键“" + show(name) + "”")
			}
			seen[name] = true
		}
		if err := checkValue(d); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

func lowercase(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && c != '_' {
			return false
		}
	}
	return s != ""
}

// JSON writes the bundle, indented for people.
func (b *Bundle) JSON() ([]byte, error) {
	out := *b
	out.Format = bundleFormat
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(&out); err != nil {
		return nil, fmt.Errorf("write bundle: %w", err)
	}
	return buf.Bytes(), nil
}
