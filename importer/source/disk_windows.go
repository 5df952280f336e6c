package source

import "golang.org/x/sys/windows"

// freeSpace returns the bytes that this user may still write to dir's disk.
func freeSpace(dir string) (int64, error) {
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(path, &free, nil, nil); err != nil {
		return 0, err
	}
	return int64(free), nil
}

// syncFolder does nothing: Windows has no such call for folders, and keeps
// renames in its journal.
func syncFolder(string) error { return nil }
