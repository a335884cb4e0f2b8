package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onair/api/client"
	"onair/broker"
	"onair/broker/embed"
	"onair/live"
	"onair/platform"
)

// program is a running onair of its own process.
type program struct {
	cmd *exec.Cmd
	url string
	log bytes.Buffer // standard error; to be read once it has ended
}

// startDemo runs the demo in a process of its own and waits until it says where it answers.
func startDemo(t *testing.T, data string, args ...string) *program {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"demo", "--data", data, "--listen", "127.0.0.1:0", "--sim-listen", "127.0.0.1:0",
		"--seed", "7", "--speed", "120", "--sweep", "10s", "--scale", "0.05", "--log-level", "error"}, args...)...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	p := &program{cmd: cmd}
	cmd.Stderr = io.MultiWriter(os.Stderr, &p.log)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	lines := bufio.NewScanner(stdout)
	if !lines.Scan() {
		t.Fatal("the demo ended without a word")
	}
	p.url = strings.TrimSpace(strings.TrimPrefix(lines.Text(), "onair"))
	go func() { // the pipe must not fill up; it ends with the process
		for lines.Scan() {
		}
	}()
	return p
}

// kill ends it as a power switch would, as far as a process can tell.
func (p *program) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// list asks for the list until the demo has one that ok accepts.
func (p *program) list(t *testing.T, ok func(*client.Streams) bool) *client.Streams {
	t.Helper()
	c, err := client.New(strings.TrimSuffix(p.url, "/"), client.Options{HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		l, err := c.Streams(ctx, client.Query{Limit: 500})
		if err == nil && ok(l) {
			return l
		}
		if live.Wait(ctx, live.RealClock{}, 20*time.Millisecond) != nil {
			t.Fatalf("no such list in time; last error: %v", err)
		}
	}
}

// TestKilledDemoLosesNothing kills the whole demo at random moments and starts it again on the same folder. The list is
// back from the folder at once; in the end the log holds every page once, and a node that folds the log from its
// beginning answers like the one that was killed on the way.
func TestKilledDemoLosesNothing(t *testing.T) {
	soak(t)
	t.Parallel()
	data := t.TempDir()
	var seq uint64
	for round := range 4 {
		p := startDemo(t, data)
		first := p.list(t, func(*client.Streams) bool { return true })
		if round > 0 && (first.Seq < seq || len(first.Streams) == 0) {
			t.Fatalf("round %d: %d entries at %d after a restart; %d was shown before", round, len(first.Streams), first.Seq, seq)
		}
		more := uint64(30 + rand.IntN(60))
		seq = p.list(t, func(l *client.Streams) bool { return l.Seq >= first.Seq+more && len(l.Streams) > 20 }).Seq
		p.kill()
	}

	server, err := embed.Start(t.Context(), embed.Options{Dir: filepath.Join(data, "nats"), KeysDir: filepath.Join(data, "keys")})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Shutdown()
	conn, err := server.Hub()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	b, err := broker.Open(t.Context(), conn, broker.Options{Virtual: map[string]string{"seed": "7", "scale": "0.05"}})
	if err != nil {
		t.Fatal(err)
	}
	info, err := b.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if info.LastSeq < seq {
		t.Fatalf("the log ends at %d, %d was shown", info.LastSeq, seq)
	}
	countPages(t, b, info)

	var infos []live.PlatformInfo
	for _, name := range platform.Names() {
		s, err := platform.New(name, platform.Config{})
		if err != nil {
			t.Fatal(err)
		}
		infos = append(infos, s.Info())
	}
	killed := startNode(t, b, infos, filepath.Join(data, "view.db"))
	fresh := startNode(t, b, infos, filepath.Join(t.TempDir(), "view.db"))
	killed.reach(info.LastSeq)
	fresh.reach(info.LastSeq)
	equalNodes(t, killed, fresh, "after four kills")
}

// countPages checks that no page is in the log twice and that none is missing inside a chain.
func countPages(t *testing.T, b *broker.Broker, info live.LogInfo) {
	t.Helper()
	seen := map[string]bool{}
	first, next := map[string]int{}, map[string]int{} // page of each pass
	err := b.Follow(t.Context(), info.FirstSeq, func(m live.Message) error {
		if !m.Tick {
			p, err := live.DecodePage(m.Body)
			if err != nil {
				return fmt.Errorf("page %d: %w", m.Seq, err)
			}
			key := p.Job
			if p.Pass != nil {
				key = fmt.Sprint(p.Pass.ID, " ", p.Pass.Index)
				// A job may begin anywhere in a list. One that was killed on the way is done again from its start, by the
				// same id: then the pass holds an index twice, but never the same page.
				due, begun := next[p.Pass.ID]
				if !begun {
					first[p.Pass.ID] = p.Pass.Index
				} else if p.Pass.Index != due && p.Pass.Index != first[p.Pass.ID] {
					t.Errorf("pass %s: page %d where %d was due", p.Pass.ID, p.Pass.Index, due)
				}
				next[p.Pass.ID] = p.Pass.Index + 1
			}
			key = fmt.Sprint(key, " ", p.Latency, " ", m.At.UnixNano())
			if seen[key] {
				t.Errorf("page %s is in the log twice", key)
			}
			seen[key] = true
		}
		if m.Seq == info.LastSeq {
			return io.EOF
		}
		return nil
	})
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	t.Logf("%d messages, %d pages", info.LastSeq, len(seen))
}

func TestSecondProcessNamesTheFolder(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := startDemo(t, data)
	p.list(t, func(*client.Streams) bool { return true })
	cmd := exec.Command(os.Args[0], "demo", "--data", data, "--listen", "127.0.0.1:0", "--seed", "7", "--scale", "0.05")
	cmd.Env = append(os.Environ(), asProgram+"=1")
	text, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(text), data+" is in use") {
		t.Errorf("%v: %s", err, text)
	}
}
