package live

import (
	"net/url"
	"strings"
)

// maxURL bounds links; the longest thumbnail URL recorded has 300 bytes.
const maxURL = 1000

// Hosts says which URLs belong to a platform. An entry is a domain ("sooplive.com": it and its subdomains, https
// only, no port) or a whole origin ("http://127.0.0.1:4001", exactly that: how the simulator is let in).
type Hosts []string

// Allow reports whether raw is a plain link to one of the hosts: no user, no fragment, no control character.
func (h Hosts) Allow(raw string) bool {
	u, ok := parseLink(raw)
	if !ok {
		return false
	}
	host := strings.ToLower(u.Host)
	for _, e := range h {
		if strings.Contains(e, "://") {
			if strings.EqualFold(u.Scheme+"://"+u.Host, e) {
				return true
			}
			continue
		}
		if u.Scheme == "https" && (host == e || strings.HasSuffix(host, "."+e)) {
			return true
		}
	}
	return false
}

// parseLink reads an absolute http or https URL that is safe to put into an attribute and a log line.
func parseLink(raw string) (*url.URL, bool) {
	if raw == "" || len(raw) > maxURL || strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r == '\\' || r == '"' || r == '<' || r == '>' || r == 0x7f }) {
		return nil, false
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.Opaque != "" || u.Fragment != "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, false
	}
	return u, true
}
