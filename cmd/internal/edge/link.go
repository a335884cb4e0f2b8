package edge

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"onair/broker"
	"onair/workers"
)

// errRefused: the hub does not let this worker in.
var errRefused = errors.New("the hub does not let this worker in")

// link is a worker's connection. What no retry mends ends the worker, with words for whoever runs it: a key that the hub
// does not know (any more), a permission that it does not have, a certificate of somebody else, a twin. A hub that is
// away is waited for.
type link struct {
	who     Enrolment
	log     *slog.Logger
	end     context.CancelCauseFunc
	conn    *nats.Conn
	seen    atomic.Pointer[nats.Conn] // conn, for the callbacks that begin before it is returned
	up      chan struct{}             // capacity 1: the connection is there (again); the twin is asked for once more
	last    atomic.Value              // string: the last trouble logged, so that the same is said once
	refused atomic.Int32              // times in a row that the hub did not know the key
	ever    atomic.Bool               // the hub was reached once
}

// dial connects. A first attempt shows what is wrong for good; after it the connection is made when the hub is there.
func dial(who Enrolment, log *slog.Logger, end context.CancelCauseFunc) (*link, error) {
	l := &link{who: who, log: log, end: end, up: make(chan struct{}, 1)}
	pair, err := nkeys.FromSeed([]byte(strings.TrimSpace(who.Seed)))
	if err != nil {
		return nil, errors.New("the seed is not an nkey's")
	}
	public, err := pair.PublicKey()
	if err != nil {
		return nil, err
	}
	options := append(broker.EdgeOptions(who.Name),
		nats.Nkey(public, pair.Sign),
		nats.ErrorHandler(l.trouble),
		nats.ConnectHandler(func(*nats.Conn) { l.linked() }),
		nats.ReconnectHandler(func(*nats.Conn) { l.linked() }),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) { l.unreached(err) }),
		nats.CustomReconnectDelay(l.pause),
		nats.DisconnectErrHandler(l.lost),
		nats.IgnoreAuthErrorAbort(), // pause counts refusals
	)
	if secure, err := tlsOptions(who); err != nil {
		return nil, err
	} else if secure != nil {
		options = append(options, secure...)
	}
	once := append(options, nats.RetryOnFailedConnect(false))
	l.conn, err = nats.Connect(who.Nats, once...)
	for range refusals - 1 {
		if err == nil || !refusal(err) {
			break
		}
		time.Sleep(retryWait)
		l.conn, err = nats.Connect(who.Nats, once...)
	}
	if err != nil {
		if hopeless := l.hopeless(err); hopeless != nil {
			return nil, hopeless
		}
		log.Warn("hub not there yet", "nats", who.Nats, "err", err)
		l.conn, err = nats.Connect(who.Nats, options...)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", who.Nats, err)
	}
	l.seen.Store(l.conn)
	return l, nil
}

// tlsOptions are those of a hub that faces the network: TLS 1.3 before anything else is said.
func tlsOptions(who Enrolment) ([]nats.Option, error) {
	secure := who.CA != ""
	for _, address := range strings.Split(who.Nats, ",") {
		u, err := url.Parse(strings.TrimSpace(address))
		if err != nil {
			return nil, fmt.Errorf("%.80q is not an address", address)
		}
		secure = secure || u.Scheme == "tls"
	}
	if !secure {
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS13}
	if who.CA != "" {
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM([]byte(who.CA)) {
			return nil, errors.New("the certificate authority is not PEM")
		}
	}
	return []nats.Option{nats.Secure(c), nats.TLSHandshakeFirst()}, nil
}

// hopeless puts an error that no retry mends into words; nil for others.
func (l *link) hopeless(err error) error {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var plain tls.RecordHeaderError
	switch {
	case refusal(err):
		return fmt.Errorf("%w: it was removed, or never added (%w); on the hub, \"onair worker list\" shows who may come and \"onair worker add\" adds it anew", errRefused, err)
	case errors.As(err, &unknown):
		return fmt.Errorf("%s is not the hub that enrolled this worker, or has a new authority: %w", l.who.Nats, err)
	case errors.As(err, &name):
		return fmt.Errorf("the certificate at %s is for other names (\"onair serve --nats-name\" adds one): %w", l.who.Nats, err)
	case errors.As(err, &invalid):
		return fmt.Errorf("the certificate at %s: %w", l.who.Nats, err)
	case errors.As(err, &plain):
		return fmt.Errorf("%s does not begin with TLS (handshake_first: true in nats.conf): %w", l.who.Nats, err)
	}
	return nil
}

func refusal(err error) bool {
	return errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrAuthRevoked) || errors.Is(err, nats.ErrAuthExpired)
}

// trouble is told what the server says apart from answers. A permission that is missing stays missing.
func (l *link) trouble(_ *nats.Conn, _ *nats.Subscription, err error) {
	if errors.Is(err, nats.ErrPermissionViolation) {
		l.end(fmt.Errorf("worker %s: %w: %w (on the hub, \"onair worker list\" shows what it may do)", l.who.Name, workers.ErrDenied, err))
		return
	}
	l.say("nats connection", err)
}

func (l *link) lost(_ *nats.Conn, err error) {
	if err != nil { // nil: closed by this side
		l.say("hub lost", err)
	}
}

// unreached: what is wrong before the hub was reached once is wrong for good. Later it may be an error that somebody is
// about to mend on the hub, and the outbox waits.
func (l *link) unreached(err error) {
	if hopeless := l.hopeless(err); hopeless != nil && !refusal(err) && !l.ever.Load() {
		l.end(fmt.Errorf("worker %s: %w", l.who.Name, hopeless))
		return
	}
	l.say("hub not reached", err)
}

const (
	// retryWait and retryJitter are between attempts: a hub that comes back must not be met by all workers at once.
	retryWait   = 250 * time.Millisecond
	retryJitter = time.Second
	// refusals in a row mean that the key is not known. One may be met by a worker that knocks while the hub loads its
	// files, which takes milliseconds, because another was added.
	refusals = 3
)

// pause is asked for after every round of attempts. The library tells ReconnectErrHandler of connections that were not
// made, and keeps to itself which ones failed in the handshake.
func (l *link) pause(int) time.Duration {
	nc := l.seen.Load()
	if nc == nil {
		return retryWait
	}
	err := nc.LastError()
	switch {
	case err == nil:
	case !refusal(err):
		l.refused.Store(0)
		l.unreached(err)
	case l.refused.Add(1) >= refusals:
		l.end(fmt.Errorf("worker %s: %w", l.who.Name, l.hopeless(err)))
	}
	return retryWait + rand.N(retryJitter)
}

// say logs a trouble unless it is the one that was logged last: a hub that is away for a day is no reason for a line a
// second.
func (l *link) say(what string, err error) {
	if text := what + err.Error(); l.last.Swap(text) != text {
		l.log.Warn(what, "nats", l.who.Nats, "err", err)
	}
}

func (l *link) linked() {
	l.ever.Store(true)
	l.refused.Store(0)
	l.last.Store("")
	l.log.Info("hub reached", "worker", l.who.Name, "nats", l.who.Nats)
	select {
	case l.up <- struct{}{}:
	default:
	}
}
