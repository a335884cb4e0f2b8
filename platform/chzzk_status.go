package platform

import (
	"context"
	"net/http"

	"onair/live"
)

// status asks about one channel. live-status is the poll that the site itself repeats, and says OPEN or CLOSE; of an
// open one it does not name the broadcast in any recording, so live-detail is asked for that.
func (s *chzzk) status(ctx context.Context, c *http.Client, r Request) (*live.Page, answer, error) {
	key := r.Keys[0]
	a, st, err := s.channel(ctx, c, "/polling/v3.1/channels/"+key+"/live-status")
	if err == nil && st.state == live.AnswerLive && st.row.LiveID == "" {
		a, st, err = s.channel(ctx, c, "/service/v3.1/channels/"+key+"/live-detail")
		if err == nil && st.state == live.AnswerLive && st.row.LiveID == "" {
			err = format("no liveId")
		}
	}
	if err != nil {
		return nil, a, err
	}
	p := s.page(r, a, live.CoverAsked)
	p.Answers = []live.Answer{{Key: key, State: st.state}}
	if st.state != live.AnswerLive {
		return p, a, nil
	}
	if !st.row.Channel.ok || st.row.Channel.v.ChannelID == "" {
		st.row.channel.ChannelID = word(key)
	}
	o, err := st.row.observation()
	if err != nil {
		return nil, a, err
	}
	p.Answers[0].Broadcast = o.ID
	p.Observations = []live.Observation{o}
	return p, a, nil
}

func (s *chzzk) channel(ctx context.Context, c *http.Client, path string) (answer, chzzkState, error) {
	a, err := s.ask(ctx, c, query{endpoint: "api", path: path, header: chzzkWebHeader()})
	if err != nil {
		return a, chzzkState{}, err
	}
	if a.status == http.StatusNotFound && chzzkGone(a.body) {
		return a, chzzkState{state: live.AnswerEnded}, nil
	}
	if err := s.statusError(a); err != nil {
		return a, chzzkState{}, err
	}
	st, err := parseChzzkStatus(a.body)
	return a, st, err
}

// chzzkState is what live-status or live-detail says.
type chzzkState struct {
	state live.AnswerState
	row   chzzkRow // AnswerLive
}

// parseChzzkStatus reads live-status or live-detail. A channel that never was live has content null. The word
// STARTED in livePollingStatusJson stays after the end and says nothing.
func parseChzzkStatus(body []byte) (chzzkState, error) {
	var p struct {
		Code    number          `json:"code"`
		Content maybe[chzzkRow] `json:"content"`
	}
	if err := decode(body, &p); err != nil {
		return chzzkState{}, err
	}
	if err := chzzkCode(p.Code); err != nil {
		return chzzkState{}, err
	}
	switch {
	case p.Content.null:
		return chzzkState{state: live.AnswerEnded}, nil
	case !p.Content.ok:
		return chzzkState{}, format("no content")
	case p.Content.v.Status.v == "":
		return chzzkState{}, format("no content.status")
	}
	switch p.Content.v.Status.v {
	case "OPEN":
		return chzzkState{state: live.AnswerLive, row: p.Content.v}, nil
	case "CLOSE":
		return chzzkState{state: live.AnswerEnded}, nil
	}
	return chzzkState{state: live.AnswerUnknown}, nil
}

// chzzkGone tells the site's "no such channel" from the 404 of an endpoint that has moved.
func chzzkGone(body []byte) bool {
	var p struct {
		Code number `json:"code"`
	}
	return decode(body, &p) == nil && p.Code.n == http.StatusNotFound
}
