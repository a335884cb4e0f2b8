package sim

import "fmt"

// segment is a stretch of a broadcast with one title and category.
type segment struct {
	from  int64
	title string
	topic int
}

// segmentAt is what the broadcast says about itself at a moment.
func (b *broadcast) segmentAt(unix int64) segment {
	now := b.segments[0]
	for _, s := range b.segments[1:] {
		if s.from <= unix {
			now = s
		}
	}
	return now
}

const (
	segmentLeast = 15 * 60
	segmentMean  = 2.4 * 3600
)

// drawSegments settles titles and categories. The shared dice roll alike for all channels of the creator, so that a simulcast
// carries nearly the same titles; own dice differ per channel.
func (w *World) drawSegments(b *broadcast, shared, own *dice) []segment {
	c := b.line.creator
	if host := c.streamsWith(b.day); host != nil {
		c = host // whose titles the guest shows
	}
	trim := w.trimming(b, own)
	topic := c.topic
	chatFirst := shared.chance(.3) && w.words.topics[topic].chzzkType == game
	var out []segment
	for at := int64(0); at < b.end-b.start; {
		now := topic
		length := segmentLeast + int64(segmentMean*shared.exponential())
		if chatFirst && at == 0 {
			now, length = talkTopic, segmentLeast+int64(shared.below(45*60))
		}
		out = append(out, segment{b.start + at, trim(w.title(c, b.day, now, shared), now), now})
		if c.restart > 0 {
			break
		}
		at += length
		switch {
		case shared.chance(.6):
		case shared.chance(.5):
			topic = c.topic
		default:
			topic = drawTopic(shared, c.lines[0].site, w.words.topics)
		}
	}
	return out
}

// title invents one. Everybody's dice roll the same number of times whatever they show.
func (w *World) title(c *creator, day int64, topic int, d *dice) string {
	t := &w.words.topics[topic]
	lead, phrase, end := pick(d, w.words.lead), pick(d, t.phrases), pick(d, w.words.end)
	named, counted, latin := d.chance(.35), d.chance(.12), d.chance(.02)
	foreign, hostile := d.next(), d.next()
	if c.hostile {
		return w.words.hostile[hostile%uint64(len(w.words.hostile))]
	}
	if latin || c.lang != "ko" || c.romanised {
		lang := c.lang
		if lang == "ko" {
			lang = "en" // a Korean with an English title
		}
		list := w.words.foreign[lang]
		return list[foreign%uint64(len(list))]
	}
	if named {
		phrase = t.short + " " + phrase
	}
	if counted {
		phrase = fmt.Sprintf("%s %d일차", phrase, (day+int64(c.key%97))%100+1)
	}
	return lead + phrase + end
}

// trimming is what a channel does to the titles of its creator.
func (w *World) trimming(b *broadcast, own *dice) func(title string, topic int) string {
	style, main := own.unit(), b.line == b.line.creator.lines[0]
	return func(title string, topic int) string {
		switch {
		case b.line.relay:
			return "[중계] " + title
		case b.line.creator.hostile || b.line.creator.lang != "ko":
			return title
		case b.line.site == youtube && style < .3:
			return "【" + w.words.topics[topic].short + "】 " + title
		case b.line.site == youtube && style < .5:
			return title + " | " + b.line.name
		case !main && style > .8:
			return title + " (동시송출)"
		}
		return title
	}
}
