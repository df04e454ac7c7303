package planner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/espalier-dev/espalier/schema"
)

// ApplyOptions says how a plan is carried out.
type ApplyOptions struct {
	Types map[string]*schema.Type
	// Parallelism is the number of calls under way at once to each provider
	// configuration, at least 1.
	Parallelism int
	// Conflicts are the steps, by index, that must not be tried because their
	// object is no longer as planned, with the reason.
	Conflicts map[int]error
	// Objects are the attributes of instances that no step touches, for values
	// that wait for them.
	Objects func(schema.Address) (map[string]cty.Value, bool)
	// Functions are the language's.
	Functions map[string]function.Function
	// OnEvent is told of every change of status, one at a time.
	OnEvent func(Event)
	Now     func() time.Time
}

// Apply carries out a plan: each step as soon as what it needs is done, the last
// ones when all others have ended. A step that fails stops only what depends on
// it, unless its object was made and stays as it is (see NotKeptError). A call that is not answered is looked up, or sent once more where that is
// harmless, when there is nothing else to do. When ctx ends no further step is
// begun; those under way run to their end. The calls themselves get callCtx,
// which may end later.
func Apply(ctx, callCtx context.Context, p *Plan, target Target, journal Journal, o ApplyOptions) *Report {
	r := newRun(p, target, journal, o)
	r.start()
	// A step's result is brought to the disk while the calls of others are under
	// way, so there are more workers than calls at once.
	var workers sync.WaitGroup
	for range workersPerCall * max(1, o.Parallelism) {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for {
				j, ok := r.next()
				switch {
				case !ok:
					return
				case len(j.lookups) > 0:
					r.lookUp(callCtx, j.lookups)
				default:
					r.carryOut(callCtx, j.step)
				}
			}
		}()
	}
	stop := context.AfterFunc(ctx, func() { r.stop(context.Cause(ctx)) })
	workers.Wait()
	stop()
	r.leaveRest()
	if r.report.Count(Done) == len(p.Steps) {
		r.report.Stopped = nil // it came too late to matter
	}
	r.report.after = r.object
	return r.report
}

// workersPerCall is how many steps are at work for each call under way: one that
// calls, others that wait for the disk.
const workersPerCall = 16

// run is an apply under way. Its lock guards everything that changes.
type run struct {
	plan    *Plan
	target  Target
	journal Journal
	o       ApplyOptions
	report  *Report
	needed  [][]int // by step: those that need it
	at      map[schema.Address]int

	mu       sync.Mutex
	wake     *sync.Cond
	open     []int // by step: how many needs have not ended
	ready    *readyLines
	last     []int  // ready steps of the last phase
	unknown  []int  // steps to be looked up when nothing else is at work
	turn     []bool // by step: whether it has one of the turns to call
	first    int    // steps of the first phase that have not ended
	busy     int    // workers that are at work
	idle     int    // workers that wait for something to do
	settled  int
	stopped  bool
	closed   map[string]bool // provider configurations of which no further step is begun
	fared    bool            // a call without an answer has been made good since the last look-up
	streak   map[string]int  // calls in a row that went wrong through no fault of their step, by provider configuration
	attempts map[int]*attempt
	results  []*aftermath // by step: its object afterwards
	ended    []time.Time  // by step: when that was recorded
	leavers  map[ObjectID][]int
}

func newRun(p *Plan, target Target, journal Journal, o ApplyOptions) *run {
	n := len(p.Steps)
	r := &run{plan: p, target: target, journal: journal, o: o,
		report: &Report{Status: make([]Status, n), Errors: make([]error, n)},
		needed: make([][]int, n), open: make([]int, n), results: make([]*aftermath, n), ended: make([]time.Time, n), leavers: leavers(p, o.Types),
		at: make(map[schema.Address]int, n), attempts: map[int]*attempt{}, closed: map[string]bool{}, streak: map[string]int{}}
	r.wake = sync.NewCond(&r.mu)
	r.ready, r.turn = newReadyLines(p.Steps, max(1, o.Parallelism)), make([]bool, n)
	for i := range p.Steps {
		s := &p.Steps[i]
		r.open[i] = len(s.Needs)
		for _, need := range s.Needs {
			r.needed[need] = append(r.needed[need], i)
		}
		if !s.Last {
			r.first++
		}
		if s.Action != Delete && s.Action != Forget && !s.Release {
			r.at[s.Address] = i // of two steps of one object the later one says how it ends
		}
	}
	return r
}

// start lines up the steps that need nothing, and settles the conflicts.
func (r *run) start() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.plan.Steps {
		if r.open[i] == 0 {
			r.enqueue(i)
		}
	}
}

func (r *run) enqueue(i int) {
	s := &r.plan.Steps[i]
	_, conflict := r.o.Conflicts[i]
	switch {
	case s.Last:
		r.last = append(r.last, i)
	case s.Unsettled && !conflict:
		r.attempts[i] = &attempt{at: s.Tried, accepted: s.Accepted}
		r.unknown = append(r.unknown, i)
	default:
		r.ready.add(i)
	}
}

// job is what a worker does next: a step, or to look up what became of some.
type job struct {
	step    int
	lookups []int
}

