package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"onair/api/client"
	"onair/cmd/internal/config"
	"onair/live"
)

type topCmd struct {
	Server    string          `help:"The hub to ask." default:"http://127.0.0.1:8080" env:"ONAIR_SERVER"`
	N         int             `short:"n" help:"How many rows; as many as fit when 0." default:"0"`
	Once      bool            `help:"Print the list once and end."`
	JSON      bool            `help:"Print the server's answer as JSON and end."`
	Platforms []live.Platform `help:"Only these platforms." placeholder:"NAME"`
	Query     string          `short:"q" help:"Only entries with these words (초성 too)." placeholder:"WORDS"`
	Lang      string          `help:"Only this language; all shows every one." default:"ko" placeholder:"CODE"`
	Category  []string        `help:"Only these categories: an id, a group (game) or a name (롤)." placeholder:"NAME"`
	Official  bool            `help:"Leagues, broadcasters and relays too." default:"true" negatable:""`
	Names     string          `help:"Language of categories' names: ko, en, or auto as LC_ALL, LC_MESSAGES or LANG say, Korean where they say nothing." enum:"auto,ko,en" default:"auto" env:"ONAIR_NAMES"`
}

const (
	// topEvery is how often the table is asked for again: the server holds a list for five seconds in caches.
	topEvery = 5 * time.Second
	// pageWidth and pageHeight are used where standard output is no terminal.
	pageWidth, pageHeight = 120, 104
	// headLines are the lines around the rows: news of trouble, two above, the table's head, and the cursor's.
	headLines = 5
)

// Validate is called by kong.
func (c *topCmd) Validate() error {
	if c.N < 0 || c.N > 2000 {
		return fmt.Errorf("-n %d is not between 0 and 2000", c.N)
	}
	if len(c.Lang) < 2 || len(c.Lang) > 8 || strings.Trim(c.Lang, "abcdefghijklmnopqrstuvwxyz") != "" {
		return fmt.Errorf("--lang %.20q is not a lower-case language code such as ko, or all", c.Lang)
	}
	return nil
}

// query is what to ask for, at most n rows.
func (c *topCmd) query(n int) client.Query {
	q := client.Query{Platforms: c.Platforms, Categories: c.Category, Q: c.Query, Limit: n}
	if c.Lang != "all" {
		q.Langs = []string{c.Lang}
	}
	if !c.Official {
		person := false
		q.Official = &person
	}
	return q
}

// english reports whether names are to be in English. env gives the environment's variables.
func (c *topCmd) english(env func(string) string) bool {
	if c.Names != "auto" {
		return c.Names == "en"
	}
	locale := cmp.Or(env("LC_ALL"), env("LC_MESSAGES"), env("LANG"))
	language, _, _ := strings.Cut(locale, ".")
	return language != "" && language != "C" && language != "POSIX" && !strings.HasPrefix(language, "ko")
}

// Run is called by kong.
func (c *topCmd) Run(ctx context.Context, o out) error {
	api, err := client.New(c.Server, client.Options{UserAgent: "onair-top/" + version})
	if err != nil {
		return config.UsageError{Err: fmt.Errorf("--server: %w", err)}
	}
	file, _ := o.stdout.(*os.File)
	screen := file != nil && term.IsTerminal(int(file.Fd()))
	if c.JSON || c.Once || !screen {
		return c.print(ctx, api, o.stdout)
	}
	return c.watch(ctx, api, file)
}

// watch draws the list every few seconds until ctx ends or somebody presses q.
func (c *topCmd) watch(ctx context.Context, api *client.Client, file *os.File) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if restore := c.readKeys(cancel); restore != nil {
		defer restore()
	}
	// The alternate screen keeps what was on the terminal; the cursor is hidden while the table is drawn.
	fmt.Fprint(file, "\x1b[?1049h\x1b[?25l")
	defer fmt.Fprint(file, "\x1b[?25h\x1b[?1049l")
	var last *frame
	for {
		width, height, err := term.GetSize(int(file.Fd()))
		if err != nil {
			width, height = pageWidth, pageHeight
		}
		f, err := c.fetch(ctx, api, c.rows(height))
		if ctx.Err() != nil {
			return nil
		}
		if err == nil {
			last = f
		}
		var b bytes.Buffer
		b.WriteString("\x1b[H")
		c.draw(&b, last, err, width)
		b.WriteString("\x1b[J")
		if _, err := file.Write(bytes.ReplaceAll(b.Bytes(), []byte("\n"), []byte("\x1b[K\r\n"))); err != nil {
			return err
		}
		if live.Wait(ctx, live.RealClock{}, topEvery) != nil {
			return nil
		}
	}
}

