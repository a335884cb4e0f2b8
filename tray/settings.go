package tray

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"

	"github.com/goccy/go-yaml"

	"onair/live"
)

// Level is how much a creator matters to the person at this desktop.
type Level string

const (
	Favourite Level = "favourite" // on top of the menu, alert when going live and by the rules
	Normal    Level = "normal"    // as everybody: alerts by the rules
	Silent    Level = "silent"    // in the list, never an alert
	Ignore    Level = "ignore"    // neither
)

// levels in the order of the menu.
var levels = []Level{Favourite, Normal, Silent, Ignore}

// Settings is the person's file.
type Settings struct {
	Server   string          `yaml:"server,omitempty"`
	Language string          `yaml:"language,omitempty"` // auto, ko, en
	Prefer   []live.Platform `yaml:"prefer,omitempty"`   // where simulcasts are opened
	Width    int             `yaml:"width,omitempty"`    // columns of an item
	// Thumbnails are shown as icons of streams, where the server keeps them.
	Thumbnails bool      `yaml:"thumbnails"`
	Alerts     Rules     `yaml:"alerts"`
	Creators   []Creator `yaml:"creators,omitempty"`

	byID map[string]int // creator by its ids, see index
}

// Rules are what is worth an alert.
type Rules struct {
	Live       bool     `yaml:"live"`                 // a favourite goes live
	Hot        bool     `yaml:"hot"`                  // far more viewers than its channel usually has
	Viewers    int64    `yaml:"viewers"`              // a stream gets over so many; 0 is off
	Categories []string `yaml:"categories,omitempty"` // a stream begins in one of these, by id; a group takes all that is in it
}

// Creator is one whose level is not normal. Is names the creator or channels ("chzzk:0123…"); any of them finds it.
type Creator struct {
	Name  string   `yaml:"name,omitempty"`
	Is    []string `yaml:"is"`
	Level Level    `yaml:"level"`
}

const (
	// DefaultServer is where a hub listens unless told otherwise.
	DefaultServer = "http://127.0.0.1:8080"
	defaultWidth  = 56
	// maxSettings bounds the file; 2,000 creators take 200 KB.
	maxSettings = 1 << 20
	// maxCreators and maxCategories keep a lookup for every row cheap.
	maxCreators, maxCategories = 2000, 100
)

// ErrSettings reports a settings file that cannot be used; the text says which line and why.
var ErrSettings = errors.New("settings")

// DefaultSettings is what holds without a file.
func DefaultSettings() Settings {
	return Settings{Server: DefaultServer, Language: "auto", Width: defaultWidth, Thumbnails: true, Alerts: Rules{Live: true}}
}

// firstFile is what a new settings file says.
const firstFile = `# Settings of onair-tray. The menu writes here too and keeps your comments.
# Without a line the value shown here holds.

# server: http://127.0.0.1:8080
# language: auto            # auto, ko, en
# prefer: [chzzk, soop]     # where simulcasts are opened; else where most people watch
# width: 56                 # columns of a menu item, 30 to 120
# thumbnails: true          # a picture of the stream beside each item, where the server keeps one

alerts:
  live: true                # a favourite goes live
  hot: false                # a stream has far more viewers than usual
  viewers: 0                # a stream gets over so many; 0 is off
  # categories: [game.league-of-legends]

# creators:
#   - name: 침착맨
#     is: [chzzk:bb382c2c0cc9fa7c86ab3b037fb5799c]
#     level: favourite      # favourite, normal, silent, ignore
`

// ParseSettings reads the file's text. Errors wrap ErrSettings and name line and column.
func ParseSettings(b []byte) (Settings, error) {
	s := DefaultSettings()
	if len(b) > maxSettings {
		return s, fmt.Errorf("%w: %d bytes; at most %d", ErrSettings, len(b), maxSettings)
	}
	var w written
	if err := yaml.NewDecoder(bytes.NewReader(b), yaml.Strict()).Decode(&w); err != nil && !errors.Is(err, io.EOF) {
		return s, fmt.Errorf("%w: %s", ErrSettings, plain(err))
	}
	w.over(&s)
	if path, err := s.check(); err != nil {
		return DefaultSettings(), fmt.Errorf("%w: %s%w", ErrSettings, place(b, path), err)
	}
	return s, nil
}

// written is the file as it stands: what is nil is not there, or empty, and leaves the default.
type written struct {
	Server     *string
	Language   *string
	Prefer     []live.Platform
	Width      *int
	Thumbnails *bool
	Alerts     *struct {
		Live       *bool
		Hot        *bool
		Viewers    *int64
		Categories []string
	}
	Creators []Creator
}

