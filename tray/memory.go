package tray

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"onair/api/client"
	"onair/live"
)

// Memory is what outlives the program: what the menu showed, the pause, the latest alerts.
type Memory struct {
	Version   int               `json:"v"`
	Server    string            `json:"server"`
	AsOf      time.Time         `json:"as_of,omitzero"`
	Total     int               `json:"total"`
	Platforms []client.Platform `json:"platforms"`
	Clock     live.ClockPair    `json:"clock,omitzero"`
	Rows      []*Stream         `json:"rows"`
	Paused    time.Time         `json:"paused,omitzero"`
	Recent    []Alert           `json:"recent"`
}

const (
	memoryVersion = 1
	// maxMemory bounds the file; what a menu shows takes 30 KB.
	maxMemory = 1 << 20
	// saveEvery: a list that is a few minutes older after a crash does no harm, and disks want to sleep.
	saveEvery = 5 * time.Minute
)

// LoadMemory reads the file. One that is not there, or not whole, is an empty Memory; the error is for the log.
func LoadMemory(path string) (Memory, error) {
	i, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Memory{}, nil
	}
	if err != nil {
		return Memory{}, fmt.Errorf("memory: %w", err)
	}
	if i.Size() > maxMemory {
		return Memory{}, fmt.Errorf("memory: %s has %d bytes", path, i.Size())
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return Memory{}, fmt.Errorf("memory: %w", err)
	}
	var m Memory
	if err := json.Unmarshal(b, &m); err != nil {
		return Memory{}, fmt.Errorf("memory: %s: %w", path, err)
	}
	if m.Version != memoryVersion {
		return Memory{}, nil
	}
	for _, r := range m.Rows {
		if r == nil {
			return Memory{}, fmt.Errorf("memory: %s: a row is missing", path)
		}
	}
	for _, a := range m.Recent {
		if a.Stream == nil {
			return Memory{}, fmt.Errorf("memory: %s: an alert without its stream", path)
		}
	}
	return m, nil
}

func (m *Memory) save(path string) error {
	m.Version = memoryVersion
	b, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("memory: %w", err)
	}
	if err := writeFile(path, b); err != nil {
		return fmt.Errorf("memory: %w", err)
	}
	return nil
}
