package postgres

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"onair/live"
)

// creatorPrefix begins the keys of creators in the table of facts.
const creatorPrefix = "creator."

// creatorTable is the creators as the facts say.
type creatorTable struct {
	mu      sync.Mutex
	byKey   map[string]live.Creator
	known   bool   // what was there at the start has all been said
	version uint64 // counts the changes
}

// apply takes facts over. What is no creator is somebody else's.
func (t *creatorTable) apply(facts []live.Fact, initial bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byKey == nil {
		t.byKey = map[string]live.Creator{}
	}
	if initial && !t.known {
		t.known = true
		t.version++
	}
	for _, f := range facts {
		if !strings.HasPrefix(f.Key, creatorPrefix) {
			continue
		}
		var c live.Creator
		if f.Value == nil || json.Unmarshal(f.Value, &c) != nil || live.CheckID(c.ID) != nil || f.Key != creatorPrefix+c.ID {
			delete(t.byKey, f.Key)
		} else {
			t.byKey[f.Key] = c
		}
		t.version++
	}
}

// since gives the creators, sorted by id, when they have changed since the version seen; nil while they are not known.
func (t *creatorTable) since(seen uint64) (list []live.Creator, version uint64, changed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.known || t.version == seen {
		return nil, seen, false
	}
	for _, key := range slices.Sorted(maps.Keys(t.byKey)) {
		list = append(list, t.byKey[key])
	}
	return list, t.version, true
}

// readFacts follows the facts until ctx ends.
func (e *Exporter) readFacts(ctx context.Context) {
	for wait := e.retryFirst; ; wait = min(2*wait, e.retryMost) {
		err := e.Facts.Watch(ctx, e.creators.apply)
		if ctx.Err() != nil {
			return
		}
		e.log.Warn("facts lost", "err", err, "retry_in", wait)
		if live.Wait(ctx, live.RealClock{}, wait) != nil {
			return
		}
	}
}

// writeCreators makes the tables say what the facts say. A channel that two creators claim is the later one's by id, as
// good as any: operators are told of it elsewhere.
func writeCreators(ctx context.Context, tx pgx.Tx, list []live.Creator) error {
	var ids, names, platforms, channels, owners []string
	seen := map[live.ChannelID]int{}
	for _, c := range list {
		ids, names = append(ids, c.ID), append(names, storable(c.Name))
		for _, ch := range c.Channels {
			if live.CheckID(ch.ID) != nil {
				continue
			}
			if _, err := live.ParsePlatform(string(ch.Platform)); err != nil {
				continue
			}
			if i, ok := seen[ch]; ok {
				owners[i] = c.ID
				continue
			}
			seen[ch] = len(channels)
			platforms, channels, owners = append(platforms, string(ch.Platform)), append(channels, ch.ID), append(owners, c.ID)
		}
	}
	var b pgx.Batch
	b.Queue(`DELETE FROM onair.creators WHERE id <> ALL (coalesce($1::text[], '{}'))`, ids)
	b.Queue(`INSERT INTO onair.creators AS c (id, name) SELECT * FROM unnest($1::text[], $2::text[])
		ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE c.name <> excluded.name`, ids, names)
	b.Queue(`UPDATE onair.channels c SET creator = NULL WHERE creator IS NOT NULL
		AND NOT EXISTS (SELECT FROM unnest($1::text[], $2::text[], $3::text[]) AS o (platform, id, creator) WHERE o.platform = c.platform AND o.id = c.id)`, platforms, channels, owners)
	b.Queue(`INSERT INTO onair.channels AS c (platform, id, creator) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
		ON CONFLICT (platform, id) DO UPDATE SET creator = excluded.creator WHERE c.creator IS DISTINCT FROM excluded.creator`, platforms, channels, owners)
	return tx.SendBatch(ctx, &b).Close()
}
