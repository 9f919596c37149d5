package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/bus/jsbus"
	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/workday"
)

// letter is a dead letter for an operator; outside checks rely on its names.
type letter struct {
	ID         string          `json:"id"`
	Context    string          `json:"context"`
	Handler    string          `json:"handler"`
	Fact       string          `json:"fact"`
	Kind       string          `json:"kind"`
	Reason     string          `json:"reason"`
	Attempts   uint64          `json:"attempts"`
	State      string          `json:"state"`
	At         time.Time       `json:"at"` // when it was put aside; zero in stores older than that
	Age        float64         `json:"age_seconds"`
	Happened   time.Time       `json:"happened"` // when the fact was committed
	Note       string          `json:"note,omitempty"`
	Deeds      []bus.Deed      `json:"deeds,omitempty"`
	Payload    json.RawMessage `json:"payload"`
	considered time.Time
}

func letterOf(context string, p bus.Parked, now time.Time) letter {
	at := p.At
	if at.IsZero() {
		at = p.Envelope.Time
	}
	return letter{
		ID: p.ID(), Context: context, Handler: p.Reaction, Fact: p.Envelope.ID, Kind: p.Envelope.Type, Reason: p.Reason,
		Attempts: p.Tries, State: p.State, At: p.At, Age: max(0, now.Sub(at).Seconds()), Happened: p.Envelope.Time,
		Note: p.Note, Deeds: p.Deeds, Payload: p.Envelope.Data, considered: at,
	}
}

func newDeadLettersCommand(p *place) *cobra.Command {
	return &cobra.Command{
		Use:   "dead-letters [编号...]",
		Short: "处理程序没能处理的事实：原因、处理程序、内容、次数、搁置多久",
		Long:  "不写编号列出全部还没有处理的死信；写明编号还能看到已经处理的，以及何人何时怎样处理。",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := p.settle(cmd); err != nil {
				return err
			}
			letters, err := p.letters(cmd.Context(), args)
			if err != nil {
				return err
			}
			if p.json {
				return writeJSON(cmd.OutOrStdout(), letters)
			}
			return writeLetters(cmd.OutOrStdout(), letters)
		},
	}
}

