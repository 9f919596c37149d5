package discloseweb_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"shenzhong/events"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/web/webtest"
)

// get reads what is no page.
func (s *scene) get(t *testing.T, path string, status int) webtest.Answer {
	t.Helper()
	a := webtest.Get(t, s.Server, path, webtest.Call{})
	if a.Status != status {
		t.Fatalf("%s: answered %d %s", path, a.Status, a.Body)
	}
	return a
}

// TestRecordIsProvedFromItsPage takes the two files that the page of a record
// offers and the keys of the log, and needs nothing else.
func TestRecordIsProvedFromItsPage(t *testing.T) {
	s := newScene(t)
	id := s.decide(t, caseID, "legal", "青松殡仪服务有限公司", "强制捆绑销售。")
	s.get(t, "/records/"+id+"/proof", http.StatusNotFound)
	s.publish(t, id)
	if _, body := s.page(t, "/records/"+id, http.StatusOK); !strings.Contains(body, "日志证明正在生成") {
		t.Error("the page does not say that the proof is not there yet")
	}
	s.get(t, "/records/"+id+"/proof", http.StatusServiceUnavailable)
	s.sign(t)
	doc, _ := s.page(t, "/records/"+id, http.StatusOK)
	box := doc.Find(".proof")
	text := s.get(t, "/records/"+id+"/proof", http.StatusOK)
	document := s.get(t, "/records/"+id+"/document", http.StatusOK)
	if !strings.Contains(text.Header.Get("Content-Disposition"), id+".tlog-proof") || !strings.Contains(document.Header.Get("Content-Disposition"), id+".json") {
		t.Errorf("the files are called %q and %q", text.Header.Get("Content-Disposition"), document.Header.Get("Content-Disposition"))
	}
	proof, err := publiclog.ParseProof(string(text.Body))
	if err != nil {
		t.Fatal(err)
	}
	proof.Document = string(document.Body)
	keys := strings.Fields(string(s.get(t, "/log/keys", http.StatusOK).Body))
	if err := proof.Check(keys); err != nil {
		t.Errorf("the proof does not hold: %v", err)
	}
	head, err := publiclog.ParseHead(proof.Checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{proof.Record, "第 1 版", head.Print, "shenzhong verify record"} {
		if !strings.Contains(box.Text(), words) {
			t.Errorf("the box does not show %q: %s", words, box.Text())
		}
	}
	if !strings.Contains(string(document.Body), "青松殡仪服务有限公司") {
		t.Errorf("the document reads %s", document.Body)
	}
}

// TestLogIsServedAsTiles reads the log below /log as any client of C2SP
// tlog-tiles does.
func TestLogIsServedAsTiles(t *testing.T) {
	s := newScene(t)
	s.publish(t, s.decide(t, caseID, "legal", "青松殡仪服务有限公司", "强制捆绑销售。"))
	s.sign(t)
	checkpoint := s.get(t, "/log/checkpoint", http.StatusOK)
	head, err := publiclog.ParseHead(string(checkpoint.Body))
	if err != nil || checkpoint.Header.Get("Content-Type") != "text/plain; charset=utf-8" || checkpoint.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%v, %v", checkpoint.Header, err)
	}
	var tree publiclog.Tree
	tile := publiclog.EntryTile(0, head.Size)
	entries := s.get(t, "/log/"+tile.Path(), http.StatusOK)
	if entries.Header.Get("Content-Type") != "application/octet-stream" || entries.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%v", entries.Header)
	}
	leaves, err := publiclog.ParseBundle(entries.Body, int(head.Size))
	if err != nil {
		t.Fatal(err)
	}
	for _, leaf := range leaves {
		if err := tree.Add(leaf); err != nil {
			t.Fatal(err)
		}
	}
	if root, err := tree.Root(head.Size); err != nil || root.String() != head.Root {
		t.Errorf("the entries make %s, %v; the checkpoint says %s", root, err, head.Root)
	}
	for _, hashes := range publiclog.HashTiles(head.Size) {
		want, err := tree.Nodes(hashes)
		if got := s.get(t, "/log/"+hashes.Path(), http.StatusOK); err != nil || string(got.Body) != string(want) {
			t.Errorf("%s is not of the tree, %v", hashes.Path(), err)
		}
	}
	for _, path := range []string{"/log/tile/0/001", "/log/tile/x/000", "/log/tile/entries/000", "/log/tile/..%2fkeys"} {
		s.get(t, path, http.StatusNotFound)
	}
	_, body := s.page(t, "/log", http.StatusOK)
	for _, words := range []string{head.Print, "example.invalid/fdlog-500156-1", "SM2", "shenzhong verify log"} {
		if !strings.Contains(body, words) {
			t.Errorf("the page does not show %q", words)
		}
	}
}

