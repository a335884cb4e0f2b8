// Package browser runs Chromium for platform.BrowserSource: when a site refuses plain requests, its own list page in a real
// browser still gets the answers that its scripts ask for.
//
// In comes a platform.Visit, out come the answers, as bytes that nobody here understands. workers call it for jobs of class
// browser. It parses nothing, knows no platform, chooses no egress and writes nothing but its profile.
//
// What a page may do is bounded, because it is a stranger's program on our machine: each Read starts a Chromium of its own
// with an empty profile and without our environment, in its own process group, which is killed after Deadline, over
// Memory, or as soon as Read is done; then the profile is removed. Downloads are denied, requests to local addresses fail,
// pictures and media are not fetched, dialogs are dismissed, and pop-ups blocked.
package browser

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"onair/live"
	"onair/platform"
)

const (
	// defaultTabs: a Chromium takes about 300 MB and a core while it starts; two at once would slow plain requests down.
	defaultTabs = 1
	// defaultDeadline ends a page that goes on for ever. A list of thirty pages takes half of it.
	defaultDeadline = time.Minute
	// defaultMemory ends a page that eats the worker's machine. The lists need about 300 MB.
	defaultMemory = 1 << 30
	// defaultQuiet is how long a page may show nothing new. A slow site's first list takes some seconds; without it every
	// page that is not what we think would hold its slot for the whole deadline.
	defaultQuiet = 15 * time.Second
)

// Options is what a Browser is made of. Zero values mean the defaults above.
type Options struct {
	Path     string // the program, as Find gives it
	Dir      string // where profiles are made; "" is the system's folder for temporary files
	Tabs     int    // Chromiums at once; others wait
	Deadline time.Duration
	Quiet    time.Duration
	Memory   int64 // bytes, of all processes of one Chromium together
	Logger   *slog.Logger
}

// Browser starts Chromiums, a few at a time. Make it with New; it needs no end.
type Browser struct {
	o     Options
	slots chan struct{}
}

// Off is the value of the setting that keeps browsers out.
const Off = "off"

// names of the program, the usual one first.
var names = []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "headless-shell"}

// ErrNone says why there is no browser. It is no fault: a worker without one does plain jobs.
var ErrNone = errors.New("no browser")

// Find gives the path of the program: setting itself, or the first usual name that is installed when setting is "". Errors
// wrap ErrNone when there is nothing to find, so that only a wrong path is a mistake.
func Find(setting string) (string, error) {
	if !supported {
		return "", fmt.Errorf("%w: only on Linux", ErrNone)
	}
	switch setting {
	case Off:
		return "", fmt.Errorf("%w: switched off", ErrNone)
	case "":
		for _, n := range names {
			if path, err := exec.LookPath(n); err == nil {
				return path, nil
			}
		}
		return "", fmt.Errorf("%w: chromium is not installed", ErrNone)
	}
	path, err := exec.LookPath(setting)
	if err != nil {
		return "", fmt.Errorf("browser %.200q cannot be run", setting)
	}
	return path, nil
}

// New checks o and removes profiles that killed processes have left behind.
func New(o Options) (*Browser, error) {
	if o.Path == "" {
		return nil, fmt.Errorf("%w: no path", ErrNone)
	}
	if o.Dir == "" {
		o.Dir = os.TempDir()
	}
	if len(o.Dir) > maxDir {
		return nil, fmt.Errorf("browser's folder %s: longer than %d bytes", o.Dir, maxDir)
	}
	if o.Tabs <= 0 {
		o.Tabs = defaultTabs
	}
	if o.Deadline <= 0 {
		o.Deadline = defaultDeadline
	}
	if o.Quiet <= 0 {
		o.Quiet = defaultQuiet
	}
	if o.Memory <= 0 {
		o.Memory = defaultMemory
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if unsafe() {
		o.Logger.Warn("the browser runs without its sandbox, because this process is root's; run the worker as another user")
	}
	sweepProfiles(o.Dir)
	return &Browser{o: o, slots: make(chan struct{}, o.Tabs)}, nil
}

// Tab gives a tab whose requests leave through the proxy at via (http, https or socks5; a password only with the first two),
// or from this machine's own address when via is nil. Nothing is started before Read. Errors wrap live.ErrSetting.
func (b *Browser) Tab(via *url.URL) (platform.Tab, error) {
	if via == nil {
		return &tab{b: b}, nil
	}
	t := &tab{b: b, proxy: strings.ToLower(via.Scheme) + "://" + via.Host}
	switch {
	case via.Hostname() == "":
		return nil, fmt.Errorf("%w: egress proxy without a host", live.ErrSetting)
	case via.Scheme == "http", via.Scheme == "https":
		if via.User != nil {
			t.user = via.User.Username()
			t.password, _ = via.User.Password()
		}
	case via.Scheme == "socks5" && via.User == nil:
	case via.Scheme == "socks5":
		return nil, fmt.Errorf("%w: a browser cannot give a SOCKS5 proxy its password", live.ErrSetting)
	default:
		return nil, fmt.Errorf("%w: a browser cannot use this kind of egress proxy", live.ErrSetting)
	}
	return t, nil
}

// tab is one Read to come.
type tab struct {
	b              *Browser
	proxy          string // without credentials
	user, password string
}

var _ platform.Tab = (*tab)(nil)

// Format keeps the password out of logs, which would print the fields.
func (t *tab) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("tab")) }

// Read implements platform.Tab. Waiting for a free slot does not count against the deadline.
func (t *tab) Read(ctx context.Context, v platform.Visit, each func(platform.Seen) error) error {
	select {
	case t.b.slots <- struct{}{}:
		defer func() { <-t.b.slots }()
	case <-ctx.Done():
		return canceled(ctx)
	}
	timed, stopTimer := context.WithTimeoutCause(ctx, t.b.o.Deadline, errDeadline)
	defer stopTimer()
	run, fail := context.WithCancelCause(timed)
	defer fail(nil)
	c, err := t.b.start(run, fail, t.proxy)
	if err != nil {
		return err
	}
	defer c.stop()
	return t.visit(c, v, each)
}
