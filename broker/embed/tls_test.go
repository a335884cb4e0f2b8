package embed_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"onair/broker"
	"onair/broker/embed"
)

func overTLS(t *testing.T, names ...string) embed.Options {
	o := loopback(t)
	o.TLS = &embed.TLS{Names: names}
	return o
}

func trust(t *testing.T, s *embed.Server) *tls.Config {
	t.Helper()
	c := &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
	if !c.RootCAs.AppendCertsFromPEM(s.CA()) {
		t.Fatal("no authority")
	}
	return c
}

func TestOwnAuthority(t *testing.T) {
	o := overTLS(t, "hub.example.org", "203.0.113.5")
	s := start(t, o)
	mustOpen(t, s) // connections inside the process need no certificate
	for _, name := range []string{"nats-ca.pem", "nats-server.pem"} {
		if i, err := os.Stat(filepath.Join(o.KeysDir, name)); err != nil || i.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, i, err)
		}
	}
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddWorker("w1", public, nil, nil, nil); err != nil {
		t.Fatal(err)
	}
	connect := func(address string, c *tls.Config) error {
		nc, err := nats.Connect(address, append(broker.EdgeOptions("w1"), nats.Nkey(public, pair.Sign), nats.RetryOnFailedConnect(false),
			nats.Secure(c), nats.TLSHandshakeFirst())...)
		if err == nil {
			nc.Close()
		}
		return err
	}
	if err := connect("tls://"+s.Addr(), trust(t, s)); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"hub.example.org", "203.0.113.5", "localhost", "127.0.0.1", "::1"} {
		if err := s.Certificate().VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	other := trust(t, s)
	other.ServerName = "other.example.org"
	var host x509.HostnameError
	if err := connect("tls://"+s.Addr(), other); !errors.As(err, &host) {
		t.Errorf("for another host: %v", err)
	}
	var unknown x509.UnknownAuthorityError
	if err := connect("tls://"+s.Addr(), trust(t, start(t, overTLS(t)))); !errors.As(err, &unknown) {
		t.Errorf("by another hub's authority: %v", err)
	}
	old := trust(t, s)
	old.MaxVersion = tls.VersionTLS12
	if err := connect("tls://"+s.Addr(), old); err == nil {
		t.Error("TLS 1.2 was spoken")
	}
}

// A stranger without TLS hears nothing: the parser of the protocol never sees them.
func TestHandshakeComesFirst(t *testing.T) {
	s := start(t, overTLS(t))
	c, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("CONNECT {}\r\nPING\r\n")); err != nil {
		t.Fatal(err)
	}
	_ = c.SetReadDeadline(time.Now().Add(time.Minute))
	b := make([]byte, 100)
	n, _ := c.Read(b)
	if strings.Contains(string(b[:n]), "INFO") || strings.Contains(string(b[:n]), "PONG") {
		t.Errorf("the server said %q", b[:n])
	}
}

