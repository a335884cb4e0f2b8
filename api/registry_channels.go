package api

import (
	"net/http"
	"slices"
	"time"

	"onair/live"
)

// channelRow is a registered channel. LastLive is null when it was never seen live, or longer ago than the history goes.
type channelRow struct {
	Rev uint64 `json:"rev"`
	live.RegisteredChannel
	Live     bool       `json:"live"`
	LastLive *time.Time `json:"last_live"`
	Watched  string     `json:"watched"`
}

// paging reads limit and cursor; the route may have other parameters.
func paging(r *http.Request, more ...string) (limit int, after string, err error) {
	p := readParams(r, append([]string{"limit", "cursor"}, more...)...)
	limit = defaultAdminRows
	if n, ok := p.integer("limit", 1, maxAdminRows); ok {
		limit = int(n)
	}
	after, _ = p.one("cursor")
	return limit, after, p.err
}

func (g *Registry) listChannels(w http.ResponseWriter, r *http.Request) error {
	limit, after, err := paging(r, "platform")
	if err != nil {
		return err
	}
	only := live.Platform(r.URL.Query().Get("platform"))
	if _, ok := g.platform(only); only != "" && !ok {
		return badParameter("platform", "there is no platform %.40q", string(only))
	}
	list, err := allOf[live.RegisteredChannel](r.Context(), g, tableFacts, "channel")
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(h held[live.RegisteredChannel]) bool { return only != "" && h.v.Channel.Platform != only })
	total := len(list)
	list = slices.DeleteFunc(list, func(h held[live.RegisteredChannel]) bool { return h.key <= after })
	next := ""
	if len(list) > limit {
		next = list[limit-1].key
		list = list[:limit]
	}
	idle, err := g.idle(r.Context())
	if err != nil {
		return err
	}
	rows, onAir := make([]channelRow, len(list)), g.onAir()
	for i, h := range list {
		rows[i] = g.channelRow(h.rev, h.v, onAir, idle)
	}
	return sendJSON(w, http.StatusOK, 0, struct {
		Channels []channelRow `json:"channels"`
		Total    int          `json:"total"`
		Next     string       `json:"next,omitempty"`
	}{rows, total, next})
}

// onAir are the channels that are in the list now, with when they were last observed.
func (g *Registry) onAir() map[live.ChannelID]time.Time {
	onAir := map[live.ChannelID]time.Time{}
	snap := g.o.View.Current()
	if snap == nil {
		return onAir
	}
	for _, e := range snap.Entries {
		for _, m := range e.Broadcasts {
			onAir[live.ChannelID{Platform: m.ID.Platform, ID: m.Channel.ID}] = e.ObservedAt
		}
	}
	return onAir
}

func (g *Registry) channelRow(rev uint64, c live.RegisteredChannel, onAir map[live.ChannelID]time.Time, idle map[live.Platform]string) channelRow {
	row := channelRow{Rev: rev, RegisteredChannel: c, Watched: g.watched(c.Channel.Platform, idle[c.Channel.Platform])}
	if at, ok := onAir[c.Channel]; ok {
		at = at.UTC()
		row.Live, row.LastLive = true, &at
		return row
	}
	if g.o.History == nil {
		return row
	}
	points, err := g.o.History.Channel(c.Channel)
	if err != nil {
		g.log.Warn("no history", "channel", c.Channel.String(), "err", err)
		return row
	}
	for _, p := range points {
		if at := p.At.UTC(); row.LastLive == nil || at.After(*row.LastLive) {
			row.LastLive = &at
		}
	}
	return row
}

func (g *Registry) getChannel(w http.ResponseWriter, r *http.Request) error {
	ch, err := g.parseChannel("channel", r.PathValue("channel"))
	if err != nil {
		return err
	}
	c, rev, err := oneOf[live.RegisteredChannel](r.Context(), g, tableFacts, factOf("channel", ch))
	switch {
	case err != nil:
		return err
	case rev == 0:
		return ErrNoFact
	}
	idle, err := g.idle(r.Context())
	if err != nil {
		return err
	}
	return sendJSON(w, http.StatusOK, rev, g.channelRow(rev, c, g.onAir(), idle))
}

func (g *Registry) removeChannel(w http.ResponseWriter, r *http.Request) error {
	ch, err := g.parseChannel("channel", r.PathValue("channel"))
	if err != nil {
		return err
	}
	return g.remove(w, r, tableFacts, factOf("channel", ch))
}

// addChannel takes a channel as people write it. Whether there is such a one, and what it is called, is asked through the
// workers; the answer says where to read the outcome.
func (g *Registry) addChannel(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Text string `json:"text"`
		Name string `json:"name"` // for a channel that cannot be asked about now
	}
	if err := readBody(w, r, &body); err != nil {
		return err
	}
	text, err := line("text", body.Text, maxAddress, true)
	if err != nil {
		return err
	}
	name, err := line("name", body.Name, live.MaxName, false)
	if err != nil {
		return err
	}
	a, err := ParseAddress(text)
	if err != nil {
		return badField("text", "%s", err)
	}
	if _, ok := g.platform(a.Platform); !ok {
		return badField("text", "there is no platform %q", a.Platform)
	}
	res, ok := g.queue.add(text, name, a, time.Now())
	if !ok {
		return &problem{kind: kindAway, detail: "too many channels wait to be looked up", retry: 10}
	}
	w.Header().Set("Location", "/v1/resolutions/"+res.ID)
	return sendJSON(w, http.StatusAccepted, 0, res)
}

func (g *Registry) getResolution(w http.ResponseWriter, r *http.Request) error {
	res, ok := g.queue.get(r.PathValue("id"))
	if !ok {
		return ErrNoFact
	}
	return sendJSON(w, http.StatusOK, 0, res)
}
