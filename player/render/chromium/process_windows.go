package chromium

import "os/exec"

// own leaves a command as it is: the browser's children end when they lose it.
func own(*exec.Cmd) {}

func endGroup(int) {}
