package live

import "time"

// Coverage is what a page can say about broadcasts that it does not list.
type Coverage string

const (
	// CoverList: the page is part of a pass over the platform's list; absence from whole passes is a hint.
	CoverList Coverage = "list"
	// CoverAsked: the page answers for exactly the keys in Answers.
	CoverAsked Coverage = "asked"
	// CoverNone: absence means nothing (a search result, a feed).
	CoverNone Coverage = "none"
)

// Kind is what a request is for; it is a part of the job's key.
type Kind string

const (
	KindList    Kind = "list"    // the platform's own list, most viewers first, in chains of pages
	KindSearch  Kind = "search"  // finds broadcast ids, gives no counts (YouTube search.list)
	KindRefresh Kind = "refresh" // asks about broadcast ids (YouTube videos.list)
	KindStatus  Kind = "status"  // asks about channels: is this one live, with which broadcast
	KindFeed    Kind = "feed"    // reads a channel's feed for new broadcast ids (YouTube RSS)
	KindChannel Kind = "channel" // asks about channels: name, country, what they say of themselves
)

// Page is the outcome of one request, and the only message that workers publish: the observations in the order
// given, or an error class. When it was seen is not in it: the broker's time less the measured age says so.
type Page struct {
	V        int      `json:"v"` // wire version, set by EncodePage
	Platform Platform `json:"platform"`
	Kind     Kind     `json:"kind"`
	Job      string   `json:"job"` // Job.ID of the job that asked
	Pass     *Pass    `json:"pass,omitempty"`
	Cursor   string   `json:"cursor,omitempty"` // where this page started; "" is the head
	Next     string   `json:"next,omitempty"`   // where the next one starts; "" is the end
	Coverage Coverage `json:"coverage"`
	// OneLive says that a channel of this platform has at most one broadcast at a time, so that a row with a
	// newer id ends the older one.
	OneLive bool   `json:"one_live,omitempty"`
	Total   int    `json:"total,omitempty"` // broadcasts on the whole list as the platform says, 0 when it does not
	Region  string `json:"region,omitempty"`
	Egress  string `json:"egress,omitempty"` // label of the address, never the address or its credentials
	Status  int    `json:"status,omitempty"` // HTTP status, 0 when none came
	Latency int64  `json:"latency_ms"`       // milliseconds from request to last byte
	Cost    Cost   `json:"cost,omitzero"`

	Error      ErrorClass `json:"error,omitempty"`
	ErrorText  string     `json:"error_text,omitempty"`     // for people; no URL, no secret
	RetryAfter int64      `json:"retry_after_ms,omitempty"` // what the platform asked for, milliseconds

	Observations []Observation `json:"observations,omitempty"`
	Answers      []Answer      `json:"answers,omitempty"`  // CoverAsked: one for every key asked
	Found        []Found       `json:"found,omitempty"`    // ids to ask about (search, feed)
	Channels     []ChannelInfo `json:"channels,omitempty"` // KindChannel: those that exist
}

// Pass says where a page stands in a run of consecutive pages over one list by one worker.
type Pass struct {
	ID    string `json:"id"`
	Index int    `json:"index"` // from 0; index 0 of a pass that began at the head has an empty Cursor
	Last  bool   `json:"last"`  // the list ended here (not: the chain was cut)
}

// Cost is what a request took from a daily budget that the platform counts.
type Cost struct {
	Bucket string `json:"bucket"` // "search", "units"
	Units  int    `json:"units"`
}

// Observation is what one response said about one live broadcast. It is never about an ended one: see Answer.
type Observation struct {
	ID          string    `json:"id"`      // the broadcast's
	Channel     string    `json:"channel"` // the channel's
	ChannelName string    `json:"channel_name,omitempty"`
	Title       string    `json:"title,omitempty"`
	Viewers     Viewers   `json:"viewers"` // null when the platform hides it
	Category    Category  `json:"category,omitzero"`
	Lang        string    `json:"lang,omitempty"` // declared, lower-case primary subtag ("ko"); "" when not declared
	Tags        []string  `json:"tags,omitempty"`
	StartedAt   time.Time `json:"started_at,omitzero"` // UTC; zero when not given
	Adult       bool      `json:"adult,omitempty"`
	Locked      bool      `json:"locked,omitempty"`   // password or subscribers only
	Official    bool      `json:"official,omitempty"` // the platform marks the channel as official
	Thumbnail   string    `json:"thumbnail,omitempty"`
	URL         string    `json:"url,omitempty"` // watch page
}

// AnswerState is what a platform said about one key that was asked for.
type AnswerState string

const (
	AnswerLive     AnswerState = "live"     // Broadcast says which; an Observation may stand beside it
	AnswerEnded    AnswerState = "ended"    // said to be over, or absent where absence is proof
	AnswerMissing  AnswerState = "missing"  // not in the answer; twice in a row is the end
	AnswerUpcoming AnswerState = "upcoming" // announced for At
	AnswerUnknown  AnswerState = "unknown"  // refused or blocked: says nothing
)

// Answer is the verdict on one key asked for: a channel's id (KindStatus) or a broadcast's (KindRefresh).
type Answer struct {
	Key       string      `json:"key"`
	State     AnswerState `json:"state"`
	Broadcast string      `json:"broadcast,omitempty"` // AnswerLive
	At        time.Time   `json:"at,omitzero"`         // AnswerUpcoming: scheduled start, UTC
}

// Found is a broadcast id that a search or a feed named, without saying whether it is live.
type Found struct {
	ID      string `json:"id"`
	Channel string `json:"channel,omitempty"`
}

// ChannelInfo is what a platform says about one channel, live or not.
type ChannelInfo struct {
	ID          string   `json:"id"`
	Asked       string   `json:"asked,omitempty"`       // the job's key, where that was not the id (HandleKey)
	Name        string   `json:"name,omitempty"`        // for people
	Handle      string   `json:"handle,omitempty"`      // without "@"; "" where the platform has none
	Country     string   `json:"country,omitempty"`     // ISO 3166-1 alpha-2 in capitals, as the channel declares it
	Description string   `json:"description,omitempty"` // one line, at most MaxDescription runes
	Links       []string `json:"links,omitempty"`       // https links that the channel shows, at most MaxLinks, any host
}

// OK reports whether the request succeeded.
func (p *Page) OK() bool { return p.Error == "" }
