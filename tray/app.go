package tray

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/api/client"
	"onair/live"
)

// Bar is the icon and menu on the desktop.
type Bar interface {
	// Apply changes the menu; glyph gives an item's icon as PNG, nil for none.
	Apply(p []Patch, glyph func(key string) []byte)
	SetFace(f Face)
	SetTooltip(text string)
}

// Touch is what somebody did to the menu. Where a desktop does not tell that the menu was closed, only Opened comes.
type Touch struct {
	Key    string // of the item that was clicked
	Opened bool   // or something in it was unfolded
	Closed bool
}

// Desktop is what else is needed of the machine. Its methods do not block for long and return errors for the log.
type Desktop interface {
	Notify(n Notice, icon []byte) error // icon is a PNG
	OpenURL(url string) error
	OpenFile(path string) error
	Autostart() (on, possible bool)
	SetAutostart(on bool) error
}

// Options of an App; all but Touches and Presses are needed.
type Options struct {
	Bar     Bar
	Desktop Desktop
	Source  Source
	Touches <-chan Touch
	Presses <-chan Action // buttons of notices
	File    *File
	Memory  string // path of the file; "" keeps nothing
	Server  string // instead of the file's
	Lang    string // the desktop's: ko, en
	Zone    *time.Location
	Clock   live.Clock
	Log     *slog.Logger
}

const (
	// tickEvery moves ages, pauses and what waits.
	tickEvery = 2 * time.Second
	// redrawEvery: a list that changes all the time is read by nobody, and each change costs the desktop something.
	redrawEvery = time.Second
	// ageEvery: ages are shown in steps of ten seconds.
	ageEvery = 10 * time.Second
	// openFor is how long a menu counts as open after somebody touched it, where the desktop does not say that it was
	// closed (Xfce). Longer, and the list is old when it is opened again; shorter, and it moves under a reader's hand.
	openFor = 45 * time.Second
	// wakeGap between two ticks means that the machine slept; its connections are dead without knowing.
	wakeGap = time.Minute
	// maxGot pictures wait for the next tick.
	maxGot = 16
	// maxKept alerts are remembered.
	maxKept = 50
)

// App joins the parts in one loop. It is not safe for concurrent use; Run owns it.
type App struct {
	o        Options
	settings Settings
	words    *Words
	trouble  string

	set       Set
	platforms client.Platforms
	links     Links
	skew      time.Duration
	heard     bool // anything in this run
	broken    time.Time

	watch  Watch
	spool  Spool
	recent []Alert
	paused time.Time

	menu    *Menu
	opened  time.Time // zero: closed
	face    Face
	tooltip string
	glyphs  map[string][]byte
	dirty   bool
	drawn   time.Time
	saved   time.Time
	ticked  time.Time
	refeed  chan string // the server to connect to anew; the latest wins

	pictures map[string]pictured // by key
	wanted   map[string]bool     // keys in the menu now drawn
	missing  []picture           // of those, what is not there
	hung     map[string]string   // stream → key of the picture in the menu now drawn
	asked    bool                // Pictures is at work
	want     chan []picture      // to Pictures
	got      chan pictured       // from it
}

// NewApp makes an App. The error is of the settings file and wraps ErrSettings.
func NewApp(o Options) (*App, error) {
	s, err := o.File.Load()
	if err != nil {
		return nil, err
	}
	a := &App{o: o, glyphs: map[string][]byte{}, refeed: make(chan string, 1), dirty: true,
		pictures: map[string]pictured{}, want: make(chan []picture, 1), got: make(chan pictured, maxGot)}
	a.use(s)
	if o.Memory != "" {
		m, err := LoadMemory(o.Memory)
		if err != nil {
			o.Log.Warn("starting without memory", "err", err)
		}
		a.remember(&m)
	}
	return a, nil
}

// Server is the address that is asked.
func (a *App) Server() string {
	if a.o.Server != "" {
		return a.o.Server
	}
	return a.settings.Server
}

// Words are the texts in the language of the settings.
func (a *App) Words() *Words { return a.words }

