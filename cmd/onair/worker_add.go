package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/nats-io/nkeys"

	"onair/broker/embed"
	"onair/cmd/internal/config"
	"onair/cmd/internal/edge"
	"onair/live"
	"onair/platform"
)

type workerAddCmd struct {
	hubFolder
	Name      string          `arg:"" help:"The worker's name: letters, digits, '-' and '_'."`
	Platforms []live.Platform `help:"Platforms whose jobs it may take and whose pages it may write; all when empty." placeholder:"NAME"`
	Classes   []live.Class    `help:"Classes of jobs." default:"plain"`
	Regions   []string        `help:"Regions of jobs." default:"any"`
	Public    []string        `help:"Where the worker reaches the broker: HOST, HOST:PORT or a URL; without it as the running hub says." placeholder:"ADDR"`
	CA        string          `name:"ca" help:"File with the authority of the broker's certificate, when it is neither onair's own nor a public one." placeholder:"FILE"`
}

// brokerPort is NATS' own.
const brokerPort = "4222"

// Validate is called by kong.
func (c *workerAddCmd) Validate() error {
	if err := live.CheckID(c.Name); err != nil {
		return fmt.Errorf("NAME: %w", err)
	}
	for _, p := range c.Platforms {
		if !slices.Contains(platform.Names(), p) {
			return fmt.Errorf("--platforms: %.40q is none of %v", p, platform.Names())
		}
	}
	for _, k := range c.Classes {
		if k != live.ClassPlain && k != live.ClassBrowser {
			return fmt.Errorf("--classes: %.40q is neither %s nor %s", k, live.ClassPlain, live.ClassBrowser)
		}
	}
	for _, r := range c.Regions {
		if err := live.CheckID(r); err != nil {
			return fmt.Errorf("--regions: %w", err)
		}
	}
	return nil
}

// Run is called by kong. Standard output gets the command and nothing else, so that it can go straight to a shell on
// the other machine.
func (c *workerAddCmd) Run(ctx context.Context, o out) error {
	if c.Name == workerName {
		return config.UsageError{Err: fmt.Errorf("%s is the worker inside the hub", c.Name)}
	}
	s, err := c.open(ctx)
	if err != nil {
		return err
	}
	if len(c.Platforms) == 0 {
		c.Platforms = platform.Names()
	}
	who := edge.Enrolment{Name: c.Name, Platforms: c.Platforms, Classes: c.Classes, Regions: c.Regions}
	if who.Nats, who.CA, err = c.way(s); err != nil {
		return config.UsageError{Err: err}
	}
	public, seed, err := newKey()
	if err != nil {
		return err
	}
	who.Seed = seed
	if s.external {
		fmt.Fprintf(o.stderr, "put this block into the list of auth/edge.conf on each of the servers%s:\n%s", of(s.state.Servers),
			embed.WorkerBlock(c.Name, public, c.Platforms, c.Classes, c.Regions))
	} else if _, err := s.accounts.AddWorker(c.Name, public, c.Platforms, c.Classes, c.Regions); err != nil {
		if errors.Is(err, embed.ErrExists) {
			err = fmt.Errorf("%w; \"onair worker remove %s\" first", err, c.Name)
		}
		return err
	}
	if err := s.reload(ctx, o); err != nil {
		_, undo := s.accounts.RemoveWorker(c.Name) // nobody has its key
		return errors.Join(err, undo)
	}
	line, err := pasteLine(who)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.stderr, "paste this on the machine of worker %s; it holds the worker's secret:\n", c.Name)
	_, err = fmt.Fprintln(o.stdout, line)
	return err
}

// way is how the worker reaches the broker, and the authority by which it knows it.
func (c *workerAddCmd) way(s *site) (addresses, ca string, err error) {
	st := s.state
	secure := st.TLS || s.external && st.CA != ""
	if ca = st.CA; !s.running {
		own, err := embed.Authority(s.keys())
		if err != nil {
			return "", "", err
		}
		ca, secure = string(own), own != nil
	}
	if c.CA != "" {
		if ca, err = readAuthority(c.CA); err != nil {
			return "", "", err
		}
		secure = true
	}
	list := c.Public
	if len(list) == 0 {
		if list, err = st.ways(s.running); err != nil {
			return "", "", err
		}
	}
	port := brokerPort
	if _, p, err := net.SplitHostPort(st.Addr); err == nil {
		port = p
	}
	var all []string
	anyTLS := false
	for _, a := range list {
		u, err := address(a, port, secure)
		if err != nil {
			return "", "", err
		}
		if err := covered(st.Cert, u.Hostname()); err != nil && u.Scheme == "tls" {
			return "", "", fmt.Errorf("--public %s: the hub's certificate is not for it; start \"onair serve\" with --nats-name %s (%w)", a, u.Hostname(), err)
		}
		anyTLS = anyTLS || u.Scheme == "tls"
		all = append(all, u.String())
	}
	if !anyTLS {
		ca = ""
	}
	return strings.Join(all, ","), ca, nil
}

