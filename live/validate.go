package live

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	// maxRows is above every platform's page (Twitch 100); more in one message is not a page.
	maxRows = 500
	// maxCursor bounds opaque cursors: Twitch's and YouTube's have under 200 bytes.
	maxCursor = 1000
	// maxErrorText keeps a platform's error page out of the log of pages.
	maxErrorText = 300
	// maxPassIndex is above the longest chain (60 pages) with room for whole-site passes in several jobs.
	maxPassIndex = 10_000
	// maxLang fits a BCP 47 primary subtag ("other" is Twitch's longest).
	maxLang = 8
)

// ErrInvalid reports a page or an observation that breaks the rules below.
var ErrInvalid = errors.New("invalid page")

func invalid(format string, a ...any) error {
	return fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, a...))
}

// Clean makes text fields safe to show and drops what cannot be right: links outside info's hosts are emptied, rows
// and answers without a proper id are removed. It reports how many rows it removed. Workers call it on what a
// Source returned; after it Validate succeeds unless the page itself is malformed.
func (p *Page) Clean(info PlatformInfo) (removed int) {
	p.ErrorText = CleanText(p.ErrorText, maxErrorText)
	kept := p.Observations[:0]
	for _, o := range p.Observations {
		if o.clean(info); o.validate() != nil {
			removed++
			continue
		}
		kept = append(kept, o)
	}
	p.Observations = kept
	answers := p.Answers[:0]
	for _, a := range p.Answers {
		if a.validate() != nil {
			removed++
			continue
		}
		answers = append(answers, a)
	}
	p.Answers = answers
	found := p.Found[:0]
	for _, f := range p.Found {
		if f.Channel != "" && !token(f.Channel) {
			f.Channel = ""
		}
		if !token(f.ID) {
			removed++
			continue
		}
		found = append(found, f)
	}
	p.Found = found
	channels := p.Channels[:0]
	for _, c := range p.Channels {
		if c.clean(); c.validate() != nil {
			removed++
			continue
		}
		channels = append(channels, c)
	}
	p.Channels = channels
	return removed
}

func (o *Observation) clean(info PlatformInfo) {
	o.Title = CleanText(o.Title, MaxTitle)
	o.ChannelName = CleanText(o.ChannelName, MaxName)
	o.Category.ID = CleanText(o.Category.ID, MaxName)
	o.Category.Name = CleanText(o.Category.Name, MaxName)
	o.Lang, _, _ = strings.Cut(strings.ToLower(strings.ReplaceAll(o.Lang, "_", "-")), "-")
	if len(o.Lang) > maxLang || !lowerASCII(o.Lang) {
		o.Lang = ""
	}
	tags := o.Tags[:0]
	for _, t := range o.Tags {
		if t = CleanText(t, MaxTag); t != "" && len(tags) < MaxTags {
			tags = append(tags, t)
		}
	}
	o.Tags = tags
	if !info.Images.Allow(o.Thumbnail) {
		o.Thumbnail = ""
	}
	if !info.Links.Allow(o.URL) {
		o.URL = ""
	}
	o.StartedAt = o.StartedAt.UTC().Truncate(time.Second)
	if !plausible(o.StartedAt) {
		o.StartedAt = time.Time{}
	}
}

// plausible keeps a parser's nonsense out of sorting; live streaming is younger than 2005.
func plausible(t time.Time) bool {
	return !t.IsZero() && t.Year() >= 2005 && t.Year() < 2100
}

func lowerASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 'a' || r > 'z' })
}

