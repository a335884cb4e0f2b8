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

// Accounts are a broker's configuration file and the account files beside it, whether or not a broker runs with them.
// Any number of processes may edit them at once: each edit takes a lock, reads, writes and checks.
type Accounts struct{ conf string }

// OpenAccounts finds the configuration: conf, or nats.conf in dir, where the files that the program carries are put
// when there are none; what is there already stays.
func OpenAccounts(dir, conf string) (Accounts, error) {
	if conf != "" {
		_, err := os.Stat(conf)
		return Accounts{conf}, err
	}
	if err := os.MkdirAll(filepath.Join(dir, "auth"), 0o700); err != nil {
		return Accounts{}, err
	}
	a := Accounts{filepath.Join(dir, "nats.conf")}
	unlock, err := a.lock()
	if err != nil {
		return Accounts{}, err
	}
	defer unlock()
	for _, name := range []string{"nats.conf", "auth/hub.conf", "auth/edge.conf"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			if err != nil {
				return Accounts{}, err
			}
			continue
		}
		content, err := onair.NATS.ReadFile(name)
		if err != nil {
			return Accounts{}, err
		}
		if err := writeFile(path, content, 0o600); err != nil {
			return Accounts{}, err
		}
	}
	return a, nil
}

// Conf is the path of the configuration file.
func (a Accounts) Conf() string { return a.conf }

// lock keeps other programs from editing meanwhile.
func (a Accounts) lock() (unlock func(), err error) {
	return lockFile(filepath.Join(filepath.Dir(a.conf), "auth", ".lock"))
}

// users are those of one account in the configuration on the disk.
func (a Accounts) users(account string) ([]*server.NkeyUser, error) {
	opts, err := server.ProcessConfigFile(a.conf)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.conf, err)
	}
	var users []*server.NkeyUser
	for _, u := range opts.Nkeys {
		if u.Account != nil && u.Account.Name == account {
			users = append(users, u)
		}
	}
	return users, nil
}

// edit changes the file of an account. change is given the users that the configuration has and the file's text; it
// returns the new text, or the same to leave it, and how many users it adds. A result that does not parse, or in which
// another number of users than that came or went, is put back as it was.
func (a Accounts) edit(account string, change func(users []*server.NkeyUser, text string) (string, int, error)) (changed bool, err error) {
	path := filepath.Join(filepath.Dir(a.conf), filepath.FromSlash(authFiles[account]))
	unlock, err := a.lock()
	if err != nil {
		return false, fmt.Errorf("users of account %s: %w", account, err)
	}
	defer unlock()
	users, err := a.users(account)
	if err != nil {
		return false, err
	}
	before, err := os.ReadFile(path)
	if err != nil {
		return false, fmt.Errorf("users of account %s: %w", account, err)
	}
	after, add, err := change(users, string(before))
	if err != nil {
		return false, fmt.Errorf("%s: %w", path, err)
	}
	if after == string(before) {
		return false, nil
	}
	if err := writeFile(path, []byte(after), 0o600); err != nil {
		return false, err
	}
	now, err := a.users(account)
	if err == nil && len(now) != len(users)+add {
		err = fmt.Errorf("%s does not include %s in account %s", a.conf, path, account)
	}
	if err != nil {
		return false, errors.Join(err, writeFile(path, before, 0o600))
	}
	return true, nil
}

// admit adds a user to an account's file unless the configuration knows its key.
func (a Accounts) admit(account, public, block string) (changed bool, err error) {
	return a.edit(account, func(users []*server.NkeyUser, text string) (string, int, error) {
		for _, u := range users {
			if u.Nkey == public {
				return text, 0, nil
			}
		}
		text, err := addUser(text, block)
		return text, 1, err
	})
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

// removeUser cuts the innermost braces around a user's public key out of an account file, with the lines that they
// leave empty. A key in a comment or in quotes is a mention, not a user.
func removeUser(text, public string) (string, error) {
	var open []int // positions of the braces that are open
	depth := -1    // of the user's brace, once its key was seen
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '#', c == '/' && strings.HasPrefix(text[i:], "//"):
			i += strings.IndexByte(text[i:]+"\n", '\n')
		case c == '"', c == '\'':
			i += 1 + strings.IndexByte(text[i+1:]+string(c), c)
		case c == '{':
			open = append(open, i)
		case c == '}' && len(open) > 0:
			start := open[len(open)-1]
			if open = open[:len(open)-1]; len(open) != depth {
				continue
			}
			before, after := strings.TrimRight(text[:start], " \t"), strings.TrimLeft(text[i+1:], " \t,")
			if strings.HasPrefix(after, "#") { // a comment about the user
				after = after[strings.IndexByte(after+"\n", '\n'):]
			}
			return before + strings.TrimPrefix(after, "\n"), nil
		case depth < 0 && len(open) > 0 && strings.HasPrefix(text[i:], public):
			depth = len(open) - 1
		}
	}
	return "", errors.New("no block around the key that could be cut out: remove it by hand")
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
