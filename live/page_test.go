package live_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"onair/live"
)

func page() *live.Page {
	return &live.Page{
		Platform: "soop", Kind: live.KindList, Job: "j1", Coverage: live.CoverList, OneLive: true, Next: "2", Total: 2120,
		Pass: &live.Pass{ID: "p1", Index: 0}, Status: 200, Latency: 41,
		Observations: []live.Observation{
			{ID: "1", Channel: "a", Title: "한국어", Viewers: 35614, StartedAt: time.Date(2026, 9, 27, 1, 2, 3, 0, time.UTC), URL: "https://play.sooplive.com/a/1"},
			{ID: "2", Channel: "b", Viewers: live.ViewersHidden},
		},
	}
}

func TestPageRoundTrip(t *testing.T) {
	want := page()
	b, err := live.EncodePage(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := live.DecodePage(b)
	if err != nil {
		t.Fatal(err)
	}
	want.V = live.PageVersion
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestDecodePageRefuses(t *testing.T) {
	pack := func(s string) []byte {
		e, _ := zstd.NewWriter(nil)
		return e.EncodeAll([]byte(s), nil)
	}
	head := `"platform":"soop","kind":"list","coverage":"list"`
	bomb := pack(`{"v":1,` + head + `,"error_text":"` + strings.Repeat("a", 8<<20) + `"}`)
	for _, c := range []struct {
		name string
		body []byte
		want error
	}{
		{"not zstd", []byte("{}"), live.ErrInvalid},
		{"empty", nil, live.ErrInvalid},
		{"not JSON", pack("<html>"), live.ErrInvalid},
		{"no version", pack("{" + head + "}"), live.ErrInvalid},
		{"newer", pack(`{"v":2,` + head + `}`), live.ErrNewer},
		{"newer with another shape", pack(`{"v":9,"platform":{"id":1}}`), live.ErrNewer},
		{"bomb", bomb, live.ErrInvalid},
		{"unclean title", pack(`{"v":1,` + head + `,"observations":[{"id":"1","channel":"a","viewers":1,"title":"a\u202eb"}]}`), live.ErrInvalid},
		{"bad id", pack(`{"v":1,` + head + `,"observations":[{"id":"1.2","channel":"a","viewers":1}]}`), live.ErrInvalid},
		{"too many viewers", pack(`{"v":1,` + head + `,"observations":[{"id":"1","channel":"a","viewers":20000001}]}`), live.ErrInvalid},
		{"script link", pack(`{"v":1,` + head + `,"observations":[{"id":"1","channel":"a","viewers":1,"url":"javascript:x"}]}`), live.ErrInvalid},
		{"error and rows", pack(`{"v":1,` + head + `,"error":"blocked","observations":[{"id":"1","channel":"a","viewers":1}]}`), live.ErrInvalid},
		{"unknown error class", pack(`{"v":1,` + head + `,"error":"sorry"}`), live.ErrInvalid},
	} {
		if _, err := live.DecodePage(c.body); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	if _, err := live.DecodePage(pack(`{"v":1,` + head + `,"future":[1]}`)); err != nil {
		t.Errorf("an unknown field must not matter: %v", err)
	}
}

func TestCleanMakesPagesValid(t *testing.T) {
	info := live.PlatformInfo{ID: "soop", Links: live.Hosts{"sooplive.com"}, Images: live.Hosts{"sooplive.com"}}
	p := page()
	p.Observations = append(p.Observations,
		live.Observation{ID: "3", Channel: "c", Title: "x\u202ey\x00", Lang: "ko_KR", Thumbnail: "http://169.254.169.254/", URL: "javascript:x", StartedAt: time.Unix(0, 0)},
		live.Observation{ID: "no good", Channel: "c"},
		live.Observation{ID: "4", Channel: "d", Viewers: live.MaxViewers + 1},
	)
	p.Answers = []live.Answer{{Key: "a", State: "dead"}}
	if n := p.Clean(info); n != 3 {
		t.Errorf("removed %d rows, want 3", n)
	}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	want := live.Observation{ID: "3", Channel: "c", Title: "xy", Lang: "ko"}
	if d := cmp.Diff(want, p.Observations[2]); d != "" {
		t.Error(d)
	}
}

func TestEncodePageRefusesTooLarge(t *testing.T) {
	p := page()
	var x uint32 = 1
	for i := range 500 {
		o := live.Observation{ID: fmt.Sprint(i), Channel: "c"}
		for range 30 {
			var tag strings.Builder
			for range 60 {
				x = x*1664525 + 1013904223
				tag.WriteRune(rune(0xac00 + x>>16%11172))
			}
			o.Tags = append(o.Tags, tag.String())
		}
		p.Observations = append(p.Observations[:min(i, 499)], o)
	}
	if _, err := live.EncodePage(p); !errors.Is(err, live.ErrTooLarge) {
		t.Errorf("%v, want ErrTooLarge", err)
	}
}

func FuzzDecodePage(f *testing.F) {
	b, _ := live.EncodePage(page())
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd})
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := live.DecodePage(b)
		if err != nil {
			return
		}
		again, err := live.EncodePage(p)
		if err != nil {
			t.Fatalf("decoded page does not encode: %v", err)
		}
		q, err := live.DecodePage(again)
		if err != nil || cmp.Diff(p, q) != "" {
			t.Fatalf("not stable: %v %s", err, cmp.Diff(p, q))
		}
	})
}

