package desktop

import "os/exec"

// start runs a program beside ours and forgets it; its end is waited for only so that none stays behind as a zombie.
func start(c *exec.Cmd) error {
	if err := c.Start(); err != nil {
		return err
	}
	go func() { _ = c.Wait() }()
	return nil
}
