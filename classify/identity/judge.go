package identity

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"onair/live"
)

// judgement is what is known about one pair.
type judgement struct {
	pair      [2]int32
	past      *live.Proposal
	bits      weight // log odds
	score     int
	confident bool
	personal  bool // a name, a handle or a link is among the evidence
	claimed   bool // a link is
	simulcast bool // the same title, begun within minutes
	why       []live.Evidence
	against   string // why it is not confident whatever the bits say
	parted    string // what once parted it, when it was confident
	fell      string // what speaks against it now, strongly enough to part a confident pair
	days      []string
}

const (
	// prior is the log odds that a channel has one of the same person on another platform at all: one in eight.
	prior = -3 * bit
	// leastCrowd is how many channels a platform is taken to have: in a set of two every coincidence would be none.
	leastCrowd = 256

	// spelled is what a handle adds that only spells the name that both have.
	spelled = 2 * bit
	// daily is what each further day with the same start or title adds, and dailyMost how many count: two people of
	// one habit begin alike again and again.
	daily, dailyMost = 2 * bit, 3
	// renamed is what two different names in one script take from a handle.
	renamed = 5 * bit
	// late is the most that a title is worth when the two began at different times, usual when many carry it, greeted
	// when it says nothing.
	late, usual, greeted = 2 * bit, 4 * bit, bit
	// differs is what different titles take from a near start.
	differs = 3 * bit
	// fanned is what a fan's name takes, abroad what two countries do, clash what two different broadcasts at once do.
	fanned, abroad, clash = 8 * bit, 4 * bit, 5 * bit
	// disowned is what it takes that one names another channel there as its own.
	disowned = 10 * bit
)

// judge weighs a pair.
func (w *world) judge(p [2]int32, past *live.Proposal) judgement {
	j := judgement{pair: p, past: past}
	a, b := w.channels[p[0]], w.channels[p[1]]
	crowd := lg(int64(max(w.size[a.ID.Platform], w.size[b.ID.Platform], leastCrowd)))
	j.bits = prior - crowd
	named := w.weighName(&j, a, b, crowd)
	w.weighHandle(&j, a, b, crowd, named)
	w.weighLinks(&j, a, b, crowd)
	w.weighBroadcasts(&j, a, b, named)
	j.weighDays()
	if a.Country != "" && b.Country != "" && a.Country != b.Country {
		j.bits -= abroad
	}
	if a.name.about() || b.name.about() {
		j.bits -= fanned
		switch endorsed := w.endorsed(j.pair); {
		case endorsed:
		case a.name.along || b.name.along:
			j.against = "one watches along"
		case !j.keeps(a, b):
			j.against = "a fan's or an archive's name"
		}
	}
	j.weighPast()
	j.score = j.bits.permille()
	j.confident = j.score >= leastConfident && j.personal && j.against == "" && j.parted == ""
	return j
}

// endorsed reports that each of two whose name is about somebody is named by the other: anybody can name whom he likes.
func (w *world) endorsed(p [2]int32) bool {
	a, b := w.channels[p[0]], w.channels[p[1]]
	return (!a.name.about() || w.linked[[2]int32{p[1], p[0]}]) && (!b.name.about() || w.linked[p])
}

// keeps reports an archive that is its subject's own: it goes on the air with them, under the same title, and has their
// handle, a link, or done so on several days. Whose clips one shows, one does not.
func (j *judgement) keeps(a, b *facet) bool {
	if a.name.vault == b.name.vault || a.name.about() && b.name.about() {
		return false
	}
	return j.simulcast && (len(j.days) > 1 || j.claimed || a.handle.key != "" && a.handle.key == b.handle.key)
}

func (j *judgement) add(kind string, b weight, format string, a ...any) {
	j.bits += b
	detail := live.CleanText(fmt.Sprintf(format, a...), maxDetail)
	j.why = append(j.why, live.Evidence{Kind: kind, Detail: detail})
}

// maxDetail in runes keeps a proposal small whatever a title holds.
const maxDetail = 120

// weighName weighs the longest form of the names that both have.
func (w *world) weighName(j *judgement, a, b *facet, crowd weight) (named bool) {
	key := ""
	for _, k := range a.name.keys {
		if utf8.RuneCountInString(k) > utf8.RuneCountInString(key) && slices.Contains(b.name.keys, k) {
			key = k
		}
	}
	if key == "" {
		return false
	}
	core := a.name.core
	if after(key, core) == "" {
		core = b.name.core
	}
	e := w.namesakes(key, core)
	if a.mark && b.mark && a.name.core == b.name.core {
		e = max(leastChance, w.named.doubled(key)) // a table of leagues and broadcasters has it: nobody else is called so
	}
	j.add(KindName, crowd+e.bits(), "%s", key)
	j.personal = true
	return true
}

