package main

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"onair/broker"
	"onair/broker/brokertest"
	"onair/live"
)

// trail is what a run left behind: what workers say that they accepted, and what the log holds.
//
// A worker gives every page that its outbox has committed a key, without a hole, and logs "job done" with the number of
// pages before it acks the job. So each worker's keys must be in the log from 1 on, each once, growing in every lane,
// and each finished job must have at least as many pages there as its lines in the worker's own log say.
type trail struct {
	messages, ticks             int
	lost, duplicated, reordered int
	notes                       []string // the first of each
}

func (h *trail) note(format string, a ...any) {
	if len(h.notes) < 20 {
		h.notes = append(h.notes, fmt.Sprintf(format, a...))
	}
}

var jobDone = regexp.MustCompile(`msg="job done" job=(\S+) .*pages=(\d+)`)

// accepted sums up a worker's log: pages by job.
func accepted(log string, into map[string]int) {
	for line := range strings.Lines(log) {
		if m := jobDone.FindStringSubmatch(line); m != nil {
			n, _ := strconv.Atoi(m[2])
			into[m[1]] += n
		}
	}
}

// readHistory reads the whole log message by message, trusting no consumer.
func readHistory(t testing.TB, js jetstream.JetStream, jobs map[string]int) *trail {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	stream, err := js.Stream(ctx, broker.StreamPages)
	if err != nil {
		t.Fatal(err)
	}
	state := stream.CachedInfo().State
	h := &trail{}
	keys := map[string]map[uint64]int{} // by worker.epoch
	last := map[string]uint64{}         // by subject
	pages := map[string]int{}           // by job
	for seq := state.FirstSeq; seq <= state.LastSeq; seq++ {
		m, err := stream.GetMsg(ctx, seq)
		if err != nil {
			h.lost++
			h.note("message %d: %v", seq, err)
			continue
		}
		if m.Subject == broker.SubjectTick {
			h.ticks++
			continue
		}
		h.messages++
		key, err := strconv.ParseUint(m.Header.Get(broker.HeaderKey), 10, 64)
		token := strings.Split(m.Subject, ".")
		if err != nil || len(token) != 5 {
			t.Fatalf("message %d: subject %s, key %q", seq, m.Subject, m.Header.Get(broker.HeaderKey))
		}
		box := token[2] + "." + token[3]
		if keys[box] == nil {
			keys[box] = map[uint64]int{}
		}
		if keys[box][key]++; keys[box][key] > 1 {
			h.duplicated++
			h.note("message %d: page %d of %s again", seq, key, box)
		}
		if key <= last[m.Subject] {
			h.reordered++
			h.note("message %d: page %d of %s after %d", seq, key, m.Subject, last[m.Subject])
		}
		last[m.Subject] = max(last[m.Subject], key)
		p, err := live.DecodePage(m.Data)
		if err != nil {
			t.Fatalf("message %d: %v", seq, err)
		}
		pages[p.Job]++
	}
	for box, all := range keys {
		for k := uint64(1); k <= maxKey(all); k++ {
			if all[k] == 0 {
				h.lost++
				h.note("page %d of %s is not in the log", k, box)
			}
		}
	}
	for job, n := range jobs {
		if pages[job] < n {
			h.lost += n - pages[job]
			h.note("job %s: %d pages accepted, %d in the log", job, n, pages[job])
		}
	}
	return h
}

func maxKey(all map[uint64]int) (most uint64) {
	for k := range all {
		most = max(most, k)
	}
	return most
}

// TestTrailFindsFaults: the check of the history sees a page that is missing, one that came twice and one out of order.
func TestTrailFindsFaults(t *testing.T) {
	f := brokertest.New(t)
	edge, _ := f.Worker("w1")
	body, err := live.EncodePage(&live.Page{Platform: "chzzk", Kind: live.KindList, Job: "j1", Coverage: live.CoverList, Pass: &live.Pass{ID: "p1"}})
	if err != nil {
		t.Fatal(err)
	}
	lane := live.Lane{Platform: "chzzk", Worker: "w1", Epoch: "e1", Name: live.LaneLive}
	var fence uint64
	for _, key := range []uint64{1, 2, 5, 4, 5} { // 3 is missing, 4 is late, 5 is there twice
		if fence, err = edge.Publish(t.Context(), lane, live.Entry{Key: key, Body: body}, fence); err != nil {
			t.Fatal(err)
		}
	}
	js, err := jetstream.New(f.Conn)
	if err != nil {
		t.Fatal(err)
	}
	jobs := map[string]int{}
	accepted(`level=INFO msg="job done" job=j1 platform=chzzk kind=list key=list pages=6 rows=1`+"\n", jobs)
	h := readHistory(t, js, jobs)
	// The missing page is found by its key and by its job; the second 5 follows a 5, which is no order either.
	if h.messages != 5 || h.lost != 2 || h.duplicated != 1 || h.reordered != 2 {
		t.Errorf("%+v", h)
	}
}
