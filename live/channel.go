package live

import "strings"

// clean makes c's texts safe and drops links that are not https.
func (c *ChannelInfo) clean() {
	c.Name = CleanText(c.Name, MaxName)
	c.Handle = strings.TrimPrefix(CleanText(c.Handle, MaxName), "@")
	c.Description = CleanText(c.Description, MaxDescription)
	if !country(c.Country) {
		c.Country = ""
	}
	links := c.Links[:0]
	for _, l := range c.Links {
		if _, ok := parseLink(l); ok && len(links) < MaxLinks {
			links = append(links, l)
		}
	}
	c.Links = links
}

func country(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

func (c *ChannelInfo) validate() error {
	if !token(c.ID) || c.Asked != "" && !token(c.Asked) && !isHandleKey(c.Asked) {
		return invalid("channel id %.80q, asked %.80q", c.ID, c.Asked)
	}
	if !clean(c.Name, MaxName) || !clean(c.Handle, MaxName) || !clean(c.Description, MaxDescription) {
		return invalid("channel %s: unclean text", c.ID)
	}
	if c.Country != "" && !country(c.Country) {
		return invalid("channel %s: country %.20q", c.ID, c.Country)
	}
	if len(c.Links) > MaxLinks {
		return invalid("channel %s: %d links", c.ID, len(c.Links))
	}
	for _, l := range c.Links {
		if _, ok := parseLink(l); !ok {
			return invalid("channel %s: link %.80q", c.ID, l)
		}
	}
	return nil
}
