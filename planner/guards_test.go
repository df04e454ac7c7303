package planner

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/espalier-dev/espalier/schema"
)

// staff makes people 0 to n-1, owned and live; the first kept of them are wanted.
func staff(w *world, n, kept int) {
	for i := range n {
		a := attrs{"number": fmt.Sprint(i), "email": fmt.Sprintf("p%d@example.org", i)}
		w.owned(fmt.Sprintf("acme_user.p[%d]", i), fmt.Sprint("u", i), a)
		if i < kept {
			w.want(fmt.Sprintf("acme_user.p[%d]", i), a)
		}
	}
}

func guards(p *Plan) []string {
	out := []string{}
	for _, r := range p.Refusals {
		out = append(out, fmt.Sprintf("%s %d of %d %s", r.Guard, r.Count, r.Base, r.Allow))
	}
	return out
}

func TestMaxDelete(t *testing.T) {
	share := Limit{Share: 0.10, Floor: 5}
	for _, test := range []struct {
		name       string
		owned, del int
		limit      Limit
		allow      map[string]int
		want       []string
	}{
		{name: "below the floor", owned: 4, del: 4, limit: share},
		{name: "at the floor and over the share", owned: 49, del: 5, limit: share, want: []string{"max_delete 5 of 49 -allow max_delete=5"}},
		{name: "exactly the share", owned: 50, del: 5, limit: share},
		{name: "one over the share", owned: 60, del: 7, limit: share, want: []string{"max_delete 7 of 60 -allow max_delete=7"}},
		{name: "exactly the share, where numbers of the machine are not exact", owned: 100, del: 29, limit: Limit{Share: 0.29, Floor: 5}},
		{name: "a number", owned: 100, del: 3, limit: Limit{Number: 2, Absolute: true}, want: []string{"max_delete 3 of 100 -allow max_delete=3"}},
		{name: "a number that holds", owned: 100, del: 3, limit: Limit{Number: 3, Absolute: true}},
		{name: "none at all", owned: 100, del: 1, limit: Limit{Absolute: true}, want: []string{"max_delete 1 of 100 -allow max_delete=1"}},
		{name: "allowed exactly", owned: 10, del: 10, limit: share, allow: map[string]int{"max_delete": 10}},
		{name: "allowed more", owned: 10, del: 10, limit: share, allow: map[string]int{"max_delete": 11}},
		{name: "allowed fewer", owned: 10, del: 10, limit: share, allow: map[string]int{"max_delete": 9}, want: []string{"max_delete 10 of 10 -allow max_delete=10"}},
		{name: "another guard allowed", owned: 10, del: 10, limit: share, allow: map[string]int{"max_missing": 10}, want: []string{"max_delete 10 of 10 -allow max_delete=10"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			staff(w, test.owned, test.owned-test.del)
			w.in.Guards.MaxDelete, w.in.Allow = test.limit, test.allow
			p := w.mustPlan()
			if diff := cmp.Diff(append([]string{}, test.want...), guards(p)); diff != "" {
				t.Errorf("refusals (-want +got):\n%s", diff)
			}
			if p.Summary.Delete != test.del {
				t.Errorf("a refused plan shows its steps all the same: %d deletions", p.Summary.Delete)
			}
			if len(p.Refusals) > 0 && len(p.Refusals[0].Names) != min(10, test.del) {
				t.Errorf("%d names", len(p.Refusals[0].Names))
			}
		})
	}
}

// TestMaxDeleteCountsTypesApart: many groups do not hide the people.
func TestMaxDeleteCountsTypesApart(t *testing.T) {
	w := newWorld(t)
	w.in.Guards = DefaultLimits()
	staff(w, 6, 0)
	for i := range 100 {
		a := attrs{"name": fmt.Sprint("G", i), "kind": "country"}
		w.want(fmt.Sprintf("acme_group.g[%d]", i), a)
		a["parent"] = nil
		w.owned(fmt.Sprintf("acme_group.g[%d]", i), fmt.Sprint(i), a)
	}
	if diff := cmp.Diff([]string{"max_delete 6 of 6 -allow max_delete=6"}, guards(w.mustPlan())); diff != "" {
		t.Errorf("refusals (-want +got):\n%s", diff)
	}
}

// TestMaxMissing: a list that is suddenly short looks like people who are gone.
func TestMaxMissing(t *testing.T) {
	w := newWorld(t)
	w.in.Guards = DefaultLimits()
	staff(w, 20, 20)
	w.live["acme_user"] = w.live["acme_user"][:15]
	p := w.mustPlan()
	if diff := cmp.Diff([]string{"max_missing 5 of 20 -allow max_missing=5"}, guards(p)); diff != "" {
		t.Errorf("refusals (-want +got):\n%s", diff)
	}
	w.in.Allow = map[string]int{"max_missing": 5}
	if p := w.mustPlan(); p.Refused() || p.Summary.Create != 5 {
		t.Errorf("allowed: refused %v, %+v", p.Refused(), p.Summary)
	}
	w.in.Allow = nil
	w.live["acme_user"] = w.live["acme_user"][:0]
	w.in.Instances = nil
	if diff := cmp.Diff([]string{"max_missing 20 of 20 -allow max_missing=20"}, guards(w.mustPlan())); diff != "" {
		t.Errorf("an empty list, nothing wanted (-want +got):\n%s", diff)
	}
}

