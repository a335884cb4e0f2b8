package classify

// minRomanised is the least number of Latin letters that can be Korean in Latin spelling: two short words. With fewer,
// "oppa" alone would make every fan's title Korean.
const minRomanised = 8

// romanised reports Korean written in Latin letters: a polite verb ending, or two words that are unmistakably Korean,
// and no sentence of another language around them.
func romanised(title string) bool {
	score := 0
	scan := wordScan{s: title}
	for w := scan.next(); w != nil; w = scan.next() {
		switch {
		case len(w) < 4:
		case aboutKorean(string(w)):
			return false
		case koreanEnding(w):
			score += 2
		case koreanWord(string(w)):
			score++
		}
	}
	return score >= 2 && smallWords(title) <= score/2
}

// aboutKorean reports a word that nobody writes who speaks Korean: lessons and fans abroad.
func aboutKorean(w string) bool {
	switch w {
	case "korean", "koreano", "coreano", "korea", "korece", "koreanisch", "learn", "kpop", "kdrama":
		return true
	}
	return false
}

// koreanEnding reports a verb or greeting in a polite form that no other language has.
func koreanEnding(w []byte) bool {
	if len(w) < 6 {
		return false
	}
	switch w[len(w)-1] {
	case 'a':
		return ends(w, "nida") && (ends(w, "hamnida") || ends(w, "seumnida") || ends(w, "sumnida") || ends(w, "imnida")) || ends(w, "hapsida")
	case 'o':
		return ends(w, "yo") && (ends(w, "haseyo") || ends(w, "seoyo") || ends(w, "juseyo") || ends(w, "gaseyo") || ends(w, "oseyo") || ends(w, "haeyo"))
	}
	return false
}

func ends(w []byte, end string) bool { return len(w) > len(end) && string(w[len(w)-len(end):]) == end }

// koreanWord reports words of stream titles in their usual spellings. Words that fans abroad use by themselves
// (oppa, mukbang, hallyu) are left out.
func koreanWord(w string) bool {
	switch w {
	case "annyeong", "annyong", "oneul", "oneureun", "oneuldo", "bangsong", "baengsong", "saengbangsong", "sijak", "sijakhae",
		"jamkkan", "jamsi", "gachi", "hamkke", "dasi", "jinjja", "jincha", "wanjeon", "neomu", "geunyang", "hanguk", "hangug", "hangugeo",
		"uri", "urideul", "yeoreobun", "yeorobun", "chingu", "chingudeul", "gomawo", "mianhae", "jebal", "ppalli", "eonje", "eodi",
		"mwo", "mwohae", "nugu", "noraebang", "norae", "geim", "haja", "hagi", "boja", "meokja", "nolja", "gaja", "deureowa",
		"bap", "baegopa", "jalja", "jaljayo", "insa", "sotong", "jeochaet", "jeochat", "jabdam", "japdam", "solraeng", "baegeu",
		"bam", "saebyeok", "achim", "jeonyeok", "haru", "ilsang", "gongbu", "eommeo", "daebak", "heol", "keurigo", "geurigo", "hago", "sipda",
		"sipeo", "bogo", "bogosipda", "saranghae", "saranghaeyo", "manhi", "jogeum", "eopseo", "isseo", "hajima", "gwaenchana", "choego", "yaksok",
		"iyagi", "sarang", "kkum", "maeum", "neoui", "geudae", "hanbeon", "majimak", "cheoeum", "jikbang", "banjeon", "ssireum":
		return true
	}
	return false
}
