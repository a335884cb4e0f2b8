package platform

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"onair/live"
)

const (
	// maxScanned bounds in bytes what is searched for links. The longest description that a platform allows has some
	// 5,000; without a bound a hostile answer of 8 MiB is walked for every channel in it.
	maxScanned = 20_000
	// maxLink bounds one link as live does: a longer one would be dropped there, and take a good one's place here.
	maxLink = 1000
)

// bareHosts are the hosts whose addresses people write without a scheme in what a channel says of itself. Of other hosts a
// name with a dot may be anything.
func bareHosts() live.Hosts {
	return live.Hosts{"chzzk.naver.com", "youtube.com", "youtu.be", "twitch.tv", "sooplive.com", "sooplive.co.kr", "afreecatv.com"}
}

// linksIn finds the https links that a description shows, in order, each once. An address of one of the platforms counts
// without its scheme too ("chzzk.naver.com/abc").
func linksIn(text string) []string {
	var links []string
	text = strings.ToValidUTF8(text[:min(len(text), maxScanned)], "")
	for at := 0; at < len(text) && len(links) < live.MaxLinks; {
		from, raw := nextAddress(text, at)
		if from < 0 {
			break
		}
		at = from + len(raw)
		if l, ok := link(raw); ok && !slices.Contains(links, l) {
			links = append(links, l)
		}
	}
	return links
}

// nextAddress is the next run of text from at on that may be an address; -1 when there is none.
func nextAddress(text string, at int) (from int, raw string) {
	for i, r := range text[at:] {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			continue
		}
		i += at
		if i > 0 && strings.IndexByte(joined, text[i-1]) >= 0 {
			continue // in the middle of something
		}
		end := i
		for n, r := range text[i:] {
			if n > maxLink || !inAddress(r) && !(unicode.IsLetter(r) || unicode.IsNumber(r)) || r >= 0x80 && !inHandle(text[i:i+n]) {
				break
			}
			end = i + n + utf8.RuneLen(r)
		}
		run := text[i:end]
		for _, scheme := range []string{"https://", "http://"} { // the next address, with nothing between
			if n := strings.Index(run[1:], scheme); n >= 0 {
				run = run[:n+1]
			}
		}
		if strings.Contains(run, "/") {
			return i, run
		}
	}
	return -1, ""
}

// joined is what an address does not begin after.
const joined = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/@%&=+#?"

// inAddress reports what addresses are written with.
func inAddress(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._~:/?#@!$&'()*+,;=%", r) && r != 0
}

// inHandle reports that the address has come to a handle, the only place where letters of all scripts stand.
func inHandle(address string) bool {
	_, handle, ok := strings.Cut(address, "/@")
	return ok && !strings.Contains(handle, "/")
}

// link is the address as it is kept.
func link(raw string) (string, bool) {
	raw, _, _ = strings.Cut(raw, "#")
	raw = strings.TrimRight(raw, ".,;:!?)]}'*~&=@$(+-")
	rest, ok := cutScheme(raw)
	if !ok || rest == "" || len(rest) > maxLink-len("https://") {
		return "", false
	}
	u, err := url.Parse("https://" + rest)
	if err != nil || u.User != nil || u.Hostname() == "" || !strings.Contains(u.Hostname(), ".") {
		return "", false
	}
	bare := len(rest) == len(raw)
	if bare && (!bareHosts().Allow("https://"+u.Host) || u.Path == "") {
		return "", false
	}
	host, path := rest[:len(u.Host)], rest[len(u.Host):]
	l := "https://" + strings.ToLower(host) + path
	if len(l) > maxLink || !(live.Hosts{strings.ToLower(u.Host)}).Allow(l) {
		return "", false
	}
	return l, true
}

// cutScheme takes off "https://"; without any scheme it gives all of raw, and of another one nothing.
func cutScheme(raw string) (string, bool) {
	const https = "https://"
	if len(raw) >= len(https) && strings.EqualFold(raw[:len(https)], https) {
		return raw[len(https):], true
	}
	return raw, !strings.Contains(raw, "://")
}
