package main

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// check refuses what cannot be counted before anything is loaded.
func (f deadlineFlags) check() error {
	if f.list {
		if f.rule != "" || f.days != "" || f.unit != "" || f.extend != 0 || len(f.pauses) > 0 {
			return fault.New(fault.Invalid, "--list 列出全部规则，只与 --from、--pack、--data 同用。")
		}
		return nil
	}
	if _, err := f.term(); err != nil {
		return err
	}
	_, err := parsePauses(f.pauses)
	return err
}

// parseFrom reads a date or a moment in the business zone.
func parseFrom(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, fault.New(fault.Invalid, "没有起算日，请用 --from 填写，例如 --from 2026-09-30。")
	}
	if t, err := time.ParseInLocation("2006-01-02T15:04", s, workday.Zone); err == nil {
		return t, nil
	}
	d, err := workday.ParseDate(s)
	if err != nil {
		return time.Time{}, err
	}
	return d.Start(), nil
}

// parsePauses reads every --pause: both days, the reason and who approved it.
func parsePauses(typed []string) ([]workday.Pause, error) {
	const parts = 4
	var pauses []workday.Pause
	for _, s := range typed {
		part := strings.SplitN(s, ",", parts)
		if len(part) != parts {
			return nil, fault.New(fault.Invalid, "--pause 应当写成“开始日期,结束日期,理由,批准人”，现在是“%.60s”。", s)
		}
		p := workday.Pause{Reason: strings.TrimSpace(part[2]), Approver: strings.TrimSpace(part[3])}
		if err := p.From.UnmarshalText([]byte(part[0])); err != nil {
			return nil, err
		}
		if err := p.To.UnmarshalText([]byte(part[1])); err != nil {
			return nil, err
		}
		pauses = append(pauses, p)
	}
	return pauses, nil
}

// term is the limit that was given by its number; with a rule there is none.
func (f deadlineFlags) term() (workday.Term, error) {
	switch {
	case f.rule == "" && f.days == "":
		return workday.Term{}, fault.New(fault.Invalid, "没有期限，请用 --rule 指定规则，或者用 --days 填写数量。")
	case f.rule != "" && (f.days != "" || f.unit != ""):
		return workday.Term{}, fault.New(fault.Invalid, "--rule 与 --days、--unit 不能同时使用，规则自带数量和单位。")
	case f.rule == "" && f.extend != 0:
		return workday.Term{}, fault.New(fault.Invalid, "--extend 只能与 --rule 同用，能否延长由规则决定。")
	case f.rule != "":
		return workday.Term{}, nil
	}
	n, err := strconv.Atoi(f.days)
	if err != nil {
		return workday.Term{}, fault.New(fault.Invalid, "--days 应当是正整数，现在是“%.24s”。", f.days)
	}
	t := workday.Term{N: n, Unit: cmp.Or(workday.Unit(f.unit), workday.Workday)}
	return t, t.Check()
}
