package broker

import "time"

// Hasty is Options with a short lease and short pulls, for tests that would wait for the real ones.
func Hasty(o Options, lease, pull time.Duration) Options {
	o.Lease, o.pull = lease, pull
	return o
}
