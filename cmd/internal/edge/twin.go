package edge

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nats.go"

	"onair/broker"
	"onair/workers"
)

// Two processes with one identity would both be let in, take each other's jobs, and each be announced in the other's
// place. They find each other in the one place that is theirs alone, the inbox of that name: whoever comes asks there,
// and whoever was there first answers.

const (
	// twinWait is how long the one asked has; it is only waited for where the server believes that somebody is there.
	twinWait = 2 * time.Second
	// settled is when a newcomer has become the one who was there: until then two that came at once agree by their ids.
	settled = twinWait / 2
)

// claim is one process' claim to a worker's name.
type claim struct {
	ID   string    `json:"id"`
	Host string    `json:"host"`
	From time.Time `json:"from"`

	nc      *nats.Conn
	name    string
	end     context.CancelCauseFunc
	answers string // inbox of those who were there
}

func twinSubject(name string) string { return broker.InboxPrefix(name) + ".twin" }

func newClaim(nc *nats.Conn, name string, end context.CancelCauseFunc) *claim {
	host, _ := os.Hostname()
	return &claim{ID: rand.Text(), Host: host, From: time.Now().UTC(), nc: nc, name: name, end: end}
}

// ask finds out whether another process works under this name. ErrTwin says where it runs.
func (c *claim) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, twinWait)
	defer cancel()
	answer, err := c.nc.RequestWithContext(ctx, twinSubject(c.name), c.body())
	if err != nil {
		// Nobody there (at once), or a dead link's other end that the server has not buried yet. A missing permission
		// ends the worker by itself.
		return nil
	}
	return c.judge(answer.Data)
}

// hold answers whoever asks from now on, and makes the claim known to those who came at the same time.
func (c *claim) hold() error {
	c.answers = c.nc.NewInbox()
	_, one := c.nc.Subscribe(c.answers, func(m *nats.Msg) {
		if err := c.judge(m.Data); err != nil {
			c.end(err)
		}
	})
	began := time.Now()
	_, two := c.nc.Subscribe(twinSubject(c.name), func(m *nats.Msg) {
		var other claim
		if json.Unmarshal(m.Data, &other) != nil || other.ID == c.ID || m.Reply == "" {
			return
		}
		if time.Since(began) < settled && other.ID < c.ID {
			_ = c.repeat() // the other one stays, and says so when it hears of this one
			return
		}
		_ = m.Respond(c.body())
	})
	return errors.Join(one, two, c.repeat())
}

// repeat makes the claim known: also after each time that the connection was lost, when a twin may have come meanwhile.
func (c *claim) repeat() error { return c.nc.PublishRequest(twinSubject(c.name), c.answers, c.body()) }

func (c *claim) judge(answer []byte) error {
	var other claim
	if err := json.Unmarshal(answer, &other); err != nil || other.ID == c.ID {
		return nil
	}
	return fmt.Errorf("%w: worker %s has been running on %s since %s; add this machine under a name of its own (\"onair worker add\" on the hub)",
		workers.ErrTwin, c.name, other.Host, other.From.Format(time.RFC3339))
}

func (c *claim) body() []byte {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // three plain fields
	}
	return b
}

// watch keeps the claim until ctx ends. The first time is the caller's, when the link was up by then.
func (c *claim) watch(ctx context.Context, up <-chan struct{}, held bool) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-up:
		}
		if !held {
			if err := c.ask(ctx); err != nil {
				return err
			}
			if err := c.hold(); err != nil {
				return fmt.Errorf("worker %s: %w", c.name, err)
			}
			held = true
			continue
		}
		_ = c.repeat() // no link again: then there will be another time
	}
}
