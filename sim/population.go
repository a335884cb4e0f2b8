package sim

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// site is one of the four platforms.
type site int

const (
	chzzk site = iota
	soop
	twitch
	youtube
	sites
)

func (s site) String() string { return [sites]string{"chzzk", "soop", "twitch", "youtube"}[s] }

func siteNamed(name string) (site, bool) {
	for s := range sites {
		if s.String() == name {
			return s, true
		}
	}
	return 0, false
}

// cadence is how many seconds a platform goes on saying the same counts.
func (s site) cadence() int64 { return [sites]int64{60, 20, 60, 30}[s] }

// creator is a person or team. All of it is drawn once.
type creator struct {
	id      string
	key     uint64
	name    string
	latin   string
	lang    string
	hour    int     // usual hour of going live, KST
	habit   float64 // probability of going live on a day
	topic   int
	ln      float64 // log of the usual viewers on the main channel
	restart int64   // > 0: always on air, restarted every so many days
	hostile bool
	lines   []*line

	romanised bool     // Korean with an English name and English titles
	extra     bool     // drawn beside the population
	friend    *creator // named in descriptions
	agency    *creator // likewise
	original  *creator // whose clips the channel shows
	with      *creator // streams with them at times
}

// line is one source of broadcasts: a channel, or a channel's second camera.
type line struct {
	site      site
	no        int // position in the site's list of lines; broadcast ids are made of it
	key       uint64
	creator   *creator
	channelID string
	login     string // SOOP and Twitch: what stands in addresses; YouTube: the handle
	name      string
	ln        float64 // what the channel adds to the creator's size
	label     string  // declared language, where the platform has one
	adult     bool
	relay     bool // SOOP: carries another room
	hidden    bool // Chzzk, YouTube: owner hides the count
	official  bool
	abroad    bool // Chzzk: rights end at the border

	unsearched bool // YouTube: no search returns it
}

// listed tells whether the platform's list for Korea has the line at all.
func (l *line) listed() bool { return (l.site != twitch || l.label == "ko") && !l.unsearched }

// peak is how many broadcasts are live at 21:00 KST at scale 1.
func (s site) peak() float64 { return [sites]float64{1400, 2100, 120, 300}[s] }

// linesPerLive is how many lines it takes to have one live at the peak, given habits and lives (measured).
const linesPerLive = 3.96

type population struct {
	words       *words
	hiddenBelow float64
	creators    []*creator
	lines       [sites][]*line
	byID        [sites]map[string][]*line // by channel id; SOOP by user id
	byLogin     map[string]*line          // Twitch
	byHandle    map[string]*line          // YouTube, in small letters
}

// populate draws everybody.
func populate(seed uint64, scale float64) *population {
	p := &population{words: allWords(), hiddenBelow: hiddenBelow(scale), byLogin: map[string]*line{}, byHandle: map[string]*line{}}
	for s := range sites {
		p.byID[s] = map[string][]*line{}
	}
	want := func(s site) int { return max(4, int(math.Round(scale*s.peak()*linesPerLive))) }
	for s := range sites {
		p.addAlwaysOn(seed, s, scale)
	}
	for len(p.lines[chzzk]) < want(chzzk)*96/100 {
		p.add(seed, chzzk)
	}
	for len(p.lines[soop]) < want(soop) {
		p.add(seed, soop)
	}
	for len(p.lines[chzzk]) < want(chzzk) {
		p.add(seed, chzzk)
	}
	// A third of Twitch is foreign and listed only when nobody asks for a language.
	for len(p.lines[twitch]) < want(twitch)*4/3 {
		p.add(seed, twitch)
	}
	for len(p.lines[youtube]) < want(youtube) {
		p.add(seed, youtube)
	}
	p.number()
	base := len(p.lines[youtube])
	p.addExtras(seed, scale)
	p.numberFrom(youtube, base)
	p.acquaint()
	return p
}

// number orders lines by their usual hour, so that ids grow with time as they do on the platforms.
func (p *population) number() {
	for s := range sites {
		slices.SortStableFunc(p.lines[s], func(a, b *line) int { return cmp.Compare(a.creator.hour, b.creator.hour) })
		p.numberFrom(s, 0)
	}
}

// numberFrom numbers a site's lines from a place on and makes them known by their ids.
func (p *population) numberFrom(s site, from int) {
	for i, l := range p.lines[s][from:] {
		l.no = from + i
		p.byID[s][l.channelID] = append(p.byID[s][l.channelID], l)
		switch s {
		case twitch:
			p.byLogin[l.login] = l
		case youtube:
			if first := p.byID[s][l.channelID][0]; first != l {
				l.login = first.login // a second camera
				continue
			}
			l.login = p.nameHandle(l.creator, l)
			p.byHandle[strings.ToLower(l.login)] = l
		}
	}
}

func (p *population) newCreator(seed uint64, s site) (*creator, *dice) {
	n := len(p.creators)
	d := roll(seed, tagCreator, uint64(n))
	mu, sigma := s.sizeOf()
	c := &creator{id: fmt.Sprintf("cr-%05d", n+1), key: d.next(), lang: "ko"}
	c.name, c.latin = p.words.inventName(seed, n, d)
	c.hour = drawHour(d)
	c.habit = .25 + .65*d.unit()
	c.topic = drawTopic(d, s, p.words.topics)
	c.ln = mu + sigma*min(d.gauss(), 3.4) // beyond 3.4 sigma one stream would outshine the country
	c.hostile = d.chance(.006)
	p.creators = append(p.creators, c)
	return c, d
}

