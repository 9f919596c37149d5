package fault

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestKindOf(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want Kind
	}{
		{"nil", nil, ""},
		{"plain error", io.EOF, Internal},
		{"fault", New(Denied, "无权办理"), Denied},
		{"wrapped fault", fmt.Errorf("route clue: %w", New(Conflict, "已转办")), Conflict},
		{"field", About("uscc", Invalid, "应为18位"), Invalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := KindOf(tt.err); got != tt.want {
				t.Errorf("KindOf(%v) = %q; want %q", tt.err, got, tt.want)
			}
		})
	}
}

func TestWrappedErrorStaysReachable(t *testing.T) {
	err := New(Unavailable, "存储暂不可用：%w", io.ErrUnexpectedEOF)
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatalf("%v does not wrap %v", err, io.ErrUnexpectedEOF)
	}
	if !Is(err, Unavailable) || Is(nil, Unavailable) {
		t.Fatal("Is does not look at the kind")
	}
}
