package client

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"onair/live"
)

// TestAdminAsks wants the token and the revision sent, problems read, and the token kept from other hosts.
func TestAdminAsks(t *testing.T) {
	stolen := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("asked elsewhere with %q", r.Header.Get("Authorization"))
	}))
	defer stolen.Close()
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret-token" {
			t.Errorf("token %q", r.Header.Get("Authorization"))
		}
		switch r.Method + " " + r.URL.EscapedPath() {
		case "GET /v1/channels":
			if r.URL.Query().Get("cursor") == "" {
				_, _ = w.Write([]byte(`{"channels":[{"rev":1,"channel":{"platform":"soop","id":"a"},"live":true,"last_live":null}],"next":"x"}`))
				return
			}
			_, _ = w.Write([]byte(`{"channels":[{"rev":2,"channel":{"platform":"soop","id":"b"}}]}`))
		case "PUT /v1/creators/a":
			if got := r.Header.Get("If-Match"); got != `"7"` {
				t.Errorf("If-Match %s", got)
			}
			_, _ = w.Write([]byte(`{"rev":8,"id":"a","name":"n","channels":[]}`))
		case "GET /v1/platforms":
			_, _ = w.Write([]byte(`{"platforms":[{"id":"soop","name":"SOOP","on":true,"switch":"s","watched":"w"}]}`))
		case "PUT /v1/platforms/soop":
			if b, _ := io.ReadAll(r.Body); string(b) != `{"on":false,"reason":"why"}` {
				t.Errorf("body %s", b)
			}
			_, _ = w.Write([]byte(`{"id":"soop","name":"SOOP","on":false,"off":"why","switch":"s","watched":"w","rev":3}`))
		case "DELETE /v1/channels/soop:a":
			w.WriteHeader(http.StatusNoContent)
		case "DELETE /v1/channels/soop:b":
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"title":"Not found","detail":"there is no such thing"}`))
		default:
			http.Redirect(w, r, stolen.URL, http.StatusTemporaryRedirect)
		}
	}))
	defer hub.Close()
	a, err := NewAdmin(hub.URL+"/", "secret-token", nil)
	if err != nil {
		t.Fatal(err)
	}
	list, err := a.Channels(t.Context(), "")
	if err != nil || len(list) != 2 || list[0].Channel.ID != "a" || !list[0].Live || list[0].LastLive != nil {
		t.Errorf("%+v, %v", list, err)
	}
	if c, err := a.PutCreator(t.Context(), live.Creator{ID: "a", Name: "n"}, 7); err != nil || c.Rev != 8 {
		t.Errorf("%+v, %v", c, err)
	}
	if list, err := a.Platforms(t.Context()); err != nil || len(list) != 1 || !list[0].On {
		t.Errorf("%+v, %v", list, err)
	}
	if p, err := a.SwitchPlatform(t.Context(), "soop", false, "why"); err != nil || p.On || p.Off != "why" || p.Rev != 3 {
		t.Errorf("%+v, %v", p, err)
	}
	if err := a.RemoveChannel(t.Context(), live.ChannelID{Platform: "soop", ID: "a"}); err != nil {
		t.Error(err)
	}
	if err := a.RemoveChannel(t.Context(), live.ChannelID{Platform: "soop", ID: "b"}); !NotFound(err) || !strings.Contains(err.Error(), "no such thing") {
		t.Errorf("%v", err)
	}
	if _, err := a.Blocks(t.Context()); err == nil || strings.Contains(err.Error(), "secret-token") {
		t.Errorf("redirected: %v", err)
	}
	for _, bad := range []string{"", "x", "ftp://h", "http://u:p@h", "http://h?x=1", "http://h/#f"} {
		if _, err := NewAdmin(bad, "t", nil); !errors.Is(err, ErrAddress) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
