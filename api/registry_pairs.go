package api

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"onair/live"
)

func index(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }

type apartRow struct {
	Key string `json:"key"`
	Rev uint64 `json:"rev"`
	live.Apart
}

func (g *Registry) listApart(w http.ResponseWriter, r *http.Request) error {
	list, err := allOf[live.Apart](r.Context(), g, tableFacts, "apart")
	if err != nil {
		return err
	}
	rows := make([]apartRow, len(list))
	for i, h := range list {
		rows[i] = apartRow{h.key, h.rev, h.v}
	}
	return sendJSON(w, http.StatusOK, 0, struct {
		Apart []apartRow `json:"apart"`
	}{rows})
}

// addApart undoes a merge: whatever speaks for it, the two channels are not one person's.
func (g *Registry) addApart(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Channels []live.ChannelID `json:"channels"`
		Reason   string           `json:"reason"`
	}
	if err := readBody(w, r, &body); err != nil {
		return err
	}
	if len(body.Channels) != 2 || body.Channels[0] == body.Channels[1] {
		return badField("channels", "two different channels")
	}
	for i, ch := range body.Channels {
		if err := g.checkChannel(index("channels", i), ch); err != nil {
			return err
		}
	}
	reason, err := line("reason", body.Reason, maxReason, false)
	if err != nil {
		return err
	}
	return g.part(w, r, [2]live.ChannelID(body.Channels), reason)
}

// part writes that two channels are apart. A creator who has both would go on to win, so that is a conflict.
func (g *Registry) part(w http.ResponseWriter, r *http.Request, pair [2]live.ChannelID, reason string) error {
	if pair[1].String() < pair[0].String() {
		pair[0], pair[1] = pair[1], pair[0]
	}
	g.turn.Lock()
	defer g.turn.Unlock()
	creators, err := allOf[live.Creator](r.Context(), g, tableFacts, "creator")
	if err != nil {
		return err
	}
	for _, c := range creators {
		if slices.Contains(c.v.Channels, pair[0]) && slices.Contains(c.v.Channels, pair[1]) {
			return &problem{kind: kindConflict, parameter: "channels", detail: "both belong to creator " + c.key + "; change the creator instead"}
		}
	}
	key := live.PairKey(pair[0], pair[1])
	_, rev, err := oneOf[live.Apart](r.Context(), g, tableFacts, "apart."+key)
	if err != nil {
		return err
	}
	if err := matches(r, rev, false); err != nil {
		return err
	}
	status, a := http.StatusCreated, live.Apart{Channels: pair, Reason: reason}
	if rev > 0 {
		status = http.StatusOK
	}
	if rev, err = g.write(r.Context(), "apart."+key, a, rev); err != nil {
		return err
	}
	return sendJSON(w, status, rev, apartRow{key, rev, a})
}

func pairKey(r *http.Request) (string, error) {
	key := r.PathValue("key")
	if live.CheckID(key) != nil {
		return "", badParameter("key", "%.80q is not a key", key)
	}
	return key, nil
}

func (g *Registry) removeApart(w http.ResponseWriter, r *http.Request) error {
	key, err := pairKey(r)
	if err != nil {
		return err
	}
	return g.remove(w, r, tableFacts, "apart."+key)
}

type proposalRow struct {
	Key   string    `json:"key"`
	Rev   uint64    `json:"rev"`
	Names [2]string `json:"names"` // of the channels, where they are known
	live.Proposal
}

// listProposals gives what the leader worked out, the likeliest first. Those that people have decided on are left out.
func (g *Registry) listProposals(w http.ResponseWriter, r *http.Request) error {
	list, err := allOf[live.Proposal](r.Context(), g, tableDerived, "proposal")
	if err != nil {
		return err
	}
	apart, err := allOf[live.Apart](r.Context(), g, tableFacts, "apart")
	if err != nil {
		return err
	}
	creators, err := allOf[live.Creator](r.Context(), g, tableFacts, "creator")
	if err != nil {
		return err
	}
	rows := []proposalRow{}
	for _, h := range list {
		p := h.v.Channels
		if slices.ContainsFunc(apart, func(a held[live.Apart]) bool { return a.key == h.key }) ||
			slices.ContainsFunc(creators, func(c held[live.Creator]) bool {
				return slices.Contains(c.v.Channels, p[0]) && slices.Contains(c.v.Channels, p[1])
			}) {
			continue
		}
		rows = append(rows, proposalRow{h.key, h.rev, [2]string{g.nameOf(p[0]), g.nameOf(p[1])}, h.v})
	}
	slices.SortStableFunc(rows, func(a, b proposalRow) int { return cmp.Compare(b.Score, a.Score) })
	return sendJSON(w, http.StatusOK, 0, struct {
		Proposals []proposalRow `json:"proposals"`
	}{rows})
}