// readKeys takes the keyboard, so that keys do not appear on the screen, and calls quit at q, Escape and Ctrl-C. It
// returns what gives the keyboard back; nil where there is none. The reading goroutine ends with the process: a read
// of a terminal cannot be called back.
func (c *topCmd) readKeys(quit func()) (restore func()) {
	fd := int(os.Stdin.Fd())
	if !term.IsTerminal(fd) {
		return nil
	}
	old, err := term.MakeRaw(fd)
	if err != nil {
		return nil
	}
	go func() {
		var key [16]byte
		for {
			n, err := os.Stdin.Read(key[:])
			if err != nil {
				return
			}
			// An Escape alone is the key; with more behind it, it is an arrow or the like.
			if k := key[0]; k == 'q' || k == 'Q' || k == 3 || k == 0x1b && n == 1 {
				quit()
				return
			}
		}
	}()
	return func() { _ = term.Restore(fd, old) }
}

// rows is how many rows to ask for on a screen of the given height.
func (c *topCmd) rows(height int) int {
	if c.N > 0 {
		return c.N
	}
	return max(1, height-headLines)
}

// frame is what one drawing shows.
type frame struct {
	list      *client.Streams
	platforms *client.Platforms
	at        time.Time // log time when it was fetched
}

func (c *topCmd) fetch(ctx context.Context, api *client.Client, n int) (*frame, error) {
	list, err := api.Streams(ctx, c.query(n))
	if err != nil {
		return nil, err
	}
	platforms, err := api.Platforms(ctx)
	if err != nil {
		return nil, err
	}
	return &frame{list, platforms, platforms.LogTime(time.Now())}, nil
}

// print writes the list once.
func (c *topCmd) print(ctx context.Context, api *client.Client, w io.Writer) error {
	n := c.N
	if n == 0 {
		n = pageHeight - headLines + 1
	}
	f, err := c.fetch(ctx, api, n)
	if err != nil {
		return err
	}
	if c.JSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(f.list)
	}
	var b bytes.Buffer
	c.draw(&b, f, nil, pageWidth)
	_, err = w.Write(b.Bytes())
	return err
}

// draw writes the head and the table; trouble, if any, stands above the last list that came.
func (c *topCmd) draw(w io.Writer, f *frame, trouble error, width int) {
	if trouble != nil {
		fmt.Fprintln(w, left("✗ "+live.CleanText(trouble.Error(), live.MaxTitle), width))
	}
	if f == nil {
		return
	}
	parts := []string{fmt.Sprintf("%d개 방송, 시청자 %s명", f.list.Total, thousands(f.list.Viewers))}
	for _, p := range f.platforms.Platforms {
		state := fmt.Sprint(p.Broadcasts)
		switch {
		case p.State == "off":
			state = "꺼짐"
		case !p.LastPageAt.IsZero():
			state += " · " + age(f.at.Sub(p.LastPageAt))
		}
		if p.State != "ok" && p.State != "off" {
			state += " (" + p.State + ")"
		}
		parts = append(parts, p.NameKo+" "+state)
	}
	fmt.Fprintln(w, strings.TrimRight(left(strings.Join(parts, "   "), width), " "))
	fmt.Fprintln(w)
	english := c.english(os.Getenv)
	rows := make([]row, len(f.list.Streams))
	for i, e := range f.list.Streams {
		rows[i] = tableRow(e, english)
		rows[i].rank = i + 1 // the place in this list; other languages and platforms leave no gaps
	}
	drawTable(w, rows, f.at, width)
}

// age is a duration in its largest unit: 12s, 3m, 2h.
func age(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d초 전", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d분 전", int(d.Minutes()))
	}
	return fmt.Sprintf("%d시간 전", int(d.Hours()))
}

func tableRow(e client.Entry, english bool) row {
	r := row{change: e.RankChange, creator: e.Creator.Name, title: marked(e) + e.Title, started: e.StartedAt}
	if e.Viewers.Known() {
		n := e.Viewers.Count()
		r.viewers = &n
	}
	if e.Category != nil {
		r.category = e.Category.NameKo
		if english {
			r.category = e.Category.Name
		}
	}
	for _, b := range e.Broadcasts {
		r.platforms = append(r.platforms, string(b.Platform))
	}
	return r
}

// marked is what is special about an entry, for the beginning of its title.
func marked(e client.Entry) (s string) {
	for _, m := range [...]struct {
		on   bool
		name string
	}{{e.Rising, "급상승"}, {e.Hot, "화제"}, {e.Official, "공식"}} {
		if m.on {
			s += "[" + m.name + "] "
		}
	}
	return s
}
