package identity

import (
	"net/url"
	"slices"
	"strings"

	"onair/live"
)

// target is what a link names: a channel by its id, or by a handle where the platform has some.
type target struct {
	platform live.Platform
	id       string
	handle   string // lower case; on SOOP the id
}

// maxLinks of a channel are read, those that it shows before those in its description: a description may be nothing but
// links.
const maxLinks = 40

// claims are the channels of one platform that a channel names.
type claims struct {
	targets []target
	opaque  bool // some name channels in a way that cannot be compared (YouTube's old names)
}

// generic are first steps of paths that are no channel.
var generic = words(`lives live following category categories search browse directory store help login signup settings about terms privacy policy video videos clips clip watch shorts feed playlist results hashtag gaming embed api app
 download downloads jobs p turbo subs subscriptions inventory wallet drops friends prime moderator notice event events board my home main index total list ranking vod player station c user channel`)

// readLink reads an address of a channel on one of the platforms. Pages of the platform itself, videos and posts are
// nobody's. The second result tells a channel that is named in a way that says nothing about which.
func readLink(raw string) (t target, opaque, ok bool) {
	if i := strings.Index(raw, "://"); i < 0 {
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || len(raw) > maxText {
		return target{}, false, false
	}
	host := strings.ToLower(u.Hostname())
	for _, prefix := range []string{"www.", "m."} {
		host = strings.TrimPrefix(host, prefix)
	}
	steps := strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' })
	if len(steps) == 0 {
		return target{}, false, false
	}
	first, second := steps[0], ""
	if len(steps) > 1 {
		second = steps[1]
	}
	switch host {
	case "chzzk.naver.com":
		id := strings.ToLower(first)
		if id == "live" || id == "video" && len(steps) > 2 {
			id = strings.ToLower(second)
		}
		if len(id) == 32 && strings.Trim(id, "0123456789abcdef") == "" {
			return target{platform: "chzzk", id: id}, false, true
		}
	case "sooplive.com", "sooplive.co.kr", "afreecatv.com", "ch.sooplive.com", "ch.sooplive.co.kr", "play.sooplive.com", "play.sooplive.co.kr", "play.afreecatv.com", "bj.afreecatv.com":
		id := strings.ToLower(first)
		if id == "station" {
			id = strings.ToLower(second)
		}
		if live.CheckID(id) == nil && !generic[id] {
			return target{platform: "soop", handle: id}, false, true
		}
	case "twitch.tv", "go.twitch.tv":
		login := strings.ToLower(first)
		if login == "popout" || login == "moderator" {
			login = strings.ToLower(second)
		}
		if live.CheckID(login) == nil && !generic[login] {
			return target{platform: "twitch", handle: login}, false, true
		}
	case "youtube.com", "gaming.youtube.com", "music.youtube.com":
		switch {
		case first == "channel" && live.CheckID(second) == nil:
			return target{platform: "youtube", id: second}, false, true
		case strings.HasPrefix(first, "@") && len(first) > 1:
			return target{platform: "youtube", handle: fold(first[1:])}, false, true
		case (first == "c" || first == "user") && second != "":
			return target{platform: "youtube"}, true, true
		}
	}
	return target{}, false, false
}

// linkHosts begin an address that a description shows without its scheme.
var linkHosts = []string{"chzzk.naver.com/", "sooplive.com/", "sooplive.co.kr/", "afreecatv.com/", "twitch.tv/", "youtube.com/"}

// addresses finds what may be links in a description.
func addresses(text string) []string {
	if !strings.Contains(text, "/") {
		return nil
	}
	var out []string
	for _, word := range strings.FieldsFunc(text, func(r rune) bool {
		return r <= ' ' || strings.ContainsRune(`"'<>()[]{}|,;`+"、，）（」「】【·", r)
	}) {
		if !slices.ContainsFunc(linkHosts, func(h string) bool { return strings.Contains(strings.ToLower(word), h) }) {
			continue
		}
		if i := strings.Index(word, "://"); i >= 0 {
			word = "https" + word[i:]
		} else if i := strings.LastIndexAny(word[:strings.IndexByte(word, '/')], ":=>"); i >= 0 {
			word = word[i+1:] // "유튜브:youtube.com/@x"
		}
		if word = strings.TrimRight(word, ".!?~"); slices.Contains(out, word) {
			continue
		}
		if out = append(out, word); len(out) == maxLinks {
			break
		}
	}
	return out
}

// readLinks sorts what a channel names by platform. Its own platform is left out: friends are there, and two channels of
// one platform are never joined.
func (f *facet) readLinks() {
	all := append(slices.Clip(f.Links[:min(len(f.Links), maxLinks)]), addresses(f.Description)...)
	for _, raw := range all[:min(len(all), maxLinks)] {
		t, opaque, ok := readLink(raw)
		if !ok || t.platform == f.ID.Platform {
			continue
		}
		if f.links == nil {
			f.links = map[live.Platform]*claims{}
		}
		c := f.links[t.platform]
		if c == nil {
			c = &claims{}
			f.links[t.platform] = c
		}
		if opaque {
			c.opaque = true
		} else if !slices.Contains(c.targets, t) {
			c.targets = append(c.targets, t)
		}
	}
}

// resolve finds the channel that a link names, if it is in the set.
func (w *world) resolve(t target) (int32, bool) {
	if t.id != "" {
		i, ok := w.index[live.ChannelID{Platform: t.platform, ID: t.id}]
		return i, ok
	}
	i, ok := w.handleOf[live.ChannelID{Platform: t.platform, ID: t.handle}]
	return i, ok
}

// distinct is how many channels of a platform are named: one named by id and by handle counts once, if it is in the set.
func (w *world) distinct(c *claims) int {
	var found []int32
	n := 0
	for _, t := range c.targets {
		i, ok := w.resolve(t)
		switch {
		case !ok:
			n++
		case !slices.Contains(found, i):
			found = append(found, i)
			n++
		}
	}
	if c.opaque && n == 0 {
		return 1
	}
	return n
}

// disowns reports that a names its own channel on b's platform, and b is not it. Naming another that nothing ties to a
// is naming a friend, an agency or whose clips one shows.
func (w *world) disowns(a, b int32) bool {
	f := w.channels[a]
	c := f.links[w.channels[b].ID.Platform]
	if c == nil || c.opaque || w.linked[[2]int32{a, b}] {
		return false
	}
	for _, t := range c.targets {
		if i, ok := w.resolve(t); ok {
			// One's own archive beside is no contradiction.
			if o := w.channels[i]; !o.name.about() && (w.linked[[2]int32{i, a}] || f.like(o)) {
				return true
			}
			continue
		}
		// Not in the set. A handle may be b's: nobody said what that is.
		if t.handle != "" && w.channels[b].handle.full != "" && f.likeHandle(readHandle(t.handle)) {
			return true
		}
	}
	return false
}

// like reports that two channels have a name or handle in common.
func (f *facet) like(o *facet) bool {
	return slices.ContainsFunc(f.name.keys, func(k string) bool { return slices.Contains(o.name.keys, k) }) || f.likeHandle(o.handle) || o.likeHandle(f.handle)
}

// likeHandle reports that a handle is the channel's own, or spells its name.
func (f *facet) likeHandle(h handle) bool {
	if h.stem == "" {
		return false
	}
	if h.stem == f.handle.stem || h.stem == f.name.core {
		return true
	}
	s := sound(h.stem)
	hangul, latin := f.sounds()
	return len(s) >= leastSound && (slices.Contains(hangul, s) || slices.Contains(latin, s))
}
