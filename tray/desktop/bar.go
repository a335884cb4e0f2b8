//go:build windows || (darwin && cgo)

package desktop

import (
	"context"
	"sync"

	"fyne.io/systray"

	"onair/tray"
)

// Bar is the icon with its menu. systray keeps its state in variables of its package: one Bar a process.
type Bar struct {
	ctx     context.Context
	touches chan tray.Touch
	items   map[string]*systray.MenuItem
	done    map[string]tray.Item // what each item says; hidden ones may say something old
	joined  sync.WaitGroup
}

var _ tray.Bar = (*Bar)(nil)

// Possible reports whether this program can show a tray at all.
const Possible = true

// Main shows the tray and calls run with it, until run returns; it returns run's error. It must be called from the main
// goroutine, once in a process.
func Main(ctx context.Context, title string, run func(ctx context.Context, b *Bar) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b := &Bar{ctx: ctx, touches: make(chan tray.Touch), items: map[string]*systray.MenuItem{}, done: map[string]tray.Item{}}
	out := make(chan error, 1)
	var watching sync.WaitGroup
	systray.Run(func() {
		systray.SetTitle(shownTitle(title))
		watching.Go(func() { b.opened() })
		go func() {
			err := run(ctx, b)
			cancel()
			out <- err
			systray.Quit()
		}()
	}, cancel)
	cancel()
	err := <-out
	watching.Wait()
	b.joined.Wait()
	return err
}

// opened passes on that the menu opens; that it closes neither Windows nor macOS says.
func (b *Bar) opened() {
	for {
		select {
		case <-systray.TrayOpenedCh:
			send(b.ctx, b.touches, tray.Touch{Opened: true})
		case <-b.ctx.Done():
			return
		}
	}
}

// Touches is what was done to the menu.
func (b *Bar) Touches() <-chan tray.Touch { return b.touches }

// SetFace implements tray.Bar.
func (b *Bar) SetFace(f tray.Face) { systray.SetIcon(faceBytes(f)) }

// SetTooltip implements tray.Bar.
func (b *Bar) SetTooltip(text string) { systray.SetTooltip(text) }

// Apply implements tray.Bar.
func (b *Bar) Apply(patches []tray.Patch, glyph func(string) []byte) {
	for _, p := range patches {
		if p.New {
			b.add(p.Item)
		}
		b.update(p.Item, glyph)
	}
}

func (b *Bar) add(it tray.Item) {
	parent := b.items[it.Parent]
	if it.Kind == tray.Rule {
		if parent == nil {
			systray.AddSeparator()
		} else {
			parent.AddSeparator()
		}
		return
	}
	var m *systray.MenuItem
	switch {
	case it.Kind == tray.Check && parent == nil:
		m = systray.AddMenuItemCheckbox(label(it.Text), "", it.Checked)
	case it.Kind == tray.Check:
		m = parent.AddSubMenuItemCheckbox(label(it.Text), "", it.Checked)
	case parent == nil:
		m = systray.AddMenuItem(label(it.Text), "")
	default:
		m = parent.AddSubMenuItem(label(it.Text), "")
	}
	b.items[it.Key] = m
	b.done[it.Key] = tray.Item{Text: it.Text, Checked: it.Checked}
	b.joined.Go(func() {
		for {
			select {
			case _, ok := <-m.ClickedCh:
				if !ok {
					return
				}
				send(b.ctx, b.touches, tray.Touch{Key: it.Key})
			case <-b.ctx.Done():
				return
			}
		}
	})
}

// update makes an item say what it should. A hidden one is only hidden: on Windows anything else would show it again.
func (b *Bar) update(it tray.Item, glyph func(string) []byte) {
	m, was := b.items[it.Key], b.done[it.Key]
	if m == nil {
		return // a separator
	}
	if it.Hidden {
		if !was.Hidden {
			m.Hide()
			was.Hidden = true
			b.done[it.Key] = was
		}
		return
	}
	if it.Text != was.Text {
		m.SetTitle(label(it.Text))
	}
	if it.Icon != was.Icon {
		if png := glyph(it.Icon); png != nil {
			m.SetIcon(iconBytes(png))
		}
	}
	if it.Disabled != was.Disabled {
		if it.Disabled {
			m.Disable()
		} else {
			m.Enable()
		}
	}
	if it.Checked != was.Checked {
		if it.Checked {
			m.Check()
		} else {
			m.Uncheck()
		}
	}
	if was.Hidden {
		m.Show()
	}
	b.done[it.Key] = it
}
