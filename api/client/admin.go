package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"onair/live"
)

// Admin asks a hub's admin listener: what operators say. Errors are *Problem where the hub answered with one. Unlike a Client
// it writes, keeps nothing, and follows no redirect: the token is for one hub.
type Admin struct {
	base  *url.URL
	token string
	http  *http.Client
}

// NewAdmin returns an Admin for the listener at base. h nil is a client of its own. Errors wrap ErrAddress.
func NewAdmin(base, token string, h *http.Client) (*Admin, error) {
	u, err := url.Parse(strings.TrimRight(base, "/"))
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%w: %.200q", ErrAddress, base)
	}
	own := http.Client{}
	if h != nil {
		own = *h
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Admin{base: u, token: token, http: &own}, nil
}

// RegisteredChannel is a channel that is watched.
type RegisteredChannel struct {
	Rev uint64 `json:"rev"`
	live.RegisteredChannel
	Live     bool       `json:"live"`
	LastLive *time.Time `json:"last_live"` // nil: never, as far as the history goes
	Watched  string     `json:"watched"`
}

// Resolution is what becomes of a channel that is to be registered: State is "resolving", then "registered", "there",
// "not_found" or "failed".
type Resolution struct {
	ID      string          `json:"id"`
	Text    string          `json:"text"`
	State   string          `json:"state"`
	Channel *live.ChannelID `json:"channel"`
	Name    string          `json:"name"`
	Detail  string          `json:"detail"`
}

// Creator, Apart, Proposal, Block and Verdict are what people say, with its revision.
type (
	Creator struct {
		Rev uint64 `json:"rev"`
		live.Creator
	}
	Apart struct {
		Key string `json:"key"`
		Rev uint64 `json:"rev"`
		live.Apart
	}
	Proposal struct {
		Key   string    `json:"key"`
		Rev   uint64    `json:"rev"`
		Names [2]string `json:"names"`
		live.Proposal
	}
	Block struct {
		Key string `json:"key"`
		Rev uint64 `json:"rev"`
		live.Block
	}
	Verdict struct {
		Rev uint64 `json:"rev"`
		live.Verdict
	}
)

// Channels gives all registered channels of a platform, "" of all, page by page.
func (a *Admin) Channels(ctx context.Context, p live.Platform) ([]RegisteredChannel, error) {
	var all []RegisteredChannel
	q := url.Values{"limit": {"1000"}}
	if p != "" {
		q.Set("platform", string(p))
	}
	for {
		var page struct {
			Channels []RegisteredChannel `json:"channels"`
			Next     string              `json:"next"`
		}
		if err := a.do(ctx, http.MethodGet, "/v1/channels", q, 0, nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Channels...)
		if page.Next == "" || page.Next == q.Get("cursor") {
			return all, nil
		}
		q.Set("cursor", page.Next)
	}
}

// AddChannel asks for a channel to be registered; name is for one that cannot be looked up.
func (a *Admin) AddChannel(ctx context.Context, text, name string) (*Resolution, error) {
	body := map[string]string{"text": text}
	if name != "" {
		body["name"] = name
	}
	return call[Resolution](ctx, a, http.MethodPost, "/v1/channels", 0, body)
}

// Resolution tells how far a registration has come.
func (a *Admin) Resolution(ctx context.Context, id string) (*Resolution, error) {
	return call[Resolution](ctx, a, http.MethodGet, "/v1/resolutions/"+url.PathEscape(id), 0, nil)
}

// RemoveChannel ends the watching of a channel.
func (a *Admin) RemoveChannel(ctx context.Context, ch live.ChannelID) error {
	return a.do(ctx, http.MethodDelete, "/v1/channels/"+url.PathEscape(ch.String()), nil, 0, nil, nil)
}

// Creators gives all.
func (a *Admin) Creators(ctx context.Context) ([]Creator, error) {
	v, err := call[struct {
		Creators []Creator `json:"creators"`
	}](ctx, a, http.MethodGet, "/v1/creators", 0, nil)
	if err != nil {
		return nil, err
	}
	return v.Creators, nil
}

// Creator gives one; NotFound(err) when there is none.
func (a *Admin) Creator(ctx context.Context, id string) (*Creator, error) {
	return call[Creator](ctx, a, http.MethodGet, "/v1/creators/"+url.PathEscape(id), 0, nil)
}

// PutCreator writes a creator: a new one with rev 0, else in place of that revision.
func (a *Admin) PutCreator(ctx context.Context, c live.Creator, rev uint64) (*Creator, error) {
	body := map[string]any{"name": c.Name, "channels": c.Channels}
	return call[Creator](ctx, a, http.MethodPut, "/v1/creators/"+url.PathEscape(c.ID), rev, body)
}

// RemoveCreator forgets a creator.
func (a *Admin) RemoveCreator(ctx context.Context, id string) error {
	return a.do(ctx, http.MethodDelete, "/v1/creators/"+url.PathEscape(id), nil, 0, nil, nil)
}

// Aparts gives the pairs that are kept apart.
func (a *Admin) Aparts(ctx context.Context) ([]Apart, error) {
	v, err := call[struct {
		Apart []Apart `json:"apart"`
	}](ctx, a, http.MethodGet, "/v1/apart", 0, nil)
	if err != nil {
		return nil, err
	}
	return v.Apart, nil
}

