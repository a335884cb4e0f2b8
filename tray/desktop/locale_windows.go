package desktop

import "golang.org/x/sys/windows"

// Language is the person's: ko or en.
func Language() string {
	l, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil || len(l) == 0 {
		return "en"
	}
	return languageOf(l[0])
}
