package aggregator

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"onair/live"
)

// Record is one stored piece of a state. Value nil says that the key is gone.
type Record struct {
	Key   string
	Value []byte
}

// record is anything that is stored under a key of its own.
type record interface{ encode() any }

// The first letter of a key says what is stored there.
const headKey = "head"

func platformKey(p live.Platform) string           { return "p/" + string(p) }
func broadcastKey(b live.BroadcastID) string       { return "b/" + b.String() }
func candidateKey(b live.BroadcastID) string       { return "c/" + b.String() }
func channelKey(c live.ChannelID) string           { return "h/" + c.String() }
func quotaKey(p live.Platform, name string) string { return "q/" + string(p) + "/" + name }
func (w *pass) key() string                        { return "w/" + string(w.platform) + "/" + w.worker + "/" + w.id }

func (s *State) store(key string, r record) {
	s.records[key] = r
	s.touch(key)
}

func (s *State) touch(key string) { s.dirty[key] = struct{}{} }

func (s *State) drop(key string) {
	if _, ok := s.records[key]; ok {
		delete(s.records, key)
		s.touch(key)
	}
}

// Dirty gives what changed since Clean, sorted by key. Storing it over the records of before, and loading those,
// gives this state again.
func (s *State) Dirty() []Record {
	out := make([]Record, 0, len(s.dirty))
	for key := range s.dirty {
		out = append(out, Record{Key: key})
	}
	slices.SortFunc(out, func(a, b Record) int { return strings.Compare(a.Key, b.Key) })
	for i := range out {
		if r := s.records[out[i].Key]; r != nil {
			out[i].Value = encode(r)
		}
	}
	return out
}

// Clean says that what Dirty gave is stored.
func (s *State) Clean() { clear(s.dirty) }

// Records gives the whole state, sorted by key. States that folded the same messages give the same bytes.
func (s *State) Records() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for _, key := range slices.Sorted(maps.Keys(s.records)) {
			if !yield(key, encode(s.records[key])) {
				return
			}
		}
	}
}

func encode(r record) []byte {
	b, err := json.Marshal(r.encode())
	if err != nil {
		panic(err) // strings and integers only
	}
	return b
}

// stamp is a time in microseconds since 1970, 0 for the zero time.
type stamp int64

func at(t time.Time) stamp {
	if t.IsZero() {
		return 0
	}
	return stamp(t.UnixMicro())
}

func (t stamp) time() time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(t)).UTC()
}

type headRecord struct {
	Version  int           `json:"version"`
	Virtual  bool          `json:"virtual,omitempty"`
	Position uint64        `json:"position"`
	LogTime  stamp         `json:"log_time"`
	Broker   stamp         `json:"broker,omitempty"`
	Active   time.Duration `json:"active"`
	MarkSeq  uint64        `json:"mark_seq"`
	MarkAt   stamp         `json:"mark_at"`
	Minute   int64         `json:"minute"`
	Gaps     uint64        `json:"gaps,omitempty"`
}

func (h *head) encode() any {
	return headRecord{Version, h.virtual, h.position, at(h.logTime), at(h.broker), h.active, h.markSeq, at(h.markAt), h.minute, h.gaps}
}

type platformRecord struct {
	ID          live.Platform     `json:"id"`
	LastPageAt  stamp             `json:"last_page_at,omitempty"`
	LastErrorAt stamp             `json:"last_error_at,omitempty"`
	LastError   live.ErrorClass   `json:"last_error,omitempty"`
	ErrorText   string            `json:"error_text,omitempty"`
	RetryAt     stamp             `json:"retry_at,omitempty"`
	Errors      int               `json:"errors,omitempty"`
	Total       int               `json:"total,omitempty"`
	LastPassAt  stamp             `json:"last_pass_at,omitempty"`
	LastSearch  stamp             `json:"last_search_at,omitempty"`
	PassEvery   time.Duration     `json:"pass_every,omitempty"`
	ChangedSeq  uint64            `json:"changed_seq,omitempty"`
	Fed         time.Duration     `json:"fed,omitempty"`
	FedAt       time.Duration     `json:"fed_at,omitempty"`
	PassStart   stamp             `json:"pass_start,omitempty"`
	Regions     []regionRecord    `json:"regions,omitempty"`
	Places      []placeRecord     `json:"places,omitempty"`
	Tides       [staleAfter]int32 `json:"tides,omitzero"`
}

