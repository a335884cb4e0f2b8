package identity

import (
	"strings"
	"unicode"
)

// handle is a channel's handle or login in the forms in which it is compared.
type handle struct {
	full string // as it stands in addresses: lower case
	key  string // letters and digits alone
	stem string // without dress and trailing digits; "" when too short to say anything
}

// leastStem is the length of a stem that is compared: with fewer letters half of all handles share one.
const leastStem = 4

// readHandle reads a handle ("@INE_", "viichan116").
func readHandle(s string) handle {
	full := strings.TrimPrefix(fold(strings.TrimSpace(s)), "@")
	h := handle{full: full}
	var all []string
	for _, t := range tokens(full) {
		all = append(all, t.text)
	}
	h.key = strings.Join(all, "")
	for len(all) > 1 && (dress[all[len(all)-1]] || digits(all[len(all)-1])) {
		all = all[:len(all)-1]
	}
	for len(all) > 1 && dress[all[0]] {
		all = all[1:]
	}
	stem := strings.TrimRightFunc(strings.Join(all, ""), unicode.IsDigit)
	for _, g := range []string{"official", "channel", "youtube", "stream", "live", "tv"} {
		if rest, ok := strings.CutSuffix(stem, g); ok && len(rest) >= leastStem {
			stem = rest
			break
		}
	}
	if rest, ok := strings.CutPrefix(stem, "official"); ok && len(rest) >= leastStem {
		stem = rest
	}
	if stem = strings.TrimRightFunc(stem, unicode.IsDigit); lengthOf(stem)*2 >= leastStem {
		h.stem = stem
	}
	return h
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
