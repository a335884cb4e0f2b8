package postgres

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"onair/live"
	"onair/sink/postgres/pgtest"
	"onair/view"
	"onair/view/viewtest"
)

// eventful is a log with all that the tables know: passes with changing counts, broadcasts that come and go, failed
// requests, hidden counts, checks, late pages, an unreadable message, ticks, and a pause of the hub.
func eventful(tb testing.TB, seed uint64, passes int) []live.Message {
	tb.Helper()
	random := rand.New(rand.NewPCG(seed, 7))
	evening := viewtest.NewEvening(seed, 160, 20)
	var out []live.Message
	now := viewtest.Noon
	for pass := range passes {
		now = now.Add(time.Minute)
		if pass == passes/2 {
			now = now.Add(3 * time.Hour) // the hub was down
		}
		out = append(out, viewtest.Tick(now))
		for i, p := range evening.Pass() {
			at := now.Add(time.Duration(i+1) * time.Second)
			if random.IntN(12) == 0 {
				p = &live.Page{Platform: p.Platform, Kind: p.Kind, Job: p.Job, Coverage: p.Coverage, Latency: 3000, Status: 503, Error: "unavailable", ErrorText: "out", Egress: "seoul\\2"}
			}
			kept := p.Observations[:0]
			for _, o := range p.Observations {
				if random.IntN(15) == 0 {
					continue // missing: two passes without it end it
				}
				if random.IntN(20) == 0 {
					o.Viewers = live.ViewersHidden
				}
				if random.IntN(10) == 0 {
					o.Title = `C:\temp "x" \N \. ; DROP TABLE observations; -- {a,"b"} '` + fmt.Sprint(random.IntN(99))
					o.Tags = []string{`a"b\c,{}`, "NULL", `\N`}
				}
				kept = append(kept, o)
			}
			p.Observations = kept
			m := viewtest.MustMessage(tb, at, p)
			m.Age = time.Duration(random.IntN(900)) * time.Millisecond
			switch random.IntN(25) {
			case 0:
				m.Lane.Name, m.Age = live.LaneLate, time.Duration(3+random.IntN(300))*time.Minute
			case 1:
				m.Body = []byte("not a page")
			}
			out = append(out, m)
		}
		p := &live.Page{
			Platform: "twitch", Kind: live.KindStatus, Job: "j", Coverage: live.CoverAsked, Latency: 20, Status: 200, Cost: live.Cost{Bucket: "units", Units: 1},
			Answers: []live.Answer{{Key: fmt.Sprint("ch", 30_000_000+random.IntN(40)), State: live.AnswerEnded}},
		}
		out = append(out, viewtest.MustMessage(tb, now.Add(50*time.Second), p))
		p = &live.Page{
			Platform: "youtube", Kind: live.KindChannel, Job: "j", Coverage: live.CoverNone, Latency: 20, Status: 200,
			Channels: []live.ChannelInfo{{ID: "ch40000001", Name: fmt.Sprint("이름 ", pass), Handle: "name", Country: "KR", Description: `a\b`}},
		}
		out = append(out, viewtest.MustMessage(tb, now.Add(51*time.Second), p))
	}
	return append(out, viewtest.Tick(now.Add(time.Minute)))
}

// rowsOf counts the observations that the tables must have: every readable page's, a broadcast once a page.
func rowsOf(messages []live.Message) (observations, requests int) {
	for i := range messages {
		p, err := view.Decode(&messages[i])
		if err != nil || p == nil {
			continue
		}
		requests++
		observations += len(p.Observations)
	}
	return observations, requests
}

// contents is every row of the tables as text, sorted, less what depends on when transactions were made.
func contents(tb testing.TB, url string) map[string]string {
	tb.Helper()
	conn := pgtest.Connect(tb, url)
	out := map[string]string{}
	for table, columns := range map[string]string{
		"observations": observationColumns, "ranking": rankingColumns, "requests": requestColumns,
		"broadcasts": broadcastColumns, "channels": "platform, id, name, handle, country, description, creator", "creators": "id, name", "platforms": "id, name, keep_days",
		"position": "stream_ns, virtual, seq, log_time",
	} {
		rows, err := conn.Query(tb.Context(), fmt.Sprintf("SELECT t::text FROM (SELECT %s FROM onair.%s) t ORDER BY 1", columns, table))
		if err != nil {
			tb.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			tb.Fatal(err)
		}
		out[table] = strings.Join(lines, "\n")
	}
	return out
}

// reference copies the messages in one undisturbed go.
func reference(tb testing.TB, created time.Time, messages []live.Message) map[string]string {
	tb.Helper()
	url := pgtest.Shared(tb).Database(tb)
	log := viewtest.NewLog(created, false)
	end := log.Append(messages...)
	r := begin(tb, url, Options{Log: log})
	r.reaches(end)
	r.end()
	return contents(tb, url)
}

func compare(tb testing.TB, want, got map[string]string) {
	tb.Helper()
	for table := range want {
		if d := cmp.Diff(strings.Split(want[table], "\n"), strings.Split(got[table], "\n")); d != "" {
			tb.Errorf("%s (-undisturbed +this):\n%.2000s", table, d)
		}
	}
}

// feed appends the messages little by little, as they would come.
func feed(log *viewtest.Log, messages []live.Message, random *rand.Rand, between func()) uint64 {
	var end uint64
	for len(messages) > 0 {
		n := min(1+random.IntN(12), len(messages))
		end = log.Append(messages[:n]...)
		messages = messages[n:]
		between()
	}
	return end
}
