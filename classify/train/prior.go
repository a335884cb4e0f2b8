package main

import "onair/classify"

// speaksFor says which group each theme of lexicon.tsv speaks for, as anybody would expect. A theme that is not here speaks for
// several, or for none.
//
// The rows are few and a fifth of them are filed under something else than what they show (label companies file music videos
// under entertainment): without this a handful of channels would decide what a theme is worth.
var speaksFor = map[string]classify.Group{
	"politics": classify.News, "newsword": classify.News, "disaster": classify.News, "who-news": classify.News,
	"economy": classify.Education, "tech": classify.Education, "study": classify.Education, "who-education": classify.Education,
	"football": classify.Sports, "baseball": classify.Sports, "sportsword": classify.Sports, "fitness": classify.Sports, "who-sports": classify.Sports,
	"musicword": classify.Music, "kpop": classify.Music, "trot": classify.Music, "who-music": classify.Music,
	"drama": classify.Entertainment, "variety": classify.Entertainment, "film": classify.Entertainment, "prank": classify.Entertainment,
	"story": classify.Entertainment, "kids": classify.Entertainment, "who-entertainment": classify.Entertainment,
	"vlog": classify.Talk, "food": classify.Talk, "relationship": classify.Talk, "talkword": classify.Talk, "asmrword": classify.Talk, "who-talk": classify.Talk,
	"beauty": classify.Lifestyle, "who-lifestyle": classify.Lifestyle, "artword": classify.Art,
	"pets": classify.Rest, "cars": classify.Rest, "travel": classify.Rest, "who-animals": classify.Rest, "who-cars": classify.Rest, "who-travel": classify.Rest,
	"gameword": classify.Game, "gamename": classify.Game, "who-game": classify.Game,
}

// priors are the weights, by place in weights.w, that themes have before anything is learnt; those not in it are 0.
func priors(strength, known float64) map[int]float32 {
	class, byID := map[classify.Group]int{}, map[string]int{}
	for i, g := range classify.Groups() {
		class[g.Group], byID[g.ID] = i, i
	}
	out := map[int]float32{}
	for theme, group := range speaksFor {
		for _, h := range classify.ThemeHashes(theme) {
			out[int(h)*classify.Classes+class[group]] = float32(strength)
		}
	}
	for id, c := range byID {
		out[int(classify.KnownHash(id))*classify.Classes+c] = float32(known)
	}
	return out
}
