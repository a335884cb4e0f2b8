package fleet

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// stopWait is what a process gets to stop in order before it is killed: a hub commits, a server moves its leaderships.
const stopWait = 15 * time.Second

// Process is a program that the fleet runs.
type Process struct {
	Name string
	cmd  *exec.Cmd
	said chan string   // its first line of standard output, closed when that ends
	done chan struct{} // closed once it has ended and was waited for
	err  error         // read after done
}

// spawner starts programs that end with it. The system ties that to the thread which started them, so all are started
// by one that lives as long as the fleet.
type spawner struct{ work chan func() }

func newSpawner() *spawner {
	s := &spawner{work: make(chan func())}
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine, and what it started with the thread
		for f := range s.work {
			f()
		}
	}()
	return s
}

// close ends whatever still runs.
func (s *spawner) close() { close(s.work) }

// start runs a program in a folder of its own, which also keeps what it logs.
func (s *spawner) start(name, dir string, env []string, path string, args ...string) (*Process, error) {
	log, err := os.OpenFile(filepath.Join(dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the program has its own descriptor
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Env, cmd.Stderr, cmd.SysProcAttr = dir, append(os.Environ(), env...), log, attributes()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	started := make(chan error, 1)
	s.work <- func() { started <- cmd.Start() }
	if err := <-started; err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p := &Process{Name: name, cmd: cmd, said: make(chan string, 1), done: make(chan struct{})}
	go func() {
		defer close(p.done)
		lines := bufio.NewScanner(stdout)
		if lines.Scan() {
			p.said <- lines.Text()
		}
		close(p.said)
		_, _ = io.Copy(io.Discard, stdout) // a full pipe would stop the program
		p.err = cmd.Wait()
	}()
	return p, nil
}

// line is the program's first line of standard output.
func (p *Process) line(ctx context.Context) (string, error) {
	select {
	case text, ok := <-p.said:
		if !ok {
			return "", fmt.Errorf("%s ended without a word", p.Name)
		}
		return strings.TrimSpace(text), nil
	case <-ctx.Done():
		return "", fmt.Errorf("%s says nothing: %w", p.Name, ctx.Err())
	}
}

// Alive reports whether it runs.
func (p *Process) Alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Kill ends it as a power switch would, as far as a process can tell, and waits until it is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// Stop asks it to end and waits; it is killed when it does not.
func (p *Process) Stop() error {
	if !p.Alive() {
		return nil
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.Kill() // no such signal here
		return nil
	}
	t := time.NewTimer(stopWait)
	defer t.Stop()
	select {
	case <-p.done:
		return nil
	case <-t.C:
		p.Kill()
		return fmt.Errorf("%s did not stop in %v", p.Name, stopWait)
	}
}