// next waits for something to do; false when there will be nothing.
func (r *run) next() (job, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		if r.over() {
			r.wake.Broadcast()
			return job{}, false
		}
		if r.first == 0 && len(r.last) > 0 {
			r.ready.add(r.last...)
			r.last = nil
		}
		// A step is begun when its call can be made, so that calls come in the order
		// of the plan as far as that is free.
		if i, ok := r.ready.next(); ok {
			if err, conflict := r.o.Conflicts[i]; conflict {
				r.end(i, Conflicted, err, 0)
				continue
			}
			if r.closed[r.plan.Steps[i].Provider] {
				r.leave(i)
				continue
			}
			r.report.Status[i] = Running
			r.tell(i, nil, 0)
			r.busy++
			if r.plan.Steps[i].Calls > 0 {
				r.ready.begin(i)
				r.turn[i] = true
			}
			return job{step: i}, true
		}
		if r.busy == 0 && r.ready.waiting == 0 && len(r.unknown) > 0 {
			j := job{lookups: r.unknown}
			r.unknown = nil
			r.busy++
			return j, true
		}
		r.idle++
		r.wake.Wait()
		r.idle--
	}
}

// over reports whether no further step is to be begun; the lock is held.
func (r *run) over() bool { return r.stopped || r.settled == len(r.plan.Steps) }

// rouse wakes as many workers as there is something to do for. Most of them wait
// for the disk or for their turn to call, and need no waking. The lock is held.
func (r *run) rouse() {
	if r.over() || r.busy == 0 || r.first == 0 && len(r.last) > 0 {
		r.wake.Broadcast()
		return
	}
	for range min(r.ready.waiting, r.idle) {
		r.wake.Signal()
	}
}

// passTurn lets another step make a call; the lock is held.
func (r *run) passTurn(i int) {
	if r.turn[i] {
		r.turn[i] = false
		r.ready.end(i)
		r.wake.Signal()
	}
}

// end settles a step and what follows from that. The lock is held.
func (r *run) end(i int, status Status, err error, took time.Duration) {
	r.report.Status[i], r.report.Errors[i] = status, err
	r.settled++
	if !r.plan.Steps[i].Last {
		r.first--
	}
	r.tell(i, err, took)
	var kept *NotKeptError
	goesOn := status == Done || errors.As(err, &kept) && kept.Final
	for _, next := range r.needed[i] {
		if r.report.Status[next] != Waiting {
			continue
		}
		if !goesOn {
			r.end(next, Skipped, fmt.Errorf("it needs the %s of %s first, and that was not done", r.plan.Steps[i].Action, r.plan.Steps[i].Address), 0)
			continue
		}
		if r.open[next]--; r.open[next] == 0 {
			r.enqueue(next)
		}
	}
	r.rouse()
}

func (r *run) tell(i int, err error, took time.Duration) {
	if r.o.OnEvent != nil {
		r.o.OnEvent(Event{At: r.o.Now(), Index: i, Step: &r.plan.Steps[i], Status: r.report.Status[i], Err: err, Took: took,
			Settled: r.settled, Total: len(r.plan.Steps)})
	}
}

// stop begins no further step.
func (r *run) stop(why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.halt(why)
}

// halt is stop with the lock held.
func (r *run) halt(why error) {
	if !r.stopped && r.settled < len(r.plan.Steps) {
		r.stopped, r.report.Stopped = true, why
	}
	r.wake.Broadcast()
}

// leave ends a step that is not tried because its provider configuration takes no
// further call, and with it what needs it; the lock is held.
func (r *run) leave(i int) {
	r.report.Status[i] = Left
	r.settled++
	if !r.plan.Steps[i].Last {
		r.first--
	}
	for _, next := range r.needed[i] {
		if r.report.Status[next] == Waiting {
			r.leave(next)
		}
	}
	r.wake.Broadcast()
}

// close begins no further step of a provider configuration; the lock is held.
// Others go on.
func (r *run) close(provider string, why error) {
	r.closed[provider] = true
	if r.report.Stopped == nil && r.settled < len(r.plan.Steps) {
		r.report.Stopped = why
	}
}

// leaveRest says of every step that was not tried that it is left, and of one
// that was not looked up in time that it is undecided.
func (r *run) leaveRest() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, s := range r.report.Status {
		switch s {
		case Waiting:
			r.report.Status[i] = Left
		case Pending:
			r.report.Status[i], r.report.Errors[i] = Undecided, r.attempts[i].err
			r.settled++
			r.tell(i, r.report.Errors[i], 0)
		}
	}
}

// carryOut makes the calls of one step and records them.
func (r *run) carryOut(ctx context.Context, i int) {
	began := r.o.Now()
	status, err := r.try(ctx, i)
	var broken *RecordError
	r.mu.Lock()
	defer r.mu.Unlock()
	if errors.As(err, &broken) {
		r.halt(err) // before anybody learns that the step has ended
	}
	r.busy--
	r.passTurn(i)
	switch {
	case status == Left:
		r.leave(i)
	case status == Undecided && r.willLookUp(i):
		r.report.Status[i] = Pending
		r.unknown = append(r.unknown, i)
		r.tell(i, err, r.o.Now().Sub(began))
		r.rouse()
	default:
		if r.attempts[i] != nil && status == Done {
			r.fared = true
		}
		r.end(i, status, err, r.o.Now().Sub(began))
	}
}

// RecordError says that the journal can no longer be kept, which ends the run.
type RecordError struct {
	// Done says of a step that its call has changed what it was to change, and that only
	// the record of that is missing: the next run finds it live. Otherwise nothing is known to
	// have changed.
	Done bool
	Err  error
}

func (e *RecordError) Error() string {
	return fmt.Sprintf("the record cannot be kept: %v", e.Err)
}

// Unwrap returns why.
func (e *RecordError) Unwrap() error { return e.Err }
