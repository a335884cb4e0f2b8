package main

import (
	"cmp"
	"slices"
	"strings"

	"onair/classify/identity"
	"onair/live"
)

// creatorsScore compares proposals with who owns what. Pairs are of channels on two platforms.
type creatorsScore struct {
	Name          string                `json:"name"`
	Channels      int                   `json:"channels"`
	Pairs         int                   `json:"pairs"` // of one person, both seen
	Proposed      int                   `json:"proposed"`
	Confident     int                   `json:"confident"`
	Right         int                   `json:"right"`
	Precision     float64               `json:"precision"` // of confident pairs
	Recall        float64               `json:"recall"`    // of all true pairs
	Evident       int                   `json:"evident"`   // true pairs that something can show
	RecallEvident float64               `json:"recall_evident"`
	Kinds         map[string]kindScore  `json:"kinds"`     // evidence kinds of confident pairs
	Available     map[string]foundScore `json:"available"` // true pairs by what can show them
	RoundMs       float64               `json:"round_ms"`  // longest look at all channels
	Wrong         []namedPair           `json:"wrong,omitempty"`
	Missed        []namedPair           `json:"missed,omitempty"` // true, with evidence, not confident
	foundEvident  int
}

type kindScore struct {
	Right int `json:"right"`
	Wrong int `json:"wrong"`
}

type foundScore struct {
	Pairs int `json:"pairs"`
	Found int `json:"found"`
}

// namedPair is a pair for people.
type namedPair struct {
	Channels [2]string       `json:"channels"`
	Names    [2]string       `json:"names"`
	Score    int             `json:"score"`
	Evidence []live.Evidence `json:"evidence,omitempty"`
}

// scoreCreators judges proposals about channels. owner gives whose a channel is; available names what can show that a
// true pair is one. Only here does anybody ask whose a channel is.
func scoreCreators(name string, channels []identity.Channel, proposals []live.Proposal, owner func(live.ChannelID) string, available func(a, b *identity.Channel) []string) *creatorsScore {
	s := &creatorsScore{Name: name, Channels: len(channels), Proposed: len(proposals), Kinds: map[string]kindScore{}, Available: map[string]foundScore{}}
	byID := map[live.ChannelID]*identity.Channel{}
	owned := map[string][]*identity.Channel{}
	for i := range channels {
		c := &channels[i]
		byID[c.ID] = c
		owned[owner(c.ID)] = append(owned[owner(c.ID)], c)
	}
	said := map[truePair]*live.Proposal{}
	for i := range proposals {
		p := &proposals[i]
		pair := truePair(p.Channels)
		said[pair] = p
		if !p.Confident {
			continue
		}
		s.Confident++
		right := owner(pair[0]) == owner(pair[1])
		if right {
			s.Right++
		} else {
			s.Wrong = append(s.Wrong, named(byID[pair[0]], byID[pair[1]], p))
		}
		for _, e := range p.Evidence {
			k := s.Kinds[e.Kind]
			if right {
				k.Right++
			} else {
				k.Wrong++
			}
			s.Kinds[e.Kind] = k
		}
	}
	for _, list := range owned {
		for i, a := range list {
			for _, b := range list[i+1:] {
				if a.ID.Platform != b.ID.Platform {
					s.truth(a, b, said[pairOfChannels(a.ID, b.ID)], available(a, b))
				}
			}
		}
	}
	slices.SortFunc(s.Missed, func(a, b namedPair) int {
		return cmp.Compare(strings.Join(a.Channels[:], " "), strings.Join(b.Channels[:], " "))
	})
	s.finish()
	return s
}

// truth counts a true pair.
func (s *creatorsScore) truth(a, b *identity.Channel, p *live.Proposal, by []string) {
	s.Pairs++
	found := p != nil && p.Confident
	for _, kind := range by {
		k := s.Available[kind]
		k.Pairs++
		if found {
			k.Found++
		}
		s.Available[kind] = k
	}
	if len(by) == 0 {
		return
	}
	if s.Evident++; found {
		s.foundEvident++
	} else {
		s.Missed = append(s.Missed, named(a, b, p))
	}
}

func (s *creatorsScore) finish() {
	s.Precision = share(s.Right, s.Confident)
	s.Recall = share(s.Right, s.Pairs)
	s.RecallEvident = share(s.foundEvident, s.Evident)
}

func named(a, b *identity.Channel, p *live.Proposal) namedPair {
	if b.ID.String() < a.ID.String() {
		a, b = b, a
	}
	n := namedPair{Channels: [2]string{a.ID.String(), b.ID.String()}, Names: [2]string{a.Name, b.Name}}
	if p != nil {
		n.Score, n.Evidence = p.Score, p.Evidence
	}
	return n
}

// sumCreators adds up scores.
func sumCreators(list []*creatorsScore) *creatorsScore {
	sum := &creatorsScore{Name: "all", Kinds: map[string]kindScore{}, Available: map[string]foundScore{}}
	for _, s := range list {
		sum.Channels += s.Channels
		sum.Pairs += s.Pairs
		sum.Proposed += s.Proposed
		sum.Confident += s.Confident
		sum.Right += s.Right
		sum.Evident += s.Evident
		sum.foundEvident += s.foundEvident
		sum.Wrong = append(sum.Wrong, s.Wrong...)
		sum.Missed = append(sum.Missed, s.Missed...)
		sum.RoundMs = max(sum.RoundMs, s.RoundMs)
		for k, v := range s.Kinds {
			sum.Kinds[k] = kindScore{sum.Kinds[k].Right + v.Right, sum.Kinds[k].Wrong + v.Wrong}
		}
		for k, v := range s.Available {
			sum.Available[k] = foundScore{sum.Available[k].Pairs + v.Pairs, sum.Available[k].Found + v.Found}
		}
	}
	sum.finish()
	return sum
}
