package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"onair/live"
)

// adminContract is admin.yaml, made strict like contract.
var adminContract = sync.OnceValues(func() (*openapi3.T, routers.Router) {
	doc, err := openapi3.NewLoader().LoadFromData(AdminContract)
	if err != nil {
		panic(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		panic(err)
	}
	no := false
	for _, s := range doc.Components.Schemas {
		if s.Value.Properties != nil {
			s.Value.AdditionalProperties.Has = &no
		}
	}
	doc.Servers = nil
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		panic(err)
	}
	return doc, router
})

// shelf is a FactTable in memory that keeps revisions as the broker does.
type shelf struct {
	mu    sync.Mutex
	rev   uint64
	facts map[string]live.Fact
	full  bool
	down  error
}

func newShelf() *shelf { return &shelf{facts: map[string]live.Fact{}} }

func (s *shelf) Get(_ context.Context, table, key string) (live.Fact, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.facts[table+" "+key]
	if s.down != nil {
		return f, s.down
	}
	if !ok {
		return f, fmt.Errorf("%w: %s", ErrNoFact, key)
	}
	return f, nil
}

func (s *shelf) List(_ context.Context, table string) (list []live.Fact, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, f := range s.facts {
		if strings.HasPrefix(k, table+" ") {
			list = append(list, f)
		}
	}
	return list, s.down
}

func (s *shelf) put(f live.Fact, expect uint64) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := f.Table + " " + f.Key
	switch {
	case s.down != nil:
		return 0, s.down
	case s.full:
		return 0, ErrFactsFull
	case s.facts[k].Rev != expect:
		return 0, ErrFactConflict
	}
	s.rev++
	f.Rev = s.rev
	s.facts[k] = f
	return f.Rev, nil
}

func (s *shelf) Create(_ context.Context, f live.Fact) (uint64, error) { return s.put(f, 0) }
func (s *shelf) Update(_ context.Context, f live.Fact) (uint64, error) { return s.put(f, f.Rev) }
func (s *shelf) Remove(_ context.Context, f live.Fact) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := f.Table + " " + f.Key
	if s.facts[k].Rev != f.Rev {
		return ErrFactConflict
	}
	delete(s.facts, k)
	return nil
}

func (s *shelf) value(table, key string, into any) bool {
	f, err := s.Get(context.Background(), table, key)
	return err == nil && json.Unmarshal(f.Value, into) == nil
}

// crowd answers questions about the channels that it knows.
type crowd struct {
	mu     sync.Mutex
	infos  map[string]live.ChannelInfo // by key of a question
	videos map[string]string           // channel by live video
	err    error
	class  live.ErrorClass
	asked  []live.Job
	batch  int
}

func (c *crowd) Batch(live.Platform) int { return c.batch }

func (c *crowd) Ask(_ context.Context, j live.Job) (*live.Page, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, j)
	if c.err != nil {
		return nil, c.err
	}
	p := &live.Page{Platform: j.Platform, Kind: j.Kind, Error: c.class}
	for _, k := range j.Keys {
		if i, ok := c.infos[k]; ok && j.Kind == live.KindChannel {
			p.Channels = append(p.Channels, i)
		}
		if ch, ok := c.videos[k]; ok && j.Kind == live.KindRefresh {
			p.Observations = append(p.Observations, live.Observation{ID: k, Channel: ch})
		}
	}
	return p, nil
}

const adminToken = "0123456789abcdef-secret"

type office struct {
	t       *testing.T
	facts   *shelf
	crowd   *crowd
	handler http.Handler
	g       *Registry
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, facts: newShelf(), crowd: &crowd{infos: map[string]live.ChannelInfo{}, videos: map[string]string{}, batch: 50}}
	s := newServer(t)
	o.g = NewRegistry(RegistryOptions{
		Facts: o.facts, Ask: o.crowd, View: s.view, Off: map[live.Platform]string{"twitch": "ONAIR_TWITCH_CLIENT_ID is not set"},
		Infos:   []live.PlatformInfo{{ID: "youtube", Name: "YouTube"}, {ID: "chzzk", Name: "Chzzk"}, {ID: "soop", Name: "SOOP"}, {ID: "twitch", Name: "Twitch"}},
		Watched: func(live.Platform) string { return "somehow" }, Now: func() time.Time { return noon },
	})
	h, err := s.Admin(AdminOptions{Token: adminToken, Registry: o.g})
	if err != nil {
		t.Fatal(err)
	}
	o.handler = h
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- o.g.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return o
}

