package postgres

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onair/sink/postgres/pgtest"
	"onair/view/viewtest"
)

// BenchmarkCopy copies a log of 4,000 broadcasts seen each minute (5.8 million observations a day, five times what is
// seen of the busiest sites) as fast as it goes, beside a bare COPY of the same rows into tables of the same shape (key,
// other indexes, a partition a day), in the same run. ONAIR_BENCH_MINUTES says how many minutes; 3000 are ten days of
// 1.2 million, 300 are one.
//
// "ratio" compares with COPY of every row that the exporter left (observations, rankings, requests, broadcasts and
// channels; a broadcast once, though the exporter wrote it again with every batch); "ratio/observations" takes the same
// time of the exporter, but a COPY of the observations alone. "cpu-ratio" is the CPU time that the server took for the
// bare COPY against what it took for the exporter: what the ratio is where the exporter's own work (it decodes, checks
// and folds the pages besides, and stores its state) has cores of its own.
func BenchmarkCopy(b *testing.B) {
	minutes := 60
	if n, err := strconv.Atoi(os.Getenv("ONAIR_BENCH_MINUTES")); err == nil {
		minutes = n
	}
	const broadcasts, page = 4000, 50
	for b.Loop() {
		url := pgtest.Shared(b).Database(b)
		log := viewtest.NewLog(viewtest.Noon, false)
		messages := viewtest.NewEvening(1, broadcasts, page).MustMessages(b, minutes)
		// The tick comes so late that all before it is written at once, and not when the next rows would have come.
		last := viewtest.Noon.Add(time.Duration(minutes) * time.Minute)
		messages = append(messages, viewtest.Tick(last.Add(maxSpan+time.Minute)))
		warm := log.Append(viewtest.Tick(viewtest.Noon))
		r := begin(b, url, Options{Log: log, Clock: fixed{noon(), last}}, func(e *Exporter) {
			e.flushEvery, e.checkpointEvery = flushEvery, checkpointEvery
		})
		r.reaches(warm)
		pid := pgtest.Value[int](b, url, "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'onair'")
		busy, began := cpu(b, pid), time.Now()
		end := log.Append(messages...)
		for r.Health().Position < end-1 {
			time.Sleep(time.Millisecond)
		}
		took := time.Since(began)
		busy = cpu(b, pid) - busy
		r.end()

		var rows, counts int64
		var bareTook, bareBusy, countsTook time.Duration
		for _, table := range []string{"observations", "ranking", "requests", "broadcasts", "channels"} {
			n, took, busy := bareCopy(b, url, table)
			rows, bareTook, bareBusy = rows+n, bareTook+took, bareBusy+busy
			if table == "observations" {
				counts, countsTook = n, took
			}
		}
		if want := int64(minutes * broadcasts); counts != want {
			b.Fatalf("%d observations copied, the log has %d", counts, want)
		}
		per := func(n int64, d time.Duration) float64 { return float64(n) / d.Seconds() }
		b.ReportMetric(float64(rows), "rows")
		b.ReportMetric(per(rows, took), "rows/s")
		b.ReportMetric(per(rows, bareTook), "COPY-rows/s")
		b.ReportMetric(bareTook.Seconds()/took.Seconds(), "ratio")
		b.ReportMetric(per(counts, took), "observations/s")
		b.ReportMetric(per(counts, countsTook), "COPY-observations/s")
		b.ReportMetric(countsTook.Seconds()/took.Seconds(), "ratio/observations")
		b.ReportMetric(bareBusy.Seconds()/busy.Seconds(), "cpu-ratio")
		b.ReportMetric(0, "ns/op")
	}
}

// bareCopy copies what a table holds, in the order in which it came, into an empty one of the same shape, and says how
// long that took and what it took of the server.
func bareCopy(b *testing.B, url, table string) (rows int64, took, busy time.Duration) {
	b.Helper()
	conn := pgtest.Connect(b, url)
	do := func(sql string) {
		b.Helper()
		if _, err := conn.Exec(b.Context(), sql); err != nil {
			b.Fatalf("%s: %v", sql, err)
		}
	}
	create := "CREATE TABLE bare (LIKE onair." + table + " INCLUDING ALL)"
	if slices.Contains(partitioned, table) {
		do(create + " PARTITION BY RANGE (day)")
		result, err := conn.Query(b.Context(), "SELECT DISTINCT day::text FROM onair."+table)
		if err != nil {
			b.Fatal(err)
		}
		days, err := pgx.CollectRows(result, pgx.RowTo[string])
		if err != nil {
			b.Fatal(err)
		}
		for i, day := range days {
			do(fmt.Sprintf("CREATE TABLE bare_%d PARTITION OF bare FOR VALUES FROM ('%s') TO (date '%s' + 1)", i, day, day))
		}
	} else {
		do(create)
	}
	order := map[string]string{"observations": " ORDER BY seq", "ranking": " ORDER BY minute, place", "requests": " ORDER BY seq"}[table]
	var text bytes.Buffer
	if _, err := conn.PgConn().CopyTo(b.Context(), &text, "COPY (SELECT * FROM onair."+table+order+") TO STDOUT"); err != nil {
		b.Fatal(err)
	}
	pid := int(conn.PgConn().PID())
	busy, began := cpu(b, pid), time.Now()
	tag, err := conn.PgConn().CopyFrom(b.Context(), &text, "COPY bare FROM STDIN")
	if err != nil {
		b.Fatal(err)
	}
	took, busy = time.Since(began), cpu(b, pid)-busy
	do("DROP TABLE bare")
	return tag.RowsAffected(), took, busy
}

// cpu is the time that a process has computed.
func cpu(b *testing.B, pid int) time.Duration {
	b.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	if err1 != nil || err2 != nil {
		b.Fatal(err1, err2)
	}
	return time.Duration(user+system) * 10 * time.Millisecond // Linux counts hundredths
}
