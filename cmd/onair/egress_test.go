package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"onair/live"
	"onair/sim"
)

const (
	plantedUser     = "planted-user"
	plantedPassword = "planted:p@ss/w%rd"
)

// mustProxy is an HTTP proxy that wants the planted password; passed counts what it let through.
func mustProxy(t *testing.T) (address string, passed *atomic.Int64) {
	t.Helper()
	passed = &atomic.Int64{}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(plantedUser+":"+plantedPassword))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Proxy-Authorization") != want {
			http.Error(w, "not "+plantedPassword, http.StatusProxyAuthRequired)
			return
		}
		passed.Add(1)
		r = r.Clone(r.Context())
		r.Header.Del("Proxy-Authorization")
		resp, err := transport.RoundTrip(r)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		for k, v := range resp.Header {
			w.Header()[k] = v
		}
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body)
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String(), passed
}

// mustEgressFile writes a list of: an own address, one more, a proxy with the right password, one with a wrong one.
func mustEgressFile(t *testing.T, proxy string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"right.txt": plantedUser + ":" + plantedPassword, "wrong.txt": plantedUser + ":" + plantedPassword + "-not",
		"egress.yaml": fmt.Sprintf(`
- {label: two, local: 127.0.0.2, region: kr}
- {label: three, local: 127.0.0.3, region: kr}
- {label: proxy, proxy: "http://%s", credentials_file: right.txt, region: kr}
- {label: locked, proxy: "http://%[1]s", credentials_file: wrong.txt, region: kr}
- {label: soop-only, local: 127.0.0.4, platforms: [soop]}
`, proxy),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "egress.yaml")
}

// leak says which form of the planted credentials is in text.
func leak(text string) string {
	for _, p := range []string{plantedPassword, plantedPassword + "-not"} {
		for name, form := range map[string]string{
			"password": p, "user": plantedUser, "escaped": strings.TrimPrefix(url.UserPassword("", p).String(), ":"),
			"query": url.QueryEscape(p), "basic": base64.StdEncoding.EncodeToString([]byte(plantedUser + ":" + p)),
		} {
			if strings.Contains(text, form) {
				return name
			}
		}
	}
	return ""
}

