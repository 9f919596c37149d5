package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"shenzhong/services/kit/clock"
	"shenzhong/services/kit/service"
)

const (
	bareStream  = "bare"
	bareSubject = "bare.said"
	// bareBatch is how many messages one atomic publication holds, and bareBytes
	// how large they may be, as in the relay.
	bareBatch = 500
	bareBytes = 900 << 10
)

// bare is the chain wired by hand: one handler, one insert, one message, one
// insert, with the same promises on the way (nothing is answered before it is
// synced, nothing is lost between the insert and the message, nothing is
// inserted twice) and with none of the kit. It validates nothing, counts no
// limit, makes no number, decides nothing, and chains no history.
type bare struct {
	side
	carry    sizes
	rows     *insert
	kept     *insert
	server   *server.Server
	nc       *nats.Conn
	js       jetstream.JetStream
	consumer jetstream.Consumer
	grown    chan struct{}
}

// row is what is inserted, published and inserted again.
type row struct {
	Number  int64     `json:"number"`
	Subject string    `json:"subject"`
	Cause   string    `json:"-"`
	At      time.Time `json:"at"`
	Body    string    `json:"body"`
}

func openBare(ctx context.Context, dir string, carry sizes) (b *bare, err error) {
	b = &bare{carry: carry, grown: make(chan struct{}, 1)}
	b.ear, b.close = &ear{}, b.shut
	defer func() {
		if err != nil {
			err = errors.Join(err, b.shut())
		}
	}()
	if b.rows, err = openInsert(ctx, filepath.Join(dir, "rows.db")); err != nil {
		return b, err
	}
	if b.kept, err = openInsert(ctx, filepath.Join(dir, "kept.db")); err != nil {
		return b, err
	}
	if err := b.broker(ctx, filepath.Join(dir, "jetstream")); err != nil {
		return b, err
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Post("/api/v1/clues", b.receive)
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return b, fmt.Errorf("listen: %w", err)
	}
	b.addr = ln.Addr().String()
	b.parts = []service.Part{
		{Name: "bare rows", Run: b.rows.run},
		{Name: "bare kept", Run: b.kept.run},
		{Name: "bare publisher", Run: b.publish},
		{Name: "bare listener", Run: b.hear},
		{Name: "bare web", Run: func(ctx context.Context) error {
			stop := context.AfterFunc(ctx, func() { _ = app.Shutdown() }) // it returns what Listener returns
			defer stop()
			return app.Listener(ln)
		}},
	}
	return b, nil
}

// broker starts a server that syncs every write, as that of the kit does.
func (b *bare) broker(ctx context.Context, dir string) (err error) {
	b.server, err = server.NewServer(&server.Options{
		ServerName: "bare", JetStream: true, StoreDir: dir, SyncAlways: true, DontListen: true, NoSigs: true, NoLog: true,
		JetStreamMaxMemory: 64 << 20, JetStreamMaxStore: 64 << 30,
	})
	if err != nil {
		return fmt.Errorf("make the server: %w", err)
	}
	b.server.Start()
	if !b.server.ReadyForConnections(time.Minute) {
		return errors.New("the server did not become ready")
	}
	if b.nc, err = nats.Connect("", nats.InProcessServer(b.server)); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	if b.js, err = jetstream.New(b.nc); err != nil {
		return err
	}
	stream, err := b.js.CreateStream(ctx, jetstream.StreamConfig{
		Name: bareStream, Subjects: []string{bareSubject}, Storage: jetstream.FileStorage, MaxBytes: 4 << 30, AllowAtomicPublish: true,
	})
	if err != nil {
		return err
	}
	b.consumer, err = stream.CreateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: "bare", AckPolicy: jetstream.AckExplicitPolicy, MaxAckPending: 1024,
	})
	return err
}

// receive answers a complaint once its row is synced.
func (b *bare) receive(c *fiber.Ctx) error {
	var in struct{ Name, Town, Text string }
	if err := json.Unmarshal(c.Body(), &in); err != nil || in.Text == "" {
		return c.SendStatus(fiber.StatusBadRequest)
	}
	number, err := b.rows.write(c.UserContext(), row{Subject: nuid.Next(), Cause: nuid.Next(), At: clock.System{}.Now(), Body: sized(in.Text, b.carry.row)})
	if err != nil {
		return err
	}
	select {
	case b.grown <- struct{}{}:
	default:
	}
	return c.Status(fiber.StatusCreated).JSON(map[string]string{"clue": strconv.FormatInt(number, 10), "text": sized(in.Text, b.carry.answer)})
}

