package llm_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"onair/classify/llm"
)

// Models that cannot be held to the schema say the right thing in another way.
func TestSloppyAnswers(t *testing.T) {
	for name, dress := range map[string]func(labels []label) string{
		"a fence":      func(l []label) string { return "```json\n" + content(l) + "\n```" },
		"prose":        func(l []label) string { return "Sure, here you are:\n" + content(l) + "\nAnything else?" },
		"thinks aloud": func(l []label) string { return "<think>is {\"n\":1} Korean?</think>\n" + content(l) },
		"other order":  func(l []label) string { slices.Reverse(l); return content(l) },
		"words in caps": func(l []label) string {
			return strings.NewReplacer(`"ko"`, `"KO"`, `"music"`, `" Music "`).Replace(content(l))
		},
		"further fields, numbers as strings": func(l []label) string {
			var rows []any
			for _, x := range l {
				rows = append(rows, map[string]any{"n": fmt.Sprint(x.N), "lang": x.Lang, "category": x.Category, "reason": "sounds like it", "confidence": .9})
			}
			b, _ := json.Marshal(map[string]any{"labels": rows, "note": "hi"})
			return string(b)
		},
		"null for unknown": func(l []label) string { return strings.ReplaceAll(content(l), `"unknown"`, `null`) },
	} {
		t.Run(name, func(t *testing.T) {
			m := serve(t, func(_ int, items []item, _ http.ResponseWriter) (string, bool) { return dress(honest(items)), true })
			items := batchOf(20)
			d := newDesk(m, items...)
			d.run(t, 2)
			wantHonest(t, d, items)
			if n := len(m.seen()); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// One label that cannot be used is that title's loss only.
func TestOneBadLabel(t *testing.T) {
	for name, bad := range map[string]any{
		"word on no list": map[string]any{"lang": "ko", "category": "best"},
		"other types":     map[string]any{"lang": 1, "category": []string{"music"}},
		"huge":            map[string]any{"lang": "ko", "category": strings.Repeat("game", 50_000)},
		"null":            nil,
		"a string":        "ko",
		"left out":        0,
	} {
		t.Run(name, func(t *testing.T) {
			m := serve(t, func(_ int, items []item, _ http.ResponseWriter) (string, bool) {
				var rows []any
				for i, l := range honest(items) {
					if items[i].Title != "odd" {
						rows = append(rows, l)
					} else if b, ok := bad.(map[string]any); ok {
						b = maps.Clone(b)
						b["n"] = l.N
						rows = append(rows, b)
					} else if bad != 0 {
						rows = append(rows, bad)
					}
				}
				b, _ := json.Marshal(map[string]any{"labels": rows})
				return string(b), true
			})
			items := append(batchOf(9), ask("UCodd", "somebody", "odd"))
			d := newDesk(m, items...)
			d.run(t, 60)
			wantHonest(t, d, items[:9])
			if l := d.facts.label(t, items[9]); l == nil || l.Lang+l.Category != "" {
				t.Errorf("the odd one has %+v", l)
			}
			if n := len(m.seen()); n != 2 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// The endpoint knows the key, so it can say it. Wherever it does, nobody hears it.
func TestKeyIsNotRepeated(t *testing.T) {
	const key = "sk-test"
	for name, answer := range map[string]func(items []item, w http.ResponseWriter) (string, bool){
		"an error's body": func(_ []item, w http.ResponseWriter) (string, bool) { http.Error(w, key, 400); return "", false },
		"status 500":      func(_ []item, w http.ResponseWriter) (string, bool) { http.Error(w, key, 500); return "", false },
		"an error in 200": func(_ []item, w http.ResponseWriter) (string, bool) {
			_, _ = io.WriteString(w, `{"error":{"message":"sk-test","code":"sk-test"}}`)
			return "", false
		},
		"a redirect": func(_ []item, w http.ResponseWriter) (string, bool) {
			w.Header().Set("Location", "http://127.0.0.1:1/"+key)
			w.WriteHeader(307)
			return "", false
		},
		"no HTTP": func(_ []item, w http.ResponseWriter) (string, bool) {
			conn, _, _ := http.NewResponseController(w).Hijack()
			_, _ = io.WriteString(conn, key+" "+key+" "+key+"\r\n\r\n")
			conn.Close()
			return "", false
		},
		"a broken header": func(_ []item, w http.ResponseWriter) (string, bool) {
			conn, _, _ := http.NewResponseController(w).Hijack()
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n"+key+"\r\n\r\n")
			conn.Close()
			return "", false
		},
		"Retry-After": func(_ []item, w http.ResponseWriter) (string, bool) {
			w.Header().Set("Retry-After", key)
			w.WriteHeader(429)
			return "", false
		},
		"the labels": func(items []item, _ http.ResponseWriter) (string, bool) {
			l := honest(items)
			for i := range l {
				l[i].Category, l[i].Lang = key, key
			}
			return content(l), true
		},
		"one label": func(items []item, _ http.ResponseWriter) (string, bool) {
			l := honest(items)
			for i := range l {
				if items[i].Title == "ITZY Not Shy 0" {
					l[i].Category = key
				}
			}
			return content(l), true
		},
		"words": func([]item, http.ResponseWriter) (string, bool) { return key, true },
	} {
		t.Run(name, func(t *testing.T) {
			m := serve(t, func(_ int, items []item, w http.ResponseWriter) (string, bool) { return answer(items, w) })
			d := newDesk(m, batchOf(4)...)
			d.run(t, 30)
			if len(m.seen()) == 0 {
				t.Fatal("nothing was asked")
			}
			said := d.log.String() + fmt.Sprint(d.runner.Status())
			for k, f := range d.facts.keys {
				said += k + string(f.Value)
			}
			if strings.Contains(said, key) || strings.Contains(said, "127.0.0.1") {
				t.Errorf("the key or the address is in:\n%s", said)
			}
		})
	}
}

// Bodies that never end are cut off by size or by time.
func TestEndlessBodies(t *testing.T) {
	gone := make(chan struct{})
	fast := serve(t, func(_ int, _ []item, w http.ResponseWriter) (string, bool) {
		for block := strings.Repeat(" ", 1<<16); ; {
			if _, err := io.WriteString(w, block); err != nil {
				return "", false
			}
		}
	})
	slow := serve(t, func(_ int, _ []item, w http.ResponseWriter) (string, bool) {
		_, _ = io.WriteString(w, `{"choices":[`)
		_ = http.NewResponseController(w).Flush()
		<-gone
		return "", false
	})
	defer close(gone)
	if _, u, err := fast.client().Ask(t.Context(), batchOf(1)); !errors.Is(err, llm.ErrAnswer) || u.Free {
		t.Errorf("endless: %+v, %v", u, err)
	}
	c := slow.client()
	c.Timeout = 50 * time.Millisecond
	if _, u, err := c.Ask(t.Context(), batchOf(1)); !errors.Is(err, llm.ErrDown) || u.Free || !strings.Contains(err.Error(), "in time") {
		t.Errorf("slow: %+v, %v", u, err)
	}
}

// Nobody who writes a title knows the numbers of a request.
func TestNumbersCannotBeGuessed(t *testing.T) {
	m := serve(t, func(_ int, items []item, _ http.ResponseWriter) (string, bool) { return content(honest(items)), true })
	first := map[int]bool{}
	for i := range 20 {
		if _, _, err := m.client().Ask(t.Context(), []llm.Item{ask("UC1", "a", fmt.Sprint(i))}); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range m.seen() {
		first[r.Items[0].N] = true
	}
	if len(first) < 15 {
		t.Errorf("20 requests begin at %d numbers", len(first))
	}
}
