package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"onair/api/client"
	"onair/cmd/internal/config"
	"onair/live"
)

type benchListCmd struct {
	config.Common `set:"log_level=error"`
	Seeds         []int64       `help:"Simulated worlds to play." default:"1,2,3,4,5,6,7,8,9,10"`
	Speed         float64       `help:"How many times faster than real time." default:"60"`
	Sweep         time.Duration `help:"How often every platform's whole list is asked for, in virtual time." default:"1m"`
	Policy        string        `help:"How requests are planned: ${enum}." enum:"sweep,adaptive" default:"adaptive"`
	After         time.Duration `help:"How long after the start, in real time, the list is scored." default:"20s"`
	JSON          bool          `help:"Print one JSON object a seed."`
}

// listScore is one line of the table.
type listScore struct {
	Seed       int64    `json:"seed"`
	At         string   `json:"at"` // virtual time
	Platforms  int      `json:"platforms"`
	Broadcasts int      `json:"broadcasts"` // listed in all
	NDCG50     float64  `json:"ndcg50"`
	Overlap50  int      `json:"overlap50"` // of the true top 50
	Doubled    int      `json:"doubled"`   // broadcasts that stand in more than one entry
	Over       int      `json:"over"`      // listed ones of the first 500 that are over
	Missing    []string `json:"missing,omitempty"`
}

// Run is called by kong.
func (c *benchListCmd) Run(ctx context.Context, o out) error {
	w := tabwriter.NewWriter(o.stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	if !c.JSON {
		fmt.Fprintln(w, "seed\tvirtual time\tplatforms\tlisted\tNDCG@50\tof true top 50\tdoubled\tover\t")
	}
	for _, seed := range c.Seeds {
		s, err := c.play(ctx, seed, o)
		if err != nil {
			return fmt.Errorf("seed %d: %w", seed, err)
		}
		if c.JSON {
			if err := json.NewEncoder(o.stdout).Encode(s); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(w, "%d\t%s\t%d\t%d\t%.4f\t%d\t%d\t%d\t\n", s.Seed, s.At, s.Platforms, s.Broadcasts, s.NDCG50, s.Overlap50, s.Doubled, s.Over)
	}
	return w.Flush()
}

// play runs one demo as the command does and asks it and the simulator over HTTP, as anyone can from outside.
func (c *benchListCmd) play(ctx context.Context, seed int64, o out) (listScore, error) {
	data, err := os.MkdirTemp("", "onair-bench-")
	if err != nil {
		return listScore{}, err
	}
	defer os.RemoveAll(data)
	demo := &demoCmd{
		hubSettings: hubSettings{Policy: c.Policy, Listen: "127.0.0.1:0", Data: data, Search: 15 * time.Minute, Pace: time.Second},
		SimListen:   "127.0.0.1:0", Seed: seed, Speed: c.Speed, Scale: 1, Sweep: c.Sweep,
	}
	ctx, cancel := context.WithCancel(ctx)
	var demoErr error
	var wg sync.WaitGroup
	urls := make(chan [2]string, 1)
	start := time.Now()
	wg.Go(func() {
		demoErr = demo.run(ctx, c.Logger(o.stderr), func(url, simURL string) { urls <- [2]string{url, simURL} })
		cancel()
	})
	s, err := func() (listScore, error) {
		select {
		case u := <-urls:
			if err := live.Wait(ctx, live.RealClock{}, c.After-time.Since(start)); err != nil {
				return listScore{}, err
			}
			return scoreDemo(ctx, u[0], u[1], seed)
		case <-ctx.Done():
			return listScore{}, ctx.Err()
		}
	}()
	cancel()
	wg.Wait()
	if demoErr != nil && !errors.Is(demoErr, context.Canceled) {
		err = errors.Join(err, demoErr)
	}
	return s, err
}

// scoreDemo compares what the hub lists with what the simulator knows at the same moment.
func scoreDemo(ctx context.Context, url, simURL string, seed int64) (listScore, error) {
	s := listScore{Seed: seed}
	api, err := client.New(strings.TrimSuffix(url, "/"), client.Options{})
	if err != nil {
		return s, err
	}
	list, err := api.Streams(ctx, client.Query{Limit: 500, Include: []string{"adult", "locked"}})
	if err != nil {
		return s, err
	}
	want, at, err := fetchTruth(ctx, simURL)
	if err != nil {
		return s, err
	}
	s.At = at.Format("01-02 15:04")
	for _, p := range list.Platforms {
		if p.Entries > 0 {
			s.Platforms++
		}
		s.Broadcasts += p.Entries
	}
	alive := make(map[string]bool, len(want))
	for _, t := range want {
		alive[t.id] = true
	}
	// The truth counts broadcasts, so a simulcast's are taken apart.
	type counted struct {
		id      string
		viewers live.Viewers
	}
	var rows []counted
	seen := map[string]bool{}
	for _, e := range list.Streams {
		for _, b := range e.Broadcasts {
			id := live.BroadcastID{Platform: b.Platform, ID: b.ID}.String()
			if seen[id] {
				s.Doubled++
			}
			seen[id] = true
			if !alive[id] {
				s.Over++
			}
			rows = append(rows, counted{id, b.Viewers})
		}
	}
	slices.SortStableFunc(rows, func(x, y counted) int { return cmp.Compare(y.viewers, x.viewers) })
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.id
	}
	got := scoreList(ids, want, 50)
	s.NDCG50, s.Overlap50 = got.ndcg, got.overlap
	top := map[string]bool{}
	for _, id := range ids[:min(50, len(ids))] {
		top[id] = true
	}
	for _, t := range want[:min(50, len(want))] {
		if !top[t.id] {
			s.Missing = append(s.Missing, fmt.Sprintf("%s (%d)", t.id, t.viewers))
		}
	}
	return s, nil
}

// maxTruth bounds the simulator's answer.
const maxTruth = 64 << 20

// fetchTruth asks the simulator for every broadcast in true order.
func fetchTruth(ctx context.Context, simURL string) ([]truth, time.Time, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(simURL, "/")+"/truth?limit=100000", nil)
	if err != nil {
		return nil, time.Time{}, err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, time.Time{}, err
	}
	defer resp.Body.Close()
	var body struct {
		At      time.Time `json:"at"`
		Streams []struct {
			Platform    live.Platform `json:"platform"`
			BroadcastID string        `json:"broadcast_id"`
			Viewers     int64         `json:"viewers"`
		} `json:"streams"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxTruth)).Decode(&body); err != nil {
		return nil, time.Time{}, fmt.Errorf("truth: %w", err)
	}
	list := make([]truth, len(body.Streams))
	for i, s := range body.Streams {
		list[i] = truth{live.BroadcastID{Platform: s.Platform, ID: s.BroadcastID}.String(), s.Viewers}
	}
	return list, body.At, nil
}
