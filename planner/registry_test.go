package planner_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"onair/aggregator"
	"onair/live"
	"onair/planner"
)

// tube is a YouTube of registered channels and others, its log, and the fold of it.
type tube struct {
	t         *testing.T
	now       time.Time
	state     *aggregator.State
	seq       uint64
	sent      *planner.Sent
	policy    planner.Policy
	next      uint64
	step      time.Duration // between two plans; a second unless a test has days to play
	offers    []planner.Offer
	presence  []live.Presence
	reg       []live.RegisteredChannel
	undesc    []string
	videos    map[string]*video
	byChannel map[string][]*video
	searched  []string // ids that searches return
	dead      map[string]bool
	due       []arrival
	waits     map[string]bool // slots of jobs
	jobs      []asked
	known     []planner.Known // of the fold, nil after it moved
	cands     []planner.Candidate
}

type video struct {
	id, channel    string
	published      time.Time
	start, end     time.Time // zero: an upload
	scheduled      bool      // announced before it starts
	seen           time.Time // when the fold first had it
	scheduledStart time.Time
}

type arrival struct {
	at  time.Time
	job live.Job
}

type asked struct {
	at  time.Time
	job live.Job
}

var tubeOffers = []planner.Offer{
	{Platform: "youtube", Kind: live.KindSearch, Rows: 50, Cost: live.Cost{Bucket: "search", Units: 1}},
	{Platform: "youtube", Kind: live.KindRefresh, Batch: 50, Cost: live.Cost{Bucket: "units", Units: 1}},
	{Platform: "youtube", Kind: live.KindFeed, Batch: 1},
	{Platform: "youtube", Kind: live.KindChannel, Batch: 50, Cost: live.Cost{Bucket: "units", Units: 1}},
}

// noon in Korea: far from the quota's midnight.
var noon = time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)

func newTube(t *testing.T, policy planner.Policy, channels int) *tube {
	y := &tube{
		t: t, now: noon, state: aggregator.New(true), sent: planner.NewSent(), policy: planner.Registry{Policy: policy}, offers: tubeOffers,
		videos: map[string]*video{}, byChannel: map[string][]*video{}, dead: map[string]bool{}, waits: map[string]bool{},
	}
	for i := range channels {
		y.register(fmt.Sprintf("UC%05d", i))
	}
	return y
}

func (y *tube) register(id string) {
	y.reg = append(y.reg, live.RegisteredChannel{Channel: live.ChannelID{Platform: "youtube", ID: id}})
}

func (y *tube) add(v video) *video {
	y.videos[v.id] = &v
	y.byChannel[v.channel] = append(y.byChannel[v.channel], &v)
	slices.SortFunc(y.byChannel[v.channel], func(a, b *video) int { return b.published.Compare(a.published) })
	return &v
}

// uploads gives each registered channel the feed that it had before.
func (y *tube) uploads(n int) {
	for _, c := range y.reg {
		for k := range n {
			y.add(video{id: fmt.Sprintf("u%s-%d", c.Channel.ID[2:], k), channel: c.Channel.ID, published: y.now.Add(-time.Duration(k+1) * 20 * time.Hour)})
		}
	}
}

func (y *tube) Platform(p live.Platform) planner.Platform {
	for _, s := range y.state.Platforms() {
		if s.ID == p {
			return planner.Platform{
				LastPageAt: s.LastPageAt, LastErrorAt: s.LastErrorAt, LastError: s.LastError, Errors: s.Errors, RetryAt: s.RetryAt,
				LastPassAt: s.LastPassAt, LastSearchAt: s.LastSearchAt, Live: s.Live,
			}
		}
	}
	return planner.Platform{}
}

