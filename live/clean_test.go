package live

import (
	"testing"

	"golang.org/x/text/unicode/norm"
)

// FuzzClean holds the quick check against the slow way: text is clean exactly when scrubbing changes nothing.
func FuzzClean(f *testing.F) {
	for _, s := range []string{"", " ", "a b", "a  b", "a ", "한국어 방송", norm.NFD.String("각"), "a\u202eb", "\xff", "\ufffd", "e\u0301", "\u3164", "a\u00a0b", "\u200d", "한", "abcdefghij"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := clean(s, 9), scrub(s, 9) == s; got != want {
			t.Fatalf("clean(%q) = %v, scrubbed it is %q", s, got, scrub(s, 9))
		}
	})
}
