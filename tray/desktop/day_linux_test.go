package desktop

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onair/api/client"
	"onair/live"
	"onair/tray"
)

// TestMain is also the program that plays a day: systray keeps its state in variables, so it gets a process of its own.
func TestMain(m *testing.M) {
	if os.Getenv("ONAIR_TRAY_TEST_DAY") != "" {
		if err := playDay(os.Getenv("ONAIR_TRAY_TEST_DAY")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// measure is what must not grow.
type measure struct {
	RSS        int // KiB
	Heap       uint64
	Goroutines int
	Items      int // that the bus shows
	Files      int // descriptors
}

// handClock is moved by hand.
type handClock struct{ now time.Time }

func (c *handClock) Now() time.Time { return c.now }
func (c *handClock) After(time.Duration) (<-chan time.Time, func()) {
	return make(chan time.Time), func() {}
}

type nothing struct{}

func (nothing) Notify(tray.Notice, []byte) error                    { return nil }
func (nothing) OpenURL(string) error                                { return nil }
func (nothing) OpenFile(string) error                               { return nil }
func (nothing) Autostart() (bool, bool)                             { return false, true }
func (nothing) SetAutostart(bool) error                             { return nil }
func (nothing) WantTail(bool)                                       {}
func (nothing) Run(context.Context, string, chan<- tray.News) error { return nil }

// Step and length of the day; 2,000 entries, of which a twentieth changes at each step and some come and go.
const (
	dayStep  = time.Minute
	dayTotal = 24 * time.Hour
	daySet   = 2000
)

// playDay runs the real menu on the bus through a day of a moving clock.
func playDay(dir string) error {
	debug.SetGCPercent(30)
	debug.SetMemoryLimit(20 << 20)
	return Main(context.Background(), "onair", func(ctx context.Context, b *Bar) error {
		r := rand.New(rand.NewPCG(1, 2))
		clock := &handClock{now: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
		file := &tray.File{Path: filepath.Join(dir, "tray.yaml")}
		if err := os.WriteFile(file.Path, []byte("alerts:\n  hot: true\n  viewers: 5000\ncreators:\n  - is: [c-7]\n    level: favourite\n"), 0o600); err != nil {
			return err
		}
		app, err := tray.NewApp(tray.Options{Bar: b, Desktop: nothing{}, Source: nothing{}, File: file, Memory: filepath.Join(dir, "tray.json"), Zone: time.UTC, Clock: clock, Log: slog.New(slog.DiscardHandler), Lang: "ko"})
		if err != nil {
			return err
		}
		row := func(n, born int) client.Row {
			p := live.Platform([]string{"chzzk", "soop", "twitch", "youtube"}[n%4])
			id := strconv.Itoa(n) + "x" + strconv.Itoa(born)
			v := live.Viewers(r.IntN(40_000))
			return client.Row{ID: string(p) + ":" + id, Creator: client.Ref{ID: "c-" + strconv.Itoa(n), Name: "방송인 " + strconv.Itoa(n)}, Title: "오늘의 방송 " + id, Viewers: v, StartedAt: clock.now, Hot: r.IntN(50) == 0,
				Category:   &client.Category{ID: "game." + strconv.Itoa(n%60), Name: "Game", NameKo: "게임 " + strconv.Itoa(n%60), Group: "game"},
				Broadcasts: []client.Broadcast{{Platform: p, ID: id, Channel: client.Ref{ID: "ch" + strconv.Itoa(n)}, URL: "https://" + string(p) + ".com/" + id, Viewers: v}}}
		}
		platforms := func() *client.Platforms {
			ps := &client.Platforms{Clock: live.ClockPair{Real: clock.now, Log: clock.now, Speed: 1}}
			for _, id := range []live.Platform{"chzzk", "soop", "twitch", "youtube"} {
				ps.Platforms = append(ps.Platforms, client.Platform{PlatformInfo: live.PlatformInfo{ID: id, Name: string(id), Home: "https://www." + string(id) + ".com", Colour: "#123456", Icon: "M0 0h24v24H0z"}, State: "ok", Broadcasts: r.IntN(3000)})
			}
			return ps
		}
		rows := make([]client.Row, daySet)
		list := &client.Streams{Seq: 1, AsOf: clock.now, Total: 3000}
		for i := range rows {
			rows[i] = row(i, 0)
			list.Streams = append(list.Streams, client.Entry{Row: rows[i]})
		}
		app.Take(tray.News{Platforms: platforms()})
		app.Take(tray.News{List: list})
		list = nil
		steps := int(dayTotal / dayStep)
		for i := range steps {
			clock.now = clock.now.Add(dayStep)
			if i%20 == 0 {
				app.Take(tray.News{Platforms: platforms()})
			}
			c := &client.Changes{Seq: uint64(i + 2), AsOf: clock.now}
			for range daySet / 20 {
				n := r.IntN(daySet)
				if r.IntN(20) == 0 { // one ends, another begins
					c.Removed = append(c.Removed, client.Removed{ID: rows[n].ID})
					rows[n] = row(n, i+1)
				} else {
					rows[n].Viewers = live.Viewers(r.IntN(40_000))
				}
				c.Upserts = append(c.Upserts, rows[n])
			}
			app.Take(tray.News{Changes: c})
			switch i % 40 { // somebody looks now and then
			case 10:
				app.Touched(tray.Touch{Opened: true})
			case 12:
				app.Touched(tray.Touch{Closed: true})
			}
			app.Tick()
			if i == steps/8 || i == steps-1 {
				m, err := take()
				if err != nil {
					return err
				}
				if err := json.NewEncoder(os.Stdout).Encode(m); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// take measures this process, and its menu as a panel reads it.
func take() (measure, error) {
	runtime.GC()
	var m measure
	var ms runtime.MemStats
	runtime.ReadMemStats(&ms)
	m.Heap, m.Goroutines = ms.HeapAlloc, runtime.NumGoroutine()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return m, err
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmRSS:" {
			m.RSS, _ = strconv.Atoi(f[1])
		}
	}
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return m, err
	}
	m.Files = len(fds)
	m.Items, err = menuSize()
	return m, err
}

func TestDayWithoutGrowth(t *testing.T) {
	if testing.Short() {
		t.Skip("plays a day")
	}
	dir := t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command("dbus-run-session", "--", exe)
	c.Env = append(os.Environ(), "ONAIR_TRAY_TEST_DAY="+dir)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatal(err, string(out))
	}
	var early, late measure
	d := json.NewDecoder(strings.NewReader(string(out)))
	if err := d.Decode(&early); err != nil {
		t.Fatal(err)
	}
	if err := d.Decode(&late); err != nil {
		t.Fatal(err)
	}
	t.Logf("after 3 h  %+v", early)
	t.Logf("after 24 h %+v", late)
	if late.Goroutines > early.Goroutines || late.Files > early.Files || late.Items > early.Items+50 || late.Items < 100 {
		t.Error("it grows")
	}
	// The set's texts differ in length and the collector has its moods: a quarter is no growth, a leak would be tenfold.
	if late.Heap > early.Heap*5/4+1<<20 {
		t.Errorf("the heap grows from %d to %d", early.Heap, late.Heap)
	}
	if !raced && late.RSS > 30<<10 {
		t.Errorf("%d KiB of memory", late.RSS)
	}
}
