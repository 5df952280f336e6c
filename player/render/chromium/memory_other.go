//go:build !linux

package chromium

import "os"

// memoryFolder returns the folder for temporary files: these systems have none
// in memory that is always there.
func memoryFolder() string { return os.TempDir() }
