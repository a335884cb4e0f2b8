package aggregator

import (
	"cmp"
	"slices"
	"strings"

	"onair/live"
)

// maxRanks is how many broadcasts a Ranking names: what viewership sites show is decided far above it, and each row is
// one of a table's for every minute.
const maxRanks = 500

// Ranking is the list as a log-time minute ended, by what was observed alone: before creators, labels and blocks.
// There is exactly one for each minute of a log in which a message came and something was live, whoever folds it and
// however often it restarts; none for minutes that a jump of log time skipped, nor for the last before a long one.
type Ranking struct {
	Minute int64     // minutes since 1970 of the minute that ended
	Seq    uint64    // message that ended it; what is ranked was said before it
	Rows   []RankRow // at most 500, most viewers first, hidden counts last, then by id
}

// RankRow is one broadcast of a Ranking.
type RankRow struct {
	ID      live.BroadcastID
	Channel string
	Viewers live.Viewers
}

// ranking takes the first rows of what is live. It runs each minute over everything, so it sorts only what might be
// among them: with the rows of the moment known, nearly every broadcast is turned away by one comparison.
func (s *State) ranking() []RankRow {
	top := s.ranked[:0]
	full := false
	for _, f := range s.platforms {
		for _, b := range f.order {
			if !b.Live() || full && byRank(b, top[maxRanks-1]) > 0 {
				continue
			}
			if top = append(top, b); len(top) == 2*maxRanks {
				slices.SortFunc(top, byRank)
				top, full = top[:maxRanks], true
			}
		}
	}
	slices.SortFunc(top, byRank)
	s.ranked = top
	rows := make([]RankRow, min(len(top), maxRanks))
	for i := range rows {
		rows[i] = RankRow{top[i].ID, top[i].Channel, top[i].Viewers}
	}
	clear(top[:cap(top)]) // what is forgotten must not be held here
	return rows
}

func byRank(a, b *broadcast) int {
	return cmp.Or(cmp.Compare(b.Viewers, a.Viewers), strings.Compare(string(a.ID.Platform), string(b.ID.Platform)), strings.Compare(a.ID.ID, b.ID.ID))
}
