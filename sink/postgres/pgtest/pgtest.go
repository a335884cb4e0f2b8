// Package pgtest gives tests a real PostgreSQL: a cluster of its own from the machine's binaries, on a socket in a
// folder of its own, and a link to it that can be cut. Tests alone call it.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// patience bounds the start of a server on a busy machine.
const patience = 60 * time.Second

// Cluster is a PostgreSQL server that can be killed.
type Cluster struct {
	dir    string // of the socket, the data and the log
	bin    string
	who    *syscall.Credential // nil: this user, who is not root
	server *exec.Cmd
	ended  chan struct{} // closed once server has ended and was waited for
	names  atomic.Int64
}

var (
	shared     *Cluster
	sharedErr  error
	sharedOnce sync.Once
)

// Shared gives the test program's one cluster, which is started when it is first asked for. Main ends it.
func Shared(tb testing.TB) *Cluster {
	tb.Helper()
	need(tb)
	sharedOnce.Do(func() {
		shared, sharedErr = create()
		if sharedErr == nil {
			sharedErr = shared.Start()
		}
	})
	if sharedErr != nil {
		tb.Fatal(sharedErr)
	}
	return shared
}

// Main runs a test program's tests, and ends the shared cluster after them.
type Main struct{ *testing.M }

// Run gives the exit code.
func (m Main) Run() int {
	code := m.M.Run()
	if shared != nil {
		shared.remove()
	}
	return code
}

// New starts a cluster that the test may kill.
func New(tb testing.TB) *Cluster {
	tb.Helper()
	need(tb)
	c, err := create()
	if err == nil {
		tb.Cleanup(c.remove)
		err = c.Start()
	}
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// need skips where there is no PostgreSQL, which the project's image has.
func need(tb testing.TB) {
	tb.Helper()
	if binaries() == "" {
		tb.Skip("no PostgreSQL on this machine (initdb, postgres)")
	}
}

// binaries is the folder of the newest version; "" when there is none.
func binaries() string {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return ""
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1])
}

func create() (*Cluster, error) {
	dir, err := os.MkdirTemp("", "onair-pg") // short: a socket's path has 107 bytes
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, bin: binaries()}
	if os.Geteuid() == 0 { // the server refuses to run as root
		u, err := user.Lookup("postgres")
		if err != nil {
			return nil, err
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2, os.Chown(dir, int(uid), int(gid))); err != nil {
			return nil, err
		}
		c.who = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	out, err := c.command("initdb", "-D", c.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	return c, nil
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.who, Pdeathsig: syscall.SIGKILL}
	return cmd
}

// Start runs the server and waits until it answers, after Kill too: what the killed one left must be gone first.
func (c *Cluster) Start() error {
	deadline := time.Now().Add(patience)
	for {
		log, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		c.server = c.command("postgres", "-D", c.data(), "-k", c.dir, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=50",
			"-c", "shared_buffers=128MB", "-c", "max_wal_size=2GB")
		c.server.Stdout, c.server.Stderr = log, log
		err = c.launch()
		log.Close()
		if err != nil {
			return err
		}
		if err = c.ready(deadline); err == nil {
			return nil
		}
		<-c.ended // it says why in its log
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(filepath.Join(c.dir, "log"))
			return fmt.Errorf("%w: %s", err, text[max(0, len(text)-2000):])
		}
	}
}

// launch starts the server from a thread that lives as long as it: the system ties its end to the thread, not to the
// process, and a thread may end with a goroutine of somebody else's.
func (c *Cluster) launch() error {
	started, ended := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(ended)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.server.Start()
		started <- err
		if err == nil {
			_ = c.server.Wait()
		}
	}()
	c.ended = ended
	return <-started
}

// ready waits until the server answers or has ended.
func (c *Cluster) ready(deadline time.Time) error {
	for time.Now().Before(deadline) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		conn, err := pgx.Connect(ctx, c.URL("postgres"))
		if err == nil {
			_ = conn.Close(ctx)
			cancel()
			return nil
		}
		cancel()
		select {
		case <-c.ended:
			return errors.New("postgres ended")
		case <-time.After(10 * time.Millisecond): // between polls
		}
	}
	_ = c.server.Process.Kill()
	return errors.New("postgres does not answer")
}

