package browser

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"github.com/chromedp/chromedp"
)

const (
	// watchEvery bounds how far a page gets over its memory before it is noticed; looking costs a millisecond.
	watchEvery = 500 * time.Millisecond
	// heapMegabytes bounds one page's JavaScript, which is the cheapest way to eat memory.
	heapMegabytes = 256
	// windowHeight shows about a page of rows, so that one look to the end asks for one page.
	windowWidth, windowHeight = 1280, 2000
)

// chromium is one running browser with one page.
type chromium struct {
	run  context.Context // ends when the page has to go, with the reason as its cause
	ctx  context.Context // chromedp's, below run; ends also when the browser dies by itself
	fail context.CancelCauseFunc
	stop func() // kills it, waits for that, and removes its profile
}

// start runs a Chromium whose life is ctx's. Its error is explained. proxy is an address without credentials, or "".
func (b *Browser) start(ctx context.Context, fail context.CancelCauseFunc, proxy string) (*chromium, error) {
	dir, err := newProfile(b.o.Dir)
	if err != nil {
		return nil, b.explain(ctx, err)
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(b.o.Path), chromedp.UserDataDir(dir.path), chromedp.Headless, chromedp.NoFirstRun,
		chromedp.NoDefaultBrowserCheck, chromedp.WindowSize(windowWidth, windowHeight),
		// Our environment holds keys. The profile is its home, so that everything it leaves is removed with it.
		chromedp.NoInheritEnv, chromedp.Env("PATH="+os.Getenv("PATH"), "HOME="+dir.path, "TMPDIR="+dir.path, "LANG=ko_KR.UTF-8", "TZ=Asia/Seoul"),
	}
	for _, f := range flags(proxy) {
		options = append(options, chromedp.Flag(f.name, f.value))
	}
	// The program's process is known when it is killed, not when it is configured.
	var mu sync.Mutex
	var cmd *exec.Cmd
	options = append(options, chromedp.ModifyCmdFunc(func(c *exec.Cmd) {
		ownGroup(c)
		mu.Lock()
		defer mu.Unlock()
		cmd = c
	}))
	alloc, stopAlloc := chromedp.NewExecAllocator(ctx, options...)
	page, stopPage := chromedp.NewContext(alloc, chromedp.WithErrorf(b.quietly), chromedp.WithLogf(b.quietly))
	var watch sync.WaitGroup
	c := &chromium{run: ctx, ctx: page, fail: fail, stop: func() {
		fail(nil)
		stopPage()
		stopAlloc()
		watch.Wait()
		mu.Lock()
		defer mu.Unlock()
		if cmd != nil && cmd.Process != nil {
			dir.killGroup(cmd.Process.Pid)
		}
		if err := dir.remove(); err != nil {
			b.o.Logger.Warn("browser's profile not removed", "error", err)
		}
	}}
	if err := chromedp.Do(page); err != nil {
		err = b.explain(ctx, err)
		c.stop()
		return nil, err
	}
	watch.Go(func() {
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		for {
			select {
			case <-page.Done():
				return
			case <-tick.C:
				if memory(cmd.Process.Pid) > b.o.Memory {
					fail(errMemory)
					return
				}
			}
		}
	})
	return c, nil
}

func (b *Browser) quietly(format string, args ...any) {
	b.o.Logger.Debug("chromedp", "format", format)
}

type flag struct {
	name  string
	value any
}

// flags are Chromium's switches besides the profile: nothing in the background, nothing asked, no address but the egress's.
func flags(proxy string) []flag {
	list := []flag{
		{"disable-background-networking", true},
		{"disable-breakpad", true},
		{"disable-client-side-phishing-detection", true},
		{"disable-component-update", true},
		{"disable-crash-reporter", true},
		{"disable-default-apps", true},
		{"disable-domain-reliability", true},
		{"disable-extensions", true},
		{"disable-features", "Translate,MediaRouter,OptimizationHints,InterestFeedContentSuggestions,CertificateTransparencyComponentUpdater"},
		{"disable-gpu", true},
		{"disable-sync", true},
		{"disable-dev-shm-usage", true}, // 64 MB in a container
		{"metrics-recording-only", true},
		{"no-pings", true},
		{"password-store", "basic"},
		{"enable-automation", true}, // we do not hide what we are
		// Timers of a page that nobody looks at are slowed down, and with them its list.
		{"disable-background-timer-throttling", true},
		{"disable-backgrounding-occluded-windows", true},
		{"disable-renderer-backgrounding", true},
		{"block-new-web-contents", true},
		{"deny-permission-prompts", true},
		{"disk-cache-size", strconv.Itoa(16 << 20)},
		{"js-flags", "--max-old-space-size=" + strconv.Itoa(heapMegabytes)},
		{"dns-prefetch-disable", true},
		{"disable-quic", true},
		{"force-webrtc-ip-handling-policy", "disable_non_proxied_udp"},
		{"lang", "ko"},
	}
	if proxy == "" {
		return append(list, flag{"no-proxy-server", true})
	}
	return append(list, flag{"proxy-server", proxy}, flag{"proxy-bypass-list", "<-loopback>"}) // also loopback goes through it
}
