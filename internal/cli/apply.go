package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/internal/transport"
	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// applyFlags are those of apply and destroy.
type applyFlags struct {
	planFlags
	planFaces
	autoApprove bool
	planID      approval
	maxCalls    int
	maxDuration time.Duration
	command     string // apply or destroy
}

func (f *applyFlags) register(cmd *cobra.Command) {
	f.planFlags.register(cmd)
	f.planFaces.register(cmd, false)
	cmd.Flags().StringVar((*string)(&f.planID), "plan-id", "", "go ahead without a question if the plan has this `id`, or its first 12 or more digits; else\nchange nothing and exit 4")
	cmd.Flags().BoolVar(&f.autoApprove, "auto-approve", false, "do not ask before changing anything")
	lockTimeoutFlag(cmd, &f.lockTimeout)
	cmd.Flags().IntVar(&f.maxCalls, "max-calls", 0, "make at most this `number` of calls, reads and tokens included; what is left is for the next run")
	cmd.Flags().DurationVar(&f.maxDuration, "max-duration", 0, "begin nothing after this `long`, such as 20m; what is left is for the next run")
}

// begin checks the flags that are about approval and faces, and opens the streams. args
// are at most the file of a saved plan.
func (f *applyFlags) begin(a *app, cmd *cobra.Command, args []string) (err error) {
	if cmd.Flags().Changed("plan-id") {
		if f.planID, err = f.planID.checked(); err != nil {
			return err
		}
	}
	return a.begin(&f.planFaces, f.variables, "", strings.Join(args, ""))
}

// errTime ends what -max-duration gives no more time for.
var errTime = errors.New("the time of -max-duration is over. Run it again to go on")

// limits checks the flags that bound a run, and returns the context in which it
// may begin something; it ends when the time is over.
func (f *applyFlags) limits(ctx context.Context) (timed context.Context, done func(), err error) {
	switch {
	case f.maxCalls < 0:
		return nil, nil, fmt.Errorf("-max-calls=%d makes no sense: give the number of calls that may be made", f.maxCalls)
	case f.maxDuration < 0:
		return nil, nil, fmt.Errorf("-max-duration=%s makes no sense: give a time such as 20m", f.maxDuration)
	case f.maxDuration == 0:
		return ctx, func() {}, nil
	}
	timed, done = context.WithTimeoutCause(ctx, f.maxDuration, errTime)
	return timed, done, nil
}

// inTime says an error of a run that was ended before it changed anything.
func (f *applyFlags) inTime(timed context.Context, err error) error {
	if err != nil && context.Cause(timed) == errTime {
		return fmt.Errorf("the %s of -max-duration were over before the live system was read, so nothing was changed. Allow more", f.maxDuration)
	}
	return err
}

func lockTimeoutFlag(cmd *cobra.Command, d *time.Duration) {
	cmd.Flags().DurationVar(d, "lock-timeout", 0, "wait this `long` for another run to free the state, such as 30s or 5m")
}

func (a *app) applyCommand() *cobra.Command {
	f := applyFlags{command: "apply"}
	cmd := &cobra.Command{
		Use: "apply [FILE]", Short: "Make the live system as the configuration says", Args: cobra.MaximumNArgs(1),
		Long: "apply makes a plan, asks, and carries it out; or it carries out exactly the plan saved in FILE.\nWith -plan-id it makes a plan and carries it out if it is the one that was reviewed elsewhere.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.begin(a, cmd, args); err != nil {
				return err
			}
			if len(args) == 1 {
				return a.applySaved(cmd.Context(), &f, args[0], changedPlanFlags(cmd))
			}
			return a.applyFresh(cmd.Context(), &f)
		},
	}
	f.register(cmd)
	return cmd
}

func (a *app) destroyCommand() *cobra.Command {
	f := applyFlags{command: "destroy"}
	cmd := &cobra.Command{
		Use: "destroy", Short: "Delete everything that the state owns, under the guards", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.begin(a, cmd, args); err != nil {
				return err
			}
			f.destroy = true
			return a.applyFresh(cmd.Context(), &f)
		},
	}
	f.register(cmd)
	return cmd
}

