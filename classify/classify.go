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
// For each broadcast of State, once for each ChangedSeq (keep the answer beside the broadcast, drop it when
// ChangedSeq, the channel's Memory or a fact about the channel moves):
//
//	lang := classify.Language(classify.LangInput{
//		Platform: b.ID.Platform, Title: b.Title, Channel: b.ChannelName, Declared: b.Lang,
//		Country: facts.Country(channel), Stance: facts.Stance(channel), Memory: facts.Memory(channel),
//	})
//	cat, known := classify.Resolve(b.ID.Platform, b.Category, "")
//	if !known || b.ID.Platform == "youtube" { // YouTube's own id is coarse and often wrong: the text may know the game
//		guess := classify.Guess(classify.Text{Platform: b.ID.Platform, Title: b.Title, Channel: b.ChannelName, Tags: b.Tags})
//		...
//	}
//	official := b.Official || classify.Official(b.ID.Platform, b.ChannelName, b.Title).Any()
//
// facts.Memory counts the titles that the channel's other broadcasts carried (Memory.Add once for each new title).
// Language and Official take about a microsecond and no memory, so they need no cache; Guess takes some ten and does.
package classify
