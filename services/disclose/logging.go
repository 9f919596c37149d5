package disclose

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// entry is one entry that a fact calls for. part tells several of one fact
// apart; once is of one that many facts call for.
type entry struct {
	part, leaf string
	once       bool
}

// logging appends to the public log what it must say about a fact. The fact is
// the cause, so a second delivery appends nothing.
func (s *Service) logging() bus.Reaction {
	return bus.Reaction{
		Name: "disclose-keeps-log",
		Kinds: []string{
			events.RecordPublished{}.Kind(), events.RecordCorrected{}.Kind(), events.RecordWithdrawn{}.Kind(), events.RecordExpired{}.Kind(),
			events.DrawAnnounced{}.Kind(), events.DrawFrozen{}.Kind(), events.DrawClosed{}.Kind(), events.BeaconTyped{}.Kind(),
			events.DrawSealed{}.Kind(), events.DrawCountersigned{}.Kind(), events.DrawOpened{}.Kind(), events.DrawVoided{}.Kind(),
		},
		Handle: func(ctx context.Context, e events.Envelope) error {
			entries, err := s.entries(ctx, e)
			if err != nil {
				return err
			}
			for _, x := range entries {
				by := bus.Cause(e, "disclose", "log"+x.part)
				if x.once {
					by = ownCause(x.leaf)
				}
				if err := s.public.append(ctx, by, e.Subject, x.leaf); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func (s *Service) entries(ctx context.Context, e events.Envelope) ([]entry, error) {
	if events.Context(e.Type) == "draw" {
		return drawEntries(e)
	}
	record := events.EntityID(e.Subject)
	name := s.public.name(record)
	switch e.Type {
	case events.RecordPublished{}.Kind():
		document, err := documentOf(e)
		return []entry{{leaf: publiclog.Record(name, 1, s.public.salt(record, 1), document)}}, err
	case events.RecordCorrected{}.Kind():
		f, err := events.Open[events.RecordCorrected](e)
		if err != nil {
			return nil, err
		}
		document, err := documentOf(e)
		return []entry{{leaf: publiclog.Record(name, f.Version, s.public.salt(record, f.Version), document)}}, err
	case events.RecordWithdrawn{}.Kind():
		f, err := events.Open[events.RecordWithdrawn](e)
		if err != nil {
			return nil, err
		}
		r, _, err := s.records.Load(ctx, record)
		if err != nil || r.PublishedOn == "" { // never public, so there is nothing to take back
			return nil, err
		}
		reason, since := f.Manner, f.Since
		if !slices.Contains(publiclog.Reasons(), reason) {
			reason = "error"
		}
		if since == "" {
			since = f.On
		}
		return []entry{{leaf: publiclog.Withdraw(name, r.current(), reason, since)}}, nil
	case events.RecordExpired{}.Kind():
		r, _, err := s.records.Load(ctx, record)
		if err != nil {
			return nil, err
		}
		rule, err := "early", error(nil)
		if r.Repair == "" {
			rule, err = s.expiry(r)
		}
		return []entry{{leaf: publiclog.Expire(name, r.current(), rule)}}, err
	}
	return nil, fault.New(fault.Invalid, "no entry of the public log is known for %s", e.Type)
}

// documentOf is the published record as the log has its digest: the bytes of the
// fact, which are never spelled anew.
func documentOf(e events.Envelope) (string, error) {
	var fact struct {
		Record json.RawMessage `json:"record"`
	}
	if err := json.Unmarshal(e.Data, &fact); err != nil {
		return "", fmt.Errorf("decode %s: %w", e.ID, err)
	}
	return string(fact.Record), nil
}

// expiry is the rule by which a publication ended, as entries spell it.
func (s *Service) expiry(r Record) (string, error) {
	if r.Severity == "" {
		return "limit", nil
	}
	on, err := workday.ParseDate(r.On)
	if err != nil {
		return "", err
	}
	severity, err := s.cfg.Law.Law().Severity(r.Severity, on)
	if err != nil {
		return "", err
	}
	words := map[int]string{3: "m3", 36: "y3"} // the two that 市场监督管理行政处罚信息公示规定 art. 13 knows
	if word := words[severity.Max]; word != "" {
		return word, nil
	}
	return "limit", nil
}

// voidEntries are those of an attempt that was given up: the parties that did not
// keep their promise, and then the end of it. Facts from before there was a void
// file have a notice instead.
func voidEntries(draw string, e events.Envelope) ([]entry, error) {
	f, err := events.Open[events.DrawVoided](e)
	if err != nil {
		return nil, err
	}
	file := f.File
	if file == "" {
		file = publiclog.Notice(publiclog.Void, draw, f.Attempt, "")
	}
	return append(absences(draw, f.Attempt, f.Absent), entry{leaf: publiclog.Draw(draw, f.Attempt, publiclog.Void, file)}), nil
}

// absences are the entries that name parties which opened no commitment.
func absences(draw string, attempt int, parties []string) []entry {
	out := []entry{}
	for _, party := range parties {
		out = append(out, entry{part: "+" + party, leaf: publiclog.Draw(draw, attempt, publiclog.Absent, publiclog.Notice(publiclog.Absent, draw, attempt, party))})
	}
	return out
}

// drawEntries are the stages that a fact of a draw stands for. The digests of a
// substitution would tell a facility before the draw is opened, for there are
// few to guess from; so its entry comes with the opening, just before it.
func drawEntries(e events.Envelope) ([]entry, error) {
	draw := events.EntityID(e.Subject)
	one := func(attempt int, stage, file string) []entry {
		return []entry{{leaf: publiclog.Draw(draw, attempt, stage, file)}}
	}
	switch e.Type {
	case events.DrawAnnounced{}.Kind():
		f, err := events.Open[events.DrawAnnounced](e)
		out := one(f.Attempt, publiclog.Announce, f.File)
		if f.Policy != "" {
			out = append([]entry{{leaf: publiclog.DrawPolicy(f.Policy), once: true}}, out...)
		}
		return out, err
	case events.DrawFrozen{}.Kind():
		f, err := events.Open[events.DrawFrozen](e)
		return one(f.Attempt, publiclog.Freeze, f.File), err
	case events.DrawClosed{}.Kind():
		f, err := events.Open[events.DrawClosed](e)
		out := []entry{{leaf: publiclog.DrawDigests(draw, f.Attempt, publiclog.Reveals, f.SHA256, f.SM3)}}
		return append(out, absences(draw, f.Attempt, f.Absent)...), err
	case events.BeaconTyped{}.Kind():
		f, err := events.Open[events.BeaconTyped](e)
		if !f.Agreed {
			return nil, err
		}
		return one(f.Attempt, publiclog.Beacon, f.File), err
	case events.DrawSealed{}.Kind():
		f, err := events.Open[events.DrawSealed](e)
		return one(f.Attempt, publiclog.Sealed, f.File), err
	case events.DrawCountersigned{}.Kind(): // only an objection needs an entry of its own: it must not be lost
		f, err := events.Open[events.DrawCountersigned](e)
		if f.Agrees {
			return nil, err
		}
		return one(f.Attempt, publiclog.Absent, f.File), err
	case events.DrawVoided{}.Kind():
		return voidEntries(draw, e)
	}
	f, err := events.Open[events.DrawOpened](e)
	if err != nil {
		return nil, err
	}
	attempt, err := publiclog.Attempt(f.Bundle["result"])
	if err != nil {
		return nil, err
	}
	var out []entry
	for _, name := range slices.Sorted(maps.Keys(f.Bundle)) {
		if number, ok := strings.CutPrefix(name, "substitute-"); ok {
			out = append(out, entry{part: "+" + number, leaf: publiclog.Draw(draw, attempt, publiclog.Substitute, f.Bundle[name])})
		}
	}
	return append(out, entry{leaf: publiclog.Draw(draw, attempt, publiclog.Open, f.Bundle["result"])}), nil
}
