package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/espalier-dev/espalier/internal/render"
	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
	"github.com/espalier-dev/espalier/state"
)

// treeFlags say which tree is drawn, how much of it, and in which forms.
type treeFlags struct {
	variables
	faces
	live, both   bool
	depth        int
	branch       string
	svg, mermaid string
}

func (a *app) treeCommand() *cobra.Command {
	var f treeFlags
	cmd := &cobra.Command{
		Use: "tree", Short: "Draw the group tree with head counts and leads", Args: cobra.NoArgs,
		Long: "tree draws the tree as the configuration wants it, without a network where no data\nsource is read; with -live as it is; with -both the one laid over the other, as a\nplan would change it. People are counted in each group, and in the group with all\nbelow it, where everybody counts once.",
		RunE: func(cmd *cobra.Command, _ []string) error { return a.drawTree(cmd.Context(), &f) },
	}
	f.variables.flags(cmd)
	f.faces.register(cmd)
	fs := cmd.Flags()
	fs.Lookup("json").Usage = "write one JSON document"
	fs.Lookup("full").Usage = "draw every group and name every lead"
	fs.BoolVar(&f.live, "live", false, "draw what is live instead of what is wanted")
	fs.BoolVar(&f.both, "both", false, "draw what is live and what a plan makes of it in one: + new, > moved, ~ renamed\nor of another kind, - goes")
	fs.IntVar(&f.depth, "depth", 0, "draw this `number` of levels; 0 is all")
	fs.StringVar(&f.branch, "branch", "", "draw one group and all below it, by its `address`, its name, or its path such as\nAcme/Norway")
	fs.StringVar(&f.svg, "svg", "", "draw a picture into this `file`; - is standard output, instead of the text")
	fs.StringVar(&f.mermaid, "mermaid", "", "write a Mermaid flowchart into this `file`; - is standard output, instead of the text")
	return cmd
}

// check refuses flags that contradict one another.
func (f *treeFlags) check() error {
	if f.live && f.both {
		return errors.New("-live and -both contradict each other: -both shows what is live as well")
	}
	if f.depth < 0 {
		return fmt.Errorf("-depth=%d makes no sense. Give the number of levels to draw; 1 draws the top groups alone", f.depth)
	}
	if f.svg != "" && f.svg == f.mermaid {
		return fmt.Errorf("-svg and -mermaid cannot both be written to %q. Name another file for one of them", f.svg)
	}
	if f.json && (f.svg == "-" || f.mermaid == "-") {
		return errors.New("-json writes to standard output, and so does a picture called \"-\". Name a file for the picture")
	}
	return nil
}

func (a *app) drawTree(ctx context.Context, f *treeFlags) error {
	o, err := a.faceOptions(&f.faces)
	if err == nil {
		err = f.check()
	}
	if err != nil {
		return err
	}
	if err := a.apart(f.variables, []faceFile{{"svg", f.svg}, {"mermaid", f.mermaid}}); err != nil {
		return err
	}
	p, err := a.load(f.variables)
	if err != nil {
		return err
	}
	snapshot, _, err := p.backend.Read(ctx)
	if err != nil {
		return err
	}
	forest, err := p.forest(ctx, f, snapshot)
	if err != nil {
		return err
	}
	if f.branch != "" {
		at, err := findBranch(forest, f.branch)
		if err != nil {
			return err
		}
		forest = forest.Below(at)
	}
	return a.writeTree(forest, f, render.TreeOptions{Options: o, Compare: f.both, Depth: f.depth})
}

// writeTree writes the tree in every form asked for.
func (a *app) writeTree(forest planner.Forest, f *treeFlags, o render.TreeOptions) error {
	for _, picture := range []struct {
		file string
		draw func(io.Writer, planner.Forest, render.TreeOptions) error
	}{{f.svg, render.TreeSVG}, {f.mermaid, render.TreeMermaid}} {
		if picture.file == "" {
			continue
		}
		if picture.file == "-" {
			if err := picture.draw(a.Out, forest, o); err != nil {
				return err
			}
			continue
		}
		var drawn bytes.Buffer
		if err := picture.draw(&drawn, forest, o); err != nil {
			return err
		}
		if err := writePrivate(a.file(picture.file), drawn.Bytes()); err != nil {
			return fmt.Errorf("the tree cannot be drawn into %q: %w. Give a file in a folder that is there and that you may write to, with room on its disk", picture.file, cause(err))
		}
	}
	switch {
	case f.svg == "-" || f.mermaid == "-":
		return nil
	case f.json:
		return render.TreeJSON(a.Out, forest, o)
	}
	return render.Tree(a.Out, forest, o)
}

// forest is the tree asked for.
func (p *project) forest(ctx context.Context, f *treeFlags, snapshot *state.Snapshot) (planner.Forest, error) {
	switch {
	case f.both:
		made, err := p.plan(ctx, &planFlags{variables: f.variables, refresh: "true", parallelism: 10}, snapshot)
		if err != nil {
			return planner.Forest{}, err
		}
		return made.match.Compare(), nil
	case f.live:
		return p.liveForest(ctx, snapshot)
	}
	return p.wantedForest(ctx, snapshot)
}

// liveForest reads the tree as it is.
func (p *project) liveForest(ctx context.Context, snapshot *state.Snapshot) (planner.Forest, error) {
	if err := p.connect(ctx); err != nil {
		return planner.Forest{}, err
	}
	if err := p.checkTenants(snapshot); err != nil {
		return planner.Forest{}, err
	}
	read, err := p.read(ctx, p.typesByProvider(snapshot))
	if err != nil {
		return planner.Forest{}, err
	}
	owners := map[planner.ObjectID]schema.Address{}
	if snapshot != nil {
		for addr, rec := range snapshot.Records {
			owners[planner.ObjectID{Provider: rec.Provider, Type: addr.Type, ID: rec.ID}] = addr
		}
	}
	return planner.LiveForest(read.live, owners), nil
}

// wantedForest evaluates the tree as it should be.
func (p *project) wantedForest(ctx context.Context, snapshot *state.Snapshot) (planner.Forest, error) {
	if p.config.HasData() {
		if err := p.connect(ctx); err != nil {
			return planner.Forest{}, err
		}
	}
	// Nothing is looked up in the state, so that a parent is the block that is
	// written, not an id of which nothing was read.
	instances, _, err := p.evaluate(ctx, nil, &survey{}, true)
	if err != nil {
		return planner.Forest{}, err
	}
	match, diags := planner.NewMatch(planner.Input{Types: p.app.library.Resources, Instances: instances, State: planState(snapshot), Providers: p.planProviders(), Functions: p.functions(), Now: p.app.Now()})
	if diags.HasErrors() {
		return planner.Forest{}, diags
	}
	return match.Forest(), nil
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
