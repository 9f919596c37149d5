package publiclog

import (
	"fmt"
	"strings"
	"time"

	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
)

// Policy is which witnesses count (见证政策), as C2SP tlog-policy writes it.
type Policy struct {
	Text string // with the keys of the log, as it is published
	*fdraw.WitnessPolicy
}

// NewPolicy puts the public Ed25519 keys of a log before what a district says of
// its witnesses: lines "witness", "group" and "quorum". No such lines ask for
// nobody.
func NewPolicy(public []string, witnesses string) (*Policy, error) {
	var b strings.Builder
	for _, key := range public {
		if !strings.HasPrefix(key, sm2Prefix) {
			b.WriteString("log " + key + "\n")
		}
	}
	for line := range strings.Lines(witnesses) {
		word := strings.Fields(line)
		if len(word) == 0 || strings.HasPrefix(word[0], "#") || word[0] == "log" {
			continue // the keys of the log are its own to say
		}
		b.WriteString(strings.Join(word, " ") + "\n")
	}
	if strings.TrimSpace(witnesses) == "" {
		b.WriteString("quorum none\n")
	}
	policy, err := fdraw.ParseWitnessPolicy(b.String())
	if err != nil {
		return nil, fault.New(fault.Invalid, "%w", err)
	}
	return &Policy{Text: b.String(), WitnessPolicy: policy}, nil
}

// Leaf is the entry by which a log says that this policy is in force.
func (p *Policy) Leaf() string {
	return Named("policy", "witness-"+fdraw.SHA256.Raw(p.Text).String()[:8], p.Text)
}

// Attach puts the valid lines of witnesses of the policy under a checkpoint and
// returns how many of them say something new: a witness that looks again takes
// the place of its older line. Everything else in lines is left out; lines may be
// a whole checkpoint.
func (p *Policy) Attach(checkpoint, lines string) (cosigned string, fresh int, err error) {
	at, err := p.times(checkpoint)
	if err != nil {
		return "", 0, err
	}
	for line := range strings.Lines(lines) {
		if !strings.HasPrefix(line, "\u2014 ") || !strings.HasSuffix(line, "\n") {
			continue
		}
		body, _, _ := strings.Cut(checkpoint, "\n\n")
		one, err := fdraw.ParseCheckpoint(body + "\n\n" + line)
		if err != nil {
			continue
		}
		for i, k := range p.Witnesses {
			seen, err := one.SeenBy(k)
			if err != nil || !seen.After(at[i]) {
				continue
			}
			checkpoint = without(checkpoint, line) + line
			at[i] = seen
			fresh++
		}
	}
	return checkpoint, fresh, nil
}

// times is when each witness saw the checkpoint, by the lines under it; zero for
// those that have none.
func (p *Policy) times(checkpoint string) ([]time.Time, error) {
	point, err := fdraw.ParseCheckpoint(checkpoint)
	if err != nil {
		return nil, fault.New(fault.Invalid, "检查点不合格式：%w", err)
	}
	at := make([]time.Time, len(p.Witnesses))
	for i, k := range p.Witnesses {
		if at[i], err = point.SeenBy(k); err != nil {
			return nil, fault.New(fault.Invalid, "检查点：%w", err)
		}
	}
	return at, nil
}

// without leaves out the line of the same name and key as one that replaces it.
func without(checkpoint, line string) string {
	const digits = 5 // of the base64 that the number of a key fills
	name, code, _ := strings.Cut(strings.TrimPrefix(line, "\u2014 "), " ")
	same := fmt.Sprintf("\u2014 %s %s", name, code[:min(digits, len(code))])
	var b strings.Builder
	for l := range strings.Lines(checkpoint) {
		if !strings.HasPrefix(l, same) {
			b.WriteString(l)
		}
	}
	return b.String()
}
