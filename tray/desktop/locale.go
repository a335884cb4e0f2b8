package desktop

import "strings"

// languageOf reads the language of a POSIX locale ("ko_KR.UTF-8") or of a tag ("ko-KR"): ko, else en.
func languageOf(locale string) string {
	l := strings.ToLower(locale)
	if l == "ko" || strings.HasPrefix(l, "ko_") || strings.HasPrefix(l, "ko-") || strings.HasPrefix(l, "ko.") {
		return "ko"
	}
	return "en"
}

// fromEnvironment finds the language of messages as gettext does: LANGUAGE is a list, and counts only where a locale is
// set at all.
func fromEnvironment(get func(string) string) (string, bool) {
	locale := ""
	for _, v := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale = get(v); locale != "" {
			break
		}
	}
	if locale == "" || locale == "C" || locale == "POSIX" || strings.HasPrefix(locale, "C.") {
		return "en", locale != ""
	}
	for _, l := range strings.Split(get("LANGUAGE"), ":") {
		if l != "" {
			return languageOf(l), true
		}
	}
	return languageOf(locale), true
}
