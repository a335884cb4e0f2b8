package tray

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMemoryKeepsWhatItWasGiven(t *testing.T) {
	path := filepath.Join(t.TempDir(), "onair", "tray.json")
	if m, err := LoadMemory(path); err != nil || m.Version != 0 {
		t.Errorf("%+v %v", m, err)
	}
	r := row("aa:1", -1)
	m := Memory{Server: "http://x", AsOf: at, Total: 5, Platforms: platformsOf("aa"), Rows: []*Stream{streamOf(&r)}, Paused: at, Recent: []Alert{{At: at, Why: WhyOver, Over: 5, Stream: streamOf(&r)}}}
	if err := m.save(path); err != nil {
		t.Fatal(err)
	}
	got, err := LoadMemory(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(m, got); d != "" {
		t.Error(d)
	}
	for _, bad := range []string{"", "{", "[]", `{"v":1,"rows":[null]}`, `{"v":1,"recent":[{}]}`, `{"v":1,"rows":[{"viewers":-7}]}`} {
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if m, err := LoadMemory(path); err == nil || m.Version != 0 {
			t.Errorf("%q: %+v %v", bad, m, err)
		}
	}
	if err := os.WriteFile(path, []byte(`{"v":2}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if m, err := LoadMemory(path); err != nil || m.Version != 0 {
		t.Errorf("%+v %v", m, err)
	}
	if err := os.WriteFile(path, make([]byte, maxMemory+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadMemory(path); err == nil {
		t.Error("a file of any size is read")
	}
}
