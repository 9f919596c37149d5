package inspect

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strings"

	"shenzhong/events"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/identity"
	"shenzhong/services/kit/store"
)

// KeyBytes is the length of the key that Config wants.
const KeyBytes = 32

// codeBytes of the code of a notice are the keyed digest of its visit: 100 bits,
// in twenty letters that cannot be taken for each other.
const codeBytes = 20

// recusalCode is the code on the notice of a visit: visit and digest, so that
// nobody can make the code of another.
func (s *Service) recusalCode(visit string) string {
	if len(s.cfg.Key) != KeyBytes {
		return ""
	}
	mac := hmac.New(sha256.New, s.cfg.Key)
	mac.Write([]byte("shenzhong recusal\n" + visit + "\n"))
	word := base32.StdEncoding.EncodeToString(mac.Sum(nil))[:codeBytes]
	return visit + "-" + word
}

// coded finds the visit that a code is of. One whose notice was not given, or
// that does not exist, is refused in the same words: nobody learns from a guess.
func (s *Service) coded(ctx context.Context, code string) (Visit, error) {
	code = strings.TrimSpace(code)
	unknown := fault.About("code", fault.Invalid, "没有这个回避申请码，请照检查通知书上的重新输入")
	at := strings.LastIndexByte(code, '-')
	if at < 0 || !hmac.Equal([]byte(code), []byte(s.recusalCode(code[:at]))) {
		return Visit{}, unknown
	}
	v, _, err := s.visits.Load(ctx, code[:at])
	if fault.Is(err, fault.NotFound) || err == nil && v.NoticeNo == "" {
		return Visit{}, unknown
	}
	return v, err
}

// Team is who comes, as the holder of a notice sees it.
type Team struct {
	NoticeNo string       `json:"notice_no"`
	On       string       `json:"on"`
	Officers []TeamMember `json:"officers"`
}

// TeamMember is one of them, and what became of a request that they stay away.
type TeamMember struct {
	CertNo string `json:"cert_no"`
	Name   string `json:"name"`
	Unit   string `json:"unit"`
	Asked  State  `json:"asked"` // empty = no request
}

// Team returns who comes to the holder of a code.
func (s *Service) Team(ctx context.Context, code string) (Team, error) {
	v, err := s.coded(ctx, code)
	if err != nil {
		return Team{}, err
	}
	asked, err := everyRow(ctx, s.views.recusals, map[string]any{"visit": v.ID})
	if err != nil {
		return Team{}, err
	}
	team := Team{NoticeNo: v.NoticeNo, On: v.VisitedOn, Officers: []TeamMember{}}
	for _, section := range v.Sections {
		for _, id := range section.Officers {
			if id == "" {
				continue
			}
			o, err := s.views.officers.Get(ctx, id)
			if err != nil {
				return team, err
			}
			m := TeamMember{CertNo: o.CertNo, Name: o.Name, Unit: section.Unit}
			if i := slices.IndexFunc(asked, func(r RecusalRow) bool { return r.Officer == id }); i >= 0 {
				m.Asked = asked[i].State
			}
			team.Officers = append(team.Officers, m)
		}
	}
	return team, nil
}

// RequestRecusal is the request of the holder of a code.
type RequestRecusal struct {
	store.Cause
	Code   string
	CertNo string // of the officer, as the notice names it
	Reason string
	Note   string
}

// RequestRecusal notes it: once for each officer of a visit, which is what makes
// the code good for one use.
func (s *Service) RequestRecusal(ctx context.Context, cmd RequestRecusal) error {
	v, err := s.coded(ctx, cmd.Code)
	if err != nil {
		return err
	}
	for _, section := range v.Sections {
		for _, id := range section.Officers {
			if id == "" {
				continue
			}
			o, err := s.views.officers.Get(ctx, id)
			if err != nil {
				return err
			}
			if o.CertNo != strings.TrimSpace(cmd.CertNo) {
				continue
			}
			q := events.RecusalRequested{
				Recusal: strings.Replace(v.ID, "-JC-", "-HB-", 1) + id[strings.LastIndexByte(id, '-'):], Visit: v.ID, Batch: v.Batch, Facility: v.Facility,
				Unit: section.Unit, Officer: id, Reason: cmd.Reason, Note: strings.TrimSpace(cmd.Note), On: s.today().String(),
			}
			return s.pleas.Put(ctx, cmd.Cause, q.Recusal, func(r *Recusal) (events.Event, error) { return r.Request(q) })
		}
	}
	return fault.About("cert_no", fault.Invalid, "检查组中没有持此证件号的人员，请照检查通知书上的重新输入")
}

