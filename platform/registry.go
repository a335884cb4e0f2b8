package platform

import (
	"fmt"
	"strings"

	"onair/live"
)

// Entry is one platform that onair knows.
type Entry struct {
	Name     live.Platform
	Title    string // for help texts
	Settings []Setting
	New      func(Config) (Source, error)
}

// Setting is one field of Config that a platform reads, for help texts, checks and Ready.
type Setting struct {
	Name    string // "endpoints.api", "options.language", "client_id", "client_secret", "key"
	Default string
	Needed  bool // nothing can be fetched without it
	Help    string
}

// Registry is every platform, in the order in which help texts name them.
func Registry() []Entry {
	return []Entry{
		{Name: "chzzk", Title: "Chzzk (치지직)", Settings: chzzkSettings(), New: newChzzk},
		{Name: "soop", Title: "SOOP (formerly AfreecaTV)", Settings: soopSettings(), New: newSoop},
		{Name: "twitch", Title: "Twitch (트위치)", Settings: twitchSettings(), New: newTwitch},
		{Name: "youtube", Title: "YouTube (유튜브)", Settings: youtubeSettings(), New: newYouTube},
	}
}

// Names is every platform's name in Registry's order.
func Names() []live.Platform {
	var names []live.Platform
	for _, e := range Registry() {
		names = append(names, e.Name)
	}
	return names
}

// New makes the Source of one platform. Errors name the setting at fault; a missing credential is not one of them
// (see Source.Ready).
func New(name live.Platform, c Config) (Source, error) {
	for _, e := range Registry() {
		if e.Name == name {
			return e.New(c)
		}
	}
	return nil, fmt.Errorf("platform %.40q is none of %s", name, list(Names()))
}

// list writes names for an error message.
func list[S ~string](names []S) string {
	s := make([]string, len(names))
	for i, n := range names {
		s[i] = string(n)
	}
	return strings.Join(s, ", ")
}
