package view

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
)

const (
	// keptFiles is how many files put aside stay for a person to look at; more would fill the disk in a crash loop.
	keptFiles = 2
	// closeWait bounds closing: after a panic in a write bbolt's own lock may be held for ever.
	closeWait = time.Second
)

// guard runs fn on a file that may be damaged. Panics, faults on pages beyond the file's end, and writes to places where
// no file reaches (a damaged list of free pages names them) become ErrDamaged.
func guard(fn func() error) (err error) {
	old := debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(old)
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	err = fn()
	var in *fs.PathError
	if errors.As(err, &in) && in.Op == "write" && (errors.Is(err, syscall.EFBIG) || errors.Is(err, syscall.EINVAL)) {
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// closeFile closes db, or gives it up: the lock of a file that was put aside disturbs nobody.
func closeFile(db *bbolt.DB) error {
	done := make(chan error, 1)
	go func() { done <- guard(db.Close) }()
	select {
	case err := <-done:
		return err
	case <-time.After(closeWait):
		return fmt.Errorf("%w: cannot be closed", ErrDamaged)
	}
}

// Renew puts the file aside under a new name and begins an empty one, which takes over what can be read of the
// history. The caller commits a whole state next.
func (st *Store) Renew() error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.db != nil {
		if err := closeFile(st.db); err != nil {
			st.log.Warn("old store", "path", st.path, "err", err)
		}
		st.db = nil
	}
	old, err := putFileAside(st.path)
	if err != nil {
		return fmt.Errorf("store: put aside: %w", err)
	}
	if st.db, err = openFile(st.path); err != nil {
		return err
	}
	clear(st.sums)
	st.meta = storeMeta{}
	st.suspect.Store(false)
	if old == "" {
		return nil
	}
	parts, err := copyHistory(st.db, old)
	st.log.Warn("store put aside", "path", old, "history_parts", parts, "err", err)
	return nil
}

// putFileAside renames path to path.old-N, N counting up, and removes all but the newest of these. It gives the new
// name, "" when there was no file.
func putFileAside(path string) (string, error) {
	prefix := filepath.Base(path) + ".old-"
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return "", err
	}
	last := 0
	numbers := map[int]string{}
	for _, e := range entries {
		if n, err := strconv.Atoi(strings.TrimPrefix(e.Name(), prefix)); err == nil && strings.HasPrefix(e.Name(), prefix) && n > 0 {
			numbers[n] = filepath.Join(filepath.Dir(path), e.Name())
			last = max(last, n)
		}
	}
	name := path + ".old-" + strconv.Itoa(last+1)
	if err := os.Rename(path, name); errors.Is(err, os.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	for n, old := range numbers {
		if n <= last+1-keptFiles {
			if err := os.Remove(old); err != nil {
				return "", err
			}
		}
	}
	return name, nil
}
