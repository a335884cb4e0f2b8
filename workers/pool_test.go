package workers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/live"
	"onair/platform"
)

func mustPool(tb testing.TB, o PoolOptions) *EgressPool {
	tb.Helper()
	p, err := NewPool(o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(p.Close)
	return p
}

// labelled makes addresses of "label" or "label region".
func labelled(words ...string) (list []Address) {
	for _, w := range words {
		label, region, _ := strings.Cut(w, " ")
		list = append(list, Address{Label: label, Region: region})
	}
	return list
}

var (
	forbidden = &live.FetchError{Class: live.ErrBlocked, Status: 403}
	tooMany   = &live.FetchError{Class: live.ErrRateLimited, Status: 429, RetryAfter: 5 * time.Minute}
	nowhere   = &live.FetchError{Class: live.ErrNetwork}
)

// pick picks for chzzk and gives the label, or the error's name, and how long it took.
func pick(t *testing.T, p *EgressPool, w Want) string {
	t.Helper()
	if w.Platform == "" {
		w.Platform = "chzzk"
	}
	began := time.Now()
	e, err := p.Pick(t.Context(), w)
	took := time.Since(began)
	switch {
	case errors.Is(err, ErrResting):
		return "resting"
	case errors.Is(err, live.ErrSetting):
		return "none"
	case err != nil:
		t.Fatal(err)
	}
	return fmt.Sprintf("%s %v", e.Label, took)
}

func TestEgressesTakeTurnsAtTheirPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := mustPool(t, PoolOptions{Addresses: labelled("a", "b", "c")})
		var got []string
		for range 7 {
			got = append(got, pick(t, p, Want{}))
		}
		if diff := cmp.Diff([]string{"a 0s", "b 0s", "c 0s", "a 1s", "b 0s", "c 0s", "a 1s"}, got); diff != "" {
			t.Error(diff)
		}
		if got := pick(t, p, Want{Platform: "soop"}); got != "a 0s" {
			t.Errorf("another platform shares the pace: %s", got)
		}
	})
}

func TestRefusedEgressRestsForItsPlatformOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := mustPool(t, PoolOptions{Addresses: labelled("a", "b")})
		p.Done(&Egress{Label: "a"}, "chzzk", tooMany)
		for range 3 {
			if got := pick(t, p, Want{}); !strings.HasPrefix(got, "b ") {
				t.Errorf("picked %s", got)
			}
		}
		if got := pick(t, p, Want{Platform: "soop"}); got != "a 0s" {
			t.Errorf("soop: %s", got)
		}
		if !p.Rest("chzzk", live.RegionAny).IsZero() {
			t.Error("the platform rests although b does not")
		}
		began := time.Now()
		p.Done(&Egress{Label: "b"}, "chzzk", forbidden)
		if got := pick(t, p, Want{}); got != "resting" {
			t.Errorf("picked %s", got)
		}
		until := p.Rest("chzzk", live.RegionAny)
		if d := until.Sub(began); d != restBase {
			t.Errorf("the first is back after %v", d)
		}
		time.Sleep(time.Until(until))
		if got := pick(t, p, Want{}); got != "b 0s" {
			t.Errorf("picked %s", got)
		}
		time.Sleep(tooMany.RetryAfter - restBase - time.Until(until) - 3*time.Second - time.Since(until))
		if got := pick(t, p, Want{}); !strings.HasPrefix(got, "b ") {
			t.Errorf("picked %s before Retry-After was over", got)
		}
		time.Sleep(time.Minute)
		if got := pick(t, p, Want{}); got != "a 0s" {
			t.Errorf("picked %s after Retry-After", got)
		}
	})
}

