package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
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
	return unreadable(json.Unmarshal(data, into, json.RejectUnknownMembers(true)))
}

// read returns a document as it was sent.
func read(data []byte) (any, error) {
	var document any
	if err := json.Unmarshal(data, &document); err != nil {
		return nil, unread(data, err)
	}
	return document, sound(document, 0)
}

// unread says why the decoder did not take data.
func unread(data []byte, err error) error {
	if !utf8.Valid(data) {
		return errors.New("提交的内容不是有效的 UTF-8 文本，请改用 UTF-8 编码后重新提交")
	}
	if json.Unmarshal(data, new(any), jsontext.AllowInvalidUTF8(true)) == nil { // half a surrogate
		return errBroken
	}
	if json.UnmarshalDecode(jsontext.NewDecoder(bytes.NewReader(data)), new(any)) == nil {
		return errors.New("JSON 之后还有多余的内容，请删去后重新提交")
	}
	return unreadable(err)
}

// sound refuses text that nobody can read, and what lies deeper than depthLimit.
func sound(value any, depth int) error {
	switch v := value.(type) {
	case string:
		return whole(v)
	case []any:
		if depth == depthLimit {
			return errDeep
		}
		for _, each := range v {
			if err := sound(each, depth+1); err != nil {
				return err
			}
		}
	case map[string]any:
		if depth == depthLimit {
			return errDeep
		}
		for name, each := range v {
			if err := whole(name); err != nil {
				return err
			}
			if err := sound(each, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

var errDeep = fmt.Errorf("内容嵌套超过 %d 层，请精简后重新提交", depthLimit)

// whole refuses the sign that the decoder puts where it could not read a
// character, and characters that are none of any writing: what is kept has to
// be printed, searched and exported.
func whole(text string) error {
	switch {
	case strings.ContainsRune(text, utf8.RuneError):
		return errBroken
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

// unreadable says in Chinese why a document could not be read.
func unreadable(err error) error {
	var syntax *jsontext.SyntacticError
	var kind *json.SemanticError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jsontext.ErrDuplicateName) && errors.As(err, &syntax):
		return fmt.Errorf("“%s”出现了两次，请只保留一个", short(syntax.JSONPointer.LastToken()))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("JSON 不完整，请检查后重新提交")
	case errors.As(err, &syntax):
		return fmt.Errorf("JSON 语法有误，请检查第 %d 个字节附近", syntax.ByteOffset)
	case errors.As(err, &kind) && kind.JSONPointer != "":
		return fmt.Errorf("“%s”的名称、类型或者大小不正确，请对照接口文档修改", short(kind.JSONPointer.LastToken()))
	case errors.As(err, &kind):
		return errors.New("有一项的类型或大小不正确，请对照接口文档修改")
	}
	return errors.New("JSON 无法读取，请对照接口文档检查")
}

var errBroken = errors.New("提交的内容中有无法识别的字符，请检查编码后重新提交")

// short keeps what a stranger named from filling an answer.
func short(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "……"
	}
	return text
}
