package live

import (
	"errors"
	"fmt"
	"strconv"
)

// Viewers is how many people watch now: 0 to 20 million, or ViewersHidden when the platform or the streamer
// hides the count. Hidden is not zero: it is null in JSON and sorts below every known count.
type Viewers int32

const (
	// ViewersHidden says that the platform shows no count.
	ViewersHidden Viewers = -1
	// MaxViewers is above any count ever seen; more is a parser's mistake, and would head the list for ever.
	MaxViewers Viewers = 20_000_000
)

// ErrViewers reports a count outside 0 to MaxViewers.
var ErrViewers = errors.New("not a viewer count")

// CheckViewers reports ErrViewers unless n is a possible count; use it before converting.
func CheckViewers(n int64) (Viewers, error) {
	if n < 0 || n > int64(MaxViewers) {
		return ViewersHidden, fmt.Errorf("%w: %d", ErrViewers, n)
	}
	return Viewers(n), nil
}

// Known reports whether the count was shown.
func (v Viewers) Known() bool { return v >= 0 }

// Count is the number to add up: hidden counts as 0.
func (v Viewers) Count() int64 { return int64(max(v, 0)) }

// MarshalJSON writes the number, or null when hidden.
func (v Viewers) MarshalJSON() ([]byte, error) {
	if !v.Known() {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, int64(v), 10), nil
}

// UnmarshalJSON reads what MarshalJSON writes; other values wrap ErrViewers.
func (v *Viewers) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*v = ViewersHidden
		return nil
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		return fmt.Errorf("%w: %.40q", ErrViewers, b)
	}
	*v, err = CheckViewers(n)
	return err
}