// letters are the dead letters of all stores, or those with the given ids, the
// oldest first.
func (p *place) letters(ctx context.Context, ids []string) ([]letter, error) {
	now := clock.System{}.Now()
	out := []letter{}
	err := p.look(ctx, func(name string, b base) error {
		var parked []bus.Parked
		var err error
		if len(ids) == 0 {
			parked, err = parkedIn(ctx, name, b.tables)
		} else {
			parked, err = found(ctx, name, b.tables, ids)
		}
		for _, x := range parked {
			out = append(out, letterOf(name, x, now))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if !slices.ContainsFunc(out, func(l letter) bool { return l.ID == id }) {
			return nil, usageError{fault.New(fault.NotFound, "没有编号为 %s 的死信，请核对编号", id)}
		}
	}
	slices.SortStableFunc(out, func(x, y letter) int { return x.considered.Compare(y.considered) })
	return out, nil
}

func writeLetters(out io.Writer, letters []letter) error {
	var b strings.Builder
	if len(letters) == 0 {
		fmt.Fprintln(&b, "没有死信。")
	}
	for _, l := range letters {
		fmt.Fprintf(&b, "%s\n", l.ID)
		fmt.Fprintf(&b, "  处理程序 %s　事实 %s（%s，%s）\n", l.Handler, l.Fact, l.Kind, l.Happened.In(workday.Zone).Format("2006-01-02 15:04:05"))
		fmt.Fprintf(&b, "  搁置 %s，试过 %d 次　原因：%s\n", lasting(l.Age), l.Attempts, l.Reason)
		if l.Note != "" {
			fmt.Fprintf(&b, "  说明：%s\n", l.Note)
		}
		for _, d := range l.Deeds {
			fmt.Fprintf(&b, "  %s %s%s\n", d.At.In(workday.Zone).Format("2006-01-02 15:04:05"), d.By, deedWords(d))
		}
		fmt.Fprintf(&b, "  内容：%s\n", l.Payload)
	}
	if len(letters) > 0 {
		fmt.Fprintf(&b, "共 %d 条。排除原因后用 shenzhong ctl replay 编号（或 --all）重放；确需放弃的用 shenzhong ctl discard 编号 --reason 理由。\n", len(letters))
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func deedWords(d bus.Deed) string {
	words := map[string]string{bus.StateReplayed: " 重放，成功", bus.StateDiscarded: " 放弃"}[d.Did]
	if d.Failed != "" {
		words = " 重放，没有成功：" + d.Failed
	}
	if d.Why != "" {
		words += "（" + d.Why + "）"
	}
	return words
}

// deedFlags say who deals with dead letters and why.
type deedFlags struct{ by, reason string }

func (f *deedFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.by, "by", "", "办理人姓名；登录账号和主机总会一并记下")
	cmd.Flags().StringVar(&f.reason, "reason", "", "理由")
}

func (f deedFlags) deed() bus.Deed {
	return bus.Deed{At: clock.System{}.Now().UTC(), By: operatorHere(f.by), Why: f.reason}
}

func newReplayCommand(p *place) *cobra.Command {
	var who deedFlags
	var all bool
	cmd := &cobra.Command{
		Use:   "replay (编号... | --all)",
		Short: "重放死信：让原来的处理程序再处理一次",
		Long: "只调用当时没有处理成功的那个处理程序，别的服务不会再听到一次。同一事项后面的死信随后依次处理。\n" +
			"重复重放没有害处：已经生效的不会再生效一次。何人何时重放、是否成功记在死信中。",
		RunE: func(cmd *cobra.Command, args []string) error {
			if all == (len(args) > 0) {
				return usageError{errors.New("请写明要重放的死信编号，或者用 --all 重放全部")}
			}
			if err := p.settle(cmd); err != nil {
				return err
			}
			return p.replay(cmd.Context(), cmd.OutOrStdout(), args, who.deed())
		},
	}
	who.add(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "重放全部还没有处理的死信")
	return cmd
}

// replayResult is what became of one; outside checks rely on its names.
type replayResult struct {
	ID    string `json:"id"`
	Took  int    `json:"took"` // facts that took effect, those behind it included
	Error string `json:"error,omitempty"`
}

// replay replays the named letters, or all.
func (p *place) replay(ctx context.Context, out io.Writer, ids []string, d bus.Deed) error {
	letters, err := p.letters(ctx, ids)
	if err != nil {
		return err
	}
	slices.SortStableFunc(letters, func(x, y letter) int { return x.Happened.Compare(y.Happened) })
	desk, err := p.desk(ctx, letters)
	if err != nil {
		return err
	}
	results, failed := []replayResult{}, 0
	for _, l := range letters {
		n, err := desk.replay(ctx, l.ID, d)
		r := replayResult{ID: l.ID, Took: n}
		if err != nil {
			r.Error, failed = err.Error(), failed+1
		}
		results = append(results, r)
	}
	if err := errors.Join(writeResults(out, p.json, results), desk.close()); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("有 %d 条死信仍然没有处理成功，原因已记下；请排除原因后再重放", failed)
	}
	return nil
}

func writeResults(out io.Writer, asJSON bool, results []replayResult) error {
	if asJSON {
		return writeJSON(out, results)
	}
	var b strings.Builder
	for _, r := range results {
		switch {
		case r.Error != "":
			fmt.Fprintf(&b, "%s 没有成功：%s\n", r.ID, r.Error)
		case r.Took == 0:
			fmt.Fprintf(&b, "%s 此前已经处理，这次没有再做。\n", r.ID)
		case r.Took == 1:
			fmt.Fprintf(&b, "%s 已处理。\n", r.ID)
		default:
			fmt.Fprintf(&b, "%s 已处理，同一事项后面的 %d 条也已处理。\n", r.ID, r.Took-1)
		}
	}
	if len(results) == 0 {
		fmt.Fprintln(&b, "没有死信，没有做任何事。")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// desk is where dead letters are dealt with: in the program that runs, because
// it has the law pack that is in force, or in their stores.
type desk struct {
	data   string // of the program that runs; empty if none
	system *system
	aside  jsbus.Aside
}

// desk opens the contexts of the letters.
func (p *place) desk(ctx context.Context, letters []letter) (*desk, error) {
	if p.embedded() {
		var r lagReport
		asking, cancel := context.WithTimeout(ctx, askControl)
		defer cancel()
		err := askDoor(asking, p.data, "GET", "/lag", nil, &r)
		if err == nil {
			return &desk{data: p.data}, nil
		}
		if !errors.Is(err, errNotRunning) {
			return nil, fmt.Errorf("程序占用着数据目录却没有应答，请先重新启动它再重放：%w", err)
		}
	}
	var names []string
	for _, l := range letters {
		if !slices.Contains(names, l.Context) {
			names = append(names, l.Context)
		}
	}
	if len(names) == 0 {
		return &desk{}, nil
	}
	s, err := openRooms(ctx, p.options(names...))
	if err != nil {
		return nil, err
	}
	aside, err := s.listeners(ctx)
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return &desk{system: s, aside: aside}, nil
}

func (d *desk) replay(ctx context.Context, id string, by bus.Deed) (int, error) {
	if d.data == "" {
		return d.aside.Replay(ctx, id, by)
	}
	var r replayed
	err := askDoor(ctx, d.data, "POST", "/replay", deedOn{id, by}, &r)
	return r.Took, err
}

func (d *desk) close() error {
	if d.system == nil {
		return nil
	}
	return d.system.close()
}
