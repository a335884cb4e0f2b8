package workers

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"sync"
)

// maxCookies bounds what a platform can make an egress remember; a site sets a dozen. A jar that overflows starts
// again, as a browser whose owner cleared it.
const maxCookies = 300

// jar keeps the cookies of one platform at one egress, so that they never tell a platform that two addresses are one
// visitor. All hosts that it meets are the platform's own, so it needs no list of public suffixes.
type jar struct {
	mu   sync.Mutex
	in   *cookiejar.Jar
	seen map[string]bool
}

var _ http.CookieJar = (*jar)(nil)

func newJar() *jar {
	j := &jar{}
	j.clear()
	return j
}

func (j *jar) clear() {
	j.in, _ = cookiejar.New(nil) // gives no error without options
	j.seen = map[string]bool{}
}

// SetCookies implements http.CookieJar.
func (j *jar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, c := range cookies {
		j.seen[u.Hostname()+" "+c.Domain+" "+c.Path+" "+c.Name] = true
	}
	if len(j.seen) > maxCookies {
		j.clear()
		return
	}
	j.in.SetCookies(u, cookies)
}

// Cookies implements http.CookieJar.
func (j *jar) Cookies(u *url.URL) []*http.Cookie {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.in.Cookies(u)
}
