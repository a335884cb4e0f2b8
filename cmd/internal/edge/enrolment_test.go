package edge

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEnrolmentIsKeptSecret(t *testing.T) {
	t.Parallel()
	e := Enrolment{Name: "w1", Nats: "tls://hub:4222", Seed: "SUASECRET"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, e); strings.Contains(text, "SECRET") {
			t.Errorf("%s prints %s", verb, text)
		}
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, c := range []struct {
		what, text string
		mode       os.FileMode
		want       string
	}{
		{"good", string(text), 0o600, ""},
		{"others can read it", string(text), 0o640, "chmod 600"},
		{"not JSON", "SUASECRET", 0o600, "not an enrolment"},
		{"no seed", `{"name":"w1","nats":"tls://hub:4222"}`, 0o600, "without"},
		{"no name", `{"name":"a.b","nats":"tls://hub:4222","seed":"SUASECRET"}`, 0o600, "without"},
		{"empty", "", 0o600, "empty"},
	} {
		path := filepath.Join(dir, c.what)
		if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		got, err := ReadEnrolment(path)
		switch {
		case c.want == "" && (err != nil || got.Seed != e.Seed):
			t.Errorf("%s: %v", c.what, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "SECRET")):
			t.Errorf("%s: %v", c.what, err)
		}
	}
}

func TestIdentityNamesWhatIsMissing(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("enrolment.json", `{"name":"w1","nats":"tls://hub:4222","seed":"SUA"}`, 0o600)
	seed, open := write("seed", "SUA", 0o600), write("open", "SUA", 0o644)
	for _, c := range []struct {
		c    Command
		want string
	}{
		{Command{}, "--enrolment"},
		{Command{Name: "w9"}, "w9"},
		{Command{Seed: seed}, "--name"},
		{Command{Name: "w1", Seed: open}, "chmod 600"},
		{Command{Name: "w2", Enrolment: good}, "is of worker w1"},
		{Command{Enrolment: good, CA: dir + "/none"}, "--ca"},
		{Command{Enrolment: dir + "/none"}, "--enrolment"},
	} {
		if _, err := c.c.identity(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q named", c.c, err, c.want)
		}
	}
	for _, c := range []Command{{Enrolment: good}, {Data: dir}, {Data: dir, Name: "w1"}} {
		if e, err := c.identity(); err != nil || e.Name != "w1" || e.Nats != "tls://hub:4222" {
			t.Errorf("%v, %v", e, err)
		}
	}
	if e, err := (&Command{Name: "w1", Seed: seed}).identity(); err != nil || e.Nats != loopbackBroker || e.Seed != "SUA" {
		t.Errorf("by hand: %v, %v", e, err)
	}
	if e, err := (&Command{Enrolment: good, Nats: "tls://other:1"}).identity(); err != nil || e.Nats != "tls://other:1" {
		t.Errorf("a setting beside the enrolment: %v, %v", e, err)
	}
}
