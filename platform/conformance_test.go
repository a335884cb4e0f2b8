package platform

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/live"
)

var update = flag.Bool("update", false, "write the golden pages")

// origin stands for the endpoints where no socket is needed.
const origin = "http://recordings.test"

// TestConformance holds every platform of the Registry to the contract of Source, on its recordings.
func TestConformance(t *testing.T) {
	listed := map[string]bool{}
	for _, e := range Registry() {
		listed[string(e.Name)] = true
		t.Run(string(e.Name), func(t *testing.T) {
			t.Parallel()
			r := mustRecordings(t, e.Name)
			if len(r.Cases) == 0 || len(r.Walks) == 0 {
				t.Fatal("no cases or no walks")
			}
			t.Run("files", func(t *testing.T) { checkFiles(t, e.Name, r) })
			t.Run("info", func(t *testing.T) { checkInfo(t, e) })
			t.Run("kinds", func(t *testing.T) { checkKinds(t, e.Name, r) })
			t.Run("golden", func(t *testing.T) { checkGolden(t, e.Name, r) })
			t.Run("walks", func(t *testing.T) { checkWalks(t, e.Name, r) })
			t.Run("html", func(t *testing.T) { checkHTML(t, e.Name, r) })
			t.Run("truncated", func(t *testing.T) { checkTruncated(t, e.Name, r) })
			t.Run("required", func(t *testing.T) { checkRequired(t, e.Name, r) })
			t.Run("mutated", func(t *testing.T) { checkMutated(t, e.Name, r) })
			t.Run("statuses", func(t *testing.T) { checkStatuses(t, e.Name, r) })
			t.Run("context", func(t *testing.T) { checkContext(t, e.Name, r) })
			t.Run("secrets", func(t *testing.T) { checkSecrets(t, e.Name, r) })
		})
	}
	dirs, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if d.Name() != "fuzz" && !listed[d.Name()] {
			t.Errorf("testdata/%s: recordings without a platform", d.Name())
		}
	}
}

// fetch plays a recording. change may alter the exchanges before.
func (rec recording) fetch(tb testing.TB, name live.Platform, strict bool, change func([]exchange)) (*live.Page, error) {
	tb.Helper()
	th := &theatre{tb: tb, strict: strict, left: append([]exchange(nil), rec.Exchanges...)}
	if change != nil {
		change(th.left)
	}
	return mustSource(tb, name, rec.Config, origin).Fetch(tb.Context(), th.direct(), rec.request())
}

func (rec recording) request() Request {
	return Request{Kind: rec.Kind, Cursor: rec.Cursor, Keys: rec.Keys}
}

// pages are the recordings that end in a page.
func (r recordings) pages() []recording {
	var list []recording
	for _, c := range r.Cases {
		if c.Error == "" {
			list = append(list, c)
		}
	}
	return list
}

