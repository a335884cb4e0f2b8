package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"onair/live"
)

// FactTable is where the registry keeps what operators say; the broker's tables are one, without their TTLs and epochs.
type FactTable interface {
	// Get reads one key. ErrNoFact when it is not there.
	Get(ctx context.Context, table, key string) (live.Fact, error)
	// List reads a whole table.
	List(ctx context.Context, table string) ([]live.Fact, error)
	// Create writes a key that is not there and gives its revision. ErrFactConflict when it is, ErrFactsFull.
	Create(ctx context.Context, f live.Fact) (rev uint64, err error)
	// Update writes a key whose revision is f.Rev and gives the new one. ErrFactConflict when it is another, ErrFactsFull.
	Update(ctx context.Context, f live.Fact) (rev uint64, err error)
	// Remove takes away a key whose revision is f.Rev. ErrFactConflict when it is another.
	Remove(ctx context.Context, f live.Fact) error
}

// What callers of a FactTable branch on.
var (
	ErrNoFact       = errors.New("no such fact")
	ErrFactConflict = errors.New("fact was written by somebody else")
	ErrFactsFull    = errors.New("table of facts is full")
)

// Asker puts a question to a platform through the workers, like the planner does.
type Asker interface {
	// Ask submits j, of which Platform, Kind, Key and Keys are set, and waits for its page, which may be one of an error class.
	// Errors are of type *Unanswered, or ctx's.
	Ask(ctx context.Context, j live.Job) (*live.Page, error)
	// Batch is how many channels one question of platform p may be about; 0 when none can be asked.
	Batch(p live.Platform) int
}

// Unanswered says why no page came.
type Unanswered struct {
	Why string // for people: "no worker takes jobs of youtube"
}

func (u *Unanswered) Error() string { return u.Why }

// RegistryOptions is what a Registry needs.
type RegistryOptions struct {
	Facts   FactTable
	Ask     Asker
	View    View
	History History                      // nil: it is not known when a channel was last live
	Infos   []live.PlatformInfo          // the platforms that there are
	Off     map[live.Platform]string     // why a platform is off
	Watched func(p live.Platform) string // how registered channels of p are watched, for people
	Now     func() time.Time             // of the log's clock; nil is the machine's
	Log     *slog.Logger                 // nil discards
}

// Registry is everything that an operator says: registered channels, creators, what keeps them apart, blocks, verdicts. It is
// a part of the admin listener (Server.Admin) as admin.yaml says; names of channels are found out while Run runs.
type Registry struct {
	o     RegistryOptions
	log   *slog.Logger
	fail  func(w *recorder, r *http.Request, err error) // Server.fail
	turn  sync.Mutex                                    // one write at a time on this node: checks look at other keys than they write
	queue resolutions
}

// NewRegistry returns a Registry that answers once a Server has it.
func NewRegistry(o RegistryOptions) *Registry {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Registry{o: o, log: o.Log, queue: newResolutions()}
}

// Tables as the broker calls them.
const (
	tableFacts   = "FACTS"
	tableDerived = "DERIVED"
)

// adminRoute is one line of the table below.
type adminRoute struct {
	method, pattern string
	serve           func(g *Registry, w http.ResponseWriter, r *http.Request) error
}

