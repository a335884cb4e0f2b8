package api

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"onair/live"
)

// Address is a channel as people write it: exactly one of ID, Handle and Video is set.
type Address struct {
	Platform live.Platform
	ID       string // the channel's own
	Handle   string // YouTube's without "@", Twitch's login
	Video    string // a broadcast of it
}

// ErrAddress reports a text that names no channel; its text says what would.
var ErrAddress = errors.New("not a channel")

var (
	youtubeChannel = regexp.MustCompile(`^UC[A-Za-z0-9_-]{22}$`)
	youtubeVideo   = regexp.MustCompile(`^[A-Za-z0-9_-]{11}$`)
	chzzkChannel   = regexp.MustCompile(`^[0-9a-f]{32}$`)
	soopChannel    = regexp.MustCompile(`^[A-Za-z0-9_-]{2,40}$`)
	twitchLogin    = regexp.MustCompile(`^[A-Za-z0-9_]{2,25}$`)
	twitchChannel  = regexp.MustCompile(`^[0-9]{1,20}$`)
)

// maxAddress bounds what is read; the longest address with a handle in percent form has 400 bytes.
const maxAddress = 1000

// ParseAddress reads a channel's handle ("@name" is YouTube's), its address on any of the four platforms with or without
// scheme, the address of a broadcast, or "platform:id". Errors wrap ErrAddress.
func ParseAddress(text string) (Address, error) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxAddress {
		return Address{}, fmt.Errorf("%w: write @handle, the address of a channel, or platform:id", ErrAddress)
	}
	if h, ok := strings.CutPrefix(text, "@"); ok {
		return youtubeHandle(h)
	}
	if name, id, ok := strings.Cut(text, ":"); ok && !strings.HasPrefix(id, "//") && !strings.ContainsAny(name, "./") {
		return platformAddress(name, id)
	}
	switch {
	case youtubeChannel.MatchString(text):
		return Address{Platform: "youtube", ID: text}, nil
	case chzzkChannel.MatchString(text):
		return Address{Platform: "chzzk", ID: text}, nil
	case !strings.Contains(text, "/"):
		return Address{}, fmt.Errorf("%w: %.80q; write @handle, the address of a channel, or platform:id", ErrAddress, text)
	}
	return siteAddress(text)
}

func youtubeHandle(h string) (Address, error) {
	h = live.CleanText(h, live.MaxName+1)
	if got, ok := live.HandleOf(live.HandleKey(h)); !ok || got != h {
		return Address{}, fmt.Errorf("%w: %.80q is no handle", ErrAddress, "@"+h)
	}
	return Address{Platform: "youtube", Handle: h}, nil
}

// platformAddress reads "platform:id".
func platformAddress(name, id string) (Address, error) {
	p, err := live.ParsePlatform(strings.ToLower(strings.TrimSpace(name)))
	if id = strings.TrimSpace(id); err != nil {
		return Address{}, fmt.Errorf("%w: %.40q is no platform", ErrAddress, name)
	}
	bad := func(must string) (Address, error) {
		return Address{}, fmt.Errorf("%w: %s:%.80s; %s", ErrAddress, p, id, must)
	}
	switch p {
	case "youtube":
		if h, ok := strings.CutPrefix(id, "@"); ok {
			return youtubeHandle(h)
		}
		if !youtubeChannel.MatchString(id) {
			return bad("a channel's id has UC and 22 characters, a handle begins with @")
		}
	case "chzzk":
		if id = strings.ToLower(id); !chzzkChannel.MatchString(id) {
			return bad("a channel's id has 32 hexadecimal digits")
		}
	case "soop":
		if !soopChannel.MatchString(id) {
			return bad("a channel's id has letters and digits")
		}
	case "twitch":
		switch {
		case twitchChannel.MatchString(id):
		case twitchLogin.MatchString(id):
			return Address{Platform: p, Handle: strings.ToLower(id)}, nil
		default:
			return bad("a channel is named by its number or its login")
		}
	default:
		if live.CheckID(id) != nil {
			return bad("that is no id")
		}
	}
	return Address{Platform: p, ID: id}, nil
}

// siteAddress reads the address of a page.
func siteAddress(text string) (Address, error) {
	raw := text
	if !strings.Contains(raw, "://") {
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return Address{}, fmt.Errorf("%w: %.80q is no address", ErrAddress, text)
	}
	host := strings.ToLower(u.Hostname())
	path := strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' })
	var a Address
	switch {
	case under(host, "youtube.com"), host == "youtu.be":
		a = youtubePage(host, path, u.Query().Get("v"))
	case host == "chzzk.naver.com":
		a = chzzkPage(path)
	case under(host, "sooplive.com"), under(host, "sooplive.co.kr"), under(host, "afreecatv.com"):
		a = soopPage(host, path)
	case under(host, "twitch.tv"):
		if len(path) > 0 && twitchLogin.MatchString(path[0]) && path[0] != "videos" && path[0] != "directory" {
			a = Address{Platform: "twitch", Handle: strings.ToLower(path[0])}
		}
	default:
		return Address{}, fmt.Errorf("%w: %.80q is on none of the platforms' sites", ErrAddress, text)
	}
	if a.Platform == "" {
		return Address{}, fmt.Errorf("%w: %.80q leads to no channel and no broadcast", ErrAddress, text)
	}
	if a.Platform == "youtube" && a.Handle != "" {
		return youtubeHandle(a.Handle)
	}
	return a, nil
}

func under(host, domain string) bool { return host == domain || strings.HasSuffix(host, "."+domain) }

// part is path[i], "" past its end.
func part(path []string, i int) string {
	if i < len(path) {
		return path[i]
	}
	return ""
}

func youtubePage(host string, path []string, v string) Address {
	first, second := part(path, 0), part(path, 1)
	if host == "youtu.be" {
		second, first = first, "live"
	}
	if h, ok := strings.CutPrefix(first, "@"); ok {
		return Address{Platform: "youtube", Handle: h}
	}
	switch first {
	case "channel":
		if youtubeChannel.MatchString(second) {
			return Address{Platform: "youtube", ID: second}
		}
	case "c", "user": // of before handles; most became the handle of the same name
		if second != "" {
			return Address{Platform: "youtube", Handle: second}
		}
	case "live", "shorts", "embed", "v":
		if youtubeVideo.MatchString(second) {
			return Address{Platform: "youtube", Video: second}
		}
	case "watch":
		if youtubeVideo.MatchString(v) {
			return Address{Platform: "youtube", Video: v}
		}
	}
	return Address{}
}

func chzzkPage(path []string) Address {
	for i := range min(len(path), 2) {
		if chzzkChannel.MatchString(path[i]) && (i == 0 || path[0] == "live" || path[0] == "m") {
			return Address{Platform: "chzzk", ID: path[i]}
		}
	}
	return Address{}
}

// soopPage reads play.sooplive.com/<id>/<no>, ch.sooplive.co.kr/<id>, www.sooplive.com/station/<id> and bj.afreecatv.com/<id>.
func soopPage(host string, path []string) Address {
	id := part(path, 0)
	if id == "station" {
		id = part(path, 1)
	}
	sub, _, _ := strings.Cut(host, ".")
	switch sub {
	case "play", "ch", "bj", "www", "sooplive", "afreecatv", "m":
	default:
		return Address{} // vod., openapi. …
	}
	if part(path, 0) != "station" && (sub == "www" || sub == "sooplive" || sub == "afreecatv") && (id == "live" || id == "directory" || id == "search") || !soopChannel.MatchString(id) {
		return Address{}
	}
	return Address{Platform: "soop", ID: id}
}
