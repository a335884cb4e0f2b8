package edge

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"onair/cmd/internal/config"
	"onair/live"
	"onair/platform/browser"
	"onair/workers"
)

// BrowserSettings is the setting of the browser that lists are read with where plain requests are refused.
type BrowserSettings struct {
	Chromium string `help:"Browser for platforms that refuse plain requests: path of Chromium, or off; without it the one that is installed." placeholder:"PATH" env:"ONAIR_CHROMIUM"`
}

// find gives the browser for a worker of these classes, or says why it has none; that is an error only when a path is
// wrong.
func (s BrowserSettings) find(classes []live.Class, log *slog.Logger) (b workers.Browser, reason string, err error) {
	if !slices.Contains(classes, live.ClassBrowser) {
		return nil, "", nil
	}
	path, err := browser.Find(s.Chromium)
	if errors.Is(err, browser.ErrNone) {
		log.Info("no browser jobs", "reason", err.Error())
		return nil, err.Error(), nil
	}
	if err != nil {
		return nil, "", config.UsageError{Err: fmt.Errorf("--chromium: %w", err)}
	}
	found, err := browser.New(browser.Options{Path: path, Logger: log})
	if err != nil {
		return nil, "", fmt.Errorf("browser: %w", err)
	}
	return found, "", nil
}
