package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onair/classify"
)

// sample writes invented rows of three groups, eight channels each.
func sample(t *testing.T) []row {
	t.Helper()
	var b strings.Builder
	for i := range 48 {
		title, category := "오늘의 뉴스 속보 국회", "news"
		switch i % 3 {
		case 1:
			title, category = "배그 솔쿼드 게임", "game"
		case 2:
			title, category = "피아노 커버 노래", "music"
		}
		fmt.Fprintf(&b, `{"title":"%s %d","channel":"채널%d","tags":["t%d"],"category":"%s","src":"s","chkey":"UC%d"}`+"\n", title, i, i%24, i%5, category, i%24)
	}
	path := filepath.Join(t.TempDir(), "rows.jsonl")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	rows, err := load(path)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestLearningIsRepeatable(t *testing.T) {
	rows, s := sample(t), defaults(1)
	s.epochs = 2
	a, b := learn(rows, s).quantise().Encode(), learn(rows, s).quantise().Encode()
	if !bytes.Equal(a, b) {
		t.Error("the same rows and seed gave two models")
	}
	s.seed++
	if bytes.Equal(a, learn(rows, s).quantise().Encode()) {
		t.Error("another seed gave the same model: it is not used")
	}
}

func TestUnseenChannelsAreJudged(t *testing.T) {
	judged := crossValidate(sample(t), [classify.Sites]settings{defaults(0), defaults(1)}, 3)
	right := 0
	for _, v := range judged {
		if v.guess == v.class {
			right++
		}
	}
	if right < 45 {
		t.Errorf("%d of %d plain titles", right, len(judged))
	}
	var out bytes.Buffer
	report(&out, judged)
	if !strings.Contains(out.String(), "48") {
		t.Errorf("report %q", out.String())
	}
}

// The integers must order the groups as the learnt weights do.
func TestQuantisedAgrees(t *testing.T) {
	rows, s := sample(t), defaults(1)
	m := learn(rows, s)
	q := m.quantise()
	for i := range rows {
		z := m.logits(rows[i].features, blockValues(rows[i].features, settings{blocks: [classify.Blocks]float64{1, 1, 1, 1, 1}}))
		best := 0
		for c := range z {
			if z[c] > z[best] {
				best = c
			}
		}
		if got := judge(q, &rows[i]).guess; got != best {
			t.Errorf("row %d: %d in integers, %d before", i, got, best)
		}
	}
}

func TestLadderIsMonotone(t *testing.T) {
	l := ladder(crossValidate(sample(t), [classify.Sites]settings{defaults(0), defaults(1)}, 3))
	for site := range l {
		for i := 1; i < len(l[site]); i++ {
			if l[site][i] < l[site][i-1] {
				t.Errorf("site %d: %v", site, l[site])
			}
		}
	}
}

func TestUnknownGroupIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows.jsonl")
	if err := os.WriteFile(path, []byte(`{"title":"x","category":"weather"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := load(path); err == nil || !strings.Contains(err.Error(), "weather") {
		t.Errorf("error %v", err)
	}
}
