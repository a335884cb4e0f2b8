package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"onair/live"
)

// keepSnapshots is how many states stay: one may be half written when its reader comes, one may be damaged.
const keepSnapshots = 3

// Keys of an object's metadata.
const (
	metaLineage  = "lineage"
	metaPosition = "position"
)

// Snapshot describes a stored state.
type Snapshot struct {
	Name    string
	Lineage live.Lineage
	Seq     uint64    // the position that the state was taken at
	Stored  time.Time // when it was written
	Size    uint64    // bytes
}

// Snapshots is the store in which the leader leaves states for fresh nodes.
type Snapshots struct{ b *Broker }

// Snapshots gives the store.
func (b *Broker) Snapshots() *Snapshots { return &Snapshots{b} }

// Put stores a state taken at position seq and removes all but the newest three. The caller ends with r.
func (s *Snapshots) Put(ctx context.Context, lineage live.Lineage, seq uint64, r io.Reader) error {
	text, err := json.Marshal(lineage)
	if err != nil {
		return fmt.Errorf("broker: snapshot at %d: %w", seq, err)
	}
	_, err = s.b.shots.Put(ctx, jetstream.ObjectMeta{
		// Two leaders of an overlap write two objects.
		Name:     fmt.Sprintf("%d-%d-%d", lineage.Created.UnixNano(), seq, time.Now().UnixNano()),
		Metadata: map[string]string{metaLineage: string(text), metaPosition: strconv.FormatUint(seq, 10)},
	}, r)
	if err != nil {
		return fmt.Errorf("broker: snapshot at %d: %w", seq, err)
	}
	return s.prune(ctx)
}

// List names what is stored, newest first.
func (s *Snapshots) List(ctx context.Context) ([]Snapshot, error) {
	objects, err := s.b.shots.List(ctx)
	if errors.Is(err, jetstream.ErrNoObjectsFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("broker: list snapshots: %w", err)
	}
	var all []Snapshot
	for _, o := range objects {
		shot := Snapshot{Name: o.Name, Stored: o.ModTime, Size: o.Size}
		seq, err := strconv.ParseUint(o.Metadata[metaPosition], 10, 64)
		if err != nil || json.Unmarshal([]byte(o.Metadata[metaLineage]), &shot.Lineage) != nil {
			s.b.log.Warn("snapshot that cannot be read", "name", o.Name)
			continue
		}
		shot.Seq = seq
		all = append(all, shot)
	}
	slices.SortStableFunc(all, func(a, b Snapshot) int { return b.Stored.Compare(a.Stored) })
	return all, nil
}

// Latest opens the newest state that usable accepts (nil: any). The caller closes it; its last Read fails when the
// content does not have the digest that it was stored with. ErrNone when there is none.
func (s *Snapshots) Latest(ctx context.Context, usable func(Snapshot) bool) (Snapshot, io.ReadCloser, error) {
	all, err := s.List(ctx)
	if err != nil {
		return Snapshot{}, nil, err
	}
	for _, shot := range all {
		if usable != nil && !usable(shot) {
			continue
		}
		object, err := s.b.shots.Get(ctx, shot.Name)
		if errors.Is(err, jetstream.ErrObjectNotFound) {
			continue // pruned meanwhile
		}
		if err != nil {
			return Snapshot{}, nil, fmt.Errorf("broker: snapshot %s: %w", shot.Name, err)
		}
		return shot, object, nil
	}
	return Snapshot{}, nil, fmt.Errorf("broker: snapshot: %w", ErrNone)
}

func (s *Snapshots) prune(ctx context.Context) error {
	all, err := s.List(ctx)
	if err != nil {
		return err
	}
	for _, old := range all[min(keepSnapshots, len(all)):] {
		if err := s.b.shots.Delete(ctx, old.Name); err != nil && !errors.Is(err, jetstream.ErrObjectNotFound) {
			return fmt.Errorf("broker: prune snapshot %s: %w", old.Name, err)
		}
	}
	return nil
}
