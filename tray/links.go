package tray

import (
	"net/url"
	"strings"

	"onair/api/client"
	"onair/live"
)

// Links knows which links may be opened: https, on the hosts that the server named as its platforms' homes.
type Links map[live.Platform]live.Hosts

// LinksOf reads the hosts from the platforms. "https://www.example.com" lets all of example.com in: players and
// channels stand on sibling hosts.
func LinksOf(all []client.Platform) Links {
	l := Links{}
	for _, p := range all {
		u, err := url.Parse(p.Home)
		if err != nil || u.Scheme != "https" || u.Port() != "" {
			continue
		}
		host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
		if strings.Contains(strings.Trim(host, "."), ".") { // "com" alone is no site
			l[p.ID] = live.Hosts{host}
		}
	}
	return l
}

// Open chooses the link that a click on s opens: the first preferred platform's, else that with most viewers; "" when
// none is allowed.
func (l Links) Open(s *Stream, prefer []live.Platform) (live.Platform, string) {
	for _, p := range prefer {
		for _, c := range s.Casts {
			if c.Platform == p && l.allow(c) {
				return p, c.URL
			}
		}
	}
	for _, c := range s.Casts {
		if l.allow(c) {
			return c.Platform, c.URL
		}
	}
	if len(s.Casts) > 0 {
		return s.Casts[0].Platform, ""
	}
	return "", ""
}

func (l Links) allow(c Cast) bool { return l[c.Platform].Allow(c.URL) }

// Known reports whether a link is of any platform.
func (l Links) Known(raw string) bool {
	for _, h := range l {
		if h.Allow(raw) {
			return true
		}
	}
	return false
}
