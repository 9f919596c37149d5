package bench

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails if what was measured goes on. Two goroutines of the HTTP server
// only sleep: one keeps the date for the whole process, one cleans up after
// each server and looks every ten seconds whether it was stopped.
func TestMain(m *testing.M) {
	const server = "github.com/valyala/fasthttp."
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction(server+"updateServerDate.func1"),
		goleak.IgnoreAnyFunction(server+"(*workerPool).Start.func2"))
}
