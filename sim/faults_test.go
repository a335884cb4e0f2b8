package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// mains is a plain request per platform.
func mains(tb testing.TB, s *Server) map[string]func(from string) answer {
	token := mustToken(tb, s)
	to := func(path string, headers ...string) func(string) answer {
		return func(from string) answer { return get(tb, s, path, append([]string{"from", from}, headers...)...) }
	}
	return map[string]func(string) answer{
		"chzzk":   to("/chzzk/api/service/v1/lives"),
		"soop":    to("/soop/live/api/main_broad_list_api.php"),
		"twitch":  to(ko, token...),
		"youtube": to(videosPath + "&id=x"),
	}
}

func mustFault(tb testing.TB, s *Server, f Faults) {
	tb.Helper()
	if err := s.SetFaults(f); err != nil {
		tb.Fatal(err)
	}
}

const local = "127.0.0.1"

func TestFaultsPerPlatform(t *testing.T) {
	s, _ := mustSim(t, 1, .1)
	ask := mains(t, s)
	for platform := range ask {
		check := func(f Fault, status int, also func(answer) bool) {
			t.Helper()
			mustFault(t, s, Faults{})
			whole := ask[platform](local)
			f.Platform = platform
			mustFault(t, s, Faults{Faults: []Fault{f}})
			if a := ask[platform](local); a.status != status || also != nil && !also(a) {
				t.Errorf("%s %s: %d %v %.120s", platform, f.Kind, a.status, a.header, a.body)
			}
			for other := range ask {
				if other != platform {
					if a := ask[other](local); a.status != 200 {
						t.Errorf("%s of %s also hits %s: %d", f.Kind, platform, other, a.status)
					}
				}
			}
			if whole.status != 200 || len(whole.body) == 0 {
				t.Errorf("%s without faults: %d", platform, whole.status)
			}
		}
		valid := func(a answer) bool { return json.Valid(a.body) }
		check(Fault{Kind: TooManyRequests}, 429, func(a answer) bool { return a.header.Get("Retry-After") == "" })
		check(Fault{Kind: TooManyRequests, RetryAfter: 17}, 429, func(a answer) bool { return a.header.Get("Retry-After") == "17" })
		check(Fault{Kind: Forbidden}, 403, nil)
		check(Fault{Kind: ServerError}, 503, nil)
		check(Fault{Kind: ServerError, Status: 502}, 502, nil)
		check(Fault{Kind: HTMLPage}, 200, func(a answer) bool { return bytes.HasPrefix(a.body, []byte("<!DOCTYPE html>")) })
		check(Fault{Kind: Truncated}, 200, func(a answer) bool { return len(a.body) > 10 && !valid(a) })
		check(Fault{Kind: Schema}, 200, func(a answer) bool {
			return valid(a) && bytes.Contains(a.body, []byte(`V2"`)) && !bytes.Contains(a.body, []byte(`"`+mainKey(platform)+`":`))
		})
		check(Fault{Kind: Slow, Millis: 1}, 200, valid)
	}
	mustFault(t, s, Faults{Faults: []Fault{{Platform: "youtube", Kind: TooManyRequests}}})
	if got := reason(t, ask["youtube"](local)); got != "usageLimits/rateLimitExceeded" {
		t.Error(got)
	}
	mustFault(t, s, Faults{Faults: []Fault{{Platform: "youtube", Kind: QuotaExceeded}}})
	if got := reason(t, ask["youtube"](local)); got != "youtube.quota/quotaExceeded" {
		t.Error(got)
	}
}

func TestFaultsByAddressAndPath(t *testing.T) {
	s, _ := mustSim(t, 1, .05)
	mustFault(t, s, Faults{Faults: []Fault{
		{Platform: "chzzk", Kind: Forbidden, Addresses: []string{"127.0.0.2", "127.0.0.3"}},
		{Platform: "soop", Kind: ServerError, Path: "/soop/chapi"},
	}})
	ask := mains(t, s)
	for from, want := range map[string]int{"127.0.0.2": 403, "127.0.0.3": 403, "127.0.0.4": 200} {
		if a := ask["chzzk"](from); a.status != want {
			t.Errorf("from %s: %d", from, a.status)
		}
	}
	if a := ask["soop"](local); a.status != 200 {
		t.Errorf("another path: %d", a.status)
	}
	if a := get(t, s, "/soop/chapi/api/x/station"); a.status != 503 {
		t.Errorf("this path: %d", a.status)
	}
}

func TestFaultProbabilityIsASequence(t *testing.T) {
	run := func(seed int64) (hits []bool) {
		s, _ := mustSim(t, seed, .05)
		mustFault(t, s, Faults{Faults: []Fault{{Platform: "chzzk", Kind: ServerError, Probability: .3}}})
		for range 200 {
			hits = append(hits, get(t, s, "/chzzk/api/service/v1/channels/x").status == 503)
		}
		return hits
	}
	a, b, c := run(1), run(1), run(2)
	if !slices.Equal(a, b) || slices.Equal(a, c) {
		t.Error("the sequence must follow the seed")
	}
	n := 0
	for _, hit := range a {
		if hit {
			n++
		}
	}
	if n < 40 || n > 80 {
		t.Errorf("%d of 200 with probability .3", n)
	}
}

