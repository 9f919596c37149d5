package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"shenzhong/services/disclose/publiclog"
	"shenzhong/services/disclose/witness"
	"shenzhong/services/kit/clock"
)

// playedWitnesses runs the witnesses of a rehearsal (见证方), two of which make a
// quorum, each with a state and a key of its own, and returns the file that names
// them. Their log has that key. They answer until stop.
func playedWitnesses(ctx context.Context, dir string, logKeys []string, clk clock.Clock) (policy string, stop func() error, err error) {
	var ends []func() error
	stop = func() error {
		var errs []error
		for _, end := range ends {
			errs = append(errs, end())
		}
		return errors.Join(errs...)
	}
	var text strings.Builder
	for _, name := range []string{"shimzj", "sifaju", "daxue"} {
		line, end, err := playedWitness(ctx, filepath.Join(dir, "witness-"+name), name, logKeys, clk)
		if err != nil {
			return "", nil, errors.Join(err, stop())
		}
		ends = append(ends, end)
		text.WriteString(line)
	}
	text.WriteString("group depts 2 shimzj sifaju daxue\nquorum depts\n")
	policy = filepath.Join(dir, "witnesses.txt")
	if err := os.WriteFile(policy, []byte(text.String()), secretMode); err != nil {
		return "", nil, errors.Join(fmt.Errorf("write the witnesses of the rehearsal: %w", err), stop())
	}
	return policy, stop, nil
}

// playedWitness runs one and returns its line of the policy.
func playedWitness(ctx context.Context, dir, name string, logKeys []string, clk clock.Clock) (line string, stop func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", nil, fmt.Errorf("make a folder for witness %s: %w", name, err)
	}
	state, err := witness.Open(dir)
	if err != nil {
		return "", nil, err
	}
	key, _, err := state.Key(name)
	if err != nil {
		return "", nil, errors.Join(err, state.Close())
	}
	w, err := publiclog.NewWitness(key, logKeys, state, clk)
	if err != nil {
		return "", nil, errors.Join(err, state.Close())
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, errors.Join(fmt.Errorf("listen as witness %s: %w", name, err), state.Close())
	}
	server := &http.Server{Handler: witness.Handler(w), ReadHeaderTimeout: witnessWait, ReadTimeout: witnessWait, WriteTimeout: witnessWait}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	stop = func() error {
		err := server.Close()
		if end := <-served; !errors.Is(end, http.ErrServerClosed) {
			err = errors.Join(err, end)
		}
		return errors.Join(err, state.Close())
	}
	return fmt.Sprintf("witness %s %s http://%s\n", name, key.Public(), ln.Addr()), stop, nil
}
