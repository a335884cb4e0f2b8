package api

import (
	"net/http"
	"strings"
	"unicode"

	"onair/live"
)

type blockRow struct {
	Key string `json:"key"`
	Rev uint64 `json:"rev"`
	live.Block
}

func (g *Registry) listBlocks(w http.ResponseWriter, r *http.Request) error {
	list, err := allOf[live.Block](r.Context(), g, tableFacts, "block")
	if err != nil {
		return err
	}
	rows := make([]blockRow, len(list))
	for i, h := range list {
		_, key, _ := strings.Cut(h.key, ".")
		rows[i] = blockRow{key, h.rev, h.v}
	}
	return sendJSON(w, http.StatusOK, 0, struct {
		Blocks []blockRow `json:"blocks"`
	}{rows})
}

// addBlock keeps a channel, a category or a word out of the list. The same block twice changes its reason.
func (g *Registry) addBlock(w http.ResponseWriter, r *http.Request) error {
	var b live.Block
	if err := readBody(w, r, &b); err != nil {
		return err
	}
	var err error
	if b.Value, err = line("value", b.Value, live.MaxTitle, true); err != nil {
		return err
	}
	if b.Reason, err = line("reason", b.Reason, maxReason, false); err != nil {
		return err
	}
	switch b.Kind {
	case live.BlockChannel:
		if _, err := g.parseChannel("value", b.Value); err != nil {
			return err
		}
	case live.BlockCategory:
		if !strings.ContainsFunc(b.Value, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
			return badField("value", "%.80q names no category", b.Value)
		}
	case live.BlockKeyword:
	default:
		return badField("kind", "%.40q is none of channel, category, keyword", b.Kind)
	}
	g.turn.Lock()
	defer g.turn.Unlock()
	key := live.BlockKey(b.Value)
	full := "block." + string(b.Kind) + "." + key
	_, rev, err := oneOf[live.Block](r.Context(), g, tableFacts, full)
	if err != nil {
		return err
	}
	if err := matches(r, rev, false); err != nil {
		return err
	}
	status := http.StatusCreated
	if rev > 0 {
		status = http.StatusOK
	}
	if rev, err = g.write(r.Context(), full, b, rev); err != nil {
		return err
	}
	return sendJSON(w, status, rev, blockRow{key, rev, b})
}

func (g *Registry) removeBlock(w http.ResponseWriter, r *http.Request) error {
	key, err := pairKey(r)
	if err != nil {
		return err
	}
	kind := r.PathValue("kind")
	switch live.BlockKind(kind) {
	case live.BlockChannel, live.BlockCategory, live.BlockKeyword:
		return g.remove(w, r, tableFacts, "block."+kind+"."+key)
	}
	return badParameter("kind", "%.40q is none of channel, category, keyword", kind)
}

type verdictRow struct {
	Rev uint64 `json:"rev"`
	live.Verdict
}

func (g *Registry) listVerdicts(w http.ResponseWriter, r *http.Request) error {
	list, err := allOf[live.Verdict](r.Context(), g, tableFacts, "verdict")
	if err != nil {
		return err
	}
	rows := make([]verdictRow, len(list))
	for i, h := range list {
		rows[i] = verdictRow{h.rev, h.v}
	}
	return sendJSON(w, http.StatusOK, 0, struct {
		Verdicts []verdictRow `json:"verdicts"`
	}{rows})
}

// factOf is the key of what is said of a channel.
func factOf(kind string, ch live.ChannelID) string {
	return kind + "." + string(ch.Platform) + "." + ch.ID
}

// putVerdict says of a channel that it is Korean or not, official or not, against every rule. What is left out or null is left to
// the rules.
func (g *Registry) putVerdict(w http.ResponseWriter, r *http.Request) error {
	ch, err := g.parseChannel("channel", r.PathValue("channel"))
	if err != nil {
		return err
	}
	var body struct {
		Korean   *bool  `json:"korean"`
		Official *bool  `json:"official"`
		Reason   string `json:"reason"`
	}
	if err := readBody(w, r, &body); err != nil {
		return err
	}
	if body.Korean == nil && body.Official == nil {
		return badField("korean", "a verdict says whether the channel is korean, or official; remove it to leave both to the rules")
	}
	v := live.Verdict{Channel: ch, Korean: body.Korean, Official: body.Official}
	if v.Reason, err = line("reason", body.Reason, maxReason, false); err != nil {
		return err
	}
	g.turn.Lock()
	defer g.turn.Unlock()
	_, rev, err := oneOf[live.Verdict](r.Context(), g, tableFacts, factOf("verdict", ch))
	if err != nil {
		return err
	}
	if err := matches(r, rev, true); err != nil {
		return err
	}
	status := http.StatusOK
	if rev == 0 {
		status = http.StatusCreated
	}
	if rev, err = g.write(r.Context(), factOf("verdict", ch), v, rev); err != nil {
		return err
	}
	return sendJSON(w, status, rev, verdictRow{rev, v})
}

func (g *Registry) removeVerdict(w http.ResponseWriter, r *http.Request) error {
	ch, err := g.parseChannel("channel", r.PathValue("channel"))
	if err != nil {
		return err
	}
	return g.remove(w, r, tableFacts, factOf("verdict", ch))
}

type labelRow struct {
	Channel string `json:"channel"`
	Key     string `json:"key"`
	Rev     uint64 `json:"rev"`
	live.Label
}

const (
	// defaultAdminRows and maxAdminRows bound one answer: a model may have labelled a hundred thousand titles.
	defaultAdminRows = 100
	maxAdminRows     = 1000
)

// listLabels pages through what a language model said, by key.
func (g *Registry) listLabels(w http.ResponseWriter, r *http.Request) error {
	limit, after, err := paging(r, "channel")
	if err != nil {
		return err
	}
	only := ""
	if text := r.URL.Query().Get("channel"); text != "" {
		ch, err := g.parseChannel("channel", text)
		if err != nil {
			return err
		}
		only = string(ch.Platform) + "." + ch.ID + "."
	}
	list, err := allOf[live.Label](r.Context(), g, tableDerived, "label")
	if err != nil {
		return err
	}
	rows, next := []labelRow{}, ""
	for _, h := range list {
		words := strings.Split(h.key, ".")
		if h.key <= after || !strings.HasPrefix(h.key, only) || len(words) != 3 {
			continue
		}
		if len(rows) == limit {
			next = rows[limit-1].at()
			break
		}
		rows = append(rows, labelRow{words[0] + ":" + words[1], words[2], h.rev, h.v})
	}
	return sendJSON(w, http.StatusOK, 0, struct {
		Labels []labelRow `json:"labels"`
		Next   string     `json:"next,omitempty"`
	}{rows, next})
}

func (l labelRow) at() string { return strings.Replace(l.Channel, ":", ".", 1) + "." + l.Key }

// removeLabel forgets what a model said of a title, so that it is asked again.
func (g *Registry) removeLabel(w http.ResponseWriter, r *http.Request) error {
	ch, err := g.parseChannel("channel", r.PathValue("channel"))
	if err != nil {
		return err
	}
	key, err := pairKey(r)
	if err != nil {
		return err
	}
	return g.remove(w, r, tableDerived, factOf("label", ch)+"."+key)
}
