//go:build !unix

package edge

import "io/fs"

// otherEyes knows nothing here: there are no such bits.
func otherEyes(fs.FileInfo) bool { return false }
