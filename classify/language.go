package classify

import "onair/live"

// LangInput is everything that Language may know. All but Title and Channel may be empty.
type LangInput struct {
	Platform live.Platform
	Title    string
	Channel  string // the channel's name
	Declared string // lower-case primary subtag as the platform says it; "" and "other" say nothing
	Country  string // the channel's, ISO 3166-1 alpha-2 in capitals; "" when unknown
	Memory   Memory // of the channel's other titles
	Stance   Stance // what the operator said of the channel
}

// Stance is an operator's word on a channel: it ends every argument.
type Stance int8

const (
	StanceNone  Stance = 0
	StanceAllow Stance = 1  // Korean, whatever it looks like
	StanceDeny  Stance = -1 // not Korean
)

// Other stands for "not Korean, and not known what".
const Other = "other"

// Verdict is a language and how it is known.
type Verdict struct {
	// Code is "ko", another lower-case primary subtag when that is known (from the platform, or coarsely from the
	// writing system), Other, or "" when nothing speaks for anything.
	Code       string
	Reason     Reason
	Confidence int // permille; 0 with Code ""
}

// Korean reports whether the broadcast belongs in a Korean list.
func (v Verdict) Korean() bool { return v.Code == "ko" }

// Reason says what decided.
type Reason string

const (
	ReasonOperator  Reason = "operator"  // somebody with the right to said so
	ReasonDeclared  Reason = "declared"  // the platform or the streamer says so
	ReasonTitle     Reason = "title"     // the title's letters
	ReasonName      Reason = "name"      // the channel name's letters
	ReasonMemory    Reason = "memory"    // the channel's other titles
	ReasonCountry   Reason = "country"   // where the channel says it is
	ReasonPlatform  Reason = "platform"  // the site is Korean and nothing speaks against it
	ReasonLabel     Reason = "label"     // on the list of Korean labels, groups and broadcasters with Latin names
	ReasonKeyboard  Reason = "keyboard"  // Korean typed on a Latin layout
	ReasonRomanised Reason = "romanised" // Korean in Latin spelling
	ReasonUnknown   Reason = "unknown"
)

// Confidence in permille: the share of such verdicts that were right where it could be measured, rounded down to a
// plain number; where too few were seen, a guess below 900.
const (
	certain    = 1000
	verySure   = 990
	sure       = 950
	fairlySure = 850
	likely     = 700
	leaning    = 600
)

// homeKorean are the sites whose streams are Korean unless something says otherwise.
func homeKorean(p live.Platform) bool { return p == "chzzk" || p == "soop" || p == "cime" }

// Language decides whether a broadcast is Korean. In this order: the operator; the declared language, unless the
// text plainly contradicts it; the text, where title and name agree or one of them is beyond doubt; then the facts
// about the channel, which decide whatever text cannot: its other titles, its country, its site, the list of labels.
func Language(in LangInput) Verdict {
	switch in.Stance {
	case StanceAllow:
		return Verdict{"ko", ReasonOperator, certain}
	case StanceDeny:
		return Verdict{Other, ReasonOperator, certain}
	}
	t, n := scan(in.Title), scan(in.Channel)
	k := kind(in.Title, &t)
	byName := koreanName(&n)
	switch {
	case in.Declared == "ko":
		return declaredKorean(&in, &t, &n, k)
	case in.Declared != "" && in.Declared != Other && in.Declared != "und" && in.Declared != "zxx" && in.Declared != "mul":
		return declaredForeign(&in, &t, k, byName)
	}
	switch k {
	case TitleKorean:
		return koreanTitle(&in, &t, &n, byName)
	case TitleForeign:
		return foreignTitle(&in, &t, &n, byName)
	}
	return quietTitle(&in, &t, &n, k, byName)
}

// declaredKorean doubts a declaration of Korean only when nothing Korean is to be seen and another writing system is:
// it is the default setting on Korean sites, and some on Twitch choose it by mistake.
func declaredKorean(in *LangInput, t, n *script, k TitleKind) Verdict {
	if letters, code := t.foreign(); k == TitleForeign && letters >= 4 && t.hangul == 0 && n.hangul == 0 && !in.Memory.korean() && in.Country != "KR" {
		return Verdict{code, ReasonTitle, likely}
	}
	return Verdict{"ko", ReasonDeclared, verySure}
}

// declaredForeign doubts a declaration of another language only when title and name are both Korean and mostly so:
// software and phones bought abroad declare English for their owners.
func declaredForeign(in *LangInput, t *script, k TitleKind, byName bool) Verdict {
	if letters, _ := t.foreign(); k == TitleKorean && byName && letters == 0 && t.hangul >= 6 && 4*t.hangul >= t.latin {
		return Verdict{"ko", ReasonTitle, likely}
	}
	if k == TitleKorean && in.Memory.Korean >= 3 && in.Memory.korean() && 2*t.hangul >= t.latin {
		return Verdict{"ko", ReasonMemory, likely}
	}
	return Verdict{in.Declared, ReasonDeclared, sure}
}