// applyFresh plans under the lock and carries the plan out.
func (a *app) applyFresh(ctx context.Context, f *applyFlags) error {
	timed, done, err := f.limits(ctx)
	if err != nil {
		return err
	}
	defer done()
	p, err := a.load(f.variables)
	if err != nil {
		return err
	}
	p.allow(f.maxCalls)
	session, err := p.open(ctx, f.command, f.lockTimeout)
	if err != nil {
		return err
	}
	p.warnUnsaved(session.Snapshot())
	snapshot := a.settleTimes(session)
	f.keeps = true
	made, err := p.plan(timed, &f.planFlags, snapshot)
	if err != nil {
		return errors.Join(f.inTime(timed, err), session.Close(ctx))
	}
	if err := p.show(made, &f.planFlags, &f.planFaces, f.command); err != nil {
		return errors.Join(err, session.Close(ctx))
	}
	if err := p.agree(ctx, f, made.plan); err != nil {
		return errors.Join(err, session.Close(ctx))
	}
	return p.carryOut(ctx, timed, f, session, snapshot, made, nil)
}

// whereText names the tenants that a plan is about to change.
func (p *project) whereText(plan *planner.Plan) string {
	seen := map[string]bool{}
	var where []string
	for i := range plan.Steps {
		if c := p.providers[plan.Steps[i].Provider]; c != nil && plan.Steps[i].Calls > 0 && !seen[c.key] {
			seen[c.key] = true
			where = append(where, tenantText(c))
		}
	}
	if len(where) == 0 {
		return ""
	}
	slices.Sort(where)
	return "\n  They go to " + strings.Join(where, " and ") + "."
}

func tenantText(c *configured) string {
	if c.conn.Sandbox {
		return "the embedded server of provider " + c.key
	}
	return c.conn.Tenant
}

// carryOut applies a plan, stores what was read and done, and says how it ended.
// Nothing is begun after timed has ended.
func (p *project) carryOut(ctx, timed context.Context, f *applyFlags, session state.Session, before *state.Snapshot, made *planned, conflicts map[int]error) error {
	a := p.app
	defer collectLess()()
	conflicts = a.changedFiles(made.plan, conflicts)
	soft, hard, done := a.interruptible(ctx, timed)
	defer done()
	defer context.AfterFunc(soft, func() {
		if context.Cause(soft) == errTime {
			a.talk("\nThe %s of -max-duration are over. Calls under way are let finish.", f.maxDuration)
		}
		p.stopCalls(context.Cause(soft))
	})()
	p.expect(made.plan)
	outdated := isOutdated(made.plan, conflicts)
	if !outdated {
		p.storeTenants(session, made.plan)
		p.storeRuns(session, made.plan)
	}
	j := journal{p: p, session: session, before: before, live: made.survey.live, mine: &committed{records: map[schema.Address]*state.Record{}}, read: made.plan.Made.UTC(), refreshed: made.refreshed}
	if err := j.announce(ctx, made.plan, conflicts); err != nil {
		return errors.Join(err, drop(session.Close(ctx), isUnsaved)) // nothing was done that is not there
	}
	live := target{p: p, session: session, journal: j, stop: soft, listed: &listings{tables: map[[2]string]*planner.Table{}, fresh: map[[2]string]reading{}}, troubles: p.troubles()}
	began := a.Now()
	watch := a.watch(made.plan, f, began)
	report := planner.Apply(soft, hard, made.plan, live, j, planner.ApplyOptions{
		Types: a.library.Resources, Parallelism: f.parallelism, Conflicts: conflicts,
		Objects: p.liveObjects(before, made), Functions: p.functions(), Now: a.Now,
		OnEvent: func(ev planner.Event) {
			ev.Err = live.placed(ev.Step, ev.Err)
			watch.step(ev)
		},
	})
	watch.end()
	live.placedAll(made.plan, report)
	var outputs []render.NamedValue
	if !outdated {
		outputs = p.store(ctx, session, made, report)
	}
	closeErr := session.Close(ctx)
	if isLost(report.Stopped) {
		closeErr = drop(closeErr, isLost) // it is said with the report
	}
	p.tell(made, report, outputs, f)
	err := exitOf(made.plan, report)
	if err == nil && closeErr != nil && report.Count(planner.Done) > 0 {
		err = exit(ExitPartial) // all of it is done live, and something is left to put right
	}
	return errors.Join(err, closeErr)
}

