package classify

// knownKorean reports a channel on the list of Korean labels, groups and broadcasters that write their names, and
// often their titles, in Latin letters only: no rule on letters can know them, and where no country is known nothing
// else does.
func knownKorean(channel string) bool {
	var buf [maxLabel]byte
	key, ok := latinKey(buf[:0], channel)
	if !ok {
		return false
	}
	if _, ok := koreanLabels[string(key)]; ok {
		return true
	}
	if rest := string(key); len(rest) > len("official")+2 && rest[:len("official")] == "official" {
		if _, ok := koreanLabels[rest[len("official"):]]; ok {
			return true
		}
	}
	for _, suffix := range [...]string{"vevo", "topic", "official", "officialyoutubechannel", "officialchannel", "youtube", "tv"} {
		if n := len(key) - len(suffix); n >= 3 && string(key[n:]) == suffix {
			if _, ok := koreanLabels[string(key[:n])]; ok {
				return true
			}
		}
	}
	return false
}

// maxLabel bounds the names that are looked up; longer ones are not on the list.
const maxLabel = 64

// latinKey appends s's ASCII letters and digits in lower case, wide and mathematical ones as plain ones. It reports
// false when s has other letters or is too long.
func latinKey(buf []byte, s string) ([]byte, bool) {
	for _, r := range s {
		if r >= 0x80 {
			plain := plainLetter(r)
			switch {
			case plain != 0:
				r = plain
			case r >= 0xc0 && r < 0x2000, r >= 0x3041 && r < 0xe000: // letters; between them are quotation marks and signs
				return nil, false
			}
		}
		switch {
		case r >= 'A' && r <= 'Z':
			r |= 0x20
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
		default:
			continue
		}
		if len(buf) == cap(buf) {
			return nil, false
		}
		buf = append(buf, byte(r))
	}
	return buf, len(buf) > 0
}

// plainLetter gives the letter that a full-width or mathematical one stands for, or 0.
func plainLetter(r rune) rune {
	switch {
	case r >= 0xff01 && r <= 0xff5e:
		return r - 0xfee0
	case r >= 0x1d400 && r <= 0x1d6a3: // thirteen alphabets, capitals first
		if n := (r - 0x1d400) % 52; n < 26 {
			return 'a' + n
		} else {
			return 'a' + n - 26
		}
	}
	return 0
}

