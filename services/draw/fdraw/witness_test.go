package fdraw

import (
	"strings"
	"testing"
	"time"
)

func TestWitnessPolicy(t *testing.T) {
	good := testPolicyText()
	a, b, c := witnesses[0], witnesses[1], witnesses[2]
	nested := "log " + logSigner.vkey() + " https://example.org\nwitness a " + a.vkey() + "\nwitness b " + b.vkey() + "\nwitness c " + c.vkey() +
		"\ngroup ab any a b\ngroup both all ab c\n\nquorum both\n"
	p := must[*WitnessPolicy](t)(ParseWitnessPolicy(nested))
	for _, tt := range []struct {
		saw  string
		want bool
	}{{"", false}, {"shimzj sifaju", false}, {"daxue", false}, {"shimzj daxue", true}, {"sifaju daxue", true}} {
		if got := p.quorate(func(k *Key) bool { return strings.Contains(tt.saw, k.Name) }); got != tt.want {
			t.Errorf("%q: quorum %v", tt.saw, got)
		}
	}
	for _, tt := range []struct{ name, text, why string }{
		{"empty", "", "缺少"},
		{"no quorum", strings.Replace(good, "quorum depts\n", "", 1), "缺少"},
		{"an unknown quorum", strings.Replace(good, "quorum depts", "quorum all", 1), "未定义"},
		{"a quorum too large", strings.Replace(good, "depts 2", "depts 4", 1), "超出范围"},
		{"a quorum of none", strings.Replace(good, "depts 2", "depts 0", 1), "超出范围"},
		{"an unknown member", strings.Replace(good, "2 shimzj", "2 shimzk", 1), "未定义"},
		{"a member counted twice", strings.Replace(good, "sifaju daxue", "sifaju sifaju", 1), "重复"},
		{"a witness under two names", good + "witness again " + a.vkey() + "\n", "同一把"},
		{"a name twice", good + "witness daxue " + newSigner("new", witnessKey).vkey() + "\n", "重复定义"},
		{"a key that does not fit its hash", strings.Replace(good, "shimzj+", "shimzj+0", 1), "编号"},
		{"a key of no known kind", "log x+00000000+AAAA\n", "Ed25519"},
		{"no key", "log x\n", "公钥"},
		{"a bad witness key", "witness x y\n", "公钥"},
		{"a word", "trust me\n", "看不懂"},
	} {
		if _, err := ParseWitnessPolicy(tt.text); err == nil || !strings.Contains(err.Error(), tt.why) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.why)
		}
	}
}

// TestQuorumOfNobody: a policy may ask for no witness; then nothing was witnessed.
func TestQuorumOfNobody(t *testing.T) {
	p := must[*WitnessPolicy](t)(ParseWitnessPolicy("log " + logSigner.vkey() + "\nquorum none\n"))
	if p.quorate(func(*Key) bool { return true }) {
		t.Error("nobody saw it, and that is enough")
	}
	for _, bad := range []string{"witness none " + witnesses[0].vkey() + "\n", "witness a " + witnesses[0].vkey() + "\ngroup g any a none\n"} {
		if _, err := ParseWitnessPolicy("log " + logSigner.vkey() + "\n" + bad + "quorum none\n"); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
}

// TestQuorumAt is the time of the signature that made the quorum.
func TestQuorumAt(t *testing.T) {
	text := strings.Replace(testPolicyText(), "witness shimzj "+witnesses[0].vkey(), "witness shimzj "+witnesses[0].vkey()+" http://10.0.0.7:8090", 1)
	p := must[*WitnessPolicy](t)(ParseWitnessPolicy(text))
	if p.URL(p.Witnesses[0]) != "http://10.0.0.7:8090" || p.URL(p.Witnesses[1]) != "" {
		t.Errorf("%q %q", p.URL(p.Witnesses[0]), p.URL(p.Witnesses[1]))
	}
	body := origin + "\n1\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n"
	first := time.Unix(1_770_000_000, 0)
	cosigned := func(at ...int) *Checkpoint {
		lines := logSigner.sign(body)
		for i, seconds := range at {
			if seconds >= 0 {
				lines += witnesses[i].cosign(body, first.Add(time.Duration(seconds)*time.Second))
			}
		}
		return must[*Checkpoint](t)(ParseCheckpoint(body + "\n" + lines))
	}
	for _, tt := range []struct {
		at   []int
		want int
	}{{[]int{5}, -1}, {[]int{5, 3}, 5}, {[]int{5, 3, 4}, 4}, {[]int{-1, 9, 4}, 9}} {
		at, ok := p.QuorumAt(cosigned(tt.at...))
		if ok != (tt.want >= 0) || ok && !at.Equal(first.Add(time.Duration(tt.want)*time.Second)) {
			t.Errorf("%v: %v, %v", tt.at, at, ok)
		}
	}
}

func TestCheckpointRefusals(t *testing.T) {
	l := &testLog{}
	l.add(t, "leaf")
	l.checkpoint(t, 1, time.Unix(1_770_000_000, 0))
	good := l.Checkpoints[0]
	if c := must[*Checkpoint](t)(ParseCheckpoint(good)); c.Origin != origin || c.Size != 1 {
		t.Errorf("got %+v", c)
	}
	for _, tt := range []struct{ name, text, why string }{
		{"empty", "", "三行"},
		{"an extension line", strings.Replace(good, "\n\n", "\nmore\n\n", 1), "三行"},
		{"a size with a leading zero", strings.Replace(good, "\n1\n", "\n01\n", 1), "前导零"},
		{"a root that is none", strings.Replace(good, "=\n\n", "\n\n", 1), "base64"},
		{"cut", strings.TrimSuffix(good, "\n"), "换行符"},
		{"a hyphen for a dash", strings.ReplaceAll(good, "\u2014", "-"), "签名行"},
		{"no signature", good[:strings.Index(good, "\n\n")+2], "换行符"},
	} {
		if _, err := ParseCheckpoint(tt.text); err == nil || !strings.Contains(err.Error(), tt.why) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.why)
		}
	}
}
