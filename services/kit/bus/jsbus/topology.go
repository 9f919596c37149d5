package jsbus

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"shenzhong/services/kit/bus"
	"shenzhong/services/kit/fault"
)

// The streams that belong to no context.
const (
	adviceStream  = "sz-advice" // what the broker says of facts it gave up on
	canaryStream  = "sz-canary" // probes
	canarySubject = "szc.probe"
)

// duplicates is how long the broker refuses a fact that it has had. It spares
// listeners a second delivery; that nothing happens twice is kept by the commits.
const duplicates = 24 * time.Hour

// StreamName is the stream on which a context speaks.
func StreamName(context string) string { return "sz-" + context }

// addresses is the subject under which all facts of a context travel.
func addresses(context string) string { return "sz.*." + context + ".>" }

// token reports whether s may be one part of a subject and a name of ours.
func token(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' {
			return false
		}
	}
	return s != ""
}

// speaker is the context to which a reaction belongs.
func speaker(r bus.Reaction) string {
	context, _, _ := strings.Cut(r.Name, "-")
	return context
}

// streamConfig is the stream of one context: limits retention, because other
// policies forget duplicates at a restart; a full stream refuses, so that its
// context keeps its facts in the store; nothing is ever removed from it. Direct
// gets stay off: their answer is the bare message, and sent to the address of
// another context it would be a forged fact.
func (b *Bus) streamConfig(context string) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:               StreamName(context),
		Description:        "facts of " + context,
		Subjects:           []string{addresses(context)},
		Retention:          jetstream.LimitsPolicy,
		Discard:            jetstream.DiscardNew,
		Storage:            jetstream.FileStorage,
		PersistMode:        jetstream.DefaultPersistMode,
		Replicas:           b.cfg.Replicas,
		MaxBytes:           b.cfg.MaxBytes,
		MaxMsgs:            -1,
		MaxMsgsPerSubject:  -1,
		Duplicates:         duplicates,
		DenyDelete:         true,
		DenyPurge:          true,
		AllowAtomicPublish: true,
	}
}

// ownConfigs are the streams of the bus itself. What they lose is no fact.
func (b *Bus) ownConfigs() []jetstream.StreamConfig {
	return []jetstream.StreamConfig{{
		Name:        adviceStream,
		Description: "deliveries that the broker gave up",
		Subjects:    []string{exceeded + ">", terminated + ">"},
		Discard:     jetstream.DiscardOld,
		Storage:     jetstream.FileStorage,
		Replicas:    b.cfg.Replicas,
		MaxBytes:    64 << 20,
	}, {
		Name:              canaryStream,
		Description:       "probes of the bus",
		Subjects:          []string{canarySubject},
		Discard:           jetstream.DiscardOld,
		Storage:           jetstream.FileStorage,
		Replicas:          b.cfg.Replicas,
		MaxBytes:          1 << 20,
		MaxMsgs:           16,
		MaxMsgsPerSubject: 16,
	}}
}

// Declare makes the streams of the named contexts and asserts that the broker
// keeps them as they were asked for. With the key of setup it creates and
// corrects them, and the consumers of its reactions; without, it only looks at
// those on which this process itself speaks. It is idempotent. A program whose Declare returns an error must not go
// on.
func (b *Bus) Declare(ctx context.Context, contexts []string) error {
	if err := b.assertSync(ctx); err != nil {
		return err
	}
	for _, name := range contexts {
		user := setupUser
		if _, ours := b.known(name); !b.provisions() {
			if !ours {
				continue
			}
			user = name
		}
		if err := b.declare(ctx, user, b.streamConfig(name)); err != nil {
			return err
		}
		b.declared(name)
	}
	if !b.provisions() {
		return nil
	}
	for _, own := range b.ownConfigs() {
		if err := b.declare(ctx, setupUser, own); err != nil {
			return err
		}
	}
	return b.declareConsumers(ctx, contexts)
}

// declareConsumers makes what the reactions of this process need on the streams
// of the named contexts, so that others who run them need no key of setup.
func (b *Bus) declareConsumers(ctx context.Context, contexts []string) error {
	for _, c := range b.cfg.Contexts {
		for _, r := range c.Reactions {
			for _, name := range contexts {
				l := &listener{bus: b, reaction: r, stream: StreamName(name)}
				want := l.consumerConfig()
				if len(want.FilterSubjects) == 0 {
					continue
				}
				if err := b.declareConsumer(ctx, l.stream, want); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// declared notes that the stream of a context was found as it must be.
func (b *Bus) declared(context string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.streams[context] = true
}

// provisions reports whether this process may make streams and consumers.
func (b *Bus) provisions() bool { _, ok := b.links[setupUser]; return ok }

func (b *Bus) declare(ctx context.Context, user string, want jetstream.StreamConfig) error {
	return b.onSession(ctx, user, func(ctx context.Context, s *session) error {
		var (
			stream jetstream.Stream
			err    error
		)
		if user == setupUser {
			stream, err = s.js.CreateOrUpdateStream(ctx, want)
		} else {
			stream, err = s.js.Stream(ctx, want.Name)
		}
		if err != nil {
			return fmt.Errorf("declare stream %s: %w", want.Name, err)
		}
		if wrong := differences(want, stream.CachedInfo().Config); len(wrong) > 0 {
			return fault.New(fault.Unavailable, "消息流 %s 的设置不合要求（%s），请用 shenzhong ctl nats setup 改正", want.Name, strings.Join(wrong, "; "))
		}
		return nil
	})
}

// differences lists in which respects that matter a stream is not what it must
// be.
func differences(want, have jetstream.StreamConfig) []string {
	var out []string
	assert := func(what string, want, have any) {
		if want != have {
			out = append(out, fmt.Sprintf("%s is %v, must be %v", what, have, want))
		}
	}
	slices.Sort(have.Subjects)
	assert("subjects", strings.Join(want.Subjects, " "), strings.Join(have.Subjects, " "))
	assert("retention", want.Retention, have.Retention)
	assert("discard", want.Discard, have.Discard)
	assert("storage", want.Storage, have.Storage)
	assert("persist mode", want.PersistMode, have.PersistMode)
	assert("replicas", want.Replicas, have.Replicas)
	assert("max bytes", want.MaxBytes, have.MaxBytes)
	assert("max age", want.MaxAge, have.MaxAge)
	assert("deny delete", want.DenyDelete, have.DenyDelete)
	assert("deny purge", want.DenyPurge, have.DenyPurge)
	assert("direct get", want.AllowDirect, have.AllowDirect)
	assert("atomic publish", want.AllowAtomicPublish, have.AllowAtomicPublish)
	if want.Duplicates > 0 {
		assert("duplicates window", want.Duplicates, have.Duplicates)
	}
	if have.RePublish != nil || have.SubjectTransform != nil || have.Mirror != nil || len(have.Sources) > 0 {
		out = append(out, "it copies or renames messages")
	}
	return out
}
