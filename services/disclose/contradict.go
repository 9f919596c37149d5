package disclose

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"shenzhong/services/disclose/publiclog"
)

// probePause is how long a witness that gave no answer is left alone before it is
// asked again what it has seen.
const probePause = time.Minute

// howToMend is what an operator can do where the store lost entries.
const howToMend = "已停止签发以免日志分叉；请停机后用 shenzhong log recover 从日志副本补齐"

// probe shows the newest checkpoint to the witnesses that have not answered this
// process yet, before anything is appended or signed: a store restored from an
// older backup, with the checkpoint of its day, is known by them alone.
func (l *ledger) probe(ctx context.Context) {
	now := l.clock.Now()
	l.mu.Lock()
	text := l.point
	due := l.watched() && l.halt == nil && text != "" && (l.probed.IsZero() || now.Sub(l.probed) >= probePause)
	if due {
		l.probed = now
	}
	silent := map[string]bool{}
	for _, k := range l.policy.Witnesses {
		silent[k.Name] = !l.heard[k.Name]
	}
	l.mu.Unlock()
	if due {
		l.cosigned(ctx, text, func(k *publiclog.WitnessKey) bool { return silent[k.Name] })
	}
}

// probeOnce is probe, unless it was done before.
func (l *ledger) probeOnce(ctx context.Context) {
	l.mu.RLock()
	done := !l.probed.IsZero()
	l.mu.RUnlock()
	if !done {
		l.probe(ctx)
	}
}

// weigh is what a refusal means: a *publiclog.Halt where the witness knows more of
// this log than is here, or something else. old is the size that it was said to
// have seen, size that of the checkpoint. One witness is enough: a log that goes
// on could be forked, one that waits is late.
func (l *ledger) weigh(ctx context.Context, k *publiclog.WitnessKey, old, size int64, said *publiclog.Refusal) error {
	switch {
	case said.Code == http.StatusConflict && said.Size > size:
		if err := l.catchUp(ctx); err != nil { // another process may have signed it just now
			return errors.Join(said, err)
		}
		l.mu.RLock()
		have := l.tree.Size()
		l.mu.RUnlock()
		if have < said.Size {
			return &publiclog.Halt{Message: fmt.Sprintf("见证方 %s 联署过 %d 条的检查点，数据库只有 %d 条：数据库可能恢复自较旧的备份，%s", k.Name, said.Size, have, howToMend)}
		}
	case said.Code == http.StatusConflict && said.Size == size && old == size, said.Code == http.StatusUnprocessableEntity && old > 0:
		return &publiclog.Halt{Message: fmt.Sprintf("见证方 %s 见过的前 %d 条日志与数据库不同：数据库可能恢复自较旧的备份，之后又记入了别的条目，%s", k.Name, old, howToMend)}
	}
	return said
}

// contradicted is why the log stops where a checkpoint that it signed is not of
// the entries that it has, size of them.
func contradicted(signed, size int64) *publiclog.Halt {
	if signed > size {
		return &publiclog.Halt{Message: fmt.Sprintf("送回的检查点由本日志签发，有 %d 条，数据库只有 %d 条：数据库可能恢复自较旧的备份，%s", signed, size, howToMend)}
	}
	return &publiclog.Halt{Message: fmt.Sprintf("送回的检查点由本日志签发，其前 %d 条与数据库不同：数据库可能恢复自较旧的备份，之后又记入了别的条目，%s", signed, howToMend)}
}
