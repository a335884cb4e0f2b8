package postgres

import (
	"fmt"
	"time"

	"onair/live"
)

// dating tells when a page was observed, as the fold dates the counts that it gives away (aggregator.Effects.Points):
// the fold says nothing of pages without a known count, which are requests and hidden counts here. A test holds the two
// together.
type dating struct {
	virtual bool
	broker  time.Time // newest broker timestamp
}

// precision is that of the fold and of Postgres.
const precision = time.Microsecond

// of gives the page's time; logTime is the fold's after it took the message.
func (d *dating) of(m *live.Message, logTime time.Time) time.Time {
	if !d.virtual && m.Time.After(d.broker) {
		d.broker = m.Time.UTC().Truncate(precision)
	}
	at := m.At
	if !d.virtual {
		at = d.broker.Add(-max(m.Age, 0))
	}
	at = at.UTC().Truncate(precision)
	if at.After(logTime) || at.Unix() <= 0 {
		return logTime
	}
	return at
}

// decode reads a message's page; nil for a tick. A page must be of the platform whose subject it came by, as in the view.
func decode(m *live.Message) (*live.Page, error) {
	if m.Tick {
		return nil, nil
	}
	p, err := live.DecodePage(m.Body)
	if err != nil {
		return nil, err
	}
	if m.Lane.Platform != p.Platform {
		return nil, fmt.Errorf("%w: page of %s on a subject of %s", live.ErrInvalid, p.Platform, m.Lane.Platform)
	}
	return p, nil
}
