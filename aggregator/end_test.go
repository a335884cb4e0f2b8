package aggregator

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/live"
)

func TestWhatEndsABroadcast(t *testing.T) {
	liveAs := func(channel, id string) live.Answer {
		return live.Answer{Key: channel, State: live.AnswerLive, Broadcast: id}
	}
	for _, c := range []struct {
		name string
		tell func(y *story)
		live []string
		why  EndReason // of broadcast 1
	}{
		// Channel-keyed answers: Chzzk, SOOP, Twitch.
		{"channel said to be over", func(y *story) { y.page(10, status(said("c1", live.AnswerEnded))) }, []string{"2", "3"}, EndSaid},
		{"channel said to be over, before it was seen", func(y *story) { y.now = 30; y.page(-1, status(said("c1", live.AnswerEnded))) }, []string{"1", "2", "3"}, ""},
		{"status unknown", func(y *story) {
			y.page(10, status(said("c1", live.AnswerUnknown)))
			y.page(20, status(said("c1", live.AnswerUnknown)))
		}, []string{"1", "2", "3"}, ""},
		{"another broadcast on the channel", func(y *story) { y.page(10, status(liveAs("c1", "9"))) }, []string{"2", "3"}, EndReplaced},
		{"another broadcast on the channel, old answer", func(y *story) { y.now = 30; y.page(-1, status(liveAs("c1", "9"))) }, []string{"1", "2", "3"}, ""},
		{"another broadcast where a channel may have many", func(y *story) {
			p := status(liveAs("c1", "9"))
			p.OneLive = false
			y.page(10, p)
		}, []string{"1", "2", "3"}, ""},
		{"no row for the channel, once", func(y *story) { y.page(10, status(said("c1", live.AnswerMissing))) }, []string{"1", "2", "3"}, ""},
		{"no row for the channel, twice in one page", func(y *story) {
			y.page(10, status(said("c1", live.AnswerMissing), said("c1", live.AnswerMissing)))
		}, []string{"1", "2", "3"}, ""},
		{"no row for the channel, twice", func(y *story) {
			y.page(10, status(said("c1", live.AnswerMissing)))
			y.page(20, status(said("c1", live.AnswerMissing)))
		}, []string{"2", "3"}, EndMissing},
		{"no row, seen again, no row", func(y *story) {
			y.page(10, status(said("c1", live.AnswerMissing)))
			y.page(15, list(row("1", 5)))
			y.page(20, status(said("c1", live.AnswerMissing)))
		}, []string{"1", "2", "3"}, ""},
		{"no row twice, an older sighting between", func(y *story) {
			y.page(10, status(said("c1", live.AnswerMissing)))
			y.page(5, list(row("1", 5)))
			y.page(20, status(said("c1", live.AnswerMissing)))
		}, []string{"2", "3"}, EndMissing},
		{"new row on the channel", func(y *story) { y.page(10, list(on("c1", "9", 0))) }, []string{"2", "3", "9"}, EndReplaced},
		{"new row where a channel may have many", func(y *story) {
			p := list(on("c1", "9", 0))
			p.OneLive = false
			y.page(10, p)
		}, []string{"1", "2", "3", "9"}, ""},
		{"older row on the channel", func(y *story) { y.now = 30; y.page(-1, list(on("c1", "9", 0))) }, []string{"1", "2", "3"}, ""},
		{"two rows of one channel in a page", func(y *story) { y.page(10, list(on("c1", "9", 500), on("c1", "8", 400))) }, []string{"2", "3", "9"}, EndReplaced},
		{"two rows of one channel, other order", func(y *story) { y.page(10, list(on("c1", "8", 400), on("c1", "9", 500))) }, []string{"2", "3", "9"}, EndReplaced},
		{"two rows of one channel without a start", func(y *story) { y.page(10, list(on("c1", "10", 0), on("c1", "9", 0))) }, []string{"10", "2", "3"}, EndReplaced},
		{"replaced one in an older page", func(y *story) {
			y.page(10, list(on("c1", "9", 0)))
			y.page(5, list(row("1", 5)))
		}, []string{"2", "3", "9"}, EndReplaced},
		{"replaced one from a stale cache", func(y *story) {
			y.page(10, list(on("c1", "9", 500)))
			y.page(20, list(on("c1", "1", 400)))
			y.page(30, list(on("c1", "9", 500)))
		}, []string{"2", "3", "9"}, EndReplaced},

		// Broadcast-keyed answers: YouTube.
		{"broadcast said to be over", func(y *story) { y.page(10, refresh(said("1", live.AnswerEnded))) }, []string{"2", "3"}, EndSaid},
		{"broadcast missing twice", func(y *story) {
			y.page(10, refresh(said("1", live.AnswerMissing)))
			y.page(20, refresh(said("1", live.AnswerMissing)))
		}, []string{"2", "3"}, EndMissing},
		{"ended, and seen live later", func(y *story) {
			y.page(10, refresh(said("1", live.AnswerEnded)))
			y.page(20, list(row("1", 7)))
		}, []string{"1", "2", "3"}, ""},
		{"ended, and said to be live later", func(y *story) {
			y.page(10, refresh(said("1", live.AnswerEnded)))
			y.page(20, refresh(live.Answer{Key: "1", State: live.AnswerLive, Broadcast: "1"}))
		}, []string{"1", "2", "3"}, ""},
		{"an answer from before the end, another is live by now", func(y *story) {
			y.page(2, list(on("c1", "1", 500)))
			y.page(10, status(said("c1", live.AnswerEnded)))
			y.page(20, list(on("c1", "9", 400)))
			y.page(5, status(liveAs("c1", "1")))
		}, []string{"2", "3", "9"}, EndSaid},
		{"ended, and seen live before", func(y *story) {
			y.page(10, refresh(said("1", live.AnswerEnded)))
			y.page(5, list(row("1", 7)))
		}, []string{"2", "3"}, EndSaid},
		{"a search without it", func(y *story) {
			for i := range 10 {
				y.page(10+i, live.Page{Kind: live.KindSearch, Coverage: live.CoverNone, Found: []live.Found{{ID: "9"}}})
			}
		}, []string{"1", "2", "3"}, ""},

		// Passes.
		{"one pass without it", func(y *story) { y.page(10, whole("a", "2", "3")) }, []string{"1", "2", "3"}, ""},
		{"two passes without it", func(y *story) { y.page(10, whole("a", "2", "3")); y.page(20, whole("b", "2", "3")) }, []string{"2", "3"}, EndMissing},
		{"two passes, a status check says live between", func(y *story) {
			y.page(10, whole("a", "2", "3"))
			y.page(15, status(liveAs("c1", "1")))
			y.page(20, whole("b", "2", "3"))
		}, []string{"1", "2", "3"}, ""},
		{"two passes, a status check says nothing between", func(y *story) {
			y.page(10, whole("a", "2", "3"))
			y.page(15, status(said("c1", live.AnswerUnknown)))
			y.page(20, whole("b", "2", "3"))
		}, []string{"2", "3"}, EndMissing},
		{"two passes of different regions", func(y *story) {
			kr := whole("b", "2", "3")
			kr.Region = "kr"
			y.page(10, whole("a", "2", "3"))
			y.page(20, kr)
		}, []string{"1", "2", "3"}, ""},
		{"two passes of one region, one of another between", func(y *story) {
			kr := whole("b", "2", "3")
			kr.Region = "kr"
			y.page(10, whole("a", "2", "3"))
			y.page(20, kr)
			y.page(30, whole("c", "2", "3"))
		}, []string{"2", "3"}, EndMissing},
		{"two passes, one failed page between", func(y *story) {
			y.page(10, whole("a", "2", "3"))
			y.page(15, live.Page{Kind: live.KindList, Coverage: live.CoverList, Error: "timeout"})
			y.page(20, whole("b", "2", "3"))
		}, []string{"2", "3"}, EndMissing},
		{"strange passes", func(y *story) {
			for i := range 20 {
				y.page(10+i, whole("a", "2"))
			}
		}, []string{"1", "2", "3"}, ""},
		{"empty passes", func(y *story) {
			for i := range 20 {
				y.page(10+i, whole("a"))
			}
		}, []string{"1", "2", "3"}, ""},
		{"passes far below what the platform counts", func(y *story) {
			for i := range 20 {
				p := whole("a", "2", "3")
				p.Total = 5
				y.page(10+i, p)
			}
		}, []string{"1", "2", "3"}, ""},
		{"passes that repeat their first page", func(y *story) {
			y.page(1, list(rows("4", "5", "6")...))
			for i := range 20 {
				a := walkOf("a", "2", "2")
				a[1].Observations = rows("2", "2", "2", "2", "2")
				y.page(10+3*i, a[0])
				y.page(12+3*i, a[1])
			}
		}, []string{"1", "2", "3", "4", "5", "6"}, ""},
		{"passes that change their region", func(y *story) {
			for i := range 20 {
				a := walkOf("a", "2", "3")
				a[1].Region = "kr"
				y.page(10+3*i, a[0])
				y.page(12+3*i, a[1])
			}
		}, []string{"1", "2", "3"}, ""},
		{"passes whose pages were seen in another order", func(y *story) {
			for i := range 20 {
				a := walkOf("a", "2", "3")
				y.page(12+3*i, a[0])
				y.page(11+3*i, a[1])
			}
		}, []string{"1", "2", "3"}, ""},
		{"passes that overlap", func(y *story) {
			a, b := walkOf("a", "2", "3"), walkOf("b", "2", "3")
			y.page(10, a[0])
			y.from("w2", live.LaneLive, 11, b[0])
			y.page(12, a[1])
			y.from("w2", live.LaneLive, 13, b[1])
		}, []string{"1", "2", "3"}, ""},
		{"passes that meet", func(y *story) {
			a, b := walkOf("a", "2", "3"), walkOf("b", "2", "3")
			y.page(10, a[0])
			y.page(12, a[1])
			y.from("w2", live.LaneLive, 12, b[0])
			y.from("w2", live.LaneLive, 13, b[1])
		}, []string{"2", "3"}, EndMissing},
		{"passes that began in the middle", func(y *story) {
			for i := range 20 {
				p := whole("a", "2", "3")
				p.Cursor = "x"
				y.page(10+i, p)
			}
		}, []string{"1", "2", "3"}, ""},
		{"passes with a failed page", func(y *story) {
			for i := range 20 {
				a := walkOf("a", "2", "3")
				y.page(10+3*i, a[0])
				y.page(11+3*i, live.Page{Kind: live.KindList, Coverage: live.CoverList, Error: "timeout", Pass: &live.Pass{ID: "a", Index: 1}})
				y.page(12+3*i, a[1])
			}
		}, []string{"1", "2", "3"}, ""},
		{"passes with a page left out", func(y *story) {
			for i := range 20 {
				a := walkOf("a", "2", "3")
				a[1].Pass.Index = 2
				y.page(10+3*i, a[0])
				y.page(12+3*i, a[1])
			}
		}, []string{"1", "2", "3"}, ""},
		{"passes with an empty page in the middle", func(y *story) {
			for i := range 20 {
				a := walkOf("a", "2", "3")
				a[1].Pass.Index = 2
				y.page(10+3*i, a[0])
				empty := list()
				empty.Pass = &live.Pass{ID: "a", Index: 1}
				y.page(11+3*i, empty)
				y.page(12+3*i, a[1])
			}
		}, []string{"1", "2", "3"}, ""},
		{"passes shared by two workers", func(y *story) {
			for i := range 20 {
				a := walkOf("a", "2", "3")
				y.page(10+3*i, a[0])
				y.from("w2", live.LaneLive, 12+3*i, a[1])
			}
		}, []string{"1", "2", "3"}, ""},
		{"passes with a late page", func(y *story) {
			for i := range 20 {
				a := walkOf("a", "2", "3")
				y.from("w1", live.LaneLate, 10+3*i, a[0])
				y.page(12+3*i, a[1])
			}
		}, []string{"1", "2", "3"}, ""},
		{"passes that were cut", func(y *story) {
			for i := range 20 {
				a := walkOf("a", "2", "3")
				a[1].Pass.Last = false
				y.page(10+3*i, a[0])
				y.page(12+3*i, a[1])
			}
		}, []string{"1", "2", "3"}, ""},
		{"moved into a page that had been read", func(y *story) {
			for i := range 20 { // 9 appears while each pass walks
				a := walkOf("a", "2", "3")
				y.page(10+3*i, a[0])
				y.from("w2", live.LaneLive, 11+3*i, list(rows("1", "9")...))
				y.page(12+3*i, a[1])
			}
		}, []string{"1", "2", "3", "9"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			y := newStory(t)
			y.page(0, list(rows("1", "2", "3")...))
			c.tell(y)
			y.wants(c.live...)
			b := y.get("1")
			if b.EndReason != c.why || b.Live() != (c.why == "") {
				t.Errorf("ended %v because %q, want %q", b.EndedAt, b.EndReason, c.why)
			}
			if !b.Live() && b.EndedAt.Before(b.ConfirmedAt) {
				t.Error("ended before its last confirmation")
			}
		})
	}
}

// walkOf is a pass of two pages over the ids.
func walkOf(pass string, ids ...string) [2]live.Page {
	a, b := list(rows(ids[:1]...)...), list(rows(ids[1:]...)...)
	a.Pass, b.Pass = &live.Pass{ID: pass}, &live.Pass{ID: pass, Index: 1, Last: true}
	a.Next, b.Cursor = "x", "x"
	return [2]live.Page{a, b}
}

func TestUnseenWhilePagesArrive(t *testing.T) {
	y := newStory(t)
	y.page(0, list(rows("1", "2")...))
	for s := 300; s <= 1800; s += 300 {
		y.tick(s - 1)
		y.wants("1", "2")
		y.page(s, list(row("2", 5)))
	}
	y.tick(1810)
	y.wants("2")
	if b := y.get("1"); b.EndReason != EndUnseen {
		t.Error(b.EndReason)
	}
	y.page(1820, list(row("1", 5)))
	y.wants("1", "2")
}

func TestFailedAndEmptyPagesAreNotArriving(t *testing.T) {
	y := newStory(t)
	y.page(0, list(rows("1", "2")...))
	for s := 60; s <= 7140; s += 60 {
		y.tick(s - 1)
		y.page(s, live.Page{Kind: live.KindList, Coverage: live.CoverList, Error: "blocked"})
		y.page(s, list())
		y.page(s, live.Page{Kind: live.KindSearch, Coverage: live.CoverNone})
	}
	y.wants("1", "2")
	y.tick(7200)
	y.wants()
	if b := y.get("1"); b.EndReason != EndSilent || !b.EndedAt.Equal(sec(7200)) {
		t.Error(b.EndReason, b.EndedAt)
	}
}

