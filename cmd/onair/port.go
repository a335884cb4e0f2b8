package main

import (
	"errors"
	"fmt"
	"net"

	"onair/broker/embed"
	"onair/cmd/internal/config"
)

// portSettings are the flags of the port where the broker inside takes workers from other machines.
type portSettings struct {
	NatsListen  string   `help:"Address where the broker inside takes workers; without it as its configuration says: 127.0.0.1:4222." placeholder:"ADDR" env:"ONAIR_NATS_LISTEN"`
	NatsTLS     string   `name:"nats-tls" help:"\"auto\" gives that port a certificate of an authority of onair's own, which \"onair worker add\" hands out." enum:"off,auto" default:"off" env:"ONAIR_NATS_TLS"`
	NatsName    []string `help:"Host names or addresses by which workers call this machine: for the certificate of --nats-tls auto; \"onair worker add\" hands out the first." placeholder:"HOST" env:"ONAIR_NATS_NAME"`
	NatsTLSCert string   `name:"nats-tls-cert" help:"Certificate of that port (PEM), instead of --nats-tls auto." placeholder:"FILE" env:"ONAIR_NATS_TLS_CERT_FILE"`
	NatsTLSKey  string   `name:"nats-tls-key" help:"Its key (PEM)." placeholder:"FILE" env:"ONAIR_NATS_TLS_KEY_FILE"`
}

// check names the setting at fault.
func (s *portSettings) check(external bool) error {
	given := s.NatsListen != "" || s.NatsTLS == "auto" || len(s.NatsName) > 0 || s.NatsTLSCert != "" || s.NatsTLSKey != ""
	switch {
	case external && given:
		return errors.New("--nats-listen, --nats-tls and --nats-name are of the broker inside, which --nats replaces")
	case (s.NatsTLSCert == "") != (s.NatsTLSKey == ""):
		return errors.New("--nats-tls-cert and --nats-tls-key go together")
	case s.NatsTLSCert != "" && s.NatsTLS == "auto":
		return errors.New("--nats-tls auto makes a certificate; --nats-tls-cert brings one")
	}
	if s.NatsListen != "" {
		if _, _, err := net.SplitHostPort(s.NatsListen); err != nil {
			return fmt.Errorf("--nats-listen %s: %w", s.NatsListen, err)
		}
	}
	for _, n := range s.NatsName {
		if err := embed.CheckName(n); err != nil {
			return fmt.Errorf("--nats-name %.80s: %w", n, err)
		}
	}
	return nil
}

// apply puts the settings into what the broker is started with.
func (s *portSettings) apply(o embed.Options) embed.Options {
	o.Addr = s.NatsListen
	if s.NatsTLS == "auto" || s.NatsTLSCert != "" {
		o.TLS = &embed.TLS{Cert: s.NatsTLSCert, Key: s.NatsTLSKey, Names: s.NatsName}
	}
	return o
}

// portError names the setting by which a broker that did not start can be mended.
func portError(err error) error {
	switch {
	case errors.Is(err, embed.ErrPlain):
		return config.UsageError{Err: fmt.Errorf("--nats-listen: %w; set --nats-tls auto, or --nats-tls-cert and --nats-tls-key", err)}
	case errors.Is(err, embed.ErrTLS):
		return config.UsageError{Err: fmt.Errorf("--nats-tls: %w", err)}
	}
	return err
}