// Restarts keep the authority, by which every worker knows the hub; the certificate follows the names.
func TestAuthorityStays(t *testing.T) {
	o := overTLS(t, "a.example.org")
	s := start(t, o)
	ca, cert := string(s.CA()), s.Certificate()
	s.Shutdown()
	s = start(t, o)
	if string(s.CA()) != ca || !s.Certificate().Equal(cert) {
		t.Error("another start made another certificate")
	}
	s.Shutdown()
	o.TLS.Names = []string{"b.example.org"}
	s = start(t, o)
	if string(s.CA()) != ca || s.Certificate().Equal(cert) || s.Certificate().VerifyHostname("b.example.org") != nil {
		t.Error("the certificate does not follow the names")
	}
	s.Shutdown()
	if err := os.Remove(filepath.Join(o.KeysDir, "nats-ca.pem")); err != nil {
		t.Fatal(err)
	}
	s = start(t, o)
	if string(s.CA()) == ca || s.Certificate().CheckSignatureFrom(parse(t, s.CA())) != nil {
		t.Error("a new authority keeps the old one's certificate")
	}
	s.Shutdown()
	if err := os.Chmod(filepath.Join(o.KeysDir, "nats-ca.pem"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := embed.Start(t.Context(), o); !errors.Is(err, embed.ErrTLS) || !strings.Contains(err.Error(), "nats-ca.pem") {
		t.Errorf("an authority that others can read: %v", err)
	}
}

func parse(t *testing.T, text []byte) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(text)
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A certificate that is brought along is read again on reload, without dropping anybody.
func TestBroughtCertificate(t *testing.T) {
	dir := t.TempDir()
	bring := func(o embed.Options) string { // another hub's, as good as any
		s := start(t, o)
		defer s.Shutdown()
		text, err := os.ReadFile(filepath.Join(o.KeysDir, "nats-server.pem"))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/server.pem", text, 0o600); err != nil {
			t.Fatal(err)
		}
		return s.Certificate().SerialNumber.String()
	}
	first := bring(overTLS(t))
	o := loopback(t)
	o.TLS = &embed.TLS{Cert: dir + "/server.pem", Key: dir + "/server.pem"}
	s := start(t, o)
	if s.CA() != nil || s.Certificate().SerialNumber.String() != first {
		t.Error("not the certificate that was brought")
	}
	inside, err := s.Hub()
	if err != nil {
		t.Fatal(err)
	}
	defer inside.Close()
	second := bring(overTLS(t))
	if err := s.Reload(); err != nil {
		t.Fatal(err)
	}
	c, err := tls.Dial("tcp", s.Addr(), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got := c.ConnectionState().PeerCertificates[0].SerialNumber.String(); got != second {
		t.Errorf("shows %s after a reload, want %s, was %s", got, second, first)
	}
	if !inside.IsConnected() {
		t.Error("dropped")
	}
	if err := os.WriteFile(dir+"/server.pem", []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Reload(); !errors.Is(err, embed.ErrTLS) || s.Certificate().SerialNumber.String() != second {
		t.Errorf("a broken certificate: %v", err)
	}
}

func TestNetworkNeedsTLS(t *testing.T) {
	o := loopback(t)
	o.Addr = "0.0.0.0:0"
	if _, err := embed.Start(t.Context(), o); !errors.Is(err, embed.ErrPlain) || !strings.Contains(err.Error(), "0.0.0.0") {
		t.Errorf("%v", err)
	}
	o = folder(t)
	o.Listen, o.Conf = true, filepath.Join(tree(t), "nats.conf")
	replace(t, o.Conf, "127.0.0.1:4222", "0.0.0.0:-1")
	if _, err := embed.Start(t.Context(), o); !errors.Is(err, embed.ErrPlain) || !strings.Contains(err.Error(), o.Conf) {
		t.Errorf("by the configuration: %v", err)
	}
	o = overTLS(t)
	o.Addr = "0.0.0.0:0"
	if s := start(t, o); !s.Secure() {
		t.Error("not over TLS")
	}
}

// The commented block of nats.conf, with what a hub made for itself, is what a stock server takes.
func TestConfigurationsOwnTLS(t *testing.T) {
	made := overTLS(t)
	first := start(t, made)
	c := trust(t, first)
	o := folder(t)
	o.Listen, o.Conf = true, filepath.Join(tree(t), "nats.conf")
	replace(t, o.Conf, "127.0.0.1:4222", "0.0.0.0:-1")
	for _, line := range []string{"tls {", "  cert_file", "  key_file", "  handshake_first", "  min_version", "}\n\njetstream"} {
		replace(t, o.Conf, "#"+line, line)
	}
	for _, name := range []string{"server.crt", "server.key"} {
		replace(t, o.Conf, name, filepath.Join(made.KeysDir, "nats-server.pem"))
	}
	s := start(t, o)
	mustOpen(t, s)
	if !s.Secure() || s.CA() != nil || s.Certificate() != nil {
		t.Error("not the configuration's own certificate")
	}
	_, port, err := net.SplitHostPort(s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := tls.Dial("tcp", "127.0.0.1:"+port, c) // TLS is the first that is said
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if v := conn.ConnectionState().Version; v != tls.VersionTLS13 {
		t.Errorf("version %x", v)
	}
	if err := s.Reload(); err != nil {
		t.Error(err)
	}
}
