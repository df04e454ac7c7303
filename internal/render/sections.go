package render

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/planner"
	"github.com/espalier-dev/espalier/schema"
)

func (f *face) warnings() {
	if len(f.plan.Warnings) == 0 {
		return
	}
	f.section(f.paint.bold("Warnings"))
	for i := range f.plan.Warnings {
		w := &f.plan.Warnings[i]
		summary, detail := f.names.warned(w)
		head := []string{f.paint.yellow("!"), " ", f.paint.bold(clean(summary))}
		if !w.Address.IsZero() && !(f.People == PeopleCounts && f.person(w.Address.Type)) {
			head = append(head, "  ", clean(w.Address.String()))
		}
		if at := place(w.File, w.Line); at != "" {
			head = append(head, "  ", f.paint.dim(at))
		}
		f.line(head...)
		if detail != "" {
			f.paragraph(indent, detail)
		}
	}
}

// drift tells what somebody else changed, apart from what the plan would do;
// what is gone comes first.
func (f *face) drift() {
	if len(f.plan.Drift) == 0 {
		return
	}
	f.section(f.paint.bold("Changed outside of the configuration"))
	shown, hiddenPeople := 0, 0
	for _, object := range driftByObject(f.plan) {
		switch {
		case f.People == PeopleCounts && f.person(object[0].Address.Type):
			hiddenPeople++
		case shown < foldRemoval || f.Full:
			f.drifted(object)
			shown++
		default:
			shown++
		}
	}
	if hiddenPeople > 0 {
		f.line(f.paint.dim("*"), " ", plural(hiddenPeople, "person", "people"))
	}
	if more := shown - foldRemoval; more > 0 && !f.Full {
		f.folded = true
		f.line(indent, f.paint.dim("... and "+count(more)+" more"))
	}
}

// drifted draws what changed of one object.
func (f *face) drifted(list []*planner.Drift) {
	first := list[0]
	private := f.People != PeopleNames && f.person(first.Address.Type)
	head := []string{f.paint.dim("*"), " ", clean(first.Address.String())}
	if first.Label != "" && !private {
		head = append(head, "  ", quote(first.Label))
	}
	if first.Gone {
		f.line(append(head, "  ", f.paint.red("is gone"))...)
		return
	}
	f.line(head...)
	f.parts(f.names.driftParts(list))
}

// driftByObject gathers what changed outside by object, first what is gone.
func driftByObject(plan *planner.Plan) [][]*planner.Drift {
	list := make([]*planner.Drift, len(plan.Drift))
	for i := range plan.Drift {
		list[i] = &plan.Drift[i]
	}
	slices.SortStableFunc(list, func(a, b *planner.Drift) int {
		if a.Gone != b.Gone && a.Gone {
			return -1
		} else if a.Gone != b.Gone {
			return 1
		}
		return a.Address.Compare(b.Address)
	})
	var objects [][]*planner.Drift
	for i, d := range list {
		if i > 0 && list[i-1].Address == d.Address {
			last := len(objects) - 1
			objects[last] = append(objects[last], d)
			continue
		}
		objects = append(objects, []*planner.Drift{d})
	}
	return objects
}

// driftParts returns what changed outside of one object.
func (n *names) driftParts(list []*planner.Drift) []part {
	private := n.People != PeopleNames && n.person(list[0].Address.Type)
	var parts []part
	for _, d := range list {
		x := part{kind: partChange, attr: clean(d.Attr)}
		c := planner.Change{Attr: d.Attr, Before: d.Before, After: schema.Template{Value: d.After}, Added: d.Added, Removed: d.Removed, Refers: d.Refers}
		switch members := len(d.Added)+len(d.Removed) > 0; {
		case d.Sensitive || schema.IsSensitive(d.Before) || schema.IsSensitive(d.After):
			x.new = hiddenWord
		case members && plainRef(&c):
			x = n.referenceChange(x, &c, false)
		case members:
			parts = n.appendMembers(parts, x, &c)
			continue
		case private:
			x.new = notShown
		default:
			x.old, x.new = inline(d.Before, noneWord), inline(d.After, noneWord)
		}
		parts = append(parts, x)
	}
	return parts
}

func (f *face) outputs() {
	if len(f.plan.Outputs) == 0 {
		return
	}
	f.section(f.paint.bold("Outputs"))
	names := 0
	for i := range f.plan.Outputs {
		names = max(names, width(clean(f.plan.Outputs[i].Name)))
	}
	for i := range f.plan.Outputs {
		o := &f.plan.Outputs[i]
		old, new := f.outputSides(o)
		name := pad(clean(o.Name), names)
		switch {
		case o.Removed:
			f.line(f.paint.red("-"), " ", name, "  ", f.paint.red(f.shorten(old)))
		case old == "":
			f.line(f.paint.green("+"), " ", name, "  ", f.paint.green(f.shorten(new)))
		default:
			f.line(f.paint.yellow("~"), " ", name, "  ", f.paint.red(f.shorten(old)), f.paint.dim(" -> "), f.paint.green(f.shorten(new)))
		}
	}
}

// outputSides returns both sides of an output; the old one is empty for a new
// output.
func (f *face) outputSides(o *planner.OutputChange) (old, new string) {
	switch {
	case o.Sensitive || schema.IsSensitive(o.Before) || hidden(o.After):
		old, new = hiddenWord, hiddenWord
	case !f.reveals(o.Before) || !f.reveals(o.After.Value) || f.People != PeopleNames && o.After.Pending != nil:
		old, new = notShown, notShown
	default:
		old, new = inline(o.Before, noneWord), f.names.wanted(o.After)
	}
	switch {
	case o.Before == cty.NilVal && o.Removed:
		old = hiddenWord // of those that are removed only sensitive ones have no value
	case o.Before == cty.NilVal:
		old = ""
	}
	return old, new
}

// reveals reports whether the value of an output may be shown: where people are not
// shown by name one that cannot name anybody, which is a number, a truth value, or none.
func (o Options) reveals(v cty.Value) bool {
	return o.People == PeopleNames || v == cty.NilVal || v.Type() == cty.Number || v.Type() == cty.Bool
}
