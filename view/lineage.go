package view

import (
	"errors"
	"fmt"

	"onair/aggregator"
	"onair/live"
)

// What makes a stored state useless for a log.
var (
	ErrLineage = errors.New("state of another log or fold")
	ErrGap     = errors.New("messages between state and log are missing")
)

// GapError says which messages are gone. A Log returns it from Follow when a needed message left the log; what Log
// implementations cannot notice, the Follower finds itself. It wraps ErrGap.
type GapError struct {
	From uint64 // the sequence that was needed
	Next uint64 // the first one that is there
}

func (e *GapError) Error() string { return fmt.Sprintf("%v: %d to %d", ErrGap, e.From, e.Next-1) }

// Unwrap gives ErrGap.
func (e *GapError) Unwrap() error { return ErrGap }

// usable reports whether a state of that lineage and position can go on with the log: same stream, same rules, and
// the next message is there or yet to come. Errors wrap ErrLineage or ErrGap.
//
// A consumer that asks for a sequence that is gone silently gets a later one, and one that asks beyond the end
// waits for ever: so it is checked before asking.
func usable(lineage live.Lineage, position uint64, info live.LogInfo) error {
	switch {
	case !lineage.Created.Equal(info.Created):
		return fmt.Errorf("%w: created %v, the log %v", ErrLineage, lineage.Created, info.Created)
	case lineage.Fold != aggregator.Version:
		return fmt.Errorf("%w: fold %d", ErrLineage, lineage.Fold)
	case lineage.Virtual != info.Virtual:
		return fmt.Errorf("%w: virtual %t", ErrLineage, lineage.Virtual)
	case position+1 < info.FirstSeq:
		return &GapError{From: position + 1, Next: info.FirstSeq}
	case position > info.LastSeq:
		return fmt.Errorf("%w: state at %d, the log ends at %d", ErrLineage, position, info.LastSeq)
	}
	return nil
}

// startLineage is that of a state which begins with the log's first message, or with the first behind a gap.
func startLineage(info live.LogInfo, gap uint64) live.Lineage {
	return live.Lineage{Created: info.Created.UTC(), StartSeq: max(info.FirstSeq, gap, 1), Fold: aggregator.Version, Virtual: info.Virtual}
}

// positionOf is the last message that s holds or does without.
func positionOf(s *aggregator.State, lineage live.Lineage) uint64 {
	return max(s.Position(), lineage.StartSeq-min(lineage.StartSeq, 1))
}