func (y *tube) Known(live.Platform) []planner.Known {
	if y.known == nil {
		y.known = []planner.Known{}
		for b := range y.state.Broadcasts() {
			if b.Live() {
				y.known = append(y.known, planner.Known{ID: b.ID.ID, SeenAt: b.ConfirmedAt, Channel: b.Channel, Viewers: b.Viewers, Rank: 1 + len(y.known)})
			}
		}
	}
	return y.known
}

func (y *tube) Candidates(live.Platform) []planner.Candidate {
	if y.cands == nil {
		y.cands = []planner.Candidate{}
		for _, c := range y.state.Candidates() {
			y.cands = append(y.cands, planner.Candidate{ID: c.ID.ID, FoundAt: c.FoundAt, NotBefore: c.NotBefore})
		}
	}
	return y.cands
}

func (y *tube) Missing(live.Platform) []planner.Missing           { return nil }
func (y *tube) Spent(p live.Platform, b string) int               { return y.state.Spent(p, b) }
func (y *tube) Registered(live.Platform) []live.RegisteredChannel { return y.reg }
func (y *tube) Undescribed(live.Platform) []string                { return y.undesc }

// pass lets time pass, second by second.
func (y *tube) pass(d time.Duration) {
	y.t.Helper()
	step := max(y.step, time.Second)
	for range int(d / step) {
		y.now = y.now.Add(step)
		if y.now.Unix()%10 == 0 {
			y.message(nil)
		}
		kept := y.due[:0]
		for _, a := range y.due {
			if a.at.After(y.now) {
				kept = append(kept, a)
				continue
			}
			delete(y.waits, a.job.Key)
			for _, p := range y.answer(a.job) {
				y.message(p)
			}
		}
		y.due = kept
		jobs := y.policy.Plan(y.now, planner.Situation{View: y, Offers: y.offers, Presence: y.presence, Sent: y.sent, Epoch: "e1", Next: y.next})
		y.next += uint64(len(jobs))
		for _, j := range jobs {
			if err := j.Validate(); err != nil {
				y.t.Fatal(err)
			}
			if y.waits[j.Key] {
				continue
			}
			y.waits[j.Key] = true
			y.sent.Add(y.now, j, y.cost(j))
			y.jobs = append(y.jobs, asked{y.now, j})
			y.due = append(y.due, arrival{y.now.Add(3 * time.Second), j})
		}
	}
}

func (y *tube) cost(j live.Job) live.Cost {
	for _, o := range y.offers {
		if o.Kind == j.Kind && o.Platform == j.Platform {
			return o.Cost
		}
	}
	y.t.Fatalf("job of kind %s, which is not offered", j.Kind)
	return live.Cost{}
}

func (y *tube) message(p *live.Page) {
	y.seq++
	m := live.Message{Seq: y.seq, Time: y.now, At: y.now, Tick: p == nil, Lane: live.Lane{Platform: "youtube", Worker: "w", Epoch: "e", Name: live.LaneLive}}
	y.state.Apply(&m, p)
	y.known, y.cands = nil, nil
	if p == nil {
		return
	}
	for _, o := range p.Observations {
		if v := y.videos[o.ID]; v != nil && v.seen.IsZero() {
			v.seen = y.now
		}
	}
}

