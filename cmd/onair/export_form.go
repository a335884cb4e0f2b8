package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"onair/live"
	"onair/sink/postgres"
)

// exportColumns are those of every form, and of the table in docs/sql.md.
var exportColumns = []string{
	"observed_at", "platform", "broadcast", "channel", "channel_name", "title", "viewers", "category", "lang", "tags",
	"started_at", "adult", "locked", "official", "url", "seq", "late",
}

// exportForm writes observations in one form.
type exportForm interface {
	head() []byte                   // what stands before the first row
	rows(r postgres.Reading) []byte // the rows of one page
}

func formOf(name string) exportForm {
	switch name {
	case "jsonl":
		return jsonlForm{}
	case "copy":
		return copyForm{}
	}
	return csvForm{}
}

// csvForm is RFC 4180 with a head. Titles are what strangers typed, and spreadsheets run a cell that begins like a
// formula: such a text gets an apostrophe before it, as does one that begins with an apostrophe, so that a program
// takes one leading apostrophe off every text and has the original.
type csvForm struct{}

func (csvForm) head() []byte { return []byte(strings.Join(exportColumns, ",") + "\r\n") }

// formulaStarts are what spreadsheets take for the beginning of a formula, the wide forms of East Asian keyboards too.
const formulaStarts = "=+-@\t\r\n'＝＋－＠"

func csvText(s string) string {
	if s != "" && strings.ContainsRune(formulaStarts, []rune(s)[0]) {
		return "'" + s
	}
	return s
}

func (csvForm) rows(r postgres.Reading) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	for i := range r.Page.Observations {
		o := &r.Page.Observations[i]
		viewers, started := "", ""
		if o.Viewers.Known() {
			viewers = strconv.FormatInt(o.Viewers.Count(), 10)
		}
		if !o.StartedAt.IsZero() {
			started = o.StartedAt.UTC().Format(time.RFC3339)
		}
		_ = w.Write([]string{ // to memory
			r.At.UTC().Format(time.RFC3339Nano), string(r.Page.Platform), o.ID, csvText(o.Channel), csvText(o.ChannelName), csvText(o.Title), viewers,
			csvText(o.Category.Name), o.Lang, csvText(strings.Join(o.Tags, "|")), started, strconv.FormatBool(o.Adult), strconv.FormatBool(o.Locked),
			strconv.FormatBool(o.Official), o.URL, strconv.FormatUint(r.Seq, 10), strconv.FormatBool(r.Late),
		})
	}
	w.Flush()
	return b.Bytes()
}

// jsonlForm is one JSON object a line.
type jsonlForm struct{}

func (jsonlForm) head() []byte { return nil }

// exportedRow is a line of jsonlForm.
type exportedRow struct {
	ObservedAt  time.Time     `json:"observed_at"`
	Platform    live.Platform `json:"platform"`
	Broadcast   string        `json:"broadcast"`
	Channel     string        `json:"channel"`
	ChannelName string        `json:"channel_name"`
	Title       string        `json:"title"`
	Viewers     live.Viewers  `json:"viewers"`
	Category    string        `json:"category"`
	Lang        string        `json:"lang"`
	Tags        []string      `json:"tags"`
	StartedAt   *time.Time    `json:"started_at"`
	Adult       bool          `json:"adult"`
	Locked      bool          `json:"locked"`
	Official    bool          `json:"official"`
	URL         string        `json:"url"`
	Seq         uint64        `json:"seq"`
	Late        bool          `json:"late"`
}

func (jsonlForm) rows(r postgres.Reading) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for i := range r.Page.Observations {
		o := &r.Page.Observations[i]
		row := exportedRow{
			r.At.UTC(), r.Page.Platform, o.ID, o.Channel, o.ChannelName, o.Title, o.Viewers, o.Category.Name, o.Lang, append([]string{}, o.Tags...),
			nil, o.Adult, o.Locked, o.Official, o.URL, r.Seq, r.Late,
		}
		if !o.StartedAt.IsZero() {
			row.StartedAt = &o.StartedAt
		}
		_ = e.Encode(row) // to memory
	}
	return b.Bytes()
}

// copyForm is the text form of COPY, for the table of docs/sql.md.
type copyForm struct{}

func (copyForm) head() []byte { return nil }

func (copyForm) rows(r postgres.Reading) []byte {
	var c postgres.CopyText
	for i := range r.Page.Observations {
		o := &r.Page.Observations[i]
		c.Time(r.At)
		c.Text(string(r.Page.Platform))
		c.Text(o.ID)
		c.Text(o.Channel)
		c.Text(o.ChannelName)
		c.Text(o.Title)
		if o.Viewers.Known() {
			c.Int(o.Viewers.Count())
		} else {
			c.Null()
		}
		c.Text(o.Category.Name)
		c.Text(o.Lang)
		c.Texts(o.Tags)
		c.Time(o.StartedAt)
		c.Bool(o.Adult)
		c.Bool(o.Locked)
		c.Bool(o.Official)
		c.Text(o.URL)
		c.Int(int64(r.Seq))
		c.Bool(r.Late)
		c.End()
	}
	return c.Bytes
}
