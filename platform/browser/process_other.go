//go:build !linux

package browser

import (
	"errors"
	"os/exec"
)

// Elsewhere there is no /proc to hold a browser to its bounds, so none is started: Find says so.
const (
	supported = false
	maxDir    = 40
)

type profile struct{ path string }

func unsafe() bool                        { return false }
func ownGroup(*exec.Cmd)                  {}
func newProfile(string) (*profile, error) { return nil, errors.New("no browser on this system") }
func (*profile) remove() error            { return nil }
func (*profile) killGroup(int)            {}
func sweepProfiles(string)                {}
func memory(int) int64                    { return 0 }
