//go:build storeserver

package main

import (
	"context"
	"io"
	"os"
	"testing"
)

// TestProcessesOnAStoreServer plays the rehearsal with every context a process
// of its own against one NATS server and one store server, and in one process with
// everything embedded: both say the same. The suite of the stores (deploy/conformance) names the server and runs it.
func TestProcessesOnAStoreServer(t *testing.T) {
	server := os.Getenv("SHENZHONG_STORE_SERVER")
	if server == "" {
		t.Fatal("SHENZHONG_STORE_SERVER names no server: run make conformance")
	}
	one := played(t, func(ctx context.Context, out io.Writer) error {
		return rehearse(ctx, out, rehearseFlags{json: true, store: "sqlite"})
	})
	many := played(t, func(ctx context.Context, out io.Writer) error { return rehearseMany(ctx, t, out, server) })
	same(t, one, many)
}
