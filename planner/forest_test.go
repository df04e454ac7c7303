package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/espalier-dev/espalier/schema"
)

// drawn says a forest in lines: indent, sign, name, level, head counts, leads.
func drawn(f Forest) []string {
	unit := func(u *Unit) string {
		if u == nil {
			return "-"
		}
		text := fmt.Sprintf("%s (%s) %d/%d", u.Name, u.Level, u.People, u.Whole)
		for _, l := range u.Leads {
			text += " " + l.Label
		}
		if u.LeadsUnknown {
			text += " ?"
		}
		return text
	}
	out, depth := []string{}, make([]int, len(f.Branches))
	for i := range f.Branches {
		b := &f.Branches[i]
		if b.Parent >= 0 {
			depth[i] = depth[b.Parent] + 1
		}
		line := strings.Repeat("  ", depth[i]) + unit(b.After)
		if b.Before != nil || b.After == nil {
			line = strings.Repeat("  ", depth[i]) + b.Change().Sign() + " " + unit(b.Before) + " -> " + unit(b.After)
		}
		if b.Moves {
			line += " from " + strings.Join(b.From, "/")
		}
		out = append(out, line)
	}
	return out
}

func same(t *testing.T, want []string, got Forest) {
	t.Helper()
	if diff := cmp.Diff(want, drawn(got)); diff != "" {
		t.Errorf("forest (-want +got):\n%s", diff)
	}
}

// acme is a live and owned organisation: Norway with Oslo, which has Frogner
// below it, and Sweden; five people, of whom Cy is in two stores.
func acme(w *world) {
	for _, g := range [][4]string{{"acme", "1", "Acme", ""}, {"no", "2", "Norway", "1"}, {"se", "3", "Sweden", "1"}, {"oslo", "4", "Oslo", "2"}, {"frogner", "5", "Frogner", "4"}} {
		level := map[string]string{"acme": "organization", "no": "country", "se": "country", "oslo": "region", "frogner": "store"}[g[0]]
		a := attrs{"name": g[2], "kind": level, "parent": nil}
		if g[3] != "" {
			a["parent"] = g[3]
		}
		w.owned("acme_group."+g[0], g[1], a)
	}
	for i, in := range [][]string{{"1"}, {"4"}, {"4", "5"}, {"5"}, {"3"}} {
		name := string(rune('a' + i))
		w.owned("acme_user."+name, "u"+name, attrs{"email": name + "@example.org", "groups": in, "leads": []string{}})
	}
	w.live["acme_user"][1].Attrs["leads"] = setOf([]string{"4"})
	w.in.State.Records[address(w.t, "acme_user.b")].Attrs["leads"] = setOf([]string{"4"})
}

// wanting adds the groups by their parents, and everybody as they are.
func wanting(w *world, parents ...[2]string) {
	for _, p := range parents {
		name, as, renamed := strings.Cut(p[0], "=")
		a := attrs{"name": map[string]string{"acme": "Acme", "no": "Norway", "se": "Sweden", "oslo": "Oslo", "frogner": "Frogner", "nordics": "Nordics"}[name]}
		if renamed {
			a["name"] = as
		}
		if a["parent"] = nil; p[1] != "" {
			a["parent"] = ref("acme_group." + p[1])
		} else {
			a["kind"] = "organization"
		}
		w.want("acme_group."+name, a)
	}
	for i := range 5 {
		w.want("acme_user."+string(rune('a'+i)), attrs{"email": string(rune('a'+i)) + "@example.org"})
	}
}

func passages(p *Plan) []string {
	var out []string
	for _, s := range p.Steps {
		if g := s.Passage; g != nil {
			out = append(out, fmt.Sprintf("%s: %s -> %s (%d groups, %d people)", s.Address, strings.Join(g.From, " / "), strings.Join(g.To, " / "), g.Groups, g.People))
		}
	}
	return out
}

