package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"onair/broker"
	"onair/extension"
	"onair/live"
	"onair/sink/thumbs"
	"onair/view"
)

// thumbSettings say where copies of thumbnails are kept.
type thumbSettings struct {
	Thumbs     string `help:"Where copies of thumbnails are kept: gs://BUCKET, s3://BUCKET?region=…, file:///FOLDER; \"off\" keeps none. DATA/thumbs when empty." env:"ONAIR_THUMBS" placeholder:"URL"`
	ThumbsBase string `help:"Base of the links to them, such as a CDN's; the bucket's own when empty." env:"ONAIR_THUMBS_BASE" placeholder:"URL"`
	ThumbsTop  int    `help:"For how many entries from the top." default:"300" env:"ONAIR_THUMBS_TOP"`
}

const (
	noThumbs = "off"
	// maxThumbsTop: each is asked for once a minute at most; more would weigh on the sites for what few people see.
	maxThumbsTop = 2000
	// thumbsPerPlatform are also copied of each platform's own column.
	thumbsPerPlatform = 50
)

func (s *thumbSettings) check() error {
	if s.ThumbsTop < 1 || s.ThumbsTop > maxThumbsTop {
		return fmt.Errorf("--thumbs-top %d is not between 1 and %d", s.ThumbsTop, maxThumbsTop)
	}
	if s.ThumbsBase != "" && s.Thumbs == noThumbs {
		return errors.New("--thumbs-base without --thumbs")
	}
	return nil
}

// open opens the store; nil when none is wanted.
func (s *thumbSettings) open(ctx context.Context, data string) (*thumbs.Store, error) {
	switch s.Thumbs {
	case noThumbs:
		return nil, nil
	case "":
		return thumbs.OpenFolder(filepath.Join(data, "thumbs"))
	}
	store, err := thumbs.Open(ctx, s.Thumbs, s.ThumbsBase)
	if err != nil {
		return nil, fmt.Errorf("--thumbs: %w", err)
	}
	return store, nil
}

// copyThumbs keeps copies of what people see, in the name of one leader, until ctx ends. It goes by real time, as facts
// expire: at sixty times the speed of time pictures would take the machine from the list.
func (d *duties) copyThumbs(ctx context.Context, b *broker.Broker, epoch broker.Epoch, v *view.View) error {
	if d.pictures == nil {
		return nil
	}
	r := &thumbs.Runner{
		Store: d.pictures, Infos: d.infos, Facts: thumbFacts{derived{b.Facts(), epoch}}, Clock: live.RealClock{}, Log: d.log,
		Shown: func() []thumbs.Shown { return onScreen(v.Current(), d.settings.ThumbsTop) },
	}
	d.copies.Store(r)
	defer d.copies.Store(nil)
	return r.Run(ctx)
}

// onScreen lists the broadcasts whose pictures people see: the first of the whole list, and of each platform's.
func onScreen(s *view.Snapshot, top int) []thumbs.Shown {
	if s == nil {
		return nil
	}
	var out []thumbs.Shown
	of := map[live.Platform]int{}
	for _, e := range s.Entries {
		if len(e.Broadcasts) == 0 || e.Rank == 0 {
			continue
		}
		p := e.Broadcasts[0].ID.Platform
		if of[p]++; e.Rank > top && of[p] > thumbsPerPlatform {
			continue
		}
		for _, m := range e.Broadcasts {
			if m.Picture != "" {
				out = append(out, thumbs.Shown{ID: m.ID, Source: m.Picture})
				break
			}
		}
	}
	return out
}

// thumbsFolder opens the folder that this node has to serve pictures from; nil when they are in a bucket or nowhere.
func thumbsFolder(s *thumbs.Store) (*os.Root, error) {
	if s == nil || s.Folder() == "" {
		return nil, nil
	}
	return os.OpenRoot(s.Folder())
}

// webPage is the files of the web page; nil when it was not built into this program.
func webPage() fs.FS {
	if !extension.Built() {
		return nil
	}
	return extension.Web()
}
