package aggregator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"onair/live"
)

// Load makes a state of stored records, in any order. It gives the state whose Records they are; errors wrap
// ErrRecord. What is loaded counts as stored: Dirty is empty.
func Load(records iter.Seq2[string, []byte]) (*State, error) {
	s := New(false)
	var l loader
	for key, value := range records {
		if err := l.read(s, key, value); err != nil {
			return nil, fmt.Errorf("record %.80q: %w", key, err)
		}
	}
	if !l.head {
		return nil, fmt.Errorf("%w: no head", ErrRecord)
	}
	if err := l.join(s); err != nil {
		return nil, err
	}
	s.Clean()
	return s, nil
}

// loader holds what belongs to a platform until all platforms are read.
type loader struct {
	head       bool
	broadcasts []*broadcast
	channels   []*channel
	candidates []*candidate
	passes     []*pass
	quotas     []*quota
}

func (l *loader) read(s *State, key string, value []byte) error {
	kind, _, _ := strings.Cut(key, "/")
	switch kind {
	case headKey:
		r, err := decode[headRecord](value)
		if err != nil {
			return err
		}
		if r.Version != Version {
			return fmt.Errorf("%w: version %d", ErrRecord, r.Version)
		}
		l.head = true
		s.head = head{r.Virtual, r.Position, r.LogTime.time(), r.Broker.time(), r.Active, r.MarkSeq, r.MarkAt.time(), r.Minute, r.Gaps}
	case "p":
		r, err := decode[platformRecord](value)
		if err != nil {
			return err
		}
		f := r.platform()
		s.platforms = append(s.platforms, f)
		s.store(platformKey(f.ID), f)
	case "b":
		r, err := decode[broadcastRecord](value)
		if err != nil {
			return err
		}
		b, err := r.broadcast()
		if err != nil {
			return err
		}
		l.broadcasts = append(l.broadcasts, b)
	case "h":
		r, err := decode[channelRecord](value)
		if err != nil {
			return err
		}
		c, err := r.channel()
		if err != nil {
			return err
		}
		l.channels = append(l.channels, c)
	case "c":
		r, err := decode[candidateRecord](value)
		if err != nil {
			return err
		}
		l.candidates = append(l.candidates, &candidate{Candidate{r.ID, r.Channel, r.FoundAt.time(), r.NotBefore.time()}, r.Answered.time()})
	case "w":
		r, err := decode[passRecord](value)
		if err != nil {
			return err
		}
		l.passes = append(l.passes, &pass{r.Platform, r.Worker, r.ID, r.Region, r.Next, r.Rows, r.Start.time(), r.Last.time(), r.Seq})
	case "q":
		r, err := decode[quotaRecord](value)
		if err != nil {
			return err
		}
		l.quotas = append(l.quotas, &quota{r.Platform, r.Bucket, r.Day, r.Units})
	default:
		return fmt.Errorf("%w: unknown kind", ErrRecord)
	}
	return nil
}

func decode[T any](value []byte) (*T, error) {
	r := new(T)
	if err := json.Unmarshal(value, r); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	return r, nil
}

// join gives everything to its platform and rebuilds the indexes.
func (l *loader) join(s *State) error {
	slices.SortFunc(s.platforms, func(a, b *platform) int { return strings.Compare(string(a.ID), string(b.ID)) })
	byID := map[live.Platform]*platform{}
	for _, f := range s.platforms {
		byID[f.ID] = f
	}
	slices.SortFunc(l.broadcasts, func(a, b *broadcast) int { return strings.Compare(a.ID.ID, b.ID.ID) })
	slices.SortFunc(l.passes, func(a, b *pass) int { return cmp.Compare(a.seq, b.seq) })
	slices.SortFunc(l.channels, func(a, b *channel) int { return strings.Compare(a.ID.ID, b.ID.ID) })
	for _, c := range l.channels {
		f := byID[c.ID.Platform]
		if f == nil || f.channels[c.ID.ID] != nil {
			return fmt.Errorf("%w: channel %v", ErrRecord, c.ID)
		}
		f.channels[c.ID.ID] = c
		f.known = append(f.known, c)
		s.store(c.key, c)
	}
	for _, b := range l.broadcasts {
		f := byID[b.ID.Platform]
		if f == nil || s.broadcasts[b.ID] != nil {
			return fmt.Errorf("%w: broadcast %v", ErrRecord, b.ID)
		}
		s.catchUp(b)
		s.broadcasts[b.ID] = b
		f.order = append(f.order, b)
		if b.Live() {
			f.Live++
			s.list(b)
			s.compare(f, b)
			b.rise(f)
		}
		s.store(b.key, b)
	}
	for _, c := range l.candidates {
		f := byID[c.ID.Platform]
		if f == nil {
			return fmt.Errorf("%w: candidate %v", ErrRecord, c.ID)
		}
		f.candidates[c.ID.ID] = c
		s.store(candidateKey(c.ID), c)
	}
	for _, w := range l.passes {
		f := byID[w.platform]
		if f == nil {
			return fmt.Errorf("%w: pass %.80s", ErrRecord, w.id)
		}
		f.passes = append(f.passes, w)
		s.store(w.key(), w)
	}
	for _, q := range l.quotas {
		f := byID[q.platform]
		if f == nil {
			return fmt.Errorf("%w: quota of %s", ErrRecord, q.platform)
		}
		f.quotas = append(f.quotas, q)
		s.store(quotaKey(q.platform, q.bucket), q)
	}
	return nil
}
