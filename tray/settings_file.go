package tray

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// File is the settings file on disk.
type File struct {
	Path string
	last []byte // as read or written
}

// Load reads the file; one that is not there gives the defaults.
func (f *File) Load() (Settings, error) {
	b, err := os.ReadFile(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		f.last = nil
		return DefaultSettings(), nil
	}
	if err != nil {
		return DefaultSettings(), fmt.Errorf("%w: %w", ErrSettings, err)
	}
	f.last = b
	s, err := ParseSettings(b)
	if err != nil {
		return s, fmt.Errorf("%s: %w", f.Path, err)
	}
	return s, nil
}

// Changed reports whether the file is another than at the last Load or Save: somebody edited it.
func (f *File) Changed() bool {
	b, err := os.ReadFile(f.Path)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist) && f.last != nil
	}
	return f.last == nil || !bytes.Equal(b, f.last)
}

// Create puts a commented file there if there is none.
func (f *File) Create() error {
	if _, err := os.Stat(f.Path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return writeFile(f.Path, []byte(firstFile))
}

// Save changes the file to say s, keeping what else stands there. A file that cannot be read is left alone: it holds
// somebody's edit.
func (f *File) Save(s Settings) error {
	b, err := os.ReadFile(f.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		b = []byte(firstFile)
	case err != nil:
		return fmt.Errorf("settings: %w", err)
	}
	was, err := ParseSettings(b)
	if err != nil {
		return fmt.Errorf("%s: %w", f.Path, err)
	}
	out, err := edit(b, was, s)
	if err != nil {
		return fmt.Errorf("%s: %w", f.Path, err)
	}
	if err := writeFile(f.Path, out); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	f.last = out
	return nil
}

// writeFile replaces a file in one step, so that nobody reads half of it and a crash leaves the old one. A symbolic
// link stays one.
func writeFile(path string, b []byte) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	t, err := os.CreateTemp(dir, "."+strings.TrimPrefix(filepath.Base(path), ".")+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(t.Name())
	_, err = t.Write(b)
	if err == nil {
		err = t.Sync()
	}
	if e := t.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(t.Name(), path)
}
