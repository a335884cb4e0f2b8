package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"onair/aggregator"
	"onair/broker"
	"onair/live"
	"onair/view"
)

const (
	// imageEvery is how often the leader leaves its state for fresh nodes; they fold the rest of the log themselves.
	imageEvery = 10 * time.Minute
	// imageFirst is when a new leader leaves its first one: nobody knows how old the last leader's is, and by now the
	// node has caught up.
	imageFirst = 30 * time.Second
	// maxImage bounds what a fresh node reads: a state has under 30 MiB at 20,000 broadcasts.
	maxImage = 256 << 20
)

// images is the broker's SNAPSHOTS as the follower sees it.
type images struct{ b *broker.Broker }

// Latest implements view.Snapshots: the newest state that a node of this version can go on from.
func (s images) Latest(ctx context.Context) (view.Image, error) {
	info, err := s.b.Info(ctx)
	if err != nil {
		return view.Image{}, err
	}
	_, object, err := s.b.Snapshots().Latest(ctx, func(shot broker.Snapshot) bool {
		return shot.Lineage.Created.Equal(info.Created) && shot.Lineage.Fold == aggregator.Version && shot.Seq+1 >= info.FirstSeq
	})
	if err != nil {
		return view.Image{}, err
	}
	defer object.Close()
	blob, err := io.ReadAll(io.LimitReader(object, maxImage))
	if err != nil {
		return view.Image{}, fmt.Errorf("snapshot object: %w", err)
	}
	return view.Import(blob)
}

// store puts the follower's present state where fresh nodes look for it.
func (s images) store(ctx context.Context, f *view.Follower) error {
	image, err := f.Export(ctx)
	if err != nil {
		return err
	}
	blob, err := view.Export(image)
	if err != nil {
		return err
	}
	return s.b.Snapshots().Put(ctx, image.Lineage, image.Position, bytes.NewReader(blob))
}

// keepImages stores the state soon and then every ten minutes until ctx ends. One that fails is tried again at the next turn.
func (h *hub) keepImages(ctx context.Context, b *broker.Broker, f *view.Follower) error {
	for wait := imageFirst; ; wait = imageEvery {
		if err := live.Wait(ctx, live.RealClock{}, wait); err != nil {
			return err
		}
		if err := (images{b}).store(ctx, f); err != nil && !errors.Is(err, context.Canceled) {
			h.log.Warn("state for fresh nodes not stored", "err", err)
		}
	}
}

var _ view.Snapshots = images{}
