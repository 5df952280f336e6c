//go:build !unix && !windows

package source

// freeSpace does not know.
func freeSpace(string) (int64, error) { return -1, nil }

func syncFolder(string) error { return nil }
