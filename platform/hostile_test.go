package platform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"onair/live"
)

// refused plays a recording with a wrong answer and wants one of the classes, and no page.
func refused(t *testing.T, name live.Platform, c recording, what string, change func([]exchange), classes ...error) {
	t.Helper()
	p, err := c.fetch(t, name, false, change)
	for _, class := range classes {
		if errors.Is(err, class) && p == nil {
			return
		}
	}
	t.Errorf("%s, %s: page %v, error %v, want %v", c.Name, what, p != nil, err, classes)
}

const blockPage = "<!DOCTYPE html>\n<html><head><title>Access Denied</title></head><body><a href=\"/\">home</a></body></html>"

// checkHTML wants a page for people, with status 200, to be a refusal.
func checkHTML(t *testing.T, name live.Platform, r recordings) {
	for _, c := range r.pages() {
		for i := range c.Exchanges {
			for _, html := range []string{blockPage, " \n<html>\n</html>", "\ufeff<!doctype HTML><p>x"} {
				refused(t, name, c, "HTML", func(e []exchange) {
					e[i] = exchange{Status: 200, Type: "text/html", body: []byte(html)}
				}, live.ErrBlocked)
			}
			for _, text := range []string{"", " ", "null", "[]", "true", "0", `"x"`, "Service Unavailable", "{}", `{"error":"x"}`} {
				refused(t, name, c, "200 "+text, func(e []exchange) {
					e[i] = exchange{Status: 200, Type: c.Exchanges[i].Type, body: []byte(text)}
				}, live.ErrFormat)
			}
		}
	}
}

// checkTruncated cuts every answer at up to 100 places.
func checkTruncated(t *testing.T, name live.Platform, r recordings) {
	for _, c := range r.pages() {
		for i, e := range c.Exchanges {
			whole := bytes.TrimSpace(e.body)
			for n := 0; n < len(whole); n += 1 + len(whole)/100 {
				refused(t, name, c, fmt.Sprintf("cut at %d", n), func(list []exchange) { list[i].body = whole[:n] },
					live.ErrFormat, e.statusClass())
			}
		}
	}
}

// statusClass is what an answer without a readable body ends in.
func (e exchange) statusClass() error {
	switch {
	case e.Status == http.StatusNotFound:
		return live.ErrNotFound
	case e.Status >= 500:
		return live.ErrUnavailable
	}
	return live.ErrFormat
}

// checkRequired takes required keys out, one at a time, and puts other types in their place. In one row of several that
// costs the row; everywhere else, and in all rows, the page.
func checkRequired(t *testing.T, name live.Platform, r recordings) {
	for _, c := range r.pages() {
		for i, e := range c.Exchanges {
			for _, path := range e.Required {
				for _, with := range wrongFor(t, e.body, path) {
					b, ok := mutate(t, e.body, path, with)
					if !ok {
						t.Fatalf("%s: no %s in %s", c.Name, path, e.File)
					}
					what := fmt.Sprintf("%s = %v", path, with)
					if n := rowsAt(t, e.body, path); n > 1 {
						full := spared(t, name, c, i, path, what, b)
						what = "every " + what
						if b, ok = mutateRows(t, e.body, path, with); !ok || c.Kind != live.KindRefresh && len(full.Observations)+len(full.Found) < n {
							continue // some rows are left out by contract, whatever they hold
						}
					}
					refused(t, name, c, what, func(list []exchange) { list[i].body = b }, live.ErrFormat, e.statusClass())
				}
			}
		}
	}
}

