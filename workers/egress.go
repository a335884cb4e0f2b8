package workers

import (
	"context"
	"errors"
	"net/http"
	"time"

	"onair/live"
)

// Egress is an address that requests to one platform leave from. A page carries its Label, never its address or
// credentials.
type Egress struct {
	Label  string
	Region string // ISO country code in lower case; "" when not known
	Client *http.Client
}

// Want is what a request needs of an egress.
type Want struct {
	Platform live.Platform
	Region   string  // live.RegionAny or "": any
	Like     *Egress // not nil: only egresses of its region, because the pages of a pass must come from one
	Not      *Egress // not nil: another one than this, which was just refused
}

// Pool chooses the egress of every request and paces it.
type Pool interface {
	// Pick waits until an egress may send a request and gives it. Errors: ctx's; one wrapping live.ErrSetting when no
	// egress serves the platform in the region at all; ErrResting when all that do were told to stay away.
	Pick(ctx context.Context, w Want) (*Egress, error)
	// Done says how the request came out for which Pick gave e: nil, or what Source.Fetch returned. What an account
	// was refused for is not to be told: it says nothing about the address.
	Done(e *Egress, p live.Platform, err error)
	// Rest is until when every egress for p in region stays away; the zero time when one may be used now.
	Rest(p live.Platform, region string) time.Time
	// Serves tells whether any egress may be used for p; a worker takes no jobs of the others.
	Serves(p live.Platform) bool
	// Live is how many egresses work at present.
	Live() int
	// Close lets idle connections go. Run calls it when it ends.
	Close()
}

// ErrResting says that every egress that fits stays away from the platform for now.
var ErrResting = errors.New("every egress stays away from the platform")
