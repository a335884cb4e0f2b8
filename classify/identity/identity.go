// Package identity finds channels on different platforms that belong to one person or team.
//
// In go the channels that are known at one moment, with what their platforms say of them and what they broadcast, and
// the proposals made before. Out come live.Proposals: pairs of channels on two platforms, each with its evidence and a
// score. The caller is the leader's runner, which stores them as facts, and the bench. Find is pure: the order of its
// arguments does not matter, it uses integers only, reads no clock, and never compares all with all.
//
// # How a pair is judged
//
// Every kind of evidence is worth what chance would take to make it: a name is rare when nobody else in the set has it
// and when its parts are rare there too (rarity.go), a title when no other broadcast carries it (title.go), a near
// start when few others began then. Bits of evidence add up against the odds that two channels picked at random are one
// person's. A pair is confident when the sum says .98 and something of it names the person: a name, a handle or a link.
// The same title at the same moment alone never does: whoever streams along with a match has both.
//
// What speaks against a pair: a channel that names another one on that platform as its own, two broadcasts at once that
// began apart under different titles, a rival with about as much evidence, a name that says that the channel is a
// fan's, or that the broadcast is watched along with somebody's.
//
// Two channels of one platform are never joined, not even through a third: who owns several there is for operators to
// say. A confident pair stays confident until something speaks against it, and one that was parted so needs a link to
// come back, so that proposals do not flap.
package identity

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"onair/live"
)

// Channel is what is known about one channel. Any field but ID may be empty.
type Channel struct {
	ID          live.ChannelID
	Name        string
	Handle      string // without "@"; Twitch: the login
	Country     string // ISO 3166-1 alpha-2
	Description string
	Links       []string
	Broadcasts  []Broadcast
}

// Broadcast is one live session of a channel, going on or lately over.
type Broadcast struct {
	Title     string
	URL       string    // watch page; tells Twitch's login
	StartedAt time.Time // as the platform says; zero when it does not
	FirstSeen time.Time
	SeenAt    time.Time // when it was last live
}

// Kinds of live.Evidence.
const (
	KindName    = "name"    // the same name, dressed alike or not
	KindHandle  = "handle"  // the same handle or login
	KindSound   = "sound"   // a name in Hangul that a name or handle in Latin letters spells
	KindLink    = "link"    // one names the other as its own, or both do
	KindTitle   = "title"   // the same title at the same time
	KindStart   = "start"   // began within minutes
	KindDays    = "days"    // did so on these days, UTC
	KindParted  = "parted"  // what spoke against it while it was confident; only a link brings it back
	KindAgainst = "against" // why the pair is not confident, whatever else speaks for it
)

const (
	// leastScore is the score in permille below which a pair is not worth telling people about.
	leastScore = 250
	// leastConfident is the score from which a pair joins by itself.
	leastConfident = 980
	// maxBroadcasts of a channel are looked at, the newest: a hostile channel may have thousands.
	maxBroadcasts = 4
	// maxBlock bounds how many channels of one key are paired with each other. A name that more have proves nothing by
	// itself, and 10,000 channels of one name would make 50 million pairs.
	maxBlock = 24
	// maxOfChannel bounds the proposals about one channel towards one platform.
	maxOfChannel = 3
)

// Find judges every pair of channels on two platforms that some key brings together, and every known pair whose
// channels are there. It gives proposals in the order of their channels' text; known pairs of which nothing is there
// to judge are not among them. at becomes the time of evidence seen now. A channel that comes twice counts once.
func Find(channels []Channel, known []live.Proposal, at time.Time) []live.Proposal {
	w := newWorld(channels)
	past := map[[2]int32]*live.Proposal{}
	var away []*live.Proposal
	for i := range known {
		if p, ok := w.pairOf(known[i].Channels); ok {
			past[p] = &known[i]
		} else if known[i].Confident && known[i].Channels[0].Platform != known[i].Channels[1].Platform {
			away = append(away, &known[i])
		}
	}
	slices.SortFunc(away, func(a, b *live.Proposal) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), compareIDs(a.Channels[0], b.Channels[0]), compareIDs(a.Channels[1], b.Channels[1]))
	})
	pairs := w.candidates()
	for p := range past {
		pairs = append(pairs, p)
	}
	slices.SortFunc(pairs, comparePairs)
	pairs = slices.Compact(pairs)

	judged := make([]judgement, 0, len(pairs))
	for _, p := range pairs {
		j := w.judge(p, past[p])
		if j.score >= leastScore || j.past != nil {
			judged = append(judged, j)
		}
	}
	settle(w, judged, away)
	judged = w.keepBest(judged)

	out := make([]live.Proposal, 0, len(judged))
	for i := range judged {
		out = append(out, w.proposal(&judged[i], at.UTC()))
	}
	return out
}

func comparePairs(a, b [2]int32) int {
	if a[0] != b[0] {
		return int(a[0] - b[0])
	}
	return int(a[1] - b[1])
}

