package mongo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.uber.org/goleak"

	"shenzhong/services/kit/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// What runs against a server is in deploy/conformance, a module of its own.

func TestRefusal(t *testing.T) {
	fit := func(change func(*server)) server {
		s := server{Version: "8.0.4", Parts: []int32{8, 0, 4, 0}, Set: "rs0", Primary: true}
		change(&s)
		return s
	}
	tests := []struct {
		name         string
		server       server
		trial, taken bool
	}{
		{"a replica set", fit(func(*server) {}), false, true},
		{"the oldest that is maintained", fit(func(s *server) { s.Parts = []int32{7, 0, 0, 0} }), false, true},
		{"one server", fit(func(s *server) { s.Set = "" }), false, true},
		{"a router", fit(func(s *server) { s.Set, s.Message = "", "isdbgrid" }), false, true},
		{"a secondary", fit(func(s *server) { s.Primary = false }), false, false},
		{"a secondary, for trial", fit(func(s *server) { s.Primary = false }), true, false},
		{"with an arbiter", fit(func(s *server) { s.Arbiters = []string{"c:27017"} }), false, false},
		{"with an arbiter, for trial", fit(func(s *server) { s.Arbiters = []string{"c:27017"} }), true, false},
		{"too old", fit(func(s *server) { s.Parts = []int32{6, 0, 27, 0} }), false, false},
		{"too old, for trial", fit(func(s *server) { s.Parts = []int32{6, 0, 27, 0} }), true, true},
		{"FerretDB", fit(func(s *server) { s.Ferret = "v1.24.2" }), false, false},
		{"FerretDB, for trial", fit(func(s *server) { s.Ferret = "v1.24.2" }), true, true},
		{"SecantusDB", fit(func(s *server) { s.Secantus = "0.7.0" }), false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.server.refusal(tt.trial); (err == nil) != tt.taken {
				t.Errorf("refusal: %v; taken should be %v", err, tt.taken)
			}
		})
	}
}

func TestFault(t *testing.T) {
	db := &DB{}
	tests := []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"nothing", nil, ""},
		{"no primary", driver.CommandError{Code: 10107}, fault.Unavailable},
		{"a write without a majority", driver.WriteException{WriteConcernError: &driver.WriteConcernError{Code: 64}}, fault.Unavailable},
		{"a label of the driver", driver.CommandError{Labels: []string{"RetryableWriteError"}}, fault.Unavailable},
		{"a broken connection", driver.CommandError{Labels: []string{"NetworkError"}}, fault.Unavailable},
		{"out of time", fmt.Errorf("find: %w", context.DeadlineExceeded), fault.Unavailable},
		{"out of space", driver.CommandError{Code: 14031}, fault.Unavailable},
		{"closed", driver.ErrClientDisconnected, fault.Unavailable},
		{"a fault already", fault.New(fault.Conflict, "x"), fault.Conflict},
		{"not allowed", driver.CommandError{Code: 13}, fault.Internal},
		{"a wrong query", driver.CommandError{Code: 2}, fault.Internal},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := db.Fault("append", tt.err)
			if kind := fault.KindOf(err); kind != tt.want {
				t.Errorf("%v is %q; want %q", err, kind, tt.want)
			}
			if tt.err != nil && err == nil {
				t.Error("the error was lost")
			}
		})
	}
	if err := db.Fault("append", context.Canceled); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled became %v", err)
	}
}

// A password stands in many an address; no error may repeat it.
func TestPasswordIsNotShown(t *testing.T) {
	for _, uri := range []string{
		"mongodb://mzj:gongmu2026@127.0.0.1:1/?serverSelectionTimeoutMS=10", "mongodb://mzj:gongmu2026@/%zz", "mongodb://mzj:gongmu2026@a:b:c/",
	} {
		_, err := Open(t.Context(), uri, "x", Options{Wait: 20 * time.Millisecond})
		if err == nil || strings.Contains(err.Error(), "gongmu2026") {
			t.Errorf("open: %v; want an error without the password", err)
		}
	}
}