// weighHandle weighs handles, and names in Latin letters that spell the other's name.
func (w *world) weighHandle(j *judgement, a, b *facet, crowd weight, named bool) {
	key, loose := commonHandle(a, b)
	s := spelling(a, b)
	if key == "" && s == "" {
		return
	}
	j.personal = true
	if named && (s != "" || spelledBy(key, a, b)) {
		// Whoever has the name spells it so: it says only that the name is a name.
		if key != "" {
			j.add(KindHandle, spelled, "%s", key)
		} else {
			j.add(KindSound, spelled/2, "%s", a.name.core)
		}
		return
	}
	var byKey, bySound weight
	if key != "" {
		byKey = crowd + w.handleChance(key, loose).bits()
	}
	if s != "" {
		bySound = crowd + w.soundChance(s, a, b).bits()
	}
	if key != "" && s != "" {
		byKey = max(byKey, bySound) + spelled - bySound // one follows from the other
	}
	if key != "" {
		j.add(KindHandle, byKey, "%s", key)
	}
	if s != "" {
		j.add(KindSound, bySound, "%s, %s", called(a), called(b))
	}
	if !named && unlike(a, b) {
		j.bits -= renamed
	}
}

// handleChance is how many other channels chance would give a handle. A stem that both continue differently is four
// times as likely; digits that both have make it rarer.
func (w *world) handleChance(key string, loose bool) chance {
	stem := strings.TrimRight(key, "0123456789")
	if h := readHandle(key); h.stem != "" {
		stem = h.stem
	}
	e := w.stems.expected(stem)
	for range len(key) - len(stem) {
		e /= 8
	}
	e = max(e, floorOf(key), w.handles.doubled(key))
	if loose {
		e *= 4
	}
	return e
}

// soundChance is how many other channels chance would give a name that sounds so.
func (w *world) soundChance(s string, a, b *facet) chance {
	e := max(chance(len(w.channels))*one>>min(5*len(s)/2, 60), 2*leastChance, w.sounds.doubled(s))
	rarest := one
	for _, name := range []string{a.name.core, b.name.core} {
		if name != "" {
			e = max(e, floorOf(name))
			rarest = min(rarest, w.names.expected(name))
		}
	}
	return max(e, rarest)
}

// called is what a channel is called, for people.
func called(f *facet) string {
	if f.Name != "" {
		return f.Name
	}
	return f.Handle
}

// spelledBy reports that a handle spells the name of one of them.
func spelledBy(key string, a, b *facet) bool {
	s := sound(strings.TrimRight(key, "0123456789"))
	return s != "" && (s == sound(a.name.core) || s == sound(b.name.core))
}

// unlike reports two names in one script that are not the same: who has one name everywhere is easier to find.
func unlike(a, b *facet) bool {
	return a.name.core != "" && script(a.name.core) == script(b.name.core)
}

// commonHandle is the handle that both have, or its stem; a Latin name stands in for a handle that is not known.
func commonHandle(a, b *facet) (key string, loose bool) {
	if a.handle.key != "" && a.handle.key == b.handle.key && len(a.handle.key) >= leastStem {
		return a.handle.key, false
	}
	stems := func(f *facet) []string {
		out := []string{f.handle.stem}
		for _, part := range append([]string{f.name.core}, f.name.parts...) {
			if script(part) == inLatin {
				out = append(out, readHandle(part).stem)
			}
		}
		return out
	}
	other := stems(b)
	for i, s := range stems(a) {
		if k := slices.Index(other, s); s != "" && k >= 0 && (i == 0 || k == 0) {
			return s, true
		}
	}
	return "", false
}

// spelling is the sound that one writes in Hangul and the other in Latin letters.
func spelling(a, b *facet) string {
	hangulA, latinA := a.sounds()
	hangulB, latinB := b.sounds()
	for _, s := range hangulA {
		if slices.Contains(latinB, s) {
			return s
		}
	}
	for _, s := range hangulB {
		if slices.Contains(latinA, s) {
			return s
		}
	}
	return ""
}

