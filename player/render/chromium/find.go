package chromium

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// Find returns the browser to use: the given program, or else the first that is
// found where Chromium, Chrome and Edge are installed.
func Find(path string) (string, error) {
	if path != "" {
		found, err := exec.LookPath(path)
		if err != nil {
			return "", fmt.Errorf("%w: %s is no program", ErrMissing, filepath.Base(path))
		}
		return found, nil
	}
	for _, candidate := range candidates(runtime.GOOS, os.Getenv) {
		if found, err := exec.LookPath(candidate); err == nil {
			return found, nil
		}
	}
	return "", ErrMissing
}

// candidates lists where browsers are, the best first: those that are Chromium
// itself, then Chrome, then Edge. What a snap holds comes last, since it sees
// only some folders.
func candidates(system string, env func(string) string) []string {
	switch system {
	case "darwin":
		return macCandidates(env("HOME"))
	case "windows":
		return windowsCandidates(env)
	}
	return []string{
		"chromium", "google-chrome-stable", "google-chrome", "microsoft-edge-stable", "microsoft-edge", "brave-browser",
		"/opt/google/chrome/chrome", "/opt/microsoft/msedge/msedge", "/usr/lib/chromium/chromium", "/usr/lib64/chromium-browser/chromium-browser",
		"chrome", "headless_shell", "headless-shell", "google-chrome-beta", "google-chrome-unstable", "microsoft-edge-beta",
		"/var/lib/flatpak/exports/bin/org.chromium.Chromium", "chromium-browser", "/snap/bin/chromium",
	}
}

func macCandidates(home string) []string {
	var list []string
	for _, name := range []string{"Chromium", "Google Chrome", "Microsoft Edge", "Brave Browser", "Google Chrome Beta", "Google Chrome Canary"} {
		inside := filepath.Join(name+".app", "Contents", "MacOS", name)
		list = append(list, filepath.Join("/Applications", inside))
		if home != "" {
			list = append(list, filepath.Join(home, "Applications", inside))
		}
	}
	return append(list, "chromium")
}

func windowsCandidates(env func(string) string) []string {
	var list []string
	for _, inside := range []string{`Chromium\Application\chrome.exe`, `Google\Chrome\Application\chrome.exe`, `Microsoft\Edge\Application\msedge.exe`} {
		for _, name := range []string{"ProgramW6432", "ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"} {
			if root := env(name); root != "" {
				list = append(list, root+`\`+inside)
			}
		}
	}
	return append(list, "chrome.exe", "msedge.exe")
}