func (y *tube) answer(j live.Job) []*live.Page {
	page := func(cover live.Coverage) *live.Page {
		return &live.Page{V: live.PageVersion, Platform: j.Platform, Kind: j.Kind, Job: j.ID, Coverage: cover, Status: 200, Cost: y.cost(j)}
	}
	switch j.Kind {
	case live.KindFeed:
		if y.dead[j.Keys[0]] {
			p := page(live.CoverNone)
			p.Error, p.Status = "not_found", 404
			return []*live.Page{p}
		}
		p := page(live.CoverNone)
		for _, v := range y.byChannel[j.Keys[0]] {
			if !v.published.After(y.now) && len(p.Found) < 15 {
				p.Found = append(p.Found, live.Found{ID: v.id, Channel: v.channel})
			}
		}
		return []*live.Page{p}
	case live.KindSearch:
		var pages []*live.Page
		for range max(j.Pages, 1) {
			p := page(live.CoverNone)
			for _, id := range y.searched {
				if v := y.videos[id]; v.on(y.now) && len(p.Found) < 50 {
					p.Found = append(p.Found, live.Found{ID: id, Channel: v.channel})
				}
			}
			pages = append(pages, p)
		}
		return pages
	case live.KindChannel:
		p := page(live.CoverNone)
		for _, k := range j.Keys {
			p.Channels = append(p.Channels, live.ChannelInfo{ID: k, Name: k})
		}
		y.undesc = slices.DeleteFunc(y.undesc, func(id string) bool { return slices.Contains(j.Keys, id) })
		return []*live.Page{p}
	}
	p := page(live.CoverAsked)
	for _, k := range j.Keys {
		v := y.videos[k]
		switch {
		case v == nil || v.start.IsZero() || !v.end.IsZero() && !v.end.After(y.now):
			p.Answers = append(p.Answers, live.Answer{Key: k, State: live.AnswerEnded})
		case v.start.After(y.now):
			p.Answers = append(p.Answers, live.Answer{Key: k, State: live.AnswerUpcoming, At: v.scheduledStart})
		default:
			p.Answers = append(p.Answers, live.Answer{Key: k, State: live.AnswerLive, Broadcast: k})
			p.Observations = append(p.Observations, live.Observation{ID: k, Channel: v.channel, Title: "t", Viewers: 100, StartedAt: v.start})
		}
	}
	return []*live.Page{p}
}

func (v *video) on(now time.Time) bool { return !v.start.After(now) && v.end.After(now) }

var policies = map[string]planner.Policy{"sweep": planner.Sweep{}, "adaptive": planner.Adaptive{}}

// TestRegisteredIsFound registers channels that no search returns: their lives are found through their feeds, and one that is
// announced at its time. One that a search returns as well is one broadcast.
func TestRegisteredIsFound(t *testing.T) {
	for name, p := range policies {
		t.Run(name, func(t *testing.T) {
			y := newTube(t, p, 3)
			y.uploads(14)
			y.pass(10 * time.Minute)
			at := y.now
			hidden := y.add(video{id: "hidden", channel: "UC00000", published: at, start: at, end: at.Add(5 * time.Hour)})
			soon := y.add(video{id: "soon", channel: "UC00001", published: at, start: at.Add(time.Hour), scheduledStart: at.Add(time.Hour), end: at.Add(5 * time.Hour)})
			both := y.add(video{id: "both", channel: "UC00002", published: at, start: at, end: at.Add(5 * time.Hour)})
			y.searched = []string{"both"}
			y.pass(20 * time.Minute)
			if hidden.seen.IsZero() || hidden.seen.Sub(at) > 5*time.Minute {
				t.Errorf("seen after %v", hidden.seen.Sub(at))
			}
			n := 0
			for b := range y.state.Broadcasts() {
				if b.ID.ID == "both" {
					n++
				}
			}
			if n != 1 || both.seen.IsZero() {
				t.Errorf("a channel that a search returned too is there %d times", n)
			}
			before := len(y.of("soon"))
			y.pass(30 * time.Minute)
			if extra := len(y.of("soon")) - before; before == 0 || extra > 0 {
				t.Errorf("an announced broadcast was asked about %d times, then %d times before its start", before, extra)
			}
			y.pass(20 * time.Minute)
			if soon.seen.IsZero() || soon.seen.Sub(soon.start) > 6*time.Minute {
				t.Errorf("announced: seen %v after its start", soon.seen.Sub(soon.start))
			}
			// What was answered is not asked again by every reading of its feed.
			if n := len(y.of("u00000-3")); n != 1 {
				t.Errorf("an upload was asked about %d times", n)
			}
			y.reg = y.reg[1:]
			y.jobs = nil
			y.pass(20 * time.Minute)
			for _, a := range y.jobs {
				if a.job.Kind == live.KindFeed && a.job.Keys[0] == "UC00000" {
					t.Error("a channel that is registered no more is read")
				}
			}
		})
	}
}

