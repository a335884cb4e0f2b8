package browser

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const supported = true

const (
	profilePrefix = "onair-tab-"
	// maxDir: Chromium refuses to start when the path of a socket below its profile exceeds what the kernel takes (107 bytes).
	maxDir = 40
	// staleAfter keeps a sweep away from a profile that another worker has made and not locked yet.
	staleAfter = 2 * time.Minute
	// killFor is how long what is left of a killed Chromium is looked for: a process that forks while its group is killed
	// shows up a moment later.
	killFor   = 3 * time.Second
	killPause = 5 * time.Millisecond
	killQuiet = 3
)

// unsafe reports that Chromium will refuse its sandbox.
func unsafe() bool { return os.Getuid() == 0 }

// ownGroup makes c the head of a process group that dies as one, and with us.
func ownGroup(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	c.Cancel = func() error {
		err := syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
}

// profile is a folder that lives as long as its Chromium. The lock on it tells a living worker's from a dead one's.
type profile struct {
	path string
	lock *os.File
}

func newProfile(below string) (*profile, error) {
	path, err := os.MkdirTemp(below, profilePrefix)
	if err != nil {
		return nil, fmt.Errorf("browser's profile: %w", err)
	}
	p := &profile{path: path}
	if p.lock, err = os.Open(path); err == nil {
		err = syscall.Flock(int(p.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	}
	if err != nil {
		_ = p.remove()
		return nil, fmt.Errorf("browser's profile: %w", err)
	}
	return p, nil
}

// remove deletes the profile; what wrote into it must be dead.
func (p *profile) remove() error {
	defer p.lock.Close()
	return os.RemoveAll(p.path)
}

// sweepProfiles removes profiles whose worker was killed. Others' are left alone.
func sweepProfiles(below string) {
	list, _ := filepath.Glob(filepath.Join(below, profilePrefix+"*"))
	for _, path := range list {
		info, err := os.Lstat(path)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < staleAfter {
			continue
		}
		f, err := os.Open(path)
		if err != nil {
			continue
		}
		if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			_ = os.RemoveAll(path)
		}
		_ = f.Close()
	}
}

// killGroup kills what is left of the group that leader headed, or that was started with the profile, and waits until
// nothing is.
func (p *profile) killGroup(leader int) {
	for quiet, end := 0, time.Now().Add(killFor); quiet < killQuiet && time.Now().Before(end); time.Sleep(killPause) {
		quiet++
		for _, pid := range p.processes(leader) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			quiet = 0
		}
	}
}

// processes lists what belongs to the group, or carries the profile's path in its arguments because it left the group.
func (p *profile) processes(leader int) (pids []int) {
	for _, pid := range everyProcess() {
		if pid == os.Getpid() {
			continue
		}
		s, ok := readStat(pid)
		if !ok || s.state == 'Z' {
			continue
		}
		if s.group != leader {
			args, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
			if err != nil || !bytes.Contains(args, []byte(p.path)) {
				continue
			}
		}
		pids = append(pids, pid)
	}
	return pids
}

// memory adds up what the processes of a group hold for themselves, in bytes. Mapped files (the program) are not counted;
// they would be once for each process.
func memory(leader int) (sum int64) {
	for _, pid := range everyProcess() {
		if s, ok := readStat(pid); !ok || s.group != leader {
			continue
		}
		status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
		if err != nil {
			continue // just ended
		}
		for line := range strings.Lines(string(status)) {
			name, value, _ := strings.Cut(line, ":")
			if name != "RssAnon" && name != "RssShmem" {
				continue
			}
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			if err == nil {
				sum += kib << 10
			}
		}
	}
	return sum
}

func everyProcess() (pids []int) {
	proc, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer proc.Close()
	names, _ := proc.Readdirnames(-1)
	for _, n := range names {
		if pid, err := strconv.Atoi(n); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

type stat struct {
	state byte
	group int
}

// readStat reads "pid (name) state parent group …"; the name may hold anything, so what follows its last bracket counts.
func readStat(pid int) (s stat, ok bool) {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return stat{}, false
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(f) < 3 {
		return stat{}, false
	}
	group, err := strconv.Atoi(f[2])
	return stat{f[0][0], group}, err == nil
}