func TestJobs(t *testing.T) {
	j := live.Job{ID: "j1", Platform: "chzzk", Class: live.ClassPlain, Region: live.RegionAny, Key: "list", Kind: live.KindList, Pages: 60}
	b, err := live.EncodeJob(j)
	if err != nil {
		t.Fatal(err)
	}
	got, err := live.DecodeJob(b)
	j.V = live.JobVersion
	if err != nil || cmp.Diff(j, got) != "" {
		t.Errorf("%v %s", err, cmp.Diff(j, got))
	}
	for name, change := range map[string]func(*live.Job){
		"key with a dot":  func(j *live.Job) { j.Key = "a.b" },
		"chain too long":  func(j *live.Job) { j.Pages = 61 },
		"unknown kind":    func(j *live.Job) { j.Kind = "fetch" },
		"asks nothing":    func(j *live.Job) { j.Kind = live.KindStatus },
		"key to ask evil": func(j *live.Job) { j.Kind, j.Keys = live.KindStatus, []string{"a/../b"} },
		"class":           func(j *live.Job) { j.Class = "" },
	} {
		bad := j
		change(&bad)
		if _, err := live.EncodeJob(bad); !errors.Is(err, live.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	if _, err := live.DecodeJob(bytes.Replace(b, []byte(`"v":1`), []byte(`"v":2`), 1)); !errors.Is(err, live.ErrNewer) {
		t.Errorf("newer job: %v", err)
	}
}

func TestClassOf(t *testing.T) {
	for err, want := range map[error]live.ErrorClass{
		nil: "", live.ErrBlocked: "blocked",
		fmt.Errorf("chzzk: page 3: %w", &live.FetchError{Class: live.ErrRateLimited, Status: 429}): "rate_limited",
		context.Canceled:         "canceled",
		context.DeadlineExceeded: "timeout",
		errors.New("?"):          live.ClassOther,
	} {
		if got := live.ClassOf(err); got != want {
			t.Errorf("ClassOf(%v) = %q, want %q", err, got, want)
		}
		if want != "" && !want.Known() {
			t.Errorf("%q is not known", want)
		}
	}
}

func TestVirtualClock(t *testing.T) {
	base := time.Date(2026, 10, 1, 10, 30, 0, 0, time.UTC)
	c := live.NewVirtualClock(base, 3600)
	if err := live.Wait(t.Context(), c, time.Minute); err != nil {
		t.Fatal(err)
	}
	if got := c.Now().Sub(base); got < time.Minute {
		t.Errorf("after waiting a virtual minute %v had passed", got)
	}
	p := c.Pair()
	if p.Speed != 3600 || !p.Log.Equal(base) {
		t.Errorf("pair %+v", p)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := live.Wait(ctx, c, 24*time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled wait: %v", err)
	}
}

func BenchmarkDecodePage(b *testing.B) {
	p := page()
	for i := range 60 {
		p.Observations = append(p.Observations, live.Observation{ID: fmt.Sprint(1000 + i), Channel: "channel", ChannelName: "방송하는 사람", Title: "오늘은 리그 오브 레전드 다이아 승급전 보러 오세요 ♥", Viewers: 100, URL: "https://play.sooplive.com/a/1", Thumbnail: "https://liveimg.sooplive.com/m/1"})
	}
	body, err := live.EncodePage(p)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := live.DecodePage(body); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(p.Observations)), "ns/obs")
}
