package sim

import (
	"cmp"
	"slices"
	"time"
)

// World is what is true, at any time that is asked for. It is safe for concurrent use.
type World struct {
	seed uint64
	*population
	byHour     [24][]*creator
	restarting []*creator

	blocks    *recent[int64, *[sites][]*broadcast]
	hours     *recent[int64, *[sites][]*broadcast]
	raidHours *recent[int64, map[uint64][]raid]
	lists     [sites]*recent[int64, []shown]
}

const (
	// blocksHeld covers what one hour looks back to (35 blocks) twice, so that a question about yesterday between two about
	// today does not draw everything again.
	blocksHeld = 96
	// hoursHeld: a moment needs three (raids), a test that jumps about a few more.
	hoursHeld = 12
	// listsHeld per site: readers of the same list are a few steps apart at most; each holds up to 2,500 rows.
	listsHeld = 8
)

func newWorld(seed int64, scale float64) *World {
	w := &World{
		seed:       uint64(seed),
		population: populate(uint64(seed), scale),
		blocks:     newRecent[int64, *[sites][]*broadcast](blocksHeld),
		hours:      newRecent[int64, *[sites][]*broadcast](hoursHeld),
		raidHours:  newRecent[int64, map[uint64][]raid](hoursHeld),
	}
	for s := range sites {
		w.lists[s] = newRecent[int64, []shown](listsHeld)
	}
	for _, c := range w.creators {
		if c.restart > 0 {
			w.restarting = append(w.restarting, c)
		} else {
			w.byHour[c.hour] = append(w.byHour[c.hour], c)
		}
	}
	return w
}

// shown is a row of a platform's list.
type shown struct {
	*broadcast
	viewers int
}

// step is the moment that a platform's answer at t speaks about.
func (s site) step(t time.Time) int64 { return floorDiv(t.Unix(), s.cadence()) * s.cadence() }

// list is all of a platform that is live at a step and that it lists or finds, most viewers first, relays and foreigners
// included.
func (w *World) list(s site, step int64) []shown {
	return w.lists[s].get(step, func(step int64) []shown {
		guests := w.guestsAt(step)
		var out []shown
		for _, b := range w.during(hourOf(step))[s] {
			if b.liveAt(step) && !b.line.unsearched {
				out = append(out, shown{b, b.count(float64(step), guests(b))})
			}
		}
		slices.SortFunc(out, func(a, b shown) int {
			return cmp.Or(cmp.Compare(b.viewers, a.viewers), cmp.Compare(b.number, a.number))
		})
		return out
	})
}

// countAt is one broadcast's audience at a step.
func (w *World) countAt(b *broadcast, step int64) int {
	return b.count(float64(step), w.guestsAt(step)(b))
}

// TruthRow is one live broadcast as it really is.
type TruthRow struct {
	Platform    string `json:"platform"`
	BroadcastID string `json:"broadcast_id"`
	ChannelID   string `json:"channel_id"`
	Viewers     int    `json:"viewers"`  // also when the platform hides it
	Lang        string `json:"lang"`     // what is spoken, whatever the label says: ISO 639-1
	Category    string `json:"category"` // as the platform names it; "" when unset
	CreatorID   string `json:"creator_id"`
}

// Truth lists what is live for Korea at a moment, most viewers first, then by platform and id: everything that the platforms'
// lists for Korea hold, except SOOP's relays of other rooms. limit <= 0 means all.
func (w *World) Truth(at time.Time, limit int) []TruthRow {
	now, unix := float64(at.UnixNano())/1e9, at.Unix()
	guests := w.guestsAt(unix)
	var out []TruthRow
	for s, live := range w.during(hourOf(unix)) {
		for _, b := range live {
			if !b.liveAt(unix) || b.line.relay || !b.line.listed() {
				continue
			}
			out = append(out, TruthRow{
				Platform: site(s).String(), BroadcastID: b.id, ChannelID: b.line.channelID,
				Viewers: b.count(now, guests(b)), Lang: b.line.creator.lang,
				Category:  w.category(b, unix),
				CreatorID: b.line.creator.id,
			})
		}
	}
	slices.SortFunc(out, func(a, b TruthRow) int {
		return cmp.Or(cmp.Compare(b.Viewers, a.Viewers), cmp.Compare(a.Platform, b.Platform), cmp.Compare(a.BroadcastID, b.BroadcastID))
	})
	if limit > 0 && len(out) > limit {
		out = out[:limit]
	}
	return out
}

// category is the name that a broadcast's platform gives to what it does.
func (w *World) category(b *broadcast, unix int64) string {
	t := &w.words.topics[b.segmentAt(unix).topic]
	switch b.line.site {
	case chzzk:
		if b.unset() {
			return ""
		}
		return t.chzzkName
	case soop:
		return t.soopName
	case twitch:
		return t.twitchName
	}
	return youtubeCategory(t.youtubeID)
}

// unset: a Chzzk streamer did not choose a category.
func (b *broadcast) unset() bool { return b.line.site == chzzk && b.key%23 == 0 }

// Served tells what a response at a moment says about a broadcast: its count, whether the platform hides it, and whether it is
// on air. An unknown id is not live. Relays are served too.
func (w *World) Served(platform, broadcastID string, at time.Time) (viewers int, hidden, live bool) {
	s, ok := siteNamed(platform)
	if !ok {
		return 0, false, false
	}
	b := w.byBroadcastID(s, broadcastID)
	step := s.step(at)
	if b == nil || !b.liveAt(step) {
		return 0, false, false
	}
	return w.countAt(b, step), b.line.hidden, true
}

// Epoch is where the virtual time of a new demo starts: an evening in Korea, 2026-10-01 19:30.
func Epoch() time.Time { return time.Date(2026, 10, 1, 19, 30, 0, 0, kst()) }
