package inspect

import (
	"context"
	"slices"
	"time"

	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// announcedEarly refuses an announcement that does not leave the parties and the
// public the workdays that the law pack asks for (draw.notice) before the lists can
// be frozen, which is when the parties have committed.
func (s *Service) announcedEarly(freeze time.Time) error {
	limit, err := s.cfg.Law.Law().Limit("draw.notice", s.today())
	if err != nil {
		return err
	}
	calendar, day, last := s.cfg.Calendar.Calendar(), workday.DateOf(freeze), workday.DateOf(freeze)
	for int64(calendar.Between(last, day)) < *limit.Value {
		last = last.AddDays(-1)
	}
	if s.today().After(last) {
		return fault.About("commit_by", fault.Invalid,
			"抽取至少提前 %d 个工作日公告（%s）：名录于 %s 起锁定，最迟应在 %s 公告；请把提交承诺值截止及其后的时间推迟", *limit.Value, limit.Citation(), day, last)
	}
	return nil
}

// noneSealed refuses to freeze lists while another batch is drawn from the same
// objects and not open yet. The register of this batch would show who was drawn in
// the other (one visit is never due twice in a year, 频次上限), and whichever of the
// two is opened first would tell it before the visits are made.
func (s *Service) noneSealed(ctx context.Context, batch Batch, now time.Time) error {
	rows, err := everyRow(ctx, s.views.batches, map[string]any{"state": string(Drawn)})
	if err != nil {
		return err
	}
	for _, row := range rows {
		other, _, err := s.batches.Load(ctx, row.ID)
		if err != nil {
			return err
		}
		shared := slices.ContainsFunc(other.Categories, func(c string) bool { return slices.Contains(batch.Categories, c) })
		if shared && other.Batch != batch.Batch && other.State == Drawn && !other.opened(now) {
			return fault.New(fault.Conflict,
				"批次 %s 抽取了同类对象，尚未启封；现在冻结名录，先启封的一次会泄露另一次抽中了谁。请在其检查全部办结或者 %s 启封之后再冻结", other.Batch, clockTime(other.OpenBy))
		}
	}
	return nil
}
