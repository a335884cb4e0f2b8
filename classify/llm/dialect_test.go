package llm_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"onair/classify/llm"
)

// Endpoints that call the API theirs and do not know all of it.
func TestDialects(t *testing.T) {
	say := func(w http.ResponseWriter, status int, text string) bool {
		http.Error(w, `{"error":{"message":"`+text+`"}}`, status)
		return true
	}
	for name, c := range map[string]struct {
		base     string // behind the server's address
		refuse   func(r request, w http.ResponseWriter) bool
		requests int    // for two batches
		last     string // stands in the last request
		without  string // does not
	}{
		"knows everything": {"/v1", nil, 2, `"strict":true`, "max_completion_tokens"},
		"a model that thinks": {"/v1", func(r request, w http.ResponseWriter) bool {
			switch body := string(r.Raw); {
			case strings.Contains(body, `"max_tokens"`):
				return say(w, 400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.")
			case strings.Contains(body, `"temperature"`):
				return say(w, 400, "Unsupported value: 'temperature' does not support 0 with this model.")
			}
			return false
		}, 4, `"max_completion_tokens"`, `"temperature"`},
		"no schema": {"/v1", func(r request, w http.ResponseWriter) bool {
			return r.Body.Format.Type == "json_schema" && say(w, 400, "Invalid parameter: 'response_format' of type 'json_schema' is not supported")
		}, 3, `"json_object"`, "additionalProperties"},
		"no form, and it does not say so": {"/v1", func(r request, w http.ResponseWriter) bool {
			return r.Body.Format.Type != "" && say(w, 422, "bad request")
		}, 4, `"user"`, "response_format"},
		"no /v1 given": {"", func(r request, w http.ResponseWriter) bool {
			return r.Path != "/v1/chat/completions" && say(w, 404, "")
		}, 2, "", "x\x00"},
		"no /v1 there": {"/", func(r request, w http.ResponseWriter) bool { return r.Path != "/chat/completions" && say(w, 404, "") }, 3, "", "x\x00"},
		"slash": {"/v1/", func(r request, w http.ResponseWriter) bool {
			return r.Path != "/v1/chat/completions" && say(w, 404, "")
		}, 2, "", "x\x00"},
		"whole address": {"/api/v1/chat/completions", func(r request, w http.ResponseWriter) bool {
			return r.Path != "/api/v1/chat/completions" && say(w, 404, "")
		}, 2, "", "x\x00"},
		"needs its room": {"/v1", nil, 3, "", "x\x00"},
	} {
		t.Run(name, func(t *testing.T) {
			m := serve(t, func(_ int, items []item, w http.ResponseWriter) (string, bool) { return content(honest(items)), true })
			m.refuse = c.refuse
			if name == "needs its room" {
				m.refuse = func(r request, w http.ResponseWriter) bool {
					if strings.Contains(string(r.Raw), `"max_tokens":9`) { // 60 + 22 * 40
						fmt.Fprint(w, `{"choices":[{"finish_reason":"length","message":{"content":""}}]}`)
						return true
					}
					return false
				}
			}
			items := batchOf(40)
			d := newDesk(m, items...)
			d.runner.Client.BaseURL = m.URL + c.base
			d.run(t, 3)
			wantHonest(t, d, items)
			seen := m.seen()
			if len(seen) != c.requests {
				t.Errorf("%d requests, want %d", len(seen), c.requests)
			}
			last := string(seen[len(seen)-1].Raw)
			if !strings.Contains(last, c.last) || strings.Contains(last, c.without) {
				t.Errorf("last request %s", last)
			}
			if s := d.runner.Status(); s.Requests != uint64(len(seen)) {
				t.Errorf("status %+v", s)
			}
		})
	}
}

// Some endpoints refuse to read what they call unsafe. The title that it is about must not keep the others waiting, and
// what was refused costs nothing.
func TestFilteredTitle(t *testing.T) {
	m := serve(t, func(_ int, items []item, _ http.ResponseWriter) (string, bool) { return content(honest(items)), true })
	m.refuse = func(r request, w http.ResponseWriter) bool {
		if strings.Contains(string(r.Raw), "unspeakable") {
			http.Error(w, `{"error":{"code":"content_filter"}}`, 400)
			return true
		}
		return false
	}
	items := append(batchOf(20), ask("UCbad", "somebody", "something unspeakable"))
	items[4], items[20] = items[20], items[4]
	d := newDesk(m, items...)
	d.run(t, 30)
	if l := d.facts.label(t, items[4]); l == nil || l.Lang+l.Category != "" {
		t.Errorf("the filtered title has %+v", l)
	}
	items[4] = items[20]
	wantHonest(t, d, items[:20])
	if n := len(m.seen()); n > 22 {
		t.Errorf("%d requests", n)
	}
	if got := d.spent(t); got > 2000 { // some 100 for each of the answers
		t.Errorf("%d tokens spent", got)
	}
}

// An endpoint that takes nothing is asked a few times an hour, at no cost.
func TestNothingIsTaken(t *testing.T) {
	m := serve(t, nil)
	m.refuse = func(_ request, w http.ResponseWriter) bool { w.WriteHeader(400); return true }
	d := newDesk(m, batchOf(20)...)
	start := d.clock.Now()
	d.run(t, 3)
	if n, hours := len(m.seen()), d.clock.Now().Sub(start).Hours(); n > 60 || hours < 2 {
		t.Errorf("%d requests in %.1f hours", n, hours)
	}
	if got := d.spent(t); got != 0 {
		t.Errorf("%d tokens spent", got)
	}
	if s := d.runner.Status(); !strings.Contains(s.Problem, "not taken") || s.Labels != 0 {
		t.Errorf("status %+v", s)
	}
}

// An endpoint that is switched off costs nothing either.
func TestNobodyThere(t *testing.T) {
	m := serve(t, nil)
	m.Close()
	d := newDesk(m, batchOf(4)...)
	d.run(t, 5)
	if s := d.runner.Status(); !strings.Contains(s.Problem, "no connection: connection refused") || strings.Contains(s.Problem, "127.0.0.1") {
		t.Errorf("status %+v", s)
	}
	if got := d.spent(t); got != 0 {
		t.Errorf("%d tokens spent", got)
	}
}

// The rest of a day's tokens is used for what it pays for, and never more.
func TestRestOfTheDay(t *testing.T) {
	m := serve(t, func(_ int, items []item, _ http.ResponseWriter) (string, bool) { return content(honest(items)), true })
	m.tokens = 0 // it does not say: what was taken counts
	d := newDesk(m, batchOf(20)...)
	d.runner.Daily = (&llm.Client{Model: "m"}).Cost(batchOf(5)) + 20
	d.run(t, 1)
	if s := d.runner.Status(); s.Labels < 4 || s.Labels > 6 {
		t.Errorf("status %+v", s)
	}
	if got := d.spent(t); got > d.runner.Daily {
		t.Errorf("%d tokens of %d spent", got, d.runner.Daily)
	}
}

// However long a title and its tags are, asking about it costs what others cost.
func TestLongTextsCostNoMore(t *testing.T) {
	long := strings.Repeat("가나다 ", 30_000)
	it := ask("UC1", long, long)
	for range 500 {
		it.Tags = append(it.Tags, long)
	}
	c := &llm.Client{Model: "m"}
	if got := c.Cost([]llm.Item{it}) - c.Cost(nil); got > 1000 {
		t.Errorf("one title can cost %d tokens", got)
	}
}

// The first titles are asked about at once. Where they come one by one, they wait for company, but not for long.
func TestPatience(t *testing.T) {
	var d *desk
	var times []time.Time
	m := serve(t, func(_ int, items []item, _ http.ResponseWriter) (string, bool) {
		times = append(times, d.clock.Now())
		return content(honest(items)), true
	})
	d = newDesk(m)
	came := map[string]time.Time{}
	d.after = func(look int) {
		if look%3 != 1 {
			return
		}
		it := ask(fmt.Sprintf("UC%d", look), "Orchestra", fmt.Sprintf("Symphony %d", look))
		d.items, came[it.Title] = append(d.items, it), d.clock.Now()
	}
	d.run(t, 300) // over an hour
	if len(times) < 10 {
		t.Fatalf("%d requests", len(times))
	}
	if hours := times[len(times)-1].Sub(times[0]).Hours(); float64(len(times)) > 8+12*hours+1 {
		t.Errorf("%d requests in %.1f hours", len(times), hours)
	}
	for i, r := range m.seen() {
		for _, it := range r.Items {
			if at, ok := came[it.Title]; ok && times[i].Sub(at) > 6*time.Minute || ok && i == 0 && times[i] != at {
				t.Errorf("%s waited %v", it.Title, times[i].Sub(at))
			}
		}
	}
}

// A slow endpoint is asked about less at a time, until it can answer.
func TestSlowEndpointGetsLess(t *testing.T) {
	gone := make(chan struct{})
	m := serve(t, func(_ int, items []item, _ http.ResponseWriter) (string, bool) {
		if len(items) > 8 {
			<-gone
			return "", false
		}
		return content(honest(items)), true
	})
	defer close(gone)
	items := batchOf(20)
	d := newDesk(m, items...)
	d.runner.Client.Timeout = 300 * time.Millisecond
	d.run(t, 200)
	for _, it := range items[:5] {
		if d.facts.label(t, it) == nil {
			t.Errorf("%s has no label", it.Title)
		}
	}
}

// One channel that changes its title all the time does not use up everybody's tokens.
func TestRestlessChannel(t *testing.T) {
	m := serve(t, func(_ int, items []item, _ http.ResponseWriter) (string, bool) { return content(honest(items)), true })
	calm := batchOf(3)
	var d *desk
	restless := func(look int) llm.Item { return ask("UCradio", "Orchestra", fmt.Sprintf("Symphony, now on: %d", look)) }
	d = newDesk(m, calm...)
	d.after = func(look int) { d.items = append([]llm.Item{restless(look)}, calm...) }
	start := d.clock.Now()
	d.run(t, 700)
	wantHonest(t, d, calm)
	labels := 0
	for key := range d.facts.keys {
		if strings.HasPrefix(key, "label.youtube.UCradio.") {
			labels++
		}
	}
	if days := 1 + int(d.clock.Now().Sub(start).Hours()/24); labels == 0 || labels > 24*days {
		t.Errorf("%d titles of one channel in %d days", labels, days)
	}
}
