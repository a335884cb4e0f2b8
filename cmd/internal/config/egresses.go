package config

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"onair/live"
	"onair/platform"
	"onair/workers"
)

// Egresses are the settings of the addresses that requests leave from.
type Egresses struct {
	Egress string `help:"YAML list of the addresses that requests leave from (\"onair egress test --help\"); this machine's own when not given." placeholder:"FILE" env:"ONAIR_EGRESS_FILE"`
}

// EgressHelp describes the file.
const EgressHelp = `The file is a list of egresses:

  - label: seoul-2              # stands in pages, logs and tables
    local: 203.0.113.7          # an IPv4 or IPv6 address of this machine; "auto": whichever it takes
    region: kr                  # optional, ISO country code
    platforms: [chzzk, soop]    # optional, all when not given
  - label: tokyo
    proxy: socks5://proxy.example:1080    # or http://, https://; it looks host names up
    credentials_file: tokyo.txt           # optional: user:password, mode 0600, relative to this file

Every egress has, for each platform, its own pace, rest after a refusal, and cookies.`

// egressEntry is an entry as written.
type egressEntry struct {
	Label       string   `yaml:"label"`
	Local       string   `yaml:"local"`
	Proxy       string   `yaml:"proxy"`
	Credentials string   `yaml:"credentials_file"`
	Region      string   `yaml:"region"`
	Platforms   []string `yaml:"platforms"`
}

// maxEgressFile bounds the list: a longer file is the wrong one.
const maxEgressFile = 1 << 20

// autoLocal is the local address of an entry that leaves it to the machine.
const autoLocal = "auto"

// Addresses reads the list and the credentials that it names; nil when no file is given. Errors name file, line and
// column, and never what the file says: someone may have put a password in.
func (e Egresses) Addresses() ([]workers.Address, error) {
	if e.Egress == "" {
		return nil, nil
	}
	list, err := readEgresses(e.Egress)
	if err != nil {
		return nil, fmt.Errorf("--egress %s%w", e.Egress, err)
	}
	return list, nil
}

func readEgresses(path string) ([]workers.Address, error) {
	b, err := readBounded(path, maxEgressFile)
	if err != nil {
		return nil, fmt.Errorf(": %w", err)
	}
	doc, err := parser.ParseBytes(b, 0)
	if err != nil {
		return nil, yamlError(err)
	}
	if len(doc.Docs) != 1 || doc.Docs[0].Body == nil {
		return nil, errors.New(": not one list of egresses")
	}
	seq, ok := doc.Docs[0].Body.(*ast.SequenceNode)
	if !ok {
		return nil, at(doc.Docs[0].Body.GetToken(), errors.New("not a list of egresses"))
	}
	var all []workers.Address
	seen := map[string]bool{}
	for _, n := range seq.Values {
		var w egressEntry
		if err := yaml.NodeToValue(n, &w, yaml.Strict()); err != nil {
			return nil, yamlError(err)
		}
		a, err := w.address(filepath.Dir(path))
		if err == nil && seen[a.Label] {
			err = fmt.Errorf("label %s is used twice", a.Label)
		}
		if err != nil {
			return nil, at(start(n), err)
		}
		seen[a.Label] = true
		all = append(all, a)
	}
	if len(all) == 0 {
		return nil, errors.New(": no egress in it")
	}
	return all, nil
}

// address checks the entry and reads its credentials from below dir.
func (w egressEntry) address(dir string) (a workers.Address, err error) {
	a = workers.Address{Label: w.Label, Proxy: w.Proxy, Region: w.Region}
	switch {
	case w.Local == "" && w.Proxy == "":
		return a, errors.New("neither local nor proxy")
	case w.Local != "" && w.Proxy != "":
		return a, errors.New("both local and proxy")
	case w.Local != "" && w.Local != autoLocal:
		if a.Local, err = netip.ParseAddr(w.Local); err != nil {
			return a, errors.New("local is neither an IP address nor " + autoLocal)
		}
	}
	if w.Platforms != nil {
		a.Platforms = []live.Platform{}
	}
	for _, name := range w.Platforms {
		if !slices.Contains(platform.Names(), live.Platform(name)) {
			return a, fmt.Errorf("platform %.40q is none of %v", name, platform.Names())
		}
		a.Platforms = append(a.Platforms, live.Platform(name))
	}
	if w.Credentials != "" {
		path := w.Credentials
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		v, err := ReadSecret("credentials_file", path)
		if err != nil {
			return a, err
		}
		a.Credentials = platform.Secret(v)
	}
	return a, a.Check()
}

func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fileError(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, fileError(err)
	case int64(len(b)) > limit:
		return nil, fmt.Errorf("longer than %d bytes", limit)
	}
	return b, nil
}

// fileError leaves the path out, which the caller has said.
func fileError(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// at puts the position before err.
func at(t *token.Token, err error) error {
	if t == nil || t.Position == nil {
		return fmt.Errorf(": %w", err)
	}
	return fmt.Errorf(":%d:%d: %w", t.Position.Line, t.Position.Column, err)
}

// start is an entry's first token; a map's own is the colon after its first key.
func start(n ast.Node) *token.Token {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken()
	}
	if v, ok := n.(*ast.MappingValueNode); ok {
		return v.Key.GetToken()
	}
	return n.GetToken()
}

// yamlError is the parser's error without the lines of the file around it.
func yamlError(err error) error {
	var ye yaml.Error
	if !errors.As(err, &ye) {
		return errors.New(": not YAML")
	}
	text := ye.GetMessage()
	if strings.Contains(text, "//") || strings.Contains(text, "@") {
		text = "not what is expected here"
	}
	return at(ye.GetToken(), errors.New(text))
}
