package workers

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const (
	proxyUser     = "planted-user"
	proxyPassword = "planted:p@ss/w%rd"
)

// proxy is an HTTP and SOCKS5 proxy for tests. With user set it wants that and the password.
type proxy struct {
	user, password string
	refuse         int // status for every CONNECT; 0: connect

	mu    sync.Mutex
	heard []string // "CONNECT host", "GET host", "SOCKS host"
	conns map[net.Conn]bool
	wg    sync.WaitGroup
}

// start serves on loopback; with secure set, over TLS.
func (p *proxy) start(t *testing.T, secure *tls.Config) (hostPort string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.conns = map[net.Conn]bool{}
	hostPort = l.Addr().String()
	if secure != nil {
		l = tls.NewListener(l, secure)
	}
	p.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			p.mu.Lock()
			p.conns[c] = true
			p.mu.Unlock()
			p.wg.Go(func() {
				defer func() { p.mu.Lock(); delete(p.conns, c); p.mu.Unlock(); c.Close() }()
				p.serve(c)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		p.mu.Lock()
		for c := range p.conns {
			c.Close()
		}
		p.mu.Unlock()
		p.wg.Wait()
	})
	return hostPort
}

func (p *proxy) note(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = append(p.heard, what)
}

func (p *proxy) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.heard, ",")
}

func (p *proxy) serve(c net.Conn) {
	r := bufio.NewReader(c)
	if b, err := r.Peek(1); err != nil {
		return
	} else if b[0] == 5 {
		p.socks(c, r)
		return
	}
	for {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		say := func(status int) {
			fmt.Fprintf(c, "HTTP/1.1 %d told you: %s\r\nContent-Length: 0\r\n\r\n", status, p.password)
		}
		want := "Basic " + base64.StdEncoding.EncodeToString([]byte(p.user+":"+p.password))
		if p.user != "" && req.Header.Get("Proxy-Authorization") != want {
			say(http.StatusProxyAuthRequired)
			continue
		}
		p.note(req.Method + " " + req.Host)
		if req.Method == http.MethodConnect {
			if p.refuse != 0 {
				say(p.refuse)
				continue
			}
			up, err := net.Dial("tcp", req.Host)
			if err != nil {
				say(http.StatusBadGateway)
				continue
			}
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\n\r\n")
			pipe(c, r, up)
			return
		}
		req.Header.Del("Proxy-Authorization")
		req.RequestURI = ""
		resp, err := http.DefaultTransport.(*http.Transport).RoundTrip(req)
		if err != nil {
			say(http.StatusBadGateway)
			continue
		}
		_ = resp.Write(c)
		resp.Body.Close()
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	}
}

// socks speaks RFC 1928 and 1929 as far as CONNECT needs it.
func (p *proxy) socks(c net.Conn, r *bufio.Reader) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(r, head); err != nil {
		return
	}
	methods := make([]byte, head[1])
	if _, err := io.ReadFull(r, methods); err != nil {
		return
	}
	method := byte(0)
	if p.user != "" {
		method = 2
	}
	if !strings.Contains(string(methods), string([]byte{method})) {
		_, _ = c.Write([]byte{5, 0xff})
		return
	}
	_, _ = c.Write([]byte{5, method})
	if method == 2 {
		_, _ = r.Discard(1)
		user, password := lengthPrefixed(r), lengthPrefixed(r)
		if user != p.user || password != p.password {
			_, _ = c.Write([]byte{1, 1})
			return
		}
		_, _ = c.Write([]byte{1, 0})
	}
	req := make([]byte, 4)
	if _, err := io.ReadFull(r, req); err != nil {
		return
	}
	var host string
	switch req[3] {
	case 1:
		ip := make([]byte, 4)
		_, _ = io.ReadFull(r, ip)
		host = net.IP(ip).String()
	case 3:
		host = lengthPrefixed(r)
	}
	port := make([]byte, 2)
	if _, err := io.ReadFull(r, port); err != nil {
		return
	}
	target := net.JoinHostPort(host, strconv.Itoa(int(binary.BigEndian.Uint16(port))))
	p.note("SOCKS " + target)
	up, err := net.Dial("tcp", target)
	if err != nil {
		_, _ = c.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
		return
	}
	_, _ = c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	pipe(c, r, up)
}

func lengthPrefixed(r *bufio.Reader) string {
	n, _ := r.ReadByte()
	b := make([]byte, n)
	_, _ = io.ReadFull(r, b)
	return string(b)
}

func pipe(c net.Conn, from io.Reader, up net.Conn) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(up, from)
		up.Close()
	}()
	_, _ = io.Copy(c, up)
	c.Close()
	up.Close()
	<-done
}
