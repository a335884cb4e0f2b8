package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"onair/api/client"
	"onair/cmd/internal/config"
	"onair/live"
)

// operatorFlags say which hub an operator speaks to, and by what right.
type operatorFlags struct {
	config.Common  `set:"log_level=warn"`
	Admin          string `help:"Where the hub's admin listener is; without it the address that it left in its data folder." placeholder:"ADDRESS" env:"ONAIR_ADMIN"`
	AdminTokenFile string `help:"File with its bearer token; without it and ONAIR_ADMIN_TOKEN, the one in its data folder." placeholder:"FILE" env:"ONAIR_ADMIN_TOKEN_FILE"`
	Data           string `help:"The hub's data folder." placeholder:"DIR" env:"ONAIR_DATA"`
}

// client finds the hub: what is not given is read from its data folder.
func (f *operatorFlags) client() (*client.Admin, error) {
	data := f.Data
	if data == "" {
		data = config.Default("hub")
	}
	token, err := (&hubSettings{AdminTokenFile: f.AdminTokenFile}).givenToken()
	if err == nil && token == "" {
		token, err = kept(data, adminTokenName, "the hub's bearer token is wanted in --admin-token-file, ONAIR_ADMIN_TOKEN")
	}
	base := f.Admin
	if err == nil && base == "" {
		base, err = kept(data, adminAddressName, "the hub's admin address is wanted in --admin")
	}
	if err != nil {
		return nil, config.UsageError{Err: err}
	}
	if !strings.Contains(base, "://") {
		base = "http://" + base
	}
	a, err := client.NewAdmin(base, token, nil)
	if err != nil {
		return nil, config.UsageError{Err: fmt.Errorf("--admin %s: %w", f.Admin, err)}
	}
	return a, nil
}

// kept reads what a hub left in its data folder.
func kept(data, name, wanted string) (string, error) {
	path := filepath.Join(data, name)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s or %s (--data names the hub's folder)", wanted, path)
	}
	return strings.TrimSpace(string(b)), err
}

// channelArg reads "platform:id" of an argument.
func channelArg(text string) (live.ChannelID, error) {
	id, err := live.ParseChannelID(text)
	if err != nil {
		return id, config.UsageError{Err: fmt.Errorf("%.80q is not a channel: write platform:id, as \"onair channels list\" does", text)}
	}
	return id, nil
}

// since is a moment as an operator reads it.
func since(at *time.Time, now time.Time) string {
	if at == nil {
		return "-"
	}
	return ago(now.Sub(*at).Truncate(time.Second))
}

// settled waits for the outcome of a registration, or for ctx or the bound.
func settled(ctx context.Context, a *client.Admin, r *client.Resolution, bound time.Duration) (*client.Resolution, error) {
	ctx, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	for wait := 50 * time.Millisecond; r.State == "resolving"; wait = min(2*wait, time.Second) {
		if live.Wait(ctx, live.RealClock{}, wait) != nil {
			return r, nil
		}
		next, err := a.Resolution(ctx, r.ID)
		switch {
		case err != nil && ctx.Err() != nil:
			return r, nil
		case err != nil:
			return nil, err
		}
		r = next
	}
	return r, nil
}