func TestRefusedWhileAnotherWaitsForItsPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := mustPool(t, PoolOptions{Addresses: labelled("a", "b"), Pace: 10 * time.Second})
		p.Done(&Egress{Label: "b"}, "chzzk", forbidden)
		pick(t, p, Want{})
		got := make(chan string)
		go func() { got <- pick(t, p, Want{}) }() // waits for a
		synctest.Wait()
		p.Done(&Egress{Label: "a"}, "chzzk", tooMany)
		if s := <-got; s != "resting" {
			t.Errorf("picked %s, which had been refused", s)
		}
	})
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := mustPool(t, PoolOptions{Pace: time.Hour})
		pick(t, p, Want{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if e, err := p.Pick(ctx, Want{Platform: "chzzk"}); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("%v, %v after %v", e, err, time.Since(began))
		}
		cancel()
		if _, err := p.Pick(ctx, Want{Platform: "soop"}); err == nil {
			t.Error("an egress for a context that is over")
		}
	})
}

func TestUnwellEgressIsTriedOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := mustPool(t, PoolOptions{Addresses: labelled("dead", "b")})
		n := map[string]int{}
		for range 600 {
			label, _, _ := strings.Cut(pick(t, p, Want{}), " ")
			n[label]++
			if label == "dead" {
				p.Done(&Egress{Label: label}, "chzzk", nowhere)
			} else {
				p.Done(&Egress{Label: label}, "chzzk", nil)
			}
		}
		if n["dead"] < 9 || n["dead"] > 12 {
			t.Errorf("600 requests in ten minutes: %v", n)
		}
		if p.Live() != 1 {
			t.Errorf("%d live", p.Live())
		}
		p.Done(&Egress{Label: "dead"}, "chzzk", live.ErrFormat) // the platform's fault: the address answers again
		for range memory {
			p.Done(&Egress{Label: "dead"}, "chzzk", nil)
		}
		if p.Live() != 2 {
			t.Error("does not come back")
		}
	})
}

func TestRegionsAndPlatforms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		list := append(labelled("kr1 kr", "jp1 jp", "kr2 kr", "home"), Address{Label: "tube", Region: "kr", Platforms: []live.Platform{"youtube"}})
		p := mustPool(t, PoolOptions{Addresses: list})
		for _, c := range []struct {
			want Want
			got  string
		}{
			{Want{Region: "kr"}, "kr1 0s"},
			{Want{Region: "kr"}, "kr2 0s"},
			{Want{Region: "kr"}, "kr1 1s"},
			{Want{Region: "jp"}, "jp1 0s"},
			{Want{Region: "us"}, "home 0s"}, // none says us; home says nothing
			{Want{Region: live.RegionAny, Like: &Egress{Region: "jp"}}, "jp1 1s"},
			{Want{Like: &Egress{Region: "kr"}, Not: &Egress{Label: "kr1"}}, "kr2 0s"},
			{Want{Like: &Egress{Region: "jp"}, Not: &Egress{Label: "jp1"}}, "resting"},
			{Want{Platform: "youtube", Region: "kr"}, "kr1 0s"},
			{Want{Platform: "youtube", Region: "kr"}, "kr2 0s"},
			{Want{Platform: "youtube", Region: "kr"}, "tube 0s"},
		} {
			if got := pick(t, p, c.want); got != c.got {
				t.Errorf("%+v: %s, want %s", c.want, got, c.got)
			}
		}
		only := mustPool(t, PoolOptions{Addresses: []Address{{Label: "x", Region: "jp", Platforms: []live.Platform{"soop"}}}})
		if pick(t, only, Want{}) != "none" || pick(t, only, Want{Platform: "soop", Region: "kr"}) != "none" || only.Serves("chzzk") || !only.Serves("soop") {
			t.Error("an egress for what none serves")
		}
		if !only.Rest("chzzk", "any").IsZero() {
			t.Error("nobody rests")
		}
	})
}

func TestLiveEgresses(t *testing.T) {
	p := mustPool(t, PoolOptions{Addresses: labelled("a", "b", "c")})
	p.Done(&Egress{Label: "a"}, "chzzk", forbidden)
	p.Done(&Egress{Label: "b"}, "chzzk", forbidden)
	p.Done(&Egress{Label: "b"}, "soop", nil)
	for range 3 {
		p.Done(&Egress{Label: "c"}, "soop", nowhere)
	}
	if n := p.Live(); n != 1 { // b, for soop
		t.Errorf("%d live", n)
	}
}

