package view

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"onair/aggregator"
	"onair/live"
)

// cast is one broadcast on its way into an entry.
type cast struct {
	b     *aggregator.Broadcast
	id    string // b.ID as text
	info  int    // its platform's place in BuildOptions.Infos
	owner int    // who broadcasts: equal for all channels of a creator
	start int64  // began, or where that is unknown first seen: nanoseconds since 1970

	opinion     *opinion
	link, image bool // the watch page and the thumbnail are on the platform's own hosts

	wasLive  bool         // at the minute that rank changes are measured from
	then     live.Viewers // at that minute
	rankThen int          // of the entry it was in at that minute, 0 when not live
	row      int          // the entry that it is in now
}

func (c *cast) channel() live.ChannelID {
	return live.ChannelID{Platform: c.b.ID.Platform, ID: c.b.Channel}
}

// began is when b started, or where the platform does not say when it was first seen.
func began(b *aggregator.Broadcast) time.Time {
	if b.StartedAt.IsZero() {
		return b.FirstSeen
	}
	return b.StartedAt
}

// team is the casts of one entry, the first being the one that opened it.
type team []*cast

func (t team) has(info int) bool {
	return slices.ContainsFunc(t, func(c *cast) bool { return c.info == info })
}

// adult reports whether any member is: a careful reader hides the whole row.
func (t team) adult() bool { return slices.ContainsFunc(t, func(c *cast) bool { return c.b.Adult }) }

// locked reports whether all members are: else one of them can be watched.
func (t team) locked() bool {
	return !slices.ContainsFunc(t, func(c *cast) bool { return !c.b.Locked })
}

// byOwner is the order in which broadcasts are taken into entries: whoever owns them, then start, platform, id.
func byOwner(x, y *cast) int {
	if c := cmp.Compare(x.owner, y.owner); c != 0 {
		return c
	}
	if c := cmp.Compare(x.start, y.start); c != 0 {
		return c
	}
	if c := strings.Compare(string(x.b.ID.Platform), string(y.b.ID.Platform)); c != 0 {
		return c
	}
	return strings.Compare(x.b.ID.ID, y.b.ID.ID)
}

// join gives the entries of one owner, whose broadcasts, all live at one moment, come in the order of byOwner: each
// joins the team that lacks its platform and whose first member's start is nearest, ties the earlier, else opens one.
// So the owner gets as many entries as it has broadcasts on its busiest platform. The teams are appended to teams
// and may share sorted's memory. asked is how often a team was asked for a platform: a few times a broadcast, however
// many one owner has.
func join(teams []team, sorted []*cast) (_ []team, asked int) {
	base := len(teams)
	var held map[int]int // teams that have a platform: spares a channel with thousands of broadcasts the search
	if len(sorted) > 1 {
		held = map[int]int{}
	}
	for i, c := range sorted {
		best := -1
		// First members' starts never fall, and none is after c's: the nearest are at the end.
		for k := len(teams) - 1; k >= base && held[c.info] < len(teams)-base; k-- {
			if best >= 0 && teams[k][0].start != teams[best][0].start {
				break
			}
			asked++
			if !teams[k].has(c.info) {
				best = k
			}
		}
		if held != nil {
			held[c.info]++
		}
		if best < 0 {
			teams = append(teams, team(sorted[i:i+1:i+1]))
			continue
		}
		teams[best] = append(teams[best], c)
	}
	return teams, asked
}

// maxSiblings bounds the search for what an ended broadcast was joined with: each asks about all the others, and a
// hostile worker can end thousands on one channel.
const maxSiblings = 200

// partner is the live broadcast whose entry c, which has ended, was last part of: c's owner's broadcasts of that
// moment are joined again. nil when none of its entry is live. run holds all of the owner's, in the order of byOwner.
func partner(c *cast, run []*cast) *cast {
	if len(run) > maxSiblings {
		return nil
	}
	end := c.b.EndedAt
	var then []*cast
	for _, o := range run {
		if o == c || !began(o.b).After(end) && (o.b.Live() || !o.b.EndedAt.Before(end)) {
			then = append(then, o)
		}
	}
	teams, _ := join(nil, then)
	for _, t := range teams {
		if !slices.Contains(t, c) {
			continue
		}
		for _, o := range t {
			if o.b.Live() {
				return o
			}
		}
	}
	return nil
}

// sum adds up the counts that are shown: hidden when none is. It stays a possible count whatever a worker claims.
func sum(t team, of func(*cast) live.Viewers) live.Viewers {
	total, known := int64(0), false
	for _, c := range t {
		v := of(c)
		total += v.Count()
		known = known || v.Known()
	}
	if !known {
		return live.ViewersHidden
	}
	return live.Viewers(min(total, int64(live.MaxViewers)))
}

func viewersNow(c *cast) live.Viewers  { return c.b.Viewers }
func viewersThen(c *cast) live.Viewers { return c.then }

// ranked is a team with its place in the list.
type ranked struct {
	team    team
	viewers live.Viewers
}

// rank sorts teams into the list's order: most viewers first, hidden last, then by id.
func rank(teams []team, of func(*cast) live.Viewers) []ranked {
	list := make([]ranked, len(teams))
	for i, t := range teams {
		list[i] = ranked{t, sum(t, of)}
	}
	slices.SortFunc(list, func(x, y ranked) int {
		if c := cmp.Compare(y.viewers, x.viewers); c != 0 {
			return c
		}
		return strings.Compare(x.team[0].id, y.team[0].id)
	})
	return list
}

// minuteOf is the log-time minute of t.
func minuteOf(t time.Time) int64 { return t.Unix() / 60 }

// viewersAt is what b showed at a log-time minute: hidden where it was not live or not shown.
func viewersAt(b *aggregator.Broadcast, minute int64) live.Viewers {
	if i := int64(len(b.Minutes)) - 1 - (b.MinuteAt - minute); i >= 0 && i < int64(len(b.Minutes)) {
		return b.Minutes[i]
	}
	return live.ViewersHidden
}

// liveAt reports whether b was on the list at a log-time minute.
func liveAt(b *aggregator.Broadcast, minute int64) bool {
	return viewersAt(b, minute).Known() || minuteOf(b.FirstSeen) <= minute && (b.Live() || minuteOf(b.EndedAt) > minute)
}
