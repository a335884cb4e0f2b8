package classify

import "onair/live"

// Decision is what a broadcast is about, and who says so.
type Decision struct {
	Category   Category // zero when nobody knows
	Reason     Reason   // ReasonDeclared, ReasonTitle, or ReasonUnknown
	Confidence int      // permille
	// Firm is false where a reader of the text could do better: nothing is known, or only the site's default is.
	Firm bool
}

// Coarse sites name a handful of subjects in which their uploaders file everything; two of these are where a video goes
// when nobody chose. A fifth of the labels were plainly wrong where people looked, most of them in these two.
const (
	coarse   = 800
	defaults = 600
)

// Decide joins what the platform names (c, "" and "" when nothing) with what the text t says. What a platform names
// exactly stands. Of a coarse one the text may find the game that is played, and it overrules what is filed where
// uploads go by default, when it is sure. Without any name the text says what it is sure of.
func Decide(c live.Category, t Text) Decision {
	named, ok := Resolve(t.Platform, c, "")
	exact := t.Platform != "youtube"
	if ok && named.Subject {
		return Decision{named, ReasonDeclared, confidence(exact), true}
	}
	if ok && named.Group == Game {
		if game, found := NamedGame(t); found {
			return Decision{game, ReasonTitle, fairlySure, true}
		}
	}
	if ok && (exact || named.Group != Talk && named.Group != Entertainment) {
		return Decision{named, ReasonDeclared, confidence(exact), true}
	}
	if s := Guess(t); s.Sure && (!ok || s.Category.Group != named.Group) {
		return Decision{s.Category, ReasonTitle, s.Confidence, true}
	} else if ok {
		return Decision{named, ReasonDeclared, max(defaults, min(s.Confidence, coarse)), s.Sure}
	}
	return Decision{Reason: ReasonUnknown}
}

func confidence(exact bool) int {
	if exact {
		return certain
	}
	return coarse
}
