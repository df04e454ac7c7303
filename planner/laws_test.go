package planner

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/schema"
)

// unit is one group of a drawn tree.
type unit struct {
	label, name, kind, parent string // parent is a label
}

// drawTree draws groups of these labels, parents before children, levels going
// down, no two siblings of one name.
func drawTree(t *rapid.T, labels []string, levels []string, what string) []unit {
	var out []unit
	taken := map[string]bool{}
	for _, label := range rapid.Permutation(labels).Draw(t, what+" order") {
		u := unit{label: label}
		rank := 0
		above := slices.DeleteFunc(slices.Clone(out), func(p unit) bool { return p.kind == levels[len(levels)-1] })
		if len(above) > 0 && rapid.IntRange(0, 3).Draw(t, what+" top") > 0 {
			p := rapid.SampledFrom(above).Draw(t, what+" parent")
			u.parent, rank = p.label, slices.Index(levels, p.kind)+1
		}
		u.kind = rapid.SampledFrom(levels[rank:]).Draw(t, what+" kind")
		for _, name := range rapid.Permutation([]string{"A", "B", "C", "D", "E", "F", "G", "H"}).Draw(t, what+" names") {
			if u.name = name; !taken[u.parent+"/"+name] {
				break
			}
		}
		if taken[u.parent+"/"+u.name] {
			continue
		}
		taken[u.parent+"/"+u.name] = true
		out = append(out, u)
	}
	return out
}

// drawPeople draws who is in which groups.
func drawPeople(t *rapid.T, n int, tree []unit, what string) [][]string {
	out := make([][]string, n)
	for i := range out {
		for _, u := range tree {
			if rapid.IntRange(0, 3).Draw(t, what) == 0 {
				out[i] = append(out[i], u.label)
			}
		}
	}
	return out
}

// TestAnyTreeBecomesAnyOther: from any tree to any other there is an order in
// which no prefix leaves a broken tree; it costs one call for each change, and
// at most one more for each circle of names; and then there is nothing to do.
func TestAnyTreeBecomesAnyOther(t *testing.T) {
	levels := []string{"organization", "country", "region", "store"}
	labels := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"}
	rapid.Check(t, func(rt *rapid.T) {
		before := drawTree(rt, labels[:rapid.IntRange(0, 8).Draw(rt, "size")], levels, "before")
		wanted := drawTree(rt, labels[rapid.IntRange(0, 3).Draw(rt, "first"):], levels, "wanted")
		in := drawPeople(rt, 3, before, "in")
		wantIn := drawPeople(rt, 3, wanted, "want in")
		w := newWorld(t)
		for _, u := range before {
			a := attrs{"name": u.name, "kind": u.kind, "parent": nil}
			if u.parent != "" {
				a["parent"] = "id-" + u.parent
			}
			w.owned("acme_group."+u.label, "id-"+u.label, a)
		}
		for i := range in {
			a := attrs{"email": fmt.Sprint(i, "@example.org"), "groups": prefixed("id-", in[i])}
			w.owned(fmt.Sprintf("acme_user.p[%d]", i), fmt.Sprint("p", i), a)
		}
		wantTree(w, wanted, wantIn)
		p := w.mustPlan()
		checkShape(t, p)
		prefixes(t, w, p)
		if conflicts := Verify(p, w.in.Types, w.tables()); len(conflicts) > 0 {
			rt.Fatalf("the plan conflicts with the world it was made from: %v", conflicts)
		}
		objects := map[string]int{}
		for _, s := range p.Steps {
			objects[s.Address.String()]++
			if n := objects[s.Address.String()]; n > 2 || n == 2 && s.Class == schema.ClassPerson {
				rt.Fatalf("%s has %d steps", s.Address, n)
			}
		}
		// What is there afterwards is what is wanted, and a plan of it is empty.
		after := newTree(w)
		for i := range p.Steps {
			after.do(&p.Steps[i])
		}
		again := newWorld(t)
		again.takeOver(after, p, w)
		wantTree(again, wanted, wantIn)
		if left := again.mustPlan(); len(left.Steps) > 0 {
			rt.Fatalf("after the plan:\n%s\nthere is left:\n%s", strings.Join(lines(p), "\n"), strings.Join(lines(left), "\n"))
		}
	})
}

