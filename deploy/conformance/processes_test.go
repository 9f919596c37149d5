package conformance

import (
	"os"
	"os/exec"
	"testing"
)

// TestProcesses has the program play its rehearsal on each store server, as one
// process and as one process a context, and compare what was said. FerretDB is
// left out: it does not replace a row in one step (docs/stores.md), and two
// processes fold the same views here.
func TestProcesses(t *testing.T) {
	for _, s := range servers {
		if s.alone {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-timeout", "25m", "-tags", "storeserver", "-run", "OnAStoreServer", "./cmd/shenzhong")
			cmd.Dir = "../.."
			cmd.Env = append(os.Environ(), "SHENZHONG_STORE_SERVER="+s.uri)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		})
	}
}
