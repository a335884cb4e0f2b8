package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"go.uber.org/goleak"
)

// asProgram in the environment makes the test binary run as onair itself, so that tests can kill it; with "-c FILE" as
// its arguments it is a stock nats-server.
const asProgram = "ONAIR_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		if len(os.Args) == 3 && os.Args[1] == "-c" {
			serveNATS(os.Args[2])
			return
		}
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		code := run(ctx, os.Args[1:], out{os.Stdout, os.Stderr})
		stop()
		os.Exit(code)
	}
	goleak.VerifyTestMain(m)
}

// serveNATS is nats-server's own main, as far as a test needs it. The server ends the process when it is told to.
func serveNATS(conf string) {
	opts, err := server.ProcessConfigFile(conf)
	if err == nil {
		var ns *server.Server
		if ns, err = server.NewServer(opts); err == nil {
			ns.ConfigureLogger()
			err = server.Run(ns)
			ns.WaitForShutdown()
		}
	}
	if err != nil {
		panic(err)
	}
}
