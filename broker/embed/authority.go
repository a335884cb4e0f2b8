package embed

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Files of the own authority in the folder of keys, each a certificate and its key in one PEM, so that a process that
// is killed never leaves halves that do not belong together.
const (
	authorityFile = "nats-ca.pem"
	serverFile    = "nats-server.pem"
)

const (
	// authorityLife: when it ends every worker must be added anew, so it is longer than the machines last.
	authorityLife = 30 * 365 * 24 * time.Hour
	// serverLife is what TLS clients accept at most; the worker does not care, other tools do.
	serverLife = 397 * 24 * time.Hour
	// renewBefore: a hub is restarted more often than every two months.
	renewBefore = 60 * 24 * time.Hour
	// clockSkew lets in a worker whose clock is behind.
	clockSkew = time.Hour
)

// serverCertificate is a certificate for names of the folder's own authority, both made when they are not there. The
// one that is there is made anew when it is near its end, for other names, or not this authority's.
func (k keyring) serverCertificate(names []string, now time.Time) (pair tls.Certificate, ca []byte, err error) {
	authority, err := k.pair(authorityFile)
	if errors.Is(err, fs.ErrNotExist) {
		authority, err = k.newAuthority(now)
	}
	if err != nil {
		return pair, nil, fmt.Errorf("authority: %w", err)
	}
	ca = certificatePEM(authority.Leaf)
	pair, err = k.pair(serverFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return pair, nil, err
	}
	if err != nil || now.Add(renewBefore).After(pair.Leaf.NotAfter) || now.Before(pair.Leaf.NotBefore) ||
		!covers(pair.Leaf, names) || pair.Leaf.CheckSignatureFrom(authority.Leaf) != nil {
		pair, err = k.newServer(authority, names, now)
	}
	return pair, ca, err
}

// pair reads a certificate and its key from one file.
func (k keyring) pair(name string) (tls.Certificate, error) {
	path := filepath.Join(string(k), name)
	text, err := os.ReadFile(path)
	if err != nil {
		return tls.Certificate{}, err
	}
	if err := private(path); err != nil {
		return tls.Certificate{}, err
	}
	pair, err := tls.X509KeyPair(text, text)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("%s: %w", path, err)
	}
	return pair, nil
}

func (k keyring) newAuthority(now time.Time) (tls.Certificate, error) {
	serial, err := serialNumber()
	if err != nil {
		return tls.Certificate{}, err
	}
	return k.sign(authorityFile, &x509.Certificate{
		SerialNumber: serial,
		// The number tells two hubs' authorities apart in an error.
		Subject:   pkix.Name{CommonName: "onair hub " + hex.EncodeToString(serial.Bytes()[:4])},
		NotBefore: now.Add(-clockSkew), NotAfter: now.Add(authorityLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}, nil)
}

func (k keyring) newServer(authority tls.Certificate, names []string, now time.Time) (tls.Certificate, error) {
	serial, err := serialNumber()
	if err != nil {
		return tls.Certificate{}, err
	}
	c := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "onair broker"},
		NotBefore:    now.Add(-clockSkew), NotAfter: now.Add(serverLife),
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			if !slices.ContainsFunc(c.IPAddresses, ip.Equal) {
				c.IPAddresses = append(c.IPAddresses, ip)
			}
		} else if !slices.Contains(c.DNSNames, n) {
			c.DNSNames = append(c.DNSNames, n)
		}
	}
	return k.sign(serverFile, c, &authority)
}

// sign makes a key and its certificate, by the authority or, without one, by itself, and keeps both.
func (k keyring) sign(name string, c *x509.Certificate, by *tls.Certificate) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	parent, signer := c, any(key)
	if by != nil {
		parent, signer = by.Leaf, by.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		return tls.Certificate{}, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return tls.Certificate{}, err
	}
	var text bytes.Buffer
	err = errors.Join(
		pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.Encode(&text, &pem.Block{Type: "PRIVATE KEY", Bytes: secret}),
		os.MkdirAll(string(k), 0o700),
	)
	if err != nil {
		return tls.Certificate{}, err
	}
	if err := writeFile(filepath.Join(string(k), name), text.Bytes(), 0o600); err != nil {
		return tls.Certificate{}, err
	}
	return k.pair(name)
}

// serialNumber is 16 random bytes, the first never 0 and the number positive, as the format wants it.
func serialNumber() (*big.Int, error) {
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		return nil, err
	}
	b[0] = b[0]&0x7f | 0x40
	return new(big.Int).SetBytes(b), nil
}
