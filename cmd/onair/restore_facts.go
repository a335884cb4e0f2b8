package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"onair/broker"
	"onair/live"
	"onair/view"
)

// factsRestored says what became of the facts of a backup.
type factsRestored struct {
	Created  int `json:"created"`
	Same     int `json:"same"`     // were there already
	Replaced int `json:"replaced"` // were there otherwise
	Kept     int `json:"kept"`     // likewise, and were left as they are
}

func (f factsRestored) String() string {
	text := fmt.Sprintf("%d facts restored, %d were there", f.Created+f.Replaced, f.Same)
	if f.Kept > 0 {
		text += fmt.Sprintf(", %d are otherwise here and were left (--force replaces them)", f.Kept)
	}
	return text
}

// checkFacts refuses facts that no hub could read, all of them or none.
func checkFacts(list []backupFact) error {
	tables := view.NewFacts()
	seen := map[string]bool{}
	for _, f := range list {
		if seen[f.Key] {
			return fmt.Errorf("%w: fact %.100q stands there twice", errBackup, f.Key)
		}
		seen[f.Key] = true
		if changed := tables.Apply([]live.Fact{{Table: broker.BucketFacts, Key: f.Key, Value: f.Value, Rev: 1}}); !changed || tables.Bad() > 0 {
			return fmt.Errorf("%w: fact %.100q cannot be read", errBackup, f.Key)
		}
	}
	return nil
}

// restoreFacts writes what is not there. What is there otherwise was decided later, or by somebody else: it stays, unless
// force says that the backup is right. Each is compared and set, so a running hub may go on.
func restoreFacts(ctx context.Context, t *broker.Facts, list []backupFact, force bool) (done factsRestored, err error) {
	if err := checkFacts(list); err != nil {
		return done, err
	}
	for _, f := range list {
		fact := live.Fact{Table: broker.BucketFacts, Key: f.Key, Value: f.Value}
		have, err := t.Get(ctx, fact.Table, fact.Key)
		switch {
		case errors.Is(err, broker.ErrNone):
			if _, err = t.Create(ctx, fact, 0, broker.Epoch{}); err == nil {
				done.Created++
			}
		case err != nil:
		case equalJSON(have.Value, fact.Value):
			done.Same++
		case !force:
			done.Kept++
		default:
			fact.Rev = have.Rev
			if _, err = t.Update(ctx, fact, 0, broker.Epoch{}); err == nil {
				done.Replaced++
			}
		}
		if err != nil {
			return done, fmt.Errorf("restore: fact %s: %w", f.Key, err)
		}
	}
	return done, nil
}

// equalJSON compares but for blanks.
func equalJSON(a, b []byte) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}