// keepBest leaves the best few proposals of each channel towards each platform, and all known ones.
func (w *world) keepBest(judged []judgement) []judgement {
	order := make([]int, len(judged))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(judged[b].bits - judged[a].bits) })
	count := map[towards]int{}
	keep := make([]bool, len(judged))
	for _, i := range order {
		j := &judged[i]
		a, b := towards{j.pair[0], w.channels[j.pair[1]].ID.Platform}, towards{j.pair[1], w.channels[j.pair[0]].ID.Platform}
		if keep[i] = j.past != nil || count[a] < maxOfChannel && count[b] < maxOfChannel; keep[i] {
			count[a]++
			count[b]++
		}
	}
	kept := judged[:0]
	for i := range judged {
		if keep[i] {
			kept = append(kept, judged[i])
		}
	}
	return kept
}

// towards is a channel and a platform that partners of it may be on.
type towards struct {
	channel  int32
	platform live.Platform
}

// proposal is a judgement as it is stored.
func (w *world) proposal(j *judgement, at time.Time) live.Proposal {
	p := live.Proposal{
		Channels: [2]live.ChannelID{w.channels[j.pair[0]].ID, w.channels[j.pair[1]].ID},
		Score:    j.score, Confident: j.confident, Evidence: j.evidence(), At: at,
	}
	if j.past != nil && !j.seen() {
		p.At = j.past.At.UTC()
	}
	return p
}

// world is everything that a pair is judged against.
type world struct {
	channels []*facet // sorted by the text of their ids
	index    map[live.ChannelID]int32
	size     map[live.Platform]int // channels
	onAir    map[live.Platform]int // channels with a broadcast
	named    table                 // by every form of their names
	dresses  map[string]int        // channels that put this behind their bare name
	names    crowd
	handles  table // by whole handle and by stem
	stems    crowd
	sounds   table
	titles   table
	phrases  phrases
	starts   map[live.Platform][]int64 // unix seconds, sorted
	linked   map[[2]int32]bool         // from, to
	pointers map[towards]int           // how many channels of a platform name a channel as theirs
	handleOf map[live.ChannelID]int32  // by platform and lower-case handle
}

// facet is a channel and what was read out of it once.
type facet struct {
	Channel
	name   naming
	handle handle
	links  map[live.Platform]*claims
	titles []heading
	mark   bool // a league's or a broadcaster's
}

func newWorld(channels []Channel) *world {
	sorted := make([]*facet, 0, len(channels))
	seen := make(map[live.ChannelID]*facet, len(channels))
	for i := range channels {
		if f := seen[channels[i].ID]; f != nil {
			if better(&channels[i], &f.Channel) {
				f.Channel = channels[i]
			}
			continue
		}
		f := &facet{Channel: channels[i]}
		seen[f.ID] = f
		sorted = append(sorted, f)
	}
	slices.SortFunc(sorted, func(a, b *facet) int { return compareIDs(a.ID, b.ID) })
	w := &world{
		channels: sorted, index: make(map[live.ChannelID]int32, len(sorted)),
		size: map[live.Platform]int{}, onAir: map[live.Platform]int{}, starts: map[live.Platform][]int64{},
		named: table{}, dresses: map[string]int{}, handles: table{}, sounds: table{}, titles: table{},
		linked: map[[2]int32]bool{}, pointers: map[towards]int{}, handleOf: map[live.ChannelID]int32{},
	}
	for i, f := range sorted {
		w.index[f.ID] = int32(i)
		w.size[f.ID.Platform]++
		f.read()
		if f.handle.full != "" {
			w.handleOf[live.ChannelID{Platform: f.ID.Platform, ID: f.handle.full}] = int32(i)
		}
	}
	w.gather()
	return w
}

// compareIDs orders ids as their text does, which is how a Proposal orders its two.
func compareIDs(a, b live.ChannelID) int {
	if a.Platform == b.Platform {
		return strings.Compare(a.ID, b.ID)
	}
	return strings.Compare(a.String(), b.String())
}

// better decides between two accounts of one channel by their text, so that their order does not matter.
func better(a, b *Channel) bool {
	key := func(c *Channel) string {
		return strings.Join([]string{c.Name, c.Handle, c.Country, c.Description, strings.Join(c.Links, " ")}, "\x00")
	}
	if len(a.Broadcasts) != len(b.Broadcasts) {
		return len(a.Broadcasts) > len(b.Broadcasts)
	}
	return key(a) > key(b)
}

// pairOf finds two channels of different platforms; the first is the one whose text comes first.
func (w *world) pairOf(ids [2]live.ChannelID) ([2]int32, bool) {
	a, okA := w.index[ids[0]]
	b, okB := w.index[ids[1]]
	if !okA || !okB || ids[0].Platform == ids[1].Platform {
		return [2]int32{}, false
	}
	return [2]int32{min(a, b), max(a, b)}, true
}
