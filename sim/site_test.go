package sim

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestBrowsersOnly refuses what does not say that a browser sends it, and only there.
func TestBrowsersOnly(t *testing.T) {
	s := New(Options{Seed: 1, Scale: 0.05})
	if err := s.SetFaults(Faults{Faults: []Fault{{Platform: "soop", Kind: BrowsersOnly}}}); err != nil {
		t.Fatal(err)
	}
	page, script := http.Header{}, http.Header{}
	page.Set("Sec-Fetch-Mode", "navigate")
	page.Set("Sec-Fetch-Dest", "document")
	script.Set("Sec-Fetch-Mode", "cors")
	script.Set("Sec-Fetch-Site", "same-origin")
	foreign := script.Clone()
	foreign.Set("Sec-Fetch-Site", "cross-site")
	const list = "/soop/live/api/main_broad_list_api.php?pageNo=1"
	for name, c := range map[string]struct {
		path   string
		header http.Header
		want   int
	}{
		"plain":           {list, nil, 403},
		"plain page":      {"/soop/site/live", nil, 403},
		"browser's page":  {"/soop/site/live", page, 200},
		"its script":      {list, script, 200},
		"another site's":  {list, foreign, 403},
		"other platforms": {"/chzzk/api/service/v1/lives", nil, 200},
	} {
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		r.Header = c.header
		if r.Header == nil {
			r.Header = http.Header{}
		}
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
}

func TestSitePages(t *testing.T) {
	s := New(Options{Seed: 1, Scale: 0.05})
	for path, api := range map[string]string{"/chzzk/site/lives": "../api/service/v1/lives", "/soop/site/live": "../live/api/main_broad_list_api.php"} {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		body := w.Body.String()
		if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") || !strings.Contains(body, api) || strings.Contains(body, "%!") {
			t.Errorf("%s: %d %s", path, w.Code, body)
		}
	}
}
