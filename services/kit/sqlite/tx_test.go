package sqlite

import (
	"errors"
	"testing"
)

// A write of one statement that is refused leaves nothing and takes nobody with
// it; one that has changed something and is then refused takes its group with it
// rather than leave half of itself; a second statement is a mistake.
func TestWriteOfOneStatement(t *testing.T) {
	refused := errors.New("refused")
	for name, c := range map[string]struct {
		op        func(Tx) error
		want      error
		sinks     bool
		left      int
		statement bool
	}{
		"done":                 {op: note("one"), left: 1},
		"refused before":       {op: func(Tx) error { return refused }, want: refused},
		"refused afterwards":   {op: func(tx Tx) error { return errors.Join(note("one")(tx), refused) }, want: refused, sinks: true},
		"a second statement":   {op: func(tx Tx) error { return errors.Join(note("one")(tx), note("two")(tx)) }, want: errOne, sinks: true},
		"a statement not SQL":  {op: func(tx Tx) error { _, err := tx.Exec("nonsense"); return err }, statement: true},
		"a statement with one": {op: func(tx Tx) error { _, err := tx.Exec("INSERT INTO notes (nothing) VALUES (1)"); return err }, statement: true},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, options Options) {
				db := mustNotes(t, options)
				release := hold(t, db)
				answers := make(chan error, 2)
				go func() { answers <- db.WriteOne(t.Context(), c.op) }()
				waitFor(t, "the write to queue", func() bool { return len(db.writer.queue) == 1 })
				neighbor := make(chan error, 1)
				go func() { neighbor <- db.Write(t.Context(), note("neighbor")) }()
				waitFor(t, "the write to queue", func() bool { return len(db.writer.queue) == 2 })
				held := release()
				err := <-answers
				if c.statement && err == nil || !c.statement && !errors.Is(err, c.want) {
					t.Errorf("answered %v, want %v", err, c.want)
				}
				if (held != nil) != c.sinks {
					t.Errorf("the group before it was answered %v", held)
				}
				if err := <-neighbor; err != nil {
					t.Errorf("the neighbor was answered %v", err)
				}
				if n := mustCount(t, db, "text IN ('one', 'two')"); n != c.left {
					t.Errorf("%d notes left, want %d", n, c.left)
				}
				if n := mustCount(t, db, "text = 'neighbor'"); n != 1 {
					t.Errorf("%d notes of the neighbor, want 1", n)
				}
			})
		})
	}
}
