package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"

	"onair/aggregator"
	"onair/classify/llm"
	"onair/cmd/internal/config"
	"onair/live"
	"onair/platform"
	"onair/sim"
	"onair/view"
)

type benchTokensCmd struct {
	config.Common `set:"log_level=error"`
	Seed          int64 `help:"Simulated world." default:"1"`
	Broadcasts    int   `help:"How many YouTube broadcasts are live on average; the world is made that large." default:"1500"`
	JSON          bool  `help:"Print one JSON object."`
}

// tokensScore is what a simulated day would cost.
type tokensScore struct {
	Seed     int64   `json:"seed"`
	Live     int     `json:"live_on_average"`
	Titles   int     `json:"titles"`  // distinct pairs of channel and title over the day
	Settled  int     `json:"settled"` // by rules, tables and the model in the program
	NoLang   int     `json:"asked_language"`
	NoGroup  int     `json:"asked_category"`
	Withheld int     `json:"withheld"` // they speak to the model
	Requests int     `json:"requests"`
	Reserved int64   `json:"tokens_reserved"` // what the requests are taken to cost before they are made
	Tokens   int64   `json:"tokens"`          // what they do cost, about; rules alone cost none
	PerTitle float64 `json:"tokens_per_title"`
}

const (
	// tokensStep is how often new broadcasts are looked for: as often as llm.Runner asks about less than a batch.
	tokensStep = llm.Patience
	// tokensSweep is how often all of them are looked at: titles change seldom.
	tokensSweep = 30 * time.Minute
	// tokensReal is the percentage of its price that a request costs, counted on requests about real titles with the
	// tokenizer of GPT-4o: 41 for the shortest, 48 for full ones.
	tokensReal = 48
)

// Run is called by kong.
func (c *benchTokensCmd) Run(ctx context.Context, o out) error {
	if c.Broadcasts < 1 || c.Broadcasts > 20_000 {
		return config.UsageError{Err: fmt.Errorf("--broadcasts %d is not between 1 and 20000", c.Broadcasts)}
	}
	probe := c.average(sim.New(sim.Options{Seed: c.Seed, Clock: &handClock{at: sim.Epoch()}, Scale: 1}).World())
	s, err := c.day(ctx, float64(c.Broadcasts)/float64(max(probe, 1)))
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(o.stdout).Encode(s)
	}
	fmt.Fprintf(o.stdout, "seed %d: %d YouTube broadcasts live on average, %d titles in a day\n", s.Seed, s.Live, s.Titles)
	fmt.Fprintf(o.stdout, "rules only    %6d titles settled (%.0f %%), 0 tokens\n", s.Settled, 100*float64(s.Settled)/float64(max(s.Titles, 1)))
	fmt.Fprintf(o.stdout, "with a model  %6d asked (%d for the language, %d for the category), %d withheld, %d requests\n",
		s.Titles-s.Settled-s.Withheld, s.NoLang, s.NoGroup, s.Withheld, s.Requests)
	fmt.Fprintf(o.stdout, "              about %d tokens (%.0f a title); at most %d of the day's tokens are set aside for them before they are told\n",
		s.Tokens, s.PerTitle, s.Reserved)
	return nil
}

// average is how many YouTube broadcasts a world has over the day.
func (c *benchTokensCmd) average(w *sim.World) int {
	looks, sum := 0, 0
	for t := time.Duration(0); t < 24*time.Hour; t += tokensSweep {
		looks, sum = looks+1, sum+len(tokensLive(w, sim.Epoch().Add(t)))
	}
	return sum / looks
}

// tokensLive are the ids of YouTube's broadcasts at a moment.
func tokensLive(w *sim.World, at time.Time) []string {
	var ids []string
	for _, r := range w.Truth(at, 0) {
		if r.Platform == "youtube" {
			ids = append(ids, r.BroadcastID)
		}
	}
	return ids
}

// day folds one platform's simulated day, and prices what its view cannot place in the requests that llm.Runner would make
// of it: full batches at once, the rest every Patience.
func (c *benchTokensCmd) day(ctx context.Context, scale float64) (*tokensScore, error) {
	clock := &handClock{at: sim.Epoch()}
	server := sim.New(sim.Options{Seed: c.Seed, Clock: clock, Scale: scale})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- serveUntil(ctx, listener, server.Handler()) }()
	defer func() {
		cancel()
		<-served
	}()
	sources, err := simulated("http://"+listener.Addr().String()).Sources(clock, func(string) (string, bool) { return "", false })
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(sources, func(s config.Source) bool { return s.Info().ID == "youtube" })
	if at < 0 {
		return nil, fmt.Errorf("no YouTube among the simulated platforms")
	}
	source := sources[at]
	transport := &http.Transport{MaxIdleConnsPerHost: 1}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}

	state, facts, seq := aggregator.New(true), view.NewFacts(), uint64(0)
	s, memo := &tokensScore{Seed: c.Seed}, &view.Memo{}
	seen, open, met := map[string]bool{}, map[string]bool{}, map[string]bool{}
	model, asked := &llm.Client{Model: "model"}, 0
	for t := time.Duration(0); t < 24*time.Hour; t += tokensStep {
		clock.set(sim.Epoch().Add(t))
		ids := tokensLive(server.World(), clock.Now())
		if t%tokensSweep != 0 {
			ids = slices.DeleteFunc(ids, func(id string) bool { return met[id] })
		}
		for part := range slices.Chunk(ids, 50) {
			page, err := source.Fetch(ctx, client, platform.Request{Kind: live.KindRefresh, Keys: part})
			if err != nil {
				return nil, err
			}
			page.Platform, page.Kind = "youtube", live.KindRefresh
			page.Clean(source.Info())
			for _, x := range page.Observations {
				met[x.ID] = true
				seen[x.Channel+" "+x.Title] = true
			}
			seq++
			state.Apply(&live.Message{Seq: seq, Time: clock.Now(), At: clock.Now(), Lane: live.Lane{Platform: "youtube", Worker: "bench", Epoch: "e", Name: live.LaneLive}}, page)
		}
		state.Clean() // nothing is stored
		var ask []llm.Item
		for _, it := range unplaced(view.Build(state, facts, view.BuildOptions{Infos: []live.PlatformInfo{source.Info()}, Memo: memo})) {
			key := it.Channel.ID + " " + it.Title
			if open[key] {
				continue
			}
			open[key] = true
			if it.Addressed() {
				s.Withheld++
				continue
			}
			if it.NeedLang {
				s.NoLang++
			}
			if it.NeedCategory {
				s.NoGroup++
			}
			ask = append(ask, it)
		}
		asked += len(ask)
		for part := range slices.Chunk(ask, llm.Batch) {
			s.Requests++
			s.Reserved += model.Cost(part)
		}
	}
	s.Live, s.Titles, s.Tokens = c.average(server.World()), len(seen), s.Reserved*tokensReal/100
	s.Settled = s.Titles - len(open)
	s.PerTitle = float64(s.Tokens) / float64(max(asked, 1))
	return s, nil
}
