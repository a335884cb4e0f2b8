package tray

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"onair/api/client"
)

// scene of alerts: what is live at a minute.
func streams(rows ...client.Row) []*Stream {
	var out []*Stream
	for i := range rows {
		out = append(out, streamOf(&rows[i]))
	}
	return out
}

func began(r client.Row, at time.Time) client.Row { r.StartedAt = at; return r }

func inCategory(r client.Row, id, group string) client.Row {
	r.Category = &client.Category{ID: id, Name: id, Group: group}
	return r
}

func hotNow(r client.Row) client.Row { r.Hot = true; return r }

func TestAlerts(t *testing.T) {
	fav := func(l Level) *Settings {
		s := DefaultSettings()
		s.Creators = []Creator{{Is: []string{"c-aa:1"}, Level: l}}
		return &s
	}
	rules := func(r Rules) *Settings { s := DefaultSettings(); s.Alerts = r; return &s }
	type step struct {
		after time.Duration
		rows  []*Stream
		want  []Why
	}
	one := row("aa:1", 100)
	for name, c := range map[string]struct {
		s     *Settings
		steps []step
	}{
		"nothing at start":        {fav(Favourite), []step{{0, streams(one), nil}}},
		"a favourite goes live":   {fav(Favourite), []step{{0, nil, nil}, {time.Minute, streams(one), []Why{WhyLive}}, {time.Minute, streams(one), nil}}},
		"normal ones do not tell": {fav(Normal), []step{{0, nil, nil}, {time.Minute, streams(one), nil}}},
		"silent":                  {fav(Silent), []step{{0, nil, nil}, {time.Minute, streams(hotNow(one)), nil}}},
		"ignored":                 {fav(Ignore), []step{{0, nil, nil}, {time.Minute, streams(one), nil}}},
		"nothing after a gap":     {fav(Favourite), []step{{0, nil, nil}, {maxGap + time.Second, streams(one), nil}}},
		"the clock set back":      {fav(Favourite), []step{{0, nil, nil}, {-time.Hour, streams(one), nil}, {time.Second, streams(one, row("aa:2", 1)), nil}}},
		"long begun, just seen":   {fav(Favourite), []step{{0, nil, nil}, {time.Minute, streams(began(one, at.Add(-time.Hour))), nil}}},
		"unknown start":           {fav(Favourite), []step{{0, nil, nil}, {time.Minute, streams(began(one, time.Time{})), []Why{WhyLive}}}},
		"away and back":           {fav(Favourite), []step{{0, streams(one), nil}, {time.Minute, nil, nil}, {time.Minute, streams(one), nil}}},
		"broken off and begun again": {fav(Favourite), []step{
			{0, nil, nil}, {time.Minute, streams(one), []Why{WhyLive}}, {time.Minute, streams(aliased("aa:7")), nil}}},
		"a second platform":  {fav(Favourite), []step{{0, streams(one), nil}, {time.Minute, streams(row("aa:1", 100, "aa:1", "bb:2")), nil}, {time.Minute, streams(row("bb:2", 100)), nil}}},
		"hot":                {rules(Rules{Hot: true}), []step{{0, streams(one), nil}, {time.Minute, streams(hotNow(one)), []Why{WhyHot}}, {time.Minute, streams(hotNow(one)), nil}}},
		"hot from the start": {rules(Rules{Hot: true}), []step{{0, streams(hotNow(one)), nil}, {time.Minute, streams(hotNow(one)), nil}}},
		"over": {rules(Rules{Viewers: 1000}), []step{
			{0, streams(row("aa:1", 999), row("aa:2", 5000)), nil}, {time.Minute, streams(row("aa:1", 1000), row("aa:2", 5000)), []Why{WhyOver}},
			{time.Minute, streams(row("aa:1", 900)), nil}, {20 * time.Minute, nil, nil}, {time.Minute, nil, nil}, {time.Minute, streams(row("aa:1", 1100)), nil}}},
		"hidden counts are not over": {rules(Rules{Viewers: 1}), []step{{0, nil, nil}, {time.Minute, streams(row("aa:1", -1)), nil}}},
		"category": {rules(Rules{Categories: []string{"game.x"}}), []step{
			{0, streams(inCategory(one, "talk", "talk")), nil}, {time.Minute, streams(inCategory(one, "game.x", "game")), []Why{WhyCategory}}, {time.Minute, streams(inCategory(one, "game.x", "game")), nil}}},
		"group": {rules(Rules{Categories: []string{"game"}}), []step{{0, nil, nil}, {time.Minute, streams(inCategory(one, "game.x", "game")), []Why{WhyCategory}}}},
		"the strongest first": {func() *Settings { s := fav(Favourite); s.Alerts.Hot = true; return s }(), []step{
			{0, nil, nil}, {time.Minute, streams(hotNow(row("aa:9", 5)), hotNow(one)), []Why{WhyLive, WhyHot}}}},
	} {
		t.Run(name, func(t *testing.T) {
			var w Watch
			now := at
			for i, st := range c.steps {
				now = now.Add(st.after)
				var got []Why
				for _, a := range w.Observe(now, now, 1, st.rows, c.s) {
					got = append(got, a.Why)
				}
				if fmt.Sprint(got) != fmt.Sprint(st.want) {
					t.Errorf("step %d: %v, want %v", i, got, st.want)
				}
			}
		})
	}
}

