package servertest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// s3Server is an S3 server that keeps its objects in a temporary folder.
type s3Server struct {
	dir, address string
	buckets      atomic.Int64 // counts them
	life         io.Closer    // the server ends when it is closed, or this process ends
}

const (
	s3User     = "espalier"
	s3Password = "espalier-tests"
)

// sharedS3 is the server of all tests of this process.
var sharedS3 = sync.OnceValues(newS3)

// S3 returns how to reach a new, empty bucket, on a server that all tests of the
// process share: the address of the server, the credentials, and the bucket's name.
func S3(t testing.TB) (endpoint, accessKey, secretKey, bucket string) {
	t.Helper()
	s, err := sharedS3()
	if err != nil {
		unavailable(t, err)
	}
	bucket = fmt.Sprintf("bucket-%d", s.buckets.Add(1))
	if err := os.Mkdir(filepath.Join(s.objects(), bucket), 0o700); err != nil {
		t.Fatal(err)
	}
	return "http://" + s.address, s3User, s3Password, bucket
}

func (s *s3Server) objects() string { return filepath.Join(s.dir, "objects") }

func newS3() (*s3Server, error) {
	program, err := versitygw()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "espalier-s3-")
	if err != nil {
		return nil, err
	}
	s := &s3Server{dir: dir}
	if err := os.Mkdir(s.objects(), 0o700); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	// Somebody else may take a port between its choice and its use.
	for range 3 {
		var port int
		if port, err = freePort(); err != nil {
			break
		}
		s.address = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		if err = s.start(program); err == nil {
			return s, nil
		}
	}
	os.RemoveAll(dir)
	return nil, err
}

// versitygw finds the program of the server.
func versitygw() (string, error) {
	if path, err := exec.LookPath("versitygw"); err == nil {
		return path, nil
	}
	if out, err := exec.Command("go", "env", "GOPATH").Output(); err == nil {
		for _, folder := range filepath.SplitList(strings.TrimSpace(string(out))) {
			if path, err := exec.LookPath(filepath.Join(folder, "bin", "versitygw")); err == nil {
				return path, nil
			}
		}
	}
	return "", &missingError{"there is no S3 server to test with; get one with: go install github.com/versity/versitygw/cmd/versitygw@latest"}
}

// start starts the server, and returns when it answers. It ends with this process: the
// shell that started it then reads the end of its input.
func (s *s3Server) start(program string) error {
	shell, err := exec.LookPath("sh")
	if err != nil {
		return &missingError{"servers are started for tests on Unix alone"}
	}
	const script = `trap "" INT HUP; dir=$1; shift; "$@" </dev/null & server=$!; cat >/dev/null; kill -9 $server 2>/dev/null; wait; rm -rf "$dir"`
	cmd := exec.Command(shell, "-c", script, "guard", s.dir,
		program, "--access", s3User, "--secret", s3Password, "--port", s.address, "--quiet", "--keep-alive", "posix", s.objects())
	cmd.Dir = s.dir
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	life, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	s.life = life
	if err := answers(s.address); err != nil {
		life.Close()
		_ = cmd.Wait() // how it ended says less than what it said
		return fmt.Errorf("%w\n%s", err, said.String())
	}
	return nil
}

// answers waits until something speaks HTTP at an address.
func answers(address string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	every := time.NewTicker(20 * time.Millisecond)
	defer every.Stop()
	for {
		err := ask(address)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server at %s does not answer: %w", address, err)
		case <-every.C:
		}
	}
}

func ask(address string) error {
	c, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	if _, err := io.WriteString(c, "GET / HTTP/1.0\r\n\r\n"); err != nil {
		return err
	}
	_, err = io.ReadFull(c, make([]byte, len("HTTP/")))
	return err
}
