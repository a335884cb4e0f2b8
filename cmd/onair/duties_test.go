package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"onair/api/client"
)

// TestLeaderCopiesAndLabels runs a whole demo with a language model beside it: stored thumbnails and labels reach the list
// that readers get, and the model's key reaches nobody.
func TestLeaderCopiesAndLabels(t *testing.T) {
	t.Parallel()
	model := newLocalModel(t)
	data := t.TempDir()
	p := startDemo(t, data, "--llm", model.URL+"/v1", "--llm-model", "m", "--llm-key-file", model.keyFile(t))
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
	if asked, keyless := model.requests(); asked == 0 || keyless > 0 {
		t.Errorf("%d requests, %d without the key", asked, keyless)
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
	if log := p.log.String(); strings.Contains(log, modelKey) {
		t.Errorf("the log holds the model's key:\n%s", log)
	}
}
