//go:build verifiers

package fdraw

import (
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shenzhong/services/draw/fdraw/verify"
)

var screens = flag.String("screens", "", "a directory for pictures of the pages")

// picture keeps what a page looks like on a desk and on a telephone, for people.
func (b *browser) picture(name string) {
	b.tb.Helper()
	if *screens == "" {
		return
	}
	for _, width := range []int{1280, 375} {
		b.width(width)
		if over := b.eval("document.documentElement.scrollWidth - window.innerWidth").(float64); over > 0 {
			b.tb.Errorf("%s is %v pixels wider than a window of %d", name, over, width)
		}
		shot := b.call("Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": true})
		data := must[[]byte](b.tb)(base64.StdEncoding.DecodeString(shot["data"].(string)))
		if err := os.WriteFile(filepath.Join(*screens, fmt.Sprintf("%s-%d.png", name, width)), data, 0o600); err != nil {
			b.tb.Fatal(err)
		}
	}
	b.width(1280)
}

func (b *browser) file(name, text string) string {
	b.tb.Helper()
	path := filepath.Join(b.tb.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.tb.Fatal(err)
	}
	return path
}

// TestVerifyPage chooses bundles as a citizen would and reads what is shown.
func TestVerifyPage(t *testing.T) {
	b := newBrowser(t)
	b.open(must[*verify.Page](t)(verify.Draw()).HTML)
	b.picture("verify-empty")
	s := newScenario(t)

	b.choose("#file", b.file("bundle.json", string(must[[]byte](t)(s.bundle.JSON()))))
	b.await(`!!document.getElementById("conclusion")`)
	if got := b.text(`document.querySelector("#conclusion h2").textContent`); got != "各项都成立：名单就是按公开规则抽出来的" {
		t.Errorf("the conclusion is %q", got)
	}
	if n := b.eval(`document.querySelectorAll(".checks li[data-status=holds]").length`); n != float64(14) {
		t.Errorf("%v checks are shown to hold", n)
	}
	for _, v := range s.result.Visits {
		row := b.text(fmt.Sprintf(`document.querySelector("tr[data-facility='%s']").textContent`, v.Facility))
		for _, seat := range v.Seats {
			if !strings.Contains(row, seat.Officer) {
				t.Errorf("%s is not shown at %s: %s", seat.Officer, v.Facility, row)
			}
		}
	}
	if n := b.eval(`document.querySelectorAll("tbody tr").length`); n != float64(len(s.result.Visits)) {
		t.Errorf("%v rows for %d visits", n, len(s.result.Visits))
	}
	if n := b.eval(`document.querySelectorAll("svg rect[fill='#1b4b7a']").length`).(float64); int(n) < len(s.result.Visits) {
		t.Errorf("the ruler shows %v selected", n)
	}
	b.picture("verify-holds")

	forged := s.copy(t)
	swap(t, &forged.Result, s.result.Visits[0].Seats[0].Officer, "mzj-x")
	b.choose("#file", b.file("forged.json", string(must[[]byte](t)(forged.JSON()))))
	b.await(`/有 . 项不成立/.test(document.getElementById("status").textContent)`)
	want := Verify(forged).Find("V6").Why
	if got := b.text(`document.querySelector("li[data-check=V6] p").textContent`); got != want {
		t.Errorf("the page says %q, we say %q", got, want)
	}
	b.picture("verify-fails")

	sealed := &Bundle{Format: bundleFormat, Announce: s.bundle.Announce, Freeze: s.bundle.Freeze, Sealed: s.bundle.Sealed}
	b.choose("#file", b.file("sealed.json", string(must[[]byte](t)(sealed.JSON()))))
	b.await(`/另有 .* 项无从核对/.test(document.getElementById("status").textContent)`)

	b.choose("#file", b.file("letter.json", "致有关单位：<img src=x onerror=alert(1)>"))
	b.await(`/不是验证包/.test(document.querySelector("#status").textContent)`)
	b.alone()
}

// TestCommitPage makes a commitment on the page and opens it with our own code,
// and the other way round.
func TestCommitPage(t *testing.T) {
	b := newBrowser(t)
	b.open(must[*verify.Page](t)(verify.Commit()).HTML)
	dir := t.TempDir()
	b.call("Page.setDownloadBehavior", map[string]any{"behavior": "allow", "downloadPath": dir})
	s := newScenario(t)

	b.choose("#announce", b.file("bundle.json", string(must[[]byte](t)(s.bundle.JSON()))))
	b.await(`document.getElementById("make-part").className === ""`)
	b.choose("#announce", b.file("announce.txt", s.bundle.Announce))
	b.await(`document.getElementById("make-part").className === "" && document.getElementById("party").options.length === 5`)
	b.eval(`document.getElementById("make").click()`)
	b.await(`/请先选择本单位/.test(document.getElementById("made").textContent)`)
	b.eval(`document.getElementById("party").value = "sfj"`)
	b.eval(`document.getElementById("make").click()`)
	commitment := b.text(`document.getElementById("commitment").textContent`)

	path := filepath.Join(dir, "500156-2026-0002-2-sfj.secret.txt")
	text := b.downloaded(path)
	secret := must[*Commit](t)(ParseCommit(text))
	if secret.Head != s.announce.Head || secret.Party != "sfj" || secret.Digest(s.announce.Hash).String() != commitment {
		t.Errorf("the secret file is\n%sand the commitment %s", text, commitment)
	}
	b.picture("commit")

	b.choose("#secret", path)
	b.await(`!!document.getElementById("nonce")`)
	if got := b.text(`document.getElementById("nonce").textContent`); got != secret.Nonce.String() {
		t.Errorf("the page opens it as %s", got)
	}
	if got := b.text(`document.getElementById("promised").textContent`); got != commitment {
		t.Errorf("and promised %s", got)
	}
	other := Commit{Head{s.announce.Draw, 1}, "sfj", secret.Nonce}
	b.choose("#secret", b.file("old.txt", other.Text()))
	b.await(`/秘密文件，公告是/.test(document.getElementById("opened").textContent)`)

	b.eval(`document.getElementById("make").click()`)
	if again := b.text(`document.getElementById("commitment").textContent`); again == commitment {
		t.Error("the same commitment twice")
	}
	b.eval(`Object.defineProperty(window, "crypto", { value: undefined }); document.getElementById("make").click()`)
	b.await(`/没有可靠的随机数来源/.test(document.getElementById("made").textContent) && !document.getElementById("commitment")`)
	b.alone()
}

// downloaded is the text of a file that the page saved.
func (b *browser) downloaded(path string) string {
	b.tb.Helper()
	for range 200 {
		if data, err := os.ReadFile(path); err == nil && len(data) > 0 {
			return string(data)
		}
		b.eval("1") // lets the browser go on
	}
	b.tb.Fatalf("%s was not saved", path)
	return ""
}
