package postgres

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// CopyText builds rows in the text form of COPY: a tab between columns, a newline after each row, \N for null. The zero
// value is an empty table. Whatever text goes in, the row keeps its columns: what the form gives a meaning is escaped,
// and what a Postgres text cannot hold (zero bytes, broken UTF-8) is left out.
type CopyText struct {
	Bytes []byte
	Rows  int
	begun bool // the row has a column already

	day  int64 // of dayText
	text string
}

func (c *CopyText) next() {
	if c.begun {
		c.Bytes = append(c.Bytes, '\t')
	}
	c.begun = true
}

// End ends the row.
func (c *CopyText) End() {
	c.Bytes = append(c.Bytes, '\n')
	c.Rows++
	c.begun = false
}

// Null adds a null.
func (c *CopyText) Null() {
	c.next()
	c.Bytes = append(c.Bytes, `\N`...)
}

// Text adds a text, which may be empty.
func (c *CopyText) Text(s string) {
	c.next()
	c.Bytes = appendEscaped(c.Bytes, storable(s))
}

// Filled adds a text, or null for an empty one.
func (c *CopyText) Filled(s string) {
	if s == "" {
		c.Null()
		return
	}
	c.Text(s)
}

// Token adds a text that needs no escaping: an id, or a word of ours.
func (c *CopyText) Token(s string) {
	c.next()
	c.Bytes = append(c.Bytes, s...)
}

// Texts adds an array of texts.
func (c *CopyText) Texts(list []string) {
	c.next()
	if len(list) == 0 {
		c.Bytes = append(c.Bytes, "{}"...)
		return
	}
	literal := []byte{'{'}
	for i, s := range list {
		if i > 0 {
			literal = append(literal, ',')
		}
		literal = append(literal, '"')
		for _, b := range []byte(storable(s)) {
			if b == '"' || b == '\\' {
				literal = append(literal, '\\')
			}
			literal = append(literal, b)
		}
		literal = append(literal, '"')
	}
	c.Bytes = appendEscaped(c.Bytes, string(append(literal, '}')))
}

// Int adds a number.
func (c *CopyText) Int(n int64) {
	c.next()
	c.Bytes = strconv.AppendInt(c.Bytes, n, 10)
}

// Bool adds true or false.
func (c *CopyText) Bool(b bool) {
	c.next()
	if b {
		c.Bytes = append(c.Bytes, 't')
		return
	}
	c.Bytes = append(c.Bytes, 'f')
}

// Time adds an instant to the microsecond; null for the zero time.
func (c *CopyText) Time(t time.Time) {
	if t.IsZero() {
		c.Null()
		return
	}
	c.next()
	c.Bytes = t.UTC().AppendFormat(c.Bytes, "2006-01-02 15:04:05.000000+00")
}

// Day adds a day as dayOf numbers it.
func (c *CopyText) Day(day int64) {
	c.next()
	if c.text == "" || c.day != day {
		c.day, c.text = day, dayText(day)
	}
	c.Bytes = append(c.Bytes, c.text...)
}

// sort puts the rows in the order of their text, which for tables whose key stands first is nearly that of the key: rows
// of one broadcast then go into the same page of the index.
func (c *CopyText) sort() {
	rows := make([][]byte, 0, c.Rows)
	for row := range bytes.Lines(c.Bytes) {
		rows = append(rows, row)
	}
	slices.SortFunc(rows, bytes.Compare)
	c.Bytes = bytes.Join(rows, nil)
}

// storable is s without what a Postgres text cannot hold.
func storable(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "")
	}
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return s
}

func appendEscaped(b []byte, s string) []byte {
	from := 0
	for i := range len(s) {
		var letter byte
		switch s[i] {
		case '\\':
			letter = '\\'
		case '\n':
			letter = 'n'
		case '\r':
			letter = 'r'
		case '\t':
			letter = 't'
		default:
			continue
		}
		b = append(append(b, s[from:i]...), '\\', letter)
		from = i + 1
	}
	return append(b, s[from:]...)
}
