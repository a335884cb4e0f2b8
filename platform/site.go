package platform

import (
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"onair/live"
)

// defaultAgent says honestly what asks, in the form that sites expect of a browser.
const defaultAgent = "Mozilla/5.0 (compatible; onair/1.0)"

// site is what every Source has in common: who it is, where its endpoints are and how it asks.
type site struct {
	info    live.PlatformInfo
	clock   live.Clock
	agent   string
	bases   map[string]*url.URL // endpoint name → base, path without a trailing slash
	options map[string]string
	domains []string // a redirect may lead to these and their subdomains, over https
	creds   credentials
	handles bool // channels have handles beside their ids, and can be asked about by them
}

type credentials struct{ id, secret, key Secret }

// newSite checks c against settings and fills in defaults.
func newSite(info live.PlatformInfo, settings []Setting, domains []string, c Config) (site, error) {
	s := site{
		info: info, clock: c.Clock, agent: c.UserAgent, domains: domains,
		bases: map[string]*url.URL{}, options: map[string]string{},
		creds: credentials{id: c.ClientID, secret: c.ClientSecret, key: c.Key},
	}
	if s.clock == nil {
		s.clock = live.RealClock{}
	}
	if s.agent == "" {
		s.agent = defaultAgent
	}
	if strings.ContainsFunc(s.agent, func(r rune) bool { return r < ' ' || r > '~' }) {
		return site{}, fmt.Errorf("%s.user_agent: not printable ASCII", info.ID)
	}
	endpoints, err := s.merge("endpoints", settings, c.Endpoints)
	if err != nil {
		return site{}, err
	}
	for name, raw := range endpoints {
		if s.bases[name], err = parseBase(raw); err != nil {
			return site{}, fmt.Errorf("%s.endpoints.%s: %w", info.ID, name, err)
		}
	}
	if s.options, err = s.merge("options", settings, c.Options); err != nil {
		return site{}, err
	}
	s.info.Images = slices.Clone(info.Images)
	for _, h := range c.Images {
		if strings.Contains(h, "://") {
			u, err := parseBase(h)
			if err != nil || u.Path != "" {
				return site{}, fmt.Errorf("%s.images: %.80q is not an origin (scheme://host)", info.ID, h)
			}
			h = u.Scheme + "://" + u.Host
		} else if u, err := parseBase("https://" + h); err != nil || u.Host != h || h != strings.ToLower(h) {
			return site{}, fmt.Errorf("%s.images: %.80q is not a lower-case host name", info.ID, h)
		}
		s.info.Images = append(s.info.Images, h)
	}
	return s, nil
}

// merge lays given over the defaults of the settings named group.*.
func (s *site) merge(group string, settings []Setting, given map[string]string) (map[string]string, error) {
	merged := map[string]string{}
	var known []string
	for _, set := range settings {
		if name, ok := strings.CutPrefix(set.Name, group+"."); ok {
			merged[name] = set.Default
			known = append(known, name)
		}
	}
	for name, value := range given {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("%s.%s: %.40q is none of %s", s.info.ID, group, name, list(known))
		}
		if value != "" {
			merged[name] = value
		}
	}
	return merged, nil
}

// parseBase reads the base URL of an endpoint. Errors do not repeat it: someone may have put a password in.
func parseBase(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, fmt.Errorf("not a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("not an http or https URL")
	case u.Hostname() == "":
		return nil, fmt.Errorf("no host in the URL")
	case u.User != nil:
		return nil, fmt.Errorf("a URL with a user or password")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("a URL with a query or fragment")
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	return u, nil
}

// missing is an error wrapping live.ErrSetting that names the settings.
func (s *site) missing(names ...string) error {
	if len(names) == 0 {
		return nil
	}
	for i := range names {
		names[i] = string(s.info.ID) + "." + names[i]
	}
	return fmt.Errorf("%w: %s", live.ErrSetting, strings.Join(names, ", "))
}

// Format writes the platform's name for every verb: fmt would print the fields of a Source, tokens too, without
// asking their types.
func (s *site) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, string(s.info.ID)) }

// Info implements Source.
func (s *site) Info() live.PlatformInfo {
	info := s.info
	info.Links, info.Images = slices.Clone(info.Links), slices.Clone(info.Images)
	return info
}

// page is the head of a page that answers r.
func (s *site) page(r Request, a answer, cover live.Coverage) *live.Page {
	return &live.Page{Platform: s.info.ID, Kind: r.Kind, Cursor: r.Cursor, Coverage: cover, Status: a.status}
}

// check refuses requests that offers do not cover, before anything is sent.
func (s *site) check(r Request, offers []Offer) error {
	i := slices.IndexFunc(offers, func(o Offer) bool { return o.Kind == r.Kind })
	if i < 0 {
		return unsupported("kind %.20q", r.Kind)
	}
	o := offers[i]
	if o.Batch == 0 {
		if len(r.Keys) > 0 {
			return unsupported("%s takes no keys", r.Kind)
		}
		return nil
	}
	if len(r.Keys) == 0 || len(r.Keys) > o.Batch {
		return unsupported("%d keys, %s takes 1 to %d", len(r.Keys), r.Kind, o.Batch)
	}
	if r.Cursor != "" {
		return unsupported("%s has no pages", r.Kind)
	}
	for i, k := range r.Keys {
		_, handle := live.HandleOf(k)
		if live.CheckID(k) != nil && !(handle && s.handles && r.Kind == live.KindChannel) { // it becomes a part of the URL
			return unsupported("a key that is no id")
		}
		if slices.Contains(r.Keys[:i], k) {
			return unsupported("a key twice")
		}
	}
	return nil
}

func unsupported(format string, a ...any) error {
	return &live.FetchError{Class: live.ErrUnsupported, Text: fmt.Sprintf(format, a...)}
}

// numberOption reads an option that is a number from low to high.
func (s *site) numberOption(name string, low, high int) (int, error) {
	n, err := strconv.Atoi(s.options[name])
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("%s.options.%s: %.40q is not a number from %d to %d", s.info.ID, name, s.options[name], low, high)
	}
	return n, nil
}

// wordOption reads an option that is one of values.
func (s *site) wordOption(name string, values ...string) (string, error) {
	if v := s.options[name]; slices.Contains(values, v) {
		return v, nil
	}
	return "", fmt.Errorf("%s.options.%s: %.40q is none of %s", s.info.ID, name, s.options[name], list(values))
}

// codeOption reads an option that is a language or country code.
func (s *site) codeOption(name string) (string, error) {
	v := s.options[name]
	if len(v) < 2 || len(v) > 8 || live.CheckID(v) != nil {
		return "", fmt.Errorf("%s.options.%s: %.40q is not a language or country code", s.info.ID, name, v)
	}
	return v, nil
}
