//go:build verifiers

package fdraw

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// browser is a real Chromium, spoken to over a pipe (Chrome DevTools Protocol).
// A machine without one fails the test: "make verifiers" installs it.
type browser struct {
	tb      testing.TB
	in      io.Writer
	out     *bufio.Reader
	id      int
	session string
	// requests is every address that a page asked for.
	requests []string
}

func newBrowser(tb testing.TB) *browser {
	tb.Helper()
	names := []string{"chromium", "chromium-browser", "google-chrome"}
	i := slices.IndexFunc(names, func(name string) bool { _, err := exec.LookPath(name); return err == nil })
	if i < 0 {
		tb.Fatal("there is no Chromium on this machine; run make verifiers")
	}
	commands, in, err := os.Pipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, answers, err := os.Pipe()
	if err != nil {
		tb.Fatal(err)
	}
	cmd := exec.Command(names[i], "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--user-data-dir="+tb.TempDir(), "--remote-debugging-pipe", "about:blank")
	cmd.ExtraFiles = []*os.File{commands, answers}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	b := &browser{tb: tb, in: in, out: bufio.NewReader(out)}
	tb.Cleanup(func() {
		b.session = ""
		b.call("Browser.close", nil)
		_ = in.Close()
		_ = cmd.Wait() // it may end with a signal, which is no concern of the test
	})
	_ = commands.Close()
	_ = answers.Close()
	target := b.call("Target.createTarget", map[string]any{"url": "about:blank"})
	attached := b.call("Target.attachToTarget", map[string]any{"targetId": target["targetId"], "flatten": true})
	b.session, _ = attached["sessionId"].(string)
	for _, domain := range []string{"Page", "Runtime", "Network", "DOM"} {
		b.call(domain+".enable", nil)
	}
	return b
}

// call sends a command and waits for its answer.
func (b *browser) call(method string, params map[string]any) map[string]any {
	b.tb.Helper()
	b.id++
	message := map[string]any{"id": b.id, "method": method}
	if params != nil {
		message["params"] = params
	}
	if b.session != "" {
		message["sessionId"] = b.session
	}
	data := must[[]byte](b.tb)(json.Marshal(message))
	if _, err := b.in.Write(append(data, 0)); err != nil {
		b.tb.Fatal(err)
	}
	for {
		data, err := b.out.ReadBytes(0)
		if err != nil {
			b.tb.Fatalf("%s: the browser is gone: %v", method, err)
		}
		var answer struct {
			ID     int            `json:"id"`
			Method string         `json:"method"`
			Result map[string]any `json:"result"`
			Params struct {
				Request struct {
					URL string `json:"url"`
				} `json:"request"`
			} `json:"params"`
			Error *struct {
				Message string `json:"message"`
			} `json:"error"`
		}
		if err := json.Unmarshal(data[:len(data)-1], &answer); err != nil {
			b.tb.Fatal(err)
		}
		if answer.Method == "Network.requestWillBeSent" {
			b.requests = append(b.requests, answer.Params.Request.URL)
		}
		if answer.ID != b.id {
			continue
		}
		if answer.Error != nil {
			b.tb.Fatalf("%s: %s", method, answer.Error.Message)
		}
		return answer.Result
	}
}

// open writes a page to a file and loads it from there, as a citizen who saved
// it would. The network is cut first.
func (b *browser) open(html []byte) {
	b.tb.Helper()
	file := filepath.Join(b.tb.TempDir(), "page.html")
	if err := os.WriteFile(file, html, 0o600); err != nil {
		b.tb.Fatal(err)
	}
	b.call("Network.emulateNetworkConditions", map[string]any{"offline": true, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0})
	b.call("Page.navigate", map[string]any{"url": "file://" + file})
	b.await(`document.readyState === "complete" && location.protocol === "file:"`)
}

// eval is the value of a JavaScript expression.
func (b *browser) eval(expression string) any {
	b.tb.Helper()
	out := b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true})
	if bad, ok := out["exceptionDetails"]; ok {
		b.tb.Fatalf("%.200s: %v", expression, bad)
	}
	result, _ := out["result"].(map[string]any)
	return result["value"]
}

// text is eval for an expression that is a string.
func (b *browser) text(expression string) string {
	b.tb.Helper()
	s, ok := b.eval(expression).(string)
	if !ok {
		b.tb.Fatalf("%.200s is not a string", expression)
	}
	return s
}

// await waits until an expression is true.
func (b *browser) await(expression string) {
	b.tb.Helper()
	for range 400 {
		if done, _ := b.eval(expression).(bool); done {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	b.tb.Fatalf("still not: %s", expression)
}

// choose puts a file into the file input that a selector names.
func (b *browser) choose(selector, file string) {
	b.tb.Helper()
	document := b.call("DOM.getDocument", nil)["root"].(map[string]any)
	node := b.call("DOM.querySelector", map[string]any{"nodeId": document["nodeId"], "selector": selector})
	b.call("DOM.setFileInputFiles", map[string]any{"nodeId": node["nodeId"], "files": []string{file}})
}

// width makes the window so wide, as a screen of that width would.
func (b *browser) width(pixels int) {
	b.tb.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": pixels, "height": 900, "deviceScaleFactor": 1, "mobile": pixels < 640})
}

// alone fails if a page asked for anything but itself.
func (b *browser) alone() {
	b.tb.Helper()
	for _, url := range b.requests {
		if !strings.HasPrefix(url, "file://") && url != "about:blank" && !strings.HasPrefix(url, "blob:") {
			b.tb.Errorf("the page asked for %s", url)
		}
	}
}
