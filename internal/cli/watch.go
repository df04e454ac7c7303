package cli

import (
	"bufio"
	"context"
	"strings"
	"sync"
	"time"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/planner"
)

// errInterrupted is why a run stops at the first Ctrl-C.
var errInterrupted = interruption("interrupted; calls that were under way have ended, and everything done is recorded")

// interruptible returns two contexts: the first interrupt, or the end of timed,
// ends soft, so that no further call is begun; the second ends hard, and with it
// the calls under way.
func (a *app) interruptible(ctx, timed context.Context) (soft, hard context.Context, done func()) {
	soft, stop := context.WithCancelCause(timed)
	hard, kill := context.WithCancelCause(ctx)
	interrupted := false // signals are handled one after another
	restore := a.handleSignals(func() {
		if interrupted {
			kill(errInterrupted)
			return
		}
		interrupted = true
		a.talk("\nInterrupted. Calls under way are let finish; interrupt again to stop at once.")
		stop(errInterrupted)
	})
	return soft, hard, func() { restore(); stop(nil); kill(nil) }
}

// watcher shows an apply while it runs.
type watcher struct {
	a        *app
	progress *render.Progress
	total    int
	began    time.Time
	mu       sync.Mutex
	settled  int
	beaten   time.Time
	stop     chan struct{}
	stopped  sync.WaitGroup
}

// watch begins to show an apply: to the streams of events, and unless one of them is
// all that is wanted as a bar on a terminal and heartbeat lines in a pipe, on
// standard error.
func (a *app) watch(plan *planner.Plan, f *applyFlags, began time.Time) *watcher {
	w := &watcher{a: a, total: len(plan.Steps), began: began, beaten: began, stop: make(chan struct{})}
	if w.total == 0 {
		return w
	}
	if a.events == nil {
		o := a.errOptions()
		w.progress = render.NewProgress(a.Err, plan, began, render.ProgressOptions{Options: o, Terminal: a.ErrTerminal, Verb: f.command})
		a.setProgress(w.progress)
	}
	w.stopped.Add(1)
	go w.tick()
	return w
}

// tick lets time be seen to pass while no step ends.
func (w *watcher) tick() {
	defer w.stopped.Done()
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			now := w.a.Now()
			if w.progress != nil {
				w.progress.Tick(now)
			}
			w.mu.Lock()
			w.beat(now)
			w.mu.Unlock()
		case <-w.stop:
			return
		}
	}
}

// step is told of every change of a step.
func (w *watcher) step(ev planner.Event) {
	w.a.announce(func(e *render.Events) { e.Step(ev) })
	if w.progress != nil {
		w.progress.Step(ev)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.settled = max(w.settled, ev.Settled)
	w.beat(ev.At)
}

// beat tells the streams how far the run is, if they have not been told for some
// time. The lock must be held.
func (w *watcher) beat(now time.Time) {
	if now.Sub(w.beaten) < 10*time.Second {
		return
	}
	w.beaten = now
	w.a.announce(func(e *render.Events) { e.Progress(now, w.settled, w.total, now.Sub(w.began)) })
}

func (w *watcher) end() {
	if w.total == 0 {
		return
	}
	close(w.stop)
	w.stopped.Wait()
	if w.progress != nil {
		_ = w.progress.End()
		w.a.setProgress(nil)
	}
}

// setProgress says where waits are shown from now on.
func (a *app) setProgress(p *render.Progress) {
	a.progressLock.Lock()
	defer a.progressLock.Unlock()
	a.progress = p
}

// waiting is told by the transport that calls are held back, and shows it.
func (a *app) waiting(reason string, until time.Time) {
	a.announce(func(e *render.Events) { e.Waiting(reason, until) })
	if a.events != nil {
		return
	}
	a.progressLock.Lock()
	defer a.progressLock.Unlock()
	if a.progress != nil {
		a.progress.Waiting(a.Now(), reason, until)
		return
	}
	a.talk("waiting until %s: %s", until.Format(time.TimeOnly), reason)
}

// readLine reads one line of standard input without its end. It returns when ctx
// ends, though the read cannot be called off.
func (a *app) readLine(ctx context.Context) (string, error) {
	type read struct {
		line string
		err  error
	}
	done := make(chan read, 1)
	go func() {
		line, err := bufio.NewReader(a.In).ReadString('\n')
		if line != "" {
			err = nil
		}
		done <- read{strings.TrimRight(line, "\r\n"), err}
	}()
	select {
	case r := <-done:
		return r.line, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
