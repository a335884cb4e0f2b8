package postgres

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"onair/live"
	"onair/sink/postgres/pgtest"
	"onair/view/viewtest"
)

// BenchmarkCopy copies a log of 4,000 broadcasts seen each minute (5.8 million observations a day, five times what is
// seen of the busiest sites) as fast as it goes, beside a bare COPY of the same observations into a table of the same
// shape, in the same run. ONAIR_BENCH_MINUTES says how many minutes; 2100 are ten days of 1.2 million.
//
// "ratio" is against the table with its key, as the rows lie in the end; "ratio/heap" against one without any index.
// "cpu-ratio" is the CPU time that the server took for the bare COPY with the key against what it took for the exporter:
// what the ratio is where nobody else uses the machine and the client has a core of its own.
// The exporter decodes and folds the pages besides, and writes broadcasts, channels, requests, rankings and its state.
func BenchmarkCopy(b *testing.B) {
	minutes := 60
	if n, err := strconv.Atoi(os.Getenv("ONAIR_BENCH_MINUTES")); err == nil {
		minutes = n
	}
	const broadcasts, page = 4000, 50
	for b.Loop() {
		url := pgtest.Shared(b).Database(b)
		log := viewtest.NewLog(viewtest.Noon, false)
		evening := viewtest.NewEvening(1, broadcasts, page)
		var messages []live.Message
		for range minutes {
			messages = append(messages, evening.MustMessages(b, 1)...)
		}
		clock := fixed{noon(), viewtest.Noon.Add(time.Duration(minutes) * time.Minute)}
		warm := viewtest.Tick(viewtest.Noon)
		log.Append(warm)
		r := begin(b, url, Options{Log: log, Clock: clock}, func(e *Exporter) { e.flushEvery, e.checkpointEvery = flushEvery, checkpointEvery })
		r.reaches(1)
		pid := pgtest.Value[int](b, url, "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'onair'")
		busy := cpu(b, pid)
		began := time.Now()
		end := log.Append(messages...)
		for r.Health().Position < end {
			time.Sleep(time.Millisecond)
		}
		took := time.Since(began)
		busy = cpu(b, pid) - busy
		r.end()

		rows := pgtest.Value[int64](b, url, "SELECT count(*) FROM onair.observations")
		conn := pgtest.Connect(b, url)
		var text bytes.Buffer
		if _, err := conn.PgConn().CopyTo(b.Context(), &text, "COPY (SELECT "+observationColumns+" FROM onair.observations ORDER BY seq) TO STDOUT"); err != nil {
			b.Fatal(err)
		}
		mine := int(conn.PgConn().PID())
		var bareBusy time.Duration
		bare := func(like string) time.Duration {
			if _, err := conn.Exec(b.Context(), "CREATE TABLE bare (LIKE onair.observations"+like+")"); err != nil {
				b.Fatal(err)
			}
			busy, began := cpu(b, mine), time.Now()
			if _, err := conn.PgConn().CopyFrom(b.Context(), bytes.NewReader(text.Bytes()), "COPY bare ("+observationColumns+") FROM STDIN"); err != nil {
				b.Fatal(err)
			}
			took := time.Since(began)
			bareBusy = cpu(b, mine) - busy
			if _, err := conn.Exec(b.Context(), "DROP TABLE bare"); err != nil {
				b.Fatal(err)
			}
			return took
		}
		heap, keyed := bare(""), bare(" INCLUDING ALL")
		per := func(d time.Duration) float64 { return float64(rows) / d.Seconds() }
		b.ReportMetric(float64(rows), "rows")
		b.ReportMetric(per(took), "rows/s")
		b.ReportMetric(per(keyed), "COPY-rows/s")
		b.ReportMetric(per(heap), "heap-COPY-rows/s")
		b.ReportMetric(per(took)/per(keyed), "ratio")
		b.ReportMetric(per(took)/per(heap), "ratio/heap")
		b.ReportMetric(bareBusy.Seconds()/busy.Seconds(), "cpu-ratio")
		b.ReportMetric(0, "ns/op")
	}
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
