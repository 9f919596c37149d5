package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"shenzhong/services/kit/fault"
)

// missing is how the message about a required property begins. The validator
// names the object that lacks it; a person looks for the property.
const missing = "缺少必填项 "

// saying is one message of the validator and what it says here. Its verbs are
// those of the original, in the same order; %.0s swallows an English detail.
type saying struct {
	message *string
	words   string
}

// sayings is every message of the validator that can be replaced.
func sayings() []saying {
	return []saying{
		{&validation.MsgUnexpectedProperty, "没有这一项，请删去或对照接口文档改正名称"},
		{&validation.MsgExpectedRFC3339DateTime, "应为带时区的时间，例如 2026-11-24T09:30:00+08:00"},
		{&validation.MsgExpectedRFC1123DateTime, "应为 RFC 1123 格式的时间"},
		{&validation.MsgExpectedRFC3339Date, "应为日期，例如 2026-11-24"},
		{&validation.MsgExpectedRFC3339Time, "应为时刻，例如 09:30:00+08:00"},
		{&validation.MsgExpectedRFC5322Email, "应为电子邮箱地址%.0s"},
		{&validation.MsgExpectedRFC5322EmailBare, "应为电子邮箱地址，不带姓名"},
		{&validation.MsgExpectedRFC5890Hostname, "应为主机名"},
		{&validation.MsgExpectedRFC2673IPv4, "应为 IPv4 地址"},
		{&validation.MsgExpectedRFC2373IPv6, "应为 IPv6 地址"},
		{&validation.MsgExpectedRFCIPAddr, "应为 IPv4 或 IPv6 地址"},
		{&validation.MsgExpectedRFC3986URI, "应为网址%.0s"},
		{&validation.MsgExpectedRFC3986AbsoluteURI, "应为完整网址，例如 https://www.example.gov.cn/"},
		{&validation.MsgExpectedRFC4122UUID, "应为 UUID%.0s"},
		{&validation.MsgExpectedRFC6570URITemplate, "应为网址模板"},
		{&validation.MsgExpectedRFC6901JSONPointer, "应为 JSON 指针"},
		{&validation.MsgExpectedRFC6901RelativeJSONPointer, "应为相对 JSON 指针"},
		{&validation.MsgExpectedRegexp, "应为正则表达式%.0s"},
		{&validation.MsgExpectedMatchAtLeastOneSchema, "不符合任何一种允许的写法，请对照接口文档"},
		{&validation.MsgExpectedMatchExactlyOneSchema, "不符合任何一种允许的写法，请对照接口文档"},
		{&validation.MsgExpectedNotMatchSchema, "不允许这样填写，请对照接口文档"},
		{&validation.MsgExpectedPropertyNameInObject, "缺少用来区分类型的一项，请对照接口文档"},
		{&validation.MsgExpectedBoolean, "应为 true 或 false"},
		{&validation.MsgExpectedDuration, "应为时长%.0s"},
		{&validation.MsgExpectedNumber, "应为数字"},
		{&validation.MsgExpectedInteger, "应为整数"},
		{&validation.MsgExpectedString, "应为文字"},
		{&validation.MsgExpectedBase64String, "应为 base64 编码"},
		{&validation.MsgExpectedArray, "应为列表"},
		{&validation.MsgExpectedObject, "应为一组带名称的项（JSON 对象）"},
		{&validation.MsgExpectedArrayItemsUnique, "列表中有重复，请删去重复的"},
		{&validation.MsgExpectedOneOf, "只能是下列之一：%s"},
		{&validation.MsgExpectedConst, "只能是 %v"},
		{&validation.MsgExpectedMinimumNumber, "不能小于 %v"},
		{&validation.MsgExpectedExclusiveMinimumNumber, "应大于 %v"},
		{&validation.MsgExpectedMaximumNumber, "不能大于 %v"},
		{&validation.MsgExpectedExclusiveMaximumNumber, "应小于 %v"},
		{&validation.MsgExpectedNumberBeMultipleOf, "应为 %v 的整数倍"},
		{&validation.MsgExpectedMinLength, "至少填 %d 个字"},
		{&validation.MsgExpectedMaxLength, "最多填 %d 个字，请精简"},
		{&validation.MsgExpectedBePattern, "格式不正确，应为%s"},
		{&validation.MsgExpectedMatchPattern, "格式不正确，应符合 %s"},
		{&validation.MsgExpectedMinItems, "至少要有 %d 项"},
		{&validation.MsgExpectedMaxItems, "最多 %d 项，请删减"},
		{&validation.MsgExpectedMinProperties, "至少要有 %d 项"},
		{&validation.MsgExpectedMaxProperties, "最多 %d 项，请删减"},
		{&validation.MsgExpectedRequiredProperty, missing + "%s"},
		{&validation.MsgExpectedDependentRequiredProperty, "还应填写 %s，因为已填写 %s"},
		{&validation.MsgExpectedResolvableSchemaRef, "接口文档有误，请联系管理员（%s）"},
	}
}

