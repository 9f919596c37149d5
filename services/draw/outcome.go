package draw

import (
	"errors"
	"time"

	"shenzhong/events"
	"shenzhong/services/draw/fdraw"
	"shenzhong/services/kit/fault"
)

// material is what the outcome of a draw is computed from.
type material struct {
	announce *fdraw.Announce
	pool     *fdraw.Pool
	officers *fdraw.Officers
	reveals  *fdraw.Reveals
	beacon   *fdraw.Beacon
	seed     fdraw.Digest
}

func (d *Draw) material() (material, error) {
	var m material
	var errs [5]error
	m.announce, errs[0] = d.announced()
	m.pool, errs[1] = fdraw.ParsePool(d.Files.Pool)
	m.officers, errs[2] = fdraw.ParseOfficers(d.Files.Officers)
	m.reveals, errs[3] = fdraw.ParseReveals(d.Files.Reveals)
	m.beacon, errs[4] = fdraw.ParseBeacon(d.Files.Beacon)
	if err := errors.Join(errs[:]...); err != nil {
		return m, err
	}
	m.seed = fdraw.SeedOf(m.announce.Hash, m.reveals, m.beacon)
	return m, nil
}

// Complete computes the outcome and seals it: from now on it is bound, and known
// to nobody who has no part in it.
func (d *Draw) Complete() (events.Event, error) {
	if err := d.stay(Numbered); err != nil {
		return nil, err
	}
	m, err := d.material()
	if err != nil {
		return nil, err
	}
	outcome := fdraw.Draw(m.announce.Hash, m.seed, m.pool, m.officers)
	sealed, _, err := fdraw.Seal(m.announce.Hash, m.seed, m.reveals, m.beacon, outcome.Result)
	if err != nil {
		return nil, err
	}
	if err := d.move(Sealed); err != nil {
		return nil, err
	}
	d.Files.Result, d.Files.Sealed = outcome.Result.Text(), sealed.Text()
	return events.DrawSealed{Draw: d.ID, Batch: d.Batch, Attempt: m.announce.Attempt, File: d.Files.Sealed}, nil
}

// Replace gives a seat to the officer of the next card. Nobody chooses whom. Where
// no card fits, who has to leave leaves all the same and the seat is empty: then
// it is filled for Vacancy, with rotation ignored, and last of all by Appoint.
func (d *Draw) Replace(facility, unit string, no int, cause fdraw.Cause, note string) (events.Event, error) {
	if err := d.stay(Sealed); err != nil {
		return nil, err
	}
	roster, err := d.roster()
	if err != nil {
		return nil, err
	}
	s, err := roster.Replace(facility, unit, no, cause)
	if err != nil {
		return nil, fault.New(fault.Invalid, "不能递补：%w", err)
	}
	if s.To == "" && cause == fdraw.Vacancy {
		return nil, fault.New(fault.Conflict, "名单中已没有可以递补的人员，请由牵头单位负责人写明理由，另行指定人员")
	}
	return d.substituted(s, note), nil
}

// Open makes everything public: when the last visit is done, or when the day has
// come, whichever is first.
func (d *Draw) Open(finished bool, now time.Time) (events.Event, error) {
	if err := d.stay(Sealed); err != nil {
		return nil, err
	}
	if !finished && now.Before(d.OpenBy) {
		return nil, fault.New(fault.Conflict, "检查尚未全部完成，%s 之前不能启封", d.OpenBy.Format(time.DateTime))
	}
	notices, err := d.notices()
	if err != nil {
		return nil, err
	}
	if err := d.move(Opened); err != nil {
		return nil, err
	}
	d.Files.Notices = notices
	bundle := map[string]string{}
	for _, f := range files(d.Files) {
		bundle[f.Name] = f.Text
	}
	return events.DrawOpened{Draw: d.ID, Batch: d.Batch, Title: d.Title, Bundle: bundle, Held: d.Held}, nil
}

// notices are what each facility drawn can hold against the sealed file.
func (d *Draw) notices() ([]fdraw.IssuedNotice, error) {
	m, err := d.material()
	if err != nil {
		return nil, err
	}
	result, err := fdraw.ParseResult(d.Files.Result)
	if err != nil {
		return nil, err
	}
	_, notices, err := fdraw.Seal(m.announce.Hash, m.seed, m.reveals, m.beacon, result)
	if err != nil {
		return nil, err
	}
	issued := make([]fdraw.IssuedNotice, notices.Len())
	for i := range issued {
		proof, err := notices.Prove(i)
		if err != nil {
			return nil, err
		}
		issued[i] = fdraw.IssuedNotice{Text: notices.At(i).Text(), Proof: proof}
	}
	return issued, nil
}