// koreanLabels is keyed by latinKey. Names that are common words in other languages ("Rain", "WINNER") stand only in
// the longer form that their official channel uses.
var koreanLabels = set(
	// labels and agencies
	"jypentertainment", "smtown", "smentertainment", "ygentertainment", "hybelabels", "bighitlabels", "bighitmusic",
	"ibighit", "bighitentertainment", "starshiptv", "starshipentertainment", "unitedcube", "unitedcubecubeentertainmentofficialyoutubechannel",
	"cubeentertainment", "fncent", "fncentertainment", "pledisentertainment", "pledisent", "wmentertainment", "topmedia", "brandnewmusic",
	"aomgofficial", "aomg", "h1ghrmusic", "rbwofficial", "woolliment", "woollimentertainment", "jellyfishentertainment", "mldentertainment",
	"mysticstory", "antennamusic", "amoebaculture", "kqentertainment", "istentertainment", "playment", "theblacklabel", "sourcemusic",
	"beliftlab", "kozentertainment", "dspmedia", "dspent", "edament", "edamentertainment", "bigplanetmade", "wakeone", "attrakt",
	"modhaus", "blockberrycreative", "yuehuakorea", "swingentertainment", "highupentertainment", "c9entertainment", "highlineentertainment",
	"danalentertainment", "stonemusicentertainment", "cjenmmusic", "cjenmmusicofficial", "geniemusic", "1thek", "1thekoriginals",
	"loentertainment", "kakaoentertainment", "dreamusofficial", "npop", "sonymusickorea", "warnermusickorea", "universalmusickorea",
	"dingomusic", "dingofreestyle", "feelghoodmusic", "illionairerecords", "justmusicentertainment", "hilitrecords", "mnh",
	"mnhentertainment", "esteementertainment", "pnation", "officialpsy", "abysscompany", "jyj", "cjes",
	// broadcasters and studios
	"mnet", "mnetkpop", "mnettv", "m2", "studiochoom", "kbsworld", "kbsworldtv", "kbskpop", "kbsnews", "kbsdrama", "kbsentertain",
	"mbcentertainment", "mbckpop", "mbcnews", "mbcdrama", "mbclife", "sbsnews", "sbsnow", "sbskpop", "sbsdrama", "sbsrunningman",
	"jtbcentertainment", "jtbcdrama", "jtbcnews", "jtbcvoyage", "jtbcmusic", "tvn", "tvndrama", "tvnd", "tvnent", "tvndent", "ytn", "ytnnews",
	"yonhapnewstv", "channela", "channelanews", "tvchosun", "mbn", "mbnnews", "ebskids", "studiolululala", "dallastudio",
	"spotv", "spotvnews", "spotvnow", "mbcsports", "kbsnsports", "sbssports", "sbsgolf", "thekpop", "allthekpop", "kbsn",
	"afreecatv", "afreecatvesports", "soopesports", "chzzk", "lckkorea", "lckcl", "t1", "gengesports", "drxglobal",
	"hanwhalifeesports", "dwgkia", "dpluskia", "ktrolster", "nongshimredforce", "liivsandbox", "kwangdongfreecs", "sandboxnetwork",
	"1milliondancestudio", "jflamusic", "jfla", "sunghajung",
	// groups and singers
	"bts", "bangtantv", "blackpink", "twice", "itzy", "superm", "exo", "weareoneexo", "nct", "nct127", "nctdream", "nctu", "nctdaily", "channelnct",
	"wayv", "aespa", "redvelvet", "shinee", "superjunior", "girlsgeneration", "snsd", "tvxq", "riize", "nctwish", "hearts2hearts",
	"starshipive", "lesserafim", "newjeans", "njz", "enhypen", "tomorrowxtogether", "txtbighit", "seventeen", "pledis17", "tws",
	"boynextdoor", "illit", "katseye", "straykids", "got7", "day6", "nmixx", "xdinaryheroes", "2pm", "wondergirls", "missa",
	"monstax", "wonho", "cravity", "kiiikiii", "wjsn", "kissoflife", "kiof", "ateez", "xikers", "theboyz", "bigbang", "officialbigbang", "ikon", "officialikon",
	"2ne1", "babymonster", "officialtreasure", "akmu", "officialakmu", "gdragon", "mamamoo", "oneus", "onewe", "purplekiss", "gidle",
	"btob", "lightsum", "everglow", "loonatheworld", "artms", "triples", "triplescosmos", "izone", "officializone", "fromis9", "fromis9official",
	"gfriend", "viviz", "ohmygirl", "b1a4", "apink", "aoa", "exid", "momoland", "officialastro", "victon", "ab6ix",
	"goldenchild", "lovelyz", "rocketpunch", "drippin", "sf9", "nflying", "cnblue", "ftisland", "cherrybullet", "p1harmony",
	"dreamcatcher", "clc", "wekimeki", "laboum", "stayc", "kep1er", "zerobaseone", "zb1", "evnne", "8turn", "billlie", "weeekly",
	"alldayproject", "plave", "isegyeidol", "qwer", "jannabi", "hyukoh", "thornapple", "daybreakmusic", "epikhigh", "zico", "ph1",
	"jaypark", "heize", "iu", "iuofficial", "dlwlrma", "taeyeon", "hyolyn", "sunmi", "miyaofficial", "chungha", "hwasa", "hyuna", "leehi",
	"zionttt", "ziont", "deantrbl", "colde", "paulkim", "davichi", "jypark", "mcnd", "wannaone",
	"nuest", "ioi", "showmethemoney",
)

// set makes a lookup table.
func set(keys ...string) map[string]struct{} {
	m := make(map[string]struct{}, len(keys))
	for _, k := range keys {
		m[k] = struct{}{}
	}
	return m
}
