package jsbus

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"shenzhong/services/kit/bus"
)

// as runs ask on the connection of one context.
func (s *setup) as(t testing.TB, user string, ask func(context.Context, *session)) {
	t.Helper()
	must(t, s.onSession(t.Context(), user, func(ctx context.Context, x *session) error { ask(ctx, x); return nil }))
}

// TestContextMayDoOnlyItsOwn tries, on the connection of clue, what clue needs
// and what it must not get.
func TestContextMayDoOnlyItsOwn(t *testing.T) {
	s := newSetup(t)
	run(t, s.relay, s.hear)
	s.clue.say(t, 1, "")
	s.quiet(t)
	publish := func(subject, body string) func(*nats.Conn) error {
		return func(nc *nats.Conn) error { return nc.PublishRequest(subject, nc.NewInbox(), []byte(body)) }
	}
	listen := func(subject string) func(*nats.Conn) error {
		return func(nc *nats.Conn) error { _, err := nc.SubscribeSync(subject); return err }
	}
	tests := []struct {
		name  string
		try   func(*nats.Conn) error
		allow bool
	}{
		{"speak as itself", publish("sz.500156.clue.noted.v1", "{}"), true},
		{"speak as another", publish("sz.500156.casefile.decided.v1", "{}"), false},
		{"speak as another of a district like itself", publish("sz.clue.casefile.decided.v1", "{}"), false},
		{"look at its own stream", publish("$JS.API.STREAM.INFO.sz-clue", ""), true},
		{"look at the stream of another", publish("$JS.API.STREAM.INFO.sz-casefile", ""), false},
		{"read a message of another", publish("$JS.API.STREAM.MSG.GET.sz-casefile", `{"seq":1}`), false},
		{"delete its own stream", publish("$JS.API.STREAM.DELETE.sz-clue", ""), false},
		{"purge its own stream", publish("$JS.API.STREAM.PURGE.sz-clue", ""), false},
		{"change its own stream", publish("$JS.API.STREAM.UPDATE.sz-clue", "{}"), false},
		{"make a consumer", publish("$JS.API.CONSUMER.CREATE.sz-casefile.clue-spy", "{}"), false},
		{"take what is set aside for another", publish("$JS.API.CONSUMER.MSG.NEXT.sz-clue.casefile-hears", `{"batch":1,"expires":100000000}`), false},
		{"answer for another", publish("$JS.ACK.sz-clue.casefile-hears.1.1.1.1.1", "+ACK"), false},
		{"listen to facts past the consumers", listen("sz.>"), false},
		{"listen to the answers to another", listen("_INBOX_casefile.>"), false},
		{"listen to everything", listen(">"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s.as(t, "clue", func(_ context.Context, x *session) {
				denied := make(chan error, 1)
				x.nc.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { denied <- err })
				defer x.nc.SetErrorHandler(logAsyncError)
				must(t, tt.try(x.nc))
				must(t, x.nc.Flush()) // the server answers it after it has refused what came before
				select {
				case err := <-denied:
					if tt.allow || !errors.Is(err, nats.ErrPermissionViolation) {
						t.Errorf("refused with %v; want allowed = %v", err, tt.allow)
					}
				case <-time.After(100 * time.Millisecond):
					if !tt.allow {
						t.Error("it was allowed")
					}
				}
			})
		})
	}
}

// TestAnswersCannotBeMadeIntoFacts has casefile order answers of the broker to
// the address of clue, with words of its own in them. The server does not check
// where answers go; no listener may take one for a fact of clue.
func TestAnswersCannotBeMadeIntoFacts(t *testing.T) {
	own := newEar()
	board := bus.Reaction{Name: "casefile-board", Kinds: []string{"casefile.decided.v1"}, Handle: own.handle}
	s := newSetup(t, func(c *Config) { c.Contexts[1].Reactions = append(c.Contexts[1].Reactions, board) })
	run(t, s.hear)
	forged := `{"specversion":"1.0","id":"clue/x/1","type":"clue.noted.v1","subject":"clue/x","version":1,"data":{"n":1}}`
	s.as(t, "casefile", func(ctx context.Context, x *session) {
		_, err := x.js.Publish(ctx, "sz.500156.casefile.decided.v1", []byte(forged))
		must(t, err)
		for _, order := range []struct{ subject, body string }{
			{"$JS.API.CONSUMER.MSG.NEXT.sz-casefile.casefile-board", `{"batch":1}`},
			{"$JS.API.STREAM.MSG.GET.sz-casefile", `{"seq":1}`},
			{"$JS.API.DIRECT.GET.sz-casefile", `{"seq":1}`},
			{"$JS.API.DIRECT.GET.sz-casefile.sz.500156.casefile.decided.v1", ""},
			{"$JS.API.STREAM.INFO.sz-casefile", forged},
			{"sz.500156.casefile.decided.v1", forged},
		} {
			must(t, x.nc.PublishMsg(&nats.Msg{Subject: order.subject, Reply: "sz.500156.clue.noted.v1", Data: []byte(order.body)}))
		}
		must(t, x.nc.Flush())
	})
	s.clue.say(t, 1, "")
	run(t, s.relay)
	eventually(t, "the true fact is heard", func() bool { return s.ear.total() == 1 })
	if got := s.ear.calls(); got != 1 {
		t.Errorf("the listener was called %d times; want once, for the true fact", got)
	}
}

func TestPermissionsNameWhatIsListenedTo(t *testing.T) {
	g := Permissions("oversee", []bus.Reaction{{Name: "oversee-clocks", Kinds: []string{"clue.routed.v1", "casefile.decided.v1", "clue.closed.v1"}}})
	for _, want := range []string{
		"sz.*.oversee.>",
		"$JS.API.CONSUMER.MSG.NEXT.sz-clue.oversee-clocks",
		"$JS.ACK.sz-casefile.oversee-clocks.>",
	} {
		if !strings.Contains(" "+strings.Join(g.Publish, " ")+" ", " "+want+" ") {
			t.Errorf("may not publish %s: %v", want, g.Publish)
		}
	}
	for _, p := range g.Publish {
		if strings.Contains(p, "CREATE") || strings.Contains(p, "DELETE") || strings.Contains(p, "DIRECT") || p == ">" {
			t.Errorf("may publish %s", p)
		}
	}
	if len(g.Subscribe) != 1 || g.Subscribe[0] != "_INBOX_oversee.>" {
		t.Errorf("may subscribe to %v; want its inbox alone", g.Subscribe)
	}
}
