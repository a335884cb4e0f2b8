// Package platform asks the sites with live streams what is live. A Source turns one Request into one HTTP request
// and its answer into a live.Page: observations in the order given, answers to what was asked, or ids that were
// found. Workers call it with the http.Client of the egress that they chose, then clean, date and publish the page.
//
// The package keeps to the contracts of the platforms and guesses nothing beyond them: what an answer must hold is
// asked for strictly (its absence is live.ErrFormat, never an empty list), everything else may be missing, null, new
// or of another type. A few rows that lack what a row must hold are left out, and the page says so (rows.go); many are
// live.ErrFormat. It reads no environment, no file and no global, starts no goroutine, retries nothing but one
// refused token, decides nothing about pacing, budgets or which page comes next, and writes no log.
//
// # Adding a platform
//
//  1. Write <name>.go: a type with the four methods of Source, built on site (site.go) for endpoints, requests and
//     error classes. Name, colour, icon and link hosts are data in its PlatformInfo; nothing else in onair lists
//     platforms. Keep parsing apart as functions from bytes to rows, so that they can be fuzzed.
//  2. Add its line to Registry in registry.go, with the settings that it wants.
//  3. Record answers into testdata/<name>/, describe them in its cases.json and README.md, and run
//     go test ./platform -run Conformance -update to write the golden pages; read them before you keep them.
//     The suite fails for a platform without recordings, and for recordings without a platform.
//  4. Optionally give it a wire format in sim/, so that onair demo shows it.
//  5. Optionally make it a BrowserSource (browse.go), for when its plain requests are refused.
package platform

import (
	"context"
	"net/http"

	"onair/live"
)

// Source is one platform. Its methods may be called by many goroutines at once.
type Source interface {
	// Info is what clients need to show the platform and validation needs to trust its links.
	Info() live.PlatformInfo
	// Offers lists the kinds of request that the Source can make, as it is configured.
	Offers() []Offer
	// Ready is nil, or an error wrapping live.ErrSetting that names the setting that is missing.
	Ready() error
	// Fetch makes one request (plus one for a token, a category table or the id of a stream, where the platform
	// cannot say it in one) through c, whose transport, cookies and timeout are used as they are and whose redirect
	// policy is not. It is all or nothing: either a page without error class, or an error that wraps a
	// *live.FetchError and no page. A page from which a few unusable rows were left out counts them in ErrorText; of a
	// list it has live.CoverNone, so that what it lacks proves nothing, and Next leads on all the same. Job, Pass, Region, Egress and Latency of the page are left to the worker.
	Fetch(ctx context.Context, c *http.Client, r Request) (*live.Page, error)
}

// Offer is a kind of request that a Source can make.
type Offer struct {
	Kind  live.Kind
	Batch int       // most keys of one request; 0 when the kind takes none
	Rows  int       // rows of a full page; 0 when it has no pages
	Cost  live.Cost // what one request takes from a daily budget, also when it fails
	Chain bool      // pages can only be reached one after the other, by the cursor that the last one gave
	// Part says that the list is not of the whole site (one language of it): what is not on it may be live all the same.
	Part bool
	// Resume says that a cursor goes on leading to about the same place for some minutes, so that a chain may start at
	// one that an earlier pass was given.
	Resume bool
}

// Request is what to ask a Source.
type Request struct {
	Kind   live.Kind
	Cursor string // KindList, KindSearch: "" is the head, else a Page.Next of the same Source
	// Keys are what to ask about. KindRefresh: broadcast ids; KindStatus, KindFeed: channel ids; KindChannel: channel ids, and
	// handles written with live.HandleKey where the platform has any (YouTube: one in a request of its own).
	Keys []string
}

// Config is what one platform may be told. The zero value means defaults. Each platform's settings are listed, with
// their defaults, in its Entry; a name that is not there is an error.
type Config struct {
	Endpoints    map[string]string // name → base URL, http or https, without query
	Images       []string          // further live.Hosts that thumbnails may come from
	ClientID     Secret
	ClientSecret Secret
	Key          Secret
	UserAgent    string            // sent with every request
	Options      map[string]string // name → value
	Clock        live.Clock        // for expiry and dates in answers; nil is the machine's
}
