package sqlite

import (
	"fmt"

	"shenzhong/services/kit/fault"
)

// Primary result codes of SQLite that call for an answer of their own.
const (
	busy      = 5
	locked    = 6
	nomem     = 7
	readonly  = 8
	interrupt = 9
	ioerr     = 10
	full      = 13
	cantopen  = 14
)

// fault says what an error of SQLite means to whoever asked. Locks, a full disk
// and a disk that cannot be read pass; anything else is ours.
func (db *DB) fault(attempt string, err error) error {
	if err == nil {
		return nil
	}
	switch db.options.Code(err) & 0xff {
	case 0: // not from SQLite
		return err
	case busy, locked:
		return fmt.Errorf("%s: %w: %w", attempt, fault.New(fault.Unavailable, "系统繁忙，请稍后再试"), err)
	case full:
		return fmt.Errorf("%s: %w: %w", attempt, fault.New(fault.Unavailable, "存储空间不足，暂时不能办理，请联系管理员"), err)
	case nomem, readonly, ioerr, cantopen:
		return fmt.Errorf("%s: %w: %w", attempt, fault.New(fault.Unavailable, "存储暂时不可用，请稍后再试"), err)
	}
	return fmt.Errorf("%s: %w", attempt, err)
}
