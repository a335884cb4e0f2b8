package edge

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"onair/broker/embed"
	"onair/live"
	"onair/workers"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// An enrolled worker takes a job over TLS and its page gets into the log.
func TestEnrolledWorkerWorks(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	who := h.enrol(t, "w1")
	w := start(t, who, "chzzk")
	h.present(t, "w1")
	if err := h.broker.Submit(t.Context(), live.Job{ID: "j1", Platform: "chzzk", Class: live.ClassPlain, Region: live.RegionAny, Kind: live.KindList, Key: "list", NotAfter: time.Now().Add(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err := h.broker.Follow(ctx, 1, func(m live.Message) error {
		p, err := live.DecodePage(m.Body)
		if err != nil || p.Platform != "chzzk" || p.Job != "j1" || len(p.Observations) == 0 {
			t.Errorf("%+v, %v", p, err)
		}
		return io.EOF
	})
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	w.stop()
	if err := <-w.done; err != nil {
		t.Errorf("stopped with %v", err)
	}
	if strings.Contains(w.log.text(), who.Seed) {
		t.Error("the seed is in the log")
	}
}

// Each case is a permission that the worker lacks: it ends, and its last words name it.
func TestDeniedWorkerEnds(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	for what, c := range map[string]struct {
		on   string
		kind func(*Enrolment)
		want string
	}{
		"platform": {"soop", func(*Enrolment) {}, `"$JS.API.CONSUMER.MSG.NEXT.JOBS.soop_plain_any"`},
		"region":   {"chzzk", func(e *Enrolment) { e.Regions = []string{"kr"} }, `"$JS.API.CONSUMER.MSG.NEXT.JOBS.chzzk_plain_kr"`},
		"class":    {"chzzk", func(e *Enrolment) { e.Classes = []live.Class{live.ClassBrowser} }, `"$JS.API.CONSUMER.MSG.NEXT.JOBS.chzzk_browser_any"`},
		"name":     {"chzzk", func(e *Enrolment) { e.Name = "w2" }, `_INBOX_w2.`},
	} {
		who := h.enrol(t, "denied-"+what)
		c.kind(&who)
		err := start(t, who, c.on).ends(t)
		if !errors.Is(err, workers.ErrDenied) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %s named", what, err, c.want)
		}
	}
}

// A worker that is removed ends in a moment, whether it is connected or comes again; others notice nothing.
func TestRemovedWorkerEnds(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	who := h.enrol(t, "goes")
	goes, stays := start(t, who, "chzzk"), start(t, h.enrol(t, "stays"), "chzzk")
	h.present(t, "goes")
	h.present(t, "stays")
	if _, err := h.accounts.RemoveWorker("goes"); err != nil {
		t.Fatal(err)
	}
	if err := h.Reload(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for _, w := range []*worker{goes, start(t, who, "chzzk")} {
		if err := w.ends(t); !errors.Is(err, errRefused) || !strings.Contains(err.Error(), "worker goes") {
			t.Errorf("%v", err)
		}
	}
	t.Logf("ended after %v", time.Since(began))
	select {
	case err := <-stays.done:
		t.Errorf("the other one ended: %v", err)
	default:
	}
	if strings.Contains(stays.log.text(), "hub lost") {
		t.Error("the other one was dropped")
	}
}

// A worker that knocks just while the hub loads its files, because others are added, is let in all the same.
func TestWorkerThatComesDuringReloads(t *testing.T) {
	if testing.Short() { // that is how the race detector runs it
		t.Skip("nats-server 2.15 reads the key of a client that is connecting without its lock while it reloads (processClientOrLeafAuthentication)")
	}
	t.Parallel()
	h := newHub(t)
	who := h.enrol(t, "w1")
	for i := range 60 {
		// One load at a time: a machine that is busy enough loads so slowly that a hub which did nothing else would refuse
		// every attempt.
		var wg sync.WaitGroup
		wg.Go(func() { h.enrol(t, fmt.Sprintf("other%d", i)) })
		l, err := dial(who, quiet(), func(err error) { t.Error(err) })
		wg.Wait()
		if err != nil {
			t.Fatal(err)
		}
		l.conn.Close()
	}
}

// What a reload refuses changes nothing for those who work.
func TestBrokenReloadChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	w := start(t, h.enrol(t, "w1"), "chzzk")
	h.present(t, "w1")
	if err := os.WriteFile(edgeConf(h), []byte("users = [ { nkey: "), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := h.Reload(); err == nil || !strings.Contains(err.Error(), "edge.conf") && !strings.Contains(err.Error(), "nats.conf") {
		t.Errorf("loaded: %v", err)
	}
	if len(w.done) > 0 || strings.Contains(w.log.text(), "hub lost") {
		t.Errorf("the worker was dropped\n%s", w.log.text())
	}
}

func TestStrangersCertificateIsRefused(t *testing.T) {
	t.Parallel()
	h, other := newHub(t), newHub(t)
	ca := h.enrol(t, "w1")
	ca.CA = string(other.CA())
	err := start(t, ca, "chzzk").ends(t)
	var unknown x509.UnknownAuthorityError
	if !errors.As(err, &unknown) || !strings.Contains(err.Error(), "is not the hub that enrolled this worker") {
		t.Errorf("another authority: %v", err)
	}
	// 127.0.0.2 is this machine too, and not in the certificate.
	all := openHub(t, embed.Options{Dir: t.TempDir(), KeysDir: t.TempDir(), Listen: true, Addr: "0.0.0.0:0", TLS: &embed.TLS{Names: []string{"hub.example.org"}}})
	host := all.enrol(t, "w2")
	_, port, _ := strings.Cut(strings.TrimPrefix(all.Addr(), "[::]"), ":")
	host.Nats = "tls://127.0.0.2:" + port
	err = start(t, host, "chzzk").ends(t)
	var name x509.HostnameError
	if !errors.As(err, &name) || !strings.Contains(err.Error(), "is for other names") {
		t.Errorf("another host: %v", err)
	}
}

// A worker that is started before its hub waits for it, and works when it is there.
func TestHubThatComesLater(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	who := h.enrol(t, "w1")
	o := h.o
	o.Addr = h.Addr()
	h.Shutdown()
	w := start(t, who, "chzzk")
	eventually(t, "waiting", func() bool { return strings.Contains(w.log.text(), "hub not there yet") })
	openHub(t, o)
	eventually(t, "a link", func() bool { return strings.Contains(w.log.text(), "hub reached") })
	if len(w.done) > 0 {
		t.Error(<-w.done)
	}
}

// A worker whose hub has forgotten it while it was away ends when that is back.
func TestHubThatForgot(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	who := h.enrol(t, "w1")
	o := h.o
	o.Addr = h.Addr()
	h.Shutdown()
	w := start(t, who, "chzzk")
	eventually(t, "waiting", func() bool { return strings.Contains(w.log.text(), "hub not there yet") })
	if _, err := h.accounts.RemoveWorker("w1"); err != nil {
		t.Fatal(err)
	}
	openHub(t, o)
	if err := w.ends(t); !errors.Is(err, errRefused) {
		t.Errorf("%v", err)
	}
}

// A hub that comes with another authority is not waited for either.
func TestHubThatComesAsAnother(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	who := h.enrol(t, "w1")
	o := h.o
	o.Addr = h.Addr()
	h.Shutdown()
	w := start(t, who, "chzzk")
	eventually(t, "waiting", func() bool { return strings.Contains(w.log.text(), "hub not there yet") })
	if err := os.Remove(filepath.Join(o.KeysDir, "nats-ca.pem")); err != nil {
		t.Fatal(err)
	}
	openHub(t, o)
	var unknown x509.UnknownAuthorityError
	if err := w.ends(t); !errors.As(err, &unknown) {
		t.Errorf("%v", err)
	}
}

func TestPlainHubIsToldApart(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	plain := openHub(t, embed.Options{Dir: t.TempDir(), KeysDir: t.TempDir(), Listen: true, Addr: "127.0.0.1:0"})
	who := h.enrol(t, "w1")
	who.Nats = "tls://" + plain.Addr()
	if err := start(t, who, "chzzk").ends(t); err == nil || !strings.Contains(err.Error(), "does not begin with TLS") {
		t.Errorf("%v", err)
	}
	who.Seed = "SUA" + strings.Repeat("A", 55)
	if _, err := dial(who, quiet(), nil); err == nil || strings.Contains(err.Error(), who.Seed) {
		t.Errorf("%v", err)
	}
}