// sized is text cut or repeated to about n bytes of plain letters: escaping
// must not make the two sides differ.
func sized(text string, n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = 'a' + text[i%len(text)]%26
	}
	return string(out)
}

// publish sends what was inserted and marks it: few at a time one by one, many as
// one atomic batch, which the server syncs once.
func (b *bare) publish(ctx context.Context) error {
	for {
		rows, err := b.rows.unsent(bareBatch)
		if err != nil {
			return fmt.Errorf("read what is to be sent: %w", err)
		}
		if len(rows) == 0 {
			select {
			case <-ctx.Done():
				return nil
			case <-b.grown:
			}
			continue
		}
		var batch [][]byte
		size := 0
		for n, r := range rows {
			r.Body = sized(r.Body, b.carry.message)
			raw, err := json.Marshal(r)
			if err != nil {
				return err
			}
			if size += len(raw); size > bareBytes {
				rows = rows[:n]
				break
			}
			batch = append(batch, raw)
		}
		if err := b.send(ctx, batch); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		if err := b.rows.mark(ctx, rows[len(rows)-1].Number); err != nil && ctx.Err() == nil {
			return fmt.Errorf("mark what was sent: %w", err)
		}
	}
}

func (b *bare) send(ctx context.Context, batch [][]byte) error {
	if len(batch) <= 8 {
		for _, raw := range batch {
			if _, err := b.js.Publish(ctx, bareSubject, raw); err != nil {
				return fmt.Errorf("publish: %w", err)
			}
		}
		return nil
	}
	id := nuid.Next()
	for i, raw := range batch {
		m := nats.NewMsg(bareSubject)
		m.Data = raw
		m.Header = nats.Header{"Nats-Batch-Id": {id}, "Nats-Batch-Sequence": {strconv.Itoa(i + 1)}}
		if i < len(batch)-1 {
			if err := b.nc.PublishMsg(m); err != nil {
				return fmt.Errorf("publish: %w", err)
			}
			continue
		}
		m.Header.Set("Nats-Batch-Commit", "1")
		answer, err := b.nc.RequestMsgWithContext(ctx, m)
		if err != nil {
			return fmt.Errorf("publish: %w", err)
		}
		var ack struct {
			Error *jetstream.APIError `json:"error"`
		}
		if err := json.Unmarshal(answer.Data, &ack); err != nil {
			return fmt.Errorf("read answer to batch: %w", err)
		}
		if ack.Error != nil {
			return fmt.Errorf("publish: %w", ack.Error)
		}
	}
	return nil
}

// hear inserts each message and acknowledges it once that is synced.
func (b *bare) hear(ctx context.Context) error {
	failed := make(chan error, 1)
	sub, err := b.consumer.Consume(func(m jetstream.Msg) {
		var r row
		if err := json.Unmarshal(m.Data(), &r); err != nil {
			failed <- err
			return
		}
		r.Cause, r.Body = r.Subject, sized(r.Body, b.carry.kept)
		b.kept.later(r, func(_ int64, err error) {
			if err == nil {
				err = m.Ack()
			}
			if err != nil {
				select {
				case failed <- err:
				default:
				}
				return
			}
			b.ear.heard(r.At)
		})
	}, jetstream.PullMaxMessages(256))
	if err != nil {
		return fmt.Errorf("consume: %w", err)
	}
	defer sub.Stop()
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return fmt.Errorf("consume: %w", err)
	}
}

func (b *bare) shut() error {
	if b.nc != nil {
		b.nc.Close()
	}
	if b.server != nil {
		b.server.Shutdown()
		b.server.WaitForShutdown()
	}
	var errs []error
	for _, i := range []*insert{b.rows, b.kept} {
		if i != nil {
			errs = append(errs, i.close())
		}
	}
	return errors.Join(errs...)
}