// ask makes a request and holds its answer against the contract. Headers come in pairs.
func (o *office) ask(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	o.t.Helper()
	request := func() *http.Request {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+adminToken)
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		return r
	}
	w := httptest.NewRecorder()
	o.handler.ServeHTTP(w, request())
	if strings.Contains(w.Body.String(), adminToken) || strings.Contains(fmt.Sprint(w.Header()), adminToken) {
		o.t.Fatalf("%s %s: the token is in the answer", method, path)
	}
	if path == "/openapi.yaml" {
		return w // validators read no YAML
	}
	_, router := adminContract()
	route, params, err := router.FindRoute(request())
	if err != nil {
		if w.Code != http.StatusNotFound && w.Code != http.StatusMethodNotAllowed {
			o.t.Errorf("%s %s: %d, and no route of the contract: %v", method, path, w.Code, err)
		}
		return w
	}
	in := &openapi3filter.RequestValidationInput{Request: request(), PathParams: params, Route: route, Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}}
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: w.Code, Header: w.Header(), Body: io.NopCloser(bytes.NewReader(w.Body.Bytes())), Options: in.Options,
	})
	if err != nil {
		o.t.Errorf("%s %s: %v", method, path, err)
	}
	return w
}

func (o *office) want(status int, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	o.t.Helper()
	w := o.ask(method, path, body, headers...)
	if w.Code != status {
		o.t.Fatalf("%s %s %s: %d %s, want %d", method, path, body, w.Code, w.Body, status)
	}
	return w
}

// refuses wants a problem of a kind about a field.
func (o *office) refuses(status int, field, method, path, body string, headers ...string) {
	o.t.Helper()
	w := o.want(status, method, path, body, headers...)
	var p problemDocument
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Header().Get("Content-Type") != contentProblem || p.Status != status || p.Parameter != field || p.Detail == "" {
		o.t.Errorf("%s %s %s: %+v (%v), want field %q", method, path, body, p, err, field)
	}
}

func TestAdminRegistryNeedsTheToken(t *testing.T) {
	o := newOffice(t)
	for _, rt := range adminTable {
		for _, auth := range []string{"", "Bearer wrong", "Basic " + adminToken} {
			r := httptest.NewRequest(rt.method, strings.NewReplacer("{", "", "}", "").Replace(rt.pattern), nil)
			if auth != "" {
				r.Header.Set("Authorization", auth)
			}
			w := httptest.NewRecorder()
			o.handler.ServeHTTP(w, r)
			if w.Code != http.StatusUnauthorized {
				t.Errorf("%s %s with %q: %d", rt.method, rt.pattern, auth, w.Code)
			}
		}
	}
	r := httptest.NewRequest("DELETE", "/v1/creators/x", nil)
	r.Header.Set("Authorization", "Bearer "+adminToken)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	if o.handler.ServeHTTP(w, r); w.Code != http.StatusForbidden {
		t.Errorf("from another site: %d", w.Code)
	}
}