// checkMutated puts values of all types everywhere. Where something needed stands the answer may be refused, unless it
// is one row of several; anywhere else nothing may cost the page. A page must be sound in any case.
func checkMutated(t *testing.T, name live.Platform, r recordings) {
	values := []any{gone, nil, true, "x", "\u202e<b>\x00", "-1", 0.0, -7.0, 1e300, []any{}, []any{nil, "x", 3.0, []any{}}, map[string]any{}}
	played := 0
	for _, c := range r.pages() {
		source := mustSource(t, name, c.Config, origin)
		full, err := c.fetch(t, name, false, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range c.Exchanges {
			for _, path := range paths(t, e.body) {
				for _, v := range values {
					b, _ := mutate(t, e.body, path, v)
					p, err := c.fetch(t, name, false, func(list []exchange) { list[i].body = b })
					played++
					what := fmt.Sprintf("%s: %s = %#v", c.Name, path, v)
					if err != nil {
						if live.ClassOf(err).Err() == nil || p != nil || !e.needs(path) || rowsAt(t, e.body, path) > 1 {
							t.Errorf("%s: page %v, error %v", what, p, err)
						}
						continue
					}
					if p == nil {
						t.Fatalf("%s: neither page nor error", what)
					}
					checkPage(t, source, p, c.request())
					if _, emptied := v.([]any); c.Kind == live.KindList && len(full.Observations) > 1 && len(p.Observations) < len(full.Observations)-1 && !emptied {
						t.Errorf("%s: %d rows became %d", what, len(full.Observations), len(p.Observations))
					}
				}
			}
		}
	}
	t.Logf("%d answers", played)
}

// needs reports whether a wrong value at path may cost the page: something required or checked is there, or below.
func (e exchange) needs(path string) bool {
	for _, r := range append(slices.Clone(e.Required), e.Checked...) {
		if r == path || strings.HasPrefix(r, path+".") {
			return true
		}
	}
	return false
}

// checkStatuses wants the class of each HTTP status, from whichever exchange it comes.
func checkStatuses(t *testing.T, name live.Platform, r recordings) {
	for _, c := range r.pages() {
		for i := range c.Exchanges {
			for status, class := range map[int]error{
				401: live.ErrUnauthorized, 403: live.ErrBlocked, 404: live.ErrNotFound, 410: live.ErrNotFound, 429: live.ErrRateLimited,
				451: live.ErrBlocked, 500: live.ErrUnavailable, 502: live.ErrUnavailable, 503: live.ErrUnavailable, 515: live.ErrUnavailable, 418: live.ErrFormat,
			} {
				for _, body := range []string{"", blockPage, `{"message":"no"}`, "x"} {
					change := func(e []exchange) {
						for j := i; j < len(e); j++ {
							e[j] = exchange{Status: status, Type: "text/html", body: []byte(body), reply: http.Header{"Retry-After": {"90"}}}
						}
					}
					th := &theatre{tb: t, left: append([]exchange(nil), c.Exchanges...)}
					change(th.left)
					for range 3 { // a renewed token is refused again
						th.left = append(th.left, th.left[i:]...)
					}
					p, err := mustSource(t, name, c.Config, origin).Fetch(t.Context(), th.direct(), c.request())
					var fe *live.FetchError
					if !errors.As(err, &fe) || !errors.Is(err, class) || p != nil || fe.Status != status || fe.RetryAfter != 90*time.Second {
						t.Errorf("%s, HTTP %d %.10q at exchange %d: page %v, error %v (%+v), want %v after 90s", c.Name, status, body, i, p != nil, err, fe, class)
					}
				}
			}
		}
	}
}

// checkContext cancels, lets time run out and cuts connections.
func checkContext(t *testing.T, name live.Platform, r recordings) {
	for _, c := range r.pages() {
		t.Run(c.Name, func(t *testing.T) {
			canceled, cancel := context.WithCancel(t.Context())
			cancel()
			th := &theatre{tb: t, left: append([]exchange(nil), c.Exchanges...)}
			if p, err := mustSource(t, name, c.Config, origin).Fetch(canceled, th.direct(), c.request()); !errors.Is(err, live.ErrCanceled) || p != nil {
				t.Errorf("before: page %v, error %v", p, err)
			}
			for n := range c.Exchanges {
				for what, want := range map[string]error{"cancel": live.ErrCanceled, "deadline": live.ErrTimeout, "timeout": live.ErrTimeout, "cut": live.ErrFormat, "close": live.ErrNetwork} {
					p, err := interrupted(t, name, c, n, what)
					if !errors.Is(err, want) || p != nil {
						t.Errorf("%s at exchange %d: page %v, error %v, want %v", what, n, p, err, want)
					}
				}
			}
		})
	}
}

// interrupted plays c up to its exchange n, which hangs or breaks.
func interrupted(t *testing.T, name live.Platform, c recording, n int, what string) (*live.Page, error) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	client := &http.Client{Transport: &http.Transport{}}
	th := &theatre{tb: t, left: append([]exchange(nil), c.Exchanges[:n]...)}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		th.mu.Lock()
		left := len(th.left)
		th.mu.Unlock()
		switch {
		case left > 0:
			th.ServeHTTP(w, r)
		case what == "cut":
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte("{"))
		case what == "close":
			panic(http.ErrAbortHandler)
		default:
			if what == "cancel" {
				cancel()
			}
			// The body must be read for the server to see the client go.
			_ = mustReadAll(t, r.Body)
			<-r.Context().Done()
		}
	}))
	defer srv.Close()
	defer client.CloseIdleConnections()
	switch what {
	case "deadline":
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, 20*time.Millisecond)
		defer stop()
	case "timeout":
		client.Timeout = 20 * time.Millisecond
	}
	return mustSource(t, name, c.Config, srv.URL).Fetch(ctx, client, c.request())
}

