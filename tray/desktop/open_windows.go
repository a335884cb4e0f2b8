package desktop

import (
	"os/exec"

	"golang.org/x/sys/windows"
)

// openURL asks the shell's ShellExecute, not a command interpreter.
func openURL(url string) error {
	verb, err := windows.UTF16PtrFromString("open")
	if err != nil {
		return err
	}
	target, err := windows.UTF16PtrFromString(url)
	if err != nil {
		return err
	}
	return windows.ShellExecute(0, verb, target, nil, nil, windows.SW_SHOWNORMAL)
}

// openFile opens a text file: YAML belongs to no program on most machines.
func openFile(path string) error { return start(exec.Command("notepad.exe", path)) }
