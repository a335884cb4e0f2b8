// Package thumbs keeps copies of the thumbnails that people see: in a folder, or in a bucket behind a CDN.
//
// In go the broadcasts at the top of the list with the platforms' own picture addresses (Shown); out come WebP pictures
// in two sizes under names made of their content, and a fact for each (live.Thumb), by which every node shows the copy.
// Whatever fails, the list goes on showing the platform's own address. The leader runs Runner; the pictures come from
// strangers, so what is fetched and what is decoded is bounded (fetch.go, picture.go).
//
// How long a copy lives: its fact expires FactTTL after the broadcast was last shown, and the sweep then deletes the
// picture. No platform's picture outlives its broadcast by more than a few hours, well within YouTube's 30 days.
package thumbs

import (
	"context"
	"errors"
	"time"

	"onair/live"
)

// Shown is a broadcast that people see.
type Shown struct {
	ID     live.BroadcastID
	Source string // the platform's picture, an address that its Hosts allow
}

// Facts is where the copies are made known. Every write compares the revision that was read.
type Facts interface {
	// List reads all thumb.* keys of DERIVED.
	List(ctx context.Context) ([]live.Fact, error)
	// Put writes one: f.Rev 0 is a new key. It returns the new revision. ErrConflict.
	Put(ctx context.Context, f live.Fact, ttl time.Duration) (rev uint64, err error)
	// Remove takes one away. ErrConflict.
	Remove(ctx context.Context, f live.Fact) error
}

// ErrConflict is what Facts wraps when somebody else wrote the key.
var ErrConflict = errors.New("fact was written by somebody else")

const (
	// FactTTL is how long a copy is shown after its broadcast left the list or its picture stopped coming.
	FactTTL = 2 * time.Hour
	// renewAfter: a fact whose picture does not change is written again before it expires.
	renewAfter = time.Hour
	// minPace and maxPace bound how often one picture is looked at: sites make a new one every half to two minutes.
	minPace = time.Minute
	maxPace = 10 * time.Minute
	// giveUpAfter: when a picture failed for so long, an old copy is worse than the platform's own address.
	giveUpAfter = 15 * time.Minute
)
