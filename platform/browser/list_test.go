//go:build linux

package browser

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/live"
	"onair/platform"
	"onair/sim"
)

// stopped is a world in which lists do not move while they are read.
type stopped struct{}

func (stopped) Now() time.Time { return time.Date(2026, 11, 20, 13, 0, 0, 0, time.UTC) }

// simulated starts the platforms and gives a platform's Source that asks them.
func simulated(tb testing.TB, name live.Platform) (platform.BrowserSource, *sim.Server, string) {
	tb.Helper()
	s := sim.New(sim.Options{Seed: 7, Scale: 0.12, Clock: stopped{}})
	server := httptest.NewServer(s.Handler())
	tb.Cleanup(server.Close)
	endpoints := map[live.Platform]map[string]string{
		"chzzk": {"api": "/chzzk/api", "site": "/chzzk/site/lives"},
		"soop":  {"live": "/soop/live", "site": "/soop/site/live"},
	}[name]
	for k, v := range endpoints {
		endpoints[k] = server.URL + v
	}
	source, err := platform.New(name, platform.Config{Endpoints: endpoints, Images: []string{server.URL}})
	if err != nil {
		tb.Fatal(err)
	}
	return source.(platform.BrowserSource), s, server.URL
}

// TestListIsWhatPlainRequestsGive compares whole pages: rows, cursors, coverage, totals.
func TestListIsWhatPlainRequestsGive(t *testing.T) {
	for _, name := range []live.Platform{"chzzk", "soop"} {
		t.Run(string(name), func(t *testing.T) {
			t.Parallel()
			source, faults, _ := simulated(t, name)
			var want []*live.Page
			for cursor := ""; ; {
				p, err := source.Fetch(t.Context(), nil, platform.Request{Kind: live.KindList, Cursor: cursor})
				if err != nil {
					t.Fatal(err)
				}
				if want = append(want, p); p.Next == "" {
					break
				}
				cursor = p.Next
			}
			if len(want) < 3 {
				t.Fatalf("%d pages prove little", len(want))
			}
			if err := faults.SetFaults(sim.Faults{Faults: []sim.Fault{{Platform: string(name), Kind: sim.BrowsersOnly}}}); err != nil {
				t.Fatal(err)
			}
			if _, err := source.Fetch(t.Context(), nil, platform.Request{Kind: live.KindList}); live.ClassOf(err) != "blocked" {
				t.Fatalf("a plain request: %v", err)
			}
			var got []*live.Page
			began := time.Now()
			err := source.Browse(t.Context(), mustTab(t, mustBrowser(t, nil), nil), platform.Request{Kind: live.KindList}, func(p *live.Page) error {
				if p.Latency < 0 || p.Latency > 10_000 {
					t.Errorf("latency %d ms", p.Latency)
				}
				p.Latency = 0
				got = append(got, p)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d pages in %v", len(got), time.Since(began))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
