package classify

// Suggestion is what a text is about, as far as the model can tell.
type Suggestion struct {
	Category   Category
	Confidence int  // permille of right answers among such suggestions about unseen channels
	Sure       bool // the confidence is high enough to show; else the list should rather show nothing
}

// SureFrom is the confidence from which a suggestion may be shown. Half of YouTube's titles reach it; of those six in seven
// agree with what their uploader chose, which is more often than two people would: a fifth of the labels that the model was
// judged by are themselves wrong. Titles of other sites hardly ever reach it: half of them have no topical word.
const SureFrom = 750

// Guess says what a stream without a category is about, from its text alone. It always names the likeliest group, with
// Sure false where a reader should not be told; a game that the text names gives the game itself.
func Guess(t Text) Suggestion { return builtin()[Site(t.Platform)].Guess(t) }

// Guess is the package's Guess with another model.
func (m *Model) Guess(t Text) Suggestion {
	group, margin := m.best(t)
	s := Suggestion{Category: groups[group].category()}
	step := min(int(margin/LadderStep), LadderSteps-1)
	s.Confidence = int(m.Ladder[step])
	s.Sure = s.Confidence >= SureFrom
	if groups[group].group == Game {
		if game, ok := NamedGame(t); ok {
			s.Category = game
		}
	}
	return s
}

// best gives the class with the highest logit, the first of equals, and its distance from the second.
func (m *Model) best(t Text) (class int, margin int64) {
	var buf [512]Feature
	logits := m.Logits(Features(buf[:0], t))
	for c, v := range logits {
		if v > logits[class] {
			class = c
		}
	}
	second := int64(-1 << 62)
	for c, v := range logits {
		if c != class {
			second = max(second, v)
		}
	}
	return class, logits[class] - second
}

// NamedGame finds the one game that the title names, else the tags: the longest name, the first of equals.
func NamedGame(t Text) (Category, bool) {
	if c, ok := gameIn(t.Title); ok {
		return c, true
	}
	for i, tag := range t.Tags {
		if i == maxTagsRead {
			break
		}
		if c, ok := gameIn(tag); ok {
			return c, true
		}
	}
	return Category{}, false
}

func gameIn(s string) (Category, bool) {
	v := vocabulary()
	found, size := int32(-1), 0
	v.match.find(fold(nil, cut(s, maxTextRead)), func(pattern, from, to int) {
		for _, m := range v.marks[pattern] {
			if m.game >= 0 && to-from > size {
				found, size = m.game, to-from
			}
		}
	})
	if found < 0 {
		return Category{}, false
	}
	return tree().categories[found], true
}
