package jsbus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"shenzhong/services/kit/fault"
)

// Settings is what /readyz shows of the broker: not what was asked for but what
// the broker says it does.
type Settings struct {
	Server     string           `json:"server"` // "embedded" or the URL
	SyncAlways string           `json:"sync_always"`
	Streams    []StreamSettings `json:"streams"`
}

// StreamSettings is what the broker reports of one stream.
type StreamSettings struct {
	Name       string `json:"name"`
	Storage    string `json:"storage"`
	Retention  string `json:"retention"`
	Discard    string `json:"discard"`
	Replicas   int    `json:"replicas"`
	MaxBytes   int64  `json:"max_bytes"`
	Bytes      uint64 `json:"bytes"`
	Duplicates string `json:"duplicates"`
	Atomic     bool   `json:"atomic"`
}

// Settings asks the broker how it keeps the streams on which this process
// speaks.
func (b *Bus) Settings(ctx context.Context) (Settings, error) {
	out := Settings{Server: "embedded", SyncAlways: "reported by the server"}
	if x := b.cfg.External; x != nil {
		out.Server = x.URL
		if len(x.Monitors) == 0 {
			out.SyncAlways = "asserted by the operator"
		}
	}
	for _, c := range b.cfg.Contexts {
		b.mu.Lock()
		speaks := b.streams[c.Name]
		b.mu.Unlock()
		if !speaks {
			continue
		}
		err := b.onSession(ctx, c.Name, func(ctx context.Context, s *session) error {
			stream, err := s.js.Stream(ctx, StreamName(c.Name))
			if err != nil {
				return err
			}
			out.Streams = append(out.Streams, streamSettings(stream.CachedInfo()))
			return nil
		})
		if err != nil {
			return out, fmt.Errorf("settings of stream %s: %w", StreamName(c.Name), err)
		}
	}
	return out, nil
}

func streamSettings(info *jetstream.StreamInfo) StreamSettings {
	c := info.Config
	return StreamSettings{
		Name: c.Name, Storage: c.Storage.String(), Retention: c.Retention.String(), Discard: c.Discard.String(),
		Replicas: c.Replicas, MaxBytes: c.MaxBytes, Bytes: info.State.Bytes, Duplicates: c.Duplicates.String(),
		Atomic: c.AllowAtomicPublish,
	}
}

// assertSync refuses a broker that may acknowledge what a power failure takes
// away. The embedded server was asked at its start. Others can be asked by their
// monitoring address alone: the client protocol does not tell, and the system
// account that could is not for us.
func (b *Bus) assertSync(ctx context.Context) error {
	x := b.cfg.External
	if x == nil || len(x.Monitors) == 0 && x.SyncAsserted {
		return nil
	}
	if len(x.Monitors) == 0 {
		return errors.New("bus: nobody says that the servers sync every write; give the monitoring address of each, or assert it")
	}
	for _, m := range x.Monitors {
		if err := assertServerSyncs(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func assertServerSyncs(ctx context.Context, monitor string) error {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(monitor, "/")+"/varz", nil)
	if err != nil {
		return fmt.Errorf("ask %s how it syncs: %w", monitor, err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ask %s how it syncs: %w", monitor, err)
	}
	defer resp.Body.Close()
	var varz struct {
		JetStream struct {
			Config *struct {
				SyncAlways bool `json:"sync_always"`
			} `json:"config"`
		} `json:"jetstream"`
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("ask %s how it syncs: status %d", monitor, resp.StatusCode)
	}
	if err := json.NewDecoder(resp.Body).Decode(&varz); err != nil {
		return fmt.Errorf("ask %s how it syncs: %w", monitor, err)
	}
	switch c := varz.JetStream.Config; {
	case c == nil:
		return fault.New(fault.Unavailable, "NATS 服务器 %s 没有启用 JetStream，请在它的设置中启用后重启", monitor)
	case !c.SyncAlways:
		return fault.New(fault.Unavailable, "NATS 服务器 %s 没有把每次写入都同步到磁盘，断电会丢失已经应答的事实；请在它的 jetstream 设置中写明 sync_interval: always 后重启", monitor)
	}
	return nil
}