// add draws a creator whose main channel is on s, with further channels at times.
func (p *population) add(seed uint64, s site) {
	c, d := p.newCreator(seed, s)
	c.lang = foreign(d, s)
	c.rename(p.words, s)
	p.addLine(c, s, 0, d)
	if s == youtube && d.chance(.02) {
		second := p.addLine(c, youtube, -.7, d)
		second.channelID = c.lines[0].channelID
	}
	if c.lang != "ko" {
		return
	}
	known := .7 // larger creators are on more platforms
	if c.ln > 5.5 {
		known = 3
	}
	for _, o := range alsoOn(s) {
		if d.chance(known * o.chance) {
			p.addLine(c, o.site, -.3-1.2*d.unit(), d)
		}
	}
}

type other struct {
	site   site
	chance float64
}

func alsoOn(s site) []other {
	switch s {
	case chzzk:
		return []other{{youtube, .045}, {soop, .02}, {twitch, .012}}
	case soop:
		return []other{{youtube, .02}, {chzzk, .008}, {twitch, .003}}
	case twitch:
		return []other{{youtube, .06}, {chzzk, .05}}
	}
	return []other{{chzzk, .02}, {soop, .03}}
}

// addAlwaysOn draws the channels that never sleep: broadcasters, music, esports; and SOOP's relays of them.
func (p *population) addAlwaysOn(seed uint64, s site, scale float64) {
	n := [sites]float64{8, 14, 2, 36}[s]
	for range max(1, int(n*scale)) {
		c, d := p.newCreator(seed, s)
		c.restart = int64(5 + d.below(5))
		c.ln, c.hostile = c.ln*.6+2.2, false
		c.topic = pick(d, []int{1, 8, 20, 29, 25})
		l := p.addLine(c, s, 0, d)
		l.official, l.adult, l.hidden = true, false, false
		l.name = c.name + pick(d, []string{" 24시", " 뉴스", "방송국", " 공식"})
		if s == youtube && d.chance(.2) {
			second := p.addLine(c, youtube, -.7, d)
			second.channelID, second.name, second.official, second.hidden = l.channelID, l.name, true, false
		}
	}
	if s != soop {
		return
	}
	for i := range max(2, int(60*scale)) {
		c, d := p.newCreator(seed, s)
		if i == 0 {
			c.restart = 7 // at any scale and hour one relay is on air
		}
		l := p.addLine(c, s, 0, d)
		l.relay, l.adult = true, false
	}
}

// addLine gives the creator a channel.
func (p *population) addLine(c *creator, s site, ln float64, d *dice) *line {
	l := &line{site: s, creator: c, ln: ln, key: hash(c.key, tagLine, uint64(len(c.lines))), name: c.name, label: c.lang}
	size := c.ln + ln
	n := len(p.lines[s])
	switch s {
	case chzzk:
		l.channelID = fmt.Sprintf("%016x%016x", d.next(), d.next())
		l.adult = d.chance(.05)
		l.abroad = d.chance(.03)
		l.official = d.chance(.01)
		l.hidden = size < p.hiddenBelow && d.chance(.028)
	case soop:
		l.channelID = p.free(soop, c.latin)
		l.login = l.channelID
		l.adult = d.chance(.095)
	case twitch:
		l.channelID = p.freeNumber(twitch, mix(c.key))
		l.login = fmt.Sprintf("%s_%d", c.latin, n)
		l.adult = d.chance(.06)
		// Some foreigners call their stream Korean by mistake; the rest say what they speak and are not listed for Korea.
		if c.lang != "ko" && d.chance(.25) {
			l.label = "ko"
		}
	case youtube:
		l.channelID = "UC" + base64ID(d.next(), d.next())[:22]
		l.adult = d.chance(.01)
		l.hidden = size < p.hiddenBelow && d.chance(.04)
	}
	if len(c.lines) > 0 && d.chance(.3) {
		l.name = c.name + pick(d, []string{" " + c.latin, " 다시보기", "채널", " Live", " 다방송"})
	}
	p.byID[s][l.channelID] = nil // reserves the id; number fills it in
	p.lines[s] = append(p.lines[s], l)
	c.lines = append(c.lines, l)
	return l
}

// hiddenBelow is the log of the usual viewers above which nobody hides the count: a hidden stream must not belong among the
// first hundred, where a list that cannot know its count would be scored as wrong. A smaller world has smaller first hundreds.
func hiddenBelow(scale float64) float64 { return 4.2 + min(0, .9*math.Log(scale)) }

// free finds a user id that nobody has.
func (p *population) free(s site, wish string) string {
	id := wish
	for n := 2; ; n++ {
		if _, taken := p.byID[s][id]; !taken {
			return id
		}
		id = fmt.Sprintf("%s%d", wish, n)
	}
}

// freeNumber finds a nine-digit user id that nobody has.
func (p *population) freeNumber(s site, h uint64) string {
	for {
		id := fmt.Sprint(100_000_000 + h%800_000_000)
		if _, taken := p.byID[s][id]; !taken {
			return id
		}
		h = mix(h + 1)
	}
}