// Validate reports, wrapping ErrInvalid, the first rule that the page breaks. It knows no hosts: that a link
// belongs to its platform is checked where the hosts are known (Clean, and the view).
func (p *Page) Validate() error {
	if _, err := ParsePlatform(string(p.Platform)); err != nil {
		return invalid("platform %.40q", p.Platform)
	}
	switch p.Kind {
	case KindList, KindSearch, KindRefresh, KindStatus, KindFeed, KindChannel:
	default:
		return invalid("kind %.40q", p.Kind)
	}
	switch p.Coverage {
	case CoverList, CoverAsked, CoverNone:
	default:
		return invalid("coverage %.40q", p.Coverage)
	}
	if len(p.Cursor) > maxCursor || len(p.Next) > maxCursor {
		return invalid("cursor longer than %d bytes", maxCursor)
	}
	if q := p.Pass; q != nil && (!token(q.ID) || q.Index < 0 || q.Index > maxPassIndex) {
		return invalid("pass %.40q page %d", q.ID, q.Index)
	}
	if p.Total < 0 || p.Latency < 0 || p.RetryAfter < 0 || p.Cost.Units < 0 || p.Status < 0 || p.Status > 999 {
		return invalid("negative or impossible number")
	}
	if p.Error != "" && !p.Error.Known() {
		return invalid("error class %.40q", p.Error)
	}
	if !p.OK() && len(p.Observations)+len(p.Answers)+len(p.Found)+len(p.Channels) > 0 {
		return invalid("both an error and rows")
	}
	if !clean(p.ErrorText, maxErrorText) || !clean(p.Region, maxID) || !clean(p.Egress, MaxName) || !clean(p.Cost.Bucket, maxID) || !clean(p.Job, maxCursor) {
		return invalid("unclean text in the head")
	}
	if len(p.Observations) > maxRows || len(p.Answers) > maxRows || len(p.Found) > maxRows || len(p.Channels) > maxRows {
		return invalid("more than %d rows", maxRows)
	}
	for i := range p.Observations {
		if err := p.Observations[i].validate(); err != nil {
			return fmt.Errorf("observation %d: %w", i, err)
		}
	}
	for i := range p.Answers {
		if err := p.Answers[i].validate(); err != nil {
			return fmt.Errorf("answer %d: %w", i, err)
		}
	}
	for i, f := range p.Found {
		if !token(f.ID) || f.Channel != "" && !token(f.Channel) {
			return invalid("found %d: id %.80q", i, f.ID)
		}
	}
	for i := range p.Channels {
		if err := p.Channels[i].validate(); err != nil {
			return fmt.Errorf("channel %d: %w", i, err)
		}
	}
	return nil
}

func (o *Observation) validate() error {
	if !token(o.ID) {
		return invalid("broadcast id %.80q", o.ID)
	}
	if !token(o.Channel) {
		return invalid("channel id %.80q", o.Channel)
	}
	if o.Viewers < ViewersHidden || o.Viewers > MaxViewers {
		return invalid("%s: %d viewers", o.ID, o.Viewers)
	}
	if !clean(o.Title, MaxTitle) || !clean(o.ChannelName, MaxName) || !clean(o.Category.ID, MaxName) || !clean(o.Category.Name, MaxName) {
		return invalid("%s: unclean text", o.ID)
	}
	if len(o.Tags) > MaxTags {
		return invalid("%s: %d tags", o.ID, len(o.Tags))
	}
	for _, t := range o.Tags {
		if !clean(t, MaxTag) {
			return invalid("%s: unclean tag", o.ID)
		}
	}
	if len(o.Lang) > maxLang || !lowerASCII(o.Lang) {
		return invalid("%s: language %.20q", o.ID, o.Lang)
	}
	if !o.StartedAt.IsZero() && !plausible(o.StartedAt) {
		return invalid("%s: started %v", o.ID, o.StartedAt)
	}
	for _, raw := range []string{o.Thumbnail, o.URL} {
		if _, ok := parseLink(raw); raw != "" && !ok {
			return invalid("%s: link %.80q", o.ID, raw)
		}
	}
	return nil
}

func (a *Answer) validate() error {
	if !token(a.Key) || a.Broadcast != "" && !token(a.Broadcast) {
		return invalid("answer key %.80q", a.Key)
	}
	switch a.State {
	case AnswerLive, AnswerEnded, AnswerMissing, AnswerUpcoming, AnswerUnknown:
		return nil
	}
	return invalid("answer state %.40q", a.State)
}
