package main

import (
	"errors"
	"strings"
	"testing"

	"onair/api"
	"onair/broker/brokertest"
	"onair/live"
)

// TestOperatorFacts holds the broker's tables against what the registry expects of them.
func TestOperatorFacts(t *testing.T) {
	t.Parallel()
	f := operatorFacts{brokertest.New(t).Broker.Facts()}
	ctx := t.Context()
	key := live.Fact{Table: "FACTS", Key: "creator.a", Value: []byte(`{"id":"a"}`)}
	if _, err := f.Get(ctx, key.Table, key.Key); !errors.Is(err, api.ErrNoFact) {
		t.Errorf("nothing there: %v", err)
	}
	rev, err := f.Create(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Create(ctx, key); !errors.Is(err, api.ErrFactConflict) {
		t.Errorf("created twice: %v", err)
	}
	key.Rev = rev + 100
	if _, err := f.Update(ctx, key); !errors.Is(err, api.ErrFactConflict) {
		t.Errorf("another revision: %v", err)
	}
	if err := f.Remove(ctx, key); !errors.Is(err, api.ErrFactConflict) {
		t.Errorf("another revision removed: %v", err)
	}
	key.Rev = rev
	if key.Rev, err = f.Update(ctx, key); err != nil || key.Rev <= rev {
		t.Errorf("revision %d after %d: %v", key.Rev, rev, err)
	}
	if got, err := f.Get(ctx, key.Table, key.Key); err != nil || got.Rev != key.Rev || string(got.Value) != string(key.Value) {
		t.Errorf("%+v, %v", got, err)
	}
	if list, err := f.List(ctx, "FACTS"); err != nil || len(list) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	if err := f.Remove(ctx, key); err != nil {
		t.Error(err)
	}
	if _, err := f.Create(ctx, key); err != nil {
		t.Errorf("after the removal: %v", err)
	}
}

// TestInquirerSaysWhatIsMissing wants an answer at once when nobody can give one.
func TestInquirerSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	f := newFeed(t, 1)
	q := &inquirer{broker: f.fixture.Broker, offers: offers(f.sources), clock: f.clock}
	for _, c := range []struct {
		job  live.Job
		says string
	}{
		{live.Job{Platform: "youtube", Kind: live.KindChannel, Key: "k", Keys: []string{"UCx"}}, "no worker takes jobs of youtube"},
		{live.Job{Platform: "soop", Kind: live.KindFeed, Key: "k", Keys: []string{"x"}}, "cannot be asked"},
		{live.Job{Platform: "vhs", Kind: live.KindChannel, Key: "k", Keys: []string{"x"}}, "cannot be asked"},
	} {
		_, err := q.Ask(t.Context(), c.job)
		var u *api.Unanswered
		if !errors.As(err, &u) || !strings.Contains(u.Why, c.says) {
			t.Errorf("%s %s: %v", c.job.Platform, c.job.Kind, err)
		}
	}
	if q.Batch("youtube") != 50 || q.Batch("soop") != 1 || q.Batch("vhs") != 0 {
		t.Errorf("batches %d %d %d", q.Batch("youtube"), q.Batch("soop"), q.Batch("vhs"))
	}
}