// DecideRecusal is the decision of the head of the officer's unit.
type DecideRecusal struct {
	store.Cause
	Recusal string
	Granted bool
	Grounds string
}

// DecideRecusal notes it. Where it is granted in time the next card takes the
// seat; for later draws the officer stays away from this facility in any case.
func (s *Service) DecideRecusal(ctx context.Context, cmd DecideRecusal) error {
	if err := permits.Check(cmd.Actor, "recusal.decide"); err != nil {
		return err
	}
	r, err := s.Recusal(ctx, cmd.Actor, cmd.Recusal)
	if err != nil {
		return err
	}
	v, _, err := s.visits.Load(ctx, r.Visit)
	if err != nil {
		return err
	}
	return s.pleas.Change(ctx, cmd.Cause, cmd.Recusal, func(r *Recusal) (events.Event, error) {
		return r.Decide(cmd.Actor, cmd.Granted, cmd.Grounds, v.seats(r.Unit, r.Officer))
	})
}

// seats reports whether an officer holds a seat that can still change hands.
func (v *Visit) seats(unit, officer string) bool {
	section, err := v.section(unit)
	return err == nil && slices.Contains([]State{Assigned, Approved, Noticed}, v.State) && len(section.Results) == 0 && slices.Contains(section.Officers, officer)
}

// Recusal returns a request to the head of the officer's unit. To anybody else it
// does not exist: its number names the facility.
func (s *Service) Recusal(ctx context.Context, by identity.Actor, id string) (Recusal, error) {
	if err := permits.Check(by, "recusal.read"); err != nil {
		return Recusal{}, err
	}
	r, _, err := s.pleas.Load(ctx, id)
	if err == nil && by.Unit != "" && by.Unit == r.Unit {
		return r, nil
	}
	if err == nil || fault.Is(err, fault.NotFound) {
		return Recusal{}, fault.New(fault.NotFound, "没有编号为 %s 的回避申请，请核对编号", id)
	}
	return Recusal{}, err
}

// Recusals lists the requests about officers of the actor's unit.
func (s *Service) Recusals(ctx context.Context, by identity.Actor) ([]RecusalRow, error) {
	if err := permits.Check(by, "recusal.read"); err != nil {
		return nil, err
	}
	if by.Unit == "" {
		return []RecusalRow{}, nil
	}
	rows, err := everyRow(ctx, s.views.recusals, map[string]any{"unit": by.Unit})
	if rows == nil {
		rows = []RecusalRow{}
	}
	return rows, err
}

// RecusalRow is a request as lists show it.
type RecusalRow struct {
	Recusal
}

func foldRecusal(r *RecusalRow, e events.Envelope) error {
	if e.Type == (events.RecusalRequested{}).Kind() {
		fact, err := into[events.RecusalRequested](e)
		r.RecusalRequested, r.State = fact, Asked
		return err
	}
	fact, err := into[events.RecusalDecided](e)
	r.State, r.Grounds, r.By = Refused, fact.Grounds, fact.By
	if fact.Granted {
		r.State = Granted
	}
	return err
}

// granted are the officers who must stay away from a facility because it asked.
func (s *Service) granted(ctx context.Context, facility string) (map[string]bool, error) {
	rows, err := everyRow(ctx, s.views.recusals, map[string]any{"facility": facility})
	out := map[string]bool{}
	for _, r := range rows {
		if r.State == Granted {
			out[r.Officer] = true
		}
	}
	return out, err
}