// checkSecrets makes a platform fail in every way while it repeats all that it was told, and looks for secrets in
// what comes out.
func checkSecrets(t *testing.T, name live.Platform, r recordings) {
	secret := settings{ClientID: "SECRETid", ClientSecret: "SECRETsecret", Key: "SECRETkey"}
	look := func(what, text string) {
		t.Helper()
		if strings.Contains(text, "SECRET") || strings.Contains(text, "ajsdfloehfoihsdfhoasjfdpoiqh") {
			t.Errorf("%s gives a secret away: %s", what, text)
		}
	}
	conf := config(t, name, secret, origin)
	s := mustSource(t, name, secret, origin)
	for _, v := range []any{conf, &conf, s, conf.Key, conf.ClientID, conf.ClientSecret} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			look(verb, fmt.Sprintf(verb, v))
		}
		b, _ := json.Marshal(v)
		look("JSON", string(b))
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
		look("log", log.String())
	}
	for _, c := range r.pages() {
		c.Config.ClientID, c.Config.ClientSecret, c.Config.Key = secret.ClientID, secret.ClientSecret, secret.Key
		for i := range c.Exchanges {
			for _, status := range []int{200, 302, 400, 401, 403, 404, 429, 500} {
				for _, body := range []string{"%s", `{"code":%d,"status":%[2]d,"message":%[1]q,"error":{"code":%[2]d,"message":%[1]q,"errors":[{"reason":%[1]q,"message":%[1]q}]}}`} {
					th := &theatre{tb: t, left: append([]exchange(nil), c.Exchanges[:i]...)}
					client := th.direct()
					inner := client.Transport
					client.Transport = roundTripper(func(req *http.Request) (*http.Response, error) {
						th.mu.Lock()
						left := len(th.left)
						th.mu.Unlock()
						if left > 0 {
							return inner.RoundTrip(req)
						}
						form := ""
						if req.Body != nil {
							form = string(mustReadAll(t, req.Body))
							req.Body.Close()
						}
						echo := fmt.Sprintf("%s %v %s", req.URL, req.Header, form)
						w := httptest.NewRecorder()
						w.Header().Set("Location", "https://elsewhere.example/?"+req.URL.RawQuery)
						w.WriteHeader(status)
						fmt.Fprintf(w, body, echo, status)
						return w.Result(), nil
					})
					_, err := mustSource(t, name, c.Config, origin).Fetch(t.Context(), client, c.request())
					if err == nil {
						t.Errorf("%s: HTTP %d accepted", c.Name, status)
						continue
					}
					look(fmt.Sprintf("%s, HTTP %d", c.Name, status), fmt.Sprintf("%v %+v %#v", err, err, errors.Unwrap(err)))
					if strings.Contains(err.Error(), "?") || strings.Contains(err.Error(), "://") {
						t.Errorf("%s: a URL in %q", c.Name, err)
					}
				}
			}
		}
		// No connection: net/http's own error holds the whole URL.
		client := &http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("proxyconnect %s %v", req.URL, req.Header)
		})}
		_, err := mustSource(t, name, c.Config, origin).Fetch(t.Context(), client, c.request())
		if !errors.Is(err, live.ErrNetwork) {
			t.Errorf("%s: %v", c.Name, err)
		}
		look(c.Name, fmt.Sprintf("%v", err))
	}
}
