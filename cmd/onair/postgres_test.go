package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"onair/api/client"
	"onair/broker/brokertest"
	"onair/live"
	"onair/sink/postgres"
	"onair/sink/postgres/pgtest"
)

// fences are the blocks of docs/sql.md of one language.
func fences(t *testing.T, language string) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/sql.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```").FindAllStringSubmatch(string(text), -1) {
		out = append(out, m[1])
	}
	return out
}

// demoFolder is the data folder of a demo that has run for some of its hours and stopped.
func demoFolder(t *testing.T, hours time.Duration) string {
	t.Helper()
	dir := t.TempDir()
	c := demoCmd{Seed: 1, Speed: maxSpeed, Scale: 0.1, Sweep: time.Minute, SimListen: "127.0.0.1:0"}
	c.Data = dir
	c.Listen, c.Policy, c.Search, c.Pace = "127.0.0.1:0", "sweep", 15*time.Minute, minPace
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	urls, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- c.run(ctx, slog.New(slog.DiscardHandler), func(url, _ string) { urls <- url }) }()
	api, err := client.New(<-urls, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var first time.Time
	for {
		if list, err := api.Streams(ctx, client.Query{Limit: 1}); err == nil && len(list.Streams) > 0 {
			if first.IsZero() {
				first = list.AsOf
			}
			if list.AsOf.Sub(first) > hours {
				break
			}
		}
		if err := live.Wait(ctx, live.RealClock{}, 50*time.Millisecond); err != nil {
			t.Fatal("the demo has not come that far")
		}
	}
	cancel()
	if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	return dir
}

// The ten queries of docs/sql.md against a copy of the demo, and an export of the same log beside it.
func TestQueriesOfTheDocs(t *testing.T) {
	soak(t)
	t.Parallel()
	dir := demoFolder(t, 50*time.Minute)
	url := pgtest.Shared(t).Database(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	c := exportCmd{Data: dir, Format: "copy", Output: filepath.Join(t.TempDir(), "all.copy")}
	var stderr bytes.Buffer
	if err := c.Run(ctx, out{io.Discard, &stderr}); err != nil {
		t.Fatal(err)
	}
	if stderr.Len() > 0 {
		t.Errorf("no terminal, and yet a bar: %q", stderr.String())
	}

	source, err := c.open(ctx, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer source.close()
	info, err := source.log.Info(ctx)
	if err != nil || !info.Virtual {
		t.Fatalf("%+v, %v", info, err)
	}
	target, err := postgres.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	e := postgres.New(postgres.Options{Target: target, Log: source.log, Epoch: postgres.Epoch{Created: info.Created, Rev: 1}, Keep: 1e5 * time.Hour})
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	for end := time.Now().Add(patience); e.Health().Position < info.LastSeq; time.Sleep(5 * time.Millisecond) { // between polls
		if time.Now().After(end) {
			t.Fatalf("%+v", e.Health())
		}
	}
	cancel()
	<-done

	exported := pgtest.Connect(t, url)
	table := fences(t, "table")
	if len(table) != 1 {
		t.Fatalf("%d tables in the docs", len(table))
	}
	if _, err := exported.Exec(t.Context(), table[0]); err != nil {
		t.Fatal(err)
	}
	loadCopy(t, exported, c.Output)
	if a, b := pgtest.Value[int](t, url, "SELECT count(*) FROM onair_observations"), pgtest.Value[int](t, url, "SELECT count(*) FROM onair.observations"); a != b || a < 1000 {
		t.Errorf("%d observations in the file, %d in the copy", a, b)
	}
	const differ = `SELECT count(*) FROM onair_observations f FULL JOIN onair.observations o USING (platform, broadcast, observed_at)
		WHERE f.viewers IS DISTINCT FROM o.viewers OR f.seq IS DISTINCT FROM o.seq`
	if n := pgtest.Value[int](t, url, differ); n != 0 {
		t.Errorf("%d observations differ between the file and the copy", n)
	}

	queries := fences(t, "sql")
	if len(queries) != 10 {
		t.Fatalf("%d queries in the docs, want ten", len(queries))
	}
	conn := pgtest.Connect(t, url)
	if _, err := conn.Exec(t.Context(), "SET ROLE onair_reader"); err != nil {
		t.Fatal(err)
	}
	for i, q := range queries {
		rows, err := conn.Query(t.Context(), q)
		if err != nil {
			t.Fatalf("query %d: %v", i+1, err)
		}
		got, err := pgx.CollectRows(rows, pgx.RowToMap)
		if err != nil {
			t.Fatalf("query %d: %v", i+1, err)
		}
		if len(got) == 0 {
			t.Errorf("query %d gives nothing:\n%s", i+1, q)
			continue
		}
		for column, v := range got[0] {
			if v == nil && column != "category" {
				t.Errorf("query %d: %s of the first row is null: %v", i+1, column, got[0])
			}
		}
		t.Logf("query %d: %d rows, first %v", i+1, len(got), got[0])
	}
	sensible := map[string]string{
		"the list has every platform":          "SELECT count(DISTINCT platform) = 4 FROM onair.live_now",
		"shares add up":                        "SELECT abs(sum(share) - 100) < 1 FROM (" + strings.TrimSuffix(strings.TrimSpace(queries[1]), ";") + ") q",
		"a peak is no less than the average":   "SELECT count(*) = 0 FROM onair.channel_day WHERE peak < average - 0.001",
		"average is hours watched by airtime":  "SELECT count(*) = 0 FROM onair.channel_day WHERE abs(average * counted_hours - hours_watched) > 0.001",
		"airtime is less than the demo's time": "SELECT max(airtime_hours) < 3 FROM onair.broadcast_day",
		"rankings are complete":                "SELECT count(*) = 0 FROM (SELECT minute FROM onair.ranking GROUP BY minute HAVING max(place) <> count(*)) q",
		"there are rankings":                   "SELECT count(DISTINCT minute) > 10 FROM onair.ranking",
		"places follow viewers":                "SELECT count(*) = 0 FROM onair.ranking a JOIN onair.ranking b ON b.minute = a.minute AND b.place = a.place + 1 WHERE b.viewers > a.viewers",
	}
	for what, q := range sensible {
		if !pgtest.Value[bool](t, url, q) {
			t.Errorf("not so: %s", what)
		}
	}
}

func loadCopy(t *testing.T, conn *pgx.Conn, path string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := conn.PgConn().CopyFrom(t.Context(), file, "COPY onair_observations FROM STDIN"); err != nil {
		t.Fatal(err)
	}
}

// hostileTitles are what streamers can type, as far as pages let them.
var hostileTitles = []string{
	`=HYPERLINK("http://evil.example","좋아요")`, "+82 10", "-1", "@SUM(A1)", "＝1＋1", "＠cmd", "'quoted", "''=1", "'=1", `\N`, `\.`, `a,b;"c"|d`, `{"x":1}`, "NULL", "", "방송 😀 <b>&amp;</b>",
	`C:\t\n\\`, "\u200d=1",
}

func hostileReading() postgres.Reading {
	p := &live.Page{Platform: "chzzk", Kind: live.KindList, Coverage: live.CoverList}
	for i, s := range hostileTitles {
		o := live.Observation{
			ID: fmt.Sprint("b", i), Channel: fmt.Sprint("-c", i), ChannelName: s, Title: s, Viewers: live.Viewers(i), Category: live.Category{Name: s}, Lang: "ko",
			Tags: []string{s, "tag"}, URL: "https://chzzk.naver.com/live/x", Adult: i%2 == 0,
		}
		if i%3 == 0 {
			o.Viewers = live.ViewersHidden
		} else {
			o.StartedAt = time.Date(2026, 11, 23, 1, 2, i, 0, time.UTC)
		}
		p.Observations = append(p.Observations, o)
	}
	return postgres.Reading{Seq: 7, First: 1, Last: 9, At: time.Date(2026, 11, 23, 3, 4, 5, 6000, time.UTC), Late: true, Page: p}
}

func TestExportedTextsSurvive(t *testing.T) {
	t.Parallel()
	r := hostileReading()
	// csv: nothing begins like a formula, and one apostrophe less is the original.
	text := append(csvForm{}.head(), csvForm{}.rows(r)...)
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(records) != 1+len(hostileTitles) {
		t.Fatalf("%d records, %v", len(records), err)
	}
	if d := cmp.Diff(exportColumns, records[0]); d != "" {
		t.Error(d)
	}
	for i, record := range records[1:] {
		for column, cell := range record {
			if cell != "" && strings.ContainsRune("=+-@＝＋－＠\t\r\n", []rune(cell)[0]) {
				t.Errorf("column %s: %q is a formula", exportColumns[column], cell)
			}
		}
		for _, column := range []int{4, 5, 7} {
			if got := strings.TrimPrefix(record[column], "'"); got != hostileTitles[i] {
				t.Errorf("%q came back as %q", hostileTitles[i], got)
			}
		}
		if wantHidden := i%3 == 0; wantHidden != (record[6] == "") {
			t.Errorf("viewers %q", record[6])
		}
	}
	// jsonl
	d := json.NewDecoder(bytes.NewReader(jsonlForm{}.rows(r)))
	for i, want := range hostileTitles {
		var row exportedRow
		if err := d.Decode(&row); err != nil {
			t.Fatal(err)
		}
		if row.Title != want || row.Tags[0] != want || row.Viewers.Known() == (i%3 == 0) || !row.ObservedAt.Equal(r.At) || row.Seq != 7 {
			t.Errorf("row %d came back as %+v", i, row)
		}
	}
	// copy, into the table of the docs
	url := pgtest.Shared(t).Database(t)
	conn := pgtest.Connect(t, url)
	if _, err := conn.Exec(t.Context(), fences(t, "table")[0]); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.copy")
	if err := os.WriteFile(path, copyForm{}.rows(r), 0o600); err != nil {
		t.Fatal(err)
	}
	loadCopy(t, conn, path)
	for i, want := range hostileTitles {
		var title, tag string
		var viewers *int
		if err := conn.QueryRow(t.Context(), "SELECT title, tags[1], viewers FROM onair_observations WHERE broadcast = $1", fmt.Sprint("b", i)).Scan(&title, &tag, &viewers); err != nil {
			t.Fatal(err)
		}
		if title != want || tag != want || (viewers == nil) != (i%3 == 0) {
			t.Errorf("%q came back as %q, tag %q", want, title, tag)
		}
	}
}

func TestExportPicksPlatformAndTime(t *testing.T) {
	f := brokertest.New(t)
	log := pageLog{f.Broker, nil}
	worker, _ := f.Worker("w1")
	for i, p := range []live.Platform{"chzzk", "soop", "chzzk"} {
		page := hostileReading().Page
		page.Platform = p
		body, err := live.EncodePage(page)
		if err != nil {
			t.Fatal(err)
		}
		lane := live.Lane{Platform: p, Worker: "w1", Epoch: fmt.Sprint("e", i), Name: live.LaneLive}
		// The last was seen two hours ago.
		if _, err := worker.Publish(t.Context(), lane, live.Entry{Key: uint64(i) + 1, Body: body, Age: time.Duration(i/2) * 2 * time.Hour}, 0); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		cmd   exportCmd
		pages int
	}{
		{exportCmd{}, 3}, {exportCmd{Platform: []live.Platform{"soop"}}, 1}, {exportCmd{Since: "1h"}, 2}, {exportCmd{Until: "1h"}, 1},
		{exportCmd{Since: "1h", Platform: []live.Platform{"chzzk"}}, 1}, {exportCmd{Since: "2126-01-01"}, 0},
	} {
		c.cmd.Format = "jsonl"
		var b bytes.Buffer
		n, err := c.cmd.write(t.Context(), log, &b, &progress{w: io.Discard})
		if err != nil || n != c.pages*len(hostileTitles) || bytes.Count(b.Bytes(), []byte("\n")) != n {
			t.Errorf("%+v: %d observations, %d lines, %v; want %d", c.cmd, n, bytes.Count(b.Bytes(), []byte("\n")), err, c.pages*len(hostileTitles))
		}
	}
}

func TestExportSettings(t *testing.T) {
	for _, c := range []exportCmd{
		{Since: "yesterday"}, {Until: "-5h"}, {Since: "2026-11-24", Until: "2026-11-23"}, {Platform: []live.Platform{"nosuch"}}, {Nats: []string{"nats://x"}}, {NatsKey: "x"},
	} {
		if c.Validate() == nil {
			t.Errorf("%+v was taken", c)
		}
	}
	if got, err := instant("2026-11-23", time.Now()); err != nil || got.UTC().Format(time.RFC3339) != "2026-11-22T15:00:00Z" {
		t.Errorf("a Korean day begins %v, %v", got, err)
	}
	// A broken export leaves no file.
	dir := t.TempDir()
	c := exportCmd{Output: filepath.Join(dir, "x.csv")}
	_, finish, err := c.create(out{io.Discard, io.Discard})
	if err != nil || finish(false) != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestPostgresSettings(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "url")
	if err := os.WriteFile(file, []byte("postgres://u:sw0rd@h:1/d\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	keep := 90 * 24 * time.Hour
	target, on, err := (&postgresSettings{PostgresFile: file, PostgresKeep: keep}).target()
	if err != nil || !on || target.String() != "u@h:1/d" {
		t.Errorf("%v %v %v", target, on, err)
	}
	if _, on, err := (&postgresSettings{PostgresKeep: keep}).target(); on || err != nil {
		t.Errorf("on %v, %v", on, err)
	}
	for _, s := range []postgresSettings{
		{Postgres: "postgres://u:sw0rd@h:x/d", PostgresKeep: keep}, {Postgres: "postgres://u:sw0rd@h/d", PostgresKeep: time.Hour},
		{Postgres: "postgres://u:sw0rd@h/d", PostgresFile: file, PostgresKeep: keep}, {PostgresFile: dir, PostgresKeep: keep}, {PostgresFile: file + "x", PostgresKeep: keep},
	} {
		if err := s.check(); err == nil || strings.Contains(err.Error(), "sw0rd") {
			t.Errorf("%v", err)
		}
	}
}
