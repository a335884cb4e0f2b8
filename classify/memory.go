package classify

// Memory is what a channel's other titles look like, by their text alone. The caller keeps one for each channel and
// adds each title once; the title that is being judged is better left out, for it would vouch for itself. Its zero
// value knows nothing.
type Memory struct {
	Korean  int32 // titles that are Korean beyond doubt
	Foreign int32 // in a writing system that is not Korean's
	Plain   int32 // Latin letters, digits or signs only, or Hangul as an ornament: either may be
}

// TitleKind is what one title says about its language by itself.
type TitleKind uint8

const (
	TitleSilent  TitleKind = iota // no letters, or Latin ones that are no Korean in disguise
	TitleOrnate                   // Hangul as a name or ornament in another language's sentence
	TitleForeign                  // mostly in a writing system that is not Korean's
	TitleKorean
)

// Kind judges a title by its text alone.
func Kind(title string) TitleKind {
	n := scan(title)
	return kind(title, &n)
}

// Add counts a title.
func (m *Memory) Add(title string) { m.count(Kind(title), 1) }

// Remove takes back a title that was added. A count that somebody has thinned out since stays at 0.
func (m *Memory) Remove(title string) { m.count(Kind(title), -1) }

func (m *Memory) count(k TitleKind, by int32) {
	switch k {
	case TitleKorean:
		m.Korean = max(0, m.Korean+by)
	case TitleForeign:
		m.Foreign = max(0, m.Foreign+by)
	default:
		m.Plain = max(0, m.Plain+by)
	}
}

// korean and foreign tell which way the channel leans. Almost no foreign channel writes even one Korean title, while
// Korean labels write most of theirs in English: one in five is enough, if no other writing system outweighs it.
func (m Memory) korean() bool {
	return m.Korean > 0 && m.Korean > m.Foreign && 5*int64(m.Korean) >= int64(m.Korean)+int64(m.Foreign)+int64(m.Plain)
}

func (m Memory) foreign() bool { return m.Foreign >= 2 && m.Foreign > 2*m.Korean }
