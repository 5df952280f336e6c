//go:build unix && !linux

package chromium

import "syscall"

// dieWithParent has nothing to set: the browser ends when its pipe is closed.
func dieWithParent(*syscall.SysProcAttr) {}