func TestRarePagesAreNotSilence(t *testing.T) {
	y := newStory(t)
	y.page(0, list(rows("1", "2")...))
	for h := 1; h <= 2; h++ {
		y.tick(h * 3600)
		y.page(h*3600, list(row("2", 5)))
	}
	y.tick(7300)
	y.wants("1", "2") // the two pages count for 20 minutes
}

// What one status check confirmed has its own two hours, across a restart too.
func TestSilenceCountsFromTheLastConfirmation(t *testing.T) {
	y := newStory(t)
	y.page(0, list(rows("1", "2")...))
	y.tick(3600)
	y.page(3600, status(live.Answer{Key: "c1", State: live.AnswerLive, Broadcast: "1"}))
	y.s = reload(t, y.s)
	y.tick(7200)
	y.wants("1")
	y.tick(3600 + 7190)
	y.wants("1")
	y.tick(3600 + 7200)
	y.wants()
}

func TestHubDownDoesNotExpire(t *testing.T) {
	y := newStory(t)
	y.page(0, list(rows("1", "2")...))
	y.jump(10 * 3600)
	y.wants("1", "2")
	y.tick(10*3600 + 7160)
	y.wants("1", "2") // the jump counted for 30 s
	y.tick(10*3600 + 7180)
	y.wants()
}

