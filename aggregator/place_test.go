package aggregator

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onair/live"
)

// band is page i of a list: two rows of the given counts, and where the next page starts.
func band(i int, cursor, next string, high, low live.Viewers) live.Page {
	p := list(row(fmt.Sprintf("%da", i), high), row(fmt.Sprintf("%db", i), low))
	p.Pass = &live.Pass{ID: fmt.Sprintf("j%d", i), Index: i, Last: next == ""}
	p.Cursor, p.Next = cursor, next
	return p
}

func (y *story) places(want ...Place) {
	y.tb.Helper()
	if diff := cmp.Diff(want, y.s.platform("chzzk").Places); diff != "" {
		y.tb.Errorf("places (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(y.s.platform("chzzk").Places, mustReload(y.tb, y.s).platform("chzzk").Places); diff != "" {
		y.tb.Errorf("places after loading (-want +got):\n%s", diff)
	}
}

func TestPlacesFollowTheList(t *testing.T) {
	y := newStory(t)
	y.page(0, band(0, "", "50:1", 900, 50))
	y.page(1, band(1, "50:1", "20:2", 49, 20))
	y.page(2, band(2, "20:2", "", 19, 1))
	first := []Place{{"", sec(0), 2, 900, 50}, {"50:1", sec(1), 2, 49, 20}, {"20:2", sec(2), 2, 19, 1}}
	y.places(first...)

	// The second page alone: it moves the third's cursor and leaves its time.
	y.page(60, band(1, "50:1", "22:9", 55, 22))
	y.places(first[0], Place{"50:1", sec(60), 2, 55, 22}, Place{"22:9", sec(2), 2, 19, 1})
	y.page(70, band(0, "", "60:7", 950, 60))
	y.places(Place{"", sec(70), 2, 950, 60}, Place{"60:7", sec(60), 2, 55, 22}, Place{"22:9", sec(2), 2, 19, 1})

	// A page that was observed before what is known, a page whose predecessor is not known, a status check: nothing.
	y.page(65, band(0, "", "61:8", 1, 1))
	y.page(71, band(5, "3:3", "", 1, 1))
	y.page(72, status(said("c1a", live.AnswerEnded)))
	y.places(Place{"", sec(70), 2, 950, 60}, Place{"60:7", sec(60), 2, 55, 22}, Place{"22:9", sec(2), 2, 19, 1})

	// The list grows by a page, then ends early.
	y.page(80, band(2, "22:9", "5:5", 21, 5))
	y.places(Place{"", sec(70), 2, 950, 60}, Place{"60:7", sec(60), 2, 55, 22}, Place{"22:9", sec(80), 2, 21, 5}, Place{Cursor: "5:5"})
	y.page(81, band(1, "60:7", "", 59, 1))
	y.places(Place{"", sec(70), 2, 950, 60}, Place{"60:7", sec(81), 2, 59, 1})
}

func TestRefusedCursorLeavesTheHead(t *testing.T) {
	y := newStory(t)
	y.page(0, band(0, "", "50:1", 900, 50))
	y.page(1, band(1, "50:1", "20:2", 49, 20))
	refused := live.Page{Kind: live.KindList, Coverage: live.CoverNone, Cursor: "20:2", Error: "timeout", Pass: &live.Pass{ID: "j", Index: 2}}
	y.page(2, refused)
	y.places(Place{"", sec(0), 2, 900, 50}, Place{"50:1", sec(1), 2, 49, 20}, Place{Cursor: "20:2"})
	refused.Error = "cursor"
	y.page(3, refused)
	y.places(Place{"", sec(0), 2, 900, 50})
}

func TestHiddenCountsAreNoBand(t *testing.T) {
	y := newStory(t)
	p := band(0, "", "", live.ViewersHidden, 7)
	y.page(0, p)
	y.places(Place{"", sec(0), 2, 7, 7})
	p = band(0, "", "", live.ViewersHidden, live.ViewersHidden)
	y.page(1, p)
	y.places(Place{"", sec(1), 2, live.ViewersHidden, live.ViewersHidden})
}

// Whatever comes in whatever order: places are dense, bounded, and a snapshot's slice is never written to.
func TestPlacesAreDenseAndNeverWrittenTo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &platform{}
		var held []Place
		var copied []Place
		at := noon
		for range rapid.IntRange(1, 60).Draw(t, "pages") {
			at = at.Add(time.Duration(rapid.IntRange(-20, 60).Draw(t, "after")) * time.Second)
			i := rapid.IntRange(0, maxPlaces+5).Draw(t, "index")
			if rapid.Bool().Draw(t, "near") {
				i = min(i, len(f.Places))
			}
			p := band(i, "", "n", 9, 3)
			if i > 0 {
				p.Cursor = fmt.Sprint(i)
			}
			if rapid.IntRange(0, 5).Draw(t, "ends") == 0 {
				p.Next = ""
			}
			if rapid.IntRange(0, 9).Draw(t, "refused") == 0 {
				p.Error = "cursor"
			}
			f.place(&p, at)
			if len(f.Places) > maxPlaces {
				t.Fatalf("%d places", len(f.Places))
			}
			for k, x := range f.Places {
				if (k == 0) != (x.Cursor == "") {
					t.Fatalf("place %d starts at %q", k, x.Cursor)
				}
				if x.At.IsZero() && k+1 != len(f.Places) {
					t.Fatalf("place %d of %d was never listed", k, len(f.Places))
				}
			}
			if diff := cmp.Diff(copied, held); diff != "" {
				t.Fatalf("a slice that a snapshot holds has changed:\n%s", diff)
			}
			held, copied = f.Places, append([]Place(nil), f.Places...)
		}
	})
}

func mustReload(tb testing.TB, s *State) *State {
	tb.Helper()
	again, err := Load(s.Records())
	if err != nil {
		tb.Fatal(err)
	}
	return again
}
