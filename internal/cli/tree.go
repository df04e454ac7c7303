package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

func (a *app) treeCommand() *cobra.Command {
	var vars variables
	var live bool
	cmd := &cobra.Command{
		Use: "tree", Short: "Draw the group tree with head counts", Args: cobra.NoArgs,
		Long: "tree draws the tree as the configuration wants it, without a network where no data\nsource is read; with -live as it is.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := a.load(vars)
			if err != nil {
				return err
			}
			nodes, err := p.tree(cmd.Context(), live)
			if err != nil {
				return err
			}
			return render.Tree(a.Out, nodes, a.outOptions())
		},
	}
	vars.flags(cmd)
	cmd.Flags().BoolVar(&live, "live", false, "draw what is live instead of what is wanted")
	return cmd
}

func (p *project) tree(ctx context.Context, live bool) ([]render.TreeNode, error) {
	snapshot, _, err := p.backend.Read(ctx)
	if err != nil {
		return nil, err
	}
	types := p.typesByProvider(snapshot)
	if live {
		if err := p.connect(ctx); err != nil {
			return nil, err
		}
		if err := p.checkTenants(snapshot); err != nil {
			return nil, err
		}
		read, err := p.read(ctx, types)
		if err != nil {
			return nil, err
		}
		return p.draw(liveForest(read, p.app.library.Resources)), nil
	}
	if p.config.HasData() {
		if err := p.connect(ctx); err != nil {
			return nil, err
		}
	}
	// Nothing is looked up in the state, so that a parent is the block that is
	// written, not an id of which nothing was read.
	instances, _, err := p.evaluate(ctx, nil, &survey{})
	if err != nil {
		return nil, err
	}
	match, diags := planner.NewMatch(planner.Input{Types: p.app.library.Resources, Instances: instances, State: planState(snapshot), Providers: p.planProviders(), Functions: p.functions(), Now: p.app.Now()})
	if diags.HasErrors() {
		return nil, diags
	}
	return p.draw(match.Forest()), nil
}

// draw turns a forest into what the renderer takes.
func (p *project) draw(units []planner.Unit) []render.TreeNode {
	children := map[string][]planner.Unit{}
	present := map[string]bool{}
	for _, u := range units {
		present[u.Key] = true
	}
	for _, u := range units {
		parent := u.Parent
		if !present[parent] {
			parent = ""
		}
		children[parent] = append(children[parent], u)
	}
	var below func(key string) []render.TreeNode
	below = func(key string) []render.TreeNode {
		list := children[key]
		slices.SortStableFunc(list, func(a, b planner.Unit) int { return strings.Compare(a.Name, b.Name) })
		out := make([]render.TreeNode, 0, len(list))
		for _, u := range list {
			out = append(out, render.TreeNode{Name: u.Name, Kind: u.Level, People: u.People, Leads: len(u.Leads), LeadNames: u.Leads, Children: below(u.Key)})
		}
		return out
	}
	return below("")
}

// liveForest makes a forest of what was read.
func liveForest(s *survey, types map[string]*schema.Type) []planner.Unit {
	var out []planner.Unit
	for _, byType := range s.live {
		out = append(out, planner.LiveForest(byType, types)...)
	}
	return out
}

// nameOf names the account that holds a token.
func (p *project) nameOf(c *configured, o schema.Object) string {
	for _, t := range c.vendor.Types() {
		if t.Class == schema.ClassPerson {
			return planner.Label(t, o)
		}
	}
	return o.ID
}
