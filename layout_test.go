package onair_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Which package may import which other of this module, and which third-party modules it alone may import. The reasons
// are in the package comments; a new arrow belongs here first.
var layout = map[string]struct{ may, alone []string }{
	"":                     {},
	"live":                 {nil, []string{"github.com/klauspost/compress/zstd", "golang.org/x/text"}},
	"platform":             {[]string{"live"}, []string{"github.com/gocolly/colly/v2", "google.golang.org/api", "golang.org/x/net"}},
	"platform/browser":     {[]string{"live", "platform"}, []string{"github.com/chromedp/chromedp", "github.com/chromedp/cdproto"}},
	"workers":              {[]string{"live", "platform"}, []string{"go.etcd.io/bbolt", "golang.org/x/time", "golang.org/x/sync"}},
	"broker":               {[]string{"live"}, []string{"github.com/nats-io/nats.go"}},
	"broker/embed":         {[]string{"", "live", "broker"}, []string{"github.com/nats-io/nats.go", "github.com/nats-io/nats-server/v2", "github.com/nats-io/nkeys"}},
	"broker/brokertest":    {[]string{"live", "broker", "broker/embed"}, []string{"github.com/nats-io"}},
	"planner":              {[]string{"live", "view"}, nil},
	"aggregator":           {[]string{"live", "classify"}, nil},
	"view":                 {[]string{"live", "aggregator", "classify"}, []string{"go.etcd.io/bbolt", "golang.org/x/text", "github.com/klauspost/compress/zstd", "golang.org/x/sync"}},
	"view/viewtest":        {[]string{"live"}, nil},
	"api":                  {[]string{"live", "view"}, []string{"github.com/klauspost/compress", "github.com/prometheus/client_golang", "github.com/goccy/go-yaml", "golang.org/x/time", "golang.org/x/sync"}},
	"api/client":           {[]string{"live"}, nil},
	"classify":             {[]string{"live"}, []string{"golang.org/x/text"}},
	"classify/identity":    {[]string{"live", "classify"}, []string{"golang.org/x/text"}},
	"extension":            {},
	"tray":                 {[]string{"live", "api/client"}, []string{"github.com/goccy/go-yaml", "github.com/mattn/go-runewidth", "golang.org/x/image", "golang.org/x/sync"}},
	"tray/desktop":         {[]string{"tray"}, []string{"fyne.io/systray", "github.com/godbus/dbus/v5", "golang.org/x/sys"}},
	"classify/llm":         {[]string{"live", "classify"}, []string{"golang.org/x/text"}},
	"sink/postgres":        {[]string{"live", "aggregator", "view"}, []string{"github.com/jackc/pgx/v5", "github.com/pressly/goose/v3", "golang.org/x/sync"}},
	"sink/postgres/pgtest": {nil, []string{"github.com/jackc/pgx/v5"}},
	"sink/thumbs":          {[]string{"live"}, []string{"gocloud.dev", "github.com/gen2brain/webp", "golang.org/x/image", "golang.org/x/time"}},
	"classify/train":       {[]string{"live", "classify"}, []string{"golang.org/x/text"}},
	"sim":                  {nil, nil},
}

// commands join the parts; an edge worker must not link the server, the view or the API.
var notInWorker = []string{"onair/broker/embed", "onair/view", "onair/api", "onair/sim", "github.com/nats-io/nats-server/v2/server", "cloud.google.com/go/storage"}

type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
	Standard   bool
}

func goList(t *testing.T, args ...string) []listed {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports,Deps,Standard"}, args...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestImportsFollowTheLayout(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range goList(t, "./...") {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, "onair"), "/")
		if strings.HasPrefix(name, "cmd/") {
			continue
		}
		rule, ok := layout[name]
		if !ok {
			t.Errorf("package %s is not in the layout table", p.ImportPath)
			continue
		}
		seen[name] = true
		for _, imp := range p.Imports {
			switch {
			case imp == "onair" || strings.HasPrefix(imp, "onair/"):
				if own := strings.TrimPrefix(strings.TrimPrefix(imp, "onair"), "/"); !slices.Contains(rule.may, own) {
					t.Errorf("%s imports %s, which the layout does not allow", p.ImportPath, imp)
				}
			case strings.Contains(strings.SplitN(imp, "/", 2)[0], "."):
				if !slices.ContainsFunc(rule.alone, func(m string) bool { return imp == m || strings.HasPrefix(imp, m+"/") }) {
					t.Errorf("%s imports %s, which the layout does not allow", p.ImportPath, imp)
				}
			}
		}
	}
	for name := range layout {
		if !seen[name] {
			t.Errorf("the layout names %q, which is not there", name)
		}
	}
}

func TestEdgeWorkerLinksNoServer(t *testing.T) {
	for _, p := range goList(t, "./cmd/onair-worker") {
		for _, d := range p.Deps {
			if slices.Contains(notInWorker, d) {
				t.Errorf("onair-worker links %s", d)
			}
		}
	}
}
