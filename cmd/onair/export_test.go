package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onair/broker"
	"onair/broker/embed"
	"onair/live"
)

// The same log gives the same file while its hub runs, read over the hub's port with TLS, and after it has stopped.
func TestExportOfARunningAndAStoppedHub(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	server, err := embed.Start(t.Context(), embed.Options{Dir: filepath.Join(data, "nats"), KeysDir: filepath.Join(data, "keys")})
	if err != nil {
		t.Fatal(err)
	}
	hub, err := server.Hub()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := broker.Open(t.Context(), hub, broker.Options{}); err != nil {
		t.Fatal(err)
	}
	worker, err := server.Worker("w1")
	if err != nil {
		t.Fatal(err)
	}
	body, err := live.EncodePage(hostileReading().Page)
	if err != nil {
		t.Fatal(err)
	}
	lane := live.Lane{Platform: "chzzk", Worker: "w1", Epoch: "e1", Name: live.LaneLive}
	if _, err := broker.NewEdge(worker, "w1").Publish(t.Context(), lane, live.Entry{Key: 1, Body: body}, 0); err != nil {
		t.Fatal(err)
	}
	worker.Close()
	hub.Close()
	server.Shutdown()

	p := startServe(t, data, "http://127.0.0.1:1")
	running := exportedFile(t, data)
	p.kill()
	stopped := exportedFile(t, data)
	if lines := strings.Count(running, "\r\n"); lines != 1+len(hostileTitles) || running != stopped {
		t.Errorf("%d lines from the running hub:\n%s\nfrom the stopped one:\n%s", lines, running, stopped)
	}
	c := exportCmd{Data: t.TempDir(), Format: "csv", Output: "-"}
	if err := c.Run(t.Context(), out{io.Discard, io.Discard}); err == nil {
		t.Error("a folder without a hub was taken")
	}
}

func exportedFile(t *testing.T, data string) string {
	t.Helper()
	c := exportCmd{Data: data, Format: "csv", Output: filepath.Join(t.TempDir(), "x.csv")}
	if err := c.Run(t.Context(), out{io.Discard, io.Discard}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(c.Output)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestProgressLine(t *testing.T) {
	var b bytes.Buffer
	p := progress{w: &b, on: true, began: time.Now()}
	p.show(51, 1, 101, 1234567)
	p.end(2)
	if got := b.String(); !strings.Contains(got, "[###############               ]  50%  1,234,567 observations") || !strings.HasSuffix(got, "\n") {
		t.Errorf("%q", got)
	}
	b.Reset()
	quiet := progress{w: &b}
	quiet.show(1, 1, 2, 3)
	quiet.end(3)
	if b.Len() > 0 {
		t.Errorf("off, and yet %q", b.String())
	}
}
