package broker_test

import (
	"errors"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"onair/broker/brokertest"
)

func isErr(err, target error) bool { return errors.Is(err, target) }

func jet(t testing.TB, nc *nats.Conn) jetstream.JetStream {
	t.Helper()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

func stream(t testing.TB, f *brokertest.Fixture, name string) jetstream.Stream {
	t.Helper()
	s, err := jet(t, f.Conn).Stream(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func info(t testing.TB, f *brokertest.Fixture, name string) *jetstream.StreamInfo {
	t.Helper()
	return stream(t, f, name).CachedInfo()
}

func purge(t testing.TB, f *brokertest.Fixture, name string, opts ...jetstream.StreamPurgeOpt) {
	t.Helper()
	if err := stream(t, f, name).Purge(t.Context(), opts...); err != nil {
		t.Fatal(err)
	}
}

// allSubjects asks for the number of messages on each subject.
var allSubjects = jetstream.WithSubjectFilter(">")
