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
	Tokens   int64   `json:"tokens"` // upper bound by size; rules alone cost none
	PerTitle float64 `json:"tokens_per_title"`
}

const (
	// tokensStep is how often the day is looked at: titles change more seldom.
	tokensStep = 30 * time.Minute
	// tokensBatch is how many titles ride in a request, as in llm.Runner.
	tokensBatch = 20
)

// Run is called by kong.
func (c *benchTokensCmd) Run(ctx context.Context, o out) error {
	if c.Broadcasts < 1 || c.Broadcasts > 20_000 {
		return config.UsageError{Err: fmt.Errorf("--broadcasts %d is not between 1 and 20000", c.Broadcasts)}
	}
	probe, err := c.day(ctx, 1, 6*time.Hour) // how many a world of size 1 has
	if err != nil {
		return err
	}
	s, err := c.day(ctx, float64(c.Broadcasts)/float64(max(probe.Live, 1)), tokensStep)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(o.stdout).Encode(s)
	}
	fmt.Fprintf(o.stdout, "seed %d: %d YouTube broadcasts live on average, %d titles in a day\n", s.Seed, s.Live, s.Titles)
	fmt.Fprintf(o.stdout, "rules only    %6d titles settled (%.0f %%), 0 tokens\n", s.Settled, 100*float64(s.Settled)/float64(max(s.Titles, 1)))
	fmt.Fprintf(o.stdout, "with a model  %6d asked (%d for the language, %d for the category), %d withheld, %d requests, at most %d tokens (%.0f a title)\n",
		s.Titles-s.Settled-s.Withheld, s.NoLang, s.NoGroup, s.Withheld, s.Requests, s.Tokens, s.PerTitle)
	return nil
}

// day folds one platform's simulated day and prices what its view cannot place.
func (c *benchTokensCmd) day(ctx context.Context, scale float64, step time.Duration) (*tokensScore, error) {
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
	s := &tokensScore{Seed: c.Seed}
	seen, open := map[string]bool{}, map[string]llm.Item{}
	looks, sum := 0, 0
	for t := time.Duration(0); t < 24*time.Hour; t += step {
		clock.set(sim.Epoch().Add(t))
		var ids []string
		for _, r := range server.World().Truth(clock.Now(), 0) {
			if r.Platform == "youtube" {
				ids = append(ids, r.BroadcastID)
			}
		}
		looks, sum = looks+1, sum+len(ids)
		for part := range slices.Chunk(ids, 50) {
			page, err := source.Fetch(ctx, client, platform.Request{Kind: live.KindRefresh, Keys: part})
			if err != nil {
				return nil, err
			}
			page.Platform, page.Kind = "youtube", live.KindRefresh
			page.Clean(source.Info())
			for _, x := range page.Observations {
				seen[x.Channel+" "+x.Title] = true
			}
			seq++
			state.Apply(&live.Message{Seq: seq, Time: clock.Now(), At: clock.Now(), Lane: live.Lane{Platform: "youtube", Worker: "bench", Epoch: "e", Name: live.LaneLive}}, page)
		}
		state.Clean() // nothing is stored
		snap := view.Build(state, facts, view.BuildOptions{Infos: []live.PlatformInfo{source.Info()}})
		for _, it := range unplaced(snap) {
			open[it.Channel.ID+" "+it.Title] = it
		}
	}
	s.Live, s.Titles = sum/looks, len(seen)
	var ask []llm.Item
	for _, it := range open {
		switch {
		case it.Addressed():
			s.Withheld++
			continue
		case it.NeedLang:
			s.NoLang++
		}
		if it.NeedCategory {
			s.NoGroup++
		}
		ask = append(ask, it)
	}
	model := &llm.Client{Model: "model"}
	for part := range slices.Chunk(ask, tokensBatch) {
		s.Requests++
		s.Tokens += model.Cost(part)
	}
	s.Settled = s.Titles - len(open)
	s.PerTitle = float64(s.Tokens) / float64(max(len(ask), 1))
	return s, nil
}
