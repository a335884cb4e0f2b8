package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"onair/cmd/onair/internal/fleet"
	"onair/live"
)

const modelKey = "sk-secret-of-the-model"

// askedTitle is a title that a model was asked about.
type askedTitle struct{ Channel, Title string }

// localModel speaks the chat-completions API and calls everything Korean education but the titles that all models must
// know.
type localModel struct {
	*httptest.Server
	mu      sync.Mutex
	asked   map[askedTitle]int
	count   int
	keyless int // requests without the key
}

func newLocalModel(t *testing.T) *localModel {
	t.Helper()
	m := &localModel{asked: map[askedTitle]int{}}
	m.Server = httptest.NewServer(m)
	t.Cleanup(m.Close)
	return m
}

// keyFile holds its key.
func (m *localModel) keyFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model-key")
	if err := os.WriteFile(path, []byte(modelKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (m *localModel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var q struct{ Messages []struct{ Content string } }
	var data struct {
		Items []struct {
			N              int
			Channel, Title string
		}
	}
	if json.NewDecoder(r.Body).Decode(&q) != nil || len(q.Messages) != 2 || json.Unmarshal([]byte(q.Messages[1].Content), &data) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	m.mu.Lock()
	m.count++
	if r.Header.Get("Authorization") != "Bearer "+modelKey {
		m.keyless++
	}
	labels := []map[string]any{}
	for _, it := range data.Items {
		l := map[string]any{"n": it.N, "lang": "ko", "category": "education"}
		known := false
		for part, answer := range map[string][2]string{
			"9시 뉴스": {"ko", "news"}, "France vs Brazil": {"other", "sports"}, "두산 대 LG": {"ko", "sports"}, "Noticias en directo": {"other", "news"},
			"통기타": {"ko", "music"}, "Minecraft any%": {"other", "game"}, "솔로 랭크 마스터": {"ko", "game"}, "Symphony orchestra": {"other", "music"},
		} {
			if strings.Contains(it.Title, part) {
				l["lang"], l["category"], known = answer[0], answer[1], true
			}
		}
		if !known {
			m.asked[askedTitle{it.Channel, it.Title}]++
		}
		labels = append(labels, l)
	}
	m.mu.Unlock()
	content, _ := json.Marshal(map[string]any{"labels": labels})
	_ = json.NewEncoder(w).Encode(map[string]any{
		"choices": []any{map[string]any{"finish_reason": "stop", "message": map[string]any{"content": string(content)}}}, "usage": map[string]any{"total_tokens": 900},
	})
}

// requests gives how many came, and how many of them without the key.
func (m *localModel) requests() (count, keyless int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.count, m.keyless
}

// times copies how often each title was asked about.
func (m *localModel) times() map[askedTitle]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make(map[askedTitle]int, len(m.asked))
	for k, n := range m.asked {
		out[k] = n
	}
	return out
}

// TestLabelsArePaidForOnce runs two hubs with one model, kills the one that leads and starts it again: both show the
// labels, the account goes on, and nothing that has a label is asked about again.
func TestLabelsArePaidForOnce(t *testing.T) {
	soak(t)
	t.Parallel()
	m := newLocalModel(t)
	r := newFaultRun(t, 1, 2, 1, func(o *fleet.Options) {
		o.Env = append(o.Env, "ONAIR_LLM="+m.URL, "ONAIR_LLM_MODEL=m", "ONAIR_LLM_KEY_FILE="+m.keyFile(t))
		o.Lease = 4 * time.Second
	})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	until := func(what string, cond func() bool) {
		t.Helper()
		for !cond() {
			if live.Wait(ctx, live.RealClock{}, 20*time.Millisecond) != nil {
				t.Fatal("not in time: " + what)
			}
		}
	}
	shows := func(hub int) bool {
		body, _, err := fleet.List(ctx, r.f.HubURL(hub))
		return err == nil && strings.Contains(string(body), `"id":"education"`) && strings.Contains(string(body), `"reason":"llm"`)
	}
	// derived gives the titles' part of the keys of labels, and today's account.
	derived := func() (labels map[string]bool, spent int64) {
		t.Helper()
		facts, err := r.b.Facts().List(ctx, derivedTable)
		if err != nil {
			t.Fatal(err)
		}
		labels = map[string]bool{}
		for _, f := range facts {
			switch kind, rest, _ := strings.Cut(f.Key, "."); kind {
			case "label":
				labels[rest[strings.LastIndexByte(rest, '.')+1:]] = true
			case "spent":
				var account struct{ Tokens int64 }
				if err := json.Unmarshal(f.Value, &account); err != nil {
					t.Fatal(err)
				}
				spent = account.Tokens
			}
		}
		return labels, spent
	}
	until("labels on both hubs", func() bool { return shows(0) && shows(1) })
	before := m.times()
	paid, spent := derived()
	if spent <= 0 || len(paid) == 0 {
		t.Fatalf("%d labels, %d tokens spent", len(paid), spent)
	}
	killed := r.leader()
	r.f.Process(fleet.HubName(killed)).Kill()
	until("the other hub leads", func() bool { k := r.leads(); return k >= 0 && k != killed })
	if err := r.f.StartHub(ctx, killed); err != nil {
		t.Fatal(err)
	}
	until("the labels are there again", func() bool { return shows(killed) && shows(1-killed) })
	for asked, n := range m.times() {
		if first := before[asked]; first > 0 && n > first && paid[live.LabelKey(asked.Title)] {
			t.Errorf("%+v has a label and was paid for again", asked)
		}
	}
	if _, now := derived(); now < spent {
		t.Errorf("%d tokens spent, %d before", now, spent)
	}
	if count, keyless := m.requests(); keyless > 0 {
		t.Errorf("%d of %d requests without the key", keyless, count)
	}
}

// TestModelKeys: what a key may be, and what is said of one that is none does not hold it.
func TestModelKeys(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		want string // "" works
	}{
		"key":             {"sk-1", 0o600, ""},
		"newline":         {"  sk-1\r\n", 0o400, ""},
		"empty":           {"", 0o600, "is empty"},
		"blank":           {"\n\n", 0o600, "is empty"},
		"two lines":       {"sk-1\nsk-1\n", 0o600, "one word"},
		"control letters": {"sk-1\x00", 0o600, "one word"},
		"read by others":  {"sk-1", 0o644, "chmod 600"},
		"large":           {strings.Repeat("sk-1", 1<<20), 0o600, "small file"},
	} {
		path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
		if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		s := labelSettings{LLM: "https://models.example/v1", LLMModel: "m", LLMKeyFile: path, LLMTokens: 1}
		err := s.check()
		switch {
		case c.want == "":
			if k, kerr := s.key()(); err != nil || kerr != nil || k != "sk-1" {
				t.Errorf("%s: %q, %v, %v", name, k, err, kerr)
			}
		case err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "--llm-key-file") || strings.Contains(err.Error(), "sk-1"):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	s := labelSettings{LLM: "https://models.example/v1", LLMModel: "m", LLMKeyFile: dir + "/none", LLMTokens: 1}
	if err := s.check(); err == nil || !strings.Contains(err.Error(), "--llm-key-file") {
		t.Errorf("no file: %v", err)
	}
}
