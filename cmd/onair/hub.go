package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"onair/api"
	"onair/broker"
	"onair/cmd/internal/config"
	"onair/cmd/internal/edge"
	"onair/live"
	"onair/planner"
	"onair/view"
	"onair/workers"
)

// hubSettings are the flags that serve and demo share.
type hubSettings struct {
	Listen string        `help:"Address of the HTTP API; port 0 picks a free one." default:"127.0.0.1:8080" env:"ONAIR_LISTEN"`
	Admin  string        `help:"Address of metrics, profiles and what operators say, for this machine only; port 0 picks a free one, \"off\" opens none." default:"127.0.0.1:0" env:"ONAIR_ADMIN"`
	Data   string        `help:"Folder of everything that is kept." env:"ONAIR_DATA" placeholder:"DIR"`
	Policy string        `help:"How requests are planned: ${enum}. The adaptive one spends those of a sweep where readers look." enum:"sweep,adaptive" default:"adaptive" env:"ONAIR_POLICY"`
	Spread bool          `help:"Spread a sweep's platforms over its period instead of asking all at once." env:"ONAIR_SPREAD"`
	Search time.Duration `help:"How often YouTube is searched (100 searches a day)." default:"15m" env:"ONAIR_SEARCH"`
	Pace   time.Duration `help:"Least time between two requests of one egress to one platform." default:"1s" env:"ONAIR_PACE"`

	edge.BrowserSettings
	edge.OutboxSettings
	labelSettings
	thumbSettings
	postgresSettings

	AdminTokenFile string `help:"File with the bearer token of --admin; without it and ONAIR_ADMIN_TOKEN, DATA/keys/admin-token, made at the first start." env:"ONAIR_ADMIN_TOKEN_FILE" placeholder:"FILE"`
}

// hub is one node as serve and demo assemble it.
type hub struct {
	settings   hubSettings
	sweep      time.Duration
	data       string
	natsConfig string // file; "" is the one below data
	nats       natsSettings
	port       portSettings
	natsListen bool // open the NATS port for workers elsewhere
	worker     bool // run a worker inside
	sources    []config.Source
	addresses  []workers.Address                                   // of its egresses; nil: this machine's own choice
	clock      func(logged time.Time) (live.Clock, live.ClockPair) // made once the log's last instant is known
	virtual    map[string]string                                   // metadata of a virtual log; nil when real
	log        *slog.Logger
	ready      func(url string) // called once HTTP is being served
}

// workerName is the worker inside the hub's own process.
const workerName = "local"

// run starts the parts in the order of what they need and returns when ctx ends or one of them fails. They stop in the
// reverse order: readers are let go, the planner gives up its lease, the worker drains what it can, the follower
// commits, the broker closes its files, and the view's file, which also locks the data folder, is last.
func (h *hub) run(ctx context.Context) error {
	var infos []live.PlatformInfo
	off := map[live.Platform]string{}
	for _, s := range h.sources {
		infos = append(infos, s.Info())
		if s.Off != "" {
			off[s.Info().ID] = s.Off
		}
	}
	extra, err := newDuties(ctx, &h.settings, h.data, infos, h.log)
	if err != nil {
		return err
	}
	defer extra.close()
	store, err := view.Open(filepath.Join(h.data, "view.db"), view.StoreOptions{Log: h.log})
	if errors.Is(err, view.ErrInUse) {
		return fmt.Errorf("data folder %s is in use by another onair (--data)", h.data)
	}
	if err != nil {
		return err
	}
	defer store.Close()

	listener, err := net.Listen("tcp", h.settings.Listen)
	if err != nil {
		return config.UsageError{Err: fmt.Errorf("--listen %s: %w", h.settings.Listen, err)}
	}
	defer listener.Close()

	bus, err := h.openBus(ctx)
	if err != nil {
		return err
	}
	defer bus.close()
	b := bus.broker
	logged, err := h.logged(ctx, b)
	if err != nil {
		return err
	}
	clock, pair := h.clock(logged)

	var on []live.Platform
	for _, info := range infos {
		on = append(on, info.ID)
	}
	if err := b.EnsureConsumers(ctx, on, []live.Class{live.ClassPlain, live.ClassBrowser}, []string{live.RegionAny}); err != nil {
		return err
	}
	if h.virtual != nil {
		if err := b.DropJobs(ctx); err != nil {
			return err
		}
	}

	id, err := nodeID(h.data)
	if err != nil {
		return fmt.Errorf("data folder %s: %w", h.data, err)
	}
	readers, beats := &view.View{}, newPulse()
	follower := view.NewFollower(view.FollowerConfig{
		Log: pageLog{b, beats}, Facts: b.Facts(), Store: store, View: readers, Snapshots: images{b}, Infos: infos,
		Off: func() map[live.Platform]string { return off }, Logger: h.log,
	})
	folder, err := thumbsFolder(extra.pictures)
	if err != nil {
		return err
	}
	if folder != nil {
		defer folder.Close()
	}
	web := api.New(api.Options{
		View: readers, History: history{store}, Past: past{store, view.NewDays(store)}, Clock: pair, Log: h.log, Version: version, Web: webPage(), Thumbs: folder,
		Health: func() []api.Problem {
			return append(problems(follower.Health(), readers.Current(), beats.still()), extra.problems()...)
		},
	})

	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return part("view", follower.Run(ctx)) })
	g.Go(func() error { return part("api", web.Run(ctx, listener)) })
	g.Go(func() error { return reportOutages(ctx, readers, h.log) })
	if bus.server != nil {
		g.Go(func() error { return thaw(ctx, beats, bus.server.Restart, h.data, h.log) })
	}
	g.Go(func() error {
		return part("planner", b.Lease(id).Inherit().Run(ctx, func(ctx context.Context, epoch broker.Epoch) error {
			return h.lead(ctx, b, epoch, follower, readers, clock, extra)
		}))
	})
	if h.worker && bus.worker != nil {
		conn, err := bus.worker()
		if err != nil {
			return err
		}
		defer conn.Close()
		g.Go(func() error { return part("worker", h.work(ctx, bus.name, conn, clock)) })
	}
	if h.natsListen {
		h.control(ctx, g, bus)
	}
	if h.settings.Admin != adminOff {
		reg := registry(b, h.sources, readers, history{store}, clock, h.log)
		g.Go(func() error { return part("registry", reg.Run(ctx)) })
		if err := h.admin(ctx, g, web, api.AdminOptions{
			Collectors: extra.collectors(), Registry: reg, Routes: (&backupSource{h.data, store, b, h.log}).routes(),
		}); err != nil {
			return err
		}
	}
	if h.ready != nil {
		h.ready("http://" + listener.Addr().String() + "/")
	}
	return g.Wait()
}

