package api

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"

	"onair/live"
)

// platformRow is a platform with its switch.
type platformRow struct {
	ID      live.Platform `json:"id"`
	Name    string        `json:"name"`
	On      bool          `json:"on"`
	Off     string        `json:"off,omitempty"`
	Switch  string        `json:"switch"`
	Watched string        `json:"watched"`
	Rev     uint64        `json:"rev,omitempty"` // of the pause
}

const (
	switchSetting = "a setting: --platforms or ONAIR_PLATFORMS, read at the start"
	switchHere    = "here, at any time: PUT /v1/platforms/{platform}, or \"onair platforms on|off\""
)

// platformRow tells what stands against asking a platform: a setting that is missing weighs more than a pause, which can be
// lifted here.
func (g *Registry) platformRow(i live.PlatformInfo, paused bool, p live.Pause, rev uint64) platformRow {
	r := platformRow{ID: i.ID, Name: i.Name, Switch: switchHere, Rev: rev}
	switch why := g.o.Off[i.ID]; {
	case why != "":
		r.Off, r.Switch = why, switchSetting
	case paused:
		r.Off = pausedBy(p)
	default:
		r.On = true
	}
	r.Watched = g.watched(i.ID, r.Off)
	return r
}

// watched says how registered channels of a platform are watched; off is why it is not asked, "" when it is.
func (g *Registry) watched(p live.Platform, off string) string {
	switch {
	case off != "":
		return "not at all: " + off
	case g.o.Watched != nil:
		return g.o.Watched(p)
	}
	return ""
}

// pausedBy words a pause for operators.
func pausedBy(p live.Pause) string {
	if p.Reason == "" {
		return "switched off by an operator"
	}
	return "switched off by an operator: " + p.Reason
}

func pauseKey(p live.Platform) string { return "pause." + string(p) }

// idle says why nothing is gathered from platforms; those that are asked are not in it.
func (g *Registry) idle(ctx context.Context) (map[live.Platform]string, error) {
	pauses, err := g.pauses(ctx)
	if err != nil {
		return nil, err
	}
	why := maps.Clone(g.o.Off)
	if why == nil {
		why = map[live.Platform]string{}
	}
	for p, h := range pauses {
		why[p] = cmp.Or(why[p], pausedBy(h.v))
	}
	return why, nil
}

// pauses reads all that are in force.
func (g *Registry) pauses(ctx context.Context) (map[live.Platform]held[live.Pause], error) {
	list, err := allOf[live.Pause](ctx, g, tableFacts, "pause")
	if err != nil {
		return nil, err
	}
	byPlatform := map[live.Platform]held[live.Pause]{}
	for _, h := range list {
		byPlatform[live.Platform(h.key)] = h
	}
	return byPlatform, nil
}

func (g *Registry) listPlatforms(w http.ResponseWriter, r *http.Request) error {
	pauses, err := g.pauses(r.Context())
	if err != nil {
		return err
	}
	rows := []platformRow{}
	for _, i := range g.o.Infos {
		h := pauses[i.ID]
		rows = append(rows, g.platformRow(i, h.rev > 0, h.v, h.rev))
	}
	return sendJSON(w, http.StatusOK, 0, struct {
		Platforms []platformRow `json:"platforms"`
	}{rows})
}

// putPlatform switches a platform off, or on again. Off twice changes the reason; on twice changes nothing. One that a setting
// holds off cannot be switched on here.
func (g *Registry) putPlatform(w http.ResponseWriter, r *http.Request) error {
	p := live.Platform(r.PathValue("platform"))
	info, ok := g.platform(p)
	if !ok {
		return badParameter("platform", "there is no platform %.40q", p)
	}
	var body struct {
		On     *bool  `json:"on"`
		Reason string `json:"reason"`
	}
	if err := readBody(w, r, &body); err != nil {
		return err
	}
	if body.On == nil {
		return badField("on", "must be true or false")
	}
	reason, err := line("reason", body.Reason, maxReason, false)
	if err != nil {
		return err
	}
	g.turn.Lock()
	defer g.turn.Unlock()
	_, rev, err := oneOf[live.Pause](r.Context(), g, tableFacts, pauseKey(p))
	if err != nil {
		return err
	}
	if err := matches(r, rev, false); err != nil {
		return err
	}
	pause := live.Pause{Platform: p, Reason: reason}
	switch {
	case !*body.On:
		if rev, err = g.write(r.Context(), pauseKey(p), pause, rev); err != nil {
			return err
		}
	case rev > 0:
		if err := g.o.Facts.Remove(r.Context(), live.Fact{Table: tableFacts, Key: pauseKey(p), Rev: rev}); err != nil {
			return fmt.Errorf("remove %s: %w", pauseKey(p), err)
		}
		g.log.Info("operator", "removed", pauseKey(p))
		rev = 0
	case g.o.Off[p] != "":
		return &problem{kind: kindConflict, parameter: "platform", detail: fmt.Sprintf("%s is off by %s: %s", cmp.Or(info.Name, string(p)), switchSetting, g.o.Off[p])}
	}
	return sendJSON(w, http.StatusOK, rev, g.platformRow(info, rev > 0, pause, rev))
}
