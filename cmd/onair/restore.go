package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"onair/broker"
	"onair/broker/embed"
	"onair/cmd/internal/config"
	"onair/view"
)

// restoreCmd brings back what a backup holds.
type restoreCmd struct {
	operatorFlags
	File  string `arg:"" help:"The backup." type:"existingfile"`
	Facts bool   `help:"Give only what people decided (channels, creators, blocks, verdicts) to a hub that runs."`
	Force bool   `help:"Put aside what the folder holds (view.db.replaced and so on); with --facts, replace what is there otherwise."`
}

// Run is called by kong.
func (c *restoreCmd) Run(ctx context.Context, o out) error {
	file, err := os.Open(c.File)
	if err != nil {
		return config.UsageError{Err: err}
	}
	defer file.Close()
	// The whole file is read before anything is touched.
	facts := []byte{}
	m, err := readBackup(bufio.NewReaderSize(file, 1<<20), func(name string, size int64, r io.Reader) (err error) {
		if name != entryFacts {
			return nil
		}
		if size > maxFactsEntry {
			return fmt.Errorf("%w: %s has %d bytes", errBackup, name, size)
		}
		facts, err = io.ReadAll(r)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	list, err := readFacts(bytes.NewReader(facts))
	if err == nil {
		err = checkFacts(list)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	if c.Facts {
		a, err := c.client()
		if err != nil {
			return err
		}
		var done factsRestored
		if err := a.RestoreFacts(ctx, facts, c.Force, &done); err != nil {
			return err
		}
		announce(o, "%s\n", done)
		return nil
	}
	if c.Data == "" {
		c.Data = config.Default("hub")
	}
	if err := config.DataDir(c.Data); err != nil {
		return config.UsageError{Err: err}
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r := &restoring{data: c.Data, m: m, facts: list, force: c.Force}
	if err := r.run(ctx, file, c); err != nil {
		return err
	}
	announce(o, "%s: state at message %d of %s, %d facts%s\n", c.Data, m.Position, m.Made.Format("2006-01-02 15:04 MST"), m.Facts, m.extras())
	if !m.Log {
		announce(o, "the log begins anew: history and facts are kept, the list fills with the first answers\n")
	}
	return nil
}

// restoring is a restore on its way into a folder.
type restoring struct {
	data  string
	m     *manifest
	facts []backupFact
	force bool
	undo  []func() error // newest last
}

// Names in the folder.
const (
	viewFile  = "view.db"
	viewNew   = "view.db.restoring"
	natsDir   = "nats"
	keysDir   = "keys"
	replacedX = ".replaced"
)

// run fills the folder. The view's file gets its name last: with it the folder is a hub's. Whatever fails before is
// undone.
func (r *restoring) run(ctx context.Context, file io.Reader, c *restoreCmd) (err error) {
	if err := r.clear(); err != nil {
		return err
	}
	defer func() {
		if err == nil {
			return
		}
		for i := len(r.undo) - 1; i >= 0; i-- {
			err = errors.Join(err, r.undo[i]())
		}
	}()
	if err := r.make(); err != nil {
		return err
	}
	var head []byte
	var pages *os.File
	_, err = readBackup(bufio.NewReaderSize(file, 1<<20), func(name string, size int64, in io.Reader) (err error) {
		switch name {
		case entryFacts:
			return nil
		case entryView:
			return writeFile(filepath.Join(r.data, viewNew), in)
		case entryLogHead:
			head, err = io.ReadAll(io.LimitReader(in, maxSmall))
			return err
		case entryLog:
			var drop func()
			if pages, drop, err = spool(r.data); err != nil {
				return err
			}
			r.undo = append(r.undo, func() error { drop(); return nil })
			_, err = io.Copy(pages, in)
			return err
		}
		if size > maxSmall {
			return fmt.Errorf("%w: %s has %d bytes", errBackup, name, size)
		}
		return writeFile(filepath.Join(r.data, filepath.FromSlash(name)), in)
	})
	if err != nil {
		return err
	}
	if err := r.fill(ctx, head, pages, c); err != nil {
		return err
	}
	if pages != nil {
		_ = pages.Close()
	}
	if err := os.Rename(filepath.Join(r.data, viewNew), filepath.Join(r.data, viewFile)); err != nil {
		return err
	}
	return syncDir(r.data)
}

// clear makes sure that the folder is empty and nobody's, or puts aside what is there.
func (r *restoring) clear() error {
	path := filepath.Join(r.data, viewFile)
	if _, err := os.Stat(path); err == nil {
		store, err := view.Open(path, view.StoreOptions{})
		switch {
		case errors.Is(err, view.ErrInUse):
			return config.UsageError{Err: fmt.Errorf("--data %s: a hub runs there; stop it first, or restore only --facts", r.data)}
		case err != nil:
			return err
		}
		if err := store.Close(); err != nil {
			return err
		}
	}
	for _, name := range r.touches() {
		if _, err := os.Lstat(filepath.Join(r.data, name)); errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return err
		}
		if !r.force {
			return config.UsageError{Err: fmt.Errorf("--data %s holds %s already; --force puts it aside", r.data, name)}
		}
	}
	return nil
}

// touches names what the restore writes to.
func (r *restoring) touches() []string {
	if r.m.Keys {
		return []string{viewFile, natsDir, keysDir}
	}
	return []string{viewFile, natsDir}
}

// make moves what is there, and notes how to bring it back.
func (r *restoring) make() error {
	for _, name := range r.touches() {
		path := filepath.Join(r.data, name)
		aside := path + replacedX
		if _, err := os.Lstat(path); err == nil {
			if err := os.RemoveAll(aside); err != nil {
				return err
			}
			if err := os.Rename(path, aside); err != nil {
				return err
			}
			r.undo = append(r.undo, func() error { return os.Rename(aside, path) })
		}
		r.undo = append(r.undo, func() error { return os.RemoveAll(path) })
	}
	r.undo = append(r.undo, func() error { return os.RemoveAll(filepath.Join(r.data, viewNew)) })
	return nil
}

// fill starts a broker that nobody else can reach, and gives it log and facts.
func (r *restoring) fill(ctx context.Context, head []byte, pages *os.File, c *restoreCmd) error {
	if _, err := os.Stat(filepath.Join(r.data, viewNew)); err != nil {
		return fmt.Errorf("%w: no %s", errBackup, entryView)
	}
	log := c.Logger(os.Stderr)
	server, err := embed.Start(ctx, embed.Options{Dir: filepath.Join(r.data, natsDir), KeysDir: filepath.Join(r.data, "keys"), Log: log})
	if err != nil {
		return err
	}
	defer server.Shutdown()
	nc, err := server.Hub()
	if err != nil {
		return err
	}
	defer nc.Close()
	if pages != nil {
		if _, err := pages.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if err := loadLog(ctx, nc, head, bufio.NewReaderSize(pages, 1<<20)); err != nil {
			return err
		}
	}
	b, err := broker.Open(ctx, nc, broker.Options{Virtual: r.m.Virtual, Log: log})
	if err != nil {
		return err
	}
	if pages != nil && r.m.Follows {
		info, err := b.Info(ctx)
		if err != nil {
			return err
		}
		if err := r.rebase(info.Created); err != nil {
			return err
		}
	}
	_, err = restoreFacts(ctx, b.Facts(), r.facts, true)
	return err
}

// rebase lets the state go on with the restored log, which has the messages of the old one and another date.
func (r *restoring) rebase(created time.Time) error {
	store, err := view.Open(filepath.Join(r.data, viewNew), view.StoreOptions{})
	if err != nil {
		return err
	}
	return errors.Join(store.Rebase(created), store.Close())
}

// writeFile writes a file of the folder, for its owner only, and makes it last.
func writeFile(path string, in io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, in)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
