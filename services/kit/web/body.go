package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// depthLimit is how deep lists and objects may lie in each other.
const depthLimit = 32

// decode reads one JSON document into into. It refuses what two readers could
// read differently: text that is not UTF-8, half a surrogate, a name given
// twice, anything behind the document, and, where into is a struct, a name it
// does not have. The errors are Chinese and repeat names, never values.
func decode(data []byte, into any) error {
	if !utf8.Valid(data) {
		return errors.New("提交的内容不是有效的 UTF-8 文本，请改用 UTF-8 编码后重新提交")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := scan(dec, 0); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("JSON 之后还有多余的内容，请删去后重新提交")
	}
	dec = json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return unreadable(err)
	}
	return nil
}

// scan reads one value and refuses what decode does.
func scan(dec *json.Decoder, depth int) error {
	token, err := dec.Token()
	if err != nil {
		return unreadable(err)
	}
	if text, ok := token.(string); ok {
		return whole(text)
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	if depth == depthLimit {
		return fmt.Errorf("内容嵌套超过 %d 层，请精简后重新提交", depthLimit)
	}
	names := map[string]bool{}
	for dec.More() {
		if open == '{' {
			if err := name(dec, names); err != nil {
				return err
			}
		}
		if err := scan(dec, depth+1); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return unreadable(err)
	}
	return nil
}

// name reads the name of a member and refuses one that was there before.
func name(dec *json.Decoder, names map[string]bool) error {
	token, err := dec.Token()
	if err != nil {
		return unreadable(err)
	}
	text, ok := token.(string)
	if !ok {
		return errors.New("JSON 语法有误：项的名称应为文字")
	}
	if names[text] {
		return fmt.Errorf("“%s”出现了两次，请只保留一个", short(text))
	}
	names[text] = true
	return whole(text)
}

// whole refuses the sign that the decoder puts where it could not read a
// character.
func whole(text string) error {
	if strings.ContainsRune(text, utf8.RuneError) {
		return errors.New("提交的内容中有无法识别的字符，请检查编码后重新提交")
	}
	return nil
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
