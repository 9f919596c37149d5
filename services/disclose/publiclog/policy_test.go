package publiclog

import (
	"strings"
	"testing"
	"time"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/clock"
)

func TestPolicyAttaches(t *testing.T) {
	k := keys(t)
	var tree Tree
	grow(t, &tree, 9)
	w, key, memory := newWitness(t, "sifaju", k.Public())
	other, _, _ := newWitness(t, "stranger", k.Public())
	policy, err := NewPolicy(k.Public(), "# who counts\nlog ignored\nwitness a "+key.Public()+" http://10.0.0.7\nquorum a\n")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(policy.Text, "log ") != 1 || strings.Contains(policy.Text, "sm2.") || Check(policy.Leaf()) != nil {
		t.Errorf("%q", policy.Text)
	}
	text := point(t, k, &tree, 9)
	line, err := w.AddCheckpoint(ask(t, k, &tree, 0, 9))
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := other.AddCheckpoint(ask(t, k, &tree, 0, 9))
	if err != nil {
		t.Fatal(err)
	}
	once, fresh, err := policy.Attach(text, "junk\n"+foreign+text+line+"\u2014 half")
	if err != nil || fresh != 1 || once != text+line {
		t.Fatalf("%d fresh, %v: %q", fresh, err, once)
	}
	again, fresh, err := policy.Attach(once, line)
	if err != nil || fresh != 0 || again != once {
		t.Errorf("%d fresh, %v", fresh, err)
	}
	later, err := NewWitness(key, k.Public(), memory, clock.NewFake(at.Add(time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	line2, err := later.AddCheckpoint(ask(t, k, &tree, 9, 9))
	if err != nil {
		t.Fatal(err)
	}
	renewed, fresh, err := policy.Attach(once, line2)
	if err != nil || fresh != 1 || renewed != text+line2 {
		t.Errorf("%d fresh, %v: %q", fresh, err, renewed)
	}
	c, err := fdraw.ParseCheckpoint(renewed)
	if err != nil {
		t.Fatal(err)
	}
	if seen, ok := policy.QuorumAt(c); !ok || !seen.Equal(at.Add(time.Hour)) {
		t.Errorf("%v %v", seen, ok)
	}
	for _, bad := range []string{"", strings.Replace(once, "\n9\n", "\n8\n", 1)} {
		if _, _, err := policy.Attach(bad, line); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
	if _, err := NewPolicy(k.Public(), "witness a b\n"); err == nil {
		t.Error("a key that is none")
	}
	if nobody, err := NewPolicy(k.Public(), " \n"); err != nil || !strings.HasSuffix(nobody.Text, "quorum none\n") {
		t.Errorf("%v, %v", nobody, err)
	}
}