type placeRecord struct {
	Cursor string `json:"cursor,omitempty"`
	At     stamp  `json:"at,omitempty"`
	Rows   int    `json:"rows,omitempty"`
	High   int32  `json:"high"`
	Low    int32  `json:"low"`
}

type regionRecord struct {
	Region string `json:"region"`
	Start  stamp  `json:"start"`
	End    stamp  `json:"end"`
}

func (f *platform) encode() any {
	r := platformRecord{
		ID: f.ID, LastPageAt: at(f.LastPageAt), LastErrorAt: at(f.LastErrorAt), LastError: f.LastError, ErrorText: f.ErrorText,
		RetryAt: at(f.RetryAt), Errors: f.Errors, Total: f.Total, LastPassAt: at(f.LastPassAt), LastSearch: at(f.LastSearchAt), PassEvery: f.PassEvery,
		ChangedSeq: f.ChangedSeq, Fed: f.fed, FedAt: f.fedAt, PassStart: at(f.passStart), Tides: f.tides,
	}
	for _, p := range f.regions {
		r.Regions = append(r.Regions, regionRecord{p.region, at(p.start), at(p.end)})
	}
	for _, p := range f.Places {
		r.Places = append(r.Places, placeRecord{p.Cursor, at(p.At), p.Rows, int32(p.High), int32(p.Low)})
	}
	return r
}

func (r *platformRecord) platform() *platform {
	f := &platform{
		fed: r.Fed, fedAt: r.FedAt, passStart: r.PassStart.time(), tides: r.Tides,
		candidates: map[string]*candidate{}, channels: map[string]*channel{},
	}
	f.PlatformState = PlatformState{
		ID: r.ID, LastPageAt: r.LastPageAt.time(), LastErrorAt: r.LastErrorAt.time(), LastError: r.LastError, ErrorText: r.ErrorText,
		RetryAt: r.RetryAt.time(), Errors: r.Errors, Total: r.Total, LastPassAt: r.LastPassAt.time(), LastSearchAt: r.LastSearch.time(), PassEvery: r.PassEvery,
		ChangedSeq: r.ChangedSeq,
	}
	for _, p := range r.Regions {
		f.regions = append(f.regions, regionPass{p.Region, p.Start.time(), p.End.time()})
	}
	for _, p := range r.Places {
		f.Places = append(f.Places, Place{p.Cursor, p.At.time(), p.Rows, live.Viewers(p.High), live.Viewers(p.Low)})
	}
	return f
}

type broadcastRecord struct {
	ID          live.BroadcastID `json:"id"`
	Channel     string           `json:"channel"`
	ChannelName string           `json:"name,omitempty"`
	Title       string           `json:"title,omitempty"`
	Viewers     int32            `json:"viewers"`
	Category    live.Category    `json:"category,omitzero"`
	Lang        string           `json:"lang,omitempty"`
	Tags        []string         `json:"tags,omitempty"`
	StartedAt   stamp            `json:"started,omitempty"`
	Adult       bool             `json:"adult,omitempty"`
	Locked      bool             `json:"locked,omitempty"`
	Official    bool             `json:"official,omitempty"`
	Thumbnail   string           `json:"thumbnail,omitempty"`
	URL         string           `json:"url,omitempty"`
	FirstSeen   stamp            `json:"first"`
	ObservedAt  stamp            `json:"observed"`
	ConfirmedAt stamp            `json:"confirmed"`
	ChangedSeq  uint64           `json:"changed"`
	EndedAt     stamp            `json:"ended,omitempty"`
	EndReason   EndReason        `json:"reason,omitempty"`
	Minutes     []int32          `json:"minutes"`
	MinuteAt    int64            `json:"minute"`
	Misses      int              `json:"misses,omitempty"`
	FedAt       time.Duration    `json:"fed_at"`
	ActiveAt    time.Duration    `json:"active_at"`
	MissedAt    stamp            `json:"missed,omitempty"`
	MissSeq     uint64           `json:"miss_seq,omitempty"`
	Seen        uint64           `json:"seen,omitempty"`
	AirSum      int64            `json:"air_sum,omitempty"`
	AirTime     int64            `json:"air_time,omitempty"`
	Rising      bool             `json:"rising,omitempty"`
	RisingSince int64            `json:"rising_since,omitempty"`
	Hot         bool             `json:"hot,omitempty"`
	HotSince    int64            `json:"hot_since,omitempty"`
}