// AddApart keeps two channels apart.
func (a *Admin) AddApart(ctx context.Context, x, y live.ChannelID, reason string) (*Apart, error) {
	return call[Apart](ctx, a, http.MethodPost, "/v1/apart", 0, map[string]any{"channels": []live.ChannelID{x, y}, "reason": reason})
}

// RemoveApart lets evidence decide about the pair again.
func (a *Admin) RemoveApart(ctx context.Context, key string) error {
	return a.do(ctx, http.MethodDelete, "/v1/apart/"+url.PathEscape(key), nil, 0, nil, nil)
}

// Proposals gives what nobody has decided on, the likeliest first.
func (a *Admin) Proposals(ctx context.Context) ([]Proposal, error) {
	v, err := call[struct {
		Proposals []Proposal `json:"proposals"`
	}](ctx, a, http.MethodGet, "/v1/proposals", 0, nil)
	if err != nil {
		return nil, err
	}
	return v.Proposals, nil
}

// Accept makes a proposal's channels one creator.
func (a *Admin) Accept(ctx context.Context, key string) (*Creator, error) {
	return call[Creator](ctx, a, http.MethodPost, "/v1/proposals/"+url.PathEscape(key)+"/accept", 0, nil)
}

// Reject keeps a proposal's channels apart.
func (a *Admin) Reject(ctx context.Context, key string) (*Apart, error) {
	return call[Apart](ctx, a, http.MethodPost, "/v1/proposals/"+url.PathEscape(key)+"/reject", 0, nil)
}

// Blocks gives what is kept out.
func (a *Admin) Blocks(ctx context.Context) ([]Block, error) {
	v, err := call[struct {
		Blocks []Block `json:"blocks"`
	}](ctx, a, http.MethodGet, "/v1/blocks", 0, nil)
	if err != nil {
		return nil, err
	}
	return v.Blocks, nil
}

// AddBlock keeps something out.
func (a *Admin) AddBlock(ctx context.Context, b live.Block) (*Block, error) {
	return call[Block](ctx, a, http.MethodPost, "/v1/blocks", 0, b)
}

// RemoveBlock lets it in again.
func (a *Admin) RemoveBlock(ctx context.Context, kind live.BlockKind, value string) error {
	return a.do(ctx, http.MethodDelete, "/v1/blocks/"+url.PathEscape(string(kind))+"/"+live.BlockKey(value), nil, 0, nil, nil)
}

// Verdicts gives what people said of channels.
func (a *Admin) Verdicts(ctx context.Context) ([]Verdict, error) {
	v, err := call[struct {
		Verdicts []Verdict `json:"verdicts"`
	}](ctx, a, http.MethodGet, "/v1/verdicts", 0, nil)
	if err != nil {
		return nil, err
	}
	return v.Verdicts, nil
}

// PutVerdict writes one: a new one with rev 0, else in place of that revision.
func (a *Admin) PutVerdict(ctx context.Context, v live.Verdict, rev uint64) (*Verdict, error) {
	body := map[string]any{"korean": v.Korean, "official": v.Official, "reason": v.Reason}
	return call[Verdict](ctx, a, http.MethodPut, "/v1/verdicts/"+url.PathEscape(v.Channel.String()), rev, body)
}

// RemoveVerdict leaves the channel to the rules.
func (a *Admin) RemoveVerdict(ctx context.Context, ch live.ChannelID) error {
	return a.do(ctx, http.MethodDelete, "/v1/verdicts/"+url.PathEscape(ch.String()), nil, 0, nil, nil)
}

// PlatformSwitch is a platform and whether it is asked.
type PlatformSwitch struct {
	ID      live.Platform `json:"id"`
	Name    string        `json:"name"`
	On      bool          `json:"on"`
	Off     string        `json:"off"`    // why nothing is gathered from it
	Switch  string        `json:"switch"` // where it is switched
	Watched string        `json:"watched"`
	Rev     uint64        `json:"rev"`
}

// Platforms gives all.
func (a *Admin) Platforms(ctx context.Context) ([]PlatformSwitch, error) {
	v, err := call[struct {
		Platforms []PlatformSwitch `json:"platforms"`
	}](ctx, a, http.MethodGet, "/v1/platforms", 0, nil)
	if err != nil {
		return nil, err
	}
	return v.Platforms, nil
}

// SwitchPlatform switches a platform on or off for all nodes, at once.
func (a *Admin) SwitchPlatform(ctx context.Context, p live.Platform, on bool, reason string) (*PlatformSwitch, error) {
	body := map[string]any{"on": on, "reason": reason}
	return call[PlatformSwitch](ctx, a, http.MethodPut, "/v1/platforms/"+url.PathEscape(string(p)), 0, body)
}

func call[T any](ctx context.Context, a *Admin, method, path string, rev uint64, body any) (*T, error) {
	v := new(T)
	if err := a.do(ctx, method, path, nil, rev, body, v); err != nil {
		return nil, err
	}
	return v, nil
}

// do makes one request. rev > 0 goes along as If-Match; into nil throws the body away.
func (a *Admin) do(ctx context.Context, method, path string, query url.Values, rev uint64, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	var payload io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		payload = bytes.NewReader(b)
	}
	address := a.base.String() + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, method, address, payload)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+a.token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if rev > 0 {
		r.Header.Set("If-Match", fmt.Sprintf("%q", fmt.Sprint(rev)))
	}
	resp, err := a.http.Do(r)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return readProblem(resp)
	}
	if into == nil || resp.StatusCode == http.StatusNoContent {
		return nil
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxBody)).Decode(into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
