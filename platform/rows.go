package platform

import (
	"fmt"

	"onair/live"
)

// strangeShare is the part of an answer's rows, one in this many, of which more being unusable says that the form of
// all has changed. Without it a new form would pass as a short list, and the platform as healthy.
const strangeShare = 5

// census counts the rows of an answer, and those that cannot be used: null, without an id, with a count that is no
// number. A few of them cost themselves and nothing else, because such a row may stay on the site for hours and the
// rest of the list stands behind it. Rows that are left out by contract (a relay) are not among them.
type census struct {
	rows, strange int
	first         string // what is wrong with the first strange one
}

// unusable notes that row i cannot be used.
func (c *census) unusable(i int, err error) {
	if c.strange++; c.strange == 1 {
		c.first = fmt.Sprintf("row %d: %s", i, textOf(err))
	}
}

// check is live.ErrFormat if all rows are unusable, or more than one that are over the share.
func (c *census) check() error {
	if c.strange > 0 && (c.strange == c.rows || c.strange > 1 && c.strange*strangeShare > c.rows) {
		return format("%s", c)
	}
	return nil
}

// mark tells on the page that rows are not in it: a list that lacks some proves nothing by what it does not list, and
// whoever reads the log sees why. Answers about keys need no mark but the text, each says what it knows.
func (c *census) mark(p *live.Page) {
	if c.strange == 0 {
		return
	}
	if p.Coverage == live.CoverList {
		p.Coverage = live.CoverNone
	}
	p.ErrorText = c.String()
}

func (c *census) String() string {
	return fmt.Sprintf("%d of %d rows unusable, first %s", c.strange, c.rows, c.first)
}
