package sim

// streamsWith is whom a creator streams with on a day: both go live together and show the same titles. nil on most days, and
// for most people.
func (c *creator) streamsWith(day int64) *creator {
	if c.with == nil || hash(c.key, tagWith, uint64(day))%3 != 0 {
		return nil
	}
	return c.with
}

// startsOn tells whether and when a creator goes live on a day, alone or with somebody. A guest's other days are free where the
// host's sessions are.
func startsOn(c *creator, day int64) (int64, bool) {
	if host := c.streamsWith(day); host != nil {
		return starts(host, day, dayDice(host, day))
	}
	return starts(c, day, dayDice(c, day))
}