// aliased is aa:1's creator under another broadcast.
func aliased(id string) client.Row {
	r := row(id, 100)
	r.Creator.ID = "c-aa:1"
	return r
}

// TestNoFlood plays days of any list with sleeps and reconnects, and counts what reaches the desktop.
func TestNoFlood(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w Watch
		var sp Spool
		s := DefaultSettings()
		s.Alerts = Rules{Live: true, Hot: true, Viewers: 3, Categories: []string{"x"}}
		now := at
		var delivered []time.Time
		for i := range 60 {
			gap := rapid.SampledFrom([]time.Duration{time.Second, 10 * time.Second, time.Minute, 9 * time.Minute, time.Hour}).Draw(t, "gap")
			now = now.Add(gap)
			var rows []*Stream
			for n := range rapid.IntRange(0, 30).Draw(t, "rows") {
				r := row(fmt.Sprintf("aa:%d", n+rapid.IntRange(0, 500).Draw(t, "id")), rapid.IntRange(-1, 5).Draw(t, "viewers"))
				r.Hot, r.StartedAt = rapid.Bool().Draw(t, "hot"), now
				rows = append(rows, streamOf(&r))
				s.Creators = append(s.Creators[:min(len(s.Creators), 3)], Creator{Is: []string{r.Creator.ID}, Level: Favourite})
			}
			s.byID = nil
			found := w.Observe(now, now, 1, rows, &s)
			if (i == 0 || gap > maxGap) && len(found) > 0 {
				t.Fatalf("%d alerts after %v", len(found), gap)
			}
			sp.Add(found...)
			groups, _ := sp.Due(now)
			for range groups {
				delivered = append(delivered, now)
			}
			if len(groups) > maxSingly || len(sp.waiting) > maxSpooled {
				t.Fatalf("%d at once, %d wait", len(groups), len(sp.waiting))
			}
		}
		for i := maxNotices; i < len(delivered); i++ {
			if delivered[i].Sub(delivered[i-maxNotices]) < noticeWindow {
				t.Fatalf("more than %d notices in %v", maxNotices, noticeWindow)
			}
		}
		if len(w.casts) > 60*30 {
			t.Fatalf("%d remembered", len(w.casts))
		}
	})
}

func TestWatchForgets(t *testing.T) {
	var w Watch
	s := DefaultSettings()
	for i := range 5000 {
		w.Observe(at.Add(time.Duration(i)*time.Minute), at, 1, streams(row(fmt.Sprintf("aa:%d", i), 1)), &s)
	}
	if len(w.casts) > int(forget/time.Minute)+1 || len(w.creator) > 11 {
		t.Errorf("%d broadcasts, %d creators", len(w.casts), len(w.creator))
	}
}

func TestNotices(t *testing.T) {
	alerts := func(n int) []Alert {
		var out []Alert
		for i := range n {
			out = append(out, Alert{Why: WhyLive, Stream: streams(inCategory(row(fmt.Sprintf("aa:%d", i), 12_345), "talk", "talk"))[0]})
		}
		return out
	}
	l := LinksOf(platformsOf("aa"))
	open := func(s *Stream) (string, string) { p, u := l.Open(s, nil); return string(p), u }
	n := notice(alerts(1), 0, korean, open)
	if n.Title != "name aa:0 방송 시작" || n.Body != "title aa:0\n1.2만 · talk" || n.Click.Arg != "https://play.aa.com/0" || len(n.Buttons) != 3 || !n.Urgent || n.Icon != "aa" {
		t.Errorf("%+v", n)
	}
	n = notice(alerts(5), 2, english, open)
	if n.Title != "7 alerts" || n.Body != "name aa:0 is live\nname aa:1 is live\nname aa:2 is live\nand 4 more" || len(n.Buttons) != 4 {
		t.Errorf("%+v", n)
	}
	n = notice(alerts(1), 0, english, func(*Stream) (string, string) { return "", "" })
	if n.Click != (Action{}) || n.Buttons[0].Do.Verb != PauseHour {
		t.Errorf("a link that is not allowed is offered: %+v", n)
	}
	var sp Spool
	sp.Add(alerts(2)...)
	if g, more := sp.Due(at); len(g) != 2 || more != 0 {
		t.Error(g, more)
	}
	sp.Add(alerts(1)...)
	if g, _ := sp.Due(at.Add(perNotice - 1)); len(g) != 0 {
		t.Error("too early")
	}
	sp.Add(alerts(60)...)
	if g, more := sp.Due(at.Add(perNotice)); len(g) != 1 || len(g[0]) != maxSpooled || more != 11 {
		t.Error(len(g), more)
	}
}

func TestUntilTomorrow(t *testing.T) {
	seoul := time.FixedZone("KST", 9*3600)
	for now, want := range map[string]string{
		"2026-03-01 20:00": "2026-03-02 06:00", "2026-03-01 23:59": "2026-03-02 06:00", "2026-03-01 02:00": "2026-03-01 06:00",
		"2026-03-01 05:30": "2026-03-02 06:00", "2026-03-01 06:00": "2026-03-02 06:00", "2026-12-31 12:00": "2027-01-01 06:00",
	} {
		n, err := time.ParseInLocation("2006-01-02 15:04", now, seoul)
		if err != nil {
			t.Fatal(err)
		}
		if got := tomorrow(n).Format("2006-01-02 15:04"); got != want {
			t.Errorf("%s: %s, want %s", now, got, want)
		}
	}
}
