package sim

import (
	"fmt"
	"math"
	"strings"
)

// Extras are YouTube channels beside the population, drawn after everybody else so that nobody changes because of them: those
// that no search returns, and those that look like somebody else's.

// extras are how many of a kind there are at scale 1, and the least at any scale.
const (
	unsearchedMost  = 60
	unsearchedLeast = 4
	lookalikes      = 40 // of each of three kinds
	lookalikesLeast = 2
)

// addExtras draws them.
func (p *population) addExtras(seed uint64, scale float64) {
	stars := p.stars()
	count := func(n, least int) int { return max(least, int(math.Round(float64(n)*scale))) }
	for range count(unsearchedMost, unsearchedLeast) {
		c, _ := p.addExtra(seed)
		c.habit = .9
		c.lines[0].unsearched, c.lines[0].hidden = true, false
	}
	n := count(lookalikes, lookalikesLeast)
	for i := range 3 * n {
		star := stars[(i*7+3)%len(stars)]
		c, d := p.addExtra(seed)
		l := c.lines[0]
		switch i % 3 {
		case 0: // shows the star's clips and names the original
			c.original, l.name = star, star.name+pick(d, []string{" 클립", " 하이라이트", " 팬채널", " 모음집"})
		case 1: // is called the same
			c.name, l.name = star.name, star.name
		case 2: // streams with the star every third day, under the same title
			c.with, c.hour, c.topic, c.lang, c.romanised = star, star.hour, star.topic, star.lang, false
		}
	}
}

// stars are those who are worth imitating: Koreans of Chzzk and SOOP who sleep.
func (p *population) stars() []*creator {
	var stars []*creator
	for _, c := range p.creators {
		if l := c.lines[0]; c.lang == "ko" && c.restart == 0 && !c.hostile && (l.site == chzzk || l.site == soop && !l.relay) {
			stars = append(stars, c)
		}
	}
	return stars
}

func (p *population) addExtra(seed uint64) (*creator, *dice) {
	c, d := p.newCreator(seed, youtube)
	c.hostile, c.extra = false, true
	c.ln = 3 + 1.2*d.gauss()
	l := p.addLine(c, youtube, 0, d)
	l.adult = false
	return c, d
}

// acquaint gives some creators a friend or an agency, whom their channels name beside their own.
func (p *population) acquaint() {
	var agencies []*creator
	for _, c := range p.creators {
		if c.restart > 0 && c.lines[0].site == youtube {
			agencies = append(agencies, c)
		}
	}
	for i, c := range p.creators {
		if c.restart > 0 || c.extra || c.lang != "ko" {
			continue
		}
		switch h := hash(c.key, tagAcquaintance); {
		case h%100 < 8:
			if f := p.creators[(i+1+int(h>>8%997))%len(p.creators)]; f != c && !f.lines[0].relay {
				c.friend = f
			}
		case h%100 < 18 && len(agencies) > 0:
			c.agency = agencies[h>>8%uint64(len(agencies))]
		}
	}
}

// rename gives people without Korean names the names they have. Dice of its own: nothing else depends on it.
func (c *creator) rename(w *words, s site) {
	d := roll(c.key, tagName)
	switch {
	case c.lang == "ko":
		// Korean, and nothing that one reads says so: name and titles are in English.
		if c.romanised = s == youtube && d.chance(.1); c.romanised {
			c.name = title(pick(d, w.latinBefore)) + " " + title(pick(d, w.latinAfter))
		}
	case d.chance(.85): // the others live in Korea and have a Korean name
		if names := foreignNames()[c.lang]; len(names) > 0 {
			c.name = pick(d, names) + pick(d, []string{"", "", " Ch.", " TV", fmt.Sprint(d.below(100))})
		} else {
			c.name = title(pick(d, w.latinBefore)) + title(pick(d, w.latinAfter))
		}
	}
}

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// nameHandle finds a YouTube handle that nobody has. Some are written in Korean.
func (p *population) nameHandle(c *creator, l *line) string {
	d := roll(l.key, tagName)
	wish := c.latin
	switch {
	case c.lang == "ko" && !c.romanised && d.chance(.25):
		wish = strings.ReplaceAll(c.name, " ", "")
	case d.chance(.5):
		wish = pick(d, p.words.latinBefore) + "-" + pick(d, p.words.latinAfter)
	}
	handle := wish
	for n := 2; p.byHandle[strings.ToLower(handle)] != nil; n++ {
		handle = fmt.Sprintf("%s%d", wish, n)
	}
	return handle
}
