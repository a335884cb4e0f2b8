package broker

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"onair/live"
)

// maxAge bounds a page's stated age: an outbox holds some hours, and more would push log time out of its range.
const maxAge = 30 * 24 * time.Hour

// Info describes the log as it is now. The next Follow expects the log that the last Info (or Open) described.
func (b *Broker) Info(ctx context.Context) (live.LogInfo, error) {
	info, err := b.logInfo(ctx)
	if err != nil {
		return live.LogInfo{}, fmt.Errorf("broker: log info: %w", err)
	}
	b.created.Store(&info.Created)
	return info, nil
}

func (b *Broker) logInfo(ctx context.Context) (live.LogInfo, error) {
	s, err := b.js.Stream(ctx, StreamPages)
	if err != nil {
		return live.LogInfo{}, err
	}
	i := s.CachedInfo()
	m := ownMetadata(i.Config.Metadata)
	return live.LogInfo{
		Created:  i.Created,
		FirstSeq: max(i.State.FirstSeq, 1), // an empty new stream says 0
		LastSeq:  i.State.LastSeq,
		Virtual:  m[MetaClock] == ClockVirtual,
		Metadata: m,
	}, nil
}

// Tick writes a tick into the log. at is the virtual time, zero on a real log; only the holder of epoch does it.
func (b *Broker) Tick(ctx context.Context, at time.Time, epoch Epoch) error {
	m := nats.NewMsg(SubjectTick)
	m.Header.Set(HeaderEpoch, epoch.String())
	if !at.IsZero() {
		m.Header.Set(HeaderAt, at.UTC().Format(time.RFC3339Nano))
	}
	if _, err := b.js.PublishMsg(ctx, m, jetstream.WithExpectStream(StreamPages)); err != nil {
		return fmt.Errorf("broker: tick: %w", err)
	}
	return nil
}

// message reads a delivered message: who sent it from its subject, which the server checked against the sender's
// permissions, when from the server's timestamp and the age in the header. One that cannot be read keeps its place
// with an empty body and no lane, so that every node's position moves alike.
func message(m jetstream.Msg, meta *jetstream.MsgMetadata) live.Message {
	out := live.Message{Seq: meta.Sequence.Stream, Time: meta.Timestamp.UTC()}
	at, err := headerTime(m.Headers())
	if err != nil {
		return out
	}
	if m.Subject() == SubjectTick {
		out.Tick, out.At = true, at
		return out
	}
	lane, ok := parseLane(m.Subject())
	if !ok {
		return out
	}
	age, err := strconv.ParseInt(m.Headers().Get(HeaderAge), 10, 64)
	if err != nil || age < 0 || age > maxAge.Milliseconds() {
		return out
	}
	out.Lane, out.At, out.Age, out.Body = lane, at, time.Duration(age)*time.Millisecond, m.Data()
	return out
}

func headerTime(h nats.Header) (time.Time, error) {
	s := h.Get(HeaderAt)
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	return t.UTC(), err
}

// parseLane reads obs.<platform>.<worker>.<epoch>.<lane>.
func parseLane(subject string) (live.Lane, bool) {
	t := strings.Split(subject, ".")
	if len(t) != 5 || t[0]+"." != subjectObs {
		return live.Lane{}, false
	}
	l := live.Lane{Worker: t[2], Epoch: t[3], Name: live.LaneName(t[4])}
	var err error
	if l.Platform, err = live.ParsePlatform(t[1]); err != nil {
		return live.Lane{}, false
	}
	return l, checkLane(l) == nil
}

func checkLane(l live.Lane) error {
	if _, err := live.ParsePlatform(string(l.Platform)); err != nil {
		return fmt.Errorf("lane: %w", err)
	}
	if err := live.CheckID(l.Worker); err != nil {
		return fmt.Errorf("lane's worker: %w", err)
	}
	if err := live.CheckID(l.Epoch); err != nil {
		return fmt.Errorf("lane's epoch: %w", err)
	}
	if l.Name != live.LaneLive && l.Name != live.LaneLate {
		return fmt.Errorf("lane %.40q", l.Name)
	}
	return nil
}
