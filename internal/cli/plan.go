package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/planner"
)

// faces are the flags that say how a plan is shown.
type faces struct {
	json   bool
	full   bool
	people string
}

func (f *faces) register(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.BoolVar(&f.json, "json", false, "write a stream of events, one JSON object a line")
	fs.BoolVar(&f.full, "full", false, "show every object, also where many change alike")
	fs.StringVar(&f.people, "people", "names", "show people by `names`, addresses, or counts alone")
}

// options are the render options the flags ask for.
func (a *app) faceOptions(f *faces) (render.Options, error) {
	mode, err := render.ParsePeopleMode(f.people)
	o := a.outOptions()
	o.Full, o.People, o.Library = f.full, mode, a.library
	return o, err
}

// speakJSON makes everything that is said an event on standard output.
func (a *app) speakJSON(f *faces) error {
	o, err := a.faceOptions(f)
	if err != nil || !f.json {
		return err
	}
	a.events = render.NewEvents(a.Out, a.Now, o)
	a.events.Version(Version)
	return nil
}

func (a *app) planCommand() *cobra.Command {
	var f planFlags
	var show faces
	var out string
	var detailed bool
	cmd := &cobra.Command{
		Use: "plan", Short: "Show what would change", Args: cobra.NoArgs,
		Long: "plan compares the configuration with the live system and shows the difference.\nIt takes no lock and writes nothing. With -refresh-only it keeps in the state what it has read.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.speakJSON(&show); err != nil {
				return err
			}
			return a.runPlan(cmd.Context(), &f, &show, out, detailed)
		},
	}
	f.register(cmd)
	show.register(cmd)
	lockTimeoutFlag(cmd, &f.lockTimeout)
	cmd.Flags().BoolVar(&f.destroy, "destroy", false, "plan to delete everything that the state owns")
	cmd.Flags().StringVar(&out, "out", "", "save the plan to a `file`, for apply")
	cmd.Flags().BoolVar(&detailed, "detailed-exitcode", false, "exit 2 when changes are pending")
	return cmd
}

func (a *app) runPlan(ctx context.Context, f *planFlags, show *faces, out string, detailed bool) error {
	p, err := a.load(f.variables)
	if err != nil {
		return err
	}
	var made *planned
	if f.refreshOnly && out == "" {
		made, err = p.record(ctx, f, show)
	} else {
		made, err = p.look(ctx, f, show)
	}
	if err != nil {
		return err
	}
	if out != "" {
		if err := p.save(out, made); err != nil {
			return err
		}
		a.talk("%s", savedText(made.plan, out))
	}
	switch {
	case made.plan.Refused():
		return exit(ExitRefused)
	case detailed && !made.plan.Empty():
		return exit(ExitChanges)
	}
	return nil
}

// look makes a plan and shows it; it takes no lock and writes nothing.
func (p *project) look(ctx context.Context, f *planFlags, show *faces) (*planned, error) {
	snapshot, _, err := p.backend.Read(ctx)
	if err != nil {
		return nil, err
	}
	p.warnUnsaved(snapshot)
	made, err := p.plan(ctx, f, snapshot)
	if err != nil {
		return nil, err
	}
	return made, p.show(made, show, "plan")
}

// record is look for a plan that changes nothing live: what was read is kept at once,
// which takes the lock.
func (p *project) record(ctx context.Context, f *planFlags, show *faces) (*planned, error) {
	session, err := p.open(ctx, "plan -refresh-only", f.lockTimeout)
	if err != nil {
		return nil, err
	}
	p.warnUnsaved(session.Snapshot())
	f.keeps = true
	made, err := p.plan(ctx, f, p.app.settleTimes(session))
	if err == nil {
		err = p.show(made, show, "plan")
	}
	if err == nil {
		p.store(ctx, session, made, &planner.Report{})
	}
	return made, errors.Join(err, session.Close(ctx))
}

// savedText says what can be done with a plan that was saved.
func savedText(plan *planner.Plan, file string) string {
	if plan.Refused() {
		return fmt.Sprintf("The plan is saved in %s to be looked at. It is refused, and apply refuses it too.", file)
	}
	return fmt.Sprintf("The plan is saved. To carry out exactly this: espalier apply %s", file)
}

// show writes the plan to standard output in the form asked for.
func (p *project) show(made *planned, f *faces, operation string) error {
	o, err := p.app.faceOptions(f)
	if err != nil {
		return err
	}
	cost := p.cost(made)
	if p.app.events != nil {
		p.app.events.Plan(made.plan, operation, cost)
		return p.app.events.Err()
	}
	return render.Plan(p.app.Out, made.plan, o, cost)
}

// cost says what an apply of the plan spends, at the present budget.
func (p *project) cost(made *planned) render.Cost {
	cost := render.Cost{Calls: made.plan.Summary.Calls, ReadCalls: made.calls}
	byProvider := map[string]int{}
	for i := range made.plan.Steps {
		byProvider[made.plan.Steps[i].Provider] += made.plan.Steps[i].Calls
	}
	for _, key := range slices.Sorted(maps.Keys(byProvider)) {
		c, calls := p.providers[key], byProvider[key]
		if c == nil || c.meter == nil || calls == 0 {
			continue
		}
		usage := c.meter.Snapshot()
		cost.Budgets = append(cost.Budgets, render.Budget{Provider: key, Calls: calls, Known: usage.Known, Remaining: usage.Remaining, Limit: usage.Limit})
		cost.Estimate = max(cost.Estimate, usage.Estimate(calls, made.each, made.parallelism))
		if usage.Known && (!cost.Known || usage.Remaining < cost.Remaining) {
			cost.Known, cost.Remaining, cost.Limit = true, usage.Remaining, usage.Limit
		}
	}
	return cost
}

// askFirst has the person agree; instead says what to do where nobody is there.
func (a *app) askFirst(ctx context.Context, question, instead string) error {
	if !a.InTerminal && a.events != nil {
		return fmt.Errorf("with -json there is nobody to ask. Give -auto-approve to go ahead without a question")
	}
	fmt.Fprintf(a.Err, "\n%s\n  Only \"yes\" goes ahead.\n\n  Enter a value: ", question)
	answer, err := a.readLine(ctx)
	if ctx.Err() != nil {
		fmt.Fprintln(a.Err)
		return ctx.Err()
	}
	if err != nil {
		fmt.Fprintln(a.Err)
		return fmt.Errorf("nobody answered, so nothing was changed. %s", instead)
	}
	if answer != "yes" {
		a.talk("\nNothing was changed.")
		return exit(ExitError)
	}
	a.talk("")
	return nil
}