// isOutdated reports whether conflicts keep every step from being tried. Then the
// state stays as it is, so that the plan holds again when what it was made of is back.
func isOutdated(plan *planner.Plan, conflicts map[int]error) bool {
	kept := make([]bool, len(plan.Steps))
	for i := range plan.Steps {
		_, kept[i] = conflicts[i]
		kept[i] = kept[i] || slices.ContainsFunc(plan.Steps[i].Needs, func(need int) bool { return kept[need] })
	}
	return len(conflicts) > 0 && !slices.Contains(kept, false)
}

// allow bounds the calls of the run; 0 is any number.
func (p *project) allow(calls int) {
	if calls > 0 {
		p.maxCalls, p.allowance = calls, transport.NewAllowance(calls)
	}
}

// stopCalls lets no further call go, so that none waits for its turn when the
// run is to end.
func (p *project) stopCalls(why error) {
	for _, c := range p.providers {
		if c.meter != nil {
			c.meter.Stop(why)
		}
	}
}

// expect tells each meter how many calls are still to come, so that it can
// decide between full speed and spreading them.
func (p *project) expect(plan *planner.Plan) {
	calls := map[string]int{}
	for i := range plan.Steps {
		calls[plan.Steps[i].Provider] += plan.Steps[i].Calls
	}
	for key, c := range p.providers {
		if c.meter != nil {
			c.meter.Expect(calls[key])
		}
	}
}

// liveObjects gives the attributes of owned instances that no step touches.
func (p *project) liveObjects(before *state.Snapshot, made *planned) func(schema.Address) (map[string]cty.Value, bool) {
	return func(addr schema.Address) (map[string]cty.Value, bool) {
		if before == nil || before.Records[addr] == nil {
			return nil, false
		}
		rec := before.Records[addr]
		attrs := maps.Clone(rec.Attrs)
		if attrs == nil {
			attrs = map[string]cty.Value{}
		}
		if o, ok := made.survey.live[rec.Provider][addr.Type].Find(rec.ID); ok {
			maps.Copy(attrs, o.Attrs)
		}
		attrs["id"] = cty.StringVal(rec.ID)
		return attrs, true
	}
}

// exitOf is the exit code that a report comes to.
func exitOf(plan *planner.Plan, r *planner.Report) error {
	bad := r.Count(planner.Failed) + r.Count(planner.Undecided) + r.Count(planner.Left)
	conflicts := r.Count(planner.Conflicted)
	switch {
	case plan.Waits():
		return exit(ExitPartial)
	case bad == 0 && conflicts == 0 && r.Stopped == nil:
		return nil
	case bad == 0 && r.Stopped == nil:
		return exit(ExitOutdated)
	case r.Count(planner.Done) == 0 && r.Count(planner.Undecided) == 0 && r.Count(planner.Failed) > 0 && !r.Kept():
		return exit(ExitError)
	}
	return exit(ExitPartial)
}

// tell says how an apply ended, with the outputs.
func (p *project) tell(made *planned, report *planner.Report, outputs []render.NamedValue, f *applyFlags) {
	a := p.app
	a.announce(func(e *render.Events) {
		e.Report(report)
		if len(outputs) > 0 {
			e.Outputs(outputs)
		}
	})
	o, err := a.faceOptions(&f.faces)
	if err == nil {
		a.summarizeReport(made.plan, report, o)
	}
	if a.events != nil {
		return
	}
	if len(made.plan.Steps) > 0 {
		if err == nil {
			err = render.Report(a.Out, made.plan, report, o)
		}
		if err != nil {
			fmt.Fprintln(a.Err, err)
		}
	}
	if len(outputs) > 0 {
		a.say("\nOutputs:\n")
		_ = render.Outputs(a.Out, outputs, render.OutputText, o)
	}
}
