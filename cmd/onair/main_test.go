package main

import (
	"context"
	"os"
	"os/signal"
	"testing"

	"go.uber.org/goleak"
)

// asProgram in the environment makes the test binary run as onair itself, so that tests can kill it.
const asProgram = "ONAIR_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		code := run(ctx, os.Args[1:], out{os.Stdout, os.Stderr})
		stop()
		os.Exit(code)
	}
	goleak.VerifyTestMain(m)
}
