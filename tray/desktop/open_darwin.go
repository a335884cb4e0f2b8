package desktop

import "os/exec"

func openURL(url string) error { return start(exec.Command("/usr/bin/open", url)) }

// openFile opens a text file in the text editor.
func openFile(path string) error { return start(exec.Command("/usr/bin/open", "-t", path)) }
