package desktop

import (
	"context"
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"onair/tray"
)

func TestLanguage(t *testing.T) {
	for _, c := range []struct{ all, messages, lang, list, want string }{
		{"", "", "", "", "en"}, {"", "", "ko_KR.UTF-8", "", "ko"}, {"", "", "ko", "", "ko"}, {"", "", "kok_IN", "", "en"}, {"", "", "en_US.UTF-8", "ko:en", "ko"},
		{"", "ko_KR", "en_US", "", "ko"}, {"en_GB", "ko_KR", "ko_KR", "", "en"}, {"C", "ko_KR", "ko_KR", "ko", "en"}, {"", "", "C.UTF-8", "ko", "en"}, {"", "", "", "ko", "en"}, {"", "", "ja_JP", "::ko", "ko"},
	} {
		env := map[string]string{"LC_ALL": c.all, "LC_MESSAGES": c.messages, "LANG": c.lang, "LANGUAGE": c.list}
		if got, _ := fromEnvironment(func(k string) string { return env[k] }); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	if languageOf("ko-KR") != "ko" || languageOf("en-US") != "en" {
		t.Error("tags")
	}
}

func TestAutostartForms(t *testing.T) {
	if got, want := execLine([]string{"/opt/on air/onair-tray", "--server", "http://x", "a\"b$`\\c", "100%", ""}), `"/opt/on air/onair-tray" --server http://x "a\\"b\\$`+"\\\\`"+`\\\\c" 100%% ""`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	e := desktopEntry([]string{"/usr/bin/onair-tray", "--local"})
	if !started(e) || !strings.Contains(e, "\nExec=/usr/bin/onair-tray --local\n") || started(e+"Hidden = true\n") || started(strings.Replace(e, "enabled=true", "enabled=false", 1)) || started("") {
		t.Error(e)
	}
	if got, want := runValue([]string{`C:\Program Files\onair\onair-tray.exe`, "--settings", `C:\a b\`, `x"y\"`, ""}), `"C:\Program Files\onair\onair-tray.exe" --settings "C:\a b\\" "x\"y\\\"" ""`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var plist struct {
		Dict struct {
			Strings []string `xml:"array>string"`
		} `xml:"dict"`
	}
	if err := xml.Unmarshal([]byte(launchAgent("io.onair.tray", []string{"/a & b", "<x>"})), &plist); err != nil || len(plist.Dict.Strings) != 2 || plist.Dict.Strings[0] != "/a & b" || plist.Dict.Strings[1] != "<x>" {
		t.Errorf("%v %+v", err, plist)
	}
}

func TestToast(t *testing.T) {
	n := tray.Notice{Title: `<b> & "x"`, Body: "a\nb", Click: tray.Action{Verb: tray.OpenLink, Arg: "https://x.com/?a=1&b=2"},
		Buttons: []tray.Button{{Text: "열기", Do: tray.Action{Verb: tray.OpenLink, Arg: "https://x.com/"}}, {Text: "끄기", Do: tray.Action{Verb: tray.PauseHour}}}}
	var got struct {
		Launch  string   `xml:"launch,attr"`
		Texts   []string `xml:"visual>binding>text"`
		Actions []struct {
			Content   string `xml:"content,attr"`
			Arguments string `xml:"arguments,attr"`
		} `xml:"actions>action"`
	}
	if err := xml.Unmarshal([]byte(toastXML(n)), &got); err != nil {
		t.Fatal(err)
	}
	if got.Launch != n.Click.Arg || len(got.Texts) != 2 || got.Texts[0] != n.Title || got.Texts[1] != n.Body || len(got.Actions) != 1 || got.Actions[0].Content != "열기" {
		t.Errorf("%+v", got)
	}
}

func TestOneInstance(t *testing.T) {
	dir, err := os.MkdirTemp("", "inst") // short: sockets have short names
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "tray.sock"), nil, 0o600); err != nil { // of one that was killed
		t.Fatal(err)
	}
	first, err := Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Acquire(dir); !errors.Is(err, ErrRunning) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var raised atomic.Int32
	done := make(chan struct{})
	go func() { defer close(done); first.Serve(ctx, func() { raised.Add(1) }) }()
	for range 3 {
		if err := Raise(dir); err != nil {
			t.Error(err)
		}
	}
	if raised.Load() != 3 {
		t.Error(raised.Load())
	}
	cancel()
	<-done
	first.Close()
	if err := Raise(dir); err == nil {
		t.Error("raised nobody")
	}
	second, err := Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	second.Close()
}
