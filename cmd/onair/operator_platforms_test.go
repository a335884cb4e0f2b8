package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"onair/api"
	"onair/view"
)

// TestPlatformSwitch switches a platform off while the hub runs: its pages stop, those of others go on, and readers are told; and
// on again. It goes through the command line, the admin listener, the broker, the view and the planner.
func TestPlatformSwitch(t *testing.T) {
	t.Parallel()
	w := newWatchTower(t, 1)
	state := func() view.Status {
		for _, p := range w.node.view.Current().Platforms {
			if p.Info.ID == "soop" {
				return p.State
			}
		}
		return ""
	}
	pageAt := func() time.Time { return w.node.view.Current().Source("soop").LastPageAt }
	w.eventually("pages", func() bool { return !pageAt().IsZero() })
	if out := w.ok("platforms"); !strings.Contains(out, "soop") || strings.Contains(out, "off ") {
		t.Errorf("list:\n%s", out)
	}

	if out := w.ok("platforms", "off", "soop", "--reason", "they asked us to"); !strings.Contains(out, "soop is off") {
		t.Errorf("off: %s", out)
	}
	if out := w.ok("platforms", "list"); !strings.Contains(out, "they asked us to") {
		t.Errorf("list:\n%s", out)
	}
	w.eventually("the status", func() bool { return state() == view.StatusOff })
	// Asked every few seconds before, it is silent for ten minutes; that time passes says that the others are asked.
	w.eventually("silence", func() bool {
		s := w.node.view.Current()
		return s.LogTime.Sub(pageAt()) > 10*time.Minute && s.LogTime.Sub(s.Source("chzzk").LastPageAt) < 10*time.Minute
	})
	quiet := w.node.view.Current().LogTime

	if out := w.ok("platforms", "on", "soop"); !strings.Contains(out, "soop is on") {
		t.Errorf("on: %s", out)
	}
	w.eventually("pages again", func() bool { return pageAt().After(quiet) && state() != view.StatusOff })
	if code, _, stderr := w.command("platforms", "off", "vhs"); code != 1 || !strings.Contains(stderr, "no platform") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// TestAdminRoutesAreInTheContract: what the hub adds to the admin listener stands in its document.
func TestAdminRoutesAreInTheContract(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(api.AdminContract)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for route := range (&backupSource{}).routes() {
		method, path, _ := strings.Cut(route, " ")
		if item := doc.Paths.Find(path); item == nil || item.Operations()[method] == nil {
			t.Errorf("%s is not in admin.yaml", route)
		}
		got = append(got, route)
	}
	// api's own test counts on these.
	if slices.Sort(got); !slices.Equal(got, []string{"GET /v1/backup", "POST /v1/facts"}) {
		t.Errorf("routes %q", got)
	}
}