func (h *hub) work(ctx context.Context, name string, conn *nats.Conn, clock live.Clock) error {
	classes := []live.Class{live.ClassPlain}
	if len(h.nats.Nats) == 0 { // elsewhere the worker's block says what it may do
		classes = append(classes, live.ClassBrowser)
	}
	return edge.Run(ctx, edge.Options{
		Name: name, Version: version, Data: h.data, Conn: conn, Sources: h.sources,
		Clock: clock, Virtual: h.virtual != nil, Pace: h.settings.Pace, Log: h.log,
		Addresses: h.addresses, Classes: classes, Browser: h.settings.BrowserSettings, Outbox: h.settings.OutboxSettings,
	})
}

// part names the part that failed; a part that ends because all do is no failure.
func part(name string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// nodeID names this node in the lease. It is kept in the data folder, which one process at a time holds, so that a node
// that was killed need not wait until its own lease runs out.
func nodeID(data string) (string, error) {
	path := filepath.Join(data, "node")
	b, err := os.ReadFile(path)
	if id := strings.TrimSpace(string(b)); err == nil && live.CheckID(id) == nil {
		return id, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "node"
	}
	id := fmt.Sprintf("%.40s-%s", notToken.ReplaceAllString(host, "-"), strings.ToLower(rand.Text()[:8]))
	return id, os.WriteFile(path, []byte(id+"\n"), 0o600)
}

var notToken = regexp.MustCompile(`[^A-Za-z0-9_-]`)

// logged is the last instant of a virtual log, where its clock goes on; zero for a real or an empty one.
func (h *hub) logged(ctx context.Context, b *broker.Broker) (time.Time, error) {
	if h.virtual == nil {
		return time.Time{}, nil
	}
	return b.LastAt(ctx)
}

// lead is what only the leader does: plan jobs, tick, and leave its state for fresh nodes.
func (h *hub) lead(ctx context.Context, b *broker.Broker, epoch broker.Epoch, f *view.Follower, v *view.View, clock live.Clock, extra *duties) error {
	r := planner.Runner{
		Policy: h.policy(),
		View: func() planner.Snapshot {
			if s := v.Current(); s != nil {
				return situation{s}
			}
			return nil
		},
		Offers: offers(h.sources),
		Jobs:   work{b},
		Ticks:  ticker{b, epoch, h.virtual != nil},
		Clock:  clock,
		Epoch:  jobEpoch(epoch),
		Logger: h.log,
	}
	g, ctx := errgroup.WithContext(ctx)
	c := &crew{read: b.Presences} // whose egresses set a rate, and whose browsers go round a wall
	r.Presence = c.current
	g.Go(func() error { return c.Run(ctx) })
	g.Go(func() error { return r.Run(ctx) })
	g.Go(func() error { return h.keepImages(ctx, b, f) })
	g.Go(func() error { return extra.run(ctx, b, epoch, v, clock) })
	return g.Wait()
}

// admin serves metrics, profiles and what operators say to whoever has the token, and notes its address where the command
// line looks for it.
func (h *hub) admin(ctx context.Context, g *errgroup.Group, web *api.Server, o api.AdminOptions) error {
	var err error
	if o.Token, err = h.settings.adminToken(h.data); err != nil {
		return config.UsageError{Err: err}
	}
	handler, err := web.Admin(o)
	if err != nil {
		return config.UsageError{Err: fmt.Errorf("--admin: %w", err)}
	}
	l, err := net.Listen("tcp", h.settings.Admin)
	if err != nil {
		return config.UsageError{Err: fmt.Errorf("--admin %s: %w", h.settings.Admin, err)}
	}
	note := filepath.Join(h.data, adminAddressName)
	if err := errors.Join(os.MkdirAll(filepath.Dir(note), 0o700), os.WriteFile(note, []byte(l.Addr().String()+"\n"), 0o600)); err != nil {
		l.Close()
		return fmt.Errorf("--data: %w", err)
	}
	h.log.Info("metrics, profiles and operators", "url", "http://"+l.Addr().String()+"/")
	g.Go(func() error { return part("admin", serveUntil(ctx, l, handler)) })
	return nil
}

// jobEpoch is the part of a leader's job ids that tells its reign from all others; ids must be tokens.
func jobEpoch(e broker.Epoch) string {
	return fmt.Sprintf("%x-%d", e.Created.Unix(), e.Rev)
}
