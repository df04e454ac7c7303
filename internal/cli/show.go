package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/state"
)

func (a *app) showCommand() *cobra.Command {
	var vars variables
	show := planFaces{document: true}
	cmd := &cobra.Command{
		Use: "show [FILE]", Short: "Show a saved plan, or the state", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.begin(&show, vars, "", strings.Join(args, "")); err != nil {
				return err
			}
			if len(args) == 0 && len(show.files()) > 0 {
				return fmt.Errorf("-%s shows a saved plan, and none is given. Name its file: espalier show -%[1]s FILE tonight.plan", show.files()[0].flag)
			}
			if len(args) == 1 {
				return a.showPlan(args[0], &show)
			}
			return a.showState(cmd.Context(), vars, show.json)
		},
	}
	vars.flags(cmd)
	show.register(cmd, true)
	cmd.Flags().Lookup("json").Usage = "write one JSON document"
	return cmd
}

// showPlan shows a saved plan in every form asked for.
func (a *app) showPlan(file string, show *planFaces) error {
	saved, plan, err := a.readSaved(file)
	if err != nil {
		return err
	}
	show.saved, show.apply = file, a.ofFile(file, "apply")
	if !show.json {
		return a.showPlanIn(plan, show, "plan", saved.Cost)
	}
	o, err := a.faceOptions(&show.faces)
	if err != nil {
		return err
	}
	a.announce(func(e *render.Events) { e.Plan(plan, "plan", saved.Cost) })
	return errors.Join(render.PlanJSON(a.Out, plan, o, saved.Cost), a.writeFaces(plan, show, o, saved.Cost))
}

func (a *app) showState(ctx context.Context, vars variables, asJSON bool) error {
	_, snapshot, err := a.readState(ctx, vars)
	if err != nil {
		return err
	}
	if asJSON {
		return render.StateJSON(a.Out, stateRecords(snapshot))
	}
	for i, r := range stateRecords(snapshot) {
		if i > 0 {
			a.say("")
		}
		if err := render.StateShow(a.Out, r.Address, r.ID, r.Provider, r.Deposed, r.Attrs, r.Sensitive, a.outOptions()); err != nil {
			return err
		}
	}
	if len(snapshot.Records) == 0 {
		a.say("The state owns nothing yet.")
	}
	return nil
}

func stateRecords(snapshot *state.Snapshot) []render.StateRecord {
	out := make([]render.StateRecord, 0, len(snapshot.Records))
	for _, addr := range snapshot.Addresses() {
		rec := snapshot.Records[addr]
		r := render.StateRecord{Address: addr, ID: rec.ID, Provider: rec.Provider, Deposed: rec.Deposed, Attrs: rec.Attrs}
		for name := range rec.Digests {
			r.Sensitive = append(r.Sensitive, name)
		}
		out = append(out, r)
	}
	return out
}

func (a *app) outputCommand() *cobra.Command {
	var vars variables
	var asJSON, raw bool
	cmd := &cobra.Command{
		Use: "output [NAME]", Short: "Show outputs as the last apply left them", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			mode := render.OutputText
			switch {
			case asJSON && raw:
				return errors.New("-json and -raw contradict each other")
			case asJSON:
				mode = render.OutputJSON
			case raw:
				mode = render.OutputRaw
			}
			return a.showOutputs(cmd.Context(), vars, args, mode)
		},
	}
	vars.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	cmd.Flags().BoolVar(&raw, "raw", false, "write the bare text of one output")
	return cmd
}

func (a *app) showOutputs(ctx context.Context, vars variables, args []string, mode render.OutputMode) error {
	p, snapshot, err := a.readState(ctx, vars)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		if mode == render.OutputRaw {
			return errors.New("-raw writes one output: name it")
		}
		list := namedOutputs(snapshot.Outputs, nil)
		for i := range list {
			list[i].Shown = mode == render.OutputJSON
		}
		return render.Outputs(a.Out, list, mode, a.outOptions())
	}
	o, ok := snapshot.Outputs[args[0]]
	switch {
	case !ok:
		return noOutput(args[0], snapshot)
	case o.Sensitive && o.Value == cty.NilVal:
		return p.sensitiveOutput(args[0])
	}
	w := a.Out
	if mode == render.OutputRaw {
		w = a.exact
	}
	return render.Output(w, o.Value, mode)
}