// TestMaxMissingBeforeKeys: with the ids gone and others found by key, the
// objects are missing all the same.
func TestMaxMissingBeforeKeys(t *testing.T) {
	w := newWorld(t)
	w.in.Guards = DefaultLimits()
	staff(w, 6, 6)
	for i := range w.live["acme_user"] {
		w.live["acme_user"][i].ID = fmt.Sprint("other", i)
	}
	p := w.mustPlan()
	if diff := cmp.Diff([]string{"max_missing 6 of 6 -allow max_missing=6"}, guards(p)); diff != "" {
		t.Errorf("refusals (-want +got):\n%s", diff)
	}
	if p.Summary.Adopt != 6 || len(p.Drift) != 6 {
		t.Errorf("summary %+v, %d drifts", p.Summary, len(p.Drift))
	}
}

func TestUserRemoval(t *testing.T) {
	for _, test := range []struct {
		removal string
		allow   map[string]int
		want    []string
		refused []string
	}{
		{removal: RemovalRefuse, want: []string{"- acme_user.p[1]"}, refused: []string{"user_removal 1 of 2 -allow user_removal=1"}},
		{removal: RemovalRefuse, allow: map[string]int{"user_removal": 1}, want: []string{"- acme_user.p[1]"}},
		{removal: RemovalDelete, want: []string{"- acme_user.p[1]"}},
		{removal: RemovalForget, want: []string{". acme_user.p[1]"}},
		{removal: RemovalStrip, want: []string{"~ acme_user.p[1] groups=[] positions=[]"}},
	} {
		t.Run(test.removal, func(t *testing.T) {
			w := newWorld(t)
			staff(w, 2, 1)
			w.live["acme_user"][1].Attrs["groups"] = setOf([]string{"1", "2"})
			w.live["acme_user"][1].Attrs["leads"] = setOf([]string{"1"})
			w.live["acme_user"][1].Attrs["positions"] = setOf([]string{"8"})
			w.provider(func(p *Provider) { p.Removal = test.removal })
			w.in.Allow = test.allow
			p := w.expect(test.want...)
			if diff := cmp.Diff(append([]string{}, test.refused...), guards(p)); diff != "" {
				t.Errorf("refusals (-want +got):\n%s", diff)
			}
			s := p.Steps[0]
			if test.removal == RemovalStrip && (!s.Release || s.Calls != 1 || !s.Last || sent(&s) != "groups=[] leads=[] positions=[]") {
				t.Errorf("strip: %+v", s)
			}
		})
	}
}

// TestStripOfNothing: who is in nothing is only let go of.
func TestStripOfNothing(t *testing.T) {
	w := newWorld(t)
	staff(w, 1, 0)
	w.provider(func(p *Provider) { p.Removal = RemovalStrip })
	w.expect(". acme_user.p[0]")
}

// TestRemovalIsOfPeople: groups and positions are deleted whatever it says.
func TestRemovalIsOfPeople(t *testing.T) {
	for _, removal := range []string{RemovalRefuse, RemovalStrip, RemovalForget, RemovalDelete} {
		w := newWorld(t)
		w.provider(func(p *Provider) { p.Removal = removal })
		w.owned("acme_group.a", "1", attrs{"name": "A", "kind": "country"})
		w.owned("acme_position.a", "1", attrs{"name": "A"})
		if p := w.expect("- acme_group.a", "- acme_position.a"); p.Refused() {
			t.Errorf("%s: refused", removal)
		}
	}
}

func TestOwnAccount(t *testing.T) {
	for _, test := range []struct {
		name    string
		given   func(*world)
		refused bool
	}{
		{"deleted", func(w *world) { staff(w, 2, 1) }, true},
		{"stripped", func(w *world) {
			staff(w, 2, 1)
			w.live["acme_user"][1].Attrs["groups"] = setOf([]string{"1"})
			w.provider(func(p *Provider) { p.Removal = RemovalStrip })
		}, true},
		{"forgotten", func(w *world) {
			staff(w, 2, 1)
			w.provider(func(p *Provider) { p.Removal = RemovalForget })
		}, false},
		{"demoted", func(w *world) {
			w.owned("acme_user.me", "u1", attrs{"email": "me@example.org", "rank": "chief"})
			w.want("acme_user.me", attrs{"email": "me@example.org", "rank": "none"})
		}, true},
		{"demoted on adoption", func(w *world) {
			w.stands("acme_user", "u1", attrs{"email": "me@example.org", "rank": "chief"})
			w.want("acme_user.me", attrs{"email": "me@example.org", "rank": ""})
		}, true},
		{"promoted", func(w *world) {
			w.owned("acme_user.me", "u1", attrs{"email": "me@example.org", "rank": "none"})
			w.want("acme_user.me", attrs{"email": "me@example.org", "rank": "chief"})
		}, false},
		{"another change", func(w *world) {
			w.owned("acme_user.me", "u1", attrs{"email": "me@example.org", "first": "A"})
			w.want("acme_user.me", attrs{"email": "me@example.org", "first": "B"})
		}, false},
		{"somebody else is demoted", func(w *world) {
			w.owned("acme_user.b", "u2", attrs{"email": "b@example.org", "rank": "chief"})
			w.want("acme_user.b", attrs{"email": "b@example.org", "rank": "none"})
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.provider(func(p *Provider) { p.Self = "u1" })
			test.given(w)
			w.stands("acme_user", "another", attrs{"email": "another@example.org", "rank": "chief"})
			p := w.mustPlan()
			if p.Refused() != test.refused {
				t.Errorf("refused %v: %v", p.Refused(), guards(p))
			}
			for _, r := range p.Refusals {
				if r.Guard != GuardOwnAccount || r.Allow != "" {
					t.Errorf("%s with %q: nothing lets this through", r.Guard, r.Allow)
				}
			}
		})
	}
}

