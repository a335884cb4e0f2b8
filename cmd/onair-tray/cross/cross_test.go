// Package cross builds the tray for the systems that it is made for. It stands apart because a first build of each
// system's standard library takes minutes on a busy machine.
package cross

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestBuilds links for four systems without cgo. macOS needs cgo and its own SDK to link: only vet.
func TestBuilds(t *testing.T) {
	if testing.Short() {
		t.Skip("builds for five systems")
	}
	for _, target := range []string{"linux/amd64", "linux/arm64", "windows/amd64", "windows/arm64", "darwin/arm64"} {
		system, arch, _ := strings.Cut(target, "/")
		out := filepath.Join(t.TempDir(), "onair-tray")
		c := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", out, "onair/cmd/onair-tray")
		if system == "darwin" {
			c = exec.Command("go", "vet", "onair/cmd/onair-tray", "onair/tray/...")
		}
		c.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+arch)
		if b, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", target, err, b)
			continue
		}
		if i, err := os.Stat(out); err == nil {
			t.Logf("%-14s %5.1f MB", target, float64(i.Size())/1e6)
		}
	}
}
