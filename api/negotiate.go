package api

import (
	"strconv"
	"strings"
)

// coding is a content coding that we offer.
type coding uint8

const (
	identity coding = iota
	gzipped
	zstded
	codings // how many there are
)

// name is the token of Content-Encoding, "" for identity.
func (c coding) name() string { return [codings]string{"", "gzip", "zstd"}[c] }

// suffix tells the codings of one content apart in an ETag.
func (c coding) suffix() string { return [codings]string{"i", "g", "z"}[c] }

// negotiate chooses among identity and what is offered the coding that the Accept-Encoding fields weigh highest; where
// they weigh the same, the one offered first, and identity last. Without the header, or when everything is refused, it
// is identity.
func negotiate(fields []string, offered ...coding) coding {
	const unset = -1
	q := [codings]int{unset, unset, unset}
	star := unset
	for _, f := range fields {
		for f != "" {
			var item string
			item, f, _ = strings.Cut(f, ",")
			name, params, _ := strings.Cut(item, ";")
			weight := quality(params)
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "identity":
				q[identity] = weight
			case "gzip", "x-gzip":
				q[gzipped] = weight
			case "zstd":
				q[zstded] = weight
			case "*":
				star = weight
			}
		}
	}
	best, top := identity, 0
	for i := range len(offered) + 1 {
		c := identity
		if i < len(offered) {
			c = offered[i]
		}
		w := q[c]
		if w == unset {
			w = star
			if w == unset && c == identity {
				w = 1 // acceptable, but anything that is asked for comes first
			}
		}
		if w > top {
			best, top = c, w
		}
	}
	return best
}

// quality reads "q=0.5" in thousandths; what is malformed refuses the coding.
func quality(params string) int {
	for params != "" {
		var p string
		p, params, _ = strings.Cut(params, ";")
		k, v, _ := strings.Cut(strings.TrimSpace(p), "=")
		if !strings.EqualFold(k, "q") {
			continue
		}
		f, err := strconv.ParseFloat(v, 64)
		if err != nil || !(f >= 0 && f <= 1) {
			return 0
		}
		return int(f*1000 + 0.5)
	}
	return 1000
}

// noneMatch reports whether If-None-Match names etag. The comparison is weak, as RFC 9110 says: caches on the way may
// have weakened ours.
func noneMatch(fields []string, etag string) bool {
	for _, f := range fields {
		for f != "" {
			var item string
			item, f, _ = strings.Cut(f, ",") // our tags hold no comma
			item = strings.TrimSpace(item)
			if item == "*" || strings.TrimPrefix(item, "W/") == etag {
				return true
			}
		}
	}
	return false
}
