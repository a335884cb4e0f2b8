package broker

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Epoch is one reign of one leader: when the LEASE stream was created, and the lease's revision when it was taken.
// What a leader writes carries it, so that a later reign can be told from an earlier one. The zero value is nobody's.
type Epoch struct {
	Created time.Time
	Rev     uint64
}

// IsZero reports that no leader wrote it.
func (e Epoch) IsZero() bool { return e.Rev == 0 }

// Compare orders reigns: -1 when e came before o. A LEASE stream made anew counts from 1 again but is the later one.
func (e Epoch) Compare(o Epoch) int {
	return cmp.Or(e.Created.Compare(o.Created), cmp.Compare(e.Rev, o.Rev))
}

// String gives "<nanoseconds since 1970>.<revision>", which ParseEpoch reads.
func (e Epoch) String() string {
	return strconv.FormatInt(e.Created.UnixNano(), 10) + "." + strconv.FormatUint(e.Rev, 10)
}

// ParseEpoch reads what String wrote.
func ParseEpoch(s string) (Epoch, error) {
	nanos, rev, ok := strings.Cut(s, ".")
	n, err := strconv.ParseInt(nanos, 10, 64)
	r, err2 := strconv.ParseUint(rev, 10, 64)
	if !ok || err != nil || err2 != nil {
		return Epoch{}, fmt.Errorf("not an epoch: %.60q", s)
	}
	return Epoch{Created: time.Unix(0, n).UTC(), Rev: r}, nil
}
