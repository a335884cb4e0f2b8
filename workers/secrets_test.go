package workers

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"onair/live"
	"onair/platform"
)

// evidence is everything that left the worker, by where it was found.
type evidence struct {
	mu  sync.Mutex
	got map[string]*bytes.Buffer
}

func (e *evidence) add(where string, v any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	b := e.got[where]
	if b == nil {
		b = &bytes.Buffer{}
		e.got[where] = b
	}
	if raw, ok := v.([]byte); ok {
		b.Write(raw)
		return
	}
	j, _ := json.Marshal(v)
	fmt.Fprintf(b, "%s %+v %#v\n", j, v, v)
}

type evidenceWriter struct {
	e     *evidence
	where string
}

func (w evidenceWriter) Write(b []byte) (int, error) {
	w.e.add(w.where, b)
	return len(b), nil
}

// TestCredentialsStayInside plants a password in proxies of all kinds, right and wrong ones, lets a worker fail in
// every way with them, and looks for it in everything that a worker writes, says or returns.
func TestCredentialsStayInside(t *testing.T) {
	t.Parallel()
	seen := &evidence{got: map[string]*bytes.Buffer{}}
	plain := &origin{}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for k, v := range r.Header {
			seen.add("headers at the origin", fmt.Sprint(k, v))
		}
		plain.ServeHTTP(w, r)
	})
	server := httptest.NewServer(handler)
	defer server.Close()
	secure := httptest.NewTLSServer(handler)
	defer secure.Close()
	closed := httptest.NewServer(nil)
	closed.Close()

	locked := func(refuse int) *proxy { return &proxy{user: proxyUser, password: proxyPassword, refuse: refuse} }
	right := platform.Secret(proxyUser + ":" + proxyPassword)
	wrong := right + "-not"
	hosts := map[string]string{ // one proxy each, so that it is known who was asked
		"http-ok": locked(0).start(t, nil), "http-wrong": locked(0).start(t, nil), "http-refuses": locked(502).start(t, nil),
		"socks-ok": locked(0).start(t, nil), "socks-wrong": locked(0).start(t, nil), "tls-unknown": locked(0).start(t, secure.TLS),
	}
	list := []Address{
		{Label: "http-ok", Proxy: "http://" + hosts["http-ok"], Credentials: right},
		{Label: "http-wrong", Proxy: "http://" + hosts["http-wrong"], Credentials: wrong},
		{Label: "http-refuses", Proxy: "http://" + hosts["http-refuses"], Credentials: right},
		{Label: "socks-ok", Proxy: "socks5://" + hosts["socks-ok"], Credentials: right},
		{Label: "socks-wrong", Proxy: "socks5://" + hosts["socks-wrong"], Credentials: wrong},
		{Label: "tls-unknown", Proxy: "https://" + hosts["tls-unknown"], Credentials: right},
		{Label: "closed", Proxy: "http://" + closed.Listener.Addr().String(), Credentials: right},
		{Label: "nowhere", Proxy: "socks5://no-such-host.invalid:1080", Credentials: right},
	}
	logger := func(where string) *slog.Logger {
		return slog.New(slog.NewJSONHandler(evidenceWriter{seen, where}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	dir := t.TempDir()
	for i, endpoint := range []string{server.URL, secure.URL} {
		jobs := newFakeJobs()
		for n := range 2 * len(list) {
			j := job(fmt.Sprint("j", n), live.KindStatus, 0)
			j.Keys = []string{"c1"}
			jobs.queue <- j
		}
		s, err := platform.New("chzzk", platform.Config{Endpoints: map[string]string{"api": endpoint}})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, fmt.Sprint(i, ".db"))
		r := newRig(t, nil, jobs, func(c *Config) {
			c.Sources, c.Logger, c.FetchTimeout = []platform.Source{s}, logger("log"), 2*time.Second
			_ = c.Outbox.Close()
			c.Outbox = mustOpen(t, path, OutboxOptions{})
			pool := mustPool(t, PoolOptions{Addresses: list, Pace: time.Millisecond, Logger: c.Logger})
			for _, x := range pool.exits {
				if x.Label != "tls-unknown" {
					x.transport.TLSClientConfig = secure.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
				}
			}
			c.Pool = pool
		}).start(t)
		eventually(t, func() bool { return r.jobs.count() == 2*len(list) && r.Stats().Outbox.Live == 0 })
		pool := r.Pool.(*EgressPool)
		for _, p := range pool.Probe(t.Context(), []platform.Source{s}, 2*time.Second) {
			seen.add("probe", p)
		}
		for _, x := range pool.exits { // what a source that wraps carelessly would get
			resp, err := pool.egress(x, "chzzk").Client.Get(endpoint)
			if err == nil {
				seen.add("answers", resp.Header)
				seen.add("answers", resp.Status)
				resp.Body.Close()
				continue
			}
			seen.add("errors", err.Error())
			seen.add("errors", fmt.Sprintf("%v %+v %q", err, err, err))
			logger("log").Error("careless", "error", err)
		}
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
		labels := map[string]int{}
		for _, b := range r.log.bodies(laneOf(r.Outbox, "chzzk", live.LaneLive)) {
			p, err := live.DecodePage([]byte(b))
			if err != nil {
				t.Fatal(err)
			}
			seen.add("pages", p)
			labels[p.Egress]++
		}
		if len(labels) < 3 {
			t.Errorf("pages came from %v only", labels)
		}
		seen.add("presence", r.Presence())
		seen.add("counters", r.Stats())
		seen.add("values", fmt.Sprintf("%+v %#v %+v", list, list, pool))
		_ = r.Outbox.Close()
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		seen.add("outbox", b)
	}

	secrets := map[string]string{}
	for _, s := range []platform.Secret{right, wrong} {
		user, password, _ := strings.Cut(string(s), ":")
		secrets["plain"], secrets["user"] = password, user
		secrets["escaped"] = strings.TrimPrefix(url.UserPassword("", password).String(), ":")
		secrets["query"] = url.QueryEscape(password)
		secrets["basic"] = base64.StdEncoding.EncodeToString([]byte(s))
		for name, secret := range secrets {
			for where, b := range seen.got {
				if i := strings.Index(b.String(), secret); i >= 0 {
					t.Errorf("%s holds the %s secret: …%s…", where, name, b.String()[max(0, i-80):i+20])
				}
			}
		}
	}
	hosts["closed"] = closed.Listener.Addr().String()
	for label, host := range hosts {
		for where, b := range seen.got {
			if where != "values" && strings.Contains(b.String(), host) {
				t.Errorf("%s holds the address of %s", where, label)
			}
		}
	}
	// The hunt is worth something only if there was something to hunt in, and the password was really used.
	for _, where := range []string{"log", "pages", "presence", "counters", "probe", "errors", "answers", "values", "outbox", "headers at the origin"} {
		if seen.got[where] == nil || seen.got[where].Len() < 20 {
			t.Errorf("nothing from %s", where)
		}
	}
	for _, want := range []string{"egress reaches nobody", "asked again through another egress"} {
		if !strings.Contains(seen.got["log"].String(), want) {
			t.Errorf("the log does not say %q", want)
		}
	}
	for _, want := range []string{"the proxy refuses to connect", "no answer"} {
		if !strings.Contains(seen.got["errors"].String(), want) {
			t.Errorf("no error says %q", want)
		}
	}
	if !strings.Contains(seen.got["probe"].String(), "the egress proxy wants a password") {
		t.Error("no probe says that the proxy wants a password")
	}
	if len(plain.seen) < 4 {
		t.Errorf("%d requests passed the proxies", len(plain.seen))
	}
}
