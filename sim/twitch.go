package sim

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// Twitch Helix.

type twitchError struct {
	Error   string `json:"error"`
	Status  int    `json:"status"`
	Message string `json:"message"`
}

func twitchRefuse(w http.ResponseWriter, status int, message string) {
	write(w, status, jsonType, twitchError{http.StatusText(status), status, message})
}

type twitchStream struct {
	ID           string   `json:"id"`
	UserID       string   `json:"user_id"`
	UserLogin    string   `json:"user_login"`
	UserName     string   `json:"user_name"`
	GameID       string   `json:"game_id"`
	GameName     string   `json:"game_name"`
	Type         string   `json:"type"` // "live", or "" when something went wrong
	Title        string   `json:"title"`
	ViewerCount  int      `json:"viewer_count"`
	StartedAt    string   `json:"started_at"`
	Language     string   `json:"language"`
	ThumbnailURL string   `json:"thumbnail_url"`
	TagIDs       []string `json:"tag_ids"`
	Tags         []string `json:"tags"`
	IsMature     bool     `json:"is_mature"`
}

type twitchCursor struct {
	Cursor string `json:"cursor,omitempty"`
}

type twitchAnswer[T any] struct {
	Data       []T           `json:"data"`
	Pagination *twitchCursor `json:"pagination,omitempty"`
}

const (
	twitchUsualRows = 20
	twitchMostRows  = 100 // of a page, and of ids in a filter
)

func (s *Server) twitchStreams(w http.ResponseWriter, r *http.Request) {
	if !s.twitchClient(w, r) {
		return
	}
	first, ok := intParam(r, "first", twitchUsualRows, 1, twitchMostRows)
	if !ok {
		message := `The parameter "first" was malformed: the value must be greater than or equal to 1`
		if first > twitchMostRows {
			message = `The parameter "first" was malformed: the value must be less than or equal to 100`
		}
		twitchRefuse(w, http.StatusBadRequest, message)
		return
	}
	q := r.URL.Query()
	users, logins, games, langs := q["user_id"], q["user_login"], q["game_id"], q["language"]
	for _, filter := range [][]string{users, logins, games, langs} {
		if len(filter) > twitchMostRows {
			twitchRefuse(w, http.StatusBadRequest, "The parameter was malformed: too many values")
			return
		}
	}
	from, ok := readTwitchCursor(q.Get("after"))
	if !ok {
		twitchRefuse(w, http.StatusBadRequest, `The parameter "after" was malformed`)
		return
	}
	step := twitch.step(s.now())
	asked := len(users) > 0 || len(logins) > 0
	var rows []shown
	for _, b := range s.world.list(twitch, step) {
		if asked && !slices.Contains(users, b.line.channelID) && !slices.Contains(logins, b.line.login) ||
			len(langs) > 0 && !slices.Contains(langs, b.line.label) ||
			len(games) > 0 && !slices.Contains(games, s.world.words.topics[b.segmentAt(step).topic].twitchID) {
			continue
		}
		rows = append(rows, b)
	}
	from = min(from, len(rows))
	to := min(from+first, len(rows))
	answer := twitchAnswer[twitchStream]{Data: []twitchStream{}, Pagination: &twitchCursor{}}
	for _, b := range rows[from:to] {
		row := s.twitchStream(b, step, r.Host)
		if !asked && b.flickers(step) {
			row.Type = ""
		}
		answer.Data = append(answer.Data, row)
	}
	if to < len(rows) {
		answer.Pagination.Cursor = twitchCursorAt(to - s.repeated(step, to, first))
	}
	write(w, http.StatusOK, "application/json; charset=utf-8", answer)
}

// repeated is how many rows the next page says again: none mostly, never so many that paging stands still.
func (s *Server) repeated(step int64, at, first int) int {
	return min(int(hash(s.seed, tagWire, uint64(step), uint64(at))%4)/2*2, first/2)
}

// flickers: a small stream's list row is an error for a few minutes now and then.
func (b *broadcast) flickers(step int64) bool {
	return b.ln < 3.5 && hash(b.key, tagWire, uint64(step/180))%40 == 0
}

