package desktop

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

func autostartFile() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "autostart", name+".desktop"), nil
}

func autostart() (on, possible bool) {
	path, err := autostartFile()
	if err != nil {
		return false, false
	}
	b, err := os.ReadFile(path)
	return err == nil && started(string(b)), true
}

func writeAutostart(args []string) error {
	path, err := autostartFile()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(desktopEntry(args)), 0o644)
}

func removeAutostart() error {
	path, err := autostartFile()
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