// of are the refresh jobs about an id.
func (y *tube) of(id string) (jobs []asked) {
	for _, a := range y.jobs {
		if a.job.Kind == live.KindRefresh && slices.Contains(a.job.Keys, id) {
			jobs = append(jobs, a)
		}
	}
	return jobs
}

// TestFeedPace wants the host's limit kept in any 20 seconds, every channel read in turn, and no crowd at the start.
func TestFeedPace(t *testing.T) {
	for _, c := range []struct {
		channels, egresses int
		round              time.Duration // over all
	}{{1, 1, 2 * time.Minute}, {50, 1, 2 * time.Minute}, {300, 1, 375 * time.Second}, {600, 4, 190 * time.Second}} {
		t.Run(fmt.Sprint(c.channels, c.egresses), func(t *testing.T) {
			y := newTube(t, planner.Adaptive{}, c.channels)
			y.presence = []live.Presence{{Worker: "w", Platforms: []live.Platform{"youtube"}, Classes: []live.Class{live.ClassPlain}, Egresses: c.egresses}}
			y.pass(3 * c.round)
			last, longest := map[string]time.Time{}, time.Duration(0)
			var times []time.Time
			for _, a := range y.jobs {
				if a.job.Kind != live.KindFeed {
					continue
				}
				times = append(times, a.at)
				if at, ok := last[a.job.Keys[0]]; ok {
					if gap := a.at.Sub(at); gap < 2*time.Minute {
						t.Fatalf("%s after %v again", a.job.Keys[0], gap)
					} else {
						longest = max(longest, gap)
					}
				}
				last[a.job.Keys[0]] = a.at
			}
			for i, at := range times {
				if k := i + 16*c.egresses; k < len(times) && times[k].Sub(at) < 20*time.Second {
					t.Fatalf("%d feeds within %v", 16*c.egresses+1, times[k].Sub(at))
				}
			}
			if len(last) != c.channels || longest > c.round+c.round/5 {
				t.Errorf("%d of %d channels read, a round took %v, want %v", len(last), c.channels, longest, c.round)
			}
		})
	}
}

// TestFeedsGoOn wants a feed that is gone not to stop the others, nor what is asked beside them.
func TestFeedsGoOn(t *testing.T) {
	y := newTube(t, planner.Sweep{}, 40)
	for i := range 8 {
		y.dead[fmt.Sprintf("UC%05d", i*5)] = true
	}
	y.pass(time.Hour)
	feeds, refused := 0, 0
	for _, a := range y.jobs {
		if a.job.Kind == live.KindFeed {
			feeds++
			if y.dead[a.job.Keys[0]] {
				refused++
			}
		}
	}
	if feeds < 1000 || refused < 200 {
		t.Errorf("%d feeds read in an hour, %d of them gone", feeds, refused)
	}
}

// TestDescriptions wants every channel described, most watched first, within its small share of the budget.
func TestDescriptions(t *testing.T) {
	y := newTube(t, planner.Adaptive{}, 0)
	for i := range 230 {
		y.undesc = append(y.undesc, "UC"+strconv.Itoa(i))
	}
	y.undesc = append([]string{"UCgone"}, y.undesc...)
	y.pass(time.Minute)
	if len(y.jobs) == 0 || y.jobs[len(y.jobs)-1].job.Kind != live.KindChannel || y.jobs[len(y.jobs)-1].job.Keys[1] != "UC0" {
		t.Fatalf("not at once: %+v", y.jobs)
	}
	y.pass(time.Hour)
	if len(y.undesc) > 0 {
		t.Errorf("%d are left", len(y.undesc))
	}
	units := 0
	y.step = 5 * time.Second
	for range 20 {
		y.undesc = append(y.undesc, "UCmany"+strconv.Itoa(units))
		y.pass(time.Hour)
	}
	for _, a := range y.jobs {
		if a.job.Kind == live.KindChannel {
			units++
		}
	}
	if units > 60 {
		t.Errorf("%d requests", units)
	}
}

