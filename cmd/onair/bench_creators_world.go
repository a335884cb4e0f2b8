package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/sync/errgroup"

	"onair/classify/identity"
	"onair/live"
	"onair/platform"
	"onair/sim"
)

// world looks at a simulated world for some evenings as workers would, and scores what the runner would propose.
func (c *benchCreatorsCmd) world(ctx context.Context, seed int64) (*creatorsScore, error) {
	clock := &handClock{}
	server := sim.New(sim.Options{Seed: seed, Clock: clock, Scale: c.Scale})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- serveUntil(ctx, listener, server.Handler()) }()
	defer func() {
		cancel()
		<-served
	}()
	sources, err := simulatedSources("http://"+listener.Addr().String(), "bench", clock)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: readersAtOnce}
	defer transport.CloseIdleConnections()
	r := &creatorsReader{
		sources: sources, client: &http.Client{Transport: transport}, info: !c.NoInfo,
		memory: newCreatorMemory(), looks: map[live.ChannelID]uint64{},
	}
	var known []live.Proposal
	var slowest time.Duration
	for night := range c.Nights {
		for _, at := range creatorsAt {
			e := sim.Epoch()
			clock.set(time.Date(e.Year(), e.Month(), e.Day()+night, 0, 0, 0, 0, e.Location()).Add(at))
			if err := r.look(ctx, clock.Now()); err != nil {
				return nil, err
			}
			began := time.Now()
			now := identity.Find(r.memory.channels(), known, clock.Now())
			slowest = max(slowest, time.Since(began))
			known = mergeProposals(known, now)
		}
	}
	owners := map[live.ChannelID]string{}
	for _, x := range server.World().Channels() {
		owners[live.ChannelID{Platform: live.Platform(x.Platform), ID: x.ChannelID}] = x.CreatorID
	}
	s := scoreCreators(fmt.Sprint("seed ", seed), r.memory.channels(), known, func(id live.ChannelID) string {
		if owner := owners[id]; owner != "" {
			return owner
		}
		return id.String()
	}, r.available)
	s.RoundMs = float64(slowest.Microseconds()) / 1000
	return s, nil
}

// mergeProposals is what the table holds after a round: what was judged anew, and what was not.
func mergeProposals(old, now []live.Proposal) []live.Proposal {
	at := map[truePair]int{}
	out := slices.Clone(old)
	for i, p := range out {
		at[truePair(p.Channels)] = i
	}
	for _, p := range now {
		if i, ok := at[truePair(p.Channels)]; ok {
			out[i] = p
		} else if p.Confident || p.Score >= keptScore {
			out = append(out, p)
		}
	}
	return out
}

// handClock stands still until it is set.
type handClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *handClock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// After implements live.Clock; nothing in a look waits.
func (c *handClock) After(time.Duration) (<-chan time.Time, func()) {
	return make(chan time.Time), func() {}
}

const (
	// readersAtOnce: each answer on loopback takes some 100 µs, most of it the simulator's.
	readersAtOnce = 4
	// maxLookPages is more than any simulated list has.
	maxLookPages = 400
)

// creatorsReader reads list pages and channels from the simulator, through the adapters.
type creatorsReader struct {
	sources []platform.Source
	client  *http.Client
	info    bool
	memory  *creatorMemory
	looked  int
	looks   map[live.ChannelID]uint64 // in which looks a channel was on air; for the scorer
}

// look reads everything that is live, and the channels that were not read before.
func (r *creatorsReader) look(ctx context.Context, now time.Time) error {
	defer func() { r.looked++ }()
	for _, s := range r.sources {
		pages, err := r.list(ctx, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Info().ID, err)
		}
		var ids []string
		for _, p := range pages {
			for i := range p.Observations {
				o := &p.Observations[i]
				id := live.ChannelID{Platform: s.Info().ID, ID: o.Channel}
				if !r.memory.described(id) && !slices.Contains(ids, id.ID) {
					ids = append(ids, id.ID)
				}
				r.looks[id] |= 1 << r.looked
				r.memory.see(id, o.ChannelName, live.BroadcastID{Platform: id.Platform, ID: o.ID}, identity.Broadcast{
					Title: o.Title, URL: o.URL, StartedAt: o.StartedAt, FirstSeen: now, SeenAt: now,
				})
			}
		}
		if r.info {
			if err := r.describe(ctx, s, ids); err != nil {
				return fmt.Errorf("%s: channels: %w", s.Info().ID, err)
			}
		}
	}
	return nil
}

