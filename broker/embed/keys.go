package embed

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
)

// Names of the seeds in the folder of keys, each with ".nk".
const (
	hubKey    = "hub"
	workerKey = "worker-" // + name
)

// keyring is the folder where seeds are kept.
type keyring string

// load reads a seed, or makes one, and gives its public half and its signature.
func (k keyring) load(name string) (public string, sign nats.SignatureHandler, err error) {
	path := filepath.Join(string(k), name+".nk")
	seed, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		seed, err = k.generate(path)
	}
	if err != nil {
		return "", nil, err
	}
	if err := private(path); err != nil {
		return "", nil, err
	}
	pair, err := nkeys.FromSeed(bytes.TrimSpace(seed))
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", path, err)
	}
	public, err = pair.PublicKey()
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", path, err)
	}
	return public, pair.Sign, nil
}

func (k keyring) generate(path string) ([]byte, error) {
	pair, err := nkeys.CreateUser()
	if err != nil {
		return nil, err
	}
	seed, err := pair.Seed()
	if err != nil {
		return nil, err
	}
	seed = append(seed, '\n')
	if err := os.MkdirAll(string(k), 0o700); err != nil {
		return nil, err
	}
	return seed, writeFile(path, seed, 0o600)
}

// private refuses a seed that others can read: it may have been copied, and only its owner can tell.
func private(path string) error {
	if runtime.GOOS == "windows" {
		return nil // no such bits
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%s: others can read this key (mode %04o, want 0600)", path, mode)
	}
	return nil
}
