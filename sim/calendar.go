package sim

// broadcast is one live session. Everything in it was settled when it began.
type broadcast struct {
	line         *line
	day          int64
	id           string
	number       int64 // order of ids among equal counts
	key          uint64
	start, end   int64   // unix seconds
	ln           float64 // log of its usual viewers
	jumps        []jump
	segments     []segment
	password     bool
	subscription string // SOOP tier, "0" for everybody
	picture      pictureFault
}

func (b *broadcast) liveAt(unix int64) bool { return b.start <= unix && unix < b.end }

// session is a creator's day: when all the channels go live, roughly.
type session struct {
	start, end int64
	ln         float64 // how the day differs from the usual size
	dice       *dice   // for what the broadcasts share
}

// Life of a broadcast: median 4.5 h, p10/p50/p90 of 1.75/4.5/11.6 h.
const (
	lifeMedian = 4.5 * 3600
	lifeSpread = .74
	lifeLeast  = 12 * 60
	// lifeMost bounds how many blocks of births a moment must look back to.
	lifeMost = 30 * 3600
	// startSpread bounds how far a start strays from its usual hour, for the same reason.
	startSpread = 75 * 60
	// pause is the least time between two broadcasts of one channel.
	pause = 15 * 60
)

// starts tells whether and when a creator goes live on a day.
func starts(c *creator, day int64, d *dice) (int64, bool) {
	if c.restart > 0 {
		return midnight(day) + int64(c.hour)*3600, (day+int64(c.key%64))%c.restart == 0
	}
	on := d.chance(c.habit)
	stray := max(-startSpread, min(startSpread, d.gauss()*25*60))
	return midnight(day) + int64(c.hour)*3600 + int64(d.unit()*3600+stray), on
}

func dayDice(c *creator, day int64) *dice { return roll(c.key, tagDay, uint64(day)) }

// sessionOn is a creator's session on a day, if there is one.
func sessionOn(c *creator, day int64) (session, bool) {
	if host := c.streamsWith(day); host != nil {
		s, on := sessionOn(host, day)
		s.ln = 0
		s.start += 20 + int64(hash(c.key, tagWith, uint64(day), 1)%240)
		s.end = c.before(day, s.end)
		return s, on && s.end > s.start+lifeLeast/2
	}
	d := dayDice(c, day)
	start, on := starts(c, day, d)
	if !on {
		return session{}, false
	}
	if c.restart > 0 {
		return session{start: start, end: start + c.restart*daySeconds - 4*60, dice: d}, true
	}
	s := session{start: start, ln: .25 * d.gauss(), dice: d}
	s.end = start + max(lifeLeast, min(lifeMost, int64(lifeMedian*exp(lifeSpread*d.gauss()))))
	s.end = c.before(day, s.end)
	return s, s.end > s.start+lifeLeast/2
}

// before is an end, brought forward to before the creator's next start.
func (c *creator) before(day, end int64) int64 {
	for next := day + 1; next <= day+2; next++ {
		if at, on := startsOn(c, next); on {
			return min(end, at-pause)
		}
	}
	return end
}

// broadcast is what a line does on a day; nil when nothing.
func (w *World) broadcast(l *line, day int64) *broadcast {
	if day < firstDay {
		return nil
	}
	s, ok := sessionOn(l.creator, day)
	if !ok {
		return nil
	}
	d := roll(l.key, tagTakesPart, uint64(day))
	main := l == l.creator.lines[0]
	if !d.chance(.85) && !main && l.creator.restart == 0 {
		return nil
	}
	b := &broadcast{line: l, day: day, key: hash(l.key, tagBroadcast, uint64(day)), subscription: "0"}
	b.start, b.end = s.start, s.end
	if !main {
		b.start += int64(d.below(150))
		b.end = max(b.start+lifeLeast/2, b.end+int64(d.below(150))-90)
	}
	b.ln = l.creator.ln + l.ln + s.ln
	b.id = w.broadcastID(l, day)
	b.number = int64(hash(b.key) >> 1)
	if l.site != youtube {
		b.number = w.broadcastNumber(l, day)
	}
	b.jumps = drawJumps(d, b.start, b.end)
	b.segments = w.drawSegments(b, s.dice, d)
	if l.site == soop && l.creator.restart == 0 {
		b.password = d.chance(.045)
		if d.chance(.015) {
			b.subscription = pick(d, []string{"1", "2"})
		}
	}
	b.picture = drawPictureFault(d)
	return b
}

// births is one block: what begins by the usual hour h, counted in hours since 1970 in Korea.
func (w *World) births(h int64) *[sites][]*broadcast {
	return w.blocks.get(h, func(h int64) *[sites][]*broadcast {
		var out [sites][]*broadcast
		day := floorDiv(h, 24)
		for _, c := range w.byHour[h-day*24] {
			w.bear(c, day, &out)
		}
		return &out
	})
}

func (w *World) bear(c *creator, day int64, out *[sites][]*broadcast) {
	for _, l := range c.lines {
		if b := w.broadcast(l, day); b != nil {
			out[l.site] = append(out[l.site], b)
		}
	}
}

// during lists every broadcast that is live at some moment of hour h. The order is that of birth, the same for every caller.
func (w *World) during(h int64) *[sites][]*broadcast {
	return w.hours.get(h, func(h int64) *[sites][]*broadcast {
		var out [sites][]*broadcast
		from, to := h*3600-kstShift, (h+1)*3600-kstShift
		keep := func(born *[sites][]*broadcast) {
			for s := range sites {
				for _, b := range born[s] {
					if b.start < to && b.end > from {
						out[s] = append(out[s], b)
					}
				}
			}
		}
		keep(w.alwaysOn(floorDiv(h, 24)))
		const back, ahead = (lifeMost + startSpread + 3600) / 3600, startSpread/3600 + 1
		for block := h - back - 1; block <= h+ahead; block++ {
			keep(w.births(block))
		}
		return &out
	})
}

// alwaysOn lists the broadcasts around a day of those who restart only every few days.
func (w *World) alwaysOn(day int64) *[sites][]*broadcast {
	var out [sites][]*broadcast
	for _, c := range w.restarting {
		for d := day - c.restart - 1; d <= day; d++ {
			w.bear(c, d, &out)
		}
	}
	return &out
}

func hourOf(unix int64) int64 { return floorDiv(unix+kstShift, 3600) }

// lookBack is how many days a channel's last broadcast is searched for; longer than any restart.
const lookBack = 12

// lastOf is a channel's newest broadcast that has begun; nil when there was none lately.
func (w *World) lastOf(lines []*line, unix int64) *broadcast {
	var last *broadcast
	for _, l := range lines {
		for day := dayOf(unix) + 1; day > dayOf(unix)-lookBack; day-- {
			b := w.broadcast(l, day)
			if b == nil || b.start > unix {
				continue
			}
			if last == nil || b.start > last.start {
				last = b
			}
			break
		}
	}
	return last
}
