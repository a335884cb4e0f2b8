package sim

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Clock tells the time that the simulated platforms live in, virtual or real.
type Clock interface{ Now() time.Time }

// Options is what a Server is made from. Seed and Scale make the world; the rest does not change an answer's bytes except
// through the time.
type Options struct {
	Seed  int64
	Clock Clock // nil: real time
	// Scale 1 (and 0) has about 1,400 Chzzk, 2,100 SOOP, 120 Twitch and 300 YouTube broadcasts on air at the evening peak;
	// tests use 0.05.
	Scale float64
	Log   *slog.Logger // nil: silent
}

// Server answers as the four platforms. It starts no goroutine.
type Server struct {
	world  *World
	seed   uint64
	clock  Clock
	log    *slog.Logger
	mux    *http.ServeMux
	faults faultBox
	quotas quotas
	rates  rates
	served map[string]*atomic.Int64 // by route; filled by New, then only counted up
}

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

// New makes a Server. It draws everybody who will ever stream, which takes about 50 ms at scale 1.
func New(o Options) *Server {
	if o.Clock == nil {
		o.Clock = realClock{}
	}
	if o.Scale <= 0 {
		o.Scale = 1
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{
		world: newWorld(o.Seed, o.Scale), seed: uint64(o.Seed), clock: o.Clock, log: o.Log,
		mux: http.NewServeMux(), quotas: quotas{pacific: pacific()}, served: map[string]*atomic.Int64{},
	}
	s.routes()
	return s
}

// World is the truth behind the answers.
func (s *Server) World() *World { return s.world }

// Handler serves the platforms, their pictures, and /truth, /truth/channels, /faults and /status. Addresses in responses name the Host that
// the request asked for.
func (s *Server) Handler() http.Handler { return s.mux }

func (s *Server) routes() {
	s.route("GET /chzzk/api/service/v1/lives", s.chzzkLives)
	s.route("GET /chzzk/api/polling/{version}/channels/{id}/live-status", s.chzzkStatus)
	s.route("GET /chzzk/api/service/{version}/channels/{id}/live-detail", s.chzzkDetail)
	s.route("GET /chzzk/api/service/v1/channels/{id}", s.chzzkChannel)
	s.route("GET /chzzk/openapi/open/v1/lives", s.chzzkOpenLives)
	s.route("GET /chzzk/openapi/open/v1/channels", s.chzzkOpenChannels)

	s.route("GET /chzzk/site/lives", s.site("치지직 라이브", chzzkScript))

	s.route("GET /soop/live/api/main_broad_list_api.php", s.soopList)
	s.route("POST /soop/live/afreeca/player_live_api.php", s.soopPlayer)
	s.route("GET /soop/chapi/api/{id}/station", s.soopStation)
	s.route("GET /soop/openapi/broad/list", s.soopOpenList)
	s.route("GET /soop/openapi/broad/category/list", s.soopOpenCategories)
	s.route("/soop/old/{path...}", s.soopMoved)
	s.route("GET /soop/site/live", s.site("SOOP 라이브", soopScript))

	s.route("POST /twitch/id/oauth2/token", s.twitchToken)
	s.route("GET /twitch/id/oauth2/validate", s.twitchValidate)
	s.route("GET /twitch/helix/streams", s.twitchStreams)
	s.route("GET /twitch/helix/users", s.twitchUsers)
	s.route("GET /twitch/helix/games", s.twitchGames)

	s.route("GET /youtube/youtube/v3/search", s.youtubeSearch)
	s.route("GET /youtube/youtube/v3/videos", s.youtubeVideos)
	s.route("GET /youtube/youtube/v3/channels", s.youtubeChannels)
	s.route("GET /youtube/feeds/videos.xml", s.youtubeFeed)

	s.route("GET /img/{site}/{name...}", s.picture)

	s.mux.HandleFunc("GET /truth", s.truth)
	s.mux.HandleFunc("GET /truth/channels", s.truthChannels)
	s.mux.HandleFunc("GET /status", s.status)
	s.mux.HandleFunc("GET /faults", s.getFaults)
	s.mux.HandleFunc("PUT /faults", s.putFaults)
}

// route adds a platform's endpoint: counted, and open to faults. The platform is the first word of the path.
func (s *Server) route(pattern string, h http.HandlerFunc) {
	_, path, found := strings.Cut(pattern, " ")
	if !found {
		path = pattern
	}
	platform, _, _ := strings.Cut(path[1:], "/")
	count := new(atomic.Int64)
	s.served[path] = count
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		count.Add(1)
		s.disturb(platform, w, r, h)
	})
}

// now is the time that an answer is about.
func (s *Server) now() time.Time { return s.clock.Now() }

const jsonType = "application/json"

// write sends v as JSON. Only this package's own structs come here; they always encode.
func write(w http.ResponseWriter, status int, contentType string, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(body) // the reader has gone: nobody is left to tell
}

// maxTruth bounds what /truth answers; beyond it there is nothing to score.
const maxTruth = 100_000

func (s *Server) truth(w http.ResponseWriter, r *http.Request) {
	limit, ok := intParam(r, "limit", 100, 1, maxTruth)
	if !ok {
		http.Error(w, "limit: 1 to 100000", http.StatusBadRequest)
		return
	}
	at := s.now()
	rows := s.world.Truth(at, limit)
	if rows == nil {
		rows = []TruthRow{}
	}
	write(w, http.StatusOK, jsonType, struct {
		At      time.Time  `json:"at"`
		Streams []TruthRow `json:"streams"`
	}{at.UTC(), rows})
}

// truthChannels tells whose every channel is, for whoever scores how well that was found out.
func (s *Server) truthChannels(w http.ResponseWriter, _ *http.Request) {
	write(w, http.StatusOK, jsonType, struct {
		Channels []ChannelTruth `json:"channels"`
	}{s.world.Channels()})
}

// Status is what GET /status says.
type Status struct {
	At        time.Time           `json:"at"`        // virtual
	Platforms map[string]int      `json:"platforms"` // broadcasts that each platform lists now
	Requests  map[string]int64    `json:"requests"`  // by route, since the start
	Quota     map[string]QuotaUse `json:"quota"`     // YouTube, by key, of the present quota day
}

func (s *Server) status(w http.ResponseWriter, r *http.Request) {
	now := s.now()
	st := Status{At: now.UTC(), Platforms: map[string]int{}, Requests: map[string]int64{}, Quota: s.quotas.used(now)}
	for p := range sites {
		st.Platforms[p.String()] = len(s.world.list(p, p.step(now)))
	}
	for path, n := range s.served {
		st.Requests[path] = n.Load()
	}
	write(w, http.StatusOK, jsonType, st)
}

// intParam reads a whole number between least and most; absent means usual.
func intParam(r *http.Request, name string, usual, least, most int) (int, bool) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return usual, true
	}
	n := 0
	for _, c := range text {
		if c < '0' || c > '9' || n > 1<<40 {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, n >= least && n <= most
}

// manyParam reads a parameter given repeatedly, with commas, or both.
func manyParam(r *http.Request, name string) []string {
	var all []string
	for _, v := range r.URL.Query()[name] {
		all = append(all, strings.Split(v, ",")...)
	}
	return slices.DeleteFunc(all, func(v string) bool { return v == "" })
}

// kstTime is a moment as the Korean sites print it: no zone.
func kstTime(unix int64) string { return time.Unix(unix+kstShift, 0).UTC().Format(time.DateTime) }

// utcTime is a moment as Twitch and YouTube print it.
func utcTime(unix int64) string { return time.Unix(unix, 0).UTC().Format(time.RFC3339) }
