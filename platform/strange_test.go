package platform_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"onair/aggregator"
	"onair/live"
	"onair/platform"
)

// site gives the three pages of a list of 30; one row may be strange, and one broadcast is not on it.
type site struct{ strange, absent int }

func (s site) RoundTrip(r *http.Request) (*http.Response, error) {
	const size = 10
	from := 0
	if id := r.URL.Query().Get("liveId"); id != "" {
		_, _ = fmt.Sscan(id, &from)
	}
	var rows []string
	for n := from + 1; n <= from+size; n++ {
		switch n {
		case s.absent:
		case s.strange:
			rows = append(rows, fmt.Sprintf(`{"liveId":%d,"concurrentUserCount":"2,509","channel":null}`, n))
		default:
			rows = append(rows, fmt.Sprintf(`{"liveId":%d,"concurrentUserCount":5,"channel":{"channelId":"c%[1]d"}}`, n))
		}
	}
	next := "null"
	if from += size; from < 3*size {
		next = fmt.Sprintf(`{"concurrentUserCount":5,"liveId":%d}`, from)
	}
	body := fmt.Sprintf(`{"code":200,"content":{"data":[%s],"page":{"next":%s}}}`, strings.Join(rows, ","), next)
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// TestStrangeRowEndsNothing walks a list again and again into the fold. Without a strange row a broadcast that left the
// list ends with the second pass; with one, on whichever page, no pass counts and none ends.
func TestStrangeRowEndsNothing(t *testing.T) {
	s, err := platform.New("chzzk", platform.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for strange, wantEnd := range map[int]bool{0: true, 3: false, 13: false, 23: false} {
		state, seq := aggregator.New(false), uint64(0)
		at := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
		pass := func(web site) {
			t.Helper()
			cursor := ""
			for i := 0; i == 0 || cursor != ""; i++ {
				p, err := s.Fetch(t.Context(), &http.Client{Transport: web}, platform.Request{Kind: live.KindList, Cursor: cursor})
				if err != nil {
					t.Fatalf("row %d is strange, page %d: %v", strange, i, err)
				}
				if i > 2 {
					t.Fatal("the list has no end")
				}
				p.Pass = &live.Pass{ID: fmt.Sprint(at.Unix() / 60), Index: i, Last: p.Next == ""}
				p.Clean(s.Info())
				seq++
				at = at.Add(time.Second)
				state.Apply(&live.Message{Seq: seq, Time: at, Lane: live.Lane{Platform: "chzzk", Worker: "w", Epoch: "e", Name: live.LaneLive}}, p)
				cursor = p.Next
			}
			at = at.Truncate(time.Minute).Add(time.Minute)
		}
		pass(site{})
		for range 5 {
			pass(site{strange: strange, absent: 25})
		}
		for n := 1; n <= 30; n++ {
			b := state.Broadcast(live.BroadcastID{Platform: "chzzk", ID: fmt.Sprint(n)})
			if b == nil {
				t.Fatalf("broadcast %d was never seen", n)
			}
			if ended := !b.Live(); ended != (wantEnd && n == 25) {
				t.Errorf("row %d strange: broadcast %d ended is %v", strange, n, ended)
			}
			if n != 25 && n != strange && at.Sub(b.ConfirmedAt) > 2*time.Minute {
				t.Errorf("row %d strange: broadcast %d was last seen at %v", strange, n, b.ConfirmedAt)
			}
		}
	}
}
