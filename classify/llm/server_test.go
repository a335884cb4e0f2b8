package llm_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"onair/classify/llm"
)

// item is what the server reads of a question.
type item struct {
	N       int      `json:"n"`
	Channel string   `json:"channel"`
	Title   string   `json:"title"`
	Tags    []string `json:"tags"`
}

type label struct {
	N        int    `json:"n"`
	Lang     string `json:"lang"`
	Category string `json:"category"`
}

// model is a server that speaks the chat-completions API. judge answers one request about items; what it returns is the
// content of the answer, or, when it handled the response itself, false.
type model struct {
	*httptest.Server
	mu       sync.Mutex
	requests []request
	judge    func(n int, items []item, w http.ResponseWriter) (content string, ok bool)
	tokens   int64                                       // usage told; 0 tells none
	refuse   func(r request, w http.ResponseWriter) bool // answers what judge does not get to see, when set
}

type request struct {
	Header http.Header
	Path   string
	Body   struct {
		Model    string `json:"model"`
		Messages []struct{ Role, Content string }
		Format   struct {
			Type   string `json:"type"`
			Schema struct {
				Strict bool           `json:"strict"`
				Schema map[string]any `json:"schema"`
			} `json:"json_schema"`
		} `json:"response_format"`
	}
	Items []item
	Raw   []byte
}

func serve(t *testing.T, judge func(n int, items []item, w http.ResponseWriter) (string, bool)) *model {
	m := &model{judge: judge, tokens: 100}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		var r request
		r.Header, r.Path = q.Header.Clone(), q.URL.Path
		r.Raw, _ = io.ReadAll(q.Body)
		if err := json.Unmarshal(r.Raw, &r.Body); err != nil {
			t.Errorf("request is not JSON: %v", err)
		}
		var data struct {
			Items []item `json:"items"`
		}
		if err := json.Unmarshal([]byte(r.Body.Messages[len(r.Body.Messages)-1].Content), &data); err != nil {
			t.Errorf("titles are not JSON: %v", err)
		}
		r.Items = data.Items
		m.mu.Lock()
		m.requests = append(m.requests, r)
		n := len(m.requests)
		m.mu.Unlock()
		if m.refuse != nil && m.refuse(r, w) {
			return
		}
		content, ok := m.judge(n, data.Items, w)
		if !ok {
			return
		}
		answer := map[string]any{"choices": []any{map[string]any{"finish_reason": "stop", "message": map[string]any{"role": "assistant", "content": content}}}}
		if m.tokens > 0 {
			answer["usage"] = map[string]any{"total_tokens": m.tokens}
		}
		_ = json.NewEncoder(w).Encode(answer)
	}))
	t.Cleanup(m.Close)
	return m
}

func (m *model) seen() []request {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.requests)
}

func (m *model) client() *llm.Client {
	return &llm.Client{BaseURL: m.URL + "/v1", Model: "test-model", Key: func() (string, error) { return "sk-test", nil }}
}

// honest labels by what a person sees at once.
func honest(items []item) []label {
	out := make([]label, len(items))
	for i, it := range items {
		l := label{N: it.N, Lang: "other", Category: "unknown"}
		if strings.ContainsFunc(it.Title+it.Channel, func(r rune) bool { return r >= 0xac00 && r <= 0xd7a3 }) || strings.HasPrefix(it.Title, "ITZY") {
			l.Lang = "ko"
		}
		for word, category := range map[string]string{
			"뉴스": "news", "Noticias": "news", "match": "sports", "야구": "sports", "통기타": "music", "Orchestra": "music", "ITZY": "music",
			"Minecraft": "game", "리그 오브": "game",
		} {
			if strings.Contains(it.Title+it.Channel, word) {
				l.Category = category
			}
		}
		out[i] = l
	}
	return out
}

func content(labels []label) string {
	b, _ := json.Marshal(map[string]any{"labels": labels})
	return string(b)
}
