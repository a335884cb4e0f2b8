package workers

import (
	"net/http"

	"onair/live"
)

// Egress is an address that requests leave from. A page carries its Label, never its address or credentials.
type Egress struct {
	Label  string
	Region string // ISO country code in lower case; "" when not known
	Client *http.Client
}

// Pool chooses the egress of a job. All pages of a chain use the one that was picked, because a cursor may belong to
// the address that got it.
type Pool interface {
	// Pick gives an egress for p in region (live.RegionAny: any), or an error wrapping live.ErrSetting when there is
	// none.
	Pick(p live.Platform, region string) (*Egress, error)
	// Size is how many egresses there are.
	Size() int
	// Close lets idle connections go. Run calls it when it ends.
	Close()
}

// direct is the machine's own address.
type direct struct{ e *Egress }

var _ Pool = direct{}

// Direct is a pool of one: the machine's own address, without cookies. region may be "".
func Direct(region string) Pool {
	return direct{&Egress{Label: "direct", Region: region, Client: &http.Client{Transport: newTransport()}}}
}

// Pick gives the one egress to everybody: that a worker serves a region at all is said by what it takes.
func (d direct) Pick(live.Platform, string) (*Egress, error) { return d.e, nil }

func (d direct) Size() int { return 1 }

func (d direct) Close() { d.e.Client.CloseIdleConnections() }