// checkFiles wants every recording used, and its origin told in README.md.
func checkFiles(t *testing.T, name live.Platform, r recordings) {
	dir := filepath.Join("testdata", string(name))
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	used, golden := map[string]bool{}, map[string]bool{}
	for _, c := range r.Cases {
		golden[c.Name+".json"] = c.Error == ""
		for _, e := range c.Exchanges {
			used[e.File] = true
			if c.Trimmed && !strings.Contains(string(readme), "trimmed") {
				t.Errorf("README.md does not say that %s is trimmed", e.File)
			}
		}
	}
	for _, w := range r.Walks {
		for _, e := range w.Steps {
			used[e.File] = true
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		switch n := f.Name(); {
		case n == "README.md" || n == "cases.json" || n == "golden":
		case !used[n]:
			t.Errorf("%s is used by no case", n)
		case !strings.Contains(string(readme), n):
			t.Errorf("README.md does not tell where %s comes from", n)
		}
	}
	files, err = os.ReadDir(filepath.Join(dir, "golden"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !golden[f.Name()] {
			t.Errorf("golden/%s belongs to no case", f.Name())
		}
	}
}

func checkInfo(t *testing.T, e Entry) {
	s, err := e.New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	info := s.Info()
	if info.ID != e.Name || info.Name == "" || info.NameKo == "" || e.Title == "" || len(info.Links) == 0 || len(info.Images) == 0 {
		t.Errorf("incomplete: %+v", info)
	}
	if !info.Links.Allow(info.Home) {
		t.Errorf("home %s is not on the platform's own hosts", info.Home)
	}
	if len(info.Colour) != 7 || info.Colour[0] != '#' || strings.Trim(info.Colour[1:], "0123456789abcdef") != "" {
		t.Errorf("colour %q", info.Colour)
	}
	if info.Icon == "" || len(info.Icon) > 500 || strings.Trim(info.Icon, "MmLlHhVvCcSsQqTtAaZz0123456789 .,-") != "" {
		t.Errorf("icon %q", info.Icon)
	}
	for _, st := range e.Settings {
		group, _, _ := strings.Cut(st.Name, ".")
		if st.Help == "" || group == "endpoints" && st.Default == "" {
			t.Errorf("setting %q without help or default", st.Name)
		}
		if st.Needed {
			if err := s.Ready(); !errors.Is(err, live.ErrSetting) || !strings.Contains(err.Error(), string(e.Name)+"."+st.Name) {
				t.Errorf("Ready does not name %s: %v", st.Name, err)
			}
		}
	}
	for _, bad := range []Config{
		{Endpoints: map[string]string{"nope": "https://x"}},
		{Options: map[string]string{"nope": "1"}},
	} {
		if _, err := e.New(bad); err == nil || !strings.Contains(err.Error(), "none of") {
			t.Errorf("unknown name accepted: %v", err)
		}
	}
	for _, st := range e.Settings {
		n, ok := strings.CutPrefix(st.Name, "endpoints.")
		for _, bad := range []string{"x", "ftp://x", "https://", "https://u:pa55@x", "https://x?a=b", "https://x/#f", "http://x\n"} {
			if _, err := e.New(Config{Endpoints: map[string]string{n: bad}}); ok && (err == nil || !strings.Contains(err.Error(), st.Name) || strings.Contains(err.Error(), "pa55")) {
				t.Errorf("%s = %q: %v", st.Name, bad, err)
			}
		}
	}
}

// checkKinds wants a recording for each kind on offer, and every other kind refused without a request.
func checkKinds(t *testing.T, name live.Platform, r recordings) {
	kinds := map[live.Kind]bool{}
	for _, c := range r.pages() {
		kinds[c.Kind] = true
	}
	s := mustSource(t, name, settings{ClientID: "i", ClientSecret: "s", Key: "k"}, origin)
	offers := map[live.Kind]Offer{}
	for _, o := range s.Offers() {
		offers[o.Kind] = o
		if !kinds[o.Kind] {
			t.Errorf("no recording of kind %s", o.Kind)
		}
	}
	refuse := func(r Request) {
		t.Helper()
		th := &theatre{tb: t}
		p, err := s.Fetch(t.Context(), th.direct(), r)
		if !errors.Is(err, live.ErrUnsupported) || p != nil || th.extra > 0 {
			t.Errorf("%+v: page %v, error %v, %d requests", r, p, err, th.extra)
		}
	}
	for _, k := range []live.Kind{live.KindList, live.KindSearch, live.KindRefresh, live.KindStatus, live.KindFeed, live.KindChannel, "other"} {
		o, ok := offers[k]
		switch {
		case !ok:
			refuse(Request{Kind: k, Keys: []string{"a"}})
		case o.Batch > 0:
			refuse(Request{Kind: k})
			refuse(Request{Kind: k, Keys: make([]string, o.Batch+1)})
			refuse(Request{Kind: k, Keys: []string{"../x"}})
			refuse(Request{Kind: k, Keys: []string{"a"}, Cursor: "2"})
		default:
			refuse(Request{Kind: k, Keys: []string{"a"}})
		}
	}
}

// checkGolden compares each page with the one that was read and kept, over real sockets.
func checkGolden(t *testing.T, name live.Platform, r recordings) {
	for _, c := range r.Cases {
		t.Run(c.Name, func(t *testing.T) {
			th := &theatre{tb: t, strict: true, left: append([]exchange(nil), c.Exchanges...)}
			if c.Error != "" { // a refused token is asked for again
				th.left = append(th.left, c.Exchanges...)
			}
			srv := httptest.NewServer(th)
			defer srv.Close()
			s := mustSource(t, name, c.Config, srv.URL)
			p, err := s.Fetch(t.Context(), srv.Client(), c.request())
			if c.Error != "" {
				if got := live.ClassOf(err); p != nil || string(got) != c.Error {
					t.Fatalf("class %s (%v), page %v, want class %s", got, err, p, c.Error)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(th.left) > 0 || th.extra > 0 {
				t.Errorf("%d requests not made, %d too many", len(th.left), th.extra)
			}
			checkPage(t, s, p, c.request())
			b, err := json.MarshalIndent(p, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			b = append(bytes.ReplaceAll(b, []byte(srv.URL), []byte(origin)), '\n')
			file := filepath.Join("testdata", string(name), "golden", c.Name+".json")
			if *update {
				if err := os.WriteFile(file, b, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(b)); diff != "" {
				t.Errorf("golden page (-want +got):\n%s", diff)
			}
		})
	}
}

// checkPage wants a page that a worker can publish after cleaning it, with its head filled in.
func checkPage(t *testing.T, s Source, p *live.Page, r Request) {
	t.Helper()
	info := s.Info()
	if p.Platform != info.ID || p.Kind != r.Kind || p.Cursor != r.Cursor || p.Status == 0 || !p.OK() {
		t.Errorf("head of the page: %+v", p)
	}
	if want := (map[live.Kind]live.Coverage{
		live.KindList: live.CoverList, live.KindStatus: live.CoverAsked, live.KindRefresh: live.CoverAsked,
		live.KindSearch: live.CoverNone, live.KindFeed: live.CoverNone, live.KindChannel: live.CoverNone,
	})[r.Kind]; p.Coverage != want && !(r.Kind == live.KindList && p.Coverage == live.CoverNone && p.ErrorText != "") {
		t.Errorf("coverage %s, want %s", p.Coverage, want)
	}
	if p.Coverage == live.CoverList && p.ErrorText != "" {
		t.Errorf("a list without some of its rows counts as whole: %s", p.ErrorText)
	}
	for _, o := range s.Offers() {
		if o.Kind == r.Kind && p.Cost != o.Cost {
			t.Errorf("cost %v, offered %v", p.Cost, o.Cost)
		}
	}
	if p.Job != "" || p.Pass != nil || p.Region != "" || p.Egress != "" || p.Latency != 0 {
		t.Errorf("the worker's fields were filled: %+v", p)
	}
	if p.Coverage == live.CoverAsked {
		asked := map[string]bool{}
		for _, a := range p.Answers {
			asked[a.Key] = true
		}
		if len(p.Answers) != len(r.Keys) {
			t.Errorf("%d answers to %d keys", len(p.Answers), len(r.Keys))
		}
		for _, k := range r.Keys {
			if !asked[k] {
				t.Errorf("no answer for %s", k)
			}
		}
	}
	clone := *p
	clone.Observations = append([]live.Observation(nil), p.Observations...)
	clone.Answers = append([]live.Answer(nil), p.Answers...)
	clone.Found = append([]live.Found(nil), p.Found...)
	clone.Channels = slices.Clone(p.Channels)
	for i := range clone.Channels {
		c := &clone.Channels[i]
		c.Links = slices.Clone(c.Links)
		if c.ID == "" || !slices.Contains(r.Keys, c.ID) && !slices.Contains(r.Keys, c.Asked) {
			t.Errorf("channel %q, asked %q, of %v", c.ID, c.Asked, r.Keys)
		}
		for _, l := range c.Links {
			if !strings.HasPrefix(l, "https://") {
				t.Errorf("link %s", l)
			}
		}
	}
	if len(p.Channels) > 0 && r.Kind != live.KindChannel {
		t.Errorf("%s gives channels", r.Kind)
	}
	clone.Clean(info)
	clone.V = live.PageVersion
	if err := clone.Validate(); err != nil {
		t.Errorf("after Clean: %v", err)
	}
}

// checkWalks follows Next from the head until it is empty.
func checkWalks(t *testing.T, name live.Platform, r recordings) {
	for _, w := range r.Walks {
		t.Run(w.Name, func(t *testing.T) {
			th := &theatre{tb: t, strict: true, left: append(append([]exchange(nil), w.Before...), w.Steps...)}
			srv := httptest.NewServer(th)
			defer srv.Close()
			s := mustSource(t, name, w.Config, srv.URL)
			cursor := ""
			for step := range w.Steps {
				p, err := s.Fetch(t.Context(), srv.Client(), Request{Kind: w.Kind, Cursor: cursor})
				if err != nil {
					t.Fatalf("step %d: %v", step, err)
				}
				if last := step == len(w.Steps)-1; last != (p.Next == "") {
					t.Fatalf("step %d of %d: next %q", step, len(w.Steps), p.Next)
				}
				cursor = p.Next
			}
			if len(th.left) > 0 || th.extra > 0 {
				t.Errorf("%d requests not made, %d too many", len(th.left), th.extra)
			}
		})
	}
}
