package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"golang.org/x/term"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/provider"
	"github.com/espalier-dev/espalier/state"
)

// The exit codes. An output flag never changes them.
const (
	ExitDone     = 0
	ExitError    = 1
	ExitChanges  = 2 // plan -detailed-exitcode: changes are pending
	ExitRefused  = 3 // refused by a guard
	ExitOutdated = 4 // the plan is out of date
	ExitLocked   = 5 // the state is locked by another run
	ExitPartial  = 6 // applied in part
)

// Streams is what a run reads and writes, so that tests can stand in for a
// terminal.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	Environ  []string
	// OutTerminal and ErrTerminal say which of them a person looks at;
	// InTerminal whether there is somebody to ask.
	InTerminal, OutTerminal, ErrTerminal bool
	Width                                int
	Now                                  func() time.Time
	// Pause lets time pass until ctx ends; nil is the computer's clock.
	Pause func(ctx context.Context, d time.Duration) error
	// Observe gets the exchanges of every embedded server that the run makes, with
	// the vendor's name. Those of one server come one at a time.
	Observe func(vendor string, x provider.Exchange)
	// State changes how the state is kept.
	State []state.Option
	// Signals delivers interrupts.
	Signals <-chan os.Signal
}

// OS returns the streams of the process.
func OS() Streams {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	s := Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Environ: os.Environ(), Now: time.Now, Signals: signals, Width: 80,
		InTerminal:  term.IsTerminal(int(os.Stdin.Fd())),
		OutTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		ErrTerminal: term.IsTerminal(int(os.Stderr.Fd()))}
	if w, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && w > 0 {
		s.Width = w
	}
	return s
}

// exit is an error that only carries an exit code: what there was to say has
// been said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// Main runs one command and returns the exit code of the process.
func Main(args []string, s Streams) int {
	a := newApp(s)
	root := a.root()
	root.SetArgs(longFlags(args))
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	a.onSignal = func() { cancel(errStopped) }
	ended := make(chan struct{})
	defer close(ended)
	go a.listen(ended)
	err := root.ExecuteContext(ctx)
	if err != nil && context.Cause(ctx) == error(errStopped) && errors.Is(err, context.Canceled) {
		err = errStopped
	}
	code := a.code(err)
	a.closeAll()
	return code
}

// errStopped is why a command that changes nothing ends at an interrupt.
var errStopped = interruption("interrupted; nothing was changed")

// interruption is the cause of a context that an interrupt has ended. Calls that
// end with it have been cancelled, and are judged as such.
type interruption string

func (i interruption) Error() string     { return string(i) }
func (i interruption) Is(err error) bool { return err == context.Canceled }

// listen passes interrupts to whoever handles them at the time.
func (a *app) listen(ended <-chan struct{}) {
	for {
		select {
		case <-a.Signals:
			a.signalLock.Lock()
			handle := a.onSignal
			a.signalLock.Unlock()
			handle()
		case <-ended:
			return
		}
	}
}

// handleSignals has interrupts handled by f until the function it returns is
// called.
func (a *app) handleSignals(f func()) (restore func()) {
	a.signalLock.Lock()
	defer a.signalLock.Unlock()
	before := a.onSignal
	a.onSignal = f
	return func() {
		a.signalLock.Lock()
		defer a.signalLock.Unlock()
		a.onSignal = before
	}
}

// code says an error, if it has not been said, and gives the exit code for it.
// Of several errors each is said, and the first gives the code.
func (a *app) code(err error) int {
	if err == nil {
		return ExitDone
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		code := ExitDone
		for _, one := range several.Unwrap() {
			if c := a.code(one); code == ExitDone {
				code = c
			}
		}
		return code
	}
	var silent exit
	var diags hcl.Diagnostics
	var locked *state.LockedError
	var unsaved *state.UnsavedError
	switch {
	case errors.As(err, &silent):
		return int(silent)
	case errors.As(err, &diags):
		a.diagnostics(diags)
		return ExitError
	case errors.As(err, &locked):
		a.fail("The state is locked", lockedText(locked))
		return ExitLocked
	case errors.As(err, &unsaved):
		summary, detail := sentences(err.Error())
		a.fail(summary, strings.TrimSpace(detail+" "+a.keepUnsaved(unsaved.State)))
		return ExitError
	}
	a.fail(sentences(err.Error()))
	return ExitError
}

// sentence finds the end of a sentence before another.
var sentence = regexp.MustCompile(`\S\. ["'\p{Lu}-]`)

// sentences parts an error's text into a first sentence, which says what is
// wrong, and the others, which say what to do.
func sentences(text string) (summary, detail string) {
	summary = text
	if end := sentence.FindStringIndex(text); end != nil {
		stop := end[0] + strings.Index(text[end[0]:], ". ")
		summary, detail = text[:stop], text[stop+2:]
	}
	first, _, _ := strings.Cut(summary, " ")
	if !strings.ContainsAny(first, "./\\_") { // else a name, which stays as it is
		r, size := utf8.DecodeRuneInString(summary)
		summary = string(unicode.ToUpper(r)) + summary[size:]
	}
	if detail != "" && !strings.ContainsAny(detail[len(detail)-1:], ".?!") {
		detail += "."
	}
	return summary, detail
}

// fail says an error that has no place in the configuration.
func (a *app) fail(summary, detail string) {
	a.diagnostics(hcl.Diagnostics{{Severity: hcl.DiagError, Summary: summary, Detail: detail}})
}

// diagnostics says what is wrong, to standard error or, with -json, as events on
// standard output.
func (a *app) diagnostics(diags hcl.Diagnostics) {
	files := a.sources()
	a.annotateDiagnostics(diags)
	a.announce(func(e *render.Events) { e.Diagnostics(diags, files) })
	if a.events != nil {
		return
	}
	_ = render.Diagnostics(a.Err, diags, files, a.errOptions())
}

// check turns diagnostics into an error if there is one among them, and
// says the warnings otherwise.
func (a *app) check(diags hcl.Diagnostics) error {
	if diags.HasErrors() {
		return diags
	}
	if len(diags) > 0 {
		a.diagnostics(diags)
	}
	return nil
}

// observer is what an embedded server of a vendor is observed with; nil for
// nothing.
func (s Streams) observer(vendor provider.Provider) func(provider.Exchange) {
	if s.Observe == nil {
		return nil
	}
	return func(x provider.Exchange) { s.Observe(vendor.Name(), x) }
}

// env looks up an environment variable in the run's own environment.
func (s Streams) env(name string) string {
	for i := len(s.Environ) - 1; i >= 0; i-- {
		if key, value, ok := strings.Cut(s.Environ[i], "="); ok && key == name {
			return value
		}
	}
	return ""
}