// TestWatched wants status checks of registered channels where the list cannot show them, and none where it would.
func TestWatched(t *testing.T) {
	list := planner.Offer{Platform: "soop", Kind: live.KindList, Rows: 60}
	part := list
	part.Part = true
	for name, c := range map[string]struct {
		list    planner.Offer
		batch   int
		passes  bool
		minutes int
		most    int // requests
		all     bool
	}{
		"whole list":        {list, 1, true, 60, 0, false},
		"no complete pass":  {list, 1, false, 60, 6 * 60, true},
		"part of the site":  {part, 1, true, 60, 6 * 60, true},
		"a hundred at once": {part, 100, true, 60, 12, true},
	} {
		t.Run(name, func(t *testing.T) {
			view := &shelf{at: noon, passes: c.passes}
			for i := range 80 {
				view.reg = append(view.reg, live.RegisteredChannel{Channel: live.ChannelID{Platform: "soop", ID: "u" + strconv.Itoa(i)}})
			}
			view.known = []planner.Known{{ID: "1", Channel: "u7", SeenAt: noon}}
			offers := []planner.Offer{c.list, {Platform: "soop", Kind: live.KindStatus, Batch: c.batch}}
			policy, sent := planner.Registry{Policy: planner.Sweep{}}, planner.NewSent()
			requests, seen, last := 0, map[string]bool{}, map[string]time.Time{}
			for range c.minutes * 60 {
				view.at = view.at.Add(time.Second)
				for _, j := range policy.Plan(view.at, planner.Situation{View: view, Offers: offers, Sent: sent, Epoch: "e"}) {
					sent.Add(view.at, j, live.Cost{})
					if j.Key != "watch" {
						continue
					}
					requests++
					for _, k := range j.Keys {
						if k == "u7" {
							t.Error("one that is live is checked")
						}
						if at, ok := last[k]; ok && view.at.Sub(at) < 5*time.Minute {
							t.Errorf("%s after %v again", k, view.at.Sub(at))
						}
						seen[k], last[k] = true, view.at
					}
				}
			}
			if requests > c.most || c.all != (len(seen) == 79) {
				t.Errorf("%d requests, %d of 79 channels", requests, len(seen))
			}
		})
	}
}

// shelf is a platform that does what it is told.
type shelf struct {
	at     time.Time
	passes bool
	reg    []live.RegisteredChannel
	known  []planner.Known
}

func (s *shelf) Platform(live.Platform) planner.Platform {
	p := planner.Platform{LastPageAt: s.at.Add(-time.Second), Live: 100}
	if s.passes {
		p.LastPassAt = s.at.Truncate(5 * time.Minute)
	}
	return p
}
func (s *shelf) Known(live.Platform) []planner.Known               { return s.known }
func (s *shelf) Candidates(live.Platform) []planner.Candidate      { return nil }
func (s *shelf) Missing(live.Platform) []planner.Missing           { return nil }
func (s *shelf) Spent(live.Platform, string) int                   { return 0 }
func (s *shelf) Registered(live.Platform) []live.RegisteredChannel { return s.reg }
func (s *shelf) Undescribed(live.Platform) []string                { return nil }