// Kill ends the postmaster as kill -9 does, and waits until its children, which notice when they next have nothing to
// do, have ended by themselves.
func (c *Cluster) Kill() {
	pid := strconv.Itoa(c.server.Process.Pid)
	text, _ := os.ReadFile("/proc/" + pid + "/task/" + pid + "/children")
	_ = c.server.Process.Kill()
	<-c.ended
	for _, child := range strings.Fields(string(text)) {
		for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) { // between polls
			stat, err := os.ReadFile("/proc/" + child + "/stat")
			if _, state, _ := strings.Cut(string(stat), ") "); err != nil || strings.HasPrefix(state, "Z") {
				break // a machine whose first process waits for nobody keeps it as a zombie
			}
		}
	}
}

func (c *Cluster) remove() {
	if c.server != nil && c.server.Process != nil {
		_ = c.server.Process.Signal(syscall.SIGQUIT) // at once, children too
		<-c.ended
	}
	_ = os.RemoveAll(c.dir)
}

// Socket is the path of the server's socket.
func (c *Cluster) Socket() string { return filepath.Join(c.dir, ".s.PGSQL.5432") }

// URL is the connection string of a database, as the superuser.
func (c *Cluster) URL(database string) string {
	return "postgres://postgres@/" + database + "?host=" + c.dir
}

// Database makes an empty database and gives its connection string. More clauses of CREATE DATABASE may follow.
func (c *Cluster) Database(tb testing.TB, clauses ...string) string {
	tb.Helper()
	name := fmt.Sprintf("t%d", c.names.Add(1))
	Exec(tb, c.URL("postgres"), "CREATE DATABASE "+name+" "+strings.Join(clauses, " "))
	return c.URL(name)
}

// Connect opens a connection that the test's end closes.
func Connect(tb testing.TB, url string) *pgx.Conn {
	tb.Helper()
	conn, err := pgx.Connect(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// asked are the connections of Exec and Value, one for each test and database: a new one for each question would cost the
// machine more than most answers.
var asked sync.Map // question → *answerer

type question struct {
	tb  testing.TB
	url string
}

type answerer struct {
	mu   sync.Mutex // one question at a time
	conn *pgx.Conn  // nil before the first
}

// ask gives do the test's connection to a database. The test's end closes it.
func ask(tb testing.TB, url string, do func(*pgx.Conn)) {
	tb.Helper()
	key := question{tb, url}
	found, known := asked.LoadOrStore(key, &answerer{})
	a := found.(*answerer)
	a.mu.Lock()
	defer a.mu.Unlock()
	if !known {
		tb.Cleanup(func() {
			asked.Delete(key)
			if a.conn != nil {
				_ = a.conn.Close(context.Background())
			}
		})
	}
	if a.conn != nil && a.conn.Ping(tb.Context()) != nil { // its server was killed
		_ = a.conn.Close(context.Background())
		a.conn = nil
	}
	if a.conn == nil {
		conn, err := pgx.Connect(tb.Context(), url)
		if err != nil {
			tb.Fatal(err)
		}
		a.conn = conn
	}
	do(a.conn)
}

// Exec runs statements without arguments.
func Exec(tb testing.TB, url string, statements ...string) {
	tb.Helper()
	ask(tb, url, func(conn *pgx.Conn) {
		tb.Helper()
		for _, s := range statements {
			if _, err := conn.Exec(tb.Context(), s); err != nil {
				tb.Fatalf("%s: %v", s, err)
			}
		}
	})
}

// Value runs a query of one value.
func Value[T any](tb testing.TB, url, query string, args ...any) T {
	tb.Helper()
	var v T
	ask(tb, url, func(conn *pgx.Conn) {
		tb.Helper()
		if err := conn.QueryRow(tb.Context(), query, args...).Scan(&v); err != nil {
			tb.Fatalf("%s: %v", query, err)
		}
	})
	return v
}