func TestEndedIsForgottenAfterAnHour(t *testing.T) {
	y := newStory(t)
	y.page(0, list(rows("1", "2")...))
	y.page(60, status(said("c1", live.AnswerEnded)))
	y.tick(3650)
	if b := y.get("1"); !b.EndedAt.Equal(sec(60)) || len(b.Minutes) > TrendMinutes {
		t.Error(b.EndedAt, len(b.Minutes))
	}
	y.tick(3660)
	if y.s.Broadcast(live.BroadcastID{Platform: "chzzk", ID: "1"}) != nil {
		t.Error("still there")
	}
	y.wants("2")
}

func TestMissingGivesHints(t *testing.T) {
	y := newStory(t)
	y.page(0, list(rows("1", "2", "3", "4")...))
	y.page(5, status(said("c3", live.AnswerMissing)))
	y.page(10, whole("a", "2", "3", "4"))
	if got := y.s.Missing(); len(got) != 1 || got[0].ID != "1" {
		t.Errorf("%v", got)
	}
	y.page(11, status(said("c4", live.AnswerMissing)))
	y.page(12, status(live.Answer{Key: "c1", State: live.AnswerLive, Broadcast: "1"}))
	if got := y.s.Missing(); len(got) != 1 || got[0].ID != "4" {
		t.Errorf("%v", got)
	}
}

func TestPlatformHealth(t *testing.T) {
	y := newStory(t)
	y.page(0, whole("a", "1", "2"))
	y.page(60, whole("b", "1", "2"))
	y.now = 70
	y.page(65, live.Page{Kind: live.KindList, Coverage: live.CoverList, Error: "rate_limited", ErrorText: "slow down", RetryAfter: 30_000})
	p := *y.s.Platforms()[0]
	want := PlatformState{
		ID: "chzzk", LastPageAt: sec(60), LastErrorAt: sec(65), LastError: "rate_limited", ErrorText: "slow down", RetryAt: sec(95),
		Errors: 1, LastPassAt: sec(60), PassEvery: time.Minute, Live: 2, ChangedSeq: 3,
		Places: []Place{{At: sec(60), Rows: 2, High: 100, Low: 100}},
	}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	y.page(62, list(row("1", 3))) // older than the error
	if p := y.s.Platforms()[0]; p.LastError == "" || !p.LastPageAt.Equal(sec(62)) {
		t.Errorf("%+v", p)
	}
	y.page(70, list(row("1", 3)))
	if p := y.s.Platforms()[0]; p.LastError != "" || p.Errors != 0 || !p.RetryAt.IsZero() {
		t.Errorf("%+v", p)
	}
}
