package mongo

import (
	"context"
	"errors"
	"fmt"

	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"shenzhong/services/kit/fault"
)

// passing are codes of errors that another try may not meet: no primary at the
// moment, a connection or a lock that was lost, no time left, no majority.
var passing = []int{
	6, 7, 24, 43, 50, 64, 79, 89, 91, 100, 112, 133, 134, 189, 251, 262, 317, 358, 9001, 10058, 10107, 11600, 11602, 13435, 13436, 46841,
}

// noSpace are codes of errors that only an operator can mend.
var noSpace = []int{14031, 39}

// Fault says what an error of the driver means to whoever asked. A server that is
// away, slow or full passes; anything else is ours.
func (db *DB) Fault(attempt string, err error) error { return db.fault(attempt, err) }

func (db *DB) fault(attempt string, err error) error {
	var known *fault.Fault
	switch {
	case err == nil, errors.As(err, &known), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, driver.ErrClientDisconnected):
		return fmt.Errorf("%s: %w: %w", attempt, fault.New(fault.Unavailable, "系统正在停止，请稍后再试"), err)
	case has(err, noSpace):
		return fmt.Errorf("%s: %w: %w", attempt, fault.New(fault.Unavailable, "存储空间不足，暂时不能办理，请联系管理员"), err)
	case passes(err):
		return fmt.Errorf("%s: %w: %w", attempt, fault.New(fault.Unavailable, "存储暂时不可用，请稍后再试"), err)
	}
	return fmt.Errorf("%s: %w", attempt, err)
}

func passes(err error) bool {
	var said driver.ServerError
	labeled := errors.As(err, &said) &&
		(said.HasErrorLabel("RetryableWriteError") || said.HasErrorLabel("TransientTransactionError") || said.HasErrorLabel("UnknownTransactionCommitResult"))
	var away topology.ServerSelectionError
	var wrote driver.WriteException
	noMajority := errors.As(err, &wrote) && wrote.WriteConcernError != nil
	return labeled || noMajority || driver.IsTimeout(err) || driver.IsNetworkError(err) || errors.As(err, &away) || has(err, passing)
}

func has(err error, codes []int) bool {
	var said driver.ServerError
	if !errors.As(err, &said) {
		return false
	}
	for _, code := range codes {
		if said.HasErrorCode(code) {
			return true
		}
	}
	return false
}
