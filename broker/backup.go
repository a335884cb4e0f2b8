package broker

import "github.com/nats-io/nats.go"

// Conn is the connection of the account HUB, for JetStream's own backup of a stream, which jetstream.Stream does not
// offer.
func (b *Broker) Conn() *nats.Conn { return b.nc }
