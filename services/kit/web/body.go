package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// depthLimit is how deep lists and objects may lie in each other.
const depthLimit = 32

// decode reads one JSON document into into. The framework asks for every body
// twice: first as a document (*any), which it holds against the description of
// the operation, then as the type of the operation. The first reading refuses
// what two readers could read differently: text that is not UTF-8 or has
// control characters, half a surrogate, a name given twice, anything behind the
// document. The second refuses a name that the type does not have. The errors
// are Chinese and repeat names, never values.
func decode(data []byte, into any) error {
	if document, ok := into.(*any); ok {
		var err error
		*document, err = read(data)
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return unreadable(err)
	}
	return nil
}

// read returns a document as encoding/json would.
func read(data []byte) (any, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("提交的内容不是有效的 UTF-8 文本，请改用 UTF-8 编码后重新提交")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	document, err := value(dec, 0)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("JSON 之后还有多余的内容，请删去后重新提交")
	}
	return document, nil
}

// value reads one value and refuses what decode does.
func value(dec *json.Decoder, depth int) (any, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, unreadable(err)
	}
	if text, ok := token.(string); ok {
		return text, whole(text)
	}
	open, ok := token.(json.Delim)
	if !ok {
		return token, nil
	}
	if depth == depthLimit {
		return nil, fmt.Errorf("内容嵌套超过 %d 层，请精简后重新提交", depthLimit)
	}
	members, list := map[string]any{}, []any{}
	for dec.More() {
		var key string
		if open == '{' {
			if key, err = name(dec, members); err != nil {
				return nil, err
			}
		}
		v, err := value(dec, depth+1)
		if err != nil {
			return nil, err
		}
		if open == '{' {
			members[key] = v
		} else {
			list = append(list, v)
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, unreadable(err)
	}
	if open == '{' {
		return members, nil
	}
	return list, nil
}

// name reads the name of a member and refuses one that was there before.
func name(dec *json.Decoder, before map[string]any) (string, error) {
	token, err := dec.Token()
	if err != nil {
		return "", unreadable(err)
	}
	text, ok := token.(string)
	if !ok {
		return "", errors.New("JSON 语法有误：项的名称应为文字")
	}
	if _, twice := before[text]; twice {
		return "", fmt.Errorf("“%s”出现了两次，请只保留一个", short(text))
	}
	return text, whole(text)
}

// whole refuses the sign that the decoder puts where it could not read a
// character, and characters that are none of any writing: what is kept has to
// be printed, searched and exported.
func whole(text string) error {
	switch {
	case strings.ContainsRune(text, utf8.RuneError):
		return errors.New("提交的内容中有无法识别的字符，请检查编码后重新提交")
	case !writing(text):
		return errors.New("提交的内容中有控制字符，请删去后重新提交")
	}
	return nil
}

// writing reports whether text is UTF-8 without control characters other than
// those that end lines and columns.
func writing(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
	})
}

// unreadable says in Chinese why the decoder gave up.
func unreadable(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("JSON 不完整，请检查后重新提交")
	case errors.As(err, &syntax):
		return fmt.Errorf("JSON 语法有误，请检查第 %d 个字节附近", syntax.Offset)
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Errorf("“%s”的类型或大小不正确，请对照接口文档修改", short(kind.Field))
	case errors.As(err, &kind):
		return errors.New("有一项的类型或大小不正确，请对照接口文档修改")
	}
	return errors.New("JSON 无法读取，请对照接口文档检查")
}

// short keeps what a stranger named from filling an answer.
func short(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "……"
	}
	return text
}