func (s *Server) twitchStream(b shown, step int64, host string) twitchStream {
	seg := b.segmentAt(step)
	t := &s.world.words.topics[seg.topic]
	row := twitchStream{
		ID: b.id, UserID: b.line.channelID, UserLogin: b.line.login, UserName: b.line.name, GameID: t.twitchID, GameName: t.twitchName,
		Type: "live", Title: seg.title, ViewerCount: b.viewers, StartedAt: utcTime(b.start), Language: b.line.label,
		ThumbnailURL: fmt.Sprintf("http://%s/img/twitch/live_user_%s-{width}x{height}.jpg", host, b.line.login),
		TagIDs:       []string{}, IsMature: b.line.adult,
	}
	if b.key%3 != 0 {
		row.Tags = b.tags(t)
	}
	return row
}

// A cursor is an offset in disguise, as Twitch's are.
type twitchPlace struct {
	B *struct{} `json:"b"`
	A struct {
		Offset int `json:"Offset"`
	} `json:"a"`
}

func twitchCursorAt(offset int) string {
	var p twitchPlace
	p.A.Offset = offset
	raw, _ := json.Marshal(p) // one number always encodes
	return base64.StdEncoding.EncodeToString(raw)
}

func readTwitchCursor(text string) (int, bool) {
	if text == "" {
		return 0, true
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return 0, false
	}
	var p twitchPlace
	err = json.Unmarshal(raw, &p)
	return p.A.Offset, err == nil && p.A.Offset >= 0
}

type twitchUser struct {
	ID              string `json:"id"`
	Login           string `json:"login"`
	DisplayName     string `json:"display_name"`
	Type            string `json:"type"`
	BroadcasterType string `json:"broadcaster_type"`
	Description     string `json:"description"`
	ProfileImageURL string `json:"profile_image_url"`
	OfflineImageURL string `json:"offline_image_url"`
	ViewCount       int    `json:"view_count"`
	CreatedAt       string `json:"created_at"`
}

func (s *Server) twitchUsers(w http.ResponseWriter, r *http.Request) {
	if !s.twitchClient(w, r) {
		return
	}
	q := r.URL.Query()
	if n := len(q["id"]) + len(q["login"]); n == 0 || n > twitchMostRows {
		twitchRefuse(w, http.StatusBadRequest, "Must provide an ID, Login or OAuth Token")
		return
	}
	answer := twitchAnswer[twitchUser]{Data: []twitchUser{}}
	add := func(l *line) {
		answer.Data = append(answer.Data, twitchUser{
			ID: l.channelID, Login: l.login, DisplayName: l.name, BroadcasterType: "affiliate", Description: l.about(),
			ProfileImageURL: fmt.Sprintf("http://%s/img/twitch/channel/%s-300x300.jpg", r.Host, l.login),
			CreatedAt:       utcTime(midnight(firstDay) - int64(l.key%2000)*daySeconds),
		})
	}
	for _, id := range q["id"] {
		if lines := s.world.byID[twitch][id]; len(lines) > 0 {
			add(lines[0])
		}
	}
	for _, login := range q["login"] {
		if l := s.world.byLogin[login]; l != nil {
			add(l)
		}
	}
	write(w, http.StatusOK, "application/json; charset=utf-8", answer)
}

type twitchGame struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	BoxArtURL string `json:"box_art_url"`
}

func (s *Server) twitchGames(w http.ResponseWriter, r *http.Request) {
	if !s.twitchClient(w, r) {
		return
	}
	q := r.URL.Query()
	answer := twitchAnswer[twitchGame]{Data: []twitchGame{}}
	seen := map[string]bool{}
	for _, t := range s.world.words.topics {
		if seen[t.twitchID] || !slices.Contains(q["id"], t.twitchID) && !slices.Contains(q["name"], t.twitchName) {
			continue
		}
		seen[t.twitchID] = true
		answer.Data = append(answer.Data, twitchGame{t.twitchID, t.twitchName,
			fmt.Sprintf("http://%s/img/twitch/boxart/%s-{width}x{height}.jpg", r.Host, t.twitchID)})
	}
	write(w, http.StatusOK, "application/json; charset=utf-8", answer)
}
