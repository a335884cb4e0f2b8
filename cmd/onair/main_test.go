package main

import (
	"context"
	"flag"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"go.uber.org/goleak"

	"onair/sink/postgres/pgtest"
)

// patience is how long a test waits for something that comes in a moment on a machine that has nothing else to do.
const patience = 2 * time.Minute

// soak leaves a test of many seconds out of a quick look (go test -short); make test runs it.
func soak(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes many seconds of both cores; not with -short")
	}
}

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
	flag.Parse()
	if testing.Short() { // without those that fill both cores, the tests mostly wait for the programs that they run
		_ = flag.Set("test.parallel", "8")
	}
	goleak.VerifyTestMain(pgtest.Main{M: m})
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
