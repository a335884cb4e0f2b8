// Package sim is the four platforms on loopback: Chzzk, SOOP, Twitch and YouTube, speaking the recorded wire formats with
// their quirks, over a world of invented streamers.
//
// What goes in is a seed, a scale and a clock; what comes out is one [http.Handler]. onair's demo, its tests and its
// benchmarks point the adapters at it. It never imports another onair package and never opens a connection itself, so an
// error in the adapters cannot hide behind the same error here.
//
// # The world
//
// The world is a pure function of (seed, scale, time). Nothing moves forward step by step: any moment can be asked for in any
// order, by several callers at once, and two servers of equal seed and scale give equal bytes for equal requests.
//
//   - Creators are drawn once and stay. Each owns one channel, or channels on two to four platforms which go live within
//     a couple of minutes of each other. Each has a usual hour, a topic, a size and a habit (how many days of a week).
//   - A broadcast is a (channel, day) pair. Births come in blocks of an hour: block h holds the creators whose usual hour it
//     is, and each decides from its own hash of the day whether, when and for how long. The share of starts by hour follows
//     the Korean day; lives are log-normal (median 4.5 h); sizes are log-normal with a heavy tail and return the next day.
//   - The viewers of a broadcast are size × ramp(1−e^(−age/18 min)) × noise × jumps, plus raids. Noise is value noise:
//     hashes of (broadcast, lattice point), so asking for one moment does not depend on having asked for another.
//   - Every channel says something about itself. Of those who own several, 60 % name the others, half of them in one direction;
//     descriptions name friends and agencies too. Beside everybody there are channels that look like somebody else's (clips,
//     the same name, streams together under one title), and some that no search returns but whose feed shows what is live.
//   - 15 % of the broadcasts that end hand half of their viewers to another one of that platform; the guests leave again.
//   - Titles and categories change while on air. Some creators stream in other languages, hide their count, lock their room.
//     A few titles are hostile and a few thumbnails are broken on purpose.
//
// A platform serves the count that was true at its last refresh (SOOP 20 s, Chzzk and Twitch 60 s, YouTube 30 s): time
// rounded down. Who is live is rounded alike, title and category too. [World.Served] says what a response at some moment
// says; [World.Truth] says how things are.
//
// What depends on the requests, and therefore is not part of the world: YouTube's quota, Twitch's rate bucket, faults.
package sim
