package monitor

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
)

// TestHonestSiteHolds: an honest site passes M1 to M10, and again after it grew,
// with a memory that went through a file.
func TestHonestSiteHolds(t *testing.T) {
	s := newSite(t)
	checks, m := s.watch(fresh(), monday)
	for id, c := range checks {
		if c.Status != fdraw.Holds {
			t.Errorf("%s %s: %s", id, c.Status, c.Why)
		}
	}
	path := filepath.Join(t.TempDir(), "memory.json")
	if err := m.Memory.Save(path); err != nil {
		t.Fatal(err)
	}
	memory, err := LoadMemory(path)
	if err != nil {
		t.Fatal(err)
	}
	s.state("2026-11-16")
	s.publish()
	checks, _ = s.watch(memory, monday.Add(time.Hour))
	if checks["M1"].Status != fdraw.Holds || !strings.Contains(checks["M1"].Why, "增长到") {
		t.Errorf("%s", verdicts(checks))
	}
}

// TestEachLieIsFound makes the site lie in one way after the other: the check that
// is for it fails, and says what it is about.
func TestEachLieIsFound(t *testing.T) {
	for _, tt := range []struct {
		name, check, why string
		lie              func(*site)
		now              time.Duration
	}{
		{"an entry was exchanged", "M1", "重算的根", func(s *site) {
			raw, err := s.Read(s.t.Context(), "log/tile/entries/000.p/"+itoa(len(s.leaves)))
			if err != nil {
				s.t.Fatal(err)
			}
			s.pages["log/tile/entries/000.p/"+itoa(len(s.leaves))] = strings.Replace(string(raw), "version 1", "version 2", 1)
		}, 0},
		{"a tile was exchanged", "M1", "分片", func(s *site) {
			s.pages["log/tile/0/000.p/"+itoa(len(s.leaves))] = strings.Repeat("x", 32*len(s.leaves))
		}, 0},
		{"the signature is another's", "M1", "有效签名", func(s *site) {
			s.pages["log/keys"] = newSite(s.t).pages["log/keys"]
		}, 0},
		{"two heads", "M1", "分叉", func(s *site) {
			other := *s
			other.leaves = append(append([]string(nil), s.leaves[:5]...), publiclog.Expire(idA, 1, "m3"))
			other.pages = map[string]string{}
			other.publish()
			raw, err := other.Read(s.t.Context(), "log/checkpoint")
			if err != nil {
				s.t.Fatal(err)
			}
			s.pages["log/witnessed"] = string(raw)
		}, 0},
		{"a name in the log", "M2", "不合格式", func(s *site) {
			s.leaves = append(s.leaves, "fdlog/v1 note\nname zhangsan\n")
			s.publish()
		}, 0},
		{"a draw that skips the freeze", "M2", "步骤", func(s *site) {
			s.leaves = append(s.leaves, publiclog.Draw("500156-2026-0003", 1, publiclog.Announce, "a"), publiclog.Draw("500156-2026-0003", 1, publiclog.Reveals, "r"))
			s.publish()
		}, 0},
		{"another document is shown", "M3", "不符", func(s *site) { s.pages["records/"+shownA+"/document"] = "document X" }, 0},
		{"a live record is not shown", "M3", "应在公示", func(s *site) { s.list = s.list[1:] }, 0},
		{"a withdrawn record is shown", "M3", "不再公示", func(s *site) {
			s.leaves = append(s.leaves, publiclog.Expire(idA, 1, "m3"))
			s.publish()
		}, 0},
		{"another list of states", "M3", "状态清单", func(s *site) { s.pages["log/state"] = strings.Replace(s.pages["log/state"], "withdrawn", "live", 1) }, 0},
		{"a withdrawn page still opens", "M4", "仍能打开", func(s *site) {
			delete(s.ended, "records/"+endedB+"/document")
			s.pages["records/"+endedB+"/document"] = "document B"
		}, 0},
		{"the interface still tells", "M4", "接口", func(s *site) {
			s.pages["api/v1/public/records/"+endedB] = `{"id":"x","state":"withdrawn","name":"张某"}`
		}, 0},
		{"the search still finds", "M4", "检索", func(s *site) { s.list[1]["title"] = "B" }, 0},
		{"withdrawn too late", "M5", "迟于", func(s *site) {
			s.leaves = append(s.leaves, publiclog.Record(strings.Repeat("c", 32), 1, [32]byte{}, "c"), publiclog.Withdraw(strings.Repeat("c", 32), 1, "error", "2026-11-02"))
			s.publish()
		}, 0},
		{"sealed and never opened", "M6", "没有启封", func(s *site) { s.leaves = s.leaves[:len(s.leaves)-2]; s.state("2026-11-13"); s.publish() }, 60 * 24 * time.Hour},
		{"never frozen", "M6", "没有锁定", func(s *site) { s.leaves = s.leaves[:len(s.leaves)-6]; s.publish() }, 0},
		{"another announcement", "M6", "不符", func(s *site) {
			s.pages["api/v1/draws/"+draw1+"/files/announce"] = s.pages["api/v1/draws/"+draw2+"/files/announce"]
		}, 0},
		{"void after it could be known", "M6", "作废", func(s *site) {
			s.leaves = append(s.leaves[:len(s.leaves)-4], publiclog.Draw(draw2, 1, publiclog.Void, "v"))
			s.witnessed = beaconAt.Add(-time.Hour)
			s.publish()
		}, 0},
		{"a number is missing", "M7", "不连续", func(s *site) {
			for i, leaf := range s.leaves {
				s.leaves[i] = strings.Replace(leaf, draw2, "500156-2026-0003", 1)
			}
			s.publish()
		}, 0},
		{"witnesses are late", "M8", "黄色", func(*site) {}, 30 * time.Hour},
		{"witnesses are gone", "M8", "红色", func(*site) {}, 80 * time.Hour},
		{"a policy that the log has not", "M8", "没有记入日志", func(s *site) {
			s.pages["log/policy"] = strings.ReplaceAll(s.pages["log/policy"], "witness sifaju ", "witness other ")
			s.pages["log/policy"] = strings.Replace(s.pages["log/policy"], "quorum sifaju", "quorum other", 1)
		}, 0},
		{"a facility drops out of sight", "M9", "不见了", func(s *site) { s.leaves = s.leaves[:len(s.leaves)-7]; s.hold(draw2, "GM0002", "GM0003"); s.publish() }, 0},
		{"a bundle that is not the logged one", "M9", "不是日志所记", func(s *site) {
			s.pages["api/v1/draws/"+draw1+"/bundle"] = strings.Replace(s.pages["api/v1/draws/"+draw1+"/bundle"], "sel GM0001", "sel GM0002", 1)
		}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			tt.lie(s)
			checks, _ := s.watch(fresh(), monday.Add(tt.now))
			if c := checks[tt.check]; c.Status != fdraw.Fails || !strings.Contains(c.Why, tt.why) {
				t.Errorf("%s should fail with %q:\n%s", tt.check, tt.why, verdicts(checks))
			}
		})
	}
}