// list reads a platform's whole list, or what a search finds and then its state.
func (r *creatorsReader) list(ctx context.Context, s platform.Source) ([]*live.Page, error) {
	kind := live.KindList
	if !slices.ContainsFunc(s.Offers(), func(o platform.Offer) bool { return o.Kind == live.KindList }) {
		kind = live.KindSearch
	}
	var pages []*live.Page
	var found []string
	cursor := ""
	for range maxLookPages {
		p, err := r.fetch(ctx, s, platform.Request{Kind: kind, Cursor: cursor})
		if err != nil {
			return nil, err
		}
		pages = append(pages, p)
		for _, f := range p.Found {
			found = append(found, f.ID)
		}
		if cursor = p.Next; cursor == "" {
			break
		}
	}
	more, err := r.batches(ctx, s, live.KindRefresh, found)
	return append(pages, more...), err
}

func (r *creatorsReader) describe(ctx context.Context, s platform.Source, ids []string) error {
	pages, err := r.batches(ctx, s, live.KindChannel, ids)
	for _, p := range pages {
		for _, c := range p.Channels {
			r.memory.describe(live.ChannelID{Platform: s.Info().ID, ID: c.ID}, c)
		}
	}
	return err
}

// batches asks about keys, as many at a time as the platform takes.
func (r *creatorsReader) batches(ctx context.Context, s platform.Source, kind live.Kind, keys []string) ([]*live.Page, error) {
	size := 0
	for _, o := range s.Offers() {
		if o.Kind == kind {
			size = o.Batch
		}
	}
	if size == 0 || len(keys) == 0 {
		return nil, nil
	}
	parts := slices.Collect(slices.Chunk(keys, size))
	pages := make([]*live.Page, len(parts))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readersAtOnce)
	for i, part := range parts {
		g.Go(func() (err error) {
			pages[i], err = r.fetch(ctx, s, platform.Request{Kind: kind, Keys: part})
			return err
		})
	}
	return pages, g.Wait()
}

// fetch makes one request and finishes the page as a worker does.
func (r *creatorsReader) fetch(ctx context.Context, s platform.Source, q platform.Request) (*live.Page, error) {
	p, err := s.Fetch(ctx, r.client, q)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, errors.New("no page")
	}
	p.Clean(s.Info())
	return p, nil
}

// available names what can show that two channels of one person are: they were on air together, one names the other, or
// they have a handle or all of a name in common.
func (r *creatorsReader) available(a, b *identity.Channel) []string {
	var by []string
	if r.looks[a.ID]&r.looks[b.ID] != 0 {
		by = append(by, "on air together")
	}
	if namesChannel(a, b) || namesChannel(b, a) {
		by = append(by, "link")
	}
	if x, y := letters(a.Name), letters(b.Name); x != "" && (strings.Contains(x, y) || strings.Contains(y, x)) {
		by = append(by, "name")
	}
	return by
}

// namesChannel reports that a link of a holds b's id or handle.
func namesChannel(a, b *identity.Channel) bool {
	return slices.ContainsFunc(a.Links, func(l string) bool {
		l, err := url.PathUnescape(strings.ToLower(l))
		return err == nil && (strings.Contains(l, "/"+strings.ToLower(b.ID.ID)) || b.Handle != "" && strings.HasSuffix(l, strings.ToLower(b.Handle)))
	})
}

// letters is a name without all that is none.
func letters(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, s))
}
