package main

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"

	"onair/broker"
	"onair/cmd/internal/loopback"
)

// TestClusterFiles runs the three servers of deploy/cluster, with the certificates that its script makes, in this
// process: the same nats.conf, only hosts and ports are loopback's.
func TestClusterFiles(t *testing.T) {
	t.Parallel()
	tree, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Fatal("no openssl to make certificates with: apt-get install openssl (make test does it)")
	}
	certs := t.TempDir()
	if text, err := exec.Command(filepath.Join(tree, "deploy/cluster/certificates.sh"), certs, "127.0.0.1").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	user, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	public, err := user.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	ports, release, err := loopback.Hold(6)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	local := func(text string) string {
		for i := range 3 {
			text = strings.ReplaceAll(text, fmt.Sprintf("n%d.example.net:6222", i+1), fmt.Sprintf("127.0.0.1:%d", ports[i]))
		}
		return text
	}
	var servers []*server.Server
	for i := range 3 {
		dir := t.TempDir()
		node := fmt.Sprintf("node%d.conf", i+1)
		for from, to := range map[string]string{
			"nats.conf": "nats.conf", "deploy/cluster/cluster.conf": "cluster.conf", "deploy/cluster/" + node: "node.conf", "auth/edge.conf": "auth/edge.conf",
		} {
			text, err := os.ReadFile(filepath.Join(tree, from))
			if err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(dir, to), strings.NewReplacer( // certificates are named from the folder in which a server is started
				`_file: "`, `_file: "`+dir+"/", "0.0.0.0:6222", fmt.Sprintf("127.0.0.1:%d", ports[i]), "0.0.0.0:4222", fmt.Sprintf("127.0.0.1:%d", ports[3+i]),
			).Replace(local(string(text))))
		}
		put(t, filepath.Join(dir, "auth/hub.conf"), "users = [ { nkey: "+public+" } ]\n")
		for _, name := range []string{"server.crt", "server.key", "route.crt", "route.key", "route-ca.crt"} {
			text, err := os.ReadFile(filepath.Join(certs, "127.0.0.1", name))
			if err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(dir, name), string(text))
		}
		opts, err := server.ProcessConfigFile(filepath.Join(dir, "node.conf"))
		if err != nil {
			t.Fatal(err)
		}
		if opts.ServerName != fmt.Sprint("n", i+1) {
			t.Errorf("server is called %s", opts.ServerName)
		}
		opts.StoreDir, opts.NoSigs, opts.NoLog = filepath.Join(dir, "store"), true, true
		s, err := server.NewServer(opts)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
		s.Start()
		servers = append(servers, s)
	}
	soon(t, "every server has routes to both others and knows who leads", func() bool {
		for _, s := range servers {
			if s.NumRemotes() != 2 || !s.JetStreamIsCurrent() {
				return false
			}
		}
		return true
	})

	sign := nats.Nkey(public, user.Sign)
	nc, err := nats.Connect(servers[1].ClientURL(), append(linkOptions("", filepath.Join(certs, "server-ca.crt"), slog.New(slog.DiscardHandler)), sign)...)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	for _, replicas := range []int{3, 0} { // who does not say how many leaves them as they are
		soon(t, "the streams are opened", func() bool { // a leader just elected may not have heard of every server yet; hubs ask again too
			_, err := openWithin(t.Context(), openFirst, nc, broker.Options{Replicas: replicas})
			if err != nil {
				t.Log(err)
			}
			return err == nil
		})
		list := js.ListStreams(t.Context())
		n := 0
		for i := range list.Info() {
			if n++; i.Config.Replicas != 3 {
				t.Errorf("stream %s has %d replicas", i.Config.Name, i.Config.Replicas)
			}
		}
		if n < 7 || list.Err() != nil {
			t.Errorf("%d streams, %v", n, list.Err())
		}
	}
	// The authority of the routes is not the one that clients know, and nobody gets in without TLS.
	for _, options := range [][]nats.Option{{sign}, {sign, nats.RootCAs(filepath.Join(certs, "route-ca.crt")), nats.TLSHandshakeFirst()}} {
		if nc, err := nats.Connect(servers[0].ClientURL(), append(options, nats.Timeout(time.Second))...); err == nil {
			nc.Close()
			t.Error("connected without the right authority")
		}
	}
	// A route without a certificate of that authority is refused.
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", ports[0]))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := conn.Write([]byte("INFO {\"server_id\":\"x\",\"cluster\":\"onair\"}\r\nPING\r\n")); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 4096)
	for {
		n, err := conn.Read(answer)
		if strings.Contains(string(answer[:n]), "PONG") {
			t.Fatal("a route without a certificate was answered")
		}
		if err != nil {
			break
		}
	}
}

func put(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// soon polls until ok.
func soon(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not in time: %s", what)
		}
	}
}