func (g *Registry) proposal(r *http.Request) (string, live.Proposal, error) {
	key, err := pairKey(r)
	if err != nil {
		return "", live.Proposal{}, err
	}
	p, rev, err := oneOf[live.Proposal](r.Context(), g, tableDerived, "proposal."+key)
	if err == nil && (rev == 0 || live.PairKey(p.Channels[0], p.Channels[1]) != key) {
		err = ErrNoFact
	}
	return key, p, err
}

// acceptProposal makes the two one creator, or adds the one to the creator of the other.
func (g *Registry) acceptProposal(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		ID   string `json:"id"`   // "" draws one from the channels
		Name string `json:"name"` // "" is the name of the first channel
	}
	if r.ContentLength != 0 {
		if err := readBody(w, r, &body); err != nil {
			return err
		}
	}
	key, p, err := g.proposal(r)
	if err != nil {
		return err
	}
	g.turn.Lock()
	defer g.turn.Unlock()
	creators, err := allOf[live.Creator](r.Context(), g, tableFacts, "creator")
	if err != nil {
		return err
	}
	var owners []held[live.Creator]
	for _, c := range creators {
		if slices.Contains(c.v.Channels, p.Channels[0]) || slices.Contains(c.v.Channels, p.Channels[1]) {
			owners = append(owners, c)
		}
	}
	c, rev := live.Creator{ID: body.ID, Name: body.Name}, uint64(0)
	switch {
	case len(owners) > 1:
		return &problem{kind: kindConflict, detail: "they belong to creators " + owners[0].key + " and " + owners[1].key}
	case len(owners) == 1 && body.ID != "" && body.ID != owners[0].key:
		return &problem{kind: kindConflict, parameter: "id", detail: "one of them belongs to creator " + owners[0].key}
	case len(owners) == 1:
		c, rev = owners[0].v, owners[0].rev
	case c.ID == "":
		c.ID = "c-" + key
	}
	if live.CheckID(c.ID) != nil {
		return badField("id", "letters, digits, - and _, at most 64")
	}
	if c.Name == "" {
		c.Name = cmp.Or(g.nameOf(p.Channels[0]), g.nameOf(p.Channels[1]), p.Channels[0].ID)
	}
	if c.Name, err = line("name", c.Name, live.MaxName, true); err != nil {
		return err
	}
	for _, ch := range p.Channels {
		if !slices.Contains(c.Channels, ch) {
			c.Channels = append(c.Channels, ch)
		}
	}
	if err := g.checkCreator(r.Context(), c); err != nil {
		return err
	}
	if rev, err = g.write(r.Context(), "creator."+c.ID, c, rev); err != nil {
		return err
	}
	return sendJSON(w, http.StatusOK, rev, creatorRow{rev, c})
}

func (g *Registry) rejectProposal(w http.ResponseWriter, r *http.Request) error {
	if err := noBody(w, r); err != nil {
		return err
	}
	_, p, err := g.proposal(r)
	if err != nil {
		return err
	}
	return g.part(w, r, p.Channels, "rejected")
}

// nameOf is what a channel is called, "" when nobody said.
func (g *Registry) nameOf(ch live.ChannelID) string {
	snap := g.o.View.Current()
	if snap == nil {
		return ""
	}
	if info, _, ok := snap.ChannelInfo(ch); ok && info.Name != "" {
		return info.Name
	}
	for _, c := range snap.Registered(ch.Platform) {
		if c.Channel == ch {
			return c.Name
		}
	}
	for _, e := range snap.Entries {
		for _, m := range e.Broadcasts {
			if m.ID.Platform == ch.Platform && m.Channel.ID == ch.ID {
				return strings.TrimSpace(m.Channel.Name)
			}
		}
	}
	return ""
}
