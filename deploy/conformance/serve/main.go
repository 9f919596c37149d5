// Command serve runs FerretDB on a port and a directory until it is told to stop:
// the server of tests that need several processes.
//
//	go run ./serve -addr 127.0.0.1:27017 -data /tmp/ferret
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"shenzhong/deploy/conformance/ferret"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "where to listen; port 0 is any")
	data := flag.String("data", "", "directory of the databases")
	flag.Parse()
	if err := serve(*addr, *data); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve prints "ready " and the URI once it can be connected to.
func serve(addr, data string) error {
	if data == "" {
		return fmt.Errorf("-data is missing")
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	uri, stopped, err := ferret.Start(ctx, data, addr)
	if err != nil {
		return err
	}
	fmt.Println("ready", uri)
	<-stopped
	return nil
}
