package web

import (
	"context"
	"mime"
	"net/http"
)

// File is an answer that a browser keeps as a file.
type File struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// XLSX is the media type of a workbook.
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// Attach is a file of that name and media type.
func Attach(name, kind string, body []byte) *File {
	return &File{Type: kind, Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": name}), Body: body}
}

// Download registers an operation that changes nothing and answers with a file
// of that media type.
func Download[I any](api *API, op Op, kind string, do func(context.Context, *I) (*File, error)) {
	op.file = kind
	register(api, http.MethodGet, op, do)
}
