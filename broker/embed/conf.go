package embed

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/nats-io/nats-server/v2/server"

	"onair"
	"onair/broker"
)

// authFiles are the include of each account, beside the configuration file.
var authFiles = map[string]string{
	broker.AccountHub:  "auth/hub.conf",
	broker.AccountEdge: "auth/edge.conf",
}

// configuration finds the configuration file, or puts the one that the program carries into the folder, with its
// includes; what is there already stays.
func (s *Server) configuration() (path string, err error) {
	if s.o.Conf != "" {
		return s.o.Conf, nil
	}
	for _, name := range []string{"nats.conf", "auth/hub.conf", "auth/edge.conf"} {
		path := filepath.Join(s.o.Dir, filepath.FromSlash(name))
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			if err != nil {
				return "", err
			}
			continue
		}
		content, err := onair.NATS.ReadFile(name)
		if err != nil {
			return "", err
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return "", err
		}
		if err := writeFile(path, content, 0o600); err != nil {
			return "", err
		}
	}
	return filepath.Join(s.o.Dir, "nats.conf"), nil
}

// admit adds a user to an account's file unless the configuration knows it. Whether the new file is right shows when
// it is read: if not, the old one is put back.
func (s *Server) admit(name, public, block string) (changed bool, err error) {
	known, err := s.knows(name, public)
	if err != nil || known {
		return false, err
	}
	path := filepath.Join(filepath.Dir(s.conf), filepath.FromSlash(authFiles[name]))
	before, err := os.ReadFile(path)
	if err != nil {
		return false, fmt.Errorf("users of account %s: %w", name, err)
	}
	after, err := addUser(string(before), block)
	if err != nil {
		return false, fmt.Errorf("%s: %w", path, err)
	}
	if err := writeFile(path, []byte(after), 0o600); err != nil {
		return false, err
	}
	known, err = s.knows(name, public)
	if err == nil && !known {
		err = fmt.Errorf("%s does not include %s in account %s", s.conf, path, name)
	}
	if err != nil {
		return false, errors.Join(err, writeFile(path, before, 0o600))
	}
	return true, nil
}

// knows reports whether the configuration on the disk has a user with this key in the account.
func (s *Server) knows(name, public string) (bool, error) {
	opts, err := server.ProcessConfigFile(s.conf)
	if err != nil {
		return false, fmt.Errorf("%s: %w", s.conf, err)
	}
	for _, u := range opts.Nkeys {
		if u.Nkey == public && u.Account != nil && u.Account.Name == name {
			return true, nil
		}
	}
	return false, nil
}

func account(opts *server.Options, name string) *server.Account {
	for _, a := range opts.Accounts {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// addUser puts a block at the end of the list in an account file, whose last bracket outside a comment closes it.
func addUser(text, block string) (string, error) {
	end, at := -1, 0
	for line := range strings.Lines(text) {
		code, _, _ := strings.Cut(line, "#")
		if i := strings.LastIndexByte(code, ']'); i >= 0 {
			end = at + i
		}
		at += len(line)
	}
	if end < 0 {
		return "", errors.New("no list of users")
	}
	return strings.TrimRight(text[:end], " \t\n") + "\n" + block + text[end:], nil
}

// writeFile puts content in place whole: a process that is killed leaves the old file or the new one.
func writeFile(path string, content []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
