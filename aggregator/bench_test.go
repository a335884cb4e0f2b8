package aggregator

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"onair/live"
)

const crowded = 20_000 // live broadcasts on four platforms: twice the busiest evening

// busy lists everything once a minute, in pages of 60 spread over it, with a tick each ten seconds. Counts walk.
type busy struct {
	s      *State
	rng    *rand.Rand
	pages  []*live.Page
	seq    uint64
	now    time.Time
	counts []int
}

func newBusy() *busy {
	w := &busy{s: New(false), rng: rand.New(rand.NewPCG(1, 2)), now: noon, counts: make([]int, crowded)}
	platforms := []live.Platform{"chzzk", "soop", "twitch", "youtube"}
	for i := 0; i < crowded; i += 60 {
		p := list()
		p.Platform = platforms[i/60%4]
		for k := i; k < min(i+60, crowded); k++ {
			w.counts[k] = 300_000 / (k + 1) * 3
			p.Observations = append(p.Observations, live.Observation{
				ID: fmt.Sprint(10_000_000 + k*7919%1_000_000), Channel: fmt.Sprintf("%032x", k), ChannelName: fmt.Sprint("채널 ", k),
				Title: fmt.Sprint("오늘도 달려봅시다 ", k), StartedAt: noon.Add(-time.Hour), Tags: []string{"한국어", "롤"},
				Category: live.Category{ID: "lol", Name: "리그 오브 레전드"}, URL: fmt.Sprint("https://chzzk.naver.com/live/", k),
				Thumbnail: fmt.Sprintf("https://livecloud-thumb.akamaized.net/chzzk/locale/KR/live/%032x/480.jpg", k),
			})
		}
		w.pages = append(w.pages, &p)
	}
	return w
}

// page applies page i of the minute.
func (w *busy) page(i int) (observations int) {
	p := w.pages[i]
	for k := range p.Observations {
		n := i*60 + k
		w.counts[n] += w.rng.IntN(w.counts[n]/25+3) - (w.counts[n]/50 + 1)
		w.counts[n] = max(w.counts[n], 0)
		p.Observations[k].Viewers = live.Viewers(w.counts[n])
	}
	w.seq++
	w.s.Apply(&live.Message{Seq: w.seq, Time: w.now.Add(time.Duration(i) * time.Minute / time.Duration(len(w.pages))), Lane: live.Lane{Platform: p.Platform}}, p)
	return len(p.Observations)
}

// pass ends the minute by a tick.
func (w *busy) pass() {
	w.now = w.now.Add(time.Minute)
	w.seq++
	w.s.Apply(&live.Message{Seq: w.seq, Time: w.now, Tick: true}, nil)
}

func (w *busy) run(minutes int) {
	for range minutes {
		for i := range w.pages {
			w.page(i)
		}
		w.pass()
	}
}

// The cost of one observation, 20,000 broadcasts being live.
func BenchmarkObservation(b *testing.B) {
	w := newBusy()
	w.run(30)
	w.s.Dirty()
	w.s.Clean()
	i, n := 0, 0
	for b.Loop() {
		n += w.page(i)
		if i++; i == len(w.pages) {
			b.StopTimer()
			i = 0
			w.pass()
			w.s.Clean()
			b.StartTimer()
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/observation")
}

// The cost of a minute that ends, and how many records it writes by itself.
func BenchmarkMinute(b *testing.B) {
	w := newBusy()
	w.run(30)
	written := 0
	for b.Loop() {
		b.StopTimer()
		for i := range w.pages {
			w.page(i)
		}
		w.s.Clean()
		b.StartTimer()
		w.pass()
		b.StopTimer()
		written += len(w.s.dirty)
		b.StartTimer()
	}
	b.ReportMetric(float64(written)/float64(b.N), "records/minute")
}

// What a state of 20,000 broadcasts of as many channels takes, in memory and stored.
func BenchmarkState(b *testing.B) {
	for b.Loop() {
		heap := func() uint64 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		w := newBusy()
		before := heap()
		w.run(70)
		w.s.Clean()
		after := heap()
		size, number := map[string]int{}, map[string]int{}
		for k, v := range w.s.Records() {
			kind, _, _ := strings.Cut(k, "/")
			size[kind] += len(k) + len(v)
			number[kind]++
		}
		b.ReportMetric(float64(after-before)/crowded, "heap-B/broadcast")
		for kind, name := range map[string]string{"b": "broadcast", "h": "channel", "p": "platform"} {
			b.ReportMetric(float64(size[kind])/float64(max(number[kind], 1)), "stored-B/"+name)
		}
		runtime.KeepAlive(w)
	}
}