// weighLinks weighs what the two say of each other. Who names several channels of one platform names friends among
// them; whom several name is no friend of all.
func (w *world) weighLinks(j *judgement, a, b *facet, crowd weight) {
	there, back := w.linked[j.pair], w.linked[[2]int32{j.pair[1], j.pair[0]}]
	if w.disowns(j.pair[0], j.pair[1]) || w.disowns(j.pair[1], j.pair[0]) {
		j.bits -= disowned
		j.against = "names another channel there"
		j.fell = j.against
	}
	if !there && !back {
		return
	}
	j.personal, j.claimed = true, true
	out, in := 0, 0 // how many a names on b's platform, and b on a's
	if there {
		out = w.distinct(a.links[b.ID.Platform])
	}
	if back {
		in = w.distinct(b.links[a.ID.Platform])
	}
	most := chance(max(out, in))
	crowded := chance(max(w.pointers[towards{j.pair[1], a.ID.Platform}], w.pointers[towards{j.pair[0], b.ID.Platform}]))
	switch {
	case there && back && most == 1:
		j.add(KindLink, crowd+max(one/1024, (crowded-1)*one/20).bits(), "both ways")
	case there && back:
		j.add(KindLink, crowd+(most*one/20).bits(), "both ways, among %d", most)
	case there:
		j.add(KindLink, crowd+(max(most*most, crowded*crowded)*one/6).bits(), "%s names %s%s", a.ID, b.ID, among(out))
	default:
		j.add(KindLink, crowd+(max(most*most, crowded*crowded)*one/6).bits(), "%s names %s%s", b.ID, a.ID, among(in))
	}
}

func among(n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf(" among %d", n)
}

const (
	// near is how far apart the starts of a simulcast are, closely and at most, in seconds.
	near, nearish = 180, 600
	// apart in seconds is when two broadcasts surely began for different reasons.
	apart = 1800
)

// weighBroadcasts weighs what the two were doing at the same time: the pair of broadcasts that speaks loudest for them.
func (w *world) weighBroadcasts(j *judgement, a, b *facet, named bool) {
	crowd := lg(int64(max(w.onAir[a.ID.Platform], w.onAir[b.ID.Platform], leastCrowd)))
	var best weight
	var evidence []live.Evidence
	var simulcast bool
	var day string
	clashes := false
	for i := range a.titles {
		for k := range b.titles {
			x, y := &a.titles[i], &b.titles[k]
			if x.from == 0 || y.from == 0 || x.from > y.till || y.from > x.till {
				continue
			}
			var sum weight
			var found []live.Evidence
			key := x.common(y)
			if key != "" && x.along == y.along && (!x.along || named) {
				e := max(copies(key), w.phrases.expected(x.line), w.phrases.expected(y.line), w.titles.doubled(key))
				sum += max(crowd+e.bits()-bit, 0)
				switch {
				case copies(key) >= 4*one:
					sum = min(sum, greeted)
				case e >= one:
					sum = min(sum, usual) // whoever has such a name may have such titles
				}
				found = append(found, live.Evidence{Kind: KindTitle, Detail: live.CleanText(x.broadcast.Title, maxDetail)})
			}
			gap := x.from - y.from
			if gap < 0 {
				gap = -gap
			}
			declared := x.start != 0 && y.start != 0
			var unlike weight
			together := ""
			if !x.alike(y) {
				unlike = differs
			} else if declared && gap <= nearish {
				together = dayOf(min(x.till, y.till))
			}
			switch {
			case declared && gap <= near:
				sum += min(crowd-lg(int64(w.around(b.ID.Platform, x.start))), 5*bit) - unlike
				found = append(found, live.Evidence{Kind: KindStart, Detail: fmt.Sprintf("%d s apart", gap)})
			case declared && gap <= nearish:
				sum += 2*bit - unlike
				found = append(found, live.Evidence{Kind: KindStart, Detail: fmt.Sprintf("%d s apart", gap)})
			case declared:
				sum = min(sum, late)
			}
			if gap > apart && unlike > 0 && !x.relay && !y.relay {
				clashes = true
			}
			if sum > best {
				best, evidence, day = sum, found, together
				simulcast = key != "" && declared && gap <= near && x.relay == y.relay
			}
		}
	}
	switch {
	case best > 0:
		j.bits += best
		j.simulcast = simulcast
		j.why = append(j.why, evidence...)
		if day != "" {
			j.days = []string{day}
		}
	case clashes && !j.claimed:
		if j.bits -= clash; !j.sharedBefore() {
			j.fell = "different broadcasts at once"
		}
	}
}

// around is how many broadcasts of a platform began near a moment.
func (w *world) around(p live.Platform, at int64) int {
	s := w.starts[p]
	from, _ := slices.BinarySearch(s, at-near)
	to, _ := slices.BinarySearch(s, at+near+1)
	return max(to-from, 1)
}

func dayOf(unix int64) string { return time.Unix(unix, 0).UTC().Format(time.DateOnly) }
