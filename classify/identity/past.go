package identity

import (
	"slices"
	"strings"
	"time"

	"onair/live"
)

// maxDays is how many days a proposal remembers.
const maxDays = 7

// weighDays adds the days that an earlier proposal saw the two begin together.
func (j *judgement) weighDays() {
	if j.past == nil {
		return
	}
	for _, e := range j.past.Evidence {
		if e.Kind != KindDays {
			continue
		}
		for _, d := range strings.Fields(e.Detail) {
			if _, err := time.Parse(time.DateOnly, d); err == nil && !slices.Contains(j.days, d) {
				j.days = append(j.days, d)
			}
		}
	}
	slices.Sort(j.days)
	j.days = j.days[max(0, len(j.days)-maxDays):]
	// The first day's evidence is worth what it was found to be when it is seen again, else as much as a further one.
	further := len(j.days)
	if j.has(KindTitle) || j.has(KindStart) {
		further--
	}
	j.bits += daily * weight(max(0, min(further, dailyMost)))
}

// sharedBefore reports that the two were once on air together under one title: then another evening apart is no news.
func (j *judgement) sharedBefore() bool {
	return j.past != nil && slices.ContainsFunc(j.past.Evidence, func(e live.Evidence) bool { return e.Kind == KindTitle || e.Kind == KindDays })
}

func (j *judgement) has(kind string) bool {
	return slices.ContainsFunc(j.why, func(e live.Evidence) bool { return e.Kind == kind })
}

// weighPast keeps what an earlier proposal settled, against what is merely not to be seen now.
func (j *judgement) weighPast() {
	if j.past == nil {
		return
	}
	for _, e := range j.past.Evidence {
		if e.Kind == KindParted && !j.claimed {
			j.parted = e.Detail // it takes a link to come back
		}
	}
}

// stand lets a confident pair go on although less speaks for it now, and parts it when something speaks against it.
func (j *judgement) stand() {
	if !j.stood() || j.confident {
		return
	}
	if j.fell == "" {
		j.fell = j.against // its name says so now
	}
	if j.fell != "" {
		j.parted, j.against = j.fell, ""
		return
	}
	j.confident, j.score = true, max(j.past.Score, leastConfident)
}

// stood reports a pair that was confident before.
func (j *judgement) stood() bool { return j.past != nil && j.past.Confident }

// seen reports evidence that is there now.
func (j *judgement) seen() bool { return len(j.why) > 0 }

// evidence is what is stored: what is seen now, what was seen of other kinds, the days, and what speaks against.
func (j *judgement) evidence() []live.Evidence {
	list := slices.Clone(j.why)
	if j.past != nil && j.confident {
		for _, e := range j.past.Evidence {
			if e.Kind != KindDays && e.Kind != KindAgainst && e.Kind != KindParted && !j.has(e.Kind) && len(list) < maxEvidence {
				list = append(list, e)
			}
		}
	}
	if len(j.days) > 0 {
		list = append(list, live.Evidence{Kind: KindDays, Detail: strings.Join(j.days, " ")})
	}
	if j.parted != "" {
		list = append(list, live.Evidence{Kind: KindParted, Detail: live.CleanText(j.parted, maxDetail)})
	}
	if j.against != "" {
		list = append(list, live.Evidence{Kind: KindAgainst, Detail: j.against})
	}
	return list
}

// maxEvidence bounds what an earlier proposal, which anybody with access to the table may have written, carries on.
const maxEvidence = 8
