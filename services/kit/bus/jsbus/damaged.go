package jsbus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"shenzhong/services/kit/fault"
)

// hold takes the folder of a server for this process alone: two servers on one
// folder ruin it, and both look healthy. The kernel lets go of it however the
// process ends. The lock lies beside the folder, which may be deleted any time.
func hold(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the broker: %w", err)
	}
	f, err := os.OpenFile(filepath.Clean(dir)+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the folder of the broker: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fault.New(fault.Conflict, "目录 %s 正由另一个进程使用，请先停止那个进程，或者换一个数据目录", filepath.Dir(filepath.Clean(dir)))
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// makeConsumer makes a durable consumer or corrects it. What the embedded server
// kept of it may be damaged; the server then refuses the consumer for ever. It
// is forgotten, and hears everything again, which changes nothing that was done.
func (b *Bus) makeConsumer(ctx context.Context, s *session, stream string, want jetstream.ConsumerConfig) (jetstream.Consumer, error) {
	c, err := s.js.CreateOrUpdateConsumer(ctx, stream, want)
	if b.broker != nil && unreadableState(err) {
		slog.ErrorContext(ctx, "the broker cannot read what it kept of a consumer, which hears everything again",
			"stream", stream, "consumer", want.Durable, "err", err)
		if err := b.broker.forget(stream, want.Durable); err != nil {
			return nil, err
		}
		c, err = s.js.CreateOrUpdateConsumer(ctx, stream, want)
	}
	if err != nil {
		return nil, fmt.Errorf("declare consumer %s on %s: %w", want.Durable, stream, err)
	}
	return c, nil
}

// unreadableState reports whether a consumer was refused for its state on disk.
// There is no code for it alone.
func unreadableState(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && api.ErrorCode == jetstream.JSErrCodeConsumerCreate && strings.Contains(api.Description, "store for consumer")
}

// forget removes what the server keeps of a consumer that it could not recover
// and so does not know.
func (b *broker) forget(stream, consumer string) error {
	dir := filepath.Join(b.opts.StoreDir, server.JetStreamStoreDir, server.DEFAULT_GLOBAL_ACCOUNT, "streams", stream, "obs", consumer)
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("forget consumer %s of %s: %w", consumer, stream, err)
	}
	return nil
}
