package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// try runs onair with args and gives the exit code and what it printed.
func try(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var so, se strings.Builder
	code = run(t.Context(), args, out{&so, &se})
	return code, so.String(), se.String()
}

func TestWrongSettingsAreNamed(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	unknown := write("unknown.yaml", "sweeep: 5m\n", 0o600)
	broken := write("broken.yaml", "sweep: [\n", 0o600)
	open := write("open.key", "k", 0o644)
	empty := write("empty.key", "\n", 0o600)
	file := write("file", "", 0o600)
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"unknown flag", []string{"check", "--nope"}, "--nope"},
		{"no command", nil, "serve"},
		{"unknown platform", []string{"check", "--platforms", "kick"}, "--platforms: \"kick\""},
		{"unknown setting", []string{"check", "--set", "chzzk.endpoints.apo=https://x"}, "chzzk.endpoints.apo"},
		{"bad endpoint", []string{"check", "--set", "chzzk.endpoints.api=ftp://x"}, "chzzk.endpoints.api"},
		{"secret on the command line", []string{"check", "--set", "youtube.key=abc"}, "youtube.key_file"},
		{"secret file that others read", []string{"check", "--set", "youtube.key_file=" + open}, "chmod 600"},
		{"empty secret file", []string{"check", "--set", "youtube.key_file=" + empty}, "youtube.key_file"},
		{"no secret file", []string{"check", "--set", "youtube.key_file=" + dir + "/none"}, "youtube.key_file"},
		{"unknown key in the file", []string{"check", "--config", unknown}, "sweeep"},
		{"broken file", []string{"check", "--config", broken}, "broken.yaml"},
		{"no file", []string{"check", "--config", dir + "/none.yaml"}, "none.yaml"},
		{"data is a file", []string{"check", "--data", file}, "--data " + file},
		{"sweep", []string{"serve", "--sweep", "1s"}, "--sweep 1s"},
		{"outbox age", []string{"serve", "--outbox-age", "1s"}, "--outbox-age 1s"},
		{"outbox size", []string{"demo", "--outbox-size", "0"}, "--outbox-size 0"},
		{"worker's outbox size", []string{"worker", "--name", "w", "--outbox-size", "99999"}, "--outbox-size 99999"},
		{"listen", []string{"serve", "--listen", "8080"}, "--listen 8080"},
		{"listen to nowhere", []string{"serve", "--data", dir + "/a", "--listen", "192.0.2.1:1"}, "--listen 192.0.2.1:1"},
		{"admin to the world", []string{"serve", "--admin", "0.0.0.0:9000"}, "--admin 0.0.0.0:9000"},
		{"admin token that is not there", []string{"serve", "--admin-token-file", dir + "/none"}, "--admin-token-file"},
		{"empty admin token", []string{"serve", "--admin-token-file", empty}, "empty.key is empty"},
		{"model without a name", []string{"serve", "--llm", "https://models.example/v1"}, "--llm: no model"},
		{"model's password in its address", []string{"serve", "--llm", "https://u:p@models.example/v1", "--llm-model", "m"}, "give the key in a file"},
		{"thumbnails nowhere", []string{"serve", "--data", dir + "/b", "--thumbs", "ftp://x"}, "--thumbs"},
		{"too many thumbnails", []string{"serve", "--thumbs-top", "99999"}, "--thumbs-top 99999"},
		{"no database", []string{"serve", "--postgres", "mysql://x"}, "--postgres"},
		{"speed", []string{"demo", "--speed", "0"}, "--speed 0"},
		{"speed is no number", []string{"demo", "--speed", "NaN"}, "--speed NaN"},
		{"log level", []string{"check", "--log-level", "loud"}, "--log-level"},
		{"top of nothing", []string{"top", "--server", "not a url"}, "--server"},
	} {
		code, stdout, stderr := try(t, c.args...)
		if code != 2 {
			t.Errorf("%s: exit %d, want 2; %s", c.name, code, stderr)
		}
		if !strings.Contains(stderr+stdout, c.want) {
			t.Errorf("%s: %q does not name %q", c.name, stderr, c.want)
		}
	}
}

func TestCheckSaysWhatIsMissing(t *testing.T) {
	code, stdout, stderr := try(t, "check")
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	for _, want := range []string{"chzzk    on", "soop     on", "twitch   off: a setting is missing: twitch.client_id", "youtube  off: a setting is missing: youtube.key"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
}

func TestSettingsFromFileEnvironmentAndFlags(t *testing.T) {
	dir := t.TempDir()
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, []byte("planted-secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "onair.yaml")
	if err := os.WriteFile(config, []byte("platforms: [youtube, soop]\nset:\n  youtube.key_file: "+key+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := try(t, "check", "--config", config)
	if code != 0 || !strings.Contains(stdout, "youtube  on") || !strings.Contains(stdout, "chzzk    off: switched off") {
		t.Errorf("from the file: exit %d\n%s%s", code, stdout, stderr)
	}
	t.Setenv("ONAIR_PLATFORMS", "chzzk")
	code, stdout, _ = try(t, "check", "--config", config)
	if code != 0 || !strings.Contains(stdout, "chzzk    on") || !strings.Contains(stdout, "soop     off: switched off") {
		t.Errorf("the environment does not go before the file:\n%s", stdout)
	}
	code, stdout, _ = try(t, "check", "--config", config, "--platforms", "soop")
	if code != 0 || !strings.Contains(stdout, "chzzk    off") || !strings.Contains(stdout, "soop     on") {
		t.Errorf("a flag does not go before the environment:\n%s", stdout)
	}
	t.Setenv("ONAIR_TWITCH_CLIENT_ID", "id")
	t.Setenv("ONAIR_TWITCH_CLIENT_SECRET", "planted-secret")
	code, stdout, _ = try(t, "check", "--platforms", "twitch")
	if code != 0 || !strings.Contains(stdout, "twitch   on") {
		t.Errorf("secret from the environment:\n%s", stdout)
	}
	if strings.Contains(stdout, "planted-secret") {
		t.Error("the secret is printed")
	}
}

func TestHelpAndVersion(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"serve", "--help"}, {"--version"}} {
		if code, stdout, stderr := try(t, args...); code != 0 || stdout == "" || stderr != "" {
			t.Errorf("%v: exit %d, %q, %q", args, code, stdout, stderr)
		}
	}
}
