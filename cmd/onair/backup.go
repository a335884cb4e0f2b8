package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"onair/broker/embed"
	"onair/cmd/internal/config"
	"onair/view"
)

// backupCmd writes what a hub knows into one file.
type backupCmd struct {
	operatorFlags
	File  string `arg:"" help:"The file to write: a tar under zstd." type:"path"`
	Log   bool   `help:"With the log, up to 4 GiB: without it a restored hub keeps history and what people decided, and fills its list anew."`
	Keys  bool   `help:"With the hub's and workers' keys: whoever has the file can then speak for them."`
	Force bool   `help:"Replace a file that is there."`
}

// Run is called by kong.
func (c *backupCmd) Run(ctx context.Context, o out) error {
	if _, err := os.Lstat(c.File); err == nil && !c.Force {
		return config.UsageError{Err: fmt.Errorf("%s is there already; --force replaces it", c.File)}
	}
	if c.Data == "" {
		c.Data = config.Default("hub")
	}
	file, err := os.CreateTemp(filepath.Dir(c.File), "."+filepath.Base(c.File)+".*.part") // 0600: keys may be in it
	if err != nil {
		return config.UsageError{Err: err}
	}
	defer os.Remove(file.Name()) // of a broken one; the whole one has another name by then
	defer file.Close()
	if err := c.fill(ctx, file); err != nil {
		return err
	}
	// What was written is read again from the disk, as a restore would.
	if err := file.Sync(); err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	m, err := readBackup(bufio.NewReaderSize(file, 1<<20), func(string, int64, io.Reader) error { return nil })
	if err != nil {
		return fmt.Errorf("%s, as it was written: %w", c.File, err)
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err == nil {
		err = os.Rename(file.Name(), c.File)
	}
	if err == nil {
		err = syncDir(filepath.Dir(c.File))
	}
	if err != nil {
		return err
	}
	announce(o, "%s: %s bytes, state at message %d, %d facts%s\n", c.File, thousands(size), m.Position, m.Facts, m.extras())
	return nil
}

func (m *manifest) extras() string {
	text := ", without the log"
	if m.Log {
		text = ", with the log"
	}
	if m.Keys {
		return text + ", WITH KEYS: keep it secret"
	}
	return text + ", without keys"
}

// fill writes the backup: of the hub that runs, through its admin listener, else of the folder.
func (c *backupCmd) fill(ctx context.Context, w io.Writer) error {
	if c.Admin == "" {
		source, done, err := openStopped(ctx, c)
		if err == nil {
			err = source.write(ctx, w, c.Log, c.Keys)
			return errors.Join(err, done())
		}
		if !errors.Is(err, view.ErrInUse) {
			return err
		}
	}
	a, err := c.client()
	if err != nil {
		return err
	}
	body, err := a.Backup(ctx, c.Log, c.Keys)
	if err != nil {
		return err
	}
	defer body.Close()
	if _, err = io.Copy(w, body); err != nil {
		return fmt.Errorf("backup: the hub broke off (its log says why): %w", err)
	}
	return nil
}

// openStopped opens the folder of a hub that does not run, which cannot start meanwhile. ErrInUse when it runs.
func openStopped(ctx context.Context, c *backupCmd) (source *backupSource, done func() error, err error) {
	log := c.Logger(os.Stderr)
	path := filepath.Join(c.Data, "view.db")
	if _, err := os.Stat(path); err != nil {
		return nil, nil, config.UsageError{Err: fmt.Errorf("--data %s is no hub's folder: %w", c.Data, err)}
	}
	store, err := view.Open(path, view.StoreOptions{Log: log})
	if err != nil {
		return nil, nil, err
	}
	server, err := embed.Start(ctx, embed.Options{Dir: filepath.Join(c.Data, "nats"), KeysDir: filepath.Join(c.Data, "keys"), Log: log})
	if err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	nc, err := server.Hub()
	if err != nil {
		server.Shutdown()
		return nil, nil, errors.Join(err, store.Close())
	}
	done = func() error {
		nc.Close()
		server.Shutdown()
		return store.Close()
	}
	b, err := openAsIs(ctx, nc)
	if err != nil {
		if strings.Contains(err.Error(), "stream not found") {
			err = config.UsageError{Err: fmt.Errorf("--data %s: the broker is elsewhere; start the hub and back it up through --admin: %w", c.Data, err)}
		}
		return nil, nil, errors.Join(err, done())
	}
	return &backupSource{c.Data, store, b, log}, done, nil
}

// syncDir makes a rename last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	return errors.Join(err, d.Close())
}
