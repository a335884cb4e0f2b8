// Package onair holds the files that the programs carry with them: the broker's configuration, as it stands in the
// root of the tree where a stock nats-server finds it too.
package onair

import "embed"

// NATS is nats.conf and the two account files that it includes, auth/hub.conf and auth/edge.conf.
//
//go:embed nats.conf auth/hub.conf auth/edge.conf
var NATS embed.FS
