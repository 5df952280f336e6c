package chromium

import (
	"os"

	"golang.org/x/sys/unix"
)

// leastFree is how much room a browser's files need, in bytes.
const leastFree = 64 << 20

// memoryFolder returns a folder whose files are held in memory, or that for
// temporary files.
func memoryFolder() string {
	for _, path := range []string{"/dev/shm", os.Getenv("XDG_RUNTIME_DIR")} {
		var s unix.Statfs_t
		if path == "" || unix.Statfs(path, &s) != nil {
			continue
		}
		if s.Type == unix.TMPFS_MAGIC && s.Bavail*uint64(s.Bsize) >= leastFree && unix.Access(path, unix.W_OK) == nil {
			return path
		}
	}
	return os.TempDir()
}