// TestAdminBodies wants hostile bodies refused, and the field at fault named.
func TestAdminBodies(t *testing.T) {
	o := newOffice(t)
	const creator = `{"name":"n","channels":[{"platform":"soop","id":"a"}]}`
	for _, c := range []struct {
		status                    int
		field, method, path, body string
		headers                   []string
	}{
		{415, "", "PUT", "/v1/creators/x", creator, []string{"Content-Type", "text/plain"}},
		{400, "", "PUT", "/v1/creators/x", "{", nil},
		{400, "", "PUT", "/v1/creators/x", creator + creator, nil},
		{413, "", "PUT", "/v1/creators/x", `{"name":"` + strings.Repeat("a", maxAdminBody) + `"}`, nil},
		{422, "nmae", "PUT", "/v1/creators/x", `{"nmae":"n"}`, nil},
		{422, "name", "PUT", "/v1/creators/x", `{"name":7}`, nil},
		{422, "name", "PUT", "/v1/creators/x", `{"name":" \u202e ","channels":[]}`, nil},
		{422, "name", "PUT", "/v1/creators/x", `{"name":"` + strings.Repeat("가", live.MaxName+1) + `"}`, nil},
		{422, "channels", "PUT", "/v1/creators/x", `{"name":"n"}`, nil},
		{400, "channels[1]", "PUT", "/v1/creators/x", `{"name":"n","channels":[{"platform":"soop","id":"a"},{"platform":"soop","id":"../x"}]}`, nil},
		{400, "channels[0]", "PUT", "/v1/creators/x", `{"name":"n","channels":[{"platform":"vhs","id":"a"}]}`, nil},
		{422, "channels[1]", "PUT", "/v1/creators/x", `{"name":"n","channels":[{"platform":"soop","id":"a"},{"platform":"soop","id":"a"}]}`, nil},
		{400, "id", "PUT", "/v1/creators/a.b", creator, nil},
		{422, "channels", "POST", "/v1/apart", `{"channels":[{"platform":"soop","id":"a"}]}`, nil},
		{422, "channels", "POST", "/v1/apart", `{"channels":[{"platform":"soop","id":"a"},{"platform":"soop","id":"a"}]}`, nil},
		{422, "reason", "POST", "/v1/apart", `{"channels":[{"platform":"soop","id":"a"},{"platform":"soop","id":"b"}],"reason":"` + strings.Repeat("x", maxReason+1) + `"}`, nil},
		{422, "kind", "POST", "/v1/blocks", `{"kind":"person","value":"x"}`, nil},
		{422, "value", "POST", "/v1/blocks", `{"kind":"keyword","value":" "}`, nil},
		{422, "value", "POST", "/v1/blocks", `{"kind":"category","value":"!!"}`, nil},
		{400, "value", "POST", "/v1/blocks", `{"kind":"channel","value":"침착맨"}`, nil},
		{400, "kind", "DELETE", "/v1/blocks/person/abc", "", nil},
		{422, "korean", "PUT", "/v1/verdicts/soop:a", `{}`, nil},
		{400, "channel", "PUT", "/v1/verdicts/soop", `{"korean":true}`, nil},
		{422, "text", "POST", "/v1/channels", `{"text":""}`, nil},
		{422, "text", "POST", "/v1/channels", `{"text":"아무개"}`, nil},
		{422, "text", "POST", "/v1/channels", `{"text":"https://example.com/x"}`, nil},
		{400, "limit", "GET", "/v1/channels?limit=0", "", nil},
		{400, "platform", "GET", "/v1/channels?platform=vhs", "", nil},
		{400, "limt", "GET", "/v1/channels?limt=1", "", nil},
		{404, "", "GET", "/v1/creators/nobody", "", nil},
		{404, "", "DELETE", "/v1/channels/soop:nobody", "", nil},
		{404, "", "GET", "/v1/resolutions/r99", "", nil},
		{404, "", "POST", "/v1/proposals/abc/accept", "", nil},
		{404, "", "GET", "/v1/nothing", "", nil},
		{405, "", "PATCH", "/v1/creators/x", "", nil},
	} {
		o.refuses(c.status, c.field, c.method, c.path, c.body, c.headers...)
	}
	if n := len(o.facts.facts); n != 0 {
		t.Errorf("%d facts were written", n)
	}
	o.facts.full = true
	o.refuses(507, "", "PUT", "/v1/creators/x", creator)
	o.facts.down = errors.New("nats: secret inner text")
	if w := o.ask("GET", "/v1/creators", ""); w.Code != 500 || strings.Contains(w.Body.String(), "secret inner") {
		t.Errorf("inner text: %d %s", w.Code, w.Body)
	}
}

// TestCreators wants compare-and-set, one owner for each channel, and conflicts told.
func TestCreators(t *testing.T) {
	o := newOffice(t)
	const two = `{"name":"한결 ","channels":[{"platform":"soop","id":"a"},{"platform":"chzzk","id":"b"}]}`
	w := o.want(201, "PUT", "/v1/creators/hangyul", two)
	tag := w.Header().Get("ETag")
	var c live.Creator
	if !o.facts.value("FACTS", "creator.hangyul", &c) || c.Name != "한결" || c.ID != "hangyul" || len(c.Channels) != 2 {
		t.Fatalf("stored: %+v", c)
	}
	o.refuses(428, "", "PUT", "/v1/creators/hangyul", two)
	o.refuses(412, "", "PUT", "/v1/creators/hangyul", two, "If-Match", `"999"`)
	o.refuses(412, "", "PUT", "/v1/creators/hangyul", two, "If-None-Match", "*")
	o.refuses(412, "", "PUT", "/v1/creators/other", `{"name":"o","channels":[{"platform":"soop","id":"x"}]}`, "If-Match", tag)
	if w := o.want(200, "GET", "/v1/creators/hangyul", ""); w.Header().Get("ETag") != tag {
		t.Errorf("ETag %s, was %s", w.Header().Get("ETag"), tag)
	}
	w = o.want(200, "PUT", "/v1/creators/hangyul", two, "If-Match", tag)
	if w.Header().Get("ETag") == tag {
		t.Error("a new revision has the old ETag")
	}
	o.refuses(409, "channels[0]", "PUT", "/v1/creators/other", `{"name":"o","channels":[{"platform":"chzzk","id":"b"}]}`)
	o.refuses(409, "channels", "POST", "/v1/apart", `{"channels":[{"platform":"chzzk","id":"b"},{"platform":"soop","id":"a"}]}`)
	o.refuses(412, "", "DELETE", "/v1/creators/hangyul", "", "If-Match", tag)
	o.want(204, "DELETE", "/v1/creators/hangyul", "", "If-Match", w.Header().Get("ETag"))
	o.want(404, "DELETE", "/v1/creators/hangyul", "")
	if w := o.want(200, "GET", "/v1/creators", ""); !strings.Contains(w.Body.String(), `"creators":[]`) {
		t.Errorf("%s", w.Body)
	}
}

