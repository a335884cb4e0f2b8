package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"onair/api/client"
)

// TestLeaderCopiesAndLabels runs a whole demo with a language model beside it: stored thumbnails and labels reach the list
// that readers get, and the model's key reaches nobody.
func TestLeaderCopiesAndLabels(t *testing.T) {
	t.Parallel()
	var asked, keyed atomic.Int64
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.Header.Get("Authorization") == "Bearer sk-secret-of-the-model" {
			keyed.Add(1)
		}
		var q struct{ Messages []struct{ Content string } }
		var data struct {
			Items []struct {
				N     int
				Title string
			}
		}
		if json.NewDecoder(r.Body).Decode(&q) != nil || len(q.Messages) != 2 || json.Unmarshal([]byte(q.Messages[1].Content), &data) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		labels := []map[string]any{}
		for _, it := range data.Items {
			l := map[string]any{"n": it.N, "lang": "ko", "category": "education"}
			for part, known := range map[string][2]string{ // the titles that every model must know
				"9시 뉴스": {"ko", "news"}, "France vs Brazil": {"other", "sports"}, "두산 대 LG": {"ko", "sports"}, "Noticias en directo": {"other", "news"},
				"통기타": {"ko", "music"}, "Minecraft any%": {"other", "game"}, "솔로 랭크 마스터": {"ko", "game"}, "Symphony orchestra": {"other", "music"},
			} {
				if strings.Contains(it.Title, part) {
					l["lang"], l["category"] = known[0], known[1]
				}
			}
			labels = append(labels, l)
		}
		content, _ := json.Marshal(map[string]any{"labels": labels})
		_ = json.NewEncoder(w).Encode(map[string]any{
			"choices": []any{map[string]any{"finish_reason": "stop", "message": map[string]any{"content": string(content)}}}, "usage": map[string]any{"total_tokens": 900},
		})
	}))
	defer model.Close()
	data := t.TempDir()
	key := data + "/model-key"
	if err := os.WriteFile(key, []byte("sk-secret-of-the-model\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := startDemo(t, data, "--llm", model.URL+"/v1", "--llm-model", "m", "--llm-key-file", key)
	var picture string
	p.list(t, func(l *client.Streams) bool {
		labelled := false
		for _, e := range l.Streams {
			if e.Thumbnail != nil && strings.HasPrefix(e.Thumbnail.URL, "/thumbs/") {
				picture = e.Thumbnail.URL
			}
			labelled = labelled || e.Category != nil && e.Category.Reason == "llm" && e.Category.ID == "education"
		}
		return labelled && picture != ""
	})
	if asked.Load() == 0 || keyed.Load() != asked.Load() {
		t.Errorf("%d requests, %d with the key", asked.Load(), keyed.Load())
	}
	res, err := http.Get(strings.TrimSuffix(p.url, "/") + picture)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 || res.Header.Get("Content-Type") != "image/webp" || !strings.HasPrefix(string(body), "RIFF") {
		t.Errorf("%s: %d %s, %d bytes, %v", picture, res.StatusCode, res.Header.Get("Content-Type"), len(body), err)
	}
	p.kill()
	if log := p.log.String(); strings.Contains(log, "sk-secret") {
		t.Errorf("the log holds the model's key:\n%s", log)
	}
}