// ways are the addresses that the hub itself knows.
func (st *brokerState) ways(running bool) ([]string, error) {
	host, port, err := net.SplitHostPort(st.Addr)
	switch {
	case len(st.Servers) > 0:
		return st.Servers, nil
	case !running:
		return nil, errors.New("--public is missing: no hub runs here that could say where workers reach it")
	case err != nil:
		return nil, errors.New("--public is missing: the hub has no port open for workers")
	case len(st.Names) > 0:
		return []string{net.JoinHostPort(st.Names[0], port)}, nil
	case net.ParseIP(host) == nil || !net.ParseIP(host).IsUnspecified():
		return []string{st.Addr}, nil
	}
	return nil, fmt.Errorf("--public is missing: the hub listens on every address (%s) and has no --nats-name", st.Addr)
}

// address makes a URL of what one types.
func address(text, port string, secure bool) (*url.URL, error) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		if scheme, rest = "nats", text; secure {
			scheme = "tls"
		}
	}
	host, p, err := net.SplitHostPort(rest)
	if err != nil {
		host, p = strings.Trim(rest, "[]"), port
	}
	if n, err := net.LookupPort("tcp", p); err != nil || n == 0 || scheme != "nats" && scheme != "tls" || embed.CheckName(host) != nil {
		return nil, fmt.Errorf("--public %.80q is no address: HOST, HOST:PORT, tls://HOST:PORT or nats://HOST:PORT", text)
	}
	if scheme == "nats" && !ok && !loopbackHost(host) {
		return nil, fmt.Errorf("--public %s: the hub speaks no TLS there (--nats-tls); write nats://%s where the way is safe in itself", text, text)
	}
	return &url.URL{Scheme: scheme, Host: net.JoinHostPort(host, p)}, nil
}

func loopbackHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// covered checks a host against a certificate; one that is not known is fine.
func covered(text, host string) error {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return err
	}
	return c.VerifyHostname(host)
}

// maxAuthority: a longer file is the wrong one.
const maxAuthority = 16 << 10

func readAuthority(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("--ca: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxAuthority))
	if err != nil {
		return "", fmt.Errorf("--ca: %w", err)
	}
	// Only certificates go out: a file may hold a key beside them.
	var certs strings.Builder
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			if err := pem.Encode(&certs, &pem.Block{Type: block.Type, Bytes: block.Bytes}); err != nil {
				return "", err
			}
		}
	}
	if certs.Len() == 0 {
		return "", fmt.Errorf("--ca %s: no certificate in it", path)
	}
	return certs.String(), nil
}

func newKey() (public, seed string, err error) {
	pair, err := nkeys.CreateUser()
	if err != nil {
		return "", "", err
	}
	secret, err := pair.Seed()
	if err != nil {
		return "", "", err
	}
	public, err = pair.PublicKey()
	return public, string(secret), err
}

// pasteLine is the command for the worker's machine. The secret goes through the shell's own printf into a file that
// only its owner can read: never into the arguments of a process, which others see.
func pasteLine(who edge.Enrolment) (string, error) {
	text, err := json.Marshal(who)
	if err != nil {
		return "", err
	}
	if strings.ContainsAny(string(text), "'") { // JSON of checked names, addresses and PEM has none
		return "", errors.New("an enrolment that a shell would misread")
	}
	return fmt.Sprintf(`d="${XDG_DATA_HOME:-$HOME/.local/share}/onair/worker-%s"; (umask 077 && mkdir -p "$d" && printf '%%s\n' '%s' > "$d/enrolment.json") && onair-worker --enrolment "$d/enrolment.json"`,
		who.Name, text), nil
}
