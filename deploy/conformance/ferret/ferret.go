// Package ferret runs FerretDB, which speaks the protocol of MongoDB over SQLite,
// inside this process. It must never keep what anyone would miss: it has neither
// transactions nor the durability that production asks of its store.
package ferret

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"

	"github.com/FerretDB/FerretDB/ferretdb"
)

// Start serves the databases in dir at a TCP address, port 0 for any, and returns
// the URI to connect to. Once ctx has ended the server stops; stopped is closed
// when it has.
func Start(ctx context.Context, dir, addr string) (uri string, stopped <-chan struct{}, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", nil, err
	}
	data := url.URL{Scheme: "file", Path: filepath.ToSlash(dir) + "/"}
	server, err := ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{TCP: addr}, Handler: "sqlite", SQLiteURL: data.String(),
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return "", nil, fmt.Errorf("start FerretDB: %w", err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Run(ctx); err != nil {
			slog.ErrorContext(ctx, "FerretDB", "err", err)
		}
	}()
	return server.MongoDBURI(), done, nil
}