func (a *App) use(s Settings) {
	s.index()
	a.settings = s
	lang := s.Language
	if lang == "auto" {
		lang = a.o.Lang
	}
	a.words = WordsFor(lang)
	a.dirty = true
}

// Run shows the tray until ctx ends or somebody quits; it returns ctx's error, or nil after Quit.
func (a *App) Run(ctx context.Context) error {
	news := make(chan News)
	g, ctx := errgroup.WithContext(ctx)
	server := a.Server()
	g.Go(func() error { return a.connect(ctx, server, news) })
	g.Go(func() error { return a.loop(ctx, news) })
	g.Go(func() error { return a.Pictures(ctx) })
	err := g.Wait()
	a.save()
	if errors.Is(err, errQuit) {
		return nil
	}
	return err
}

var errQuit = errors.New("quit")

// connect runs the source, anew each time it is asked to.
func (a *App) connect(ctx context.Context, server string, news chan<- News) error {
	for {
		inner, cancel := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() { done <- a.o.Source.Run(inner, server, news) }()
		select {
		case server = <-a.refeed:
			cancel()
			<-done
		case err := <-done:
			cancel()
			if ctx.Err() != nil {
				return ctx.Err()
			}
			a.o.Log.Error("connection", "server", server, "err", err)
			again, stop := a.o.Clock.After(pollEvery)
			select {
			case <-again:
			case server = <-a.refeed:
			case <-ctx.Done():
			}
			stop()
		case <-ctx.Done():
			cancel()
			<-done
		}
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

func (a *App) loop(ctx context.Context, news <-chan News) error {
	for {
		a.Tick()
		at, stop := a.o.Clock.After(tickEvery)
		select {
		case n := <-news:
			a.Take(n)
		case t := <-a.o.Touches:
			if !a.Touched(t) {
				stop()
				return errQuit
			}
		case act := <-a.o.Presses:
			if !a.Do(act) {
				stop()
				return errQuit
			}
		case <-at:
		case <-ctx.Done():
			stop()
			return ctx.Err()
		}
		stop()
	}
}

// Tick does what time asks for.
func (a *App) Tick() {
	now := a.o.Clock.Now()
	wall := now.Round(0)
	if !a.ticked.IsZero() && wall.Sub(a.ticked) > wakeGap {
		a.o.Log.Info("woke up", "after", wall.Sub(a.ticked).Round(time.Second))
		a.reconnect()
	}
	a.ticked = wall
	if !a.paused.IsZero() && !wall.Before(a.paused) {
		a.paused, a.dirty = time.Time{}, true
	}
	if !a.opened.IsZero() && now.Sub(a.opened) > openFor {
		a.opened, a.dirty = time.Time{}, true
	}
	groups, more := a.spool.Due(now)
	for _, g := range groups {
		n := notice(g, more, a.words, func(r *Stream) (string, string) {
			p, url := a.links.Open(r, a.settings.Prefer)
			return string(p), url
		})
		if err := a.o.Desktop.Notify(n, a.icon(n.Icon)); err != nil {
			a.o.Log.Warn("notice not shown", "err", err)
		}
	}
	a.collect(now)
	if now.Sub(a.drawn) >= redrawEvery || now.Before(a.drawn) {
		a.reload()
		if a.dirty || now.Sub(a.drawn) >= ageEvery || now.Before(a.drawn) {
			a.Draw()
		}
	}
	if now.Sub(a.saved) >= saveEvery && a.heard {
		a.save()
	}
}

// reload follows somebody's edit of the settings file.
func (a *App) reload() {
	if !a.o.File.Changed() {
		return
	}
	server := a.Server()
	s, err := a.o.File.Load()
	if err != nil {
		if t := err.Error(); t != a.trouble {
			a.trouble, a.dirty = t, true
			a.o.Log.Warn("the settings stay as they were", "err", err)
		}
		return
	}
	a.trouble = ""
	a.use(s)
	if a.Server() != server {
		a.set, a.heard, a.platforms, a.links = Set{}, false, client.Platforms{}, nil
		a.watch.Reset()
		a.reconnect()
	}
}

func (a *App) reconnect() {
	select {
	case <-a.refeed:
	default:
	}
	a.refeed <- a.Server() // nobody else sends
}
