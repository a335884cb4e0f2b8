package config

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"onair/live"
	"onair/workers"
)

func mustWrite(tb testing.TB, path, content string, mode os.FileMode) string {
	tb.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		tb.Fatal(err)
	}
	return path
}

func TestEgressFile(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, filepath.Join(dir, "tokyo.txt"), "user:pass:word\n", 0o600)
	path := mustWrite(t, filepath.Join(dir, "egress.yaml"), `
# two of our own, two of others
- label: home
  local: auto
- {label: seoul-2, local: 203.0.113.7, region: kr, platforms: [chzzk, soop]}
- label: six
  local: "2001:db8::7"
- label: tokyo
  proxy: socks5://proxy.example:1080
  credentials_file: tokyo.txt
  region: jp
`, 0o644)
	got, err := Egresses{Egress: path}.Addresses()
	if err != nil {
		t.Fatal(err)
	}
	want := []workers.Address{
		{Label: "home"},
		{Label: "seoul-2", Local: netip.MustParseAddr("203.0.113.7"), Region: "kr", Platforms: []live.Platform{"chzzk", "soop"}},
		{Label: "six", Local: netip.MustParseAddr("2001:db8::7")},
		{Label: "tokyo", Proxy: "socks5://proxy.example:1080", Credentials: "user:pass:word", Region: "jp"},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
		t.Error(diff)
	}
	if _, err := workers.NewPool(workers.PoolOptions{Addresses: got}); err != nil {
		t.Error(err)
	}
	if got, err := (Egresses{}).Addresses(); got != nil || err != nil {
		t.Errorf("no file: %v, %v", got, err)
	}
}

// TestEgressFileErrors holds the errors to naming line and column, and to repeating no part of an address.
func TestEgressFileErrors(t *testing.T) {
	const secret = "hunter2"
	dir := t.TempDir()
	mustWrite(t, filepath.Join(dir, "open.txt"), "u:"+secret, 0o644)
	mustWrite(t, filepath.Join(dir, "bare.txt"), secret, 0o600)
	mustWrite(t, filepath.Join(dir, "ok.txt"), "u:"+secret, 0o600)
	for i, c := range []struct{ file, want string }{
		{"- label: a\n  lokal: 127.0.0.2\n", `:2:3: unknown field "lokal"`},
		{"- label: a\n  proxy: http://u:hunter2@p.example:1\n", ":1:3: proxy with a user or password in its URL"},
		{"- label: a\n  local: 127.0.0.2\n- label: b\n  local: 300.1.1.1\n", ":3:3: local is neither an IP address nor auto"},
		{"- label: a\n  local: auto\n- label: a\n  local: auto\n", ":3:3: label a is used twice"},
		{"- label: a\n", ":1:3: neither local nor proxy"},
		{"- label: a\n  local: auto\n  proxy: http://p.example:1\n", ":1:3: both local and proxy"},
		{"- local: auto\n", `:1:3: label "" is not a token`},
		{"- label: a\n  local: auto\n  region: KR\n", `:1:3: region "KR"`},
		{"- label: a\n  local: auto\n  platforms: [kick]\n", `:1:3: platform "kick" is none of`},
		{"- label: a\n  local: auto\n  platforms: []\n", ":1:3: an empty list of platforms"},
		{"- label: a\n  local: auto\n  platforms: chzzk\n", ":3:14: "},
		{"- label: a\n  local: auto\n  credentials_file: ok.txt\n", ":1:3: credentials without a proxy"},
		{"- label: a\n  proxy: ftp://p.example:1\n", ":1:3: proxy is none of http://, https://, socks5://"},
		{"- label: a\n  proxy: http://p.example:1\n  credentials_file: open.txt\n", "can be read by others; chmod 600 it"},
		{"- label: a\n  proxy: http://p.example:1\n  credentials_file: bare.txt\n", ":1:3: credentials are not user:password"},
		{"- label: a\n  proxy: http://p.example:1\n  credentials_file: none.txt\n", "credentials_file"},
		{"- label: a\n  proxy: http://p.example:1\n  password: hunter2\n", `:3:3: unknown field "password"`},
		{"- label: a\n  proxy: \"http://u:hunter2@p\n", ":2:10: "},
		{"- label: a\n   http://u:hunter2@p: x\n  local: auto\n", ":"},
		{"- http://u:hunter2@p: x\n", ":1:3: "},
		{"egresses:\n- label: a\n", ":1:9: not a list of egresses"},
		{"- just text\n", ":1:3: "},
		{"[]\n", ": no egress in it"},
		{"", ": not one list of egresses"},
		{"- {label: a, local: auto}\n---\n- {label: b, local: auto}\n", ": not one list of egresses"},
		{"- label: a\n  label: b\n  local: auto\n", ":2:3: "},
		{strings.Repeat("#", maxEgressFile+1), ": longer than 1048576 bytes"},
	} {
		path := mustWrite(t, filepath.Join(dir, fmt.Sprintf("egress%d.yaml", i)), c.file, 0o644)
		_, err := Egresses{Egress: path}.Addresses()
		if err == nil {
			t.Errorf("accepted %.80q", c.file)
			continue
		}
		if !strings.HasPrefix(err.Error(), "--egress "+path+":") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.80q: %v, want %q", c.file, err, c.want)
		}
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%.80q: %v holds the password", c.file, err)
		}
	}
	if _, err := (Egresses{Egress: dir + "/none.yaml"}).Addresses(); err == nil || strings.Count(err.Error(), "none.yaml") != 1 {
		t.Errorf("%v", err)
	}
}
