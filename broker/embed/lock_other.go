//go:build !unix

package embed

import (
	"os"
	"path/filepath"
)

// lockFolder only opens the file here: the view's database, which locks itself everywhere, guards the folder.
func lockFolder(dir string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
}
