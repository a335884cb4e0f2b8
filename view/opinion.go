package view

import (
	"onair/classify"
	"onair/live"
)

// Lang is a language and how it is known. The zero Lang is unknown.
type Lang struct {
	Code       string // lower-case primary subtag ("ko"), "other" for not Korean without knowing more, "" when unknown
	Reason     string // one of classify's reasons, or ReasonLLM
	Confidence int    // percent
}

// Category is a place in classify's tree and how it is known. The zero Category is unknown.
type Category struct {
	ID           string // "game", "game.league-of-legends"
	Name, NameKo string // in English and Korean; as the platform writes it where no table knows it
	Group        string // the upper level's id
	Reason       string // ReasonPlatform, ReasonText or ReasonLLM
	Confidence   int    // percent
}

const (
	ReasonPlatform = "platform" // the platform or its streamer names it
	ReasonText     = "text"     // the stream's own words tell
	ReasonLLM      = "llm"      // a language model said so
	ReasonOperator = "operator" // somebody with the right to said so
)

const (
	// certain is the confidence in permille of what a platform names exactly.
	certain = 1000
	// trusted is the confidence in permille from which a rule's language stands without a model's word, and from which
	// one Korean member makes an entry Korean.
	trusted = 850
	// llmConfidence is what a model's word is worth in percent: it is asked only where rules fail, and its answers there
	// could not be measured.
	llmConfidence = 70
)

// weight orders the categories of an entry's members: what a platform names exactly comes before what words tell or an
// uploader chose among a few, that before a model's opinion, and that before where a site puts what nobody filed.
type weight int8

const (
	weightNone weight = iota
	weightDefault
	weightLLM
	weightText
	weightNamed
)

// opinion is what facts, rules and labels say of one broadcast.
type opinion struct {
	lang     Lang
	category Category
	weight   weight // of category
	official string // reason, "" when it is not

	saidLang, saidOfficial bool // an operator decided
	needLang, needCategory bool // nobody knows, and no model was asked

	description string // what the channel says of itself
}

// opine joins everything that is known of c. What it gives must not be written to.
func (b *builder) opine(c *cast, ch live.ChannelID) *opinion {
	x, info := c.b, &b.options.Infos[c.info]
	e := evidence{
		platform: ch.Platform, title: x.Title, channel: x.ChannelName, declared: x.Lang, category: x.Category, tags: x.Tags, official: x.Official,
		url: x.URL, thumbnail: x.Thumbnail, links: info.Links, images: info.Images,
	}
	if k := b.source.Channel(ch); k != nil {
		e.memory, e.country, e.description = k.Memory, k.Info.Country, k.Info.Description
	}
	j := b.memo.judge(x.ID, &e)
	c.link, c.image = j.link, j.image
	v, told := b.facts.verdicts[ch]
	if !told && (j.stands && j.firm || x.Title == "") {
		return &j.opinion
	}
	o, stands := j.opinion, j.stands
	if v.Korean != nil {
		stance := classify.StanceDeny
		if *v.Korean {
			stance = classify.StanceAllow
		}
		o.lang, o.saidLang, stands = langOf(classify.Language(classify.LangInput{Stance: stance})), true, true
	}
	if v.Official != nil {
		o.official, o.saidOfficial = "", true
		if *v.Official {
			o.official = ReasonOperator
		}
	}
	if stands && j.firm || x.Title == "" {
		return &o
	}
	label, asked := b.facts.labels[labelID{ch, j.labelKey(x.Title)}]
	if !stands && label.Lang != "" {
		o.lang = Lang{label.Lang, ReasonLLM, llmConfidence}
	}
	if k, ok := classify.Lookup(label.Category); ok && !j.firm {
		o.category, o.weight = Category{k.ID, k.Name, k.NameKo, string(k.Group), ReasonLLM, llmConfidence}, weightLLM
	}
	if !asked && x.Live() {
		o.needLang = !stands
		// What is not Korean is left out of the list that people look at: what it is about is worth no model's time.
		o.needCategory = !j.firm && (!stands || o.lang.Code == "ko")
	}
	return &o
}

func langOf(v classify.Verdict) Lang {
	if v.Code == "" {
		return Lang{}
	}
	return Lang{v.Code, string(v.Reason), v.Confidence / 10}
}

func categoryOf(d classify.Decision) Category {
	k := d.Category
	if k.ID == "" {
		return Category{}
	}
	c := Category{k.ID, k.Name, k.NameKo, string(k.Group), ReasonPlatform, d.Confidence / 10}
	if d.Reason == classify.ReasonTitle {
		c.Reason = ReasonText
	}
	return c
}

func weigh(d classify.Decision) weight {
	switch {
	case d.Category.ID == "":
		return weightNone
	case !d.Firm:
		return weightDefault
	case d.Reason == classify.ReasonDeclared && d.Confidence == certain:
		return weightNamed
	}
	return weightText
}

// officialOf gives the reason why a broadcast is official, "" when it is not.
func officialOf(platform bool, m classify.Mark) string {
	switch {
	case platform:
		return ReasonPlatform
	case m&classify.MarkLeague != 0:
		return "league"
	case m&classify.MarkBroadcaster != 0:
		return "broadcaster"
	case m&classify.MarkRelay != 0:
		return "relay"
	}
	return ""
}

// joinLang gives the language of an entry. An operator's word on a member's channel ends the question. Else one member
// that is Korean for a good reason makes the entry Korean: it is for Korean viewers, whatever its copies abroad
// declare. Else the surest member decides. Equals go by grouping order, not by size, which changes every minute.
func joinLang(t team) Lang {
	var best Lang
	var told, korean *Lang
	for _, c := range t {
		l := &c.opinion.lang
		if c.opinion.saidLang && told == nil {
			told = l
		}
		if l.Code == "ko" && l.Confidence*10 >= trusted && (korean == nil || l.Confidence > korean.Confidence) {
			korean = l
		}
		if l.Confidence > best.Confidence {
			best = *l
		}
	}
	switch {
	case told != nil:
		return *told
	case korean != nil:
		return *korean
	}
	return best
}

// officialRank orders reasons: the first that a member has is the entry's.
var officialRank = [...]string{ReasonOperator, ReasonPlatform, "league", "broadcaster", "relay"}

// joinOfficial gives why an entry is official, "" when it is not: an operator's word on a member's channel ends the
// question; else any member's reason will do.
func joinOfficial(t team) string {
	best := len(officialRank)
	for _, c := range t {
		if c.opinion.saidOfficial {
			return c.opinion.official
		}
		for i, reason := range officialRank[:best] {
			if c.opinion.official == reason {
				best = i
				break
			}
		}
	}
	if best == len(officialRank) {
		return ""
	}
	return officialRank[best]
}
