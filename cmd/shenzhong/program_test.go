package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"
)

// asProgram makes the test binary the program, so that a test can run it as
// other processes.
const asProgram = "SHENZHONG_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	const broker = "github.com/nats-io/nats-server/v2/server"
	goleak.VerifyTestMain(m, // what libraries let sleep once more before it ends
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"),
		goleak.IgnoreTopFunction(broker+".(*fileStore).flushStreamStateLoop"),
		goleak.IgnoreTopFunction(broker+".(*msgBlock).flushLoop"),
		goleak.IgnoreTopFunction(broker+"/ats.Register.func1"))
}

// start runs the program with those arguments until the test ends, and returns
// the address at which it is ready.
func start(ctx context.Context, t *testing.T, args ...string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = append(os.Environ(), asProgram+"=yes")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Logf("%v: %v", args, err)
		}
		if err := cmd.Wait(); err != nil && ctx.Err() == nil {
			t.Errorf("%v ended with %v: %s", args, err, complaints.String())
		}
	})
	return readyAt(t, out, &complaints)
}

// readyAt reads the address at which a program says that it is ready.
func readyAt(t *testing.T, out io.Reader, complaints *bytes.Buffer) string {
	t.Helper()
	line, err := bufio.NewReader(out).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if err != nil || !ok {
		t.Fatalf("said %q, %v: %s", line, err, complaints.String())
	}
	return url
}
