//go:build unix

package chromium

import (
	"os/exec"
	"syscall"
)

// own makes a command the first of a process group, so that it can be ended with
// all its children.
func own(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	dieWithParent(cmd.SysProcAttr)
	cmd.Cancel = func() error {
		endGroup(cmd.Process.Pid)
		return cmd.Process.Kill()
	}
}

// endGroup kills what is left of a process group.
func endGroup(leader int) { _ = syscall.Kill(-leader, syscall.SIGKILL) }