func TestLimitShutsAnAddressOut(t *testing.T) {
	s, c := mustSim(t, 1, .05)
	mustFault(t, s, Faults{Limits: []Limit{{Platform: "chzzk", Requests: 5, PerSeconds: 10, BlockSeconds: 60}}})
	ask := mains(t, s)
	for i := range 5 {
		if a := ask["chzzk"](local); a.status != 200 {
			t.Fatalf("request %d: %d", i, a.status)
		}
	}
	if a := ask["chzzk"](local); a.status != 403 {
		t.Errorf("sixth: %d", a.status)
	}
	if a := ask["chzzk"]("127.0.0.2"); a.status != 200 {
		t.Errorf("another address: %d", a.status)
	}
	if a := ask["soop"](local); a.status != 200 {
		t.Errorf("another platform: %d", a.status)
	}
	c.add(59 * time.Second)
	if a := ask["chzzk"](local); a.status != 403 {
		t.Errorf("before the block ends: %d", a.status)
	}
	c.add(2 * time.Second)
	for i := range 12 { // one a 2.1 s stays below 5 in 10 s
		if a := ask["chzzk"](local); a.status != 200 {
			t.Errorf("calm request %d: %d", i, a.status)
		}
		c.add(2100 * time.Millisecond)
	}
}

func TestPutFaults(t *testing.T) {
	s, _ := mustSim(t, 1, .05)
	put := func(body string) answer { return ask(t, s, http.MethodPut, "/faults", body) }
	if a := put(`{"faults":[{"platform":"soop","kind":"html"}],"limits":[{"platform":"twitch","requests":1,"per_seconds":1,"block_seconds":1}]}`); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	var f Faults
	get(t, s, "/faults").decode(t, &f)
	if len(f.Faults) != 1 || f.Faults[0].Kind != HTMLPage || len(f.Limits) != 1 || f.Korea == nil {
		t.Errorf("%+v", f)
	}
	for _, bad := range []string{
		`{"faults":[{"kind":"flood"}]}`, `{"faults":[{"platform":"kick","kind":"html"}]}`, `{"faults":[{"kind":"html","probability":2}]}`,
		`{"faults":[{"kind":"server_error","status":200}]}`, `{"faults":[{"kind":"slow","millis":-1}]}`, `{"limits":[{"platform":"soop"}]}`,
		`{"falts":[]}`, `nonsense`,
	} {
		if a := put(bad); a.status != 400 {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
	if got := s.Faults(); len(got.Faults) != 1 {
		t.Error("a bad setting replaced the good one")
	}
	if a := get(t, s, "/truth"); a.status != 200 {
		t.Errorf("the truth is never disturbed: %d", a.status)
	}
}

func TestCutAndSlowOnARealConnection(t *testing.T) {
	s, _ := mustSim(t, 1, .05)
	server := httptest.NewServer(s.Handler())
	defer server.Close()
	client := server.Client()
	defer client.CloseIdleConnections()
	mustFault(t, s, Faults{Faults: []Fault{{Platform: "chzzk", Kind: Cut}}})
	res, err := client.Get(server.URL + "/chzzk/api/service/v1/lives")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if !errors.Is(err, io.ErrUnexpectedEOF) || len(body) == 0 {
		t.Errorf("cut: %d bytes, %v", len(body), err)
	}
	mustFault(t, s, Faults{Faults: []Fault{{Platform: "chzzk", Kind: Slow, Millis: 60_000}}})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/chzzk/api/service/v1/lives", nil)
	if res, err := client.Do(r); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("slow: %v %v", res, err)
	}
	mustFault(t, s, Faults{})
	res, err = client.Get(server.URL + "/soop/old/api/main_broad_list_api.php?pageNo=1")
	if err != nil {
		t.Fatal(err)
	}
	body, _ = io.ReadAll(res.Body)
	_ = res.Body.Close()
	if res.Request.URL.Path != "/soop/live/api/main_broad_list_api.php" || !strings.Contains(string(body), "total_cnt") {
		t.Errorf("after the move: %s", res.Request.URL)
	}
	if host := strings.TrimPrefix(server.URL, "http://"); !strings.Contains(string(body), strings.ReplaceAll("//"+host+"/img/soop/", "/", `\/`)) {
		t.Error("pictures do not name the host that was asked")
	}
}

func TestTruthAndStatusEndpoints(t *testing.T) {
	s, c := mustSim(t, 1, .1)
	var truth struct {
		At      time.Time  `json:"at"`
		Streams []TruthRow `json:"streams"`
	}
	get(t, s, "/truth?limit=7").decode(t, &truth)
	if !truth.At.Equal(c.Now()) || len(truth.Streams) != 7 {
		t.Errorf("%v, %d rows", truth.At, len(truth.Streams))
	}
	for _, bad := range []string{"0", "-1", "x", "100001"} {
		if a := get(t, s, "/truth?limit="+bad); a.status != 400 {
			t.Errorf("limit=%s: %d", bad, a.status)
		}
	}
	get(t, s, "/chzzk/api/service/v1/lives")
	get(t, s, searchPath+"k")
	var st Status
	get(t, s, "/status").decode(t, &st)
	if st.Platforms["soop"] == 0 || st.Requests["/chzzk/api/service/v1/lives"] != 1 || st.Quota["k"].Searches != 1 || !st.At.Equal(c.Now()) {
		t.Errorf("%+v", st)
	}
	// Who is behind a channel is said in the truth only.
	creator := truth.Streams[0].CreatorID
	for _, path := range everything(s, truth.Streams) {
		if strings.HasPrefix(path, "/truth") {
			continue
		}
		if bytes.Contains(get(t, s, path).body, []byte(creator)) {
			t.Errorf("%s tells who is who", path)
		}
	}
}
