package live

import "time"

// Lane is where one worker's pages of one platform go into the log: each lane is a subject of its own, with its own
// fence. Epoch is drawn anew when a worker's outbox file is new, so that a reinstalled worker never meets the
// fence of its former self.
type Lane struct {
	Platform Platform
	Worker   string
	Epoch    string
	Name     LaneName
}

// LaneName tells fresh pages from those that waited.
type LaneName string

const (
	LaneLive LaneName = "live"
	LaneLate LaneName = "late" // older than 2 minutes, or stored by an earlier run: history only, never the list
)

// Entry is one page on its way from an outbox into the log.
type Entry struct {
	Key  uint64        // outbox key: grows, never used twice in an epoch
	Body []byte        // EncodePage
	Age  time.Duration // since the observation, at this attempt
	At   time.Time     // virtual time of the observation; zero outside the demo
}

// Message is one entry of the log as the fold reads it: a page, or a tick.
type Message struct {
	Seq  uint64
	Time time.Time // the broker's timestamp
	Tick bool
	Lane Lane          // where a page came from, as the subject says
	Age  time.Duration // how old the observation was when the broker took it
	At   time.Time     // virtual time, where the log runs on it
	Body []byte        // DecodePage
}

// Lineage tells one log from another: the same lineage and position mean the same state.
type Lineage struct {
	Created  time.Time `json:"created"`   // of the PAGES stream
	StartSeq uint64    `json:"start_seq"` // where the fold began
	Fold     int       `json:"fold"`      // version of the fold's rules
	Virtual  bool      `json:"virtual"`   // the log runs on virtual time (demo)
}

// LogInfo is what the broker says about the PAGES stream.
type LogInfo struct {
	Created  time.Time
	FirstSeq uint64
	LastSeq  uint64
	Virtual  bool              // stream metadata clock=virtual
	Metadata map[string]string // seed, speed and epoch of a demo
}

// Presence is what a worker says about itself every few seconds.
type Presence struct {
	Worker    string            `json:"worker"`
	Version   string            `json:"version"`
	Platforms []Platform        `json:"platforms"`
	Classes   []Class           `json:"classes"`
	Regions   []string          `json:"regions"`
	Egresses  int               `json:"egresses"`
	Counters  map[string]uint64 `json:"counters,omitempty"`
	Missing   map[string]string `json:"missing,omitempty"` // platform → the setting that it lacks; "browser" → why there is none
	SentAt    time.Time         `json:"sent_at"`
}