func TestEgressTest(t *testing.T) {
	platforms := sim.New(sim.Options{Seed: 1, Scale: .05, Clock: live.NewVirtualClock(sim.Epoch(), 1)})
	server := httptest.NewServer(platforms.Handler())
	defer server.Close()
	if err := platforms.SetFaults(sim.Faults{Faults: []sim.Fault{
		{Platform: "chzzk", Kind: sim.TooManyRequests, RetryAfter: 600, Addresses: []string{"127.0.0.3"}},
		{Platform: "soop", Kind: sim.Forbidden, Addresses: []string{"127.0.0.4"}},
		{Platform: "youtube", Path: "/youtube/youtube", Kind: sim.ServerError}, // would show if quota were spent
	}}); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ONAIR_TWITCH_CLIENT_ID", "demo")
	t.Setenv("ONAIR_TWITCH_CLIENT_SECRET", "demo")
	t.Setenv("ONAIR_YOUTUBE_KEY", "demo")
	var set []string
	for k, v := range simulated(server.URL).Set {
		set = append(set, k+"="+v)
	}
	slices.Sort(set)
	proxy, passed := mustProxy(t)
	args := []string{"egress", "test", "--log-level", "debug", "--egress", mustEgressFile(t, proxy), "--set", strings.Join(set, ";")}

	code, stdout, stderr := try(t, args...)
	t.Log("\n" + stdout)
	if code != 0 {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	code, raw, more := try(t, append(args, "--json")...)
	if code != 0 {
		t.Fatalf("exit %d: %s", code, more)
	}
	var rows []struct {
		Egress, Region, Platform string
		Reachable, Blocked       bool
		Status                   int
		Error, Detail            string
		LatencyMS                int64 `json:"latency_ms"`
		CooldownMS               int64 `json:"cooldown_ms"`
	}
	if err := json.Unmarshal([]byte(raw), &rows); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range rows {
		got[r.Egress+" "+r.Platform] = fmt.Sprintf("%v %v %d %s %v", r.Reachable, r.Blocked, r.Status, r.Error, (time.Duration(r.CooldownMS) * time.Millisecond).Round(10*time.Second))
	}
	const fine, wants = "true false 200  0s", "false false 407 network 0s"
	want := map[string]string{
		"two chzzk": fine, "two soop": fine, "two twitch": fine, "two youtube": "true false 404 not_found 0s",
		"three chzzk": "true true 429 rate_limited 10m0s", "three soop": fine, "three twitch": fine, "three youtube": "true false 404 not_found 0s",
		"proxy chzzk": fine, "proxy soop": fine, "proxy twitch": fine, "proxy youtube": "true false 404 not_found 0s",
		"locked chzzk": wants, "locked soop": wants, "locked twitch": wants, "locked youtube": wants,
		"soop-only soop": "true true 403 blocked 30s",
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s: %q, want %q", k, got[k], v)
		}
	}
	if len(rows) != len(want) || rows[0].Egress != "two" || rows[0].Region != "kr" {
		t.Errorf("%d rows, the first %+v", len(rows), rows[0])
	}
	for _, line := range []string{"EGRESS", "429 blocked", "10m0s", "407 the egress proxy wants a password"} {
		if !strings.Contains(stdout, line) {
			t.Errorf("the table does not say %q", line)
		}
	}
	if passed.Load() == 0 {
		t.Error("nothing went through the proxy")
	}
	if how := leak(stdout + stderr + raw + more); how != "" {
		t.Errorf("%s printed", how)
	}

	only := filepath.Join(t.TempDir(), "none.yaml")
	if err := os.WriteFile(only, []byte("- {label: dead, proxy: \"http://127.0.0.1:1\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := try(t, "egress", "test", "--platforms", "chzzk", "--egress", only, "--set", strings.Join(set, ";")); code != 1 ||
		!strings.Contains(stderr, "no platform could be reached") || !strings.Contains(stdout, "connection refused") {
		t.Errorf("exit %d: %s%s", code, stdout, stderr)
	}
	if code, _, stderr := try(t, "egress", "test", "--egress", only+".not"); code != 2 || !strings.Contains(stderr, "--egress") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	if code, stdout, stderr := try(t, "egress", "test", "--platforms", "chzzk,soop", "--set", strings.Join(set, ";")); code != 0 || strings.Count(stdout, "direct") != 2 {
		t.Errorf("without a file: exit %d: %s%s", code, stdout, stderr)
	}
}

// shared is a writer that several goroutines may use.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *shared) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// TestEgressCredentialsStayOutOfAHub runs a whole demo through proxies with planted credentials and looks for them in
// the log, the API, the metrics, the profiles and the files.
func TestEgressCredentialsStayOutOfAHub(t *testing.T) {
	proxy, passed := mustProxy(t)
	data := t.TempDir()
	t.Setenv("ONAIR_ADMIN_TOKEN", "token-of-the-test")
	var stdout, stderr shared
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{
			"demo", "--data", data, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--scale", "0.05", "--speed", "60", "--log-level", "debug",
			"--egress", mustEgressFile(t, proxy),
		}, out{&stdout, &stderr})
	}()
	stop := sync.OnceValue(func() int { cancel(); return <-done })
	defer stop()

	var texts []string
	get := func(address string) string {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer token-of-the-test")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return ""
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		return string(b)
	}
	defer http.DefaultClient.CloseIdleConnections()
	field := func(s, before, after string) string {
		_, s, _ = strings.Cut(s, before)
		s, _, _ = strings.Cut(s, after)
		return strings.TrimSpace(s)
	}
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no list after 30 s: %s%s", stdout.String(), stderr.String())
		}
		hub := strings.TrimRight(field(stdout.String(), "onair ", "\n"), "/")
		if hub != "" && passed.Load() > 5 && strings.Contains(get(hub+"/v1/streams?limit=5"), `"viewers"`) && strings.Contains(stderr.String(), "another egress") {
			address, err := os.ReadFile(filepath.Join(data, adminAddressName))
			if err != nil {
				t.Fatal(err)
			}
			admin := "http://" + strings.TrimSpace(string(address))
			for _, u := range []string{
				hub + "/v1/streams?limit=2000", hub + "/v1/platforms", hub + "/v1/categories", hub + "/readyz", hub + "/livez", hub + "/v1/streams/none:x",
				admin + "/metrics", admin + "/debug/pprof/goroutine?debug=2", admin + "/debug/pprof/cmdline", admin + "/debug/pprof/heap?debug=1",
			} {
				text := get(u)
				if text == "" {
					t.Errorf("%s answers nothing", u)
				}
				texts = append(texts, text)
			}
			break
		}
	}
	if code := stop(); code != 0 {
		t.Errorf("exit %d: %s", code, stderr.String())
	}
	texts = append(texts, stdout.String(), stderr.String())
	files := 0
	if err := filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		texts = append(texts, string(b))
		files++
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if files < 5 {
		t.Errorf("only %d files", files)
	}
	for _, text := range texts {
		if how := leak(text); how != "" {
			t.Errorf("%s in %.200q", how, text)
		}
	}
}
