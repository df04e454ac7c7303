package servertest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// Clerk is a role that servers of these tests let in with its password alone; a test
// that wants it creates it. Everybody else is let in without one.
const Clerk = "clerk"

// PostgresServer is a PostgreSQL server of one test, which may stop it and start it
// again. It forgets what it was told last only if the machine fails.
type PostgresServer struct {
	tools string // the folder of its programs
	dir   string
	port  int
	guard *guard
	made  atomic.Int64 // counts the databases
}

// sharedPostgres is the server of all tests of this process that do not stop it.
var sharedPostgres = sync.OnceValues(newPostgres)

// Postgres returns how to connect to a new, empty database, as its owner and as a
// superuser, on a server that all tests of the process share.
func Postgres(t testing.TB) string {
	t.Helper()
	s, err := sharedPostgres()
	if err != nil {
		unavailable(t, err)
	}
	return s.Database(t)
}

// NewPostgres starts a server for this test alone.
func NewPostgres(t testing.TB) *PostgresServer {
	t.Helper()
	s, err := newPostgres()
	if err != nil {
		unavailable(t, err)
	}
	t.Cleanup(s.guard.end)
	return s
}

// Database returns how to connect to a new, empty database of the server.
func (s *PostgresServer) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test%d", s.made.Add(1))
	args := []string{"-h", "127.0.0.1", "-p", strconv.Itoa(s.port), "-U", superuser, name}
	if out, err := exec.Command(filepath.Join(s.tools, "createdb"), args...).CombinedOutput(); err != nil {
		t.Fatalf("no database could be made: %v\n%s", err, out)
	}
	return fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", superuser, s.Address(), name)
}

// Address is the host and port that the server listens on.
func (s *PostgresServer) Address() string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port))
}

// Stop ends the server at once, as a loss of power would: all connections are cut, and
// what was not committed is gone.
func (s *PostgresServer) Stop(t testing.TB) {
	t.Helper()
	if err := s.control("stop", "-m", "immediate"); err != nil {
		t.Fatal(err)
	}
}

// Start has a stopped server go on with its data, on the port it had.
func (s *PostgresServer) Start(t testing.TB) {
	t.Helper()
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
}

const superuser = "postgres"

// missingError says that a server is not installed.
type missingError struct{ how string }

func (e *missingError) Error() string { return e.how }

func unavailable(t testing.TB, err error) {
	t.Helper()
	if missing, ok := err.(*missingError); ok {
		t.Skip(missing.Error())
	}
	t.Fatal(err)
}

func newPostgres() (*PostgresServer, error) {
	tools := postgresTools()
	if tools == "" {
		return nil, &missingError{"there is no PostgreSQL server to test with; get one with: apt-get install postgresql"}
	}
	dir, err := os.MkdirTemp("", "espalier-postgres-")
	if err != nil {
		return nil, err
	}
	s := &PostgresServer{tools: tools, dir: dir}
	if err = own(dir); err == nil {
		s.guard, err = newGuard(dir, fmt.Sprintf("%q -D %q -m immediate stop", filepath.Join(tools, "pg_ctl"), s.data()))
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	if err := s.prepare(); err != nil {
		s.guard.end()
		return nil, err
	}
	return s, nil
}

// postgresTools finds the programs of a server: those that PATH leads to, else the
// newest that Debian's packages have put in place.
func postgresTools() string {
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is right
	slices.SortFunc(folders, func(a, b string) int { return postgresVersion(b) - postgresVersion(a) })
	if path, err := exec.LookPath("pg_ctl"); err == nil {
		folders = slices.Insert(folders, 0, filepath.Dir(path))
	}
	for _, folder := range folders {
		if hasAll(folder, "initdb", "pg_ctl", "postgres", "createdb") {
			return folder
		}
	}
	return ""
}

func postgresVersion(folder string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(folder))) // what is no number comes last
	return n
}

func hasAll(folder string, programs ...string) bool {
	for _, program := range programs {
		if _, err := exec.LookPath(filepath.Join(folder, program)); err != nil {
			return false
		}
	}
	return true
}

func (s *PostgresServer) data() string { return filepath.Join(s.dir, "data") }

// prepare makes the data folder and starts the server.
func (s *PostgresServer) prepare() error {
	if err := s.run("initdb", "-D", s.data(), "-N", "-U", superuser, "-A", "trust", "-E", "UTF8", "--locale=C"); err != nil {
		return err
	}
	access := strings.Join([]string{
		"host all " + Clerk + " 127.0.0.1/32 scram-sha-256",
		"host all all 127.0.0.1/32 trust", "",
	}, "\n")
	settings := strings.Join([]string{
		"fsync = off", "listen_addresses = '127.0.0.1'", "unix_socket_directories = ''",
		"max_connections = 200", "shared_buffers = 16MB", "autovacuum = off", "",
	}, "\n")
	if err := os.WriteFile(filepath.Join(s.data(), "pg_hba.conf"), []byte(access), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(s.data(), "postgresql.auto.conf"), []byte(settings), 0o644); err != nil {
		return err
	}
	// Somebody else may take a port between its choice and its use.
	var err error
	for range 3 {
		if s.port, err = freePort(); err != nil {
			return err
		}
		if err = s.start(); err == nil {
			return nil
		}
	}
	return err
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func (s *PostgresServer) start() error {
	return s.control("start", "-o", "-p "+strconv.Itoa(s.port), "-l", filepath.Join(s.dir, "log"))
}

// control has pg_ctl do something, and waits until it is done.
func (s *PostgresServer) control(what string, args ...string) error {
	return s.run("pg_ctl", append([]string{"-D", s.data(), "-w", "-t", "60", what}, args...)...)
}

// run runs one of the server's programs as the user that the server runs as.
func (s *PostgresServer) run(program string, args ...string) error {
	cmd := exec.Command(filepath.Join(s.tools, program), args...)
	cmd.Dir = s.dir
	unprivileged(cmd)
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	log, _ := os.ReadFile(filepath.Join(s.dir, "log")) // there may be none yet
	return fmt.Errorf("%s: %w\n%s%s", program, err, out, log)
}
