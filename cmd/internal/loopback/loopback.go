// Package loopback reserves ports of this machine's own address for servers that must be known before they start, or come
// back where they were.
//
// In goes how many; out come ports that the system gives to nobody else, whether or not somebody listens there. The
// fleet of cmd/onair and tests call it. It listens to nothing and sends nothing.
package loopback
