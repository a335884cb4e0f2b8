package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onair/aggregator"
	"onair/live"
	"onair/view"
)

// mark is the row of onair.position.
type mark struct {
	stream  int64 // live.LogInfo.Created in nanoseconds; 0 before the first log
	virtual bool
	seq     uint64
	logTime *time.Time
	epoch   Epoch
}

func (e Epoch) compare(o Epoch) int {
	return cmp.Or(e.Created.Compare(o.Created), cmp.Compare(e.Rev, o.Rev))
}

// lockMark reads the position and holds it until the transaction ends. Errors: ErrFenced when a later leader wrote it.
func lockMark(ctx context.Context, tx pgx.Tx, mine Epoch) (m mark, err error) {
	var seq, nanos, rev int64
	err = tx.QueryRow(ctx, "SELECT stream_ns, virtual, seq, log_time, epoch_ns, epoch_rev FROM onair.position FOR UPDATE").
		Scan(&m.stream, &m.virtual, &seq, &m.logTime, &nanos, &rev)
	if err != nil {
		return m, fmt.Errorf("position: %w", err)
	}
	m.seq = uint64(seq)
	m.epoch = Epoch{time.Unix(0, nanos).UTC(), uint64(rev)}
	if rev != 0 && m.epoch.compare(mine) > 0 {
		return m, ErrFenced
	}
	return m, nil
}

// gap is a row of onair.exports_gaps.
type gap struct {
	reason   string
	from, to uint64
}

// Reasons of gaps.
const (
	gapExpired = "expired" // away for longer than the log keeps
	gapHole    = "hole"    // the log lost messages in its middle
	gapStream  = "stream"  // another log
	gapRewound = "rewound" // the log lost its end
)

// resume compares what is copied with the log: from which position to go on, and what is missing between. hole is the
// message that the log went on with when the last session asked for an earlier one, or 0.
func resume(m mark, info live.LogInfo, hole uint64) (seq uint64, missing *gap) {
	first := max(info.FirstSeq, 1)
	switch {
	case m.stream == 0:
		return first - 1, nil
	case m.stream != info.Created.UnixNano():
		return first - 1, &gap{gapStream, first, 0}
	case m.seq > info.LastSeq:
		return first - 1, &gap{gapRewound, info.LastSeq + 1, 0}
	case m.seq+1 < first:
		return first - 1, &gap{gapExpired, m.seq + 1, first - 1}
	case m.seq+1 < hole:
		return hole - 1, &gap{gapHole, m.seq + 1, hole - 1}
	}
	return m.seq, nil
}

// start is where a session begins.
type start struct {
	info  live.LogInfo
	seq   uint64 // the copied position
	open  bool   // the last gap has no end yet
	state *aggregator.State
	next  uint64 // first message that the state needs

	lineage live.Lineage // of the state
}

// claim makes this leader the one that copies: it writes its epoch, and where the log cannot be gone on with, what is
// missing. Broadcasts that were live before a gap may have ended in it: they are closed, and open again when seen.
func (e *Exporter) claim(ctx context.Context, conn *pgx.Conn, info live.LogInfo) (s start, err error) {
	s.info = info
	var missing *gap
	var image []byte
	err = within(ctx, conn, func(ctx context.Context, tx pgx.Tx) error {
		m, err := lockMark(ctx, tx, e.Epoch)
		if err != nil {
			return err
		}
		if m.stream != 0 && m.virtual != info.Virtual {
			return ErrClock
		}
		s.seq, missing = resume(m, info, e.hole)
		if _, err := tx.Exec(ctx, `UPDATE onair.position SET stream_ns = $1, virtual = $2, seq = $3, epoch_ns = $4, epoch_rev = $5`,
			info.Created.UnixNano(), info.Virtual, int64(s.seq), e.Epoch.Created.UnixNano(), int64(e.Epoch.Rev)); err != nil {
			return err
		}
		if missing != nil {
			if _, err := tx.Exec(ctx, `INSERT INTO onair.exports_gaps (reason, stream_ns, from_seq, to_seq, from_time) VALUES ($1, $2, $3, $4, $5)`,
				missing.reason, info.Created.UnixNano(), int64(missing.from), int64(missing.to), m.logTime); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE onair.broadcasts SET ended_at = last_seen_at, end_reason = 'gap' WHERE ended_at IS NULL`); err != nil {
				return err
			}
		}
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM onair.exports_gaps WHERE to_time IS NULL)").Scan(&s.open); err != nil {
			return err
		}
		err = tx.QueryRow(ctx, "SELECT image FROM onair.checkpoint").Scan(&image)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return s, err
	}
	if missing != nil {
		e.note(func(h *Health) { h.Gaps++ })
		switch missing.reason {
		case gapStream:
			e.log.Warn("another log: what it repeats is recognised by broadcast and time", "created", info.Created, "first_seq", missing.from)
		case gapRewound:
			e.log.Warn("the log lost its end: what it repeats is recognised by broadcast and time", "last_seq", info.LastSeq)
		default:
			e.log.Warn("messages were not copied", "reason", missing.reason, "from_seq", missing.from, "to_seq", missing.to)
		}
	}
	e.restore(image, &s)
	return s, nil
}

// restore finds the state to go on with and the first message that it needs: the stored one, if it is of this log and
// of these rules and the messages after it are still there; else an empty one, which begins with the log.
func (e *Exporter) restore(image []byte, s *start) {
	first := max(s.info.FirstSeq, e.hole, 1)
	if image != nil {
		i, err := view.Import(image)
		usable := err == nil && i.Lineage.Created.Equal(s.info.Created) && i.Lineage.Fold == aggregator.Version &&
			i.Lineage.Virtual == s.info.Virtual && i.Position <= s.seq && i.Position+1 >= first
		if usable {
			var state *aggregator.State
			if state, err = aggregator.Load(i.All()); err == nil {
				s.state, s.next, s.lineage = state, i.Position+1, i.Lineage
				return
			}
		}
		e.log.Info("stored state not usable, folding the log anew", "err", err, "from_seq", first)
	}
	s.state, s.next = aggregator.New(s.info.Virtual), first
	s.lineage = live.Lineage{Created: s.info.Created.UTC(), StartSeq: first, Fold: aggregator.Version, Virtual: s.info.Virtual}
}