// TestRewrittenHistoryIsFound: what was seen before is remembered, and a log that
// was rewritten and signed again, is shorter or another one fails M1.
func TestRewrittenHistoryIsFound(t *testing.T) {
	s := newSite(t)
	_, m := s.watch(fresh(), monday)
	for name, rewrite := range map[string]func(){
		"改写":  func() { s.leaves[4] = publiclog.Record(idB, 1, [32]byte{9}, "another") },
		"变短了": func() { s.leaves = s.leaves[:6] },
	} {
		leaves := append([]string(nil), s.leaves...)
		rewrite()
		s.publish()
		checks, _ := s.watch(m.Memory, monday)
		if c := checks["M1"]; c.Status != fdraw.Fails || !strings.Contains(c.Why, name) {
			t.Errorf("%s:\n%s", name, verdicts(checks))
		}
		s.leaves = leaves
	}
}

// TestSparingIsFound: one of two facilities is never drawn in twelve draws of one
// half, which is no chance any more.
func TestSparingIsFound(t *testing.T) {
	s := newSite(t)
	l := &look{Config: Config{Site: s}, memory: fresh(), book: &Book{Leaves: s.leaves}}
	if f, err := l.statistics(t.Context()); err != nil || f.status != fdraw.Holds {
		t.Fatalf("%+v, %v", f, err)
	}
	s.leaves = nil
	for i := range 12 {
		s.hold("500156-2026-"+itoa(1001+i), "GM0001", "GM0002")
	}
	l.book, l.draws = &Book{Leaves: s.leaves}, nil
	if f, err := l.statistics(t.Context()); err != nil || f.status != fdraw.Fails || !strings.Contains(f.why, "e 值") {
		t.Errorf("%+v, %v", f, err)
	}
}

// TestVerifyLog holds the log alone, from its own root, and needs no site.
func TestVerifyLog(t *testing.T) {
	s := newSite(t)
	cfg, memory := Config{Clock: clock.NewFake(monday)}, fresh()
	for try, want := range []string{"not applicable", "holds"} {
		r, err := VerifyLog(t.Context(), Sub{s, "log"}, cfg, memory)
		if err != nil || r.Failed() || len(r.Checks) != 4 || string(r.Checks[2].Status) != want {
			t.Errorf("look %d: %+v, %v", try, r, err)
		}
	}
	s.leaves[4] = publiclog.Record(idB, 1, [32]byte{9}, "another")
	s.publish()
	if r, err := VerifyLog(t.Context(), Sub{s, "log"}, cfg, memory); err != nil || !r.Failed() || r.Checks[2].Status != fdraw.Fails {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := VerifyLog(t.Context(), Folder{t.TempDir()}, cfg, fresh()); !fault.Is(err, fault.NotFound) {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestMemoryRefusals(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.json")
	for _, bad := range []string{"", "{}", "[]", `{"format":"other"}`} {
		if err := write(path, []byte(bad)); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadMemory(path); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
}
