package classify

// script counts a text's letters by writing system. Decomposed text (NFD, as macOS writes it) counts like composed
// text, so nothing has to be normalised first.
type script struct {
	hangul int // syllables
	jamo   int // single Korean letters: ㅋㅋ, ㄱㄱ
	face   int // those of them that faces all over the world are made of: ㅇㅅㅇ
	kana   int // in runs of two or more: a lone ツ or の decorates
	han    int
	latin  int
	viet   int // letters that only Vietnamese uses
	other  [scripts]int
}

// Writing systems that Korean titles do not use beyond a single sign.
const (
	thai = iota
	cyrillic
	arabic
	indic
	elsewhere
	scripts
)

// scriptCode is the language that a writing system suggests. Coarse: Cyrillic is not only Russian.
var scriptCode = [scripts]string{thai: "th", cyrillic: "ru", arabic: "ar", indic: "hi", elsewhere: Other}

// scan counts s. Invalid bytes count as nothing.
func scan(s string) script {
	var n script
	run := 0 // kana and Han since the last other letter
	runKana := 0
	var prev, last rune // last is r of the step before
	for _, r := range s {
		prev, last = last, r
		if r < 0x80 {
			if c := r | 0x20; c >= 'a' && c <= 'z' {
				n.latin++
			}
			if run > 0 {
				n.endRun(run, runKana)
				run, runKana = 0, 0
			}
			continue
		}
		if isKana(r) {
			run++
			runKana++
			continue
		}
		if isHan(r) {
			run++
			n.han++
			continue
		}
		if run > 0 && r != 0x30fc && r != 0x3099 && r != 0x309a {
			n.endRun(run, runKana)
			run, runKana = 0, 0
		}
		switch {
		case r >= 0xac00 && r <= 0xd7a3:
			n.hangul++
		case r >= 0x1161 && r <= 0x1175: // a decomposed syllable has exactly one of these
			n.hangul++
		case r >= 0x3200 && r <= 0x321e, r >= 0x3260 && r <= 0x327e: // in brackets and circles: ㈀ ㉠ ㉮
			n.jamo++
		case r >= 0xff21 && r <= 0xff3a, r >= 0xff41 && r <= 0xff5a, r >= 0x1d400 && r <= 0x1d6a5: // Ｆｕｌｌ 𝐛𝐨𝐥𝐝
			n.latin++
		case r >= 0x3131 && r <= 0x318e && r != 0x3164, r >= 0xffa1 && r <= 0xffdc:
			n.jamo++
			switch r {
			case 'ㅇ', 'ㅅ', 'ㅁ', 'ㅂ', 'ㅡ', 'ㅠ', 'ㅜ', 'ㅗ':
				n.face++
			}
		case r < 0x250:
			if r >= 0xc0 && r != 0xd7 && r != 0xf7 {
				n.latin++
				if r == 0x110 || r == 0x111 || r == 0x1a0 || r == 0x1a1 || r == 0x1af || r == 0x1b0 {
					n.viet++
				}
			}
		case r >= 0x1e00 && r <= 0x1eff:
			n.latin++
			if r >= 0x1ea0 && r <= 0x1ef9 {
				n.viet++
			}
		case r == 0x309 || r == 0x323 || r == 0x31b: // hook above, dot below, horn: Vietnamese, decomposed
			n.viet++
		case r == 0x300 || r == 0x301 || r == 0x303: // a tone above a hat, breve or horn is Vietnamese too
			if prev == 0x302 || prev == 0x306 || prev == 0xea || prev == 0xe2 || prev == 0xf4 || prev == 0x103 || prev == 0x1a1 || prev == 0x1b0 {
				n.viet++
			}
		case r >= 0xe00 && r <= 0xe7f:
			n.other[thai]++
		case r >= 0x400 && r <= 0x52f:
			n.other[cyrillic]++
		case r >= 0x600 && r <= 0x77f:
			n.other[arabic]++
		case r >= 0x900 && r <= 0xdff:
			n.other[indic]++
		case r >= 0x370 && r <= 0x3ff && r != 0x3c9 && r != 0x3b5 && r != 0x3c3 && r != 0x394, // Greek, less the faces' ω ε σ Δ
			r >= 0x530 && r <= 0x5ff, r >= 0xe80 && r <= 0x10ff, r >= 0x1780 && r <= 0x17ff:
			n.other[elsewhere]++
		}
	}
	if run > 0 {
		n.endRun(run, runKana)
	}
	return n
}

// endRun counts the kana of a run that has ended. One letter by itself is a face's eye or mouth, or a の between
// Korean words.
func (n *script) endRun(run, kana int) {
	if run > 1 {
		n.kana += kana
	}
}

func isKana(r rune) bool {
	return r >= 0x3041 && r <= 0x3096 || r >= 0x30a1 && r <= 0x30fa || r >= 0xff66 && r <= 0xff9d
}

func isHan(r rune) bool {
	return r >= 0x4e00 && r <= 0x9fff || r >= 0x3400 && r <= 0x4dbf || r >= 0xf900 && r <= 0xfaff
}

// foreign is how many letters belong to a language that is not Korean by their writing alone, and which language.
func (n *script) foreign() (letters int, code string) {
	for i, k := range n.other {
		if k > letters {
			letters, code = k, scriptCode[i]
		}
	}
	if k := n.kana + n.han; n.kana > 0 && k > letters {
		letters, code = k, "ja"
	}
	if n.viet >= 2 && n.latin > letters {
		letters, code = n.latin, "vi"
	}
	// Korean headlines use single Han signs (美, 北) and short quotations; more than the Hangul around them is Chinese.
	if n.kana == 0 && n.han >= 2 && n.han > n.hangul && n.han > letters {
		letters, code = n.han, "zh"
	}
	return letters, code
}

// letters is how many there are of any kind.
func (n *script) letters() int {
	sum := n.hangul + n.jamo + n.kana + n.han + n.latin
	for _, k := range n.other {
		sum += k
	}
	return sum
}