func TestPreventDestroy(t *testing.T) {
	for _, test := range []struct {
		name    string
		given   func(*world)
		refused bool
	}{
		{"an instance is gone", func(w *world) {
			staff(w, 2, 1)
			w.in.Blocks[address(w.t, "acme_user.p")].PreventDestroy = true
		}, true},
		{"all instances are gone, the block is there", func(w *world) {
			staff(w, 1, 0)
			w.in.Blocks[address(w.t, "acme_user.p")] = &schema.Block{Address: address(w.t, "acme_user.p"), PreventDestroy: true, Range: hcl.Range{Filename: "a.org.hcl", Start: hcl.Pos{Line: 3}}}
		}, true},
		{"the block is gone as well", func(w *world) { staff(w, 1, 0) }, false},
		{"only let go of", func(w *world) {
			staff(w, 2, 1)
			w.in.Blocks[address(w.t, "acme_user.p")].PreventDestroy = true
			w.provider(func(p *Provider) { p.Removal = RemovalForget })
		}, false},
		{"stripped", func(w *world) {
			staff(w, 2, 1)
			w.live["acme_user"][1].Attrs["groups"] = setOf([]string{"1"})
			w.in.Blocks[address(w.t, "acme_user.p")].PreventDestroy = true
			w.provider(func(p *Provider) { p.Removal = RemovalStrip })
		}, true},
		{"replaced", func(w *world) {
			w.owned("acme_file.a", "1", attrs{"source": "a"})
			w.want("acme_file.a", attrs{"source": "b"}).Block.PreventDestroy = true
		}, true},
		{"gone anyway", func(w *world) {
			staff(w, 2, 1)
			w.live["acme_user"] = w.live["acme_user"][:1]
			w.in.Blocks[address(w.t, "acme_user.p")].PreventDestroy = true
		}, false},
		{"moved to another label", func(w *world) {
			w.owned("acme_user.old", "1", attrs{"email": "a@example.org"})
			w.want("acme_user.new", attrs{"email": "a@example.org"})
			w.in.Blocks[address(w.t, "acme_user.old")] = &schema.Block{Address: address(w.t, "acme_user.old"), PreventDestroy: true}
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			test.given(w)
			p := w.mustPlan()
			if p.Refused() != test.refused {
				t.Errorf("refused %v: %v\n%v", p.Refused(), guards(p), lines(p))
			}
		})
	}
}

func TestReadLimits(t *testing.T) {
	for _, test := range []struct {
		value cty.Value
		want  string
		words string
	}{
		{str("25%"), "25%", ""},
		{str("2.5 %"), "2.5%", ""},
		{str("0%"), "0%", ""},
		{str("12"), "12", ""},
		{cty.NumberIntVal(0), "0", ""},
		{cty.NumberIntVal(7), "7", ""},
		{cty.NullVal(cty.String), "10%", ""},
		{cty.NumberFloatVal(0.1), "", "not a whole number"},
		{cty.NumberIntVal(-1), "", "not a whole number"},
		{str("101%"), "", "not a share"},
		{str("NaN%"), "", "not a share"},
		{str("ten"), "", "neither a share nor a whole number"},
		{str(""), "", "neither a share nor a whole number"},
		{cty.True, "", "bool is no limit"},
		{cty.UnknownVal(cty.String), "", "not known yet"},
	} {
		t.Run(test.value.GoString(), func(t *testing.T) {
			l, diags := ReadLimits(schema.GuardBlock{Values: map[string]cty.Value{GuardMaxDelete: test.value}})
			switch {
			case test.words == "" && (diags.HasErrors() || l.MaxDelete.String() != test.want):
				t.Errorf("%s, %v; want %s", l.MaxDelete, diags, test.want)
			case test.words != "" && !contains(diags, test.words):
				t.Errorf("%v; want an error with %q", diags, test.words)
			}
		})
	}
	_, diags := ReadLimits(schema.GuardBlock{Values: map[string]cty.Value{"max_deletes": str("1")}})
	if !contains(diags, `Did you mean "max_delete"?`) {
		t.Errorf("%v", diags)
	}
}
