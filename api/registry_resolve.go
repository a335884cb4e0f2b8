package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"onair/live"
)

const (
	// maxResolutions bounds what waits and what is remembered: a file of all channels that anybody watches has less.
	maxResolutions = 20_000
	// resolutionFor is how long an outcome can be read.
	resolutionFor = time.Hour
	// resolveSlots is how many questions are on their way: they stand in the workers' line beside the planner's own.
	resolveSlots = 4
	// resolveWait bounds one question, from submission to page: a worker takes a job within seconds or is not there.
	resolveWait = 45 * time.Second
	resolveKey  = "resolve"
)

// Resolution is what becomes of a channel that somebody asked to register.
type Resolution struct {
	ID      string          `json:"id"`
	Text    string          `json:"text"` // as it was given
	State   ResolutionState `json:"state"`
	Channel *live.ChannelID `json:"channel,omitempty"` // once it is known
	Name    string          `json:"name,omitempty"`
	Detail  string          `json:"detail,omitempty"` // what is missing, or what could not be checked

	address Address
	name    string // given by the caller
	done    time.Time
}

// ResolutionState is how far it has come.
type ResolutionState string

const (
	ResolutionWaiting    ResolutionState = "resolving"
	ResolutionRegistered ResolutionState = "registered" // stored; Detail says when its existence could not be checked
	ResolutionThere      ResolutionState = "there"      // was registered before
	ResolutionNotFound   ResolutionState = "not_found"  // the platform knows no such channel
	ResolutionFailed     ResolutionState = "failed"     // Detail says why
)

// resolutions are those that wait, in the order in which they came, and those that are done.
type resolutions struct {
	mu    sync.Mutex
	next  uint64
	wait  []*Resolution
	byID  map[string]*Resolution
	wake  chan struct{} // capacity 1: something waits
	order []string      // ids, oldest first
}

func newResolutions() resolutions {
	return resolutions{byID: map[string]*Resolution{}, wake: make(chan struct{}, 1)}
}

// add queues one and gives a copy; false when too many wait.
func (q *resolutions) add(text, name string, a Address, now time.Time) (Resolution, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.order) > 0 {
		old := q.byID[q.order[0]]
		if old.done.IsZero() || now.Sub(old.done) < resolutionFor && len(q.order) < maxResolutions {
			break
		}
		delete(q.byID, old.ID)
		q.order = q.order[1:]
	}
	if len(q.order) >= maxResolutions {
		return Resolution{}, false
	}
	q.next++
	r := &Resolution{ID: "r" + strconv.FormatUint(q.next, 10), Text: text, State: ResolutionWaiting, address: a, name: name}
	q.byID[r.ID] = r
	q.order = append(q.order, r.ID)
	q.wait = append(q.wait, r)
	select {
	case q.wake <- struct{}{}:
	default:
	}
	return *r, true
}

func (q *resolutions) get(id string) (Resolution, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	r := q.byID[id]
	if r == nil {
		return Resolution{}, false
	}
	return *r, true
}

func (q *resolutions) finish(r *Resolution, state ResolutionState, ch live.ChannelID, name, detail string, now time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	r.State, r.Name, r.Detail, r.done = state, name, detail, now
	if ch != (live.ChannelID{}) {
		r.Channel = &ch
	}
}

// take gives those that one question can be about: the oldest, and others of its platform that are asked about by id too.
func (q *resolutions) take(batch func(live.Platform) int) []*Resolution {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.wait) == 0 {
		return nil
	}
	first := q.wait[0]
	most := 1
	if first.address.ID != "" {
		most = max(batch(first.address.Platform), 1)
	}
	var list []*Resolution
	ids := map[string]bool{}
	q.wait = slices.DeleteFunc(q.wait, func(r *Resolution) bool {
		if r != first && (len(list) >= most || r.address.ID == "" || r.address.Platform != first.address.Platform || ids[r.address.ID]) {
			return false
		}
		list = append(list, r)
		ids[r.address.ID] = true
		return true
	})
	return list
}

// Run finds out about channels that are to be registered until ctx ends; then it returns nil. What waits by then is forgotten.
func (g *Registry) Run(ctx context.Context) error {
	slots := make(chan int, resolveSlots)
	for i := range resolveSlots {
		slots <- i
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		select {
		case <-g.queue.wake:
		case <-ctx.Done():
			return nil
		}
		for {
			var slot int
			select {
			case slot = <-slots:
			case <-ctx.Done():
				return nil
			}
			list := g.queue.take(g.o.Ask.Batch)
			if len(list) == 0 {
				slots <- slot
				break
			}
			wg.Go(func() {
				g.resolve(ctx, slot, list)
				slots <- slot
			})
		}
	}
}

// resolve puts one question and stores what comes of it.
func (g *Registry) resolve(ctx context.Context, slot int, list []*Resolution) {
	ctx, cancel := context.WithTimeout(ctx, resolveWait)
	defer cancel()
	p := list[0].address.Platform
	keys := make([]string, 0, len(list))
	if a := list[0].address; a.Video != "" {
		ch, why := g.channelOf(ctx, slot, a)
		if why != "" {
			g.end(list[0], ResolutionFailed, live.ChannelID{}, "", why)
			return
		}
		keys = append(keys, ch)
	} else {
		list = slices.DeleteFunc(list, func(r *Resolution) bool { return g.there(ctx, r) })
		for _, r := range list {
			if r.address.ID != "" {
				keys = append(keys, r.address.ID)
			} else {
				keys = append(keys, live.HandleKey(r.address.Handle))
			}
		}
	}
	if len(list) == 0 {
		return
	}
	page, why := g.ask(ctx, live.Job{Platform: p, Kind: live.KindChannel, Key: resolveKey + strconv.Itoa(slot), Keys: keys})
	for i, r := range list {
		if why != "" {
			if r.address.Handle != "" {
				g.end(r, ResolutionFailed, live.ChannelID{}, "", why)
				continue
			}
			// The id is what will be watched; that it exists is for later to show.
			g.register(ctx, r, live.ChannelInfo{ID: keys[i]}, "not checked: "+why)
			continue
		}
		n := slices.IndexFunc(page.Channels, func(c live.ChannelInfo) bool { return c.ID == keys[i] || c.Asked == keys[i] })
		if n < 0 {
			g.end(r, ResolutionNotFound, live.ChannelID{}, "", fmt.Sprintf("%s knows no such channel", p))
			continue
		}
		g.register(ctx, r, page.Channels[n], "")
	}
}