// TestFullTilesMayBeKept publishes nothing but fills the first tile.
func TestFullTilesMayBeKept(t *testing.T) {
	s := newScene(t)
	for i := range publiclog.TileWidth {
		s.draws.Say(t, "draw", "500156-2026-"+pad(i), events.DrawAnnounced{Draw: "500156-2026-" + pad(i), Attempt: 1, File: "announce\n"})
	}
	s.pump(t)
	for _, path := range []string{"/log/tile/0/000", "/log/tile/entries/000"} {
		if a := s.get(t, path, http.StatusOK); !strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %v", path, a.Header)
		}
	}
	if a := s.get(t, "/log/tile/0/000.p/7", http.StatusOK); len(a.Body) != 7*32 || strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("a partial tile: %d bytes, %v", len(a.Body), a.Header)
	}
}

// TestWithdrawnHasNoProof takes the document and the salt away with the record.
func TestWithdrawnHasNoProof(t *testing.T) {
	s := newScene(t)
	id := s.decide(t, caseID, "legal", "青松殡仪服务有限公司", "强制捆绑销售。")
	s.publish(t, id)
	s.sign(t)
	s.cases.Say(t, "case", caseID, events.DecisionRevoked{Case: caseID, Manner: "revoked", Reason: "复议机关撤销", On: "2026-11-02"})
	s.pump(t)
	s.Clock.Set(time.Date(2026, 11, 4, 2, 0, 0, 0, time.UTC))
	s.does(t, first, "/records/"+id+"/withdraw", `{"reason":"复议机关撤销原决定"}`)
	for _, path := range []string{"/proof", "/document"} {
		if a := s.get(t, "/records/"+id+path, http.StatusGone); strings.Contains(string(a.Body), "青松") || strings.Contains(string(a.Body), "salt") {
			t.Errorf("%s: %s", path, a.Body)
		}
	}
}

// TestStateIsServed reads the list of all records, and the proof of one and of
// none.
func TestStateIsServed(t *testing.T) {
	s := newScene(t)
	id := s.decide(t, caseID, "legal", "青松殡仪服务有限公司", "强制捆绑销售。")
	s.publish(t, id)
	s.sign(t)
	keys := strings.Fields(string(s.get(t, "/log/keys", http.StatusOK).Body))
	state, err := publiclog.ParseState(0, string(s.get(t, "/log/state", http.StatusOK).Body))
	if err != nil || len(state.Lines) != 1 || strings.Contains(state.File(), id) {
		t.Fatalf("%q, %v", state.File(), err)
	}
	name := strings.Fields(state.Lines[0])[1]
	for record, listed := range map[string]bool{name: true, strings.Repeat("f", 32): false} {
		a := webtest.Get(t, s.Server, "/api/v1/public/log/state/"+record, webtest.Call{})
		if a.Status != http.StatusOK {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		st, err := webtest.Read[publiclog.StateProof](t, a).Check(keys)
		if err != nil || st.Listed != listed || listed && st.Word != publiclog.Live {
			t.Errorf("%s: %+v, %v", record, st, err)
		}
	}
}
