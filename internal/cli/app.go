package cli

import (
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"sync"

	"github.com/hashicorp/hcl/v2"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/provider/all"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// app is one run of the program.
type app struct {
	Streams
	// exact is standard output for what other programs take byte by byte, orders is
	// standard error for what the runner of a workflow is to obey.
	exact, orders io.Writer
	dir           string // -chdir
	noColor       bool
	library       schema.Library
	vendors       map[string]provider.Provider
	// source is the configuration of the folder once it has been read, with what is wrong
	// with it.
	source *schema.Config
	wrongs hcl.Diagnostics
	// config is the one loaded, for the snippets of diagnostics.
	config  *schema.Config
	excerpt excerpts
	// people is how people are shown, whatever is said of them.
	people render.PeopleMode
	// events is set while a command speaks JSON on standard output. streams are all
	// that are told of what happens: that one, and the one that goes into a file.
	events  *render.Events
	streams []*render.Events
	// progress shows an apply while it runs; waits are told to it.
	progressLock sync.Mutex
	progress     *render.Progress
	// onSignal handles interrupts.
	signalLock sync.Mutex
	onSignal   func()
	// closers free what a command opened, last first.
	closers []func()
}

func newApp(s Streams) *app {
	a := &app{Streams: s, library: all.Library(), vendors: map[string]provider.Provider{}}
	a.defuse()
	var one sync.Mutex
	for _, w := range []*io.Writer{&a.Out, &a.Err, &a.exact, &a.orders} {
		*w = &lockedWriter{&one, *w}
	}
	for _, p := range all.Providers() {
		a.vendors[p.Name()] = p
	}
	return a
}

// lockedWriter lets progress, traces and interrupts speak at once, each write
// whole.
type lockedWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// atEnd has f called when the command is over.
func (a *app) atEnd(f func()) { a.closers = append(a.closers, f) }

func (a *app) closeAll() {
	for i := len(a.closers) - 1; i >= 0; i-- {
		a.closers[i]()
	}
	a.closers = nil
}

// talk says something to the person, on standard error; with -json nothing.
func (a *app) talk(format string, args ...any) {
	if a.events == nil {
		fmt.Fprintf(a.Err, format+"\n", args...)
	}
}

// say writes data to standard output.
func (a *app) say(format string, args ...any) { fmt.Fprintf(a.Out, format+"\n", args...) }

func (a *app) colored(terminal bool) bool {
	return terminal && !a.noColor && a.env("NO_COLOR") == "" && a.env("TERM") != "dumb"
}

func (a *app) outOptions() render.Options {
	return render.Options{Color: a.colored(a.OutTerminal), Width: a.Width, People: a.people, Library: a.library}
}

func (a *app) errOptions() render.Options {
	return render.Options{Color: a.colored(a.ErrTerminal), Width: a.Width, People: a.people, Library: a.library}
}

// types looks up a resource type of any vendor.
func (a *app) types(name string) *schema.Type { return a.library.Resources[name] }

// who describes this run to another that finds the state locked.
func (a *app) who(command string) state.LockInfo {
	name, host := "somebody", "unknown host"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if h, err := os.Hostname(); err == nil {
		host = h
	}
	return state.LockInfo{Who: name + "@" + host, Command: command, PID: os.Getpid(), Since: a.Now().UTC()}
}

// sandboxDir is where the embedded server of a provider configuration keeps its
// data.
func (a *app) sandboxDir(key string) string {
	return filepath.Join(a.dir, ".espalier", "sandbox", key)
}