func prefixed(prefix string, list []string) []string {
	out := []string{}
	for _, s := range list {
		out = append(out, prefix+s)
	}
	return out
}

func wantTree(w *world, tree []unit, in [][]string) {
	for _, u := range tree {
		a := attrs{"name": u.name, "kind": u.kind}
		if u.parent != "" {
			a["parent"] = ref("acme_group." + u.parent)
		}
		w.want("acme_group."+u.label, a)
	}
	for i := range in {
		groups := []any{}
		for _, label := range in[i] {
			groups = append(groups, ref("acme_group."+label))
		}
		w.want(fmt.Sprintf("acme_user.p[%d]", i), attrs{"email": fmt.Sprint(i, "@example.org"), "groups": groups})
	}
}

// takeOver makes the world what a tree has become, owned as the plan says.
func (w *world) takeOver(after *tree, p *Plan, before *world) {
	ids := map[schema.Address]string{}
	for addr, rec := range before.in.State.Records {
		ids[addr] = rec.ID
	}
	for _, s := range p.Steps {
		switch s.Action {
		case Delete, Forget:
			if ids[s.Address] == s.ID {
				delete(ids, s.Address)
			}
		default:
			if !s.From.IsZero() && ids[s.From] == s.ID {
				delete(ids, s.From)
			}
			ids[s.Address] = s.ID
			if s.ID == "" {
				ids[s.Address] = "new " + s.Address.String()
			}
		}
	}
	for addr, id := range ids {
		values := after.groups[id]
		if addr.Type == "acme_user" {
			values = map[string]cty.Value{"groups": setOf(after.people[id]), "email": before.in.State.Records[addr].Attrs["email"]}
		}
		w.live[addr.Type] = append(w.live[addr.Type], schema.Object{ID: id, Attrs: values})
		w.in.State.Records[addr] = &Record{Address: addr, Provider: "acme", ID: id, Attrs: values}
	}
}

// TestAnySetBecomesAnyOther: what a change of memberships says comes and goes is
// the difference of what is live and what is wanted.
func TestAnySetBecomesAnyOther(t *testing.T) {
	ids := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"1", "2", "3", "4", "5"}), rapid.ID[string])
	rapid.Check(t, func(rt *rapid.T) {
		groups, leads := ids.Draw(rt, "groups"), ids.Draw(rt, "leads")
		leads = slices.DeleteFunc(leads, func(id string) bool { return !slices.Contains(groups, id) })
		wantGroups, wantLeads := ids.Draw(rt, "wanted groups"), ids.Draw(rt, "wanted leads")
		w := newWorld(t)
		w.owned("acme_user.a", "7", attrs{"email": "a@example.org", "groups": groups, "leads": leads})
		w.want("acme_user.a", attrs{"email": "a@example.org", "groups": wantGroups, "leads": wantLeads})
		all := elements(setOf(append(slices.Clone(wantGroups), wantLeads...)))
		gotGroups, gotLeads := elements(setOf(groups)), elements(setOf(leads))
		for _, s := range w.mustPlan().Steps {
			gotGroups, gotLeads = elements(s.After["groups"].Value), elements(s.After["leads"].Value)
			for _, c := range s.Changes {
				if c.Attr != "groups" {
					continue
				}
				has := elements(setOf(groups))
				for _, e := range c.Added {
					has = append(has, e.ID)
				}
				for _, e := range c.Removed {
					has = slices.DeleteFunc(has, func(id string) bool { return id == e.ID })
				}
				if diff := cmp.Diff(all, elements(setOf(has))); diff != "" {
					rt.Errorf("what comes and goes (-want +got):\n%s", diff)
				}
			}
		}
		if diff := cmp.Diff(all, gotGroups); diff != "" {
			rt.Errorf("groups (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(elements(setOf(wantLeads)), gotLeads); diff != "" {
			rt.Errorf("leads (-want +got):\n%s", diff)
		}
	})
}
