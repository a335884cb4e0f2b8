package aggregator

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onair/live"
)

// One ranking for each minute in which something was said, as it ended; by the message that ended it.
func TestRankingOfEachMinute(t *testing.T) {
	y := newStory(t)
	var got []Ranking
	apply := func(e Effects) { got = append(got, e.Rankings...) }
	apply(y.page(10, list(row("1", 5), row("2", 50), row("3", live.ViewersHidden))))
	apply(y.page(50, list(row("1", 60), row("4", 50))))
	ends := func(to int) {
		y.now = to
		y.seq++
		apply(y.s.Apply(&live.Message{Seq: y.seq, Time: sec(to), Tick: true}, nil))
	}
	ends(59)
	if len(got) != 0 {
		t.Fatalf("%+v", got)
	}
	minute := noon.Unix() / 60
	// What the message that ends a minute says belongs to the next one.
	apply(y.page(65, list(row("1", 1), row("2", 2))))
	ends(70)
	apply(y.page(100, status(said("c4", live.AnswerEnded))))
	ends(330)  // skips three minutes: only what was held when minute 1 ended is known
	ends(331)  //
	ends(1000) // a long jump: nothing is
	ends(1020)
	id := func(s string) live.BroadcastID { return live.BroadcastID{Platform: "chzzk", ID: s} }
	want := []Ranking{
		{minute, 4, []RankRow{{id("1"), "c1", 60}, {id("2"), "c2", 50}, {id("4"), "c4", 50}, {id("3"), "c3", live.ViewersHidden}}},
		{minute + 1, 7, []RankRow{{id("2"), "c2", 2}, {id("1"), "c1", 1}, {id("3"), "c3", live.ViewersHidden}}},
		{minute + 16, 10, []RankRow{{id("2"), "c2", 2}, {id("1"), "c1", 1}, {id("3"), "c3", live.ViewersHidden}}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// The partial selection gives what sorting everything would.
func TestRankingIsTheHeadOfTheList(t *testing.T) {
	for _, n := range []int{0, 1, maxRanks - 1, maxRanks, 2*maxRanks - 1, 2 * maxRanks, 7_777} {
		for name, count := range map[string]func(i int) int{
			"random":    func(int) int { return rand.IntN(2000) },
			"ascending": func(i int) int { return i },
			"falling":   func(i int) int { return n - i },
			"equal":     func(int) int { return 7 },
			"hidden":    func(i int) int { return i%3 - 1 },
		} {
			y := newStory(t)
			for at := 0; at < n; at += 500 {
				p := list()
				p.Platform = live.Platform([]string{"soop", "chzzk"}[at/500%2])
				for i := at; i < min(at+500, n); i++ {
					p.Observations = append(p.Observations, row(fmt.Sprintf("%05d", i), live.Viewers(count(i))))
				}
				y.page(1, p)
			}
			var want []RankRow
			for b := range y.s.Broadcasts() {
				want = append(want, RankRow{b.ID, b.Channel, b.Viewers})
			}
			slices.SortStableFunc(want, func(a, b RankRow) int {
				if a.Viewers != b.Viewers {
					return int(b.Viewers) - int(a.Viewers)
				}
				return strings.Compare(a.ID.String(), b.ID.String())
			})
			want = want[:min(len(want), maxRanks)]
			for range 2 { // the scratch of the first leaves nothing behind
				if got := y.s.ranking(); len(got) != len(want) || len(want) > 0 && cmp.Diff(want, got) != "" {
					t.Fatalf("%d %s: %s", n, name, cmp.Diff(want, got))
				}
			}
		}
	}
}

// A minute has at most one ranking, in order, and a node that restarts anywhere gives the same ones.
func TestRankingsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := evening(t, rapid.IntRange(1, 60).Draw(t, "minutes"))
		straight, other := New(false), New(false)
		var a, b []Ranking
		for i := range log {
			a = append(a, straight.Apply(&log[i].m, log[i].p).Rankings...)
			if rapid.IntRange(0, 10).Draw(t, "restart") == 0 {
				other = reload(t, other)
			}
			b = append(b, other.Apply(&log[i].m, log[i].p).Rankings...)
		}
		if d := cmp.Diff(a, b); d != "" {
			t.Fatal(d)
		}
		for i := 1; i < len(a); i++ {
			if a[i].Minute <= a[i-1].Minute || a[i].Seq <= a[i-1].Seq {
				t.Fatalf("minute %d after %d", a[i].Minute, a[i-1].Minute)
			}
		}
	})
}
