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

func (a *app) planCommand() *cobra.Command {
	var f planFlags
	var show planFaces
	var detailed bool
	cmd := &cobra.Command{
		Use: "plan", Short: "Show what would change", Args: cobra.NoArgs,
		Long: "plan compares the configuration with the live system and shows the difference.\nIt takes no lock and writes nothing. With -refresh-only it keeps in the state what it has read, unless -out is given.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.begin(&show, f.variables, show.saved, ""); err != nil {
				return err
			}
			return a.runPlan(cmd.Context(), &f, &show, detailed)
		},
	}
	f.register(cmd)
	show.register(cmd, true)
	lockTimeoutFlag(cmd, &f.lockTimeout)
	cmd.Flags().BoolVar(&f.destroy, "destroy", false, "plan to delete everything that the state owns")
	cmd.Flags().StringVar(&show.saved, "out", "", "save the plan to a `file`, for apply")
	cmd.Flags().BoolVar(&detailed, "detailed-exitcode", false, "exit 2 when changes are pending")
	return cmd
}

func (a *app) runPlan(ctx context.Context, f *planFlags, show *planFaces, detailed bool) error {
	p, err := a.load(f.variables)
	if err != nil {
		return err
	}
	var made *planned
	if f.refreshOnly && show.saved == "" {
		made, err = p.record(ctx, f, show)
	} else {
		made, err = p.look(ctx, f, show)
	}
	if err != nil {
		return err
	}
	if text := a.nextText(made.plan, show); text != "" {
		a.talk("%s", text)
	}
	switch {
	case made.plan.Refused():
		return exit(ExitRefused)
	case detailed && !made.plan.Empty():
		return exit(ExitChanges)
	}
	return nil
}

// look makes a plan, saves it if it is to be saved, and shows it; it takes no lock and
// changes nothing.
func (p *project) look(ctx context.Context, f *planFlags, show *planFaces) (*planned, error) {
	snapshot, _, err := p.backend.Read(ctx)
	if err != nil {
		return nil, err
	}
	p.warnUnsaved(snapshot)
	made, err := p.plan(ctx, f, snapshot)
	if err != nil {
		return nil, err
	}
	if snapshot != nil {
		made.leftover = snapshot.Leftover
	}
	var unsaved error
	if show.saved != "" {
		if unsaved = p.save(show.saved, f, made); unsaved != nil {
			show.saved = "" // nobody is told to apply a file that is not there
		}
	}
	return made, errors.Join(p.show(made, f, show, "plan"), unsaved)
}

// record is look for a plan that changes nothing live: what was read is kept at once,
// which takes the lock.
func (p *project) record(ctx context.Context, f *planFlags, show *planFaces) (*planned, error) {
	session, err := p.open(ctx, "plan -refresh-only", f.lockTimeout)
	if err != nil {
		return nil, err
	}
	p.warnUnsaved(session.Snapshot())
	f.keeps = true
	made, err := p.plan(ctx, f, p.app.settleTimes(session))
	if err == nil {
		err = p.show(made, f, show, "plan")
	}
	if err == nil {
		p.store(ctx, session, made, &planner.Report{})
	}
	return made, errors.Join(err, session.Close(ctx))
}

// nextText says by which name the plan goes, and what can be done with it.
func (a *app) nextText(plan *planner.Plan, show *planFaces) string {
	text := "This is plan " + plan.ID + "."
	switch {
	case show.saved != "" && plan.Refused():
		return text + fmt.Sprintf(" It is saved in %s to be looked at. It is refused, and apply refuses it too.", show.saved)
	case show.saved != "":
		text = "The plan is saved. " + text
	case plan.Refused(), plan.Empty(), plan.RefreshOnly: // which is carried out as it is made
		return ""
	}
	if a.automated() {
		return text
	}
	return text + " To carry out exactly this:\n  " + show.apply
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