func TestMovesArePaths(t *testing.T) {
	for _, test := range []struct {
		name  string
		wants [][2]string
		want  []string
		calls int
	}{
		{"a branch goes elsewhere with all below it", [][2]string{{"acme", ""}, {"no", "acme"}, {"se", "acme"}, {"oslo", "se"}, {"frogner", "oslo"}},
			[]string{"acme_group.oslo: Acme / Norway / Oslo -> Acme / Sweden / Oslo (1 groups, 3 people)"}, 1},
		{"below what is made", [][2]string{{"acme", ""}, {"nordics", "acme"}, {"se", "acme"}, {"no", "acme"}, {"oslo", "nordics"}, {"frogner", "oslo"}},
			[]string{"acme_group.oslo: Acme / Norway / Oslo -> Acme / Nordics / Oslo (1 groups, 3 people)"}, 2},
		{"below a group that is renamed", [][2]string{{"acme", ""}, {"no", "acme"}, {"se=Sverige", "acme"}, {"oslo=Osló", "se"}, {"frogner", "oslo"}},
			[]string{"acme_group.oslo: Acme / Norway / Oslo -> Acme / Sverige / Osló (1 groups, 3 people)"}, 2},
		{"out of the tree, and the kind of each below follows", [][2]string{{"acme", ""}, {"no", "acme"}, {"se", "acme"}, {"oslo", ""}, {"frogner", "oslo"}},
			[]string{"acme_group.oslo: Acme / Norway / Oslo -> Oslo (1 groups, 3 people)"}, 2},
		{"a group that moves elsewhere does not go along", [][2]string{{"acme", ""}, {"se", "acme"}, {"no", "acme"}, {"oslo", "se"}, {"frogner", "no"}},
			[]string{"acme_group.frogner: Acme / Norway / Oslo / Frogner -> Acme / Norway / Frogner (0 groups, 2 people)",
				"acme_group.oslo: Acme / Norway / Oslo -> Acme / Sweden / Oslo (0 groups, 2 people)"}, 2},
		{"what goes does not go along either", [][2]string{{"acme", ""}, {"se", "acme"}, {"no", "acme"}, {"oslo", "se"}},
			[]string{"acme_group.oslo: Acme / Norway / Oslo -> Acme / Sweden / Oslo (0 groups, 2 people)"}, 2},
		{"nothing moves", [][2]string{{"acme=ACME", ""}, {"no", "acme"}, {"se", "acme"}, {"oslo", "no"}, {"frogner", "oslo"}}, nil, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			acme(w)
			wanting(w, test.wants...)
			p := w.mustPlan()
			got := passages(p)
			slices.Sort(got)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("passages (-want +got):\n%s", diff)
			}
			if p.Summary.Calls != test.calls {
				t.Errorf("%d calls, want %d: %q", p.Summary.Calls, test.calls, lines(p))
			}
			raw, err := Encode(p)
			if err != nil {
				t.Fatal(err)
			}
			back, err := Decode(raw)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(p.Tree, back.Tree); diff != "" {
				t.Errorf("saved and read (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(got, passages(back)); len(got) == 1 && diff != "" {
				t.Errorf("saved and read (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMembershipsThatAreNotKnown(t *testing.T) {
	w := newWorld(t)
	acme(w)
	w.stands("acme_user", "x", attrs{"email": "x@example.org"})
	wanting(w, [2]string{"acme", ""}, [2]string{"no", "acme"}, [2]string{"se", "acme"}, [2]string{"oslo", "se"}, [2]string{"frogner", "oslo"})
	for _, s := range w.mustPlan().Steps {
		if s.Passage != nil && !s.Passage.AtLeast {
			t.Errorf("%s: a stranger may be in it, and it is not said", s.Address)
		}
	}
}

// A set that is computed from ids is worked out where that can be done before they
// are known.
func TestMembershipsThatAreComputed(t *testing.T) {
	for source, known := range map[string]bool{`[for g in [acme_group.acme] : g.id]`: true, "reverse([acme_group.acme.id])": false} {
		w := newWorld(t)
		w.want("acme_group.acme", attrs{"name": "Acme", "kind": "organization"})
		later := schema.Template{Pending: &schema.Pending{Type: cty.Set(cty.String), Expr: &schema.Expr{Source: source, Uses: []schema.Address{address(t, "acme_group.acme")}}}}
		w.want("acme_user.a", attrs{"email": "a@example.org", "groups": later})
		w.in.Live = w.tables()
		m, diags := NewMatch(w.in)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		people := map[bool]int{true: 1}[known]
		if f := m.Forest(); f.AtLeast == known || f.Branches[0].After.Whole != people {
			t.Errorf("%s, wanted: %+v", source, f)
		}
		if p, diags := m.Plan(); diags.HasErrors() || p.Tree.AtLeast == known || p.Tree.Branches[0].After.Whole != people {
			t.Errorf("%s, planned: %+v, %v", source, p.Tree, diags)
		}
	}
}

func TestForests(t *testing.T) {
	w := newWorld(t)
	acme(w)
	w.stands("acme_group", "9", attrs{"name": "Berlin", "kind": "country", "parent": "1"})
	w.stands("acme_user", "x", attrs{"email": "x@example.org", "groups": []string{"9", "4"}})
	w.want("acme_group.acme", attrs{"name": "Acme", "kind": "organization"})
	w.want("acme_group.se", attrs{"name": "Sverige", "kind": "country", "parent": ref("acme_group.acme")})
	w.want("acme_group.oslo", attrs{"name": "Oslo", "kind": "region", "parent": ref("acme_group.se")})
	w.want("acme_group.bergen", attrs{"name": "Bergen", "kind": "store", "parent": ref("acme_group.oslo")})
	for _, name := range []string{"a", "b", "d"} {
		w.want("acme_user."+name, attrs{"email": name + "@example.org"})
	}
	w.want("acme_user.c", attrs{"email": "c@example.org", "groups": []any{ref("acme_group.bergen"), ref("acme_group.se")}, "leads": []any{ref("acme_group.bergen")}})
	w.want("acme_user.n", attrs{"email": "n@example.org", "groups": []any{ref("acme_group.oslo"), ref("acme_group.bergen")}})
	w.in.Live = w.tables()
	owners := map[ObjectID]schema.Address{{"acme", "acme_group", "1"}: address(t, "acme_group.acme")}
	live := LiveForest(w.tables(), owners)
	same(t, []string{"Acme (organization) 1/6", "  Berlin (country) 1/1", "  Norway (country) 0/4", "    Oslo (region) 3/4 b@example.org", "      Frogner (store) 2/2", "  Sweden (country) 1/1"}, live)
	if got := live.Branches[0].Address.String() + live.Branches[1].Address.String(); got != "acme_group.acme" {
		t.Errorf("the addresses are %q", got)
	}
	m, diags := NewMatch(w.in)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	same(t, []string{"Acme (organization) 0/2", "  Sverige (country) 1/2", "    Oslo (region) 1/2", "      Bergen (store) 2/2 c@example.org"}, m.Forest())
	p, diags := m.Plan()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	same(t, []string{
		"  Acme (organization) 1/6 -> Acme (organization) 1/5",
		"    Berlin (country) 1/1 ? -> Berlin (country) 1/1",
		"  - Norway (country) 0/4 -> -",
		"  ~ Sweden (country) 1/1 -> Sverige (country) 1/4",
		"    > Oslo (region) 3/4 b@example.org ? -> Oslo (region) 3/4 b@example.org from Acme/Norway",
		"      Bergen (store) 2/2 c@example.org",
		"      - Frogner (store) 2/2 -> -",
	}, m.Compare())
	if got := drawn(*p.Tree); len(got) != 6 || strings.Contains(strings.Join(got, "\n"), "Berlin") {
		t.Errorf("the plan's tree is %q", got)
	}
}

func TestTreesOfBrokenPlansAreRefused(t *testing.T) {
	for _, tree := range []string{`[{"Parent":0,"After":{"Name":"x"}}]`, `[{"Parent":-2,"After":{"Name":"x"}}]`, `[{"Parent":-1}]`} {
		if _, err := Decode([]byte(`{"Tree":{"Branches":` + tree + `}}`)); err == nil || !strings.Contains(err.Error(), "branch 0 of its tree") {
			t.Errorf("%s: %v", tree, err)
		}
	}
}

// A forest of any shape, circles included, with people anywhere in it.
func TestCensusCountsEverybodyOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "units")
		parents := rapid.SliceOfN(rapid.IntRange(-1, n-1), n, n).Draw(t, "parents")
		straighten(parents)
		people := rapid.SliceOf(rapid.SliceOfN(rapid.IntRange(0, n-1), 0, 6)).Draw(t, "people")
		c := newCensus(parents)
		own, whole, size := make([]int, n), make([]int, n), make([]int, n)
		for _, in := range people {
			c.add(in)
			at, over := map[int]bool{}, map[int]bool{}
			for _, u := range in {
				at[u] = true
				for up := u; up >= 0; up = parents[up] {
					over[up] = true
				}
			}
			for u := range maps.Keys(at) {
				own[u]++
			}
			for u := range maps.Keys(over) {
				whole[u]++
			}
		}
		for u := range n {
			for up := u; up >= 0; up = parents[up] {
				size[up]++
			}
		}
		c.sum()
		for u := range n {
			if o, w := c.of(u); o != own[u] || w != whole[u] || c.below(u) != size[u]-1 {
				t.Fatalf("unit %d: %d/%d/%d, want %d/%d/%d", u, o, w, c.below(u), own[u], whole[u], size[u]-1)
			}
		}
	})
}

func TestDeepAndWideForests(t *testing.T) {
	const n = 10_000
	for name, above := range map[string]func(int) int{"deep": func(i int) int { return i - 1 }, "wide": func(int) int { return 0 }} {
		w := newWorld(t)
		w.provider(func(p *Provider) { p.Levels = nil })
		for i := range n {
			a := attrs{"name": fmt.Sprint("g", i), "kind": "x", "parent": nil}
			if i > 0 {
				a["parent"] = fmt.Sprint(above(i))
			}
			w.stands("acme_group", fmt.Sprint(i), a)
			w.stands("acme_user", fmt.Sprint(i), attrs{"email": fmt.Sprintf("p%d@example.org", i), "groups": []string{fmt.Sprint(i), fmt.Sprint(n - 1 - i)}})
		}
		f := LiveForest(w.tables(), nil)
		if top := f.Branches[0].After; len(f.Branches) != n || top.People != 2 || top.Whole != n {
			t.Errorf("%s: %d branches, %+v", name, len(f.Branches), top)
		}
	}
}