func TestProposalsBecomeFacts(t *testing.T) {
	o := newOffice(t)
	a, b, x := live.ChannelID{Platform: "chzzk", ID: "a"}, live.ChannelID{Platform: "youtube", ID: "b"}, live.ChannelID{Platform: "soop", ID: "x"}
	propose := func(p, q live.ChannelID, score int) string {
		v, _ := json.Marshal(live.Proposal{Channels: [2]live.ChannelID{p, q}, Score: score, At: noon, Evidence: []live.Evidence{{Kind: "link", Detail: "names it"}}})
		key := live.PairKey(p, q)
		if _, err := o.facts.put(live.Fact{Table: "DERIVED", Key: "proposal." + key, Value: v}, 0); err != nil {
			t.Fatal(err)
		}
		return key
	}
	ab, ax, bx := propose(a, b, 700), propose(a, x, 990), propose(b, x, 300)
	var list struct {
		Proposals []struct{ Key string }
	}
	read := func() (keys []string) {
		list.Proposals = nil
		if err := json.Unmarshal(o.want(200, "GET", "/v1/proposals", "").Body.Bytes(), &list); err != nil {
			t.Fatal(err)
		}
		for _, p := range list.Proposals {
			keys = append(keys, p.Key)
		}
		return keys
	}
	if got := read(); fmt.Sprint(got) != fmt.Sprint([]string{ax, ab, bx}) {
		t.Errorf("order %v", got)
	}
	o.want(200, "POST", "/v1/proposals/"+ab+"/accept", `{"id":"one","name":"하나"}`)
	o.refuses(409, "id", "POST", "/v1/proposals/"+ax+"/accept", `{"id":"two"}`)
	o.want(200, "POST", "/v1/proposals/"+ax+"/accept", "")
	var c live.Creator
	if !o.facts.value("FACTS", "creator.one", &c) || len(c.Channels) != 3 || c.Name != "하나" {
		t.Errorf("%+v", c)
	}
	if got := read(); len(got) != 0 {
		t.Errorf("decided ones are listed: %v", got)
	}
	o.refuses(409, "channels", "POST", "/v1/proposals/"+bx+"/reject", "")
	o.want(204, "DELETE", "/v1/creators/one", "")
	o.want(201, "POST", "/v1/proposals/"+bx+"/reject", "")
	if got := read(); fmt.Sprint(got) != fmt.Sprint([]string{ax, ab}) {
		t.Errorf("after a rejection: %v", got)
	}
	if w := o.want(200, "GET", "/v1/apart", ""); !strings.Contains(w.Body.String(), bx) {
		t.Errorf("%s", w.Body)
	}
	o.want(204, "DELETE", "/v1/apart/"+bx, "")
	if got := read(); len(got) != 3 {
		t.Errorf("undone: %v", got)
	}
}

