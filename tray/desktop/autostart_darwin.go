package desktop

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

const agent = "io.onair.tray"

func agentFile() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, "Library", "LaunchAgents", agent+".plist"), nil
}

func autostart() (on, possible bool) {
	path, err := agentFile()
	if err != nil {
		return false, false
	}
	_, err = os.Stat(path)
	return err == nil, true
}

func writeAutostart(args []string) error {
	path, err := agentFile()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(launchAgent(agent, args)), 0o644)
}

func removeAutostart() error {
	path, err := agentFile()
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
