package chromium

import "syscall"

// dieWithParent makes the kernel end the browser when this program ends, however
// that happens.
func dieWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }
