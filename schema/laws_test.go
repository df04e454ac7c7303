package schema

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"
)

// liveID is the id that an object gets in these tests.
func liveID(a Address) string { return "id:" + a.String() }

// resolver knows every instance of a configuration: its id, and its attributes
// as they were resolved before.
func resolver(s *Scope, done map[Address]map[string]cty.Value) Resolver {
	return Resolver{
		Functions: s.functions,
		Look: func(r Ref) (cty.Value, bool) {
			v, ok := done[r.Address][r.Attr]
			return v, ok
		},
		Object: func(a Address) (map[string]cty.Value, bool) {
			attrs, ok := done[a]
			return attrs, ok
		},
	}
}

// wantedAfterApply resolves every instance in order, as an apply does: each
// object gets its id when all before it have theirs.
func wantedAfterApply(t interface{ Fatalf(string, ...any) }, s *Scope, throughJSON bool) map[string]string {
	list, diags := s.Instances()
	if diags.HasErrors() {
		t.Fatalf("instances:\n%s", report(diags))
	}
	done := map[Address]map[string]cty.Value{}
	out := map[string]string{}
	for _, in := range list {
		attrs := liveAttrs(in.Address)
		for i := range in.Type.Attributes {
			a := &in.Type.Attributes[i]
			if _, ok := attrs[a.Name]; !ok {
				attrs[a.Name] = cty.NullVal(a.Type)
			}
		}
		for _, name := range named(in.Values) {
			tmpl := in.Values[name]
			if throughJSON {
				tmpl = roundTrip(t, tmpl)
			}
			got, diags := tmpl.Resolve(resolver(s, done))
			if diags.HasErrors() || !got.IsKnown() {
				t.Fatalf("%s.%s is not resolved: %s\n%s", in.Address, name, templateText(got), report(diags))
			}
			attrs[name] = got.Value
			if got.Value.IsNull() {
				continue
			}
			out[in.Address.String()+"."+name] = templateText(got)
		}
		done[in.Address] = attrs
	}
	return out
}

// liveAttrs are the attributes that only the live object has.
func liveAttrs(a Address) map[string]cty.Value {
	attrs := map[string]cty.Value{"id": cty.StringVal(liveID(a))}
	if a.Type == "acme_group" {
		attrs["level"] = cty.NumberIntVal(3)
	}
	return attrs
}

func allKnown(a Address) (Object, bool) {
	attrs := liveAttrs(a)
	attrs["note"] = cty.NullVal(cty.String)
	delete(attrs, "id")
	return Object{ID: liveID(a), Attrs: attrs}, true
}

func roundTrip(t interface{ Fatalf(string, ...any) }, tmpl Template) Template {
	data, err := json.Marshal(tmpl)
	if err != nil {
		t.Fatalf("marshal %s: %v", templateText(tmpl), err)
	}
	var back Template
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatalf("unmarshal %s: %v", data, err)
	}
	if diff := cmp.Diff(tmpl, back, ctyEqual); diff != "" {
		t.Fatalf("round trip of %s (-before +after)\n%s", data, diff)
	}
	return back
}

// ctyEqual compares values with their types, marks and unknowns.
var ctyEqual = cmp.Options{
	cmp.Comparer(func(a, b cty.Value) bool {
		if a == cty.NilVal || b == cty.NilVal {
			return a == b
		}
		return a.RawEquals(b)
	}),
	cmp.Comparer(func(a, b cty.Type) bool {
		if a == cty.NilType || b == cty.NilType {
			return a == b
		}
		return a.Equals(b)
	}),
}

// What is resolved once the ids are there is what would have been evaluated had
// they been there from the start, also after a way through a saved plan.
func TestResolvedEqualsEvaluated(t *testing.T) {
	for _, name := range []string{"pending", "computed", "tree", "keyed_nesting", "lazy", "data"} {
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile("testdata/" + name + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			var text strings.Builder
			for _, f := range archive.Files {
				if f.Name != "want" {
					fmt.Fprintf(&text, "-- %s --\n%s", f.Name, f.Data)
				}
			}
			before := open(t, text.String(), ScopeOptions{ReadData: readTestData})
			after := open(t, text.String(), ScopeOptions{ReadData: readTestData, Known: allKnown})
			list, diags := after.Instances()
			if diags.HasErrors() {
				t.Fatal(report(diags))
			}
			want := map[string]string{}
			for _, in := range list {
				for name, v := range in.Values {
					if !v.IsKnown() {
						t.Errorf("%s.%s still waits: %s", in.Address, name, templateText(v))
					}
					want[in.Address.String()+"."+name] = templateText(v)
				}
			}
			for _, throughJSON := range []bool{false, true} {
				if diff := cmp.Diff(want, wantedAfterApply(t, before, throughJSON)); diff != "" {
					t.Errorf("through JSON %v (-evaluated +resolved)\n%s", throughJSON, diff)
				}
			}
		})
	}
}

// In any forest from a table every unit comes after its parent and needs just
// that one.
func TestTreeOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "units")
		order := rapid.Permutation(seq(n)).Draw(t, "names")
		var rows strings.Builder
		parent := map[string]string{}
		for i := range n {
			name, above := fmt.Sprintf("u%02d", order[i]), ""
			if i > 0 {
				if p := rapid.IntRange(-1, i-1).Draw(t, "parent"); p >= 0 {
					above = fmt.Sprintf("u%02d", order[p])
				}
			}
			parent[name] = above
			fmt.Fprintf(&rows, "%s = %q\n", name, above)
		}
		s := openRapid(t, `
locals {
  units = {
`+rows.String()+`
  }
}
resource "acme_group" "unit" {
  for_each = local.units
  name     = each.key
  parent   = each.value == "" ? null : acme_group.unit[each.value].id
}`)
		list, diags := s.Instances()
		if diags.HasErrors() || len(list) != n {
			t.Fatalf("%d instances\n%s", len(list), report(diags))
		}
		seen := map[string]bool{"": true}
		for _, in := range list {
			name := in.Address.Key.Text
			above := parent[name]
			if !seen[above] {
				t.Fatalf("%s comes before its parent %s", name, above)
			}
			seen[name] = true
			if above == "" && len(in.Needs) != 0 || above != "" && (len(in.Needs) != 1 || in.Needs[0].Key.Text != above) {
				t.Fatalf("%s needs %v, and its parent is %q", name, in.Needs, above)
			}
		}
	})
}

// A table with a cycle in it is an error that names the cycle, and nothing hangs.
func TestTreeCycle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "length")
		var rows strings.Builder
		for i := range n {
			fmt.Fprintf(&rows, "u%d = \"u%d\"\n", i, (i+1)%n)
		}
		s := openRapid(t, `
resource "acme_group" "unit" {
  for_each = {
`+rows.String()+`
  }
  name   = each.key
  parent = acme_group.unit[each.value].id
}`)
		_, diags := s.Instances()
		if len(diags) != 1 {
			t.Fatalf("want one mistake\n%s", report(diags))
		}
		for i := range n {
			if !strings.Contains(diags[0].Detail, fmt.Sprintf(`acme_group.unit["u%d"]`, i)) {
				t.Fatalf("the cycle does not name u%d:\n%s", i, report(diags))
			}
		}
	})
}

func seq(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
