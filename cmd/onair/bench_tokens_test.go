package main

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"
)

// TestBenchTokens: the figures belong together, and the same world costs the same.
func TestBenchTokens(t *testing.T) {
	t.Parallel()
	var first []byte
	for range 2 {
		var b bytes.Buffer
		if err := (&benchTokensCmd{Seed: 1, Broadcasts: 40, JSON: true}).Run(t.Context(), out{stdout: &b, stderr: io.Discard}); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b.Bytes()
		} else if !bytes.Equal(first, b.Bytes()) {
			t.Errorf("two days of one world:\n%s%s", first, b.Bytes())
		}
	}
	var s tokensScore
	if err := json.Unmarshal(first, &s); err != nil {
		t.Fatal(err)
	}
	asked := s.Titles - s.Settled - s.Withheld
	switch {
	case s.Live < 30 || s.Live > 50:
		t.Errorf("%d live, want about 40", s.Live)
	case asked <= 0 || s.NoLang > asked || s.NoGroup > asked || s.NoLang+s.NoGroup < asked:
		t.Errorf("%d asked: %+v", asked, s)
	case s.Requests > asked || s.Requests*20 < asked || s.Requests > 24*60/5+asked/20:
		t.Errorf("%d requests about %d titles", s.Requests, asked)
	case s.Tokens <= 0 || s.Tokens >= s.Reserved || s.PerTitle != float64(s.Tokens)/float64(asked):
		t.Errorf("%+v", s)
	}
}