func (b *broadcast) encode() any {
	minutes := make([]int32, len(b.Minutes)) // as plain integers: Viewers' own form costs a call for each
	for i, v := range b.Minutes {
		minutes[i] = int32(v)
	}
	return &broadcastRecord{
		ID: b.ID, Channel: b.Channel, ChannelName: b.ChannelName, Title: b.Title, Viewers: int32(b.Viewers), Category: b.Category,
		Lang: b.Lang, Tags: b.Tags, StartedAt: at(b.StartedAt), Adult: b.Adult, Locked: b.Locked, Official: b.Official,
		Thumbnail: b.Thumbnail, URL: b.URL, FirstSeen: at(b.FirstSeen), ObservedAt: at(b.ObservedAt), ConfirmedAt: at(b.ConfirmedAt),
		ChangedSeq: b.ChangedSeq, EndedAt: at(b.EndedAt), EndReason: b.EndReason, Minutes: minutes, MinuteAt: b.MinuteAt,
		Misses: b.Misses, FedAt: b.fedAt, ActiveAt: b.activeAt, MissedAt: at(b.missedAt), MissSeq: b.missSeq,
		Seen: b.seen, AirSum: b.airSum, AirTime: b.airTime, Rising: b.Rising, RisingSince: b.rises.since, Hot: b.Hot, HotSince: b.heats.since,
	}
}

func (r *broadcastRecord) broadcast() (*broadcast, error) {
	if len(r.Minutes) == 0 || len(r.Minutes) > TrendMinutes {
		return nil, fmt.Errorf("%w: %d minutes", ErrRecord, len(r.Minutes))
	}
	minutes := make([]live.Viewers, len(r.Minutes))
	for i, v := range r.Minutes {
		minutes[i] = live.Viewers(v)
	}
	b := &broadcast{
		key: broadcastKey(r.ID), fedAt: r.FedAt, activeAt: r.ActiveAt, missedAt: r.MissedAt.time(), missSeq: r.MissSeq,
		seen: r.Seen, airSum: r.AirSum, airTime: r.AirTime, rises: hysteresis{r.RisingSince}, heats: hysteresis{r.HotSince},
	}
	b.Broadcast = Broadcast{
		ID: r.ID, Channel: r.Channel, ChannelName: r.ChannelName, Title: r.Title, Viewers: live.Viewers(r.Viewers), Category: r.Category,
		Lang: r.Lang, Tags: r.Tags, StartedAt: r.StartedAt.time(), Adult: r.Adult, Locked: r.Locked, Official: r.Official,
		Thumbnail: r.Thumbnail, URL: r.URL, FirstSeen: r.FirstSeen.time(), ObservedAt: r.ObservedAt.time(),
		ConfirmedAt: r.ConfirmedAt.time(), ChangedSeq: r.ChangedSeq, EndedAt: r.EndedAt.time(), EndReason: r.EndReason,
		Minutes: minutes, MinuteAt: r.MinuteAt, Misses: r.Misses, Rising: r.Rising, Hot: r.Hot,
	}
	return b, nil
}

type candidateRecord struct {
	ID        live.BroadcastID `json:"id"`
	Channel   string           `json:"channel,omitempty"`
	FoundAt   stamp            `json:"found"`
	NotBefore stamp            `json:"not_before,omitempty"`
	Answered  stamp            `json:"answered,omitempty"`
}

func (c *candidate) encode() any {
	return candidateRecord{c.ID, c.Channel, at(c.FoundAt), at(c.NotBefore), at(c.answered)}
}

type passRecord struct {
	Platform live.Platform `json:"platform"`
	Worker   string        `json:"worker"`
	ID       string        `json:"id"`
	Region   string        `json:"region,omitempty"`
	Next     int           `json:"next"`
	Rows     int           `json:"rows"`
	Start    stamp         `json:"start"`
	Last     stamp         `json:"last"`
	Seq      uint64        `json:"seq"`
}

func (w *pass) encode() any {
	return passRecord{w.platform, w.worker, w.id, w.region, w.next, w.rows, at(w.start), at(w.last), w.seq}
}

type quotaRecord struct {
	Platform live.Platform `json:"platform"`
	Bucket   string        `json:"bucket"`
	Day      int64         `json:"day"`
	Units    int64         `json:"units"`
}

func (q *quota) encode() any { return quotaRecord{q.platform, q.bucket, q.day, q.units} }
