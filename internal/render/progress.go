package render

import (
	"errors"
	"io"
	"sync"
	"time"

	"github.com/espalier-dev/espalier/planner"
)

// ProgressOptions say how an apply is shown while it runs.
type ProgressOptions struct {
	Options
	// Terminal draws one line over and over; otherwise lines are only added.
	Terminal bool
	// Verb is what the run does: "apply", "destroy".
	Verb string
}

// From so many steps on, steps that went well are counted instead of told.
const fewSteps = 40

// How often an unfinished run is told of.
const (
	heartbeat = 10 * time.Second
	redraw    = 100 * time.Millisecond
)

// Progress shows an apply while it runs. A run of at most 40 steps has a line
// for each step as it ends. A longer one has, on a terminal, one line drawn over
// and over with counts, rate and remaining time, and in a pipe such a line at
// most every ten seconds. Whatever goes wrong has a line of its own at once.
//
// Time is that of the events: Progress never looks at a clock. Its methods may
// be called from many goroutines.
type Progress struct {
	mu    sync.Mutex
	o     ProgressOptions
	p     *printer
	names *names

	begun, now, shown time.Time
	settled, total    int
	failed            int
	waiting           string
	until             time.Time
	drawn             bool           // the bar stands in the last line
	causes            map[string]int // by summary: the steps that have gone wrong like this
}

// NewProgress begins to show an apply of the plan at the time given.
func NewProgress(w io.Writer, plan *planner.Plan, at time.Time, o ProgressOptions) *Progress {
	return &Progress{o: o, p: newPrinter(w, o.Options), names: newNames(plan, o.Options), begun: at, now: at, shown: at, total: len(plan.Steps), causes: map[string]int{}}
}

// Step shows what became of a step.
func (g *Progress) Step(ev planner.Event) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.see(ev.At)
	if ev.Total > 0 {
		g.total = ev.Total
	}
	g.settled = max(g.settled, ev.Settled)
	switch ev.Status {
	case planner.Waiting, planner.Running:
	case planner.Done:
		g.waiting = ""
		if g.total <= fewSteps {
			g.told(&ev)
		}
	case planner.Failed, planner.Undecided, planner.Conflicted:
		g.failed++
		g.told(&ev)
	default:
		if g.total <= fewSteps {
			g.told(&ev)
		}
	}
	g.show()
}

// Waiting shows that the run waits for something, and until when: in a pipe in a
// line at once. The next step that is done ends it.
func (g *Progress) Waiting(at time.Time, reason string, until time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.see(at)
	g.waiting, g.until = reason, until
	if !g.o.Terminal {
		g.p.line(g.beat())
		g.shown = g.now
	}
	g.show()
}

// Tick lets time pass where no step ends.
func (g *Progress) Tick(at time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.see(at)
	g.show()
}

// End takes the moving line away and returns the first error of writing.
func (g *Progress) End() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.erase()
	return g.p.Flush()
}

func (g *Progress) see(at time.Time) {
	if at.After(g.now) {
		g.now = at
	}
}

// told writes the line of one step.
func (g *Progress) told(ev *planner.Event) {
	step := ev.Step
	if step == nil || g.o.People == PeopleCounts && g.names.shielded(step) && ev.Err == nil {
		return
	}
	g.erase()
	step = g.names.shadeStep(step)
	head := []string{g.p.sign(step), " ", clean(step.Address.String())}
	if g.o.People == PeopleCounts && g.names.shielded(step) {
		head = []string{g.p.sign(step), " 1 person"}
	} else if label := g.names.label(step); label != "" {
		head = append(head, "  ", label)
	}
	switch ev.Status {
	case planner.Done:
		head = append(head, "  ", done(step), "  ", g.p.paint.dim(took(ev.Took)))
	case planner.Skipped, planner.Left:
		head = append(head, "  ", g.p.paint.yellow(ev.Status.String()))
	default:
		head = append(head, "  ", g.p.paint.alarm(ev.Status.String()))
	}
	g.p.line(head...)
	if ev.Err != nil && ev.Status != planner.Done {
		if why := g.cause(ev); why != "" {
			g.p.paragraph(indent, why)
		}
	}
}

// cause says why a step went wrong. Of one that has ended so the report at the end
// says more than what is wrong; of others that failed alike it gives the number.
func (g *Progress) cause(ev *planner.Event) string {
	var d *Diagnosis
	if !errors.As(ev.Err, &d) || ev.Status == planner.Pending {
		return g.names.errorText(ev.Step, ev.Err)
	}
	if g.causes[d.Summary]++; g.causes[d.Summary] > mostAlike && !g.o.Full {
		return ""
	}
	return g.names.errorText(nil, d) + "."
}

// show draws the bar or the heartbeat if it is time for it.
func (g *Progress) show() {
	if g.o.Terminal {
		if !g.drawn || g.settled >= g.total || g.now.Sub(g.shown) >= redraw {
			g.erase()
			g.p.WriteString(g.bar())
			g.drawn, g.shown = true, g.now
		}
	} else if g.now.Sub(g.shown) >= heartbeat && g.settled < g.total {
		g.p.line(g.beat())
		g.shown = g.now
	}
	g.p.Flush()
}

func (g *Progress) erase() {
	if g.drawn {
		g.p.WriteString("\r\x1b[K")
		g.drawn = false
	}
}