func TestBlocksVerdictsLabels(t *testing.T) {
	o := newOffice(t)
	o.want(201, "POST", "/v1/blocks", `{"kind":"keyword","value":" 도박 ","reason":"광고"}`)
	o.want(200, "POST", "/v1/blocks", `{"kind":"keyword","value":"도박"}`)
	o.want(201, "POST", "/v1/blocks", `{"kind":"channel","value":"soop:bad"}`)
	o.want(201, "POST", "/v1/blocks", `{"kind":"category","value":"캠방"}`)
	var b live.Block
	if !o.facts.value("FACTS", "block.keyword."+live.BlockKey("도박"), &b) || b.Value != "도박" {
		t.Errorf("%+v", b)
	}
	o.want(204, "DELETE", "/v1/blocks/keyword/"+live.BlockKey("도박"), "")
	if w := o.want(200, "GET", "/v1/blocks", ""); strings.Contains(w.Body.String(), "도박") || !strings.Contains(w.Body.String(), "캠방") {
		t.Errorf("%s", w.Body)
	}
	w := o.want(201, "PUT", "/v1/verdicts/soop:a", `{"korean":false,"reason":"베트남"}`)
	o.refuses(428, "", "PUT", "/v1/verdicts/soop:a", `{"korean":true}`)
	o.want(200, "PUT", "/v1/verdicts/soop:a", `{"official":true,"korean":null}`, "If-Match", w.Header().Get("ETag"))
	var v live.Verdict
	if !o.facts.value("FACTS", "verdict.soop.a", &v) || v.Korean != nil || v.Official == nil || !*v.Official {
		t.Errorf("%+v", v)
	}
	o.want(200, "GET", "/v1/verdicts", "")
	o.want(204, "DELETE", "/v1/verdicts/soop:a", "")

	for i := range 5 {
		l, _ := json.Marshal(live.Label{Lang: "ko", Model: "m"})
		if _, err := o.facts.put(live.Fact{Table: "DERIVED", Key: fmt.Sprintf("label.soop.c%d.k", i), Value: l}, 0); err != nil {
			t.Fatal(err)
		}
	}
	seen, cursor := 0, ""
	for range 5 {
		var page struct {
			Labels []struct{ Channel, Key string }
			Next   string
		}
		if err := json.Unmarshal(o.want(200, "GET", "/v1/labels?limit=2&cursor="+cursor, "").Body.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		seen += len(page.Labels)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if seen != 5 {
		t.Errorf("%d labels", seen)
	}
	o.want(204, "DELETE", "/v1/labels/soop:c3/k", "")
	if w := o.want(200, "GET", "/v1/labels?channel=soop:c3", ""); !strings.Contains(w.Body.String(), `"labels":[]`) {
		t.Errorf("%s", w.Body)
	}
	if w := o.want(200, "GET", "/v1/platforms", ""); !strings.Contains(w.Body.String(), "ONAIR_TWITCH_CLIENT_ID is not set") {
		t.Errorf("%s", w.Body)
	}
	o.want(200, "GET", "/openapi.yaml", "")
}

// add registers text and gives the outcome.
func (o *office) add(text, name string) Resolution {
	o.t.Helper()
	body, _ := json.Marshal(map[string]string{"text": text, "name": name})
	w := o.want(202, "POST", "/v1/channels", string(body))
	deadline := time.Now().Add(time.Minute)
	for {
		var r Resolution
		if err := json.Unmarshal(o.want(200, "GET", w.Header().Get("Location"), "").Body.Bytes(), &r); err != nil {
			o.t.Fatal(err)
		}
		if r.State != ResolutionWaiting {
			return r
		}
		if time.Now().After(deadline) {
			o.t.Fatalf("%s: never resolved", text)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestChannelsAreResolved(t *testing.T) {
	o := newOffice(t)
	const uc, cz = "UCaaaaaaaaaaaaaaaaaaaaaa", "75cbf189b3bb8f9f687d2aca0d0a382b"
	o.crowd.infos[live.HandleKey("침착맨")] = live.ChannelInfo{ID: uc, Asked: live.HandleKey("침착맨"), Name: "침착맨", Handle: "침착맨"}
	o.crowd.infos[uc] = live.ChannelInfo{ID: uc, Name: "침착맨"}
	o.crowd.infos[cz] = live.ChannelInfo{ID: cz, Name: "한결"}
	o.crowd.infos["KHM11903"] = live.ChannelInfo{ID: "khm11903", Asked: "KHM11903", Name: "봉준"}
	o.crowd.videos["abcdefghijk"] = uc
	for _, c := range []struct {
		text  string
		state ResolutionState
		id    string
	}{
		{"https://www.youtube.com/@침착맨", ResolutionRegistered, "youtube:" + uc},
		{"@침착맨", ResolutionThere, "youtube:" + uc},
		{"youtube.com/channel/" + uc, ResolutionThere, "youtube:" + uc},
		{"https://youtu.be/abcdefghijk?si=x", ResolutionThere, "youtube:" + uc},
		{"https://www.youtube.com/watch?v=zzzzzzzzzzz", ResolutionFailed, ""},
		{"@nobody", ResolutionNotFound, ""},
		{"https://chzzk.naver.com/live/" + cz, ResolutionRegistered, "chzzk:" + cz},
		{"chzzk:" + strings.Repeat("0", 32), ResolutionNotFound, ""},
		{"https://play.sooplive.co.kr/KHM11903/123", ResolutionRegistered, "soop:khm11903"},
		{"twitch.tv/someone", ResolutionFailed, ""},
	} {
		r := o.add(c.text, "")
		got := ""
		if r.Channel != nil {
			got = r.Channel.String()
		}
		if r.State != c.state || got != c.id || (c.state == ResolutionFailed || c.state == ResolutionNotFound) != (r.Detail != "") {
			t.Errorf("%s: %+v (%s), want %s %s", c.text, r, got, c.state, c.id)
		}
		if strings.HasPrefix(c.text, "twitch") && !strings.Contains(r.Detail, "ONAIR_TWITCH_CLIENT_ID") {
			t.Errorf("what is missing is not said: %s", r.Detail)
		}
	}
	var c live.RegisteredChannel
	if !o.facts.value("FACTS", "channel.soop.khm11903", &c) || c.Name != "봉준" || !c.Added.Equal(noon) {
		t.Errorf("%+v", c)
	}
	var list struct {
		Channels []channelRow
		Total    int
	}
	if err := json.Unmarshal(o.want(200, "GET", "/v1/channels", "").Body.Bytes(), &list); err != nil || list.Total != 3 || list.Channels[0].Watched != "somehow" {
		t.Errorf("%+v, %v", list, err)
	}
	o.want(200, "GET", "/v1/channels/youtube:"+uc, "")
	o.want(204, "DELETE", "/v1/channels/youtube:"+uc, "")
	o.want(404, "GET", "/v1/channels/youtube:"+uc, "")

	// Nobody can be asked: an id is watched all the same, a handle cannot be.
	o.crowd.err = &Unanswered{Why: "no worker takes jobs of chzzk"}
	if r := o.add("chzzk:"+strings.Repeat("a", 32), "새 이름"); r.State != ResolutionRegistered || !strings.Contains(r.Detail, "no worker") || r.Name != "새 이름" {
		t.Errorf("%+v", r)
	}
	if r := o.add("@someone", ""); r.State != ResolutionFailed || !strings.Contains(r.Detail, "no worker") {
		t.Errorf("%+v", r)
	}
	o.crowd.err, o.crowd.class = nil, "quota"
	if r := o.add("@someone", ""); r.State != ResolutionFailed || !strings.Contains(r.Detail, "quota") {
		t.Errorf("%+v", r)
	}
}

// past is a History of one channel.
type past struct{ points []Point }

func (p past) Broadcast(live.BroadcastID) ([]Point, error) { return nil, nil }
func (p past) Channel(ch live.ChannelID) ([]Point, error) {
	if ch.ID == "old" {
		return p.points, nil
	}
	return nil, nil
}

func TestLastLive(t *testing.T) {
	o := newOffice(t)
	o.g.o.History = past{[]Point{{At: noon.Add(-time.Hour)}, {At: noon.Add(-3 * time.Hour)}}}
	for _, id := range []string{"old", "never"} {
		o.crowd.infos[id] = live.ChannelInfo{ID: id}
		o.add("soop:"+id, "")
	}
	var list struct{ Channels []channelRow }
	if err := json.Unmarshal(o.want(200, "GET", "/v1/channels?platform=soop&limit=1", "").Body.Bytes(), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Channels) != 1 || list.Channels[0].LastLive != nil || list.Channels[0].Channel.ID != "never" {
		t.Errorf("%+v", list)
	}
	if err := json.Unmarshal(o.want(200, "GET", "/v1/channels?cursor=soop.never", "").Body.Bytes(), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Channels) != 1 || list.Channels[0].LastLive == nil || !list.Channels[0].LastLive.Equal(noon.Add(-time.Hour)) {
		t.Errorf("%+v", list)
	}
}

// TestResolutionsShareQuestions wants ids asked about together and handles alone.
func TestResolutionsShareQuestions(t *testing.T) {
	q := newResolutions()
	add := func(text string) {
		a, err := ParseAddress(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := q.add(text, "", a, noon); !ok {
			t.Fatal("full")
		}
	}
	id := func(i int) string { return fmt.Sprintf("UC%022d", i) }
	for i := range 7 {
		add(id(i))
	}
	add("@a")
	add("soop:x1")
	add(id(3)) // twice: not in one question
	add("@b")
	sizes := []int{}
	for {
		list := q.take(func(live.Platform) int { return 5 })
		if len(list) == 0 {
			break
		}
		for _, r := range list {
			if r.address.Platform != list[0].address.Platform || len(list) > 1 && r.address.ID == "" {
				t.Errorf("mixed: %+v", r)
			}
		}
		sizes = append(sizes, len(list))
	}
	if fmt.Sprint(sizes) != "[5 3 1 1 1]" {
		t.Errorf("questions of %v", sizes)
	}
	for i := range maxResolutions {
		if _, ok := q.add("x", "", Address{}, noon); !ok {
			if i < maxResolutions-20 {
				t.Errorf("full after %d", i)
			}
			return
		}
	}
	t.Error("no bound")
}

func TestParseAddress(t *testing.T) {
	uc, cz := "UC"+strings.Repeat("a", 22), strings.Repeat("0a", 16)
	for text, want := range map[string]Address{
		"@침착맨":                                            {Platform: "youtube", Handle: "침착맨"},
		"  @a.b-c  ":                                      {Platform: "youtube", Handle: "a.b-c"},
		"https://youtube.com/@a/streams?x=1":              {Platform: "youtube", Handle: "a"},
		"https://www.youtube.com/@%EC%B9%A8":              {Platform: "youtube", Handle: "침"},
		"m.youtube.com/channel/" + uc:                     {Platform: "youtube", ID: uc},
		"https://www.youtube.com/c/SomeName":              {Platform: "youtube", Handle: "SomeName"},
		"http://www.youtube.com/user/SomeName":            {Platform: "youtube", Handle: "SomeName"},
		"https://www.youtube.com/live/abcdefghijk":        {Platform: "youtube", Video: "abcdefghijk"},
		"https://www.youtube.com/watch?v=abcdefghijk&t=3": {Platform: "youtube", Video: "abcdefghijk"},
		"https://youtu.be/abcdefghijk":                    {Platform: "youtube", Video: "abcdefghijk"},
		uc:                                                {Platform: "youtube", ID: uc},
		"youtube:" + uc:                                   {Platform: "youtube", ID: uc},
		"youtube:@a":                                      {Platform: "youtube", Handle: "a"},
		cz:                                                {Platform: "chzzk", ID: cz},
		"chzzk:" + strings.ToUpper(cz):                    {Platform: "chzzk", ID: cz},
		"https://chzzk.naver.com/" + cz:                   {Platform: "chzzk", ID: cz},
		"chzzk.naver.com/live/" + cz + "?a=b":             {Platform: "chzzk", ID: cz},
		"https://www.sooplive.com/station/abc":            {Platform: "soop", ID: "abc"},
		"https://play.sooplive.co.kr/abc/1":               {Platform: "soop", ID: "abc"},
		"https://ch.sooplive.co.kr/abc":                   {Platform: "soop", ID: "abc"},
		"bj.afreecatv.com/abc":                            {Platform: "soop", ID: "abc"},
		"soop:abc":                                        {Platform: "soop", ID: "abc"},
		"https://www.twitch.tv/Abc_1":                     {Platform: "twitch", Handle: "abc_1"},
		"twitch:Abc_1":                                    {Platform: "twitch", Handle: "abc_1"},
		"twitch:12345":                                    {Platform: "twitch", ID: "12345"},
	} {
		if got, err := ParseAddress(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v, want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", " ", "@", "@a b", "@a/b", "침착맨", "abc", "https://example.com/@a", "https://youtube.com.example/@a", "https://youtube.com/", "https://youtube.com/watch?v=short",
		"youtube:abc", "chzzk:abc", "soop:a/b", "vhs:", "http://user:pw@youtube.com/@a", "javascript:alert(1)", "https://chzzk.naver.com/lives", "https://twitch.tv/directory",
		"https://www.twitch.tv/videos/1", "https://vod.sooplive.com/player/1", "https://www.sooplive.com/live/all", "@" + strings.Repeat("a", 200), strings.Repeat("a", 2000), "youtube:UC\x00",
	} {
		if got, err := ParseAddress(text); !errors.Is(err, ErrAddress) {
			t.Errorf("%.60q: %+v, %v", text, got, err)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"@침착맨", "https://www.youtube.com/@a", "chzzk.naver.com/live/x", "twitch:1", "https://play.sooplive.com/a/1", "https://youtu.be/abcdefghijk"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAddress(s)
		if err != nil {
			return
		}
		n := 0
		for _, x := range []string{a.ID, a.Handle, a.Video} {
			if x != "" {
				n++
			}
		}
		if n != 1 {
			t.Fatalf("%q: %+v", s, a)
		}
		keys := []string{a.ID, a.Video}
		if h, ok := live.HandleOf(live.HandleKey(a.Handle)); a.Handle != "" && (!ok || h != a.Handle) {
			t.Fatalf("%q: handle %q cannot be asked about", s, a.Handle)
		}
		for _, k := range keys {
			if k != "" && live.CheckID(k) != nil {
				t.Fatalf("%q: %+v", s, a)
			}
		}
	})
}

// TestPlatformsAreSwitched wants a platform off and on again at run time, and nothing asked of it meanwhile.
func TestPlatformsAreSwitched(t *testing.T) {
	o := newOffice(t)
	row := func(id live.Platform) (r platformRow) {
		var list struct{ Platforms []platformRow }
		if err := json.Unmarshal(o.want(200, "GET", "/v1/platforms", "").Body.Bytes(), &list); err != nil {
			t.Fatal(err)
		}
		for _, p := range list.Platforms {
			if p.ID == id {
				r = p
			}
		}
		return r
	}
	if r := row("soop"); !r.On || r.Off != "" || r.Rev != 0 || r.Watched != "somehow" || !strings.Contains(r.Switch, "PUT") {
		t.Errorf("%+v", r)
	}
	if r := row("twitch"); r.On || r.Off != "ONAIR_TWITCH_CLIENT_ID is not set" || !strings.Contains(r.Switch, "setting") {
		t.Errorf("%+v", r)
	}
	w := o.want(200, "PUT", "/v1/platforms/soop", `{"on":false,"reason":" too many requests "}`)
	var p live.Pause
	if !o.facts.value("FACTS", "pause.soop", &p) || p.Platform != "soop" || p.Reason != "too many requests" {
		t.Errorf("%+v", p)
	}
	if r := row("soop"); r.On || r.Off != "switched off by an operator: too many requests" || revTag(r.Rev) != w.Header().Get("ETag") || !strings.HasPrefix(r.Watched, "not at all") {
		t.Errorf("%+v", r)
	}
	if r := row("chzzk"); !r.On {
		t.Errorf("another one is off: %+v", r)
	}
	asked := len(o.crowd.asked)
	if r := o.add("soop:khm11903", "봉준"); r.State != ResolutionRegistered || !strings.Contains(r.Detail, "soop is off") || len(o.crowd.asked) != asked {
		t.Errorf("asked all the same: %+v", r)
	}
	if w := o.want(200, "GET", "/v1/channels/soop:khm11903", ""); !strings.Contains(w.Body.String(), "not at all: switched off") {
		t.Errorf("%s", w.Body)
	}
	o.refuses(412, "", "PUT", "/v1/platforms/soop", `{"on":true}`, "If-Match", `"999"`)
	w = o.want(200, "PUT", "/v1/platforms/soop", `{"on":false}`, "If-Match", w.Header().Get("ETag"))
	if r := row("soop"); r.Off != "switched off by an operator" {
		t.Errorf("the reason is not taken back: %+v", r)
	}
	for range 2 {
		if w := o.want(200, "PUT", "/v1/platforms/soop", `{"on":true}`); !strings.Contains(w.Body.String(), `"on":true`) || w.Header().Get("ETag") != "" {
			t.Errorf("%s", w.Body)
		}
	}
	if o.facts.value("FACTS", "pause.soop", &p) {
		t.Error("still paused")
	}

	// What a setting holds off can be paused too, and is off until both are gone.
	o.refuses(409, "platform", "PUT", "/v1/platforms/twitch", `{"on":true}`)
	o.want(200, "PUT", "/v1/platforms/twitch", `{"on":false}`)
	if w := o.want(200, "PUT", "/v1/platforms/twitch", `{"on":true}`); !strings.Contains(w.Body.String(), "ONAIR_TWITCH_CLIENT_ID") || !strings.Contains(w.Body.String(), `"on":false`) {
		t.Errorf("%s", w.Body)
	}
	o.refuses(400, "platform", "PUT", "/v1/platforms/vhs", `{"on":true}`)
	o.refuses(422, "on", "PUT", "/v1/platforms/soop", `{}`)
	o.refuses(422, "on", "PUT", "/v1/platforms/soop", `{"on":"no"}`)
	o.refuses(422, "off", "PUT", "/v1/platforms/soop", `{"off":true}`)
}

// TestAdminContractIsWhole wants every route in the contract, and nothing in it that is not served. What the program adds to
// the listener (AdminOptions.Routes) is held against the contract where it is made.
func TestAdminContractIsWhole(t *testing.T) {
	doc, _ := adminContract()
	promised := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			promised[method+" "+path] = true
		}
	}
	served := []string{"GET /v1/backup", "POST /v1/facts"}
	for _, rt := range adminTable {
		served = append(served, rt.method+" "+rt.pattern)
	}
	for _, rt := range served {
		if !promised[rt] {
			t.Errorf("%s is not in admin.yaml", rt)
		}
		delete(promised, rt)
	}
	for rt := range promised {
		t.Errorf("admin.yaml promises %s", rt)
	}
}
