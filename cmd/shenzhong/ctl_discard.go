package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/bus/jsbus"
	"shenzhong/services/kit/fault"
	"shenzhong/services/kit/view"
)

func newDiscardCommand(p *place) *cobra.Command {
	var who deedFlags
	cmd := &cobra.Command{
		Use:   "discard 编号... --reason 理由",
		Short: "放弃死信：不再处理，记下何人何时因何放弃",
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return usageError{errors.New("请写明要放弃的死信编号")}
			case strings.TrimSpace(who.reason) == "":
				return usageError{errors.New("放弃死信须有理由，请用 --reason 写明")}
			}
			if err := p.settle(cmd); err != nil {
				return err
			}
			return p.discard(cmd.Context(), cmd.OutOrStdout(), args, who.deed())
		},
	}
	who.add(cmd)
	return cmd
}

// discard gives the named letters up. It needs no handler, so the store of the
// context is enough, whether or not a program runs on it.
func (p *place) discard(ctx context.Context, out io.Writer, ids []string, d bus.Deed) (err error) {
	letters, err := p.letters(ctx, ids)
	if err != nil {
		return err
	}
	for _, l := range letters {
		if err := p.discardOne(ctx, l, d); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "%s 已放弃。\n", l.ID); err != nil {
			return err
		}
	}
	return nil
}

func (p *place) discardOne(ctx context.Context, l letter, d bus.Deed) (err error) {
	b, err := p.options().stores.open(ctx, l.Context)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	parking, err := view.NewParking(ctx, b.tables, l.Context)
	if err != nil {
		return err
	}
	return jsbus.Aside{{Name: l.Context, Parking: parking}}.Discard(ctx, l.ID, d)
}

// found are the letters among ids that one store knows, dealt with or not.
func found(ctx context.Context, name string, tables view.Tables, ids []string) ([]bus.Parked, error) {
	parking, err := view.NewParking(ctx, tables, name)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []bus.Parked
	for _, id := range ids {
		if !strings.HasPrefix(id, name+"-") {
			continue
		}
		p, ok, err := parking.Find(ctx, id)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, p)
		}
	}
	return out, nil
}
