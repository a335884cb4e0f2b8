package tray

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"onair/live"
)

// shown compares what the file says.
var shown = cmpopts.IgnoreUnexported(Settings{})

func TestFirstFileSaysTheDefaults(t *testing.T) {
	s, err := ParseSettings([]byte(firstFile))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(DefaultSettings(), s, shown); d != "" {
		t.Error(d)
	}
	// What stands there as a comment is right too.
	var open strings.Builder
	for line := range strings.Lines(firstFile) {
		if l := strings.TrimPrefix(strings.TrimLeft(line, " "), "# "); strings.HasPrefix(l, "Settings of") || strings.HasPrefix(l, "Without") {
			continue
		} else if strings.HasPrefix(strings.TrimLeft(line, " "), "# ") {
			line = strings.Replace(line, "# ", "", 1)
		}
		open.WriteString(line)
	}
	s, err = ParseSettings([]byte(open.String()))
	if err != nil || len(s.Creators) != 1 || s.Creators[0].Level != Favourite || len(s.Prefer) != 2 || s.Width != defaultWidth || s.Server != DefaultServer {
		t.Errorf("%+v %v\n%s", s, err, open.String())
	}
}

func TestSettingsNameTheLineAtFault(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"server: http://x\nlanguge: ko\n", "line 2"},
		{"server: http://x\nlanguage: fr\n", "line 2: language \"fr\""},
		{"server: ftp://x\n", "line 1: server"},
		{"\n\nwidth: wide\n", "line 3"},
		{"width: 5\n", "line 1: width 5"},
		{"alerts:\n  live: true\n  viewers: -1\n", "line 3: viewers -1"},
		{"alerts:\n  live: perhaps\n", "line 2"},
		{"creators:\n  - is: [a]\n    level: best\n", "line 3: level \"best\""},
		{"creators:\n  - name: x\n    level: favourite\n", "line 2"},
		{"creators:\n  - is: [a]\n    level: silent\n    lvl: 1\n", "line 4"},
		{"prefer: [chzzk, \"no way\"]\n", "line 1"},
		{"a: [\n", "line 1"},
		{"server: http://x\nserver: http://y\n", "line 2"},
		{"width: 40\n---\nwidth: 41\n", ""}, // only the first document counts
		{strings.Repeat("#", maxSettings+1), "bytes; at most"},
	} {
		_, err := ParseSettings([]byte(c.text))
		if c.want == "" {
			if err != nil {
				t.Errorf("%q: %v", c.text, err)
			}
			continue
		}
		if !errors.Is(err, ErrSettings) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.60q: %v; want %q in it", c.text, err, c.want)
		}
	}
}

func TestSaveKeepsComments(t *testing.T) {
	f := &File{Path: filepath.Join(t.TempDir(), "onair", "tray.yaml")}
	if err := f.Create(); err != nil {
		t.Fatal(err)
	}
	s, err := f.Load()
	if err != nil || f.Changed() {
		t.Fatal(err, f.Changed())
	}
	s.Alerts.Hot = true
	s.Alerts.Categories = []string{"game.x"}
	s.Language = "en"
	s.Prefer = []live.Platform{"soop"}
	s.setLevel(&Stream{Creator: ref("c1", "침착맨: #1 \"x\""), Casts: []Cast{{Platform: "chzzk", Channel: "abc"}}}, Favourite)
	if err := f.Save(s); err != nil {
		t.Fatal(err)
	}
	if f.Changed() {
		t.Error("its own writing taken for an edit")
	}
	b, _ := os.ReadFile(f.Path)
	for _, want := range []string{"The menu writes here too", "# a favourite goes live", "# a stream has far more", "hot: true", "language: en", "# server:"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%q is gone:\n%s", want, b)
		}
	}
	got, err := (&File{Path: f.Path}).Load()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(s, got, shown); d != "" {
		t.Error(d)
	}
	// A link to the file stays a link.
	link := filepath.Join(t.TempDir(), "link.yaml")
	if err := os.Symlink(f.Path, link); err != nil {
		t.Fatal(err)
	}
	got.Width = 40
	if err := (&File{Path: link}).Save(got); err != nil {
		t.Fatal(err)
	}
	if i, err := os.Lstat(link); err != nil || i.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced", err)
	}
	if !f.Changed() {
		t.Error("an edit was not seen")
	}
	// Somebody's broken edit is not written over.
	broken := []byte("server: [\n")
	if err := os.WriteFile(f.Path, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Save(s); !errors.Is(err, ErrSettings) {
		t.Error(err)
	}
	if b, _ := os.ReadFile(f.Path); string(b) != string(broken) {
		t.Errorf("%s", b)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(f.Path), ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestEditSaysWhatItShould(t *testing.T) {
	texts := []string{"", firstFile, "server: http://a:1\nalerts: {live: false}\n", "# only a comment\n", "creators: [{is: [a], level: silent}] # mine\nwidth: 40\n",
		"alerts:\n  hot: true # why not\ncreators:\n- is:\n  - a\n  - b\n  level: ignore # no\nlanguage: ko"}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom(texts).Draw(t, "text")
		for range rapid.IntRange(1, 4).Draw(t, "edits") {
			was, err := ParseSettings([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			now := was
			now.Language = rapid.SampledFrom([]string{"auto", "ko", "en"}).Draw(t, "language")
			now.Width = rapid.IntRange(minWidth, maxWidth).Draw(t, "width")
			now.Alerts.Live, now.Alerts.Hot = rapid.Bool().Draw(t, "live"), rapid.Bool().Draw(t, "hot")
			now.Alerts.Viewers = rapid.Int64Range(0, 1000).Draw(t, "viewers")
			now.Alerts.Categories = rapid.SliceOfN(rapid.StringMatching(`[a-z. :#-]{1,8}`), 0, 3).Draw(t, "categories")
			for range rapid.IntRange(0, 3).Draw(t, "creators") {
				name := live.CleanText(rapid.String().Draw(t, "name"), 20)
				now.setLevel(&Stream{Creator: ref(rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "id"), name)}, rapid.SampledFrom(levels).Draw(t, "level"))
			}
			out, err := edit([]byte(text), was, now)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ParseSettings(out)
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if d := changes(got, now); len(d) > 0 {
				t.Fatalf("%v\n%s", d, out)
			}
			text = string(out)
		}
	})
}

func FuzzSettings(f *testing.F) {
	f.Add([]byte(firstFile))
	f.Add([]byte("creators: [{is: [a], level: silent}]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseSettings(b)
		if err != nil {
			return
		}
		if path, err := s.check(); err != nil {
			t.Fatal(path, err)
		}
		now := s
		now.Alerts.Hot = !s.Alerts.Hot
		out, err := edit(b, s, now)
		if err != nil {
			t.Skip(err)
		}
		if got, err := ParseSettings(out); err != nil || got.Alerts.Hot == s.Alerts.Hot {
			t.Fatalf("%v\n%s", err, out)
		}
	})
}
