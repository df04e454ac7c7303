//go:build unix

package servertest

import (
	"io"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// guard is a process that ends a server and removes its folder when this process
// ends it, or itself ends in any way.
type guard struct {
	cmd  *exec.Cmd
	life io.WriteCloser // is closed by the system when this process ends
}

// newGuard begins to guard a server that the command line stop ends.
func newGuard(dir, stop string) (*guard, error) {
	cmd := exec.Command("/bin/sh", "-c", `cat >/dev/null; `+stop+` >/dev/null 2>&1; rm -rf "$1"`, "guard", dir)
	unprivileged(cmd)
	cmd.SysProcAttr.Setsid = true // signals to the tests and all they have started are not for it
	life, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &guard{cmd: cmd, life: life}, nil
}

// end ends the server and waits until it has gone.
func (g *guard) end() {
	g.life.Close()
	_ = g.cmd.Wait() // of a server that was stopped before there is nothing to end
	_ = os.RemoveAll(g.cmd.Args[len(g.cmd.Args)-1])
}

// unprivileged has a command run as a user that is not root, whom servers refuse.
func unprivileged(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	if uid, gid, ok := stranger(); ok {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
}

// own gives a folder to the user that commands run as.
func own(dir string) error {
	uid, gid, ok := stranger()
	if !ok {
		return nil
	}
	return os.Chown(dir, uid, gid)
}

// stranger is who servers run as if this process is root's.
func stranger() (uid, gid int, ok bool) {
	if os.Getuid() != 0 {
		return 0, 0, false
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errU := strconv.Atoi(u.Uid)
		gid, errG := strconv.Atoi(u.Gid)
		if errU == nil && errG == nil {
			return uid, gid, true
		}
	}
	return 0, 0, false
}