func (w *written) over(s *Settings) {
	put(&s.Server, w.Server)
	put(&s.Language, w.Language)
	put(&s.Width, w.Width)
	put(&s.Thumbnails, w.Thumbnails)
	s.Prefer, s.Creators = w.Prefer, w.Creators
	if a := w.Alerts; a != nil {
		put(&s.Alerts.Live, a.Live)
		put(&s.Alerts.Hot, a.Hot)
		put(&s.Alerts.Viewers, a.Viewers)
		s.Alerts.Categories = a.Categories
	}
}

func put[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// plain turns the parser's error into one line, "line 3: unknown field".
func plain(err error) string {
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil {
		return fmt.Sprintf("line %d: %s", at.GetToken().Position.Line, live.CleanText(at.GetMessage(), 200))
	}
	return live.CleanText(err.Error(), 200)
}

// place finds the line of a value.
func place(b []byte, path string) string {
	file, err := parseFile(b)
	if err != nil {
		return ""
	}
	p, err := yaml.PathString(path)
	if err != nil {
		return ""
	}
	n, err := p.FilterFile(file)
	if err != nil || n == nil || n.GetToken() == nil {
		return ""
	}
	return fmt.Sprintf("line %d: ", n.GetToken().Position.Line)
}

// check names the value at fault.
func (s *Settings) check() (path string, err error) {
	if err := CheckServer(s.Server); err != nil {
		return "$.server", err
	}
	if !slices.Contains([]string{"auto", "ko", "en"}, s.Language) {
		return "$.language", fmt.Errorf("language %.20q is none of auto, ko, en", s.Language)
	}
	if s.Width < minWidth || s.Width > maxWidth {
		return "$.width", fmt.Errorf("width %d is not between %d and %d", s.Width, minWidth, maxWidth)
	}
	for i, p := range s.Prefer {
		if _, err := live.ParsePlatform(string(p)); err != nil {
			return fmt.Sprintf("$.prefer[%d]", i), err
		}
	}
	if s.Alerts.Viewers < 0 || s.Alerts.Viewers > int64(live.MaxViewers) {
		return "$.alerts.viewers", fmt.Errorf("viewers %d is not between 0 and %d", s.Alerts.Viewers, live.MaxViewers)
	}
	if len(s.Alerts.Categories) > maxCategories {
		return "$.alerts.categories", fmt.Errorf("%d categories; at most %d", len(s.Alerts.Categories), maxCategories)
	}
	if len(s.Creators) > maxCreators {
		return "$.creators", fmt.Errorf("%d creators; at most %d", len(s.Creators), maxCreators)
	}
	for i, c := range s.Creators {
		if !slices.Contains(levels, c.Level) {
			return fmt.Sprintf("$.creators[%d].level", i), fmt.Errorf("level %.20q is none of favourite, normal, silent, ignore", c.Level)
		}
		if len(c.Is) == 0 || slices.Contains(c.Is, "") {
			return fmt.Sprintf("$.creators[%d]", i), errors.New("a creator needs `is`: its id or its channels")
		}
	}
	return "", nil
}

// CheckServer reports an address that no client could ask.
func CheckServer(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("server %.200q is not the address of a server", raw)
	}
	return nil
}

// levelOf is the level of who broadcasts s.
func (s *Settings) levelOf(r *Stream) Level {
	if i := s.find(r); i >= 0 {
		return s.Creators[i].Level
	}
	return Normal
}

// index makes find fast; a change of Creators ends it.
func (s *Settings) index() {
	s.byID = map[string]int{}
	for i, c := range slices.Backward(s.Creators) {
		for _, id := range c.Is {
			s.byID[id] = i
		}
	}
}

// find gives the first creator in the file who broadcasts r, -1 when none does.
func (s *Settings) find(r *Stream) int {
	if s.byID == nil {
		s.index()
	}
	at := -1
	try := func(id string) {
		if i, ok := s.byID[id]; ok && (at < 0 || i < at) {
			at = i
		}
	}
	try(r.Creator.ID)
	for _, c := range r.Casts {
		try(c.Owner())
	}
	return at
}

// setLevel gives who broadcasts r a level. A normal one needs no line in the file.
func (s *Settings) setLevel(r *Stream, l Level) {
	i := s.find(r)
	s.Creators, s.byID = slices.Clone(s.Creators), nil
	switch {
	case i < 0 && l == Normal:
		return
	case l == Normal:
		s.Creators = slices.Delete(s.Creators, i, i+1)
		return
	case i < 0:
		s.Creators = append(s.Creators, Creator{})
		i = len(s.Creators) - 1
	}
	c := Creator{Name: r.Creator.Name, Is: slices.Clone(s.Creators[i].Is), Level: l}
	ids := []string{r.Creator.ID}
	for _, x := range r.Casts {
		ids = append(ids, x.Owner())
	}
	for _, id := range ids {
		if id != "" && !slices.Contains(c.Is, id) {
			c.Is = append(c.Is, id)
		}
	}
	s.Creators[i] = c
}