func TestCookiesAreStickyAndSeparate(t *testing.T) {
	p := mustPool(t, PoolOptions{Addresses: labelled("a", "b"), Pace: 1})
	jarOf := func(label string, platform live.Platform) http.CookieJar {
		for {
			e, err := p.Pick(t.Context(), Want{Platform: platform})
			if err != nil {
				t.Fatal(err)
			}
			if e.Label == label {
				return e.Client.Jar
			}
		}
	}
	u := &url.URL{Scheme: "https", Host: "api.example.com", Path: "/"}
	jarOf("a", "chzzk").SetCookies(u, []*http.Cookie{{Name: "sid", Value: "1", Path: "/"}})
	if c := jarOf("a", "chzzk").Cookies(u); len(c) != 1 || c[0].Value != "1" {
		t.Errorf("not sticky: %v", c)
	}
	if len(jarOf("b", "chzzk").Cookies(u))+len(jarOf("a", "soop").Cookies(u)) != 0 {
		t.Error("shared with another egress or platform")
	}
	j := newJar()
	for i := range 10 * maxCookies {
		j.SetCookies(u, []*http.Cookie{{Name: fmt.Sprint("c", i), Value: "x", Path: "/"}})
	}
	if n := len(j.Cookies(u)); n > maxCookies {
		t.Errorf("%d cookies", n)
	}
}

func TestAddressesAreChecked(t *testing.T) {
	const secret = "hunter2-geheim"
	good := []Address{
		{Label: "a", Proxy: "http://p.example:1", Credentials: "u:" + secret}, {Label: "a"}, {Label: "a", Local: netip.MustParseAddr("127.0.0.2"), Region: "kr"}, {Label: "a", Local: netip.MustParseAddr("::1")},
		{Label: "a", Proxy: "socks5://[::1]:1080/"}, {Label: "a", Proxy: "https://p.example:443", Platforms: []live.Platform{"soop"}},
	}
	for _, a := range good {
		if err := a.Check(); err != nil {
			t.Errorf("%+v: %v", a, err)
		}
	}
	bad := []Address{
		{}, {Label: "a b"}, {Label: "a", Region: "KR"}, {Label: "a", Region: "any"}, {Label: "a", Platforms: []live.Platform{}},
		{Label: "a", Platforms: []live.Platform{"No such"}}, {Label: "a", Local: netip.IPv4Unspecified()},
		{Label: "a", Local: netip.MustParseAddr("127.0.0.2"), Proxy: "http://p.example:1"}, {Label: "a", Credentials: "u:" + secret},
		{Label: "a", Proxy: "http://u:" + secret + "@p.example:1"}, {Label: "a", Proxy: "ftp://" + secret + ":1"}, {Label: "a", Proxy: secret},
		{Label: "a", Proxy: "http://p.example:1/" + secret}, {Label: "a", Proxy: "http://p.example:1?x=" + secret}, {Label: "a", Proxy: "http://p.example"},
		{Label: "a", Proxy: "http://%zz" + secret}, {Label: "a", Proxy: "http://p.example:1", Credentials: secret},
		{Label: "a", Proxy: "http://p.example:1", Credentials: ":" + secret}, {Label: "a", Proxy: "http://p.example:1", Credentials: "u:\r\n" + secret},
		{Label: "a", Proxy: "http://p.example:1", Credentials: platform.Secret("u:" + secret + strings.Repeat("x", maxSOCKS))},
	}
	for _, a := range bad {
		_, err := NewPool(PoolOptions{Addresses: []Address{a}})
		if err == nil {
			t.Errorf("accepted %+v", a)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("%v holds the secret", err)
		}
	}
	if _, err := NewPool(PoolOptions{Addresses: labelled("a", "b", "a")}); err == nil || !strings.Contains(err.Error(), "a: label used twice") {
		t.Errorf("%v", err)
	}
	if _, err := NewPool(PoolOptions{Addresses: []Address{}}); err == nil {
		t.Error("an empty pool")
	}
	if s := fmt.Sprintf("%+v %#v %s", good[0], good[0], good[0]); strings.Contains(s, secret) {
		t.Error("an address prints its password")
	}
}