func koreanTitle(in *LangInput, t, n *script, byName bool) Verdict {
	few := t.hangul < 3 || 3*t.hangul < t.latin // Latin letters carry the sentence
	tag := few || t.hangul < t.latin && !beginsKorean(in.Title)
	switch {
	case byName:
		return Verdict{"ko", ReasonTitle, verySure}
	case in.Memory.korean():
		return Verdict{"ko", ReasonTitle, verySure}
	case t.kana > 0 && n.kana > 0 && n.hangul == 0:
		return Verdict{"ja", ReasonName, fairlySure} // half of the title is for Korean guests, or taught
	case tag && abroad(in.Country):
		return Verdict{Other, ReasonCountry, fairlySure}
	case few && in.Memory.foreign():
		return Verdict{Other, ReasonMemory, fairlySure}
	case few:
		return Verdict{"ko", ReasonTitle, sure}
	}
	return Verdict{"ko", ReasonTitle, verySure}
}

func foreignTitle(in *LangInput, t, n *script, byName bool) Verdict {
	letters, code := t.foreign()
	if code == "zh" && n.kana > 0 {
		code = "ja" // headings without kana are usual
	}
	switch {
	case in.Memory.foreign():
		return Verdict{code, ReasonMemory, sure}
	case in.Memory.korean() && in.Memory.Korean >= 2:
		return Verdict{"ko", ReasonMemory, fairlySure}
	case abroad(in.Country):
		return Verdict{code, ReasonCountry, sure}
	case byName:
		return Verdict{"ko", ReasonName, likely}
	case in.Country == "KR", homeKorean(in.Platform) && letters < 4:
		return Verdict{"ko", ReasonCountry, likely}
	}
	return Verdict{code, ReasonTitle, sure}
}

// quietTitle is for titles without Korean sentences and without another writing system: what is known of the channel
// decides.
func quietTitle(in *LangInput, t, n *script, k TitleKind, byName bool) Verdict {
	letters, code := n.foreign()
	switch {
	case byName && !(k == TitleOrnate && abroad(in.Country)):
		return Verdict{"ko", ReasonName, verySure}
	case in.Memory.korean():
		return Verdict{"ko", ReasonMemory, sure}
	case in.Country == "KR":
		return Verdict{"ko", ReasonCountry, sure}
	case in.Memory.foreign():
		return Verdict{Other, ReasonMemory, sure}
	case abroad(in.Country):
		return Verdict{Other, ReasonCountry, verySure}
	case homeKorean(in.Platform):
		return Verdict{"ko", ReasonPlatform, fairlySure}
	case letters >= 2 && letters > n.hangul:
		return Verdict{code, ReasonName, fairlySure}
	case knownKorean(in.Channel):
		return Verdict{"ko", ReasonLabel, sure}
	case k == TitleSilent && t.latin >= minKeyboard && wrongLayout(in.Title):
		return Verdict{"ko", ReasonKeyboard, fairlySure}
	case k == TitleSilent && t.latin >= minRomanised && (romanised(in.Title) || spelledKorean(in.Title)):
		return Verdict{"ko", ReasonRomanised, likely}
	case t.latin == 0:
		return Verdict{Reason: ReasonUnknown}
	case k == TitleOrnate:
		return Verdict{Other, ReasonTitle, likely}
	}
	return Verdict{Other, ReasonTitle, verySure}
}

// abroad reports a country that is known and is not Korea.
func abroad(country string) bool { return country != "" && country != "KR" }

// koreanName reports a name with Hangul that no kana or other writing outweighs. Koreans abroad put both.
func koreanName(n *script) bool {
	letters, _ := n.foreign()
	return n.hangul+n.jamo > 0 && letters < n.hangul
}

// kind judges a title whose letters are counted.
func kind(title string, n *script) TitleKind {
	letters, _ := n.foreign()
	switch {
	case n.hangul == 0 && (n.jamo == 0 || n.jamo == n.face && letters+n.latin > 0):
		if letters >= 2 {
			return TitleForeign
		}
		return TitleSilent
	case letters > 0 && letters > n.hangul:
		return TitleForeign
	case 3*(n.hangul+n.jamo) < n.latin && !beginsKorean(title) && foreignSentence(title) && !release(title):
		return TitleOrnate
	}
	return TitleKorean
}

// beginsKorean reports whether the first letter is Hangul: who writes another language does not begin there.
func beginsKorean(title string) bool {
	for _, r := range title {
		switch {
		case r >= syllables && r <= lastSyllable, r >= firstInitial && r <= 0x11ff:
			return true
		case r < 0x80 && (r|0x20 < 'a' || r|0x20 > 'z'), r >= 0x2000 && r <= 0x303f:
		default:
			return false
		}
	}
	return false
}