// adminTable is every route of a Registry.
var adminTable = []adminRoute{
	{"GET", "/v1/channels", (*Registry).listChannels},
	{"POST", "/v1/channels", (*Registry).addChannel},
	{"GET", "/v1/channels/{channel}", (*Registry).getChannel},
	{"DELETE", "/v1/channels/{channel}", (*Registry).removeChannel},
	{"GET", "/v1/resolutions/{id}", (*Registry).getResolution},

	{"GET", "/v1/creators", (*Registry).listCreators},
	{"GET", "/v1/creators/{id}", (*Registry).getCreator},
	{"PUT", "/v1/creators/{id}", (*Registry).putCreator},
	{"DELETE", "/v1/creators/{id}", (*Registry).removeCreator},
	{"GET", "/v1/apart", (*Registry).listApart},
	{"POST", "/v1/apart", (*Registry).addApart},
	{"DELETE", "/v1/apart/{key}", (*Registry).removeApart},
	{"GET", "/v1/proposals", (*Registry).listProposals},
	{"POST", "/v1/proposals/{key}/accept", (*Registry).acceptProposal},
	{"POST", "/v1/proposals/{key}/reject", (*Registry).rejectProposal},

	{"GET", "/v1/blocks", (*Registry).listBlocks},
	{"POST", "/v1/blocks", (*Registry).addBlock},
	{"DELETE", "/v1/blocks/{kind}/{key}", (*Registry).removeBlock},
	{"GET", "/v1/verdicts", (*Registry).listVerdicts},
	{"PUT", "/v1/verdicts/{channel}", (*Registry).putVerdict},
	{"DELETE", "/v1/verdicts/{channel}", (*Registry).removeVerdict},
	{"GET", "/v1/labels", (*Registry).listLabels},
	{"DELETE", "/v1/labels/{channel}/{key}", (*Registry).removeLabel},
	{"GET", "/v1/platforms", (*Registry).listPlatforms},
	{"PUT", "/v1/platforms/{platform}", (*Registry).putPlatform},
	{"GET", "/openapi.yaml", (*Registry).serveContract},
}

// mount adds the routes to the admin listener's own.
func (g *Registry) mount(mux *http.ServeMux, fail func(w *recorder, r *http.Request, err error)) {
	g.fail = fail
	methods := map[string][]string{}
	for _, rt := range adminTable {
		mux.Handle(rt.method+" "+rt.pattern, g.wrap(rt.serve))
		methods[rt.pattern] = append(methods[rt.pattern], rt.method)
	}
	for pattern, allowed := range methods {
		mux.Handle(pattern, g.wrap(func(_ *Registry, w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			return &problem{kind: kindAdminMethod, detail: fmt.Sprintf("%.20s is not offered here, only %s", r.Method, strings.Join(allowed, ", "))}
		}))
	}
	mux.Handle("/v1/", g.wrap(func(*Registry, http.ResponseWriter, *http.Request) error {
		return &problem{kind: kindNotFound, detail: "there is nothing at this address; /openapi.yaml lists what there is"}
	}))
}

func (g *Registry) wrap(serve func(g *Registry, w http.ResponseWriter, r *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &recorder{ResponseWriter: w}
		if err := serve(g, rec, r); err != nil {
			g.fail(rec, r, asProblem(err))
		}
	})
}

// asProblem gives errors of the tables their place in the contract. Others are ours.
func asProblem(err error) error {
	switch {
	case errors.Is(err, ErrNoFact):
		return &problem{kind: kindNotFound, detail: "there is no such thing"}
	case errors.Is(err, ErrFactConflict):
		return &problem{kind: kindChanged, detail: "somebody else changed it meanwhile; read it again"}
	case errors.Is(err, ErrFactsFull):
		return &problem{kind: kindFull, detail: "the table of facts is full; remove something first"}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &problem{kind: kindAway, detail: "the broker does not answer", retry: 2}
	}
	return err
}

// platform finds a platform that there is.
func (g *Registry) platform(p live.Platform) (live.PlatformInfo, bool) {
	i := slices.IndexFunc(g.o.Infos, func(i live.PlatformInfo) bool { return i.ID == p })
	if i < 0 {
		return live.PlatformInfo{}, false
	}
	return g.o.Infos[i], true
}

// parseChannel reads "platform:id" of a platform that there is. field is what a problem names.
func (g *Registry) parseChannel(field, text string) (live.ChannelID, error) {
	id, err := live.ParseChannelID(text)
	if err != nil {
		return live.ChannelID{}, badParameter(field, "%.80q is not a channel; it is written platform:id", text)
	}
	return id, g.checkChannel(field, id)
}

func (g *Registry) checkChannel(field string, id live.ChannelID) error {
	if _, err := live.ParseChannelID(id.String()); err != nil {
		return badParameter(field, "%.80q is not a channel", id.String())
	}
	if _, ok := g.platform(id.Platform); !ok {
		return badParameter(field, "there is no platform %q", id.Platform)
	}
	return nil
}

func (g *Registry) serveContract(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/yaml")
	_, err := w.Write(AdminContract)
	return err
}