// fixed are the messages of huma that are literals in its code, by how they
// begin.
var fixed = []struct{ begins, words string }{
	{"required ", "此项必填"},
	{"unknown query parameter", "没有这个查询项，请删去或对照接口文档改正名称"},
	{"invalid integer", "应为整数"},
	{"invalid float", "应为数字"},
	{"invalid boolean", "应为 true 或 false"},
	{"invalid date/time", "应为带时区的时间，例如 2026-11-24T09:30:00+08:00"},
	{"expected at most one value", "只能填一个值"},
	{"expected value to match exactly one schema but matched multiple", "同时符合几种写法，无法判断是哪一种，请对照接口文档"},
	{"write only property", "此项只能提交，不能读取"},
}

// speakChinese teaches huma our language. Its messages and its error type are
// variables of its package, so they are set once, before the first operation
// is registered, and the same for every server of the process.
var speakChinese = sync.OnceFunc(func() {
	for _, s := range sayings() {
		*s.message = s.words
	}
	huma.ValidateStrictCasing = true
	huma.NewError = func(code int, msg string, errs ...error) huma.StatusError {
		return refused(nil, code, msg, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, code int, msg string, errs ...error) huma.StatusError {
		return refused(ctx, code, msg, errs)
	}
})

// refused is the problem for a request that huma did not pass on.
func refused(ctx huma.Context, code int, msg string, errs []error) *Problem {
	if ctx == nil { // huma asks for an example to describe in the interface
		return &Problem{Status: code}
	}
	if code >= http.StatusInternalServerError {
		return describe(ctx.Context(), fmt.Errorf("huma: %s: %w", msg, errors.Join(errs...)))
	}
	if _, ok := statuses[code]; !ok {
		code = http.StatusBadRequest
	}
	p := problem(ctx.Context(), code, "")
	for _, err := range errs {
		p.Errors = append(p.Errors, flaw(err))
	}
	switch {
	case code == http.StatusBadRequest && msg == "request body is required":
		p.Detail = "请填写内容后再提交"
	case code == http.StatusBadRequest && len(p.Errors) == 1:
		p.Detail, p.Errors = p.Errors[0].Message, nil
	case code == http.StatusUnsupportedMediaType:
		p.Errors = nil
	case len(p.Errors) > 0:
		p.Detail = fmt.Sprintf("提交的内容有 %d 处不符合要求，请按逐项说明修改后重新提交", len(p.Errors))
	}
	return p
}

// flaw says one validation error in Chinese. What was submitted is not
// repeated: it can hold personal data, and an answer may be kept in a log.
func flaw(err error) Flaw {
	var f *fault.Fault
	if errors.As(err, &f) {
		return Flaw{Field: f.Field, Message: f.Message}
	}
	var detailed huma.ErrorDetailer
	if !errors.As(err, &detailed) {
		return Flaw{Message: worded(err.Error())}
	}
	detail := detailed.ErrorDetail()
	where, field, found := strings.Cut(detail.Location, ".")
	if lacks, ok := strings.CutPrefix(detail.Message, missing); ok {
		return Flaw{Field: strings.TrimPrefix(field+"."+lacks, "."), Message: detail.Message}
	}
	if !found {
		field = where
	}
	return Flaw{Field: field, Message: worded(detail.Message)}
}

// worded is a message of huma in Chinese, whatever it was.
func worded(message string) string {
	if chinese(message) {
		return message
	}
	for _, f := range fixed {
		if strings.HasPrefix(message, f.begins) {
			return f.words
		}
	}
	return "填写不正确，请对照接口文档修改"
}