// TestChannelsKeepTheBudget plays days with more to ask about than the budget carries.
func TestChannelsKeepTheBudget(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]planner.Policy{"sweep": planner.Sweep{Budgets: tight}, "adaptive": planner.Adaptive{Budgets: tight}} {
		t.Run(name, func(t *testing.T) {
			y := newTube(t, nil, 60)
			y.policy, y.step = planner.Registry{Policy: p, Budgets: tight}, 10*time.Second
			dice := rand.New(rand.NewPCG(1, 2))
			for k := range 600 {
				start := y.now.Add(time.Duration(dice.IntN(30*3600)) * time.Second)
				y.add(video{id: "v" + strconv.Itoa(k), channel: fmt.Sprintf("UC%05d", dice.IntN(60)), published: start, start: start, end: start.Add(3 * time.Hour)})
			}
			spent := map[string]int{}
			for range 30 * 12 {
				y.undesc = append(y.undesc, "UCnew"+strconv.Itoa(len(y.jobs)))
				y.pass(5 * time.Minute)
				if n := y.state.Spent("youtube", "units"); n > tight["units"] {
					t.Fatalf("%d units of %d", n, tight["units"])
				}
			}
			for _, a := range y.jobs {
				spent[string(a.job.Kind)]++
			}
			t.Logf("jobs by kind: %v", spent)
			if spent["refresh"] == 0 || spent["channel"] == 0 || spent["feed"] == 0 {
				t.Errorf("jobs by kind: %v", spent)
			}
		})
	}
}

var tight = map[string]int{"search": 100, "units": 150}

// TestRegisteredDelay measures how long after its start a broadcast of a registered channel is in the list, with one egress, for
// the table in the README: go test ./planner -run RegisteredDelay -v (5,000 channels with -timeout 10m -args -delay).
func TestRegisteredDelay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		channels    int
		warm, hours time.Duration
		rest        time.Duration // until all are found
		p50, p90    time.Duration // not to be exceeded
	}{
		{50, 10 * time.Minute, time.Hour, 10 * time.Minute, 2 * time.Minute, 3 * time.Minute},
		{500, 5 * time.Minute, 15 * time.Minute, 14 * time.Minute, 7 * time.Minute, 12 * time.Minute},
		{5000, 5 * time.Minute, 20 * time.Minute, 115 * time.Minute, 65 * time.Minute, 110 * time.Minute},
	} {
		if c.channels > 500 && !*longDelay {
			continue
		}
		t.Run(fmt.Sprint(c.channels), func(t *testing.T) {
			y := newTube(t, planner.Adaptive{}, c.channels)
			y.uploads(min(15, 15_000/c.channels)) // the fold's own part takes the time
			dice := rand.New(rand.NewPCG(7, uint64(c.channels)))
			var lives []*video
			for k, i := range dice.Perm(c.channels)[:min(c.channels, 400)] { // each is live once
				start := y.now.Add(c.warm + time.Duration(dice.Int64N(int64(c.hours)))).Truncate(time.Second)
				lives = append(lives, y.add(video{
					id: "v" + strconv.Itoa(k), channel: y.reg[i].Channel.ID, published: start, start: start, end: start.Add(5 * time.Hour),
				}))
			}
			y.pass(c.warm + c.hours + c.rest)
			var delays []time.Duration
			for _, v := range lives {
				if v.seen.IsZero() {
					t.Errorf("%s was never found", v.id)
					continue
				}
				delays = append(delays, v.seen.Sub(v.start))
			}
			slices.Sort(delays)
			at := func(q int) time.Duration { return delays[len(delays)*q/100].Round(time.Second) }
			feeds := 0
			for _, a := range y.jobs {
				if a.job.Kind == live.KindFeed {
					feeds++
				}
			}
			hours := (c.warm + c.hours + c.rest).Hours()
			t.Logf("%d channels: p50 %v, p90 %v, longest %v; %.0f feeds and %.0f units an hour", c.channels, at(50), at(90), delays[len(delays)-1],
				float64(feeds)/hours, float64(y.state.Spent("youtube", "units"))/hours)
			if at(50) > c.p50 || at(90) > c.p90 {
				t.Errorf("p50 %v, p90 %v", at(50), at(90))
			}
		})
	}
}
