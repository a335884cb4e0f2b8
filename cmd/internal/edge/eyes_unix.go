//go:build unix

package edge

import "io/fs"

// otherEyes reports whether others than the owner can read a file.
func otherEyes(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }
