package platform

import (
	"bytes"
	"context"
	"net/http"
	"net/url"

	"onair/live"
)

// soopNoChannel is the status with which the station endpoint says, as code 9000, that there is no such channel.
const soopNoChannel = 515

// stationStatus asks about one channel where the site's channel page does. It gives viewers, but no category name.
func (s *soop) stationStatus(ctx context.Context, c *http.Client, r Request) (*live.Page, answer, error) {
	key := r.Keys[0]
	a, err := s.ask(ctx, c, query{endpoint: "station", path: "/api/" + key + "/station", header: http.Header{"Referer": {soopReferer}}})
	if err != nil {
		return nil, a, err
	}
	p := s.page(r, a, live.CoverAsked)
	p.Answers = []live.Answer{{Key: key, State: live.AnswerEnded}}
	if a.status == soopNoChannel && soopGone(a.body) {
		return p, a, nil
	}
	if err := s.statusError(a); err != nil {
		return nil, a, err
	}
	row, err := parseSoopStation(a.body)
	if err != nil || row == nil {
		return p, a, err
	}
	row.UserID = word(key)
	o, err := row.observation(s.bases["station"].Scheme)
	if err != nil {
		return nil, a, err
	}
	p.Answers[0] = live.Answer{Key: key, State: live.AnswerLive, Broadcast: o.ID}
	p.Observations = []live.Observation{o}
	return p, a, nil
}

// parseSoopStation reads a station: its broadcast as a row of a list, or nil when it is off the air.
func parseSoopStation(body []byte) (*soopRow, error) {
	type broad struct {
		soopRow
		Viewers number `json:"current_sum_viewer"`
	}
	var p struct {
		Broad   maybe[broad] `json:"broad"`
		Station maybe[struct {
			Start    word `json:"broad_start"`
			UserNick word `json:"user_nick"`
		}] `json:"station"`
	}
	if err := decode(body, &p); err != nil {
		return nil, err
	}
	switch {
	case p.Broad.null:
		return nil, nil
	case !p.Broad.ok:
		return nil, format("no broad")
	}
	row := p.Broad.v.soopRow
	row.Viewers = p.Broad.v.Viewers
	if row.Start == "" {
		row.Start = p.Station.v.Start
	}
	if row.UserNick == "" {
		row.UserNick = p.Station.v.UserNick
	}
	return &row, nil
}

func soopGone(body []byte) bool {
	var p struct {
		Code number `json:"code"`
	}
	return decode(body, &p) == nil && p.Code.n == 9000
}

// playerStatus asks about one channel as the player does. It tells no viewers, so an answer never comes with an
// observation: that would hide the count that the list gave.
func (s *soop) playerStatus(ctx context.Context, c *http.Client, r Request) (*live.Page, answer, error) {
	key := r.Keys[0]
	a, err := s.ask(ctx, c, query{
		endpoint: "live", path: "/afreeca/player_live_api.php", header: http.Header{"Referer": {soopReferer}},
		params: url.Values{"bjid": {key}},
		form: url.Values{
			"bid": {key}, "type": {"live"}, "pwd": {""}, "player_type": {"html5"}, "stream_type": {"common"},
			"quality": {"HD"}, "mode": {"landing"}, "from_api": {"0"}, "is_revive": {"false"},
		},
	})
	if err == nil {
		err = s.statusError(a)
	}
	if err != nil {
		return nil, a, err
	}
	state, no, err := parseSoopPlayer(a.body)
	if err != nil {
		return nil, a, err
	}
	p := s.page(r, a, live.CoverAsked)
	p.Answers = []live.Answer{{Key: key, State: state, Broadcast: no}}
	return p, a, nil
}

// parseSoopPlayer reads what the player was told, and which broadcast if it is said. A room that only adults, people
// with a password or subscribers may enter is live; a refusal to tell (-2, or a number that is not known) says nothing.
func parseSoopPlayer(body []byte) (live.AnswerState, string, error) {
	var p struct {
		Channel *struct {
			Result  number                   `json:"RESULT"`
			No      word                     `json:"BNO"`
			Presets maybe[[]maybe[struct{}]] `json:"VIEWPRESET"`
		} `json:"CHANNEL"`
	}
	if err := decode(body, &p); err != nil {
		return "", "", err
	}
	if p.Channel == nil || !p.Channel.Result.ok {
		return "", "", format("no CHANNEL.RESULT")
	}
	no := string(bytes.TrimLeft([]byte(p.Channel.No), "0"))
	switch p.Channel.Result.n {
	case 0:
		return live.AnswerEnded, "", nil
	case 1:
		switch {
		case len(p.Channel.Presets.v) == 0: // idle
			return live.AnswerEnded, "", nil
		case no == "":
			return "", "", format("no CHANNEL.BNO")
		}
		return live.AnswerLive, no, nil
	case -6, -8, -14:
		if no != "" {
			return live.AnswerLive, no, nil
		}
	}
	return live.AnswerUnknown, "", nil
}
