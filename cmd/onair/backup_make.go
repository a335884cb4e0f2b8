package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"onair/broker"
	"onair/view"
)

// backupSource is where a backup is taken from: a hub's own parts, or a stopped hub's folder opened for it.
type backupSource struct {
	data   string
	store  *view.Store
	broker *broker.Broker
	log    *slog.Logger
}

// write writes a backup. The view is copied before the log, so that the log has what follows it. Both are put on disk
// first: a slow reader must hold up nobody.
func (s *backupSource) write(ctx context.Context, w io.Writer, withLog, withKeys bool) error {
	info, err := s.broker.Info(ctx)
	if err != nil {
		return err
	}
	m := &manifest{Format: backupFormat, Version: version, Made: time.Now().UTC().Truncate(time.Second), Log: withLog, Keys: withKeys}
	if info.Virtual {
		m.Virtual = map[string]string{}
		for k, v := range info.Metadata {
			if !strings.HasPrefix(k, "_nats.") {
				m.Virtual[k] = v
			}
		}
	}
	image, drop, err := spool(s.data)
	if err != nil {
		return err
	}
	defer drop()
	held, err := s.store.Backup(image)
	if err != nil {
		return err
	}
	m.Lineage, m.Position = held.Lineage, held.Position
	m.Follows = withLog && held.Lineage.Created.Equal(info.Created)
	facts, err := s.broker.Facts().List(ctx, broker.BucketFacts)
	if err != nil {
		return err
	}
	m.Facts = len(facts)
	text, err := writeFacts(facts)
	if err != nil {
		return err
	}
	out, err := newBackupWriter(w, m)
	if err != nil {
		return err
	}
	if err := out.add(entryFacts, int64(len(text)), bytes.NewReader(text)); err != nil {
		return err
	}
	if err := addFile(out, entryView, image); err != nil {
		return err
	}
	if withLog {
		pages, drop, err := spool(s.data)
		if err != nil {
			return err
		}
		defer drop()
		head, err := saveLog(ctx, s.broker.Conn(), pages)
		if err != nil {
			return err
		}
		if err := errors.Join(out.add(entryLogHead, int64(len(head)), bytes.NewReader(head)), addFile(out, entryLog, pages)); err != nil {
			return err
		}
	}
	if withKeys {
		if err := s.addKeys(out); err != nil {
			return err
		}
	}
	return out.finish()
}

// spool makes a file that has no name any more, or loses it in drop where systems do not allow that.
func spool(dir string) (file *os.File, drop func(), err error) {
	file, err = os.CreateTemp(dir, ".backup-*.part")
	if err != nil {
		return nil, nil, err
	}
	gone := os.Remove(file.Name()) == nil
	return file, func() {
		_ = file.Close()
		if !gone {
			_ = os.Remove(file.Name())
		}
	}, nil
}

// addFile adds what was written to a file.
func addFile(out *backupWriter, name string, file *os.File) error {
	size, err := file.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	return out.add(name, size, file)
}

// addKeys adds the seeds, tokens and certificates of the folder, and the broker's configuration, which knows the
// workers' public keys.
func (s *backupSource) addKeys(out *backupWriter) error {
	for _, dir := range []string{dirKeys, dirNats} {
		root := filepath.Join(s.data, filepath.FromSlash(dir))
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "jetstream":
				return fs.SkipDir
			}
			rel, err := filepath.Rel(s.data, path)
			if err != nil || !d.Type().IsRegular() || !knownEntry(filepath.ToSlash(rel)) {
				return err
			}
			if filepath.ToSlash(rel) == filepath.ToSlash(adminAddressName) { // of a listener that is not there
				return nil
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if len(b) > maxSmall {
				return fmt.Errorf("backup: %s: %d bytes", rel, len(b))
			}
			return out.add(filepath.ToSlash(rel), int64(len(b)), bytes.NewReader(b))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// routes are those of the admin listener that backups go through.
func (s *backupSource) routes() map[string]http.Handler {
	return map[string]http.Handler{
		"GET /v1/backup": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			q := r.URL.Query()
			w.Header().Set("Content-Type", "application/zstd")
			if err := s.write(r.Context(), w, q.Get("log") == "true", q.Get("keys") == "true"); err != nil {
				// Something may have been sent: only a cut connection tells that it is not whole.
				s.log.Error("backup", "err", err)
				panic(http.ErrAbortHandler)
			}
		}),
		"POST /v1/facts": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			list, err := readFacts(http.MaxBytesReader(w, r.Body, maxFactsEntry))
			var done factsRestored
			if err == nil {
				done, err = restoreFacts(r.Context(), s.broker.Facts(), list, r.URL.Query().Get("force") == "true")
			}
			reply(w, done, err)
		}),
	}
}
