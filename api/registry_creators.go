package api

import (
	"context"
	"net/http"
	"slices"

	"onair/live"
)

// maxCreatorChannels is above anybody's: four platforms with several channels each.
const maxCreatorChannels = 50

type creatorRow struct {
	Rev uint64 `json:"rev"`
	live.Creator
}

func (g *Registry) listCreators(w http.ResponseWriter, r *http.Request) error {
	list, err := allOf[live.Creator](r.Context(), g, tableFacts, "creator")
	if err != nil {
		return err
	}
	rows := make([]creatorRow, len(list))
	for i, h := range list {
		rows[i] = creatorRow{h.rev, h.v}
	}
	return sendJSON(w, http.StatusOK, 0, struct {
		Creators []creatorRow `json:"creators"`
	}{rows})
}

func creatorID(r *http.Request) (string, error) {
	id := r.PathValue("id")
	if live.CheckID(id) != nil {
		return "", badParameter("id", "%.80q: letters, digits, - and _, at most 64", id)
	}
	return id, nil
}

func (g *Registry) getCreator(w http.ResponseWriter, r *http.Request) error {
	id, err := creatorID(r)
	if err != nil {
		return err
	}
	c, rev, err := oneOf[live.Creator](r.Context(), g, tableFacts, "creator."+id)
	switch {
	case err != nil:
		return err
	case rev == 0:
		return ErrNoFact
	}
	return sendJSON(w, http.StatusOK, rev, creatorRow{rev, c})
}

// putCreator pins whose the channels are: no proposal adds to them or takes from them.
func (g *Registry) putCreator(w http.ResponseWriter, r *http.Request) error {
	id, err := creatorID(r)
	if err != nil {
		return err
	}
	var body struct {
		Name     string           `json:"name"`
		Channels []live.ChannelID `json:"channels"`
	}
	if err := readBody(w, r, &body); err != nil {
		return err
	}
	c := live.Creator{ID: id, Channels: body.Channels}
	if c.Name, err = line("name", body.Name, live.MaxName, true); err != nil {
		return err
	}
	g.turn.Lock()
	defer g.turn.Unlock()
	_, rev, err := oneOf[live.Creator](r.Context(), g, tableFacts, "creator."+id)
	if err != nil {
		return err
	}
	if err := matches(r, rev, true); err != nil {
		return err
	}
	if err := g.checkCreator(r.Context(), c); err != nil {
		return err
	}
	status := http.StatusOK
	if rev == 0 {
		status = http.StatusCreated
	}
	if rev, err = g.write(r.Context(), "creator."+id, c, rev); err != nil {
		return err
	}
	return sendJSON(w, status, rev, creatorRow{rev, c})
}

// checkCreator wants channels that there can be, each once, and nobody else's.
func (g *Registry) checkCreator(ctx context.Context, c live.Creator) error {
	if len(c.Channels) == 0 || len(c.Channels) > maxCreatorChannels {
		return badField("channels", "1 to %d channels", maxCreatorChannels)
	}
	for i, ch := range c.Channels {
		if err := g.checkChannel(index("channels", i), ch); err != nil {
			return err
		}
		if slices.Contains(c.Channels[:i], ch) {
			return badField(index("channels", i), "%s is there twice", ch)
		}
	}
	others, err := allOf[live.Creator](ctx, g, tableFacts, "creator")
	if err != nil {
		return err
	}
	for _, o := range others {
		for i, ch := range c.Channels {
			if o.key != c.ID && slices.Contains(o.v.Channels, ch) {
				return &problem{kind: kindConflict, parameter: index("channels", i), detail: ch.String() + " belongs to creator " + o.key + "; take it from there first"}
			}
		}
	}
	return nil
}

func (g *Registry) removeCreator(w http.ResponseWriter, r *http.Request) error {
	id, err := creatorID(r)
	if err != nil {
		return err
	}
	return g.remove(w, r, tableFacts, "creator."+id)
}
