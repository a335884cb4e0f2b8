// Package classify says what a broadcast is by rules and a small model: Korean or not (Language), which category of
// one small tree (Resolve for what platforms name, Guess for what only its text says), and whether the channel is a
// league's, a broadcaster's or a relay (Official).
//
// In go the words that a platform gave (title, channel name, tags, declared language, category) and facts that the
// caller holds (what an operator said, the channel's country, its other titles). Out come small values with a reason
// and a confidence. The caller is whoever builds a snapshot, or the fold: every function is pure, uses integers only
// and gives the same answer on every machine. Nothing here reads a clock, a file, a network or the environment; tables
// and weights are part of the program. What an LLM would add is not here.
//
// # How a snapshot calls it
//
// For each broadcast of State (view keeps the answers beside the broadcasts and asks again when an input moves):
//
//	memory := channel.Memory
//	memory.Remove(b.Title) // or the title would vouch for itself
//	lang := classify.Language(classify.LangInput{
//		Platform: b.ID.Platform, Title: b.Title, Channel: b.ChannelName, Declared: b.Lang, Country: channel.Info.Country, Memory: memory,
//	})
//	about := classify.Decide(b.Category, classify.Text{
//		Platform: b.ID.Platform, Title: b.Title, Channel: b.ChannelName, Tags: b.Tags, Description: channel.Info.Description,
//	})
//	official := b.Official || classify.Official(b.ID.Platform, b.ChannelName, b.Title).Any()
//
// What an operator said of the channel comes before all of it (LangInput.Stance), what a language model said after it:
// where Language is not sure, and where Decide is not Firm. Language and Official take about a microsecond and no
// memory, Guess some ten.
package classify