// there ends the resolution of an id that is registered already: a file that is imported again costs nothing.
func (g *Registry) there(ctx context.Context, r *Resolution) bool {
	if r.address.ID == "" {
		return false
	}
	ch := live.ChannelID{Platform: r.address.Platform, ID: r.address.ID}
	had, rev, err := oneOf[live.RegisteredChannel](ctx, g, tableFacts, factOf("channel", ch))
	if err != nil || rev == 0 {
		return false
	}
	g.end(r, ResolutionThere, ch, had.Name, "")
	return true
}

// ask gives a page without an error class, or why there is none.
func (g *Registry) ask(ctx context.Context, j live.Job) (*live.Page, string) {
	idle, err := g.idle(ctx)
	if err != nil {
		g.log.Warn("question not asked", "err", err)
		return nil, "it could not be asked now"
	}
	if why := idle[j.Platform]; why != "" {
		return nil, fmt.Sprintf("%s is off: %s", j.Platform, why)
	}
	page, err := g.o.Ask.Ask(ctx, j)
	var u *Unanswered
	switch {
	case errors.As(err, &u):
		return nil, u.Why
	case errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Sprintf("no worker answered within %v", resolveWait)
	case err != nil:
		g.log.Warn("question not asked", "err", err)
		return nil, "it could not be asked now"
	case !page.OK():
		why := "unknown error"
		if e := page.Error.Err(); e != nil {
			why = e.Error()
		}
		return nil, fmt.Sprintf("%s: %s", j.Platform, why)
	}
	return page, ""
}

// channelOf finds out whose a broadcast is: from the list, else by asking about it, which tells for a live one only.
func (g *Registry) channelOf(ctx context.Context, slot int, a Address) (channel, why string) {
	if snap := g.o.View.Current(); snap != nil {
		if e, _ := snap.Find(live.BroadcastID{Platform: a.Platform, ID: a.Video}); e != nil {
			for _, m := range e.Broadcasts {
				if m.ID.ID == a.Video && m.ID.Platform == a.Platform {
					return m.Channel.ID, ""
				}
			}
		}
	}
	page, why := g.ask(ctx, live.Job{Platform: a.Platform, Kind: live.KindRefresh, Key: resolveKey + strconv.Itoa(slot), Keys: []string{a.Video}})
	if why != "" {
		return "", why
	}
	for _, o := range page.Observations {
		if o.ID == a.Video {
			return o.Channel, ""
		}
	}
	return "", "that video is not live now, and says whose it is only while it is; give the channel instead"
}

// register stores the channel.
func (g *Registry) register(ctx context.Context, r *Resolution, info live.ChannelInfo, note string) {
	ch := live.ChannelID{Platform: r.address.Platform, ID: info.ID}
	if live.CheckID(ch.ID) != nil {
		g.end(r, ResolutionFailed, live.ChannelID{}, "", "the platform answered with an id that is none")
		return
	}
	g.turn.Lock()
	defer g.turn.Unlock()
	had, rev, err := oneOf[live.RegisteredChannel](ctx, g, tableFacts, factOf("channel", ch))
	if err == nil && rev > 0 {
		g.end(r, ResolutionThere, ch, had.Name, "")
		return
	}
	c := live.RegisteredChannel{
		Channel: ch, Name: live.CleanText(cmp.Or(info.Name, r.name), live.MaxName), Handle: live.CleanText(info.Handle, live.MaxName), Added: g.o.Now().UTC().Truncate(time.Second),
	}
	if err == nil {
		if all, listErr := allOf[live.RegisteredChannel](ctx, g, tableFacts, "channel"); listErr == nil && len(all) >= maxRegistered {
			err = errRegistryFull
		}
	}
	if err == nil {
		_, err = g.write(ctx, factOf("channel", ch), c, 0)
	}
	switch {
	case err == nil:
		g.end(r, ResolutionRegistered, ch, c.Name, note)
	case errors.Is(err, ErrFactConflict):
		g.end(r, ResolutionThere, ch, c.Name, "")
	case errors.Is(err, errRegistryFull), errors.Is(err, ErrFactsFull):
		g.end(r, ResolutionFailed, ch, c.Name, fmt.Sprintf("no more than %d channels can be registered", maxRegistered))
	default:
		g.log.Warn("channel not registered", "channel", ch.String(), "err", err)
		g.end(r, ResolutionFailed, ch, c.Name, "it could not be stored")
	}
}

// maxRegistered is how many channels people may register: a round over that many feeds takes four hours with one egress, and
// the planner looks at each every second.
const maxRegistered = 12_000

var errRegistryFull = errors.New("registry is full")

func (g *Registry) end(r *Resolution, state ResolutionState, ch live.ChannelID, name, detail string) {
	g.queue.finish(r, state, ch, name, detail, time.Now())
}
